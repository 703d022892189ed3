package analyze_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// An image is the wanted files of each of its layers, by path.
type image struct {
	name   string
	layers []map[string][]byte
}

// TestCorpus reads the corpus's images once, for the analyzers below.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpus.Dir(t), "images")
	archives, err := filepath.Glob(filepath.Join(dir, "*.tar"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("Glob(%s) = %v, %v, want images", dir, archives, err)
	}
	var images []image
	for _, archive := range archives {
		images = append(images, image{filepath.Base(archive), readLayers(t, archive)})
	}
	t.Run("dpkg", func(t *testing.T) { testCorpusDpkg(t, images) })
	t.Run("apk", func(t *testing.T) { testCorpusAPK(t, images, filepath.Join(dir, "expected")) })
	t.Run("os-release", func(t *testing.T) { testCorpusOSRelease(t, images) })
}

// readLayers reads an image archive's layers, in the order they lie there. All
// layers of the corpus are compressed; other members are not layers.
func readLayers(t *testing.T, archive string) []map[string][]byte {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var list []map[string][]byte
	members := tar.NewReader(file)
	for {
		_, err := members.Next()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatalf("read %s: %v", archive, err)
		}
		if plain, err := gzip.NewReader(members); err == nil {
			list = append(list, readLayer(t, plain))
		}
	}
}

func readLayer(t *testing.T, plain io.Reader) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	entries := tar.NewReader(plain)
	for {
		h, err := entries.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatalf("read layer: %v", err)
		}
		name := path.Clean(h.Name)
		wanted := func(a artifact.Analyzer) bool { return wants(a, name) }
		list := []artifact.Analyzer{analyze.Dpkg, analyze.APK, analyze.OSRelease}
		if h.Typeflag != tar.TypeReg || !slices.ContainsFunc(list, wanted) {
			continue
		}
		if files[name], err = io.ReadAll(entries); err != nil {
			t.Fatalf("read %s: %v", name, err)
		}
	}
}

func wants(a artifact.Analyzer, name string) bool { return analyzetest.Wants(a, name, 0o644) }

// wanted is the files of a layer that a wants.
func wanted(a artifact.Analyzer, layer map[string][]byte) map[string][]byte {
	files := maps.Clone(layer)
	maps.DeleteFunc(files, func(name string, _ []byte) bool { return !wants(a, name) })
	return files
}

// refused names, by image, packages whose stanza dpkg-query stops at.
func refused(image string) string {
	switch image {
	case "ubuntu1804-reconstructed.docker.tar":
		// It was rebuilt from an index that has "5.4 /etc/protocols ..." for a
		// version. Dpkg keeps it as it is spelled.
		return "netbase"
	}
	return ""
}

// without drops the stanza of one package from a status file.
func without(status []byte, name string) []byte {
	var kept []string
	for stanza := range strings.SplitSeq(string(status), "\n\n") {
		if !strings.HasPrefix(stanza, "Package: "+name+"\n") {
			kept = append(kept, stanza)
		}
	}
	return []byte(strings.Join(kept, "\n\n"))
}

// testCorpusDpkg holds Dpkg to what dpkg-query lists of the same files.
func testCorpusDpkg(t *testing.T, images []image) {
	needDpkgQuery(t)
	databases := 0
	for _, image := range images {
		for _, layer := range image.layers {
			files := wanted(analyze.Dpkg, layer)
			if len(files) == 0 {
				continue
			}
			databases++
			got, status := dpkgDatabase(t, files)
			t.Logf("%s: %d packages in %d files", image.name, len(got), len(files))
			if name := refused(image.name); name != "" {
				status = without(status, name)
				all := len(got)
				got = slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, name+" ") })
				if len(got) != all-1 {
					t.Errorf("%s: Analyze() lists %s %d times, want once", image.name, name, all-len(got))
				}
			}
			if diff := cmp.Diff(dpkgQuery(t, status), got); diff != "" {
				t.Errorf("%s: Analyze(): -dpkg-query +got\n%s", image.name, diff)
			}
		}
	}
	if databases < 4 {
		t.Errorf("the corpus has %d dpkg databases, want 4 at least", databases)
	}
}

