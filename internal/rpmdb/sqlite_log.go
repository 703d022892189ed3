package rpmdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The layout of SQLite's write-ahead log: a header with the size of a page and
// two numbers called salt; frames, each with the number of a page, the size of
// the database if a transaction ends there, the salt again, and the page.
// https://www.sqlite.org/fileformat2.html#walformat
const (
	logMagic  = 0x377f0682 // or one more: the order of its checksums
	logHeader = 32
	logFrame  = 24 // bytes before the page
)

// Pending reports whether the write-ahead log in r, which is size bytes long,
// holds a whole transaction: pages that belong into the database beside it.
// They may be there already, which a log does not say. Frames with another salt
// than the header's are left from an earlier use, and do not count.
func Pending(r io.ReaderAt, size int64) (bool, error) {
	f := file{r, size}
	if size == 0 {
		return false, nil
	}
	var head [logHeader]byte
	if err := f.read(head[:min(size, logHeader)], 0); err != nil {
		return false, err
	}
	if size < logHeader {
		return false, nil // being written: it holds no frame
	}
	page := int64(binary.BigEndian.Uint32(head[8:]))
	switch {
	case binary.BigEndian.Uint32(head[:])&^1 != logMagic:
		return false, errors.New("not a write-ahead log of SQLite")
	case page < 512 || page > 1<<16 || page&(page-1) != 0:
		return false, fmt.Errorf("pages of %d bytes", page)
	}
	for at := int64(logHeader); at+logFrame+page <= size; at += logFrame + page {
		var frame [logFrame]byte
		if err := f.read(frame[:], at); err != nil {
			return false, err
		}
		if !bytes.Equal(frame[8:16], head[16:24]) {
			return false, nil
		}
		if binary.BigEndian.Uint32(frame[4:]) != 0 {
			return true, nil
		}
	}
	return false, nil
}
