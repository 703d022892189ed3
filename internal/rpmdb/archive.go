package rpmdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The layout of a package file: 96 bytes that are of no use any more, a header
// with signatures, zeros up to a multiple of 8, the package's header, and the
// files themselves. Before each header come 8 bytes of magic and version.
// https://rpm-software-management.github.io/rpm/manual/format_v4.html
const (
	leadMagic   = 0xedabeedb
	leadSize    = 96
	archiveMark = 0x8eade801
)

// Archive reads the header of the package file in r, which is size bytes long,
// and nothing after it. Source packages have no SourceRPM.
func Archive(r io.ReaderAt, size int64) (*Package, error) {
	f := file{r, size}
	var lead [leadSize]byte
	if err := f.read(lead[:min(size, 4)], 0); err != nil {
		return nil, err
	}
	if binary.BigEndian.Uint32(lead[:]) != leadMagic {
		return nil, errors.New("not a package of rpm")
	}
	_, end, err := f.archiveHeader(leadSize)
	if err != nil {
		return nil, fmt.Errorf("signatures: %w", err)
	}
	at, end, err := f.archiveHeader((end + 7) &^ 7)
	if err != nil {
		return nil, err
	}
	blob := make([]byte, end-at)
	if err := f.read(blob, at); err != nil {
		return nil, err
	}
	return parsePackage(blob)
}

// archiveHeader is where the header whose magic lies at offset at begins and
// ends, which is in the file.
func (f file) archiveHeader(at int64) (start, end int64, err error) {
	var b [8 + introSize]byte
	if err := f.read(b[:], at); err != nil {
		return 0, 0, err
	}
	if binary.BigEndian.Uint32(b[:]) != archiveMark {
		return 0, 0, errors.New("no header where it belongs")
	}
	_, size, err := headerSize(b[8:])
	if err != nil {
		return 0, 0, err
	}
	start = at + 8
	if end = start + size; end > f.size {
		return 0, 0, fmt.Errorf("a header of %d bytes at offset %d, in a file of %d: %w", size, at, f.size, io.ErrUnexpectedEOF)
	}
	return start, end, nil
}
