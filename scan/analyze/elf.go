package analyze

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Numbers of ELF, https://gabi.xinuos.com/elf/02-eheader.html,
// 03-sheader.html and 07-pheader.html there.
const (
	elfHeaderSize = 64 // of a 64-bit file; a 32-bit one has 52

	segmentLoad        = 1
	segmentNote        = 4
	segmentTLS         = 7
	segmentEhFrame     = 0x6474e550 // GNU
	segmentWritable    = 2
	segmentExecutable  = 1
	sectionSymbols     = 2
	sectionNoBits      = 8
	sectionLowReserved = 0xff00
	sectionIndexAbove  = 0xffff
)

// An elfHeader is the part of the file's header that is used.
type elfHeader struct {
	order   binary.ByteOrder
	wide    bool // 64-bit
	machine uint16

	segments    uint64 // offset of the program headers
	segmentSize uint16
	segmentsNum int
	sections    uint64 // offset of the section headers; 0: it has none
	sectionSize uint16
	sectionsNum int
	namesIndex  int // of the section that holds the names of sections
}

var errELFHeader = errors.New("not the header of an ELF file")

// parseELFHeader reads the header that a file starts with.
func parseELFHeader(head []byte) (elfHeader, error) {
	var h elfHeader
	if len(head) < 52 {
		return h, fmt.Errorf("ELF header: %w", io.ErrUnexpectedEOF)
	}
	switch head[4] {
	case 1:
	case 2:
		h.wide = true
	default:
		return h, fmt.Errorf("%w: class %d", errELFHeader, head[4])
	}
	switch head[5] {
	case 1:
		h.order = binary.LittleEndian
	case 2:
		h.order = binary.BigEndian
	default:
		return h, fmt.Errorf("%w: byte order %d", errELFHeader, head[5])
	}
	if head[6] != 1 {
		return h, fmt.Errorf("%w: version %d", errELFHeader, head[6])
	}
	h.machine = h.order.Uint16(head[18:])
	rest := head[40:]
	if h.wide {
		if len(head) < elfHeaderSize {
			return h, fmt.Errorf("ELF header: %w", io.ErrUnexpectedEOF)
		}
		h.segments, h.sections = h.order.Uint64(head[32:]), h.order.Uint64(head[40:])
		rest = head[52:]
	} else {
		h.segments, h.sections = uint64(h.order.Uint32(head[28:])), uint64(h.order.Uint32(head[32:]))
	}
	h.segmentSize, h.segmentsNum = h.order.Uint16(rest[2:]), int(h.order.Uint16(rest[4:]))
	h.sectionSize, h.sectionsNum = h.order.Uint16(rest[6:]), int(h.order.Uint16(rest[8:]))
	h.namesIndex = int(h.order.Uint16(rest[10:]))
	wantSegment, wantSection := uint16(32), uint16(40)
	if h.wide {
		wantSegment, wantSection = 56, 64
	}
	switch {
	case int64(h.segments) < 0, int64(h.sections) < 0:
		return h, fmt.Errorf("%w: an offset beyond any file", errELFHeader)
	case h.segmentsNum > 0 && h.segmentSize < wantSegment:
		return h, fmt.Errorf("%w: program headers of %d bytes", errELFHeader, h.segmentSize)
	case h.sections > 0 && h.sectionSize < wantSection:
		return h, fmt.Errorf("%w: section headers of %d bytes", errELFHeader, h.sectionSize)
	}
	return h, nil
}

// An elfSegment is a program header.
type elfSegment struct {
	area
	kind, flags uint32
}

func (h *elfHeader) segment(b []byte) elfSegment {
	s := elfSegment{kind: h.order.Uint32(b)}
	if h.wide {
		s.flags = h.order.Uint32(b[4:])
		s.offset, s.addr = h.order.Uint64(b[8:]), h.order.Uint64(b[16:])
		s.fileSize, s.memorySize = h.order.Uint64(b[32:]), h.order.Uint64(b[40:])
		return s
	}
	s.offset, s.addr = uint64(h.order.Uint32(b[4:])), uint64(h.order.Uint32(b[8:]))
	s.fileSize, s.memorySize = uint64(h.order.Uint32(b[16:])), uint64(h.order.Uint32(b[20:]))
	s.flags = h.order.Uint32(b[24:])
	return s
}

// isData holds for a segment where Go's linker may have put build information.
func (s *elfSegment) isData() bool {
	return s.kind == segmentLoad && s.flags&(segmentWritable|segmentExecutable) == segmentWritable
}

// An elfSection is a section header.
type elfSection struct {
	area
	nameAt, kind, link uint32
}

func (h *elfHeader) section(b []byte) elfSection {
	s := elfSection{nameAt: h.order.Uint32(b), kind: h.order.Uint32(b[4:])}
	if h.wide {
		s.addr, s.offset, s.fileSize = h.order.Uint64(b[16:]), h.order.Uint64(b[24:]), h.order.Uint64(b[32:])
		s.link = h.order.Uint32(b[40:])
	} else {
		s.addr, s.offset, s.fileSize = uint64(h.order.Uint32(b[12:])), uint64(h.order.Uint32(b[16:])), uint64(h.order.Uint32(b[20:]))
		s.link = h.order.Uint32(b[24:])
	}
	s.memorySize = s.fileSize
	if s.kind == sectionNoBits {
		s.fileSize = 0
	}
	return s
}

