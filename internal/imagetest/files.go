package imagetest

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// Files are the files of an image as it is stored, by name. A test that wants a
// broken image changes them before they are written.
type Files map[string][]byte

// OCI returns the files of an OCI layout of images. Its index.json lists them in
// order.
// https://github.com/opencontainers/image-spec/blob/main/image-layout.md
func OCI(images ...Image) Files {
	f := Files{"oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`)}
	var list []Descriptor
	for _, i := range images {
		list = append(list, f.Add(i))
	}
	f["index.json"] = NewIndex(list...)
	return f
}

// Docker returns the files of a docker save archive of images.
// https://github.com/moby/docker-image-spec/blob/main/spec.md#combined-image-json--filesystem-changeset-format
func Docker(images ...Image) Files {
	type entry struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	f := Files{}
	list := []entry{}
	for _, i := range images {
		b := i.Build()
		e := entry{Config: strings.TrimPrefix(Digest(b.Config), "sha256:") + ".json", RepoTags: i.Tags, Layers: []string{}}
		f[e.Config] = b.Config
		for _, l := range b.Layers {
			name := strings.TrimPrefix(l.Digest, "sha256:") + "/layer.tar"
			f[name] = l.Blob
			e.Layers = append(e.Layers, name)
		}
		list = append(list, e)
	}
	f["manifest.json"] = marshal(list)
	return f
}

// Add puts the documents and layers of i into an OCI layout and returns how an
// index lists it.
func (f Files) Add(i Image) Descriptor {
	b := i.Build()
	f.Blob(b.Config)
	f.Blob(b.Manifest)
	for _, l := range b.Layers {
		f.Blob(l.Blob)
	}
	return b.Descriptor
}

// Blob puts b into an OCI layout and returns its digest.
func (f Files) Blob(b []byte) string {
	digest := Digest(b)
	f[BlobPath(digest)] = b
	return digest
}

// BlobPath returns the name of a blob's file in an OCI layout.
func BlobPath(digest string) string { return "blobs/" + strings.Replace(digest, ":", "/", 1) }

// Tar returns the files in a tar, in the order of their names.
func (f Files) Tar() []byte {
	var entries []Entry
	for _, name := range slices.Sorted(maps.Keys(f)) {
		entries = append(entries, File(name, string(f[name])))
	}
	return TarOf(entries...)
}

// FS returns the files as a file system, such as os.CopyFS takes.
func (f Files) FS() fs.FS {
	m := fstest.MapFS{}
	for name, content := range f {
		m[name] = &fstest.MapFile{Data: content, Mode: 0o644}
	}
	return m
}

// WriteDir writes the files below dir, where none of them is.
func (f Files) WriteDir(tb testing.TB, dir string) {
	tb.Helper()
	if err := os.CopyFS(dir, f.FS()); err != nil {
		tb.Fatal(err)
	}
}

// WriteTar writes the files to file, in a tar.
func (f Files) WriteTar(tb testing.TB, file string) {
	tb.Helper()
	if err := os.WriteFile(file, f.Tar(), 0o644); err != nil {
		tb.Fatal(err)
	}
}

// Tree writes files, by path, below a new directory, and returns that. Content
// that begins with "-> " makes a symbolic link to what follows.
func Tree(tb testing.TB, files map[string]string) string {
	tb.Helper()
	dir := tb.TempDir()
	for name, content := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			tb.Fatal(err)
		}
		var err error
		if link, ok := strings.CutPrefix(content, "-> "); ok {
			err = os.Symlink(link, name)
		} else {
			err = os.WriteFile(name, []byte(content), 0o644)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}
