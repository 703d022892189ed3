package source

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// memberCost is what one member of a tarIndex takes beside its names, roughly.
const memberCost = 64

// A tarIndex knows where the members of an archive are, so that they are read
// in place. It is safe for concurrent use once it is made.
type tarIndex struct {
	r       io.ReaderAt
	members map[string]member // by clean path
	links   int               // that are followed for one member
}

// A member is a regular file, or a link to one.
type member struct {
	offset, size int64
	link         string // clean path of the target; empty: not a link
}

// indexTar reads the headers of the tar of size bytes in r. Of members with the
// same name the last counts. Names and links are a document that describes an
// image, bounded by Limits.MetadataBytes.
func indexTar(ctx context.Context, r io.ReaderAt, size int64, limits artifact.Limits) (*tarIndex, error) {
	ix := &tarIndex{r: r, members: make(map[string]member), links: limits.Links}
	section := io.NewSectionReader(r, 0, size)
	tr := tar.NewReader(section)
	for cost := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		hdr, err := tr.Next()
		if err == io.EOF {
			return ix, nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return nil, fmt.Errorf("read archive: %w", err)
		}
		cost += int64(len(hdr.Name)+len(hdr.Linkname)) + memberCost
		if cost > limits.MetadataBytes {
			return nil, fmt.Errorf("read archive: %w: more than %d bytes of names", artifact.ErrLimit, limits.MetadataBytes)
		}
		name := cleanPath(hdr.Name)
		switch hdr.Typeflag {
		case tar.TypeReg:
			// archive/tar reads a header and no more: the content starts here.
			offset, err := section.Seek(0, io.SeekCurrent)
			if err != nil {
				return nil, fmt.Errorf("read archive: %w", err)
			}
			ix.members[name] = member{offset: offset, size: hdr.Size}
		case tar.TypeSymlink:
			target := hdr.Linkname
			if !path.IsAbs(target) {
				target = path.Join(path.Dir(name), target)
			}
			ix.members[name] = member{link: cleanPath(target)}
		case tar.TypeLink:
			ix.members[name] = member{link: cleanPath(hdr.Linkname)}
		}
	}
}

// find returns the regular file that name stands for. An error matches
// fs.ErrNotExist if there is none.
func (ix *tarIndex) find(name string) (member, error) {
	target := cleanPath(name)
	for range ix.links + 1 {
		m, ok := ix.members[target]
		if !ok {
			return member{}, fmt.Errorf("find %s in the archive: %w", name, fs.ErrNotExist)
		}
		if m.link == "" {
			return m, nil
		}
		target = m.link
	}
	return member{}, fmt.Errorf("find %s in the archive: %w: more than %d links", name, artifact.ErrLimit, ix.links)
}

// open returns the content of the regular file that name stands for.
func (ix *tarIndex) open(_ context.Context, name string) (io.ReadCloser, error) {
	m, err := ix.find(name)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(io.NewSectionReader(ix.r, m.offset, m.size)), nil
}

// has reports whether there is a file of that name.
func (ix *tarIndex) has(name string) bool {
	_, err := ix.find(name)
	return err == nil
}
