package rpmdb

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The layout of a hash of Berkeley DB, whose bytes are in the order of the
// machine that made it. Page 0 says what the file is; any other page begins
// with 26 bytes:
//
//	8   number of the page
//	16  next page: of a bucket, or of an overflow chain
//	20  entries, in pairs of key and value
//	22  where the entries begin, or on an overflow page how many bytes it holds
//	25  kind
//
// On a page of a hash, 2 bytes for each entry say where it lies; it goes up to
// the one before it, and the first to the end of the page.
// https://github.com/berkeleydb/libdb/blob/master/src/dbinc/db_page.h
const (
	bdbHashMagic  = 0x61561
	bdbMinVersion = 8
	bdbMaxVersion = 10
	bdbPageStart  = 26

	bdbFree     = 0
	bdbUnsorted = 2
	bdbOverflow = 7
	bdbMeta     = 8
	bdbHash     = 13

	bdbKeyData = 1 // an entry that holds its value
	bdbOffPage = 3 // one that names the chain which holds it
)

// berkeleyOrder is the byte order of a hash that begins with head; nil for
// other files.
func berkeleyOrder(head []byte) binary.ByteOrder {
	if len(head) < 72 {
		return nil
	}
	if binary.LittleEndian.Uint32(head[12:]) == bdbHashMagic {
		return binary.LittleEndian
	}
	if binary.BigEndian.Uint32(head[12:]) == bdbHashMagic {
		return binary.BigEndian
	}
	return nil
}

// berkeley is a hash that is read.
type berkeley struct {
	*walk
	order    binary.ByteOrder
	pageSize int64
	pages    uint32  // of the file
	seen     pageSet // overflow pages
	part     []byte  // the overflow page at hand
}

func readBerkeley(w *walk, head []byte, order binary.ByteOrder) error {
	size, version, last := int64(order.Uint32(head[20:])), order.Uint32(head[16:]), order.Uint32(head[32:])
	switch {
	case version < bdbMinVersion || version > bdbMaxVersion:
		return fmt.Errorf("berkeley: a hash of version %d", version)
	case size < 512 || size > 1<<16 || size&(size-1) != 0:
		return fmt.Errorf("berkeley: pages of %d bytes", size)
	case head[24] != 0:
		return errors.New("berkeley: an encrypted database")
	case head[25] != bdbMeta:
		return fmt.Errorf("berkeley: kind %d of the first page", head[25])
	case head[26] != 0:
		return fmt.Errorf("berkeley: flags %#x, of checksums or partitions, which rpm does not use", head[26])
	}
	db := &berkeley{walk: w, order: order, pageSize: size, pages: uint32(w.size / size), part: make([]byte, size)}
	db.seen = newPageSet(db.pages)
	if int64(last) >= int64(db.pages) {
		w.fail(fmt.Errorf("berkeley: the last page is %d, and the file has %d: it is cut short", last, db.pages))
	}
	page := make([]byte, size)
	for n := uint32(1); n < db.pages && !w.done; n++ {
		// What a page of a chain holds is read from where the chain begins.
		if err := w.read(page[:bdbPageStart], int64(n)*size); err != nil {
			w.fail(fmt.Errorf("berkeley: page %d: %w", n, err))
			continue
		}
		var err error
		switch kind := page[25]; kind {
		case bdbFree, bdbOverflow:
		case bdbHash, bdbUnsorted:
			if err = w.read(page, int64(n)*size); err == nil {
				err = db.hashPage(n, page)
			}
		default:
			err = fmt.Errorf("kind %d", kind)
		}
		if err != nil {
			w.fail(fmt.Errorf("berkeley: page %d: %w", n, err))
		}
	}
	return nil
}

// hashPage reports the packages on a page. An error is of the page as a whole.
func (db *berkeley) hashPage(n uint32, page []byte) error {
	count := int(db.order.Uint16(page[20:]))
	if self := db.order.Uint32(page[8:]); self != n {
		return fmt.Errorf("says that it is page %d", self)
	}
	first := bdbPageStart + 2*count // where entries may begin
	if count%2 != 0 || first > len(page) {
		return fmt.Errorf("%d entries on a page of %d bytes", count, len(page))
	}
	end := len(page)
	for i := 0; i < count && !db.done; i += 2 {
		key, value := int(db.order.Uint16(page[bdbPageStart+2*i:])), int(db.order.Uint16(page[bdbPageStart+2*i+2:]))
		if value < first || value >= key || key >= end {
			return fmt.Errorf("entry %d at offset %d, before one at %d", i, key, end)
		}
		number, err := db.number(page[key:end])
		if err == nil && number != 0 { // 0 has the last number that was given
			err = db.packageOf(number, page[value:key])
		}
		if err != nil {
			db.fail(fmt.Errorf("berkeley: page %d: entry %d: %w", n, i, err))
		}
		end = value
	}
	return nil
}

// number is what a key holds: that of a package.
func (db *berkeley) number(key []byte) (uint32, error) {
	if len(key) != 5 || key[0] != bdbKeyData {
		return 0, errors.New("a key that is not the number of a package")
	}
	return db.order.Uint32(key[1:]), nil
}

// packageOf reports the package of an entry.
func (db *berkeley) packageOf(number uint32, entry []byte) error {
	switch { // an entry has a byte at least
	case entry[0] == bdbKeyData:
		db.header(entry[1:], "berkeley: package number", number)
		return nil
	case entry[0] == bdbOffPage && len(entry) >= 12:
		blob, err := db.chain(db.order.Uint32(entry[4:]), int64(db.order.Uint32(entry[8:])))
		if err == nil {
			db.header(blob, "berkeley: package number", number)
		}
		return err
	}
	return fmt.Errorf("kind %d of a value of %d bytes", entry[0], len(entry))
}

// chain puts a value of size bytes together that begins on overflow page n. It
// is valid until the next one.
func (db *berkeley) chain(n uint32, size int64) ([]byte, error) {
	buf, err := db.room(size)
	if err != nil {
		return nil, err
	}
	for have := 0; have < len(buf); n = db.order.Uint32(db.part[16:]) {
		if n == 0 || n >= db.pages {
			return nil, fmt.Errorf("overflow: page %d, of %d", n, db.pages)
		}
		if !db.seen.add(n) {
			return nil, fmt.Errorf("overflow: page %d: %w", n, errPageTwice)
		}
		if err := db.read(db.part, int64(n)*db.pageSize); err != nil {
			return nil, err
		}
		part := int(db.order.Uint16(db.part[22:]))
		if db.part[25] != bdbOverflow || part == 0 || part > len(db.part)-bdbPageStart {
			return nil, fmt.Errorf("overflow: page %d: kind %d, %d bytes", n, db.part[25], part)
		}
		have += copy(buf[have:], db.part[bdbPageStart:][:part])
	}
	return buf, nil
}
