package analyze_test

import (
	"archive/tar"
	"compress/gzip"
	"io"
	"os"
	"path"
	"testing"
)

// exeCorpusFiles is those regular files of an image archive's layers that keep
// says.
func exeCorpusFiles(t *testing.T, archive string, keep func(name string) bool) map[string]string {
	t.Helper()
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
