package analyze_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

const md5Digest = "d41d8cd98f00b204e9800998ecf8427e"

func TestDpkgOwned(t *testing.T) {
	t.Parallel()
	const (
		list    = "var/lib/dpkg/info/a.list"
		sums    = "var/lib/dpkg/info/a:amd64.md5sums"
		distros = "var/lib/dpkg/status.d/a.md5sums"
	)
	long := strings.Repeat("x", 4096)
	for _, row := range []struct {
		name string
		path string
		text string
		want []string
		err  string // after "read PATH: "
	}{
		{"nothing", list, "", nil, ""},
		{"directories are left out", list, "/.\n/usr\n/usr/bin\n/usr/bin/a\n/usr/lib\n/usr/lib/a\n/usr/lib/a/b\n", []string{"usr/bin/a", "usr/lib/a/b"}, ""},
		{"a directory after what is in it", list, "/usr/bin/a\n/usr/bin\n/usr\n", []string{"usr/bin/a"}, ""},
		{"not a directory, only alike", list, "/usr/lib\n/usr/lib-a\n/usr/lib/a\n", []string{"usr/lib-a", "usr/lib/a"}, ""},
		{"an empty directory may be a file", list, "/.\n/var\n/var/lib\n/var/lib/a\n", []string{"var/lib/a"}, ""},
		{"blanks in a name", list, "/usr/a b\n/usr/ c \n", []string{"usr/a b", "usr/ c "}, ""},
		{"a hidden file", list, "/etc/.a\n/.b\n", []string{"etc/.a", ".b"}, ""},
		{"CRLF, no final LF", list, "/usr\r\n/usr/a", []string{"usr/a"}, ""},
		{"spelled otherwise", list, "//usr//a/./b\n/usr/c/../d\n/../../e\n/f/\n", []string{"usr/a/b", "usr/d", "e", "f"}, ""},
		{"not from the root", list, "usr/a\n/usr/b\n\n", []string{"usr/b"}, "line 1: not the path of a file"},
		{"a path as long as may be", list, "/" + long[1:] + "\n", []string{long[1:]}, ""},
		{"a longer path", list, "/" + long + "\n/a\n", []string{"a"}, "line 1: limit reached: a path of more than 4096 bytes"},
		{"NUL and what is not UTF-8", list, "/\x00\xff\n", []string{"\x00\xff"}, ""},

		{"checksums", sums, md5Digest + "  usr/bin/a\n" + md5Digest + "  usr/share/a b\n", []string{"usr/bin/a", "usr/share/a b"}, ""},
		{"of a binary file", sums, md5Digest + " *usr/bin/a\n", []string{"usr/bin/a"}, ""},
		{"in capitals", sums, strings.ToUpper(md5Digest) + "  usr/bin/a\n", []string{"usr/bin/a"}, ""},
		{"from here", distros, md5Digest + "  ./usr/bin/a\n" + md5Digest + "  /usr/bin/b\n", []string{"usr/bin/a", "usr/bin/b"}, ""},
		{"a hidden file in the root", distros, md5Digest + "  .a\n", []string{".a"}, ""},
		{"another checksum", sums, md5Digest + "00  usr/bin/a\n", nil, "line 1: not the path of a file"},
		{"no checksum", sums, "usr/bin/a\n" + md5Digest + "\n" + md5Digest + "  \n" + strings.Repeat("x", 32) + "  a\n" + md5Digest + "  b\n", []string{"b"},
			"line 1: not the path of a file; line 2: not the path of a file; line 3: not the path of a file; line 4: not the path of a file"},
		{"cut", sums, md5Digest + "  usr/bin/a\n" + md5Digest[:9], []string{"usr/bin/a"}, "line 2: not the path of a file"},
	} {
		facts := checkOwned(t, analyze.Dpkg, row.path, []byte(row.text))
		_, err := analyze.Dpkg.Analyze(t.Context(), newFile(row.path, []byte(row.text)))
		if diff := cmp.Diff(row.want, facts.Owned); diff != "" && len(row.want)+len(facts.Owned) > 0 {
			t.Errorf("%s: Analyze().Owned: -want +got\n%s", row.name, diff)
		}
		if got := strings.TrimPrefix(errorText(err), "read "+row.path+": "); got != row.err {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
		if len(facts.Components) > 0 || facts.OS != nil {
			t.Errorf("%s: Analyze() = %+v, want only files", row.name, facts)
		}
	}
	large := artifact.NewFile(artifact.Entry{Path: list, Kind: artifact.KindRegular, Size: 1 << 40}, strings.NewReader(""))
	if facts, err := analyze.Dpkg.Analyze(t.Context(), large); !errors.Is(err, artifact.ErrLimit) || !facts.Empty() {
		t.Errorf("Analyze(1 TiB) = %+v, %v, want ErrLimit", facts, err)
	}
}

// checkOwned is check, for files: each is a clean path that shares no memory
// with the content.
func checkOwned(t *testing.T, a artifact.Analyzer, path string, content []byte) artifact.Facts {
	t.Helper()
	check(t, a, path, content)
	f := newFile(path, content)
	facts, _ := a.Analyze(t.Context(), f)
	for _, p := range facts.Owned {
		if p == "" || p == "." || p != strings.TrimPrefix(filepath.Clean("/"+p), "/") {
			t.Errorf("%s: Analyze(%q) owns %q, which is not a clean path", a.Name(), content, p)
		}
	}
	before := strings.Join(facts.Owned, "\n")
	again, _ := a.Analyze(t.Context(), newFile(path, content))
	if got := strings.Join(again.Owned, "\n"); got != before {
		t.Errorf("%s: Analyze(%q) owns %q, and then %q", a.Name(), content, before, got)
	}
	if all, err := f.Bytes(); err == nil {
		clear(all)
	}
	if after := strings.Join(facts.Owned, "\n"); after != before {
		t.Errorf("%s: Analyze(%q) owns %q, but %q when the content is overwritten", a.Name(), content, before, after)
	}
	return facts
}

// ownedIn are the files of all packages in a tree, by the file that lists them.
func ownedIn(tree *artifact.Tree) map[string][]string {
	all := make(map[string][]string)
	for _, f := range tree.Files() {
		if len(f.Facts.Owned) > 0 {
			all[f.Path] = f.Facts.Owned
		}
	}
	return all
}

// TestDpkgResolve holds the files of third-party packages not to be owned.
func TestDpkgResolve(t *testing.T) {
	t.Parallel()
	const info, dir = "var/lib/dpkg/info/", "var/lib/dpkg/status.d/"
	const docker, debian = "Maintainer: Docker <support@docker.com>\n", "Maintainer: Debian <debian-a@lists.debian.org>\n"
	tree, errs := analyzetest.Run(t.Context(), analyze.Dpkg, map[string]string{
		statusPath: "Package: own\nVersion: 1\nArchitecture: all\n" + debian +
			"\nPackage: docker-ce\nVersion: 1\nArchitecture: amd64\n" + docker +
			"\nPackage: two\nVersion: 1\nArchitecture: amd64\n" + docker +
			"\nPackage: two\nVersion: 1\nArchitecture: i386\n" + debian,
		info + "own.list":              "/usr/own\n",
		info + "own.md5sums":           md5Digest + "  usr/own\n",
		info + "own.postinst":          "exit 1\n",
		info + "docker-ce.list":        "/usr/docker\n",
		info + "docker-ce.md5sums":     md5Digest + "  usr/docker\n",
		info + "two:amd64.list":        "/usr/two\n",
		info + "two:i386.list":         "/usr/two32\n",
		info + "gone.list":             "/etc/gone\n",
		dir + "b3du":                   "Package: own2\nVersion: 1\n" + debian,
		dir + "b3du.md5sums":           md5Digest + "  usr/own2\n",
		dir + "containerd":             "Package: containerd.io\nVersion: 1\n" + docker,
		dir + "containerd.md5sums":     md5Digest + "  usr/containerd\n",
		dir + "orphan.md5sums":         md5Digest + "  usr/orphan\n",
		"srv/var/lib/dpkg/info/x.list": "/usr/x\n",
	})
	if len(errs) > 0 {
		t.Errorf("errors: %v", errs)
	}
	want := map[string][]string{
		info + "own.list":      {"usr/own"},
		info + "own.md5sums":   {"usr/own"},
		info + "two:i386.list": {"usr/two32"},
		info + "gone.list":     {"etc/gone"},
		dir + "b3du.md5sums":   {"usr/own2"},
		dir + "orphan.md5sums": {"usr/orphan"},
	}
	if diff := cmp.Diff(want, ownedIn(tree)); diff != "" {
		t.Errorf("Owned: -want +got\n%s", diff)
	}
	// Without a status file nothing is known to be anybody else's.
	tree, _ = analyzetest.Run(t.Context(), analyze.Dpkg, map[string]string{info + "docker-ce.list": "/usr/docker\n"})
	if got := ownedIn(tree); len(got) != 1 {
		t.Errorf("Owned = %v, want the one file", got)
	}
}

func TestDpkgThirdParty(t *testing.T) {
	t.Parallel()
	for maintainer, want := range map[string]bool{
		"Docker <support@docker.com>":                             true,
		"Containerd team <help@containerd.io>":                    true,
		"cudatools <cudatools@nvidia.com>":                        true,
		"HashiCorp <hello@hashicorp.com>":                         true,
		"HashiCorp":                                               true,
		"GitHub":                                                  true,
		"Microsoft <dotnetcore@microsoft.com>":                    true,
		".NET Core Team <dotnetpackages@dotnetfoundation.org>":    true,
		"MongoDB Packaging <packaging@mongodb.com>":               true,
		"Elastic Team <info@elastic.co>":                          true,
		"NGINX Packaging <nginx-packaging@f5.com>":                true,
		"Sergey Budnevitch <sb@nginx.com>":                        true,
		"contact@grafana.com":                                     true,
		"Grafana Labs <contact@GRAFANA.com>":                      true,
		"Datadog Packages <package@datadoghq.com>":                true,
		"Ivan Iguaran <ivan@nodesource.com>":                      true,
		"MySQL Release Engineering <mysql-build@oss.oracle.com>":  true,
		"Google Cloud CLI Authors <https://code.google.com/p/x/>": true,
		"somebody <a@mail.docker.com>":                            true,
		"":                                                        false,
		"@":                                                       false,
		"<>":                                                      false,
		"Debian Docker <debian-docker@lists.debian.org>":          false,
		"Debian Nginx Maintainers <pkg-nginx@alioth-lists.debian.net>": false,
		"Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>":    false,
		"Matthias Klose <doko@debian.org>":                             false,
		"Theodore Y. Ts'o <tytso@mit.edu>":                             false,
		"Docker Fan <fan@example.org>":                                 false,
		"evil <a@docker.com.example.org>":                              false,
		"evil <a@notdocker.com>":                                       false,
		"evil <a@docker.com@debian.org>":                               false,
		"a@nodebian.org":                                               false,
	} {
		text := "Package: a\nVersion: 1\nMaintainer: " + maintainer + "\n"
		facts, err := analyze.Dpkg.Analyze(t.Context(), newFile(statusPath, []byte(text)))
		if err != nil || len(facts.Components) != 1 {
			t.Fatalf("Analyze(%q) = %+v, %v", maintainer, facts, err)
		}
		if got := facts.Components[0].ThirdParty; got != want {
			t.Errorf("Analyze(Maintainer: %s).ThirdParty = %v, want %v", maintainer, got, want)
		}
	}
}

// TestDpkgListFiles holds the files of this machine's own packages to what
// dpkg-query(1) lists, where there are any: all that are no directory are owned.
func TestDpkgListFiles(t *testing.T) {
	t.Parallel()
	needDpkgQuery(t)
	lists, err := filepath.Glob("/var/lib/dpkg/info/*.list")
	if err != nil || len(lists) == 0 {
		t.Skip("this machine has no packages of dpkg's")
	}
	seen := 0
	for _, list := range lists[:min(len(lists), 12)] {
		content, err := os.ReadFile(list)
		if err != nil {
			t.Skip(err)
		}
		facts, err := analyze.Dpkg.Analyze(t.Context(), newFile(strings.TrimPrefix(list, "/"), content))
		if err != nil {
			t.Errorf("Analyze(%s) = %v", list, err)
		}
		name := strings.TrimSuffix(filepath.Base(list), ".list")
		out, err := exec.Command("dpkg-query", "-L", name).Output()
		if err != nil {
			continue // removed, but for its configuration
		}
		seen++
		owned := make(map[string]bool)
		for _, p := range facts.Owned {
			owned["/"+p] = true
		}
		var listed []string
		for line := range strings.Lines(string(out)) {
			path := strings.TrimSuffix(line, "\n")
			if !strings.HasPrefix(path, "/") { // "diverted by ... to: ..."
				continue
			}
			listed = append(listed, path)
			info, err := os.Lstat(path)
			switch {
			case errors.Is(err, fs.ErrNotExist): // taken out of a container image
			case err == nil && !info.IsDir() && !owned[path]:
				if target, err := os.Stat(path); err == nil && target.IsDir() && info.Mode()&fs.ModeSymlink != 0 {
					continue // /lib of a merged /usr is a directory to the package
				}
				t.Errorf("%s: Analyze() does not own %s", name, path)
			case err == nil && info.IsDir() && owned[path] && hasListed(listed, path):
				t.Errorf("%s: Analyze() owns the directory %s", name, path)
			}
		}
		for path := range owned {
			if !slices.Contains(listed, path) {
				t.Errorf("%s: Analyze() owns %s, which is not listed", name, path)
			}
		}
	}
	t.Logf("%d packages", seen)
}

// hasListed reports whether something in dir is listed.
func hasListed(list []string, dir string) bool {
	return slices.ContainsFunc(list, func(p string) bool { return strings.HasPrefix(p, dir+"/") })
}

func TestAPKOwned(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		text string
		want []string
		err  string // after "read lib/apk/db/installed: "
	}{
		{"files", "P:a\nV:1\nF:\nR:.x\nF:usr\nF:usr/bin\nR:a\na:0:0:755\nZ:Q1x=\nR:b\nF:etc\nR:c\n", []string{".x", "usr/bin/a", "usr/bin/b", "etc/c"}, ""},
		{"no file", "P:a\nV:1\nF:usr\nM:0:0:1777\n", nil, ""},
		{"a directory ends with its record", "P:a\nV:1\nF:usr\n\nP:b\nV:1\nR:x\n", []string{"x"}, ""},
		{"of a record that is left out", "P:a\nF:usr\nR:x\n", []string{"usr/x"}, `line 1: package "a": no version`},
		{"of a name again", "P:a\nV:1\nF:usr\nR:x\n\nP:a\nV:2\nF:usr\nR:y\n", []string{"usr/x", "usr/y"}, ""},
		{"out of the root", "P:a\nV:1\nF:../..\nR:x\nF:/etc//\nR:y\n", []string{"x", "etc/y"}, ""},
		{"no name", "P:a\nV:1\nF:usr\nR:\n", nil, `line 4: package "a": not the path of a file`},
		{"too long", "P:a\nV:1\nF:" + strings.Repeat("x", 4096) + "\nR:y\n", nil, `line 4: package "a": limit reached: a path of more than 4096 bytes`},
	} {
		facts := checkOwned(t, analyze.APK, installedPath, []byte(row.text))
		if diff := cmp.Diff(row.want, facts.Owned); diff != "" && len(row.want)+len(facts.Owned) > 0 {
			t.Errorf("%s: Analyze().Owned: -want +got\n%s", row.name, diff)
		}
		_, err := analyze.APK.Analyze(t.Context(), newFile(installedPath, []byte(row.text)))
		if got := strings.TrimPrefix(errorText(err), "read lib/apk/db/installed: "); got != row.err {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
	}
}

func FuzzDpkgFiles(f *testing.F) {
	f.Add([]byte("/.\n/usr\n/usr/bin\n/usr/bin/a\n"))
	f.Add([]byte(md5Digest + "  usr/bin/a\n" + md5Digest + " *./b\r\n/c"))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, name := range []string{"var/lib/dpkg/info/a.list", "var/lib/dpkg/info/a.md5sums", "var/lib/dpkg/status.d/a.md5sums"} {
			checkOwned(t, analyze.Dpkg, name, content)
		}
		checkOwned(t, analyze.APK, installedPath, content)
	})
}

func BenchmarkDpkgList(b *testing.B) {
	benchmark(b, analyze.Dpkg, "var/lib/dpkg/info/a.list", []byte("/usr\n/usr/share\n/usr/share/keel\n/usr/share/keel/hull.txt\n/usr/share/keel/deck.txt\n"))
}
