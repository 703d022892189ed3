package analyze

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Numbers of Mach-O,
// https://github.com/apple-oss-distributions/xnu/blob/main/EXTERNAL_HEADERS/mach-o/loader.h
// and fat.h there.
const (
	fatMagic   = 0xcafebabe
	fatMagic64 = 0xcafebabf

	machoSegment   = 0x1
	machoSegment64 = 0x19
	machoReadWrite = 3

	// maxCommands bounds the load commands of an image; that of a browser's
	// framework has some 10 KB.
	maxCommands = 4 << 20
)

var errMachoHeader = errors.New("not the header of a Mach-O image")

// openFat reads the headers of each image of a universal binary.
func openFat(r io.ReaderAt) ([]*executable, error) {
	var head [8]byte
	if err := readFull(r, head[:], 0, "universal header"); err != nil {
		return nil, err
	}
	size := 20
	if binary.BigEndian.Uint32(head[:]) == fatMagic64 {
		size = 32
	}
	var list []*executable
	err := eachHeader(r, 8, size, int(binary.BigEndian.Uint32(head[4:])), "headers of images", func(b []byte) error {
		offset, length := uint64(binary.BigEndian.Uint32(b[8:])), uint64(binary.BigEndian.Uint32(b[12:]))
		if size == 32 {
			offset, length = binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint64(b[16:])
		}
		if offset > math.MaxInt64 || length > math.MaxInt64-offset {
			return fmt.Errorf("%w: an image beyond any file", errMachoHeader)
		}
		x, err := openMacho(io.NewSectionReader(r, int64(offset), int64(length)))
		if err != nil {
			return fmt.Errorf("image at offset %d: %w", offset, err)
		}
		list = append(list, x)
		return nil
	})
	return list, err
}

// openMacho reads the load commands of a Mach-O image.
func openMacho(r io.ReaderAt) (*executable, error) {
	var head [32]byte
	n, err := readUpTo(r, head[:], 0)
	if err != nil {
		return nil, err
	}
	if n < 28 {
		return nil, fmt.Errorf("Mach-O header: %w", io.ErrUnexpectedEOF)
	}
	x := &executable{r: r, order: binary.LittleEndian}
	if head[0] == 0xfe {
		x.order = binary.BigEndian
	}
	start := uint64(28)
	switch magic := x.order.Uint32(head[:]); magic {
	case 0xfeedfacf:
		start = 32
	case 0xfeedface:
	default:
		return nil, fmt.Errorf("%w: magic %#x", errMachoHeader, magic)
	}
	count, size := x.order.Uint32(head[16:]), uint64(x.order.Uint32(head[20:]))
	if size > maxCommands {
		return nil, fmt.Errorf("%w: %d bytes of load commands, of %d", artifact.ErrLimit, size, maxCommands)
	}
	for at, end := start, start+size; count > 0; count-- {
		var command [72]byte // a segment's is the longest that is read
		want := min(uint64(len(command)), end-at)
		if want < 8 {
			return nil, fmt.Errorf("%w: load commands longer than they say", errMachoHeader)
		}
		if err := readFull(r, command[:want], at, "load command"); err != nil {
			return nil, err
		}
		length := uint64(x.order.Uint32(command[4:]))
		if length < 8 || length > end-at {
			return nil, fmt.Errorf("%w: a load command of %d bytes", errMachoHeader, length)
		}
		if err := x.addMachoSegment(command[:], at, length); err != nil {
			return nil, err
		}
		at += length
	}
	return x, nil
}

// addMachoSegment adds the segment of a load command, if it is one, with those
// of its sections that are wanted.
func (x *executable) addMachoSegment(b []byte, at, length uint64) error {
	var s area
	var fields, headerSize, sectionSize uint64
	switch x.order.Uint32(b) {
	case machoSegment64:
		fields, headerSize, sectionSize = 56, 72, 80
		s.addr, s.memorySize = x.order.Uint64(b[24:]), x.order.Uint64(b[32:])
		s.offset, s.fileSize = x.order.Uint64(b[40:]), x.order.Uint64(b[48:])
	case machoSegment:
		fields, headerSize, sectionSize = 40, 56, 68
		s.addr, s.memorySize = uint64(x.order.Uint32(b[24:])), uint64(x.order.Uint32(b[28:]))
		s.offset, s.fileSize = uint64(x.order.Uint32(b[32:])), uint64(x.order.Uint32(b[36:]))
	default:
		return nil
	}
	count := uint64(x.order.Uint32(b[fields+8:]))
	if length < headerSize || count > (length-headerSize)/sectionSize {
		return fmt.Errorf("%w: %d sections in a load command of %d bytes", errMachoHeader, count, length)
	}
	s.name = terminated(b[8:24])
	if s.name != "__PAGEZERO" && s.fileSize > 0 {
		x.segments = append(x.segments, s)
	}
	most, initial := x.order.Uint32(b[fields:]), x.order.Uint32(b[fields+4:])
	if x.data == nil && s.addr != 0 && s.fileSize != 0 && most == machoReadWrite && initial == machoReadWrite {
		x.data = &s
	}
	return eachHeader(x.r, at+headerSize, int(sectionSize), int(count), "section headers", func(b []byte) error {
		a := area{name: terminated(b[:16])}
		if sectionSize == 80 {
			a.addr, a.fileSize, a.offset = x.order.Uint64(b[32:]), x.order.Uint64(b[40:]), uint64(x.order.Uint32(b[48:]))
		} else {
			a.addr, a.fileSize, a.offset = uint64(x.order.Uint32(b[32:])), uint64(x.order.Uint32(b[36:])), uint64(x.order.Uint32(b[40:]))
		}
		a.memorySize = a.fileSize
		x.addSection(a)
		return nil
	})
}
