package analyze_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

const (
	descPath  = "var/lib/pacman/local/libkeel-1:1.4.2-3/desc"
	filesPath = "var/lib/pacman/local/libkeel-1:1.4.2-3/files"
)

func TestPacmanGolden(t *testing.T) {
	t.Parallel()
	for file, path := range map[string]string{
		"desc": descPath, "files": filesPath, "installed-desc": descPath, "installed-files": filesPath,
	} {
		name := filepath.Join("testdata", "pacman", file)
		text, err := os.ReadFile(name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".golden", renderOwned(analyze.Pacman.Analyze(t.Context(), newFile(path, text))))
	}
}

func TestPacmanDesc(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 4097)
	for _, row := range []struct {
		name string
		text string
		want string // empty: none
		err  string // after "read PATH: "
	}{
		{"a package", "%NAME%\na\n\n%VERSION%\n1-1\n\n%BASE%\nb\n\n%ARCH%\nany\n", "a 1-1 any b 1-1", ""},
		{"no base", "%NAME%\na\n\n%VERSION%\n1-1\n", "a 1-1  a 1-1", ""},
		{"an empty base", "%NAME%\na\n\n%BASE%\n\n%VERSION%\n1-1\n", "a 1-1  a 1-1", ""},
		{"CRLF, no final LF", "%NAME%\r\na\r\n\r\n%VERSION%\r\n1-1", "a 1-1  a 1-1", ""},
		{"no blank lines", "%NAME%\na\n%VERSION%\n1-1\n%BASE%\nb\n", "a 1-1  b 1-1", ""},
		{"lines before any section", "x\ny\n%NAME%\na\n%VERSION%\n1-1\n", "a 1-1  a 1-1", ""},
		{"many lines of another section", "%DEPENDS%\nx\ny\n\n%NAME%\na\n%VERSION%\n1-1\n%DESC%\nx\ny\n", "a 1-1  a 1-1", ""},
		{"what a percent sign begins", "%NAME%\na\n%VERSION%\n1-1\n\n%DESC%\n100% and %more\n%%\n", "a 1-1  a 1-1", ""},
		{"no name", "%VERSION%\n1-1\n", "", "no name"},
		{"an empty name", "%NAME%\n\n%VERSION%\n1-1\n", "", "no name"},
		{"no version", "%NAME%\na\n", "", `package "a": no version`},
		{"cut", "%NAME%\na\n\n%VERS", "", `package "a": no version`},
		{"a second line", "%NAME%\na\nb\n\n%VERSION%\n1-1\n", "", "line 3: a second value"},
		{"a second section", "%NAME%\na\n\n%VERSION%\n1-1\n\n%NAME%\nb\n", "", "line 8: a second value"},
		{"long", "%NAME%\n" + long + "\n", "", "line 2: limit reached: 4097 bytes in value, of 4096"},
		{"a long licence", "%NAME%\na\n%LICENSE%\n" + long + "\n", "", "line 4: limit reached: 4097 bytes in a licence, of 4096"},
		{"many licences", "%NAME%\na\n%LICENSE%\n" + strings.Repeat("x\n", 257), "", "line 260: limit reached: more than 256 licences"},
		{"empty", "", "", "no name"},
		{"binary", "\x00\xff\n%\x00%\n", "", "no name"},
	} {
		facts := check(t, analyze.Pacman, descPath, []byte(row.text))
		_, err := analyze.Pacman.Analyze(t.Context(), newFile(descPath, []byte(row.text)))
		if got := strings.Join(summary(facts), "\n"); got != row.want {
			t.Errorf("%s: Analyze() = %q, want %q", row.name, got, row.want)
		}
		if got := strings.TrimPrefix(errorText(err), "read "+descPath+": "); got != row.err {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
	}
	large := artifact.NewFile(artifact.Entry{Path: descPath, Kind: artifact.KindRegular, Size: 1 << 40}, strings.NewReader(""))
	if _, err := analyze.Pacman.Analyze(t.Context(), large); !errors.Is(err, artifact.ErrLimit) {
		t.Errorf("Analyze(1 TiB) = %v, want ErrLimit", err)
	}
}