// dpkgDatabase returns the packages of a layer's database, sorted, and the same
// database as one status file.
func dpkgDatabase(t *testing.T, files map[string][]byte) (packages []string, status []byte) {
	t.Helper()
	for name, content := range files {
		facts, err := analyze.Dpkg.Analyze(t.Context(), newFile(name, content))
		if err != nil {
			t.Errorf("Analyze(%s) = %v", name, err)
		}
		packages = append(packages, summary(facts)...)
		switch {
		case name == statusPath:
			status = append(status, content...)
		case path.Dir(name) == "var/lib/dpkg/status.d" && !strings.HasSuffix(name, ".md5sums"):
			status = append(status, "Status: install ok installed\n"...)
			status = append(append(status, bytes.TrimSpace(content)...), "\n\n"...)
		}
	}
	slices.Sort(packages)
	return packages, status
}

// needDpkgQuery skips the test where there is no dpkg.
func needDpkgQuery(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("dpkg-query")
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatal(err)
	case err != nil:
		t.Skip(err)
	}
}

// TestDpkgQuery holds Dpkg to dpkg-query on the package's own fixture, with
// states that the corpus lacks.
func TestDpkgQuery(t *testing.T) {
	t.Parallel()
	needDpkgQuery(t)
	var text strings.Builder
	for _, state := range []string{
		"install ok installed", "hold ok installed", "deinstall ok installed", "purge ok installed",
		"install ok unpacked", "install ok half-configured", "install reinstreq half-installed",
		"deinstall ok config-files", "purge ok config-files", "unknown ok not-installed",
	} {
		text.WriteString("Package: a-" + strings.ReplaceAll(state, " ", "-") +
			"\nSTATUS : " + state + "\nArchitecture: all\nSource: s (2:1\nVersion: 1-1\n\n")
	}
	facts, err := analyze.Dpkg.Analyze(t.Context(), newFile(statusPath, []byte(text.String())))
	if err != nil {
		t.Fatalf("Analyze() = %v", err)
	}
	got := summary(facts)
	slices.Sort(got)
	if diff := cmp.Diff(dpkgQuery(t, []byte(text.String())), got); diff != "" {
		t.Errorf("Analyze(): -dpkg-query +got\n%s", diff)
	}
	if len(got) != 7 {
		t.Errorf("Analyze() = %q, want 7 packages", got)
	}
}

// dpkgQuery is what dpkg-query lists of a status file, as summary has it, but
// for packages of which no files are left.
func dpkgQuery(t *testing.T, status []byte) []string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "status"), status, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("dpkg-query", "--admindir="+dir, "-W",
		"-f", `${db:Status-Status}\t${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n`)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run %v: %v: %s", cmd.Args, err, &stderr)
	}
	var list []string
	for line := range strings.Lines(string(out)) {
		state, row, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if state != "not-installed" && state != "config-files" {
			list = append(list, row)
		}
	}
	slices.Sort(list)
	return list
}

