package scan_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// TestOwnModules lists this repository's own Go modules. Of go.mod's, each is in
// the list of the go command, and each module that a package or its test comes
// from is in ours, at the same versions. The go command lists more, which only
// the go.mod files of other modules name: those are not in the repository.
func TestOwnModules(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	buildList := goModules(t, root, "list", "-m", "-json", "all")
	used := goModules(t, root, "list", "-deps", "-test", "-json=Module", "./...")
	for _, kind := range []artifact.TargetKind{artifact.KindFilesystem, artifact.KindRepository} {
		src := source.Directory(root, source.DirectoryOptions{Kind: kind})
		inv, err := scan.Inspect(t.Context(), src, scan.Options{SkipDirs: []string{"**/testdata"}})
		if err != nil {
			t.Fatal(err)
		}
		ours := make(map[string]string)
		for _, c := range inv.Components {
			if c.Type == vuln.TypeGo && c.Path == "go.mod" {
				ours[c.Name] = c.Version
			}
		}
		if len(ours) < 20 {
			t.Fatalf("%s: the root's go.mod has %v", kind, ours)
		}
		for name, version := range ours {
			if want, ok := buildList[name]; !ok || version != want {
				t.Errorf("%s: %s is listed at %q, but by go list at %q", kind, name, version, want)
			}
		}
		for name, version := range used {
			if got, ok := ours[name]; !ok || got != version {
				t.Errorf("%s: %s %s is used, but listed at %q", kind, name, version, got)
			}
		}
	}
}

// goModules is the versions of the modules that the go command prints, by path. It
// is skipped where not all of them were downloaded.
func goModules(t *testing.T, dir string, args ...string) map[string]string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("go %v: %v", args, err)
	}
	list := make(map[string]string)
	type module struct{ Path, Version string }
	var decode func() (module, error)
	d := json.NewDecoder(bytes.NewReader(out))
	if slices.Contains(args, "-m") {
		decode = func() (m module, err error) { err = d.Decode(&m); return m, err }
	} else {
		decode = func() (module, error) {
			var p struct{ Module module }
			err := d.Decode(&p)
			return p.Module, err
		}
	}
	for d.More() {
		m, err := decode()
		if err != nil {
			t.Fatal(err)
		}
		if m.Path != "" {
			list[m.Path] = m.Version
		}
	}
	return list
}
