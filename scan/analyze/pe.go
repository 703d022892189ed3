package analyze

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Sizes and flags of PE,
// https://learn.microsoft.com/en-us/windows/win32/debug/pe-format.
const (
	peHeaderSize  = 24 // the signature with the COFF header
	peSectionSize = 40

	// peData are the flags of a section of initialized data that can be read
	// and written, peAlign is what they may hold besides.
	peData  = 0x40 | 0x40000000 | 0x80000000
	peAlign = 0x600000
)

// openPE reads the headers of a PE file. Nil is a program of DOS, or another
// file that starts with MZ.
func openPE(r io.ReaderAt) (*executable, error) {
	var dos [64]byte
	if n, err := readUpTo(r, dos[:], 0); err != nil || n < len(dos) {
		return nil, err
	}
	at := uint64(binary.LittleEndian.Uint32(dos[0x3c:]))
	var head [peHeaderSize]byte
	n, err := readUpTo(r, head[:], at)
	if err != nil || n < 4 || string(head[:4]) != "PE\x00\x00" {
		return nil, err
	}
	if n < len(head) {
		return nil, fmt.Errorf("PE header at offset %d: %w", at, io.ErrUnexpectedEOF)
	}
	count := int(binary.LittleEndian.Uint16(head[6:]))
	optional := int(binary.LittleEndian.Uint16(head[20:]))
	base, err := peImageBase(r, at+peHeaderSize, optional)
	if err != nil {
		return nil, err
	}
	x := &executable{r: r, order: binary.LittleEndian}
	err = eachHeader(r, at+peHeaderSize+uint64(optional), peSectionSize, count, "section headers", func(b []byte) error {
		s := area{name: terminated(b[:8])}
		s.memorySize, s.fileSize = uint64(binary.LittleEndian.Uint32(b[8:])), uint64(binary.LittleEndian.Uint32(b[16:]))
		virtual := uint64(binary.LittleEndian.Uint32(b[12:]))
		s.addr, s.offset = base+virtual, uint64(binary.LittleEndian.Uint32(b[20:]))
		flags := binary.LittleEndian.Uint32(b[36:])
		if s.offset == 0 {
			s.fileSize = 0
		}
		if x.data == nil && virtual != 0 && s.fileSize != 0 && flags&^uint32(peAlign) == peData {
			x.data = &s
		}
		x.segments = append(x.segments, s)
		x.addSection(s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

// peImageBase is the address that addresses of sections count from.
func peImageBase(r io.ReaderAt, at uint64, size int) (uint64, error) {
	var optional [32]byte
	if size < len(optional) {
		return 0, nil // an object file
	}
	if err := readFull(r, optional[:], at, "optional header"); err != nil {
		return 0, err
	}
	if binary.LittleEndian.Uint16(optional[:]) == 0x20b {
		return binary.LittleEndian.Uint64(optional[24:]), nil
	}
	return uint64(binary.LittleEndian.Uint32(optional[28:])), nil
}
