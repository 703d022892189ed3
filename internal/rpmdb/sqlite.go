package rpmdb

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// sqliteMagic begins every SQLite file.
const sqliteMagic = "SQLite format 3\x00"

// sqlite is an SQLite database, as far as its first 100 bytes say.
// https://www.sqlite.org/fileformat2.html#the_database_header
type sqlite struct {
	*walk
	pageSize int64
	usable   int64  // bytes of a page, but for those reserved at its end
	pages    uint32 // of the file
	seen     pageSet
	levels   [][]byte // the page at hand on each level of a tree
	next     []byte   // the number of the next page of an overflow chain
}

// The table that rpm keeps headers in, and the one that lists all tables.
const (
	packagesTable = "Packages" // (hnum INTEGER PRIMARY KEY, blob BLOB)
	schemaRoot    = 1
)

func readSQLite(w *walk, head []byte) error {
	db, err := openSQLite(w, head)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	root, err := db.root(packagesTable)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	db.table(root, 0, func(c cell) {
		if err := db.packageOf(c); err != nil {
			w.fail(fmt.Errorf("sqlite: page %d: row %d: %w", c.page, c.row, err))
		}
	})
	return nil
}

func openSQLite(w *walk, head []byte) (*sqlite, error) {
	if len(head) < 100 {
		return nil, fmt.Errorf("a file of %d bytes", w.size)
	}
	size := int64(binary.BigEndian.Uint16(head[16:]))
	if size == 1 {
		size = 1 << 16
	}
	reserved := int64(head[20])
	switch encoding := binary.BigEndian.Uint32(head[56:]); {
	case size < 512 || size&(size-1) != 0:
		return nil, fmt.Errorf("pages of %d bytes", size)
	case size-reserved < 480:
		return nil, fmt.Errorf("pages of %d bytes, with %d reserved", size, reserved)
	case head[21] != 64 || head[22] != 32 || head[23] != 32:
		return nil, errors.New("payload fractions other than 64, 32, 32")
	case head[19] > 2:
		return nil, fmt.Errorf("a format of version %d", head[19])
	case encoding > 1:
		return nil, fmt.Errorf("text in encoding %d, not UTF-8", encoding)
	}
	pages := uint32(w.size / size) // of maxDatabase at most
	return &sqlite{
		walk: w, pageSize: size, usable: size - reserved, pages: pages, seen: newPageSet(pages), next: make([]byte, 4),
	}, nil
}

// root is the number of the first page of a table.
func (db *sqlite) root(name string) (uint32, error) {
	var root uint32
	var failed error // what could not be read, and may have been the table
	outer := db.walk
	db.walk = &walk{file: outer.file, yield: func(_ *Package, err error) bool {
		failed = err
		return root == 0
	}}
	db.table(schemaRoot, 0, func(c cell) {
		if root != 0 {
			return
		}
		payload, err := db.payload(c)
		if err != nil {
			db.fail(err)
			return
		}
		// type, name, table's name, root page
		r := newRecord(payload)
		kind, called, _, page := r.next(), r.next(), r.next(), r.next()
		if string(kind.bytes) == "table" && string(called.bytes) == name {
			root = uint32(page.integer)
		}
	})
	db.walk = outer
	switch {
	case root != 0:
		return root, nil
	case failed != nil:
		return 0, fmt.Errorf("find the table %s: %w", name, failed)
	}
	return 0, fmt.Errorf("no table %s", name)
}

// packageOf reports the package in a row of the table.
func (db *sqlite) packageOf(c cell) error {
	payload, err := db.payload(c)
	if err != nil {
		return err
	}
	r := newRecord(payload)
	r.next() // the number of the row: it stands in the cell, and here is NULL
	blob := r.next()
	if r.err != nil {
		return r.err
	}
	if !blob.isBlob {
		return errors.New("no blob where the header belongs")
	}
	db.header(blob.bytes, "sqlite: row", uint32(c.row))
	return nil
}
