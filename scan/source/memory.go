package source

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A MemoryEntry is an entry of a layer held in memory. Content that is not nil
// makes it a regular file, whatever its Kind says; Size is always that of the
// content. Whiteouts are written by their Kind, not by a name.
type MemoryEntry struct {
	artifact.Entry
	Content []byte
}

// Memory is an image of layers held in memory, base first. It needs no
// operating system, no config and no platform. The entries of a layer are
// visited in the order they are given in; their files can be read at any
// offset. Entries and content must not be changed while the source is in use.
//
// A layer's diff ID is a hash of its entries: the same entries have the same
// ID, but it is not that of a tar stream. Open fails if a path is not clean and
// relative, as fs.ValidPath defines it.
func Memory(name string, layers ...[]MemoryEntry) artifact.Source {
	return memory{name: name, layers: layers}
}

type memory struct {
	name   string
	layers [][]MemoryEntry
}

// String is the name that was given.
func (m memory) String() string { return m.name }

func (m memory) Open(ctx context.Context) (artifact.Artifact, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	img := &image{
		target: artifact.Target{Kind: artifact.KindImage, Name: m.name},
		free:   func() error { return nil },
	}
	for i, entries := range m.layers {
		l := &memoryLayer{entries: slices.Clone(entries)}
		for j := range l.entries {
			e := &l.entries[j]
			if !fs.ValidPath(e.Path) {
				return nil, fmt.Errorf("layer %d: path %q is not clean and relative", i, e.Path)
			}
			if e.Content != nil {
				e.Kind = artifact.KindRegular
			}
			e.Size = int64(len(e.Content))
		}
		l.info.DiffID = entriesID(l.entries)
		img.layers = append(img.layers, l)
	}
	return img, nil
}

// entriesID hashes entries. Each field is quoted or counted, so that different
// entries cannot write the same bytes.
func entriesID(entries []MemoryEntry) artifact.DiffID {
	h := sha256.New()
	for _, e := range entries {
		fmt.Fprintf(h, "%q %d %q %o %d\n", e.Path, e.Kind, e.Link, e.Mode, e.Size)
		h.Write(e.Content)
	}
	return artifact.DiffID(fmt.Sprintf("sha256:%x", h.Sum(nil)))
}

type memoryLayer struct {
	info    artifact.LayerInfo
	entries []MemoryEntry
}

func (l *memoryLayer) Info() artifact.LayerInfo { return l.info }

func (l *memoryLayer) Walk(ctx context.Context, visit func(*artifact.File) error) error {
	for _, e := range l.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		var content io.Reader
		if e.Kind == artifact.KindRegular {
			content = bytes.NewReader(e.Content)
		}
		if err := visit(artifact.NewFile(e.Entry, content)); err != nil {
			return err
		}
	}
	return nil
}

// WalkDiff is Walk: the ID is a hash of what is visited.
func (l *memoryLayer) WalkDiff(ctx context.Context, visit func(*artifact.File) error) error {
	return l.Walk(ctx, visit)
}
