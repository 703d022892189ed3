package rpmdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// A header is a list of tagged values:
//
//	il, dl     the number of entries, and of bytes of data
//	il entries tag, type, offset into the data, count: 4 bytes each
//	data
//
// all in big-endian order. The first entry may mark a region: the entries that
// were in the package as it was built and signed. Those after it were added
// when it was installed, and replace what the region says under the same tag.
// https://rpm-software-management.github.io/rpm/manual/format_header.html,
// https://rpm-software-management.github.io/rpm/manual/hregions.html
type header struct {
	entries []byte
	data    []byte
}

const (
	introSize  = 8
	entrySize  = 16
	maxEntries = 1<<16 - 1 // as in rpm
)

// The tags that are read.
// https://rpm-software-management.github.io/rpm/manual/tags.html
const (
	tagImage           = 61 // regions are 61, 62 and 63
	tagImmutable       = 63
	tagName            = 1000
	tagVersion         = 1001
	tagRelease         = 1002
	tagEpoch           = 1003
	tagVendor          = 1011
	tagLicense         = 1014
	tagArch            = 1022
	tagOldFilenames    = 1027
	tagFileModes       = 1030
	tagFileFlags       = 1037
	tagSourceRPM       = 1044
	tagDirIndexes      = 1116
	tagBaseNames       = 1117
	tagDirNames        = 1118
	tagModularityLabel = 5096
)

// The types of values.
const (
	typeInt16       = 3
	typeInt32       = 4
	typeString      = 6
	typeBinary      = 7
	typeStringArray = 8
	typeI18NString  = 9
)

// An entry is one of a header's. The zero value is one that is not there.
type entry struct{ tag, kind, offset, count uint32 }

func (h header) entry(i int) entry {
	b := h.entries[i*entrySize:]
	return entry{
		binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]),
		binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:]),
	}
}

// headerSize is the number of entries, and the size of a header, from its first 8 bytes.
func headerSize(intro []byte) (entries uint32, size int64, err error) {
	il, dl := binary.BigEndian.Uint32(intro), binary.BigEndian.Uint32(intro[4:])
	switch size = introSize + int64(il)*entrySize + int64(dl); {
	case il == 0:
		return 0, 0, errors.New("a header without entries")
	case il > maxEntries:
		return 0, 0, fmt.Errorf("%w: %d entries in a header, of %d", ErrLimit, il, maxEntries)
	case size > maxHeader:
		return 0, 0, fmt.Errorf("%w: a header of %d bytes, of %d", ErrLimit, size, maxHeader)
	}
	return il, size, nil
}

// parseHeader takes blob apart. The header shares its memory.
func parseHeader(blob []byte) (header, error) {
	if len(blob) < introSize {
		return header{}, fmt.Errorf("a header of %d bytes", len(blob))
	}
	entries, size, err := headerSize(blob)
	if err != nil {
		return header{}, err
	}
	if size != int64(len(blob)) {
		return header{}, fmt.Errorf("a header that says it has %d bytes, and has %d", size, len(blob))
	}
	end := introSize + int(entries)*entrySize
	h := header{entries: blob[introSize:end], data: blob[end:]}
	return h, h.checkRegion()
}

func (h header) count() int { return len(h.entries) / entrySize }

// checkRegion makes sure that the region which the first entry may mark ends
// with what says the same of it.
func (h header) checkRegion() error {
	first := h.entry(0)
	if first.tag < tagImage || first.tag > tagImmutable || first.offset == 0 {
		return nil
	}
	if first.kind != typeBinary || first.count != entrySize || int64(first.offset)+entrySize > int64(len(h.data)) {
		return fmt.Errorf("a region (tag %d) beyond the header's data", first.tag)
	}
	trailer := header{entries: h.data[first.offset:][:entrySize]}.entry(0)
	size := -int64(int32(trailer.offset))
	if trailer.kind != typeBinary || size < entrySize || size%entrySize != 0 || size > int64(len(h.entries)) {
		return fmt.Errorf("a region (tag %d) of %d bytes of entries, in %d", first.tag, size, len(h.entries))
	}
	return nil
}

// text is the value of a string, or the first of several.
func (h header) text(e entry) (string, error) {
	if e.tag == 0 {
		return "", nil
	}
	if e.kind != typeString && e.kind != typeStringArray && e.kind != typeI18NString {
		return "", fmt.Errorf("tag %d: type %d where a string belongs", e.tag, e.kind)
	}
	b, err := h.from(e)
	if err != nil {
		return "", err
	}
	const most = 64 << 10 // the licence of a large package has some KB
	end := bytes.IndexByte(b[:min(len(b), most+1)], 0)
	switch {
	case end < 0 && len(b) > most:
		return "", fmt.Errorf("%w: tag %d: more than %d bytes", ErrLimit, e.tag, most)
	case end < 0:
		return "", fmt.Errorf("tag %d: a string without end", e.tag)
	}
	return string(b[:end]), nil
}

// from is the data from the value of e on.
func (h header) from(e entry) ([]byte, error) {
	if int64(e.offset) >= int64(len(h.data)) {
		return nil, fmt.Errorf("tag %d: offset %d in %d bytes of data", e.tag, e.offset, len(h.data))
	}
	return h.data[e.offset:], nil
}

// numbers is the value of an array of numbers of width bytes.
func (h header) numbers(e entry, kind, width uint32) ([]byte, error) {
	if e.tag == 0 {
		return nil, nil
	}
	if e.kind != kind {
		return nil, fmt.Errorf("tag %d: type %d, not %d", e.tag, e.kind, kind)
	}
	b, err := h.from(e)
	if err != nil {
		return nil, err
	}
	if n := int64(e.count) * int64(width); n <= int64(len(b)) {
		return b[:n], nil
	}
	return nil, fmt.Errorf("tag %d: %d numbers in %d bytes", e.tag, e.count, len(b))
}

// texts is the data of an array of strings, with their number.
func (h header) texts(e entry) (texts, error) {
	if e.tag == 0 {
		return texts{}, nil
	}
	if e.kind != typeStringArray && (e.kind != typeString || e.count != 1) {
		return texts{}, fmt.Errorf("tag %d: type %d where strings belong", e.tag, e.kind)
	}
	b, err := h.from(e)
	if err != nil {
		return texts{}, err
	}
	if int64(e.count) > int64(len(b)) {
		return texts{}, fmt.Errorf("tag %d: %d strings in %d bytes", e.tag, e.count, len(b))
	}
	return texts{b, int(e.count), e.tag}, nil
}

// texts are strings, each of which ends with a zero byte.
type texts struct {
	rest  []byte
	count int // that are left
	tag   uint32
}

// next takes the first string off.
func (t *texts) next() ([]byte, error) {
	end := bytes.IndexByte(t.rest, 0)
	if t.count == 0 || end < 0 {
		return nil, fmt.Errorf("tag %d: a string without end", t.tag)
	}
	s := t.rest[:end]
	t.rest = t.rest[end+1:]
	t.count--
	return s, nil
}
