package analyze_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// exeArchive takes an archive apart: "-- name --" lines, each before the content
// of a file.
func exeArchive(text string) map[string]string {
	files := make(map[string]string)
	name := ""
	for line := range strings.Lines(text) {
		if n, ok := strings.CutPrefix(line, "-- "); ok && strings.HasSuffix(n, " --\n") {
			name = strings.TrimSuffix(n, " --\n")
			continue
		}
		files[name] += line
	}
	return files
}

// exeTree is a tree as lines of text: files, their components, and what is left
// of other facts; then the errors.
func exeTree(tree *artifact.Tree, errs map[string]error) string {
	var b strings.Builder
	for _, f := range tree.Files() {
		fmt.Fprintln(&b, f.Path)
		for _, c := range f.Facts.Components {
			fmt.Fprintf(&b, "\t%s %s@%s %s", c.Type, c.Name, c.Version, c.Relationship)
			if c.Dev {
				b.WriteString(" dev")
			}
			for _, l := range c.Lines {
				fmt.Fprintf(&b, " %d-%d", l.First, l.Last)
			}
			if len(c.DependsOn) > 0 {
				fmt.Fprintf(&b, " needs %s", strings.Join(c.DependsOn, " "))
			}
			b.WriteString("\n")
		}
		for name := range f.Facts.Custom {
			fmt.Fprintf(&b, "\tleft: %s\n", name)
		}
	}
	var names []string
	for name := range errs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "error: %s\n", strings.ReplaceAll(errs[name].Error(), "; ", ";\n\t"))
	}
	return b.String()
}

func TestGoldenExeManifests(t *testing.T) {
	t.Parallel()
	for dir, a := range map[string]artifact.Analyzer{"cargo": analyze.CargoLock, "gomod": analyze.GoMod} {
		inputs, err := filepath.Glob(filepath.Join("testdata", dir, "*.txt"))
		if err != nil || len(inputs) == 0 {
			t.Fatalf("Glob(testdata/%s) = %v, %v, want inputs", dir, inputs, err)
		}
		for _, input := range inputs {
			text, err := os.ReadFile(input)
			if err != nil {
				t.Fatal(err)
			}
			files := exeArchive(string(text))
			got := exeTree(analyzetest.Run(t.Context(), a, files))
			golden(t, strings.TrimSuffix(input, ".txt")+".golden", got)
			for name, content := range files {
				files[name] = strings.ReplaceAll(content, "\n", "\r\n")
			}
			crlf := exeTree(analyzetest.Run(t.Context(), a, files))
			if diff := cmp.Diff(got, crlf); diff != "" && !strings.Contains(input, "broken") {
				t.Errorf("%s: %s with CRLF: -LF +CRLF\n%s", a.Name(), input, diff)
			}
		}
	}
}

// TestCorpusCargo holds CargoLock to Trivy's packages of the corpus's lock files.
func TestCorpusCargo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpus.Dir(t), "images")
	want := make(map[string][]string)
	for _, row := range corpus.Fields(t, dir, "expected", "lockfiles.docker.packages.tsv") {
		if row[0] == "cargo" {
			want[row[3]] = append(want[row[3]], row[1]+" "+row[2])
		}
	}
	files := corpusFiles(t, "lockfiles.docker.tar", func(name string) bool {
		return strings.HasPrefix(filepath.Base(name), "Cargo.")
	})
	tree, errs := analyzetest.Run(t.Context(), analyze.CargoLock, files)
	if len(errs) > 0 {
		t.Errorf("Run() = %v, want no errors", errs)
	}
	got := make(map[string][]string)
	for _, f := range tree.Files() {
		for _, c := range f.Facts.Components {
			if !c.Dev {
				got[f.Path] = append(got[f.Path], c.Name+" "+c.Version)
			}
		}
		slices.Sort(got[f.Path])
		slices.Sort(want[f.Path])
		if diff := cmp.Diff(want[f.Path], got[f.Path]); diff != "" {
			t.Errorf("%s: -trivy +got\n%s", f.Path, diff)
		}
	}
	if len(want) != 2 || len(got) != 2 {
		t.Errorf("the corpus has %d lock files of Cargo, %d were read, want 2", len(want), len(got))
	}
}

