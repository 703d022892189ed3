package analyze

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// PythonEgg lists the package of each egg that is one file, *.egg: a zip
// archive with the headers that [PythonPackage] reads in EGG-INFO/PKG-INFO,
// https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html. Of two
// members with that name the last one counts, as it does for zipimport.
//
// An egg that is not a zip archive or has no such member is an error. So is one
// in the format for more than 65,534 members (zip64), one whose directory is
// larger than 8 MiB, and one whose headers are longer than 1 MiB. No other
// member is read.
//
// Wheels (*.whl) are not read: they are not installed.
var PythonEgg artifact.Analyzer = pythonEgg{}

type pythonEgg struct{}

func (pythonEgg) Name() string { return "python-egg" }
func (pythonEgg) Version() int { return 1 }

func (pythonEgg) Patterns() []artifact.Pattern { return []artifact.Pattern{{Suffix: ".egg"}} }

const (
	eggMember       = "EGG-INFO/PKG-INFO"
	maxEggDirectory = 8 << 20 // bytes read to find the member
)

func (pythonEgg) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	r, size, err := f.ReaderAt()
	if err != nil {
		return artifact.Facts{}, err
	}
	text, err := eggHeaders(r, size)
	if err != nil {
		return artifact.Facts{}, fmt.Errorf("read %s: %w", f.Path, err)
	}
	c, ok, err := metadataPackage(text)
	if err != nil {
		err = fmt.Errorf("read %s: %s: %w", f.Path, eggMember, err)
	}
	if !ok {
		return artifact.Facts{}, err
	}
	c.Inside = eggMember
	return artifact.Facts{Components: []artifact.Component{c}}, err
}

// eggHeaders returns the headers in an egg. Of the members one is wanted, and the
// directory is small: archive/zip will do, within a bound on what it reads, where
// a jar needs a reader of its own (jar_zip.go).
func eggHeaders(r io.ReaderAt, size int64) ([]byte, error) {
	if err := checkEnd(r, size); err != nil {
		return nil, err
	}
	limited := &budget{ReaderAt: r, left: maxEggDirectory}
	archive, err := zip.NewReader(limited, size)
	if err != nil {
		return nil, cmp.Or(limited.err, err)
	}
	var member *zip.File
	for _, m := range archive.File {
		if m.Name == eggMember {
			member = m
		}
	}
	switch {
	case member == nil:
		return nil, fmt.Errorf("no %s", eggMember)
	case member.Flags&1 != 0:
		return nil, fmt.Errorf("%s is encrypted", eggMember)
	}
	limited.left = size // from here on it is the member's bytes that are bounded
	open, err := member.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", eggMember, err)
	}
	defer open.Close()
	text, err := io.ReadAll(io.LimitReader(open, maxHeaders))
	switch {
	case headersEnd(text) >= 0:
		return text, nil
	case err != nil:
		return nil, fmt.Errorf("%s: %w", eggMember, err)
	case len(text) == maxHeaders:
		return nil, fmt.Errorf("%s: %w: headers of more than %d bytes", eggMember, artifact.ErrLimit, maxHeaders)
	}
	return text, nil
}

// checkEnd refuses an archive in the format for many members: what that says
// of their number is believed before it is checked.
func checkEnd(r io.ReaderAt, size int64) error {
	const (
		endSize = 22 // of the record at the archive's end, without its comment
		locator = 20 // of the one before it, that an archive for many members has
	)
	tail := make([]byte, min(size, endSize+locator+0xffff))
	if n, err := r.ReadAt(tail, size-int64(len(tail))); n < len(tail) {
		return err
	}
	end := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if end < 0 || len(tail)-end < endSize {
		return zip.ErrFormat
	}
	if end >= locator && bytes.HasPrefix(tail[end-locator:], []byte("PK\x06\x07")) {
		return fmt.Errorf("%w: an archive in the format for more than 65534 members", artifact.ErrLimit)
	}
	return nil
}

// A budget hands on so many bytes and no more.
type budget struct {
	io.ReaderAt
	left int64
	err  error
}

func (b *budget) ReadAt(p []byte, off int64) (int, error) {
	if int64(len(p)) > b.left {
		b.err = fmt.Errorf("%w: a directory of more than %d bytes", artifact.ErrLimit, maxEggDirectory)
		return 0, b.err
	}
	b.left -= int64(len(p))
	return b.ReaderAt.ReadAt(p, off)
}
