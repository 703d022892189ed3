package analyze

import (
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// An inflater reads members into memory, within the budget of one outer file.
// What it needs for that is used again from member to member.
type inflater struct {
	held  int64  // bytes of archives that may be held
	total int64  // bytes that may still be inflated
	stack []byte // archives that are read, each within the one before
	top   int64  // the end of the last of them
	text  []byte // a small member
	in    *bufio.Reader
	flate io.ReadCloser
}

// small returns the content of m, which must have at most limit bytes. It is
// valid until the next call.
func (f *inflater) small(r io.ReaderAt, size int64, m *zipMember, limit int64) ([]byte, error) {
	if m.size > limit {
		return nil, fmt.Errorf("%w: %d bytes, of %d", artifact.ErrLimit, m.size, limit)
	}
	if int64(cap(f.text)) < m.size {
		f.text = make([]byte, m.size, max(4<<10, m.size))
	}
	f.text = f.text[:m.size]
	return f.text, f.fill(f.text, r, size, m)
}

// start returns the first bytes of m's content, at most limit, and whether that
// is all. They are valid as those of small.
func (f *inflater) start(r io.ReaderAt, size int64, m *zipMember, limit int64) (text []byte, all bool, err error) {
	if m.size <= limit {
		text, err = f.small(r, size, m, limit)
		return text, true, err
	}
	if int64(cap(f.text)) < limit {
		f.text = make([]byte, limit)
	}
	f.text = f.text[:limit]
	_, err = f.read(f.text, r, size, m)
	return f.text, false, err
}

// archive returns the content of m, an archive, for random access: in place
// where it is stored as it is. Else it is on the stack, which the caller takes it
// off by setting top to what it was.
func (f *inflater) archive(r io.ReaderAt, size int64, m *zipMember) (io.ReaderAt, int64, error) {
	section, err := m.section(r, size)
	if err != nil {
		return nil, 0, err
	}
	if m.method == zipStored {
		return section, m.size, nil
	}
	if m.size > f.held-f.top {
		return nil, 0, fmt.Errorf("%w: %d bytes of archives in archives at once, of %d", artifact.ErrLimit, f.top+m.size, f.held)
	}
	if f.stack == nil {
		f.stack = make([]byte, f.held) // once, so that none is left to be collected
	}
	buf := f.stack[f.top : f.top+m.size]
	f.top += m.size
	return bytes.NewReader(buf), m.size, f.fill(buf, r, size, m)
}

// errInflated ends the reading of a file.
var errInflated = fmt.Errorf("%w: more than %d bytes inflated", artifact.ErrLimit, int64(jarInflated))

// fill reads the whole content of m into buf, which is as long.
func (f *inflater) fill(buf []byte, r io.ReaderAt, size int64, m *zipMember) error {
	in, err := f.read(buf, r, size, m)
	if err != nil {
		return err
	}
	var more [1]byte
	if n, err := io.ReadFull(in, more[:]); n > 0 {
		return fmt.Errorf("the member is larger than the %d bytes that the directory says", m.size)
	} else if err != io.EOF {
		return inflateError(err)
	}
	if crc32.ChecksumIEEE(buf) != m.crc {
		return errors.New("the member does not have the checksum that the directory says")
	}
	return nil
}

// read fills buf with the start of m's content, and returns the reader of the
// rest.
func (f *inflater) read(buf []byte, r io.ReaderAt, size int64, m *zipMember) (io.Reader, error) {
	section, err := m.section(r, size)
	if err != nil {
		return nil, err
	}
	if f.total -= int64(len(buf)); f.total < 0 {
		return nil, errInflated
	}
	var in io.Reader = section
	if m.method == zipDeflated {
		in = f.inflate(section)
	}
	if _, err := io.ReadFull(in, buf); err != nil {
		return nil, inflateError(err)
	}
	return in, nil
}

// inflate returns the one reader of deflated bytes, set to r.
func (f *inflater) inflate(r io.Reader) io.Reader {
	if f.flate == nil {
		f.in = bufio.NewReaderSize(r, 16<<10)
		f.flate = flate.NewReader(f.in)
		return f.flate
	}
	f.in.Reset(r)
	// It has no dictionary, and Reset then has no error.
	_ = f.flate.(flate.Resetter).Reset(f.in, nil)
	return f.flate
}

// inflateError is err, with the end of the content, which is too early, named as
// what it is.
func inflateError(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
