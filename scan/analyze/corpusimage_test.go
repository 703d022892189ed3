package analyze_test

import (
	"archive/tar"
	"compress/gzip"
	"io"
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
)

// corpusFiles are the files that an image of the corpus has in its layers, of
// those that keep holds for, by path.
func corpusFiles(t testing.TB, image string, keep func(path string) bool) map[string]string {
	t.Helper()
	archive := filepath.Join(corpus.Dir(t), "images", image)
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	files := make(map[string]string)
	members := tar.NewReader(file)
	for {
		_, err := members.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatalf("read %s: %v", archive, err)
		}
		plain, err := gzip.NewReader(members)
		if err != nil {
			continue // no layer
		}
		entries := tar.NewReader(plain)
		for {
			h, err := entries.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("read %s: %v", archive, err)
			}
			name := path.Clean(h.Name)
			if h.Typeflag != tar.TypeReg || !keep(name) {
				continue
			}
			content, err := io.ReadAll(entries)
			if err != nil {
				t.Fatalf("read %s: %v", name, err)
			}
			files[name] = string(content)
		}
	}
}
