package manifest_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/manifest"
)

func named(name string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("apiVersion: v1\nkind: A\nmetadata: {name: " + name + "}\n")}
}

// charts renders directories with a file chart.txt, and files with the extension
// .chart.
type charts struct{}

func (charts) Name() string { return "charts" }

func (charts) Detect(fsys fs.FS, path string, entry fs.DirEntry) bool {
	if !entry.IsDir() {
		return strings.HasSuffix(path, ".chart")
	}
	_, err := fs.Stat(fsys, path+"/chart.txt")
	return err == nil
}

func (charts) Render(_ context.Context, _ fs.FS, path string) ([]manifest.Rendered, error) {
	texts := []manifest.Rendered{
		{Path: path + "/one.yaml", Text: []byte("apiVersion: v1\nkind: A\nmetadata: {name: one}\n"), Source: []int{3, 5, 0}},
		{Path: path + "/two.yaml", Text: []byte("junk\n"), Source: []int{9}},
		{Path: path + "/three.yaml", Text: make([]byte, 2000)},
	}
	return texts, errors.New("a hole")
}

// loaded is what was read: names with their context, then problems.
func loaded(b *manifest.Bundle) []string {
	var lines []string
	for _, o := range b.Objects {
		p := o.Node.Position()
		line := fmt.Sprintf("%s in %s at %s", o.Name, o.Context, p)
		if r := o.File().Renderer; r != "" {
			line += " by " + r
		}
		lines = append(lines, line)
	}
	for _, p := range b.Problems {
		lines = append(lines, p.Error())
	}
	return lines
}

func TestLoad(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"b.yaml":          named("b"),
		"a/a.YML":         named("a"),
		"a/c.json":        {Data: []byte(`{"apiVersion":"v1","kind":"A","metadata":{"name":"c"}}`)},
		"a/d.txt":         named("d"),
		"a/values.yaml":   {Data: []byte("x: y\n")},
		"a/bad.yaml":      {Data: []byte("x: [\n")},
		"skip/e.yaml":     named("e"),
		"skip.yaml":       named("f"),
		"chart/chart.txt": {},
		"chart/g.yaml":    named("g"),
		"packed.chart":    {},
		"pipe.yaml":       {Mode: fs.ModeNamedPipe},
		"link.yaml":       {Mode: fs.ModeSymlink, Data: []byte("b.yaml")},
	}
	limits := manifest.Limits{FileBytes: 1000}
	for _, row := range []struct {
		name, root string
		opts       manifest.Options
		want       []string
	}{
		{"all", ".", manifest.Options{}, []string{
			"a in a at a/a.YML:1:1", "c in a at a/c.json:1:1", "b in . at b.yaml:1:1", "g in chart at chart/g.yaml:1:1", "b in . at link.yaml:1:1",
			"e in skip at skip/e.yaml:1:1", "f in . at skip.yaml:1:1", "a/bad.yaml:1:1: syntax error: did not find expected node content"}},
		{"other extensions", "a", manifest.Options{Extensions: []string{".txt"}}, []string{"d in a at a/d.txt:1:1"}},
		{"file of another extension", "a/d.txt", manifest.Options{}, []string{"d in a at a/d.txt:1:1"}},
		{"file that is named", "a/values.yaml", manifest.Options{}, []string{"a/values.yaml:1:1: not a Kubernetes object: neither apiVersion nor kind"}},
		{"skip and name", ".", manifest.Options{
			Skip: func(path string, entry fs.DirEntry) bool {
				return entry.IsDir() && path != "skip" || strings.HasPrefix(path, "b") || strings.HasPrefix(path, "l")
			},
			Name: func(path string) string { return "in/" + path },
		}, []string{"e in in/skip at in/skip/e.yaml:1:1", "f in in at in/skip.yaml:1:1"}},
		{"renderer", "chart", manifest.Options{Renderers: []manifest.Renderer{charts{}}, Limits: limits}, []string{
			"one in chart at chart/one.yaml:3 by charts", "chart/two.yaml:9: not a Kubernetes object: a string",
			"chart/three.yaml:1:1: limit reached: file of more than 1000 bytes", "chart: render with charts: a hole"}},
		{"renderer of a file", "packed.chart", manifest.Options{Renderers: []manifest.Renderer{charts{}}, Limits: limits}, []string{
			"one in packed.chart at packed.chart/one.yaml:3 by charts", "packed.chart/two.yaml:9: not a Kubernetes object: a string",
			"packed.chart/three.yaml:1:1: limit reached: file of more than 1000 bytes", "packed.chart: render with charts: a hole"}},
		{"too many files", "a", manifest.Options{Limits: manifest.Limits{Files: 1}}, []string{
			"a in a at a/a.YML:1:1", "a/bad.yaml: limit reached: more than 1 files"}},
	} {
		for _, workers := range []int{0, 1, 3} {
			row.opts.Workers = workers
			b, err := manifest.Load(context.Background(), fsys, row.root, row.opts)
			if err != nil {
				t.Errorf("%s: %v", row.name, err)
				continue
			}
			if diff := cmp.Diff(row.want, loaded(b)); diff != "" {
				t.Errorf("%s, %d workers, -want +got:\n%s", row.name, workers, diff)
			}
		}
	}
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	if _, err := manifest.Load(context.Background(), fstest.MapFS{}, "absent", manifest.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load of what is absent gives %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := manifest.Load(ctx, fstest.MapFS{"a.yaml": named("a")}, ".", manifest.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Load that is cancelled gives %v", err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	opts := manifest.Options{Name: func(path string) string { cancel(); return path }}
	if _, err := manifest.Load(ctx, fstest.MapFS{"a.yaml": named("a")}, ".", opts); !errors.Is(err, context.Canceled) {
		t.Errorf("Load that is cancelled while it reads gives %v", err)
	}
}

// Links on a disk: those to files are followed, those to directories and to nothing
// are not.
func TestLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "d"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "d", "a.yaml"), named("a").Data, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"l.yaml": "d/a.yaml", "m.yaml": "d", "n.yaml": "absent"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	b, err := manifest.Load(context.Background(), os.DirFS(dir), ".", manifest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Objects) != 2 || len(b.Problems) != 1 || !errors.Is(b.Problems[0], fs.ErrNotExist) || b.Problems[0].Position.Path != "n.yaml" {
		t.Errorf("got %q", loaded(b))
	}
}
