package rpmdb

import "errors"

// A record is a row's values: the size of the list of types, that list, and
// the values in the same order.
// https://www.sqlite.org/fileformat2.html#record_format
type record struct {
	types  []byte
	values []byte
	err    error
}

// A value is one of them; a NULL is the zero value.
type value struct {
	integer int64
	bytes   []byte // of a text or a blob
	isBlob  bool
}

var errRecord = errors.New("a row that ends early")

func newRecord(payload []byte) *record {
	size, n := varint(payload)
	if n == 0 || size < uint64(n) || size > uint64(len(payload)) {
		return &record{err: errRecord}
	}
	return &record{types: payload[n:size], values: payload[size:]}
}

// next takes the first value off. Where there is none it is a NULL, and err is
// set.
func (r *record) next() value {
	kind, n := varint(r.types)
	if n == 0 {
		r.err = errRecord
		return value{}
	}
	r.types = r.types[n:]
	size := valueSize(kind)
	if size > uint64(len(r.values)) {
		r.types, r.err = nil, errRecord
		return value{}
	}
	b := r.values[:size]
	r.values = r.values[size:]
	switch {
	case kind >= 12:
		return value{bytes: b, isBlob: kind%2 == 0}
	case kind >= 8:
		return value{integer: int64(kind) - 8}
	case kind == 7: // a floating-point number, which rpm has no use for
		return value{}
	}
	var v int64
	for i, c := range b {
		if v = v<<8 | int64(c); i == 0 {
			v = int64(int8(c))
		}
	}
	return value{integer: v}
}

// valueSize is the size of a value by its type.
func valueSize(kind uint64) uint64 {
	switch {
	case kind >= 12:
		return (kind - 12) / 2
	case kind <= 4:
		return kind
	case kind == 5:
		return 6
	case kind == 6 || kind == 7:
		return 8
	}
	return 0 // the numbers zero and one, and two types that are not in use
}

// varint reads a number of 1 to 9 bytes: 7 bits of each, and 8 of the ninth,
// highest first. It returns its size, 0 where b ends before the number does.
func varint(b []byte) (v uint64, size int) {
	for i, c := range b {
		if i == 8 {
			return v<<8 | uint64(c), 9
		}
		v = v<<7 | uint64(c&0x7f)
		if c < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}
