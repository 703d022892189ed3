package helm

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	yaml "go.yaml.in/yaml/v3"
)

// corpusDir is where the charts of others are, which are no part of this
// repository. Where they are absent the test is skipped, but with CI=true it fails.
func corpusDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PLIMSOLL_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	dir = filepath.Join(dir, "helm")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("find corpus: %v", err)
		}
		t.Skipf("no corpus: %v", err)
	}
	return dir
}

// Each object in which KubeLinter finds something is rendered.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := corpusDir(t)
	text, err := os.ReadFile(filepath.Join(dir, "lint.expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]struct{ Diagnostics [][]string }
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	if len(expected) != 16 {
		t.Errorf("%d charts, want 16", len(expected))
	}
	for _, name := range sortedKeys(expected) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, err := Renderer{Compat: true}.Render(t.Context(), os.DirFS(dir), name)
			diagnostics := expected[name].Diagnostics
			if failed := err != nil; failed != (len(diagnostics) == 0) {
				t.Fatalf("Render(%s) = %v, with %d diagnostics expected", name, err, len(diagnostics))
			}
			var objects []string // "apps/v1/Deployment default name"
			for _, r := range list {
				if !strings.HasPrefix(r.Path, name+"/") {
					t.Errorf("path %s is not below %s", r.Path, name)
				}
				if n := len(slices.Collect(strings.Lines(string(r.Text)))); n != len(r.Source) {
					t.Errorf("%s has %d lines, and the sources of %d", r.Path, n, len(r.Source))
				}
				objects = append(objects, objectsIn(t, string(r.Text))...)
			}
			for _, d := range diagnostics {
				if want := strings.Join(d[1:4], " "); !slices.Contains(objects, want) {
					t.Errorf("Render(%s) has no %s, but %q", name, want, objects)
				}
			}
		})
	}
}

func objectsIn(t *testing.T, text string) []string {
	t.Helper()
	var list []string
	for d := yaml.NewDecoder(strings.NewReader(text)); ; {
		var o struct {
			APIVersion string `yaml:"apiVersion"`
			Kind       string
			Metadata   struct{ Name, Namespace string }
		}
		if err := d.Decode(&o); err != nil {
			return list
		}
		list = append(list, path.Join(o.APIVersion, o.Kind)+" "+o.Metadata.Namespace+" "+o.Metadata.Name)
	}
}
