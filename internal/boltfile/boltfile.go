// Package boltfile reads bbolt files that may be damaged, or cut while they are
// read.
package boltfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// ErrDamaged is matched for a file that is cut short or altered.
var ErrDamaged = errors.New("database damaged")

// Open maps f, which was opened at path and judged before, for reading. A lock
// that a writer holds is waited for at most a second.
func Open(path string, f *os.File) (bolt *bbolt.DB, err error) {
	open := func(string, int, os.FileMode) (*os.File, error) { return f, nil }
	err = Guard(func() error {
		bolt, err = bbolt.Open(path, 0, &bbolt.Options{ReadOnly: true, Timeout: time.Second, OpenFile: open, NoStatistics: true})
		return err
	})
	switch {
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrChecksum):
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return bolt, err
}

// Guard runs f and turns what bbolt does on a bad page into an error: it
// panics, or follows an offset out of the mapping. A file that is cut while it
// is mapped faults as well. Not all damage shows in this way.
func Guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	return f()
}

// The pages at the front of a file, as bbolt lays them out: 16 bytes of header,
// then magic, version, page size and flags of 4 bytes each, two numbers of the
// root bucket, the free list's page, the number of pages, the transaction, and a
// checksum of all that, of 8 bytes each.
// https://github.com/etcd-io/bbolt/blob/main/internal/common/meta.go
const (
	headerSize = 16
	metaSize   = 64
	magic      = 0xED0CDAED
	layout     = 2
	maxPage    = 1 << 16
)

// Recognize reports whether f, whatever its name, is a bbolt file, or is the
// beginning of one.
func Recognize(f *os.File) bool {
	_, ok := readMeta(f, 0)
	return ok
}

type meta struct {
	pageSize, pages, transaction uint64
	whole                        bool // the checksum is right
}

func readMeta(f *os.File, at int64) (meta, bool) {
	var page [headerSize + metaSize]byte
	if n, err := f.ReadAt(page[:], at); err != nil && (err != io.EOF || n < headerSize+8) {
		return meta{}, false
	}
	data := page[headerSize:]
	order := binary.NativeEndian // bbolt writes as the machine does
	if order.Uint32(data) != magic || order.Uint32(data[4:]) != layout {
		return meta{}, false
	}
	h := fnv.New64a()
	h.Write(data[:metaSize-8])
	return meta{
		pageSize: uint64(order.Uint32(data[8:])), pages: order.Uint64(data[40:]), transaction: order.Uint64(data[48:]),
		whole: order.Uint64(data[56:]) == h.Sum64(),
	}, true
}

// CheckSize makes sure that f, a bbolt file, is as long as it says it is. The
// error of one that is not matches [ErrDamaged].
func CheckSize(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	first, ok := readMeta(f, 0)
	if !ok || first.pageSize < 512 || first.pageSize > maxPage {
		return fmt.Errorf("%w: the first page is altered", ErrDamaged)
	}
	last := first
	if second, ok := readMeta(f, int64(first.pageSize)); ok && second.whole && second.pageSize == first.pageSize && (!first.whole || second.transaction > first.transaction) {
		last = second
	}
	if !last.whole {
		return fmt.Errorf("%w: the first pages are altered", ErrDamaged)
	}
	if size := uint64(info.Size()); last.pages > size/last.pageSize+1 || last.pages*last.pageSize > size {
		return fmt.Errorf("%w: the file is cut short", ErrDamaged)
	}
	return nil
}