// TestCorpusGoBinary holds GoBinary to Trivy's packages of the corpus's programs.
func TestCorpusGoBinary(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpus.Dir(t), "images")
	var want, got []string
	for _, row := range corpus.Fields(t, dir, "expected", "go-app.oci.packages.tsv") {
		want = append(want, strings.Join(row, " "))
	}
	files := corpusFiles(t, "go-app.oci.tar", func(string) bool { return true })
	for name, content := range files {
		facts, err := analyze.GoBinary.Analyze(t.Context(), analyzetest.Stream(name, []byte(content)))
		if err != nil {
			t.Errorf("Analyze(%s) = %v", name, err)
		}
		for _, c := range facts.Components {
			got = append(got, strings.Join([]string{"gobinary", c.Name, c.Version, name}, " "))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" || len(got) < 40 {
		t.Errorf("%d packages: -trivy +got\n%s", len(got), diff)
	}
}

// TestGoModOfThisRepository states what GoMod's list is, on this repository: the
// modules of go.mod, which hold each module that a package or test here comes
// from, and are a part of go list -m all, in the same versions.
func TestGoModOfThisRepository(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(b)
	}
	tree, errs := analyzetest.Run(t.Context(), analyze.GoMod, files)
	if len(errs) > 0 {
		t.Errorf("Run() = %v, want no errors", errs)
	}
	listed := make(map[string]bool)
	for _, c := range tree.File("go.mod").Facts.Components {
		listed[strings.TrimSpace(c.Name+" "+c.Version)] = true
	}

	used := exeGo(t, root, "list", "-mod=readonly", "-deps", "-test", "-f", "{{with .Module}}{{.Path}} {{.Version}}{{end}}", "./...")
	if len(used) < 5 {
		t.Errorf("go list -deps -test names %d modules, want more", len(used))
	}
	for m := range used {
		if !listed[m] {
			t.Errorf("%s has packages that are used here, but is not listed", m)
		}
	}

	dir := t.TempDir() // go list writes go.sum
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	all := exeGo(t, dir, "list", "-mod=mod", "-m", "-f", "{{.Path}} {{.Version}}", "all")
	for m := range listed {
		if len(all) > 0 && !all[m] {
			t.Errorf("%s is listed, but not by go list -m all", m)
		}
	}
	t.Logf("%d modules are listed, %d used, go list -m all has %d", len(listed), len(used), len(all))
}

// exeGo is the lines that go prints, without network. It is none for go list -m
// where the module cache does not have all it needs.
func exeGo(t *testing.T, dir string, args ...string) map[string]bool {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOPROXY=off", "GOFLAGS=")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && strings.Contains(string(exit.Stderr), "module lookup disabled") {
		t.Logf("go %s: %s", strings.Join(args, " "), exit.Stderr)
		return nil
	}
	if err != nil {
		t.Fatalf("go %q: %v", args, err)
	}
	found := make(map[string]bool)
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line != "" {
			found[line] = true
		}
	}
	return found
}

