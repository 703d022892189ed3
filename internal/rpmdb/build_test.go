package rpmdb_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/adler32"
	"io"
	"os"
	"testing"
)

// gunzip reads a fixture.
func gunzip(tb testing.TB, path string) []byte {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		tb.Fatal(err)
	}
	if b, err = io.ReadAll(r); err != nil {
		tb.Fatal(err)
	}
	return b
}

// headerMagic comes before each header outside of a database.
const headerMagic = "\x8e\xad\xe8\x01\x00\x00\x00\x00"

// fixtureHeaders are the headers that rpm exported from its database.
func fixtureHeaders(tb testing.TB) [][]byte {
	tb.Helper()
	var list [][]byte
	for rest := gunzip(tb, "../../testdata/rpm/headers.gz"); len(rest) > 0; {
		rest = rest[len(headerMagic):]
		size := 8 + 16*binary.BigEndian.Uint32(rest) + binary.BigEndian.Uint32(rest[4:])
		list = append(list, rest[:size])
		rest = rest[size:]
	}
	return list
}

// A tagged is an entry of a header that a test makes.
type tagged struct {
	tag, kind, count uint32
	data             string
}

func text(tag uint32, s string) tagged { return tagged{tag, 6, 1, s + "\x00"} }

// header is what rpm would make of entries, but for what a test wants wrong.
func header(entries ...tagged) []byte {
	var index, data []byte
	for _, e := range entries {
		for e.kind == 4 && len(data)%4 != 0 {
			data = append(data, 0)
		}
		for _, n := range []uint32{e.tag, e.kind, uint32(len(data)), e.count} {
			index = binary.BigEndian.AppendUint32(index, n)
		}
		data = append(data, e.data...)
	}
	b := binary.BigEndian.AppendUint32(nil, uint32(len(entries)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	return append(append(b, index...), data...)
}

func nvr(name string) []tagged {
	return []tagged{text(1000, name), text(1001, "1"), text(1002, "2")}
}

// ndb is an ndb database of headers, with a free slot between each two.
func ndb(headers ...[]byte) []byte {
	const page = 4096
	db := make([]byte, page)
	copy(db, "RpmP")
	binary.LittleEndian.PutUint32(db[12:], 1)
	binary.LittleEndian.PutUint32(db[16:], uint32(len(headers)+1))
	for i := 32; i < page; i += 16 {
		copy(db[i:], "Slot")
	}
	for i, h := range headers {
		at := len(db)
		number := uint32(i + 1)
		db = append(db, "BlbS"...)
		db = binary.LittleEndian.AppendUint32(db, number)
		db = binary.LittleEndian.AppendUint32(db, number)
		db = binary.LittleEndian.AppendUint32(db, uint32(len(h)))
		db = append(db, h...)
		for (len(db)+12)%16 != 0 {
			db = append(db, 0)
		}
		db = binary.LittleEndian.AppendUint32(db, adler32.Checksum(db[at:]))
		db = binary.LittleEndian.AppendUint32(db, uint32(len(h)))
		db = append(db, "BlbE"...)
		slot := db[32+32*i:]
		binary.LittleEndian.PutUint32(slot[4:], number)
		binary.LittleEndian.PutUint32(slot[8:], uint32(at/16))
		binary.LittleEndian.PutUint32(slot[12:], uint32((len(db)-at)/16))
	}
	return db
}

// berkeley is a Berkeley hash of headers, in pages of size bytes: one page of
// entries, with the counter that rpm keeps there, and the overflow pages. A
// header that fits is stored on the page itself if inline is set.
func berkeley(order binary.ByteOrder, size int, inline bool, headers ...[]byte) []byte {
	db := make([]byte, 2*size)
	db[25] = 8
	order.PutUint32(db[12:], 0x61561)
	order.PutUint32(db[16:], 9)
	order.PutUint32(db[20:], uint32(size))
	hash := db[size : 2*size : 2*size]
	hash[25] = 13
	order.PutUint32(hash[8:], 1)
	end, entries := size, 0
	put := func(b []byte) {
		end -= len(b)
		copy(hash[end:], b)
		order.PutUint16(hash[26+2*entries:], uint16(end))
		entries++
	}
	number := func(n int) []byte {
		b := []byte{1, 0, 0, 0, 0}
		order.PutUint32(b[1:], uint32(n))
		return b
	}
	put(number(0))
	put(number(len(headers)))
	var chains []byte
	for i, h := range headers {
		put(number(i + 1))
		if inline && len(h) < size/4 {
			put(append([]byte{1}, h...))
			continue
		}
		first := uint32((2*size + len(chains)) / size)
		place := make([]byte, 12)
		place[0] = 3
		order.PutUint32(place[4:], first)
		order.PutUint32(place[8:], uint32(len(h)))
		put(place)
		for n := first; len(h) > 0; n++ {
			page := make([]byte, size)
			part := copy(page[26:], h)
			h = h[part:]
			page[25] = 7
			order.PutUint32(page[8:], n)
			order.PutUint16(page[22:], uint16(part))
			if len(h) > 0 {
				order.PutUint32(page[16:], n+1)
			}
			chains = append(chains, page...)
		}
	}
	order.PutUint16(hash[20:], uint16(entries))
	order.PutUint16(hash[22:], uint16(end))
	db = append(append(db[:size:size], hash...), chains...)
	order.PutUint32(db[32:], uint32(len(db)/size-1))
	return db
}