// testCorpusAPK holds APK to the packages that another scanner lists.
func testCorpusAPK(t *testing.T, images []image, expected string) {
	packages := map[string]int{
		"alpine3.4.oci.tar":        11,
		"alpine3.16.oci.tar":       14,
		"node-app-removed.oci.tar": 15,
	}
	for _, image := range images {
		var got []string
		for _, layer := range image.layers {
			for name, content := range wanted(analyze.APK, layer) {
				facts, err := analyze.APK.Analyze(t.Context(), newFile(name, content))
				if err != nil {
					t.Errorf("%s: Analyze(%s) = %v", image.name, name, err)
				}
				for _, c := range facts.Components {
					got = append(got, c.Name+" "+c.Version)
				}
			}
		}
		if len(got) != packages[image.name] {
			t.Errorf("%s: Analyze() = %d packages, want %d", image.name, len(got), packages[image.name])
		}
		if len(got) == 0 {
			continue
		}
		table, err := os.ReadFile(filepath.Join(expected, strings.TrimSuffix(image.name, ".tar")+".packages.tsv"))
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for line := range strings.Lines(string(table)) {
			if column := strings.Split(line, "\t"); column[0] == "alpine" {
				want = append(want, column[1]+" "+column[2])
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: Analyze(): -want +got\n%s", image.name, diff)
		}
	}
}

// testCorpusOSRelease holds OSRelease to the facts of every image that has any.
func testCorpusOSRelease(t *testing.T, images []image) {
	want := map[string]map[string]vuln.OS{
		"alpine3.16.oci.tar": {
			"usr/lib/os-release":   {Family: "alpine", Version: "3.16.2", PrettyName: "Alpine Linux v3.16"},
			"etc/alpine-release":   {Family: "alpine", Version: "3.16.2"},
			"etc/apk/repositories": {Family: "alpine", Repository: "3.16"},
		},
		"alpine3.4.oci.tar": {
			"usr/lib/os-release":   {Family: "alpine", Version: "3.4.0", PrettyName: "Alpine Linux v3.4"},
			"etc/alpine-release":   {Family: "alpine", Version: "3.4.0"},
			"etc/apk/repositories": {Family: "alpine", Repository: "3.4"},
		},
		"cbl-mariner2.oci.tar": {
			"usr/lib/os-release": {Family: "mariner", Version: "2.0", PrettyName: "CBL-Mariner/Linux"},
		},
		"debian12-distroless.oci.tar": {
			"usr/lib/os-release": {Family: "debian", Version: "12", Codename: "bookworm", PrettyName: "Debian GNU/Linux 12 (bookworm)"},
			"etc/debian_version": {Family: "debian", Version: "12.15"},
		},
		"debian12-web.oci.tar": {
			"usr/lib/os-release": {Family: "debian", Version: "12", Codename: "bookworm", PrettyName: "Debian GNU/Linux 12 (bookworm)"},
			"etc/debian_version": {Family: "debian", Version: "12.15"},
		},
		"node-app-removed.oci.tar": {
			"usr/lib/os-release":   {Family: "alpine", Version: "3.18.0", PrettyName: "Alpine Linux v3.18"},
			"etc/alpine-release":   {Family: "alpine", Version: "3.18.0"},
			"etc/apk/repositories": {Family: "alpine", Repository: "3.18"},
		},
		"rhel8-libuuid-bdb.oci.tar": {
			"usr/lib/os-release": {Family: "rhel", Version: "8.8", PrettyName: "Red Hat Enterprise Linux 8.8 (Ootpa)"},
			"etc/redhat-release": {Family: "rhel", Version: "8.8", PrettyName: "Red Hat Enterprise Linux release 8.8 (Ootpa)"},
		},
		"sle15-bci-upgraded.oci.tar": {
			"usr/lib/os-release": {Family: "sles", Version: "15.3", PrettyName: "SUSE Linux Enterprise Server 15 SP3"},
		},
		"ubuntu1804-reconstructed.docker.tar": {
			"usr/lib/os-release": {Family: "ubuntu", Version: "18.04", Codename: "bionic", PrettyName: "Ubuntu 18.04.3 LTS"},
			"etc/lsb-release":    {Family: "ubuntu", Version: "18.04", Codename: "bionic", PrettyName: "Ubuntu 18.04.3 LTS"},
			"etc/debian_version": {Family: "debian", Version: "buster/sid"},
		},
	}
	got := map[string]map[string]vuln.OS{}
	for _, image := range images {
		facts := map[string]vuln.OS{}
		for _, layer := range image.layers {
			for name, content := range wanted(analyze.OSRelease, layer) {
				f, err := analyze.OSRelease.Analyze(t.Context(), newFile(name, content))
				if err != nil || f.OS == nil {
					t.Errorf("%s: Analyze(%s) = %+v, %v, want a system", image.name, name, f, err)
					continue
				}
				facts[name] = *f.OS
			}
		}
		if len(facts) > 0 {
			got[image.name] = facts
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Analyze(): -want +got\n%s", diff)
	}
}