// TestHostileExeManifests holds both to bounds on what is nested or repeated.
func TestHostileExeManifests(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, path, text string
		limit            bool
	}{
		{"deep array", "Cargo.lock", "a = " + strings.Repeat("[", 10_000), true},
		{"deep array in a table", "Cargo.lock", "[[package]]\na = " + strings.Repeat("[", 1<<20), true},
		{"deep table", "Cargo.toml", "a = " + strings.Repeat("{a=", 10_000), true},
		{"deep key", "Cargo.toml", strings.Repeat("a.", 10_000) + "a = 1\n", true},
		{"many packages", "Cargo.lock", strings.Repeat("[[package]]\nname='a'\nversion='1'\n", 1<<16+1), true},
		{"too large", "Cargo.lock", strings.Repeat("#", 16<<20+1), true},
		{"NUL", "Cargo.lock", strings.Repeat("\x00", 1000), false},
		{"not UTF-8", "Cargo.lock", "[[package]]\nname = \"\xff\"\nversion = \"1\"\n", false},
		{"empty", "Cargo.lock", "", false},
		{"empty", "Cargo.toml", "", false},
		{"wrong types", "Cargo.toml", "dependencies = 7\n", false},
		{"open blocks", "go.mod", strings.Repeat("require (\n", 10_000), false},
		{"one line", "go.mod", strings.Repeat("(", 1<<20), false},
		{"too large", "go.mod", strings.Repeat("/", 16<<20+1), true},
		{"many bad lines", "go.mod", strings.Repeat("a b c\n", 50_000), false},
		{"NUL", "go.sum", strings.Repeat("\x00", 1000), false},
		{"empty", "go.mod", "", false},
	} {
		a := artifact.Analyzer(analyze.GoMod)
		if strings.HasPrefix(row.path, "Cargo") {
			a = analyze.CargoLock
		}
		_, err := a.Analyze(t.Context(), analyzetest.File(row.path, []byte(row.text)))
		if errors.Is(err, artifact.ErrLimit) != row.limit {
			t.Errorf("%s of %s: error is %v, want a limit %t", row.path, row.name, err, row.limit)
		}
		if len(errorText(err)) > 10_000 {
			t.Errorf("%s of %s: the error has %d bytes", row.path, row.name, len(errorText(err)))
		}
	}
}

func FuzzCargoLock(f *testing.F) {
	fuzzExe(f, analyze.CargoLock, "cargo", "Cargo.lock", "Cargo.toml")
}

func FuzzGoMod(f *testing.F) {
	fuzzExe(f, analyze.GoMod, "gomod", "go.mod", "go.sum")
}

// fuzzExe fuzzes two files beside each other, seeded from archives.
func fuzzExe(f *testing.F, a artifact.Analyzer, dir, first, second string) {
	inputs, err := filepath.Glob(filepath.Join("testdata", dir, "*.txt"))
	if err != nil || len(inputs) == 0 {
		f.Fatalf("Glob(testdata/%s) = %v, %v, want inputs", dir, inputs, err)
	}
	for _, input := range inputs {
		text, err := os.ReadFile(input)
		if err != nil {
			f.Fatal(err)
		}
		files := exeArchive(string(text))
		for name, content := range files {
			if filepath.Base(name) == first {
				other := files[filepath.ToSlash(filepath.Join(filepath.Dir(name), second))]
				f.Add(content, other)
				f.Add(content[:len(content)/3], other)
			}
		}
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		files := map[string]string{first: one, second: two}
		tree, errs := analyzetest.Run(t.Context(), a, files)
		got := exeTree(tree, errs)
		for _, file := range tree.Files() {
			ids := make(map[string]bool)
			for _, c := range file.Facts.Components {
				if c.Type == "" || c.Name == "" || c.SourceName != c.Name {
					t.Errorf("Run(%q) has the component %+v, want type, name and source", files, c)
				}
				if ids[c.ID()] {
					t.Errorf("Run(%q) has %s twice", files, c.ID())
				}
				ids[c.ID()] = true
			}
			for _, c := range file.Facts.Components {
				for _, id := range c.DependsOn {
					if !ids[id] {
						t.Errorf("Run(%q): %s needs %s, which is not there", files, c.ID(), id)
					}
				}
			}
			if len(file.Facts.Custom) > 0 && len(errs) == 0 {
				t.Errorf("Run(%q) leaves %v", files, file.Facts.Custom)
			}
		}
		if again := exeTree(analyzetest.Run(t.Context(), a, files)); again != got {
			t.Errorf("Run(%q) = %s, and then %s", files, got, again)
		}
	})
}