func TestPacmanFiles(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		text string
		want []string
		err  string // after "read PATH: "
	}{
		{"nothing", "", nil, ""},
		{"files", "%FILES%\nusr/\nusr/a\n.b\n", []string{"usr/a", ".b"}, ""},
		{"other sections", "%BACKUP%\nx\n\n%FILES%\na\n\n%BACKUP%\ny\tz\n", []string{"a"}, ""},
		{"before any section", "a\n", nil, ""},
		{"out of the root", "%FILES%\n../a\nb/../../c\n", []string{"a", "c"}, ""},
		{"from the root", "%FILES%\n/a\nb\n", []string{"b"}, "line 2: not the path of a file"},
		{"too long", "%FILES%\n" + strings.Repeat("x", 4097) + "\nb\n", []string{"b"}, "line 2: limit reached: a path of more than 4096 bytes"},
	} {
		facts := checkOwned(t, analyze.Pacman, filesPath, []byte(row.text))
		_, err := analyze.Pacman.Analyze(t.Context(), newFile(filesPath, []byte(row.text)))
		if diff := cmp.Diff(row.want, facts.Owned); diff != "" {
			t.Errorf("%s: Analyze().Owned: -want +got\n%s", row.name, diff)
		}
		if got := strings.TrimPrefix(errorText(err), "read "+filesPath+": "); got != row.err {
			t.Errorf("%s: Analyze() error:\n got %s\nwant %s", row.name, got, row.err)
		}
	}
}

// TestPacmanElsewhere holds the analyzer to files of the database: others may
// have the names too.
func TestPacmanElsewhere(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"desc", "files", "srv/desc", "var/lib/pacman/local/desc", "var/lib/pacman/local/a-1-1/x/desc",
		"var/lib/pacman/sync/a-1-1/desc", "srv/var/lib/pacman/local/a-1-1/desc", "var/lib/pacman/local//desc",
	} {
		facts, err := analyze.Pacman.Analyze(t.Context(), newFile(path, []byte("%NAME%\na\n%VERSION%\n1-1\n%FILES%\nx\n")))
		if !facts.Empty() || err != nil {
			t.Errorf("Analyze(%s) = %+v, %v, want nothing", path, facts, err)
		}
	}
}

// TestPacmanQuery holds Pacman to what pacman lists of the same entries, where
// there is one: Debian has it as pacman-package-manager.
func TestPacmanQuery(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("pacman"); err != nil {
		t.Skip(err)
	}
	db := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		file := filepath.Join(db, "local", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("ALPM_DB_VERSION", "9\n")
	var packages, owned []string
	for entry, fixture := range map[string]string{"libkeel-1:1.4.2-3": "", "keel-utils-1:1.4.2-3": "installed-"} {
		for _, file := range []string{"desc", "files"} {
			text, err := os.ReadFile(filepath.Join("testdata", "pacman", fixture+file+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			write(entry+"/"+file, string(text))
			facts, err := analyze.Pacman.Analyze(t.Context(), newFile("var/lib/pacman/local/"+entry+"/"+file, text))
			if err != nil {
				t.Errorf("Analyze(%s) = %v", entry, err)
			}
			for _, c := range facts.Components {
				packages = append(packages, c.Name+" "+c.Version)
			}
			for _, p := range facts.Owned {
				owned = append(owned, "/"+p)
			}
		}
	}
	query := func(flags string) []string {
		t.Helper()
		out, err := exec.Command("pacman", flags, "--root", "/", "--dbpath", db).Output()
		if err != nil {
			t.Fatalf("pacman %s: %v", flags, err)
		}
		var list []string
		for line := range strings.Lines(string(out)) {
			if line = strings.TrimSuffix(line, "\n"); !strings.HasSuffix(line, "/") {
				list = append(list, line)
			}
		}
		slices.Sort(list)
		return list
	}
	slices.Sort(packages)
	slices.Sort(owned)
	if diff := cmp.Diff(query("-Q"), packages); diff != "" {
		t.Errorf("Analyze(): -pacman +got\n%s", diff)
	}
	if diff := cmp.Diff(query("-Qlq"), owned); diff != "" {
		t.Errorf("Analyze().Owned: -pacman +got\n%s", diff)
	}
}

func FuzzPacman(f *testing.F) {
	seed(f, "testdata/pacman/*.txt")
	f.Fuzz(func(t *testing.T, content []byte) {
		checkOwned(t, analyze.Pacman, descPath, content)
		checkOwned(t, analyze.Pacman, filesPath, content)
	})
}
