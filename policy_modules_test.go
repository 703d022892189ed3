package plimsoll_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A module is a go.mod file of this repository.
type module struct {
	name   string // its directory, slash-separated: ".", "examples/plimsoll"
	dir    string
	file   goMod
	direct []string // paths that it requires directly
}

// A goMod is what go mod edit -json prints.
type goMod struct {
	Module    struct{ Path string }
	Go        string
	Toolchain string
	Require   []struct {
		Path     string
		Indirect bool
	}
	Replace []struct{ Old, New struct{ Path string } }
}

// A listed package is what go list -json prints of it.
type listed struct {
	ImportPath, Dir, Export            string
	Standard                           bool
	Module                             struct{ Path string }
	GoFiles                            []string
	Imports, TestImports, XTestImports []string
}

func TestModuleFiles(t *testing.T) {
	t.Parallel()
	root := rootDir(t)
	var dirs []string
	for _, m := range allModules(t) {
		dirs = append(dirs, m.name)
		if m.file.Go != "1.26" && (m.name == "." || m.file.Go != "1.26.0") {
			t.Errorf("%s/go.mod says go %s, want 1.26", m.name, m.file.Go)
		}
		if m.file.Toolchain != "" {
			t.Errorf("%s/go.mod has a toolchain line", m.name)
		}
		if m.name == "." {
			if len(m.file.Replace) > 0 {
				t.Errorf("the root's go.mod replaces modules: importers would not see that")
			}
			continue
		}
		if want := modulePath + "/" + m.name; m.file.Module.Path != want {
			t.Errorf("%s/go.mod names module %s, want %s", m.name, m.file.Module.Path, want)
		}
		found := false
		for _, r := range m.file.Replace {
			if !strings.HasPrefix(r.New.Path, "./") && !strings.HasPrefix(r.New.Path, "../") {
				t.Errorf("%s/go.mod replaces %s by %s, want a relative path", m.name, r.Old.Path, r.New.Path)
			}
			found = found || r.Old.Path == modulePath && filepath.Join(m.dir, r.New.Path) == root
		}
		if !found {
			t.Errorf("%s/go.mod has no replace line for %s", m.name, modulePath)
		}
	}

	var work struct {
		Go, Toolchain string
		Use           []struct{ DiskPath string }
	}
	goJSON(t, root, &work, "work", "edit", "-json")
	// Not 1.26: that is before 1.26.0, which go-git asks for, and so the modules
	// that require it.
	if work.Go != "1.26.0" || work.Toolchain != "" {
		t.Errorf("go.work says go %q, toolchain %q; want 1.26.0 and none", work.Go, work.Toolchain)
	}
	var used []string
	for _, u := range work.Use {
		used = append(used, filepath.ToSlash(filepath.Clean(u.DiskPath)))
	}
	slices.Sort(used)
	// A generator is at home with the versions that it names, and not with those that
	// the other modules agree on.
	dirs = slices.DeleteFunc(dirs, func(dir string) bool { return strings.HasPrefix(dir, "internal/") })
	if !slices.Equal(used, dirs) {
		t.Errorf("go.work uses %q, but the modules are %q", used, dirs)
	}
}

// allModules is every module of the repository, sorted by directory.
func allModules(t *testing.T) []module {
	t.Helper()
	root := rootDir(t)
	var modules []module
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.Name() != "go.mod" {
			return nil
		}
		m := module{dir: filepath.Dir(path)}
		name, err := filepath.Rel(root, m.dir)
		if err != nil {
			return err
		}
		m.name = filepath.ToSlash(name)
		goJSON(t, m.dir, &m.file, "mod", "edit", "-json")
		for _, r := range m.file.Require {
			if !r.Indirect {
				m.direct = append(m.direct, r.Path)
			}
		}
		modules = append(modules, m)
		return nil
	})
	if err != nil {
		t.Fatalf("find modules: %v", err)
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.name, b.name) })
	return modules
}

func nestedModules(t *testing.T) []module {
	t.Helper()
	return slices.DeleteFunc(allModules(t), func(m module) bool { return m.name == "." })
}

// goList runs go list -json in the module at dir, with GOWORK=off.
func goList(t *testing.T, dir string, args ...string) []listed {
	t.Helper()
	out := goRun(t, dir, append([]string{"list", "-json"}, args...)...)
	var packages []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatalf("decode go list %v: %v", args, err)
		}
		packages = append(packages, p)
	}
}

func goJSON(t *testing.T, dir string, v any, args ...string) {
	t.Helper()
	if err := json.Unmarshal(goRun(t, dir, args...), v); err != nil {
		t.Fatalf("decode go %v: %v", args, err)
	}
}

// goRun returns what a go command prints. Only go work sees the workspace.
func goRun(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if args[0] == "work" {
		cmd.Env = append(os.Environ(), "GOWORK="+filepath.Join(dir, "go.work"))
	}
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("go %v: %v\n%s", args, err, exit.Stderr)
	}
	if err != nil {
		t.Fatalf("go %v: %v", args, err)
	}
	return out
}

// rootDir is the repository, where go test runs the tests of its root package.
func rootDir(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
