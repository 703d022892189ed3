package rpmdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
)

// The layout of ndb's Packages.db, in little-endian order:
//
//	header  magic, version, generation, number of slot pages, ...: 32 bytes
//	slots   magic, number of the package (0: free), offset and size in blocks
//	        of 16 bytes: 16 bytes; they fill the slot pages, the first of which
//	        begins with the header
//	blobs   magic, number of the package, generation, size; a header; zeros up
//	        to a block's end but for 12 bytes; a checksum of all that, the size
//	        again, magic
//
// https://github.com/rpm-software-management/rpm/blob/master/lib/backend/ndb/rpmpkg.c
const (
	ndbMagic     = "RpmP"
	ndbSlotMagic = "Slot"
	ndbBlobMagic = "BlbS"
	ndbTailMagic = "BlbE"

	ndbHeader   = 32
	ndbSlotPage = 4096
	ndbSlot     = 16
	ndbBlock    = 16
	ndbBlobHead = 16
	ndbBlobTail = 12
)

// A slot is the place of a blob.
type slot struct{ pkg, offset, blocks uint32 }

func readNDB(w *walk, head []byte) error {
	if len(head) < ndbHeader {
		return fmt.Errorf("ndb: a file of %d bytes", w.size)
	}
	if v := binary.LittleEndian.Uint32(head[4:]); v != 0 {
		return fmt.Errorf("ndb: version %d", v)
	}
	pages := int64(binary.LittleEndian.Uint32(head[12:]))
	if pages == 0 || pages > w.size/ndbSlotPage {
		return fmt.Errorf("ndb: %d pages of slots, in a file of %d bytes", pages, w.size)
	}
	left := w.size - pages*ndbSlotPage // for blobs, which do not overlap
	page := make([]byte, ndbSlotPage)
	for n := int64(0); n < pages && !w.done; n++ {
		if err := w.read(page, n*ndbSlotPage); err != nil {
			return fmt.Errorf("ndb: page %d: %w", n, err)
		}
		slots := page
		if n == 0 {
			slots = page[ndbHeader:]
		}
		if err := readSlots(w, slots, pages, &left); err != nil {
			w.fail(fmt.Errorf("ndb: page %d: %w", n, err))
		}
	}
	return nil
}

// readSlots reports the packages of a page of slots. An error is of slots that
// could not be told.
func readSlots(w *walk, slots []byte, pages int64, left *int64) error {
	bad := 0
	for ; len(slots) > 0 && !w.done; slots = slots[ndbSlot:] {
		if string(slots[:4]) != ndbSlotMagic {
			bad++
			continue
		}
		s := slot{
			binary.LittleEndian.Uint32(slots[4:]), binary.LittleEndian.Uint32(slots[8:]), binary.LittleEndian.Uint32(slots[12:]),
		}
		if s.pkg == 0 {
			continue
		}
		blob, err := readBlob(w, s, pages, left)
		if err != nil {
			w.fail(fmt.Errorf("ndb: package number %d: %w", s.pkg, err))
			continue
		}
		w.header(blob, "ndb: package number", s.pkg)
	}
	if bad > 0 {
		return fmt.Errorf("%d slots without their magic", bad)
	}
	return nil
}

var errBlob = errors.New("a blob whose head or tail is wrong")

// readBlob returns the header in a blob, valid until the next one. Its size is
// taken from what is left for all blobs.
func readBlob(w *walk, s slot, pages int64, left *int64) ([]byte, error) {
	at, size := int64(s.offset)*ndbBlock, int64(s.blocks)*ndbBlock
	if at < pages*ndbSlotPage || at+size > w.size {
		return nil, fmt.Errorf("a blob of %d bytes at offset %d, in a file of %d", size, at, w.size)
	}
	if *left -= size; *left < 0 {
		return nil, errors.New("a blob that overlaps another")
	}
	b, err := w.room(size)
	if err != nil {
		return nil, err
	}
	if err := w.read(b, at); err != nil {
		return nil, err
	}
	if size < ndbBlobHead+ndbBlobTail {
		return nil, errBlob
	}
	length, tail := binary.LittleEndian.Uint32(b[12:]), b[size-ndbBlobTail:]
	whole := (int64(length) + ndbBlobHead + ndbBlobTail + ndbBlock - 1) / ndbBlock * ndbBlock
	switch {
	case string(b[:4]) != ndbBlobMagic, binary.LittleEndian.Uint32(b[4:]) != s.pkg, whole != size,
		!bytes.Equal(tail[4:8], b[12:16]), string(tail[8:]) != ndbTailMagic:
		return nil, errBlob
	case adler32.Checksum(b[:size-ndbBlobTail]) != binary.LittleEndian.Uint32(tail):
		return nil, errors.New("a blob with another checksum")
	}
	return b[ndbBlobHead:][:length], nil
}