// openELF reads the headers of an ELF file.
func openELF(r io.ReaderAt) (*executable, error) {
	var head [elfHeaderSize]byte
	n, err := readUpTo(r, head[:], 0)
	if err != nil {
		return nil, err
	}
	h, err := parseELFHeader(head[:n])
	if err != nil {
		return nil, err
	}
	x := &executable{r: r, order: h.order, elf: true, wide: h.wide}
	err = eachHeader(r, h.segments, int(h.segmentSize), h.segmentsNum, "program headers", func(b []byte) error {
		s := h.segment(b)
		if s.kind == segmentLoad && s.fileSize > 0 {
			x.segments = append(x.segments, s.area)
		}
		if s.isData() && x.data == nil {
			x.data = &s.area
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := h.readSections(x); err != nil {
		return nil, err
	}
	return x, nil
}

// readSections adds the sections that are wanted to x.
func (h *elfHeader) readSections(x *executable) error {
	if h.sections == 0 {
		return nil
	}
	if err := h.readFirstSection(x.r); err != nil || h.sectionsNum == 0 || h.namesIndex == 0 {
		return err
	}
	if h.sectionsNum > maxSections {
		return fmt.Errorf("%w: %d sections, of %d", artifact.ErrLimit, h.sectionsNum, maxSections)
	}
	if h.namesIndex >= h.sectionsNum {
		return fmt.Errorf("%w: names in section %d of %d", errELFHeader, h.namesIndex, h.sectionsNum)
	}
	table, err := h.sectionAt(x.r, h.namesIndex)
	if err != nil {
		return err
	}
	names := newNames(x.r, table.area)
	x.named = true
	symbols, link := area{}, 0
	err = eachHeader(x.r, h.sections, int(h.sectionSize), h.sectionsNum, "section headers", func(b []byte) error {
		s := h.section(b)
		if s.kind == sectionSymbols {
			symbols, link = s.area, int(s.link)
		}
		name, err := names.at(s.nameAt)
		s.name = name
		x.addSection(s.area)
		return err
	})
	if err != nil {
		return err
	}
	if link > 0 && link < h.sectionsNum {
		text, err := h.sectionAt(x.r, link)
		if err != nil {
			return err
		}
		x.symbols, x.strings = symbols, text.area
	}
	return nil
}

// readFirstSection finds the numbers that did not fit into the file's header:
// the first section header then has them.
func (h *elfHeader) readFirstSection(r io.ReaderAt) error {
	if h.sectionsNum > 0 && h.namesIndex < sectionLowReserved {
		return nil
	}
	first, err := h.sectionAt(r, 0)
	if err != nil {
		return err
	}
	if h.sectionsNum == 0 {
		if first.memorySize > maxSections {
			return fmt.Errorf("%w: %d sections, of %d", artifact.ErrLimit, first.memorySize, maxSections)
		}
		h.sectionsNum = int(first.memorySize)
	}
	if h.namesIndex == sectionIndexAbove {
		h.namesIndex = int(first.link)
	}
	return nil
}

func (h *elfHeader) sectionAt(r io.ReaderAt, index int) (elfSection, error) {
	var buf [64]byte
	b := buf[:]
	if !h.wide {
		b = buf[:40]
	}
	err := readFull(r, b, h.sections+uint64(index)*uint64(h.sectionSize), "section header")
	return h.section(buf[:]), err
}

// eachHeader calls visit with each of n headers of size bytes.
func eachHeader(r io.ReaderAt, offset uint64, size, n int, what string, visit func([]byte) error) error {
	if n == 0 {
		return nil
	}
	at := max(1, (4<<10)/size) // headers read at once
	buf := make([]byte, min(at, n)*size)
	for done := 0; done < n; done += at {
		b := buf[:min(at, n-done)*size]
		if err := readFull(r, b, offset+uint64(done)*uint64(size), what); err != nil {
			return err
		}
		for ; len(b) > 0; b = b[size:] {
			if err := visit(b[:size]); err != nil {
				return err
			}
		}
	}
	return nil
}

// names are the names of sections: the first 64 KiB of them are held.
type names struct {
	r    io.ReaderAt
	area area
	held []byte
}

func newNames(r io.ReaderAt, a area) *names { return &names{r: r, area: a} }

// longestName is the longest name that is looked for, and its end.
const longestName = len(sectionGo) + 1

// at is the name at that offset, cut to longestName.
func (n *names) at(offset uint32) (string, error) {
	at := uint64(offset)
	if at >= n.area.fileSize {
		return "", nil // a name that is none; it is not wanted
	}
	if n.held == nil {
		n.held = make([]byte, min(n.area.fileSize, 64<<10))
		if err := readFull(n.r, n.held, n.area.offset, "names of sections"); err != nil {
			return "", err
		}
	}
	size := min(uint64(longestName), n.area.fileSize-at)
	if at+size <= uint64(len(n.held)) {
		return terminated(n.held[at : at+size]), nil
	}
	var buf [longestName]byte
	if err := readFull(n.r, buf[:size], n.area.offset+at, "name of a section"); err != nil {
		return "", err
	}
	return terminated(buf[:size]), nil
}

// terminated is b up to its first NUL.
func terminated(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
