package imagetest

import (
	"archive/tar"
	"bytes"
	"path"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A Layer is a layer to build.
type Layer struct {
	Entries []Entry
	// Raw is the tar stream itself, instead of Entries.
	Raw []byte
	// Compress makes the stored bytes of the tar stream: [Gzip] if nil, [Zstd] or
	// [Plain].
	Compress func([]byte) []byte
	// Break changes the stored bytes before their digest is taken: a layer that
	// was broken when it was built. Nil changes nothing.
	Break func([]byte) []byte
	// DiffID is written in place of the right one.
	DiffID string
}

// A BuiltLayer is a layer as it is stored, and what the image says of it.
type BuiltLayer struct {
	Digest    string
	DiffID    string
	MediaType string
	Blob      []byte // as stored
	Tar       []byte // uncompressed
}

// Build makes the layer.
func (l Layer) Build() BuiltLayer {
	b := BuiltLayer{Tar: l.Raw, DiffID: l.DiffID}
	if l.Raw == nil {
		b.Tar = TarOf(l.Entries...)
	}
	if b.DiffID == "" {
		b.DiffID = Digest(b.Tar)
	}
	compress := l.Compress
	if compress == nil {
		compress = Gzip
	}
	b.Blob = compress(b.Tar)
	switch {
	case bytes.HasPrefix(b.Blob, []byte{0x1f, 0x8b}):
		b.MediaType = TypeLayerGzip
	case bytes.HasPrefix(b.Blob, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		b.MediaType = TypeLayerZstd
	default:
		b.MediaType = TypeLayer
	}
	if l.Break != nil {
		b.Blob = l.Break(b.Blob)
	}
	b.Digest = Digest(b.Blob)
	return b
}

// An Entry is one entry of a layer, written as it stands.
type Entry struct {
	Name    string
	Type    byte // a type flag of archive/tar; zero is a regular file
	Link    string
	Mode    int64 // 0 is 0644, of directories 0755
	Content string
}

// File is a regular file.
func File(name, content string) Entry { return Entry{Name: name, Content: content} }

// Dir is a directory.
func Dir(name string) Entry { return Entry{Name: name + "/", Type: tar.TypeDir} }

// Symlink is a symbolic link to target.
func Symlink(name, target string) Entry {
	return Entry{Name: name, Type: tar.TypeSymlink, Link: target}
}

// Hardlink is a second name of the file target of the same layer.
func Hardlink(name, target string) Entry {
	return Entry{Name: name, Type: tar.TypeLink, Link: target}
}

// Whiteout hides name of the layers beneath.
func Whiteout(name string) Entry {
	dir, base := path.Split(name)
	return Entry{Name: dir + ".wh." + base}
}

// Opaque hides what the layers beneath have in dir.
func Opaque(dir string) Entry { return Entry{Name: path.Join(dir, ".wh..wh..opq")} }

// TarOf returns a tar stream of entries.
func TarOf(entries ...Entry) []byte {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range entries {
		hdr := &tar.Header{Name: e.Name, Typeflag: e.Type, Linkname: e.Link, Mode: e.Mode, Size: int64(len(e.Content))}
		if hdr.Typeflag == 0 {
			hdr.Typeflag = tar.TypeReg
		}
		if hdr.Mode == 0 {
			hdr.Mode = 0o644
			if hdr.Typeflag == tar.TypeDir {
				hdr.Mode = 0o755
			}
		}
		must(w.WriteHeader(hdr))
		_, err := w.Write([]byte(e.Content))
		must(err)
	}
	must(w.Close())
	return buf.Bytes()
}

// Plain returns b as it is.
func Plain(b []byte) []byte { return b }

// Gzip returns b compressed by gzip.
func Gzip(b []byte) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	_, err := w.Write(b)
	must(err)
	must(w.Close())
	return buf.Bytes()
}

// Zstd returns b compressed by zstd.
func Zstd(b []byte) []byte {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	must(err)
	out := w.EncodeAll(b, nil)
	must(w.Close())
	return out
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
