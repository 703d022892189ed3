package rpmdb

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The kinds of page of a table's b-tree. Those of an index are not read.
// https://www.sqlite.org/fileformat2.html#b_tree_pages
const (
	interiorPage = 5
	leafPage     = 13
)

// maxDepth is more than a tree of 2^31 pages has.
const maxDepth = 40

// A cell is a row's place: the part of its payload that lies on the leaf, and
// where the rest follows.
type cell struct {
	page     uint32
	row      uint64
	size     int64 // of the whole payload
	local    []byte
	overflow uint32 // 0: all is on the leaf
}

var errPageTwice = errors.New("used a second time")

// page reads page number n, which must not have been read before.
func (db *sqlite) page(n uint32, buf []byte) error {
	if n == 0 || n > db.pages {
		return fmt.Errorf("page %d, of %d", n, db.pages)
	}
	if !db.seen.add(n) {
		return fmt.Errorf("page %d: %w", n, errPageTwice)
	}
	return db.read(buf, int64(n-1)*db.pageSize)
}

// table calls visit for each row of the tree at page n, in order. What cannot
// be read is reported, and passed over.
func (db *sqlite) table(n uint32, depth int, visit func(cell)) {
	if db.done {
		return
	}
	if depth == maxDepth {
		db.fail(fmt.Errorf("sqlite: page %d: %w: more than %d levels", n, ErrLimit, maxDepth))
		return
	}
	if depth == len(db.levels) {
		db.levels = append(db.levels, make([]byte, db.pageSize))
	}
	page := db.levels[depth]
	if err := db.page(n, page); err != nil {
		db.fail(fmt.Errorf("sqlite: %w", err))
		return
	}
	if err := db.cells(n, page[:db.usable], depth, visit); err != nil {
		db.fail(fmt.Errorf("sqlite: page %d: %w", n, err))
	}
}

// cells goes through the cells of a page. An error is of the page as a whole.
func (db *sqlite) cells(n uint32, page []byte, depth int, visit func(cell)) error {
	at := 0
	if n == schemaRoot {
		at = 100 // the file's header
	}
	kind, count := page[at], int(binary.BigEndian.Uint16(page[at+3:]))
	pointers := at + 8
	if kind == interiorPage {
		pointers += 4
	} else if kind != leafPage {
		return fmt.Errorf("kind %d where a table's page belongs", kind)
	}
	first := pointers + 2*count // where cells may begin
	if first > len(page) {
		return fmt.Errorf("%d cells on a page of %d bytes", count, len(page))
	}
	used := int64(first)
	for i := range count {
		if db.done {
			return nil
		}
		offset := int(binary.BigEndian.Uint16(page[pointers+2*i:]))
		if offset < first || offset+4 > len(page) {
			db.fail(fmt.Errorf("sqlite: page %d: cell %d at offset %d", n, i, offset))
			continue
		}
		if kind == interiorPage {
			db.table(binary.BigEndian.Uint32(page[offset:]), depth+1, visit)
			continue
		}
		c, err := db.leafCell(page[offset:])
		if err != nil {
			db.fail(fmt.Errorf("sqlite: page %d: cell %d: %w", n, i, err))
			continue
		}
		if used += int64(len(c.local)); used > int64(len(page)) {
			return fmt.Errorf("cell %d overlaps another", i)
		}
		c.page = n
		visit(c)
	}
	if kind == interiorPage {
		db.table(binary.BigEndian.Uint32(page[at+8:]), depth+1, visit)
	}
	return nil
}

var errCell = errors.New("a cell beyond the end of its page")

// leafCell reads the cell at the start of b, which goes to the end of the page:
// payload's size, row, payload, and the page on which it goes on.
func (db *sqlite) leafCell(b []byte) (cell, error) {
	size, n := varint(b)
	row, m := varint(b[n:])
	if n == 0 || m == 0 {
		return cell{}, errCell
	}
	if size > uint64(db.walk.size) {
		return cell{}, fmt.Errorf("a row of %d bytes, in a file of %d", size, db.walk.size)
	}
	c := cell{row: row, size: int64(size)}
	b = b[n+m:]
	local := db.localSize(c.size)
	if local > int64(len(b)) || c.size > local && local+4 > int64(len(b)) {
		return cell{}, errCell
	}
	c.local = b[:local]
	if c.size > local {
		c.overflow = binary.BigEndian.Uint32(b[local:])
	}
	return c, nil
}

// localSize is how much of a payload lies on the leaf.
// https://www.sqlite.org/fileformat2.html#cell_payload_overflow_pages
func (db *sqlite) localSize(payload int64) int64 {
	u := db.usable
	most := u - 35
	if payload <= most {
		return payload
	}
	least := (u-12)*32/255 - 23
	if k := least + (payload-least)%(u-4); k <= most {
		return k
	}
	return least
}

// payload puts a row's payload together. It is valid until the next one.
func (db *sqlite) payload(c cell) ([]byte, error) {
	buf, err := db.room(c.size)
	if err != nil {
		return nil, err
	}
	n := int64(copy(buf, c.local))
	for next := c.overflow; n < c.size; next = binary.BigEndian.Uint32(db.next) {
		if err := db.page(next, db.next); err != nil {
			return nil, fmt.Errorf("overflow: %w", err)
		}
		part := min(c.size-n, db.usable-4)
		if err := db.read(buf[n:n+part], int64(next-1)*db.pageSize+4); err != nil {
			return nil, err
		}
		n += part
	}
	return buf, nil
}
