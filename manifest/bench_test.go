package manifest_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// BenchmarkReadFile reads the Kubernetes examples one by one.
func BenchmarkReadFile(b *testing.B) {
	files := exampleFiles(b)
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range files {
			manifest.ReadFile(f.Path, f.Text, manifest.Options{})
		}
	}
}

// BenchmarkEdit sets a field of each container of the examples, and makes the new
// texts.
func BenchmarkEdit(b *testing.B) {
	files := exampleFiles(b)
	var objects []*manifest.Object
	for _, f := range files {
		objects = append(objects, manifest.ReadFile(f.Path, f.Text, manifest.Options{}).Objects...)
	}
	b.ReportAllocs()
	for b.Loop() {
		edits := make(map[*manifest.File][]manifest.Edit)
		for _, o := range objects {
			pod := o.Pod()
			for c := range pod.AllContainers() {
				more, err := c.Node.Set(true, "securityContext", "readOnlyRootFilesystem")
				if err == nil {
					edits[o.File()] = append(edits[o.File()], more...)
				}
			}
		}
		changed := 0
		for file, list := range edits {
			if _, err := manifest.Apply(file, list); err == nil {
				changed++
			}
		}
		if changed < 100 {
			b.Fatalf("%d files could be edited, want 100", changed)
		}
	}
}

// exampleFiles are those that hold objects.
func exampleFiles(b *testing.B) []*manifest.File {
	b.Helper()
	dir := os.DirFS(filepath.Join(corpus.Dir(b), "manifests", "kubernetes-examples"))
	bundle, err := manifest.Load(context.Background(), dir, ".", manifest.Options{})
	if err != nil {
		b.Fatal(err)
	}
	var files []*manifest.File
	size := 0
	for _, o := range bundle.Objects {
		if f := o.File(); len(files) == 0 || files[len(files)-1] != f {
			files = append(files, f)
			size += len(f.Text)
		}
	}
	b.SetBytes(int64(size))
	return files
}
