package analyze

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Build information as Go's linker leaves it,
// https://cs.opensource.google/go/go/+/master:src/cmd/link/internal/ld/data.go (buildinfo)
// and https://pkg.go.dev/debug/buildinfo, which reads it: a header at an address
// that is a multiple of 16, and behind it, since Go 1.18, two strings with their
// lengths; before, the header has the addresses of two strings.
const (
	goMagic      = "\xff Go buildinf:"
	goAlign      = 16
	goHeaderSize = 32

	// maxModules bounds the text that lists modules. The largest programs have
	// some 100 KB.
	maxModules = 4 << 20
	frameSize  = 16 // of the marks before and after that text
)

// goBuildInfo returns the version of Go that x was built with, and the text that
// lists its modules. Both are empty if x was not built by Go.
func (x *executable) goBuildInfo(ctx context.Context) (version, modules string, err error) {
	where := x.section(sectionGo)
	if where == nil {
		where = x.section(sectionGoMacho)
	}
	if where == nil {
		where = x.data
	}
	if where == nil {
		return "", "", nil
	}
	addr, ok, err := x.findGoMagic(ctx, where)
	if err != nil || !ok {
		return "", "", err
	}
	var head [goHeaderSize]byte
	n, err := x.readAt(head[:], addr)
	if err != nil || n < len(head) {
		return "", "", err
	}
	if flags := head[15]; flags&2 != 0 {
		version, addr, err = x.inlineString(addr + goHeaderSize)
		if err == nil && version != "" {
			modules, _, err = x.inlineString(addr)
		}
	} else {
		version, modules, err = x.pointedStrings(head[:])
	}
	if err != nil || version == "" {
		return "", "", err
	}
	if len(modules) < 2*frameSize+1 || modules[len(modules)-frameSize-1] != '\n' {
		return version, "", nil
	}
	return version, modules[frameSize : len(modules)-frameSize], nil
}

// findGoMagic returns the address of the header in where.
func (x *executable) findGoMagic(ctx context.Context, where *area) (addr uint64, ok bool, err error) {
	const chunk = 64 << 10
	var buf []byte
	end := where.addr + where.memorySize
	addr = (where.addr + goAlign - 1) &^ (goAlign - 1)
	for addr < end && addr >= where.addr {
		if err := ctx.Err(); err != nil {
			return 0, false, err
		}
		if buf == nil {
			buf = make([]byte, min(chunk, end-addr))
		}
		n, err := x.readAt(buf[:min(uint64(len(buf)), end-addr)], addr)
		if err != nil || n == 0 {
			return 0, false, err
		}
		for at := 0; at < n; {
			i := bytes.Index(buf[at:n], []byte(goMagic))
			if i < 0 {
				break
			}
			if at += i; at%goAlign == 0 {
				return addr + uint64(at), end-addr-uint64(at) >= goHeaderSize, nil
			}
			at = (at + goAlign - 1) &^ (goAlign - 1)
		}
		if n < len(buf) {
			return 0, false, nil
		}
		addr += uint64(n)
	}
	return 0, false, nil
}

// inlineString reads a string with its length before it, and returns the address
// of what follows. A string that does not fit is empty.
func (x *executable) inlineString(addr uint64) (s string, next uint64, err error) {
	var head [binary.MaxVarintLen64]byte
	n, err := x.readAt(head[:], addr)
	if err != nil {
		return "", 0, err
	}
	length, n := binary.Uvarint(head[:n])
	if n <= 0 {
		return "", 0, nil
	}
	addr += uint64(n)
	s, err = x.stringAt(addr, length)
	return s, addr + length, err
}

// pointedStrings reads the two strings that a header has the addresses of.
func (x *executable) pointedStrings(head []byte) (version, modules string, err error) {
	size := int(head[14])
	var order binary.ByteOrder = binary.LittleEndian
	if head[15]&1 != 0 {
		order = binary.BigEndian
	}
	var pointer func([]byte) uint64
	switch size {
	case 4:
		pointer = func(b []byte) uint64 { return uint64(order.Uint32(b)) }
	case 8:
		pointer = order.Uint64
	default:
		return "", "", nil
	}
	var text [2]string
	for i := range text {
		var header [16]byte // address and length
		b := header[:2*size]
		n, err := x.readAt(b, pointer(head[16+i*size:]))
		if err != nil {
			return "", "", err
		}
		if n < len(b) {
			continue
		}
		if text[i], err = x.stringAt(pointer(b), pointer(b[size:])); err != nil {
			return "", "", err
		}
	}
	return text[0], text[1], nil
}

// stringAt is the string at addr, or empty if it does not fit in there.
func (x *executable) stringAt(addr, length uint64) (string, error) {
	if length > maxModules {
		if addr+length < addr {
			return "", nil
		}
		if n, err := x.readAt(make([]byte, 1), addr+length-1); err != nil || n == 0 {
			return "", err
		}
		return "", fmt.Errorf("%w: %d bytes of build information, of %d", artifact.ErrLimit, length, maxModules)
	}
	b := make([]byte, length)
	n, err := x.readAt(b, addr)
	if err != nil || n < len(b) {
		return "", err
	}
	return string(b), nil
}
