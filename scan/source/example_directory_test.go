package source_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

func ExampleDirectory() {
	dir, err := os.MkdirTemp("", "plimsoll")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.test/keel\n"), 0o644); err != nil {
		fmt.Println(err)
		return
	}
	art, err := source.Directory(dir, source.DirectoryOptions{}).Open(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer art.Close()
	err = art.Layers()[0].Walk(context.Background(), func(f *artifact.File) error {
		fmt.Println(f.Kind, f.Path)
		return nil
	})
	fmt.Println(err)
	// Output:
	// directory .
	// regular file go.mod
	// <nil>
}

// A content store becomes a source by a function that opens its blobs.
func ExampleOCIFunc() {
	store := map[string][]byte{"index.json": []byte(`{"schemaVersion": 2, "manifests": []}`)}
	open := func(_ context.Context, name string) (io.ReadCloser, error) {
		blob, ok := store[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return io.NopCloser(bytes.NewReader(blob)), nil
	}
	_, err := source.OCIFunc("boat", "1.0", open, source.Options{}).Open(context.Background())
	fmt.Println(err)
	// Output: index.json: no image is named "1.0"
}
