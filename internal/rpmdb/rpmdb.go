// Package rpmdb reads the database in which rpm keeps what is installed, in the
// three formats it has had, and the head of a package file. It writes nothing,
// follows no other file, and trusts nothing that a file says of itself.
package rpmdb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// ErrLimit is matched for what is larger than the bounds of this package.
var ErrLimit = errors.New("limit reached")

// Bounds. A full workstation has some 5,000 packages in 300 MB; the largest
// headers, of kernels and TeX, are of a few MB.
const (
	maxDatabase = 2 << 30
	maxHeader   = 64 << 20
	maxErrors   = 1000 // of one database; the reading ends there
)

// Packages yields the packages of the database in r, which is size bytes long,
// in the order of the file. An error stands for what could not be read, a
// package or a page, and the packages after it follow; a file that is no
// database at all yields one error. The format is told by the content:
//
//	SQLite         rpmdb.sqlite  since rpm 4.16
//	ndb            Packages.db   SUSE, since rpm 4.15
//	Berkeley hash  Packages      before
//
// A package is valid until the next one is asked for, its strings for good.
// What a file has twice is used once, so the work is bounded by size. An error
// of r is returned as it is, but for the end of a file that is cut short, which
// matches io.ErrUnexpectedEOF.
//
// https://rpm-software-management.github.io/rpm/manual/
func Packages(r io.ReaderAt, size int64) iter.Seq2[*Package, error] {
	return func(yield func(*Package, error) bool) {
		w := &walk{file: file{r, size}, yield: yield}
		if err := w.database(); err != nil {
			w.fail(err)
		}
	}
}

// database reads a database of any format. An error is of the whole.
func (w *walk) database() error {
	if w.size > maxDatabase {
		return fmt.Errorf("%w: %d bytes in a database, of %d", ErrLimit, w.size, maxDatabase)
	}
	head := make([]byte, min(w.size, 128))
	if err := w.read(head, 0); err != nil {
		return err
	}
	switch {
	case bytes.HasPrefix(head, []byte(sqliteMagic)):
		return readSQLite(w, head)
	case bytes.HasPrefix(head, []byte(ndbMagic)):
		return readNDB(w, head)
	}
	if order := berkeleyOrder(head); order != nil {
		return readBerkeley(w, head, order)
	}
	return errors.New("not a database of rpm: neither SQLite, nor ndb, nor a Berkeley hash")
}

// A file is what is read, with its size.
type file struct {
	io.ReaderAt
	size int64
}

// read fills b from offset at.
func (f file) read(b []byte, at int64) error {
	if at < 0 || at > f.size || int64(len(b)) > f.size-at {
		return fmt.Errorf("%d bytes at offset %d, beyond the end of the file: %w", len(b), at, io.ErrUnexpectedEOF)
	}
	n, err := f.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// A walk is one reading of a database.
type walk struct {
	file
	yield  func(*Package, error) bool
	blob   []byte // the header at hand, used again for the next one
	errors int
	done   bool // nobody wants more
}

// fail reports what was lost.
func (w *walk) fail(err error) {
	if w.done {
		return
	}
	if w.errors++; w.errors > maxErrors {
		err = fmt.Errorf("%w: more than %d errors: the rest is not read", ErrLimit, maxErrors)
		w.yield(nil, err)
		w.done = true
		return
	}
	w.done = !w.yield(nil, err)
}

// room is the buffer for a header of n bytes, which must be in the file.
func (w *walk) room(n int64) ([]byte, error) {
	switch {
	case n > w.size:
		return nil, fmt.Errorf("a header of %d bytes, in a file of %d", n, w.size)
	case n > maxHeader:
		return nil, fmt.Errorf("%w: a header of %d bytes, of %d", ErrLimit, n, maxHeader)
	}
	if int64(cap(w.blob)) < n {
		w.blob = make([]byte, max(n, 2*int64(cap(w.blob))))
	}
	return w.blob[:n], nil
}

// header reports the package that blob describes, which lies in the file where
// the words say.
func (w *walk) header(blob []byte, where string, number uint32) {
	if w.done {
		return
	}
	p, err := parsePackage(blob)
	switch {
	case err != nil && p.Name != "":
		w.fail(fmt.Errorf("%s %d: package %.64q: %w", where, number, p.Name, err))
	case err != nil:
		w.fail(fmt.Errorf("%s %d: %w", where, number, err))
	default:
		w.done = !w.yield(p, nil)
	}
}

// A pageSet holds the numbers of the pages that were used.
type pageSet []uint64

func newPageSet(pages uint32) pageSet { return make(pageSet, uint64(pages)/64+1) }

// add reports whether page was not there before.
func (s pageSet) add(page uint32) bool {
	word, bit := &s[page/64], uint64(1)<<(page%64)
	if *word&bit != 0 {
		return false
	}
	*word |= bit
	return true
}
