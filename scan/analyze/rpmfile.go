package analyze

import (
	"context"
	"errors"
	"fmt"

	"github.com/plimsoll-go/plimsoll/internal/rpmdb"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// RPMFile is the package in a file *.rpm, which need not be installed: it lists
// what somebody could install. Nothing after the file's header is read, so a
// large package costs no more than a small one where the file can be read at any
// offset, or its header lies in the first 4 KiB.
// https://rpm-software-management.github.io/rpm/manual/format_v4.html
//
// The package says of itself what [RPM] has, but owns no files. A source
// package has the architecture it was built on, and is its own source. A file
// that is no package of rpm is an error.
var RPMFile artifact.Analyzer = rpmFile{}

type rpmFile struct{}

func (rpmFile) Name() string { return "rpm-archive" }
func (rpmFile) Version() int { return 1 }

func (rpmFile) Patterns() []artifact.Pattern { return []artifact.Pattern{{Suffix: ".rpm"}} }

func (rpmFile) Analyze(ctx context.Context, f *artifact.File) (artifact.Facts, error) {
	p, err := readArchive(ctx, f)
	if err != nil {
		return artifact.Facts{}, err
	}
	c, err := rpmComponent(p)
	facts := artifact.Facts{Components: []artifact.Component{c}}
	if err != nil {
		return facts, fmt.Errorf("read %s: %w", f.Path, err)
	}
	return facts, nil
}

// readArchive reads the header of f from its first bytes, if they are enough.
func readArchive(ctx context.Context, f *artifact.File) (*rpmdb.Package, error) {
	head := f.Head()
	p, err := rpmdb.Archive(firstBytes(head), f.Size)
	if complete := len(head) >= 4<<10 || int64(len(head)) == f.Size; !complete || errors.Is(err, errBeyondHead) {
		r, size, opened := f.ReaderAt()
		if opened != nil {
			return nil, opened
		}
		p, err = rpmdb.Archive(untilDone{ctx, r}, size)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Path, rpmError(err))
	}
	return p, nil
}

// firstBytes are those of a file that may have more.
type firstBytes []byte

var errBeyondHead = errors.New("beyond the first bytes")

func (b firstBytes) ReadAt(to []byte, at int64) (int, error) {
	if at+int64(len(to)) > int64(len(b)) {
		return 0, errBeyondHead
	}
	return copy(to, b[at:]), nil
}
