package analyze

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// An executable says where in a file the parts are that analyzers look for. It
// is read from headers alone, a few KiB at a time: the packages debug/elf,
// debug/pe and debug/macho also read whole symbol and string tables into memory,
// whatever size a file claims for them.
type executable struct {
	r        io.ReaderAt // offset 0 is the start of the image
	order    binary.ByteOrder
	elf      bool
	wide     bool   // ELF: 64-bit
	named    bool   // ELF: it has a table of sections with their names
	segments []area // what is mapped into memory, in the order of the headers
	sections []area // those that wantedSection names; of them the first each
	data     *area  // where Go's linker puts build information, if it has no section
	symbols  area   // ELF: the symbol table, and the strings of its names
	strings  area
}

// An area is a part of an executable, in memory and in the file. In memory it
// may be larger.
type area struct {
	name             string
	addr, memorySize uint64
	offset, fileSize uint64
}

// Names of sections that analyzers look for.
const (
	sectionGo      = ".go.buildinfo"  // ELF
	sectionGoMacho = "__go_buildinfo" // Mach-O
	sectionRust    = ".dep-v0"        // all formats
)

func wantedSection(name string) bool {
	return name == sectionGo || name == sectionGoMacho || name == sectionRust
}

// section is the one of that name, or nil.
func (x *executable) section(name string) *area {
	i := slices.IndexFunc(x.sections, func(a area) bool { return a.name == name })
	if i < 0 {
		return nil
	}
	return &x.sections[i]
}

// addSection keeps a if it is wanted and the first of its name.
func (x *executable) addSection(a area) {
	if wantedSection(a.name) && x.section(a.name) == nil {
		x.sections = append(x.sections, a)
	}
}

// readAt fills buf from what is mapped at addr, and returns how much there is,
// which is less at the end of the segment or of the file.
func (x *executable) readAt(buf []byte, addr uint64) (int, error) {
	for i := range x.segments {
		s := &x.segments[i]
		if addr < s.addr || addr-s.addr >= s.fileSize {
			continue
		}
		skip := addr - s.addr
		n := min(uint64(len(buf)), s.fileSize-skip)
		return readUpTo(x.r, buf[:n], s.offset+skip)
	}
	return 0, nil
}

// readUpTo is r.ReadAt where the end of the content is no error.
func readUpTo(r io.ReaderAt, buf []byte, offset uint64) (int, error) {
	if int64(offset) < 0 {
		return 0, nil
	}
	n, err := r.ReadAt(buf, int64(offset))
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// readFull fills buf or says what is cut short.
func readFull(r io.ReaderAt, buf []byte, offset uint64, what string) error {
	n, err := readUpTo(r, buf, offset)
	if err == nil && n < len(buf) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("%s at offset %d: %w", what, offset, err)
	}
	return nil
}

// Bounds of one executable.
const (
	maxSegments = 1 << 16 // ELF has no more program headers, PE no more sections
	maxSections = 1 << 20
	maxImages   = 44 // of a universal binary
)

// A format is that of an executable, by its first bytes.
type format uint8

const (
	formatNone format = iota
	formatELF
	formatPE
	formatMacho
	formatFat // several Mach-O images
)

// formatOf tells formats apart by the first bytes of a file.
func formatOf(head []byte) format {
	if len(head) < 8 {
		return formatNone
	}
	switch magic := binary.BigEndian.Uint32(head); magic {
	case 0x7f454c46:
		return formatELF
	case 0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe:
		return formatMacho
	case fatMagic, fatMagic64:
		// Java classes begin alike, with a version that is 45 at least where a
		// universal binary has the number of its images.
		if n := binary.BigEndian.Uint32(head[4:]); n <= maxImages {
			return formatFat
		}
		return formatNone
	}
	if head[0] == 'M' && head[1] == 'Z' {
		return formatPE
	}
	return formatNone
}

// openImages opens f for what is in a section, but only if the verdict on its
// head does not rule that out: then there are no images. An error is complete.
func openImages(f *artifact.File, section string, on func(headVerdict) verdict) ([]*executable, error) {
	head, err := wholeHead(f)
	if err != nil {
		return nil, err
	}
	v, err := judgeHead(head)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", f.Path, err)
	case on(v) == ruledOut:
		return nil, nil
	}
	r, err := readable(f, on(v) == certain, section)
	if r == nil {
		return nil, err
	}
	images, err := openExecutable(r, head)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Path, err)
	}
	return images, nil
}

// wholeHead is the head of f, or why it cannot be read.
func wholeHead(f *artifact.File) ([]byte, error) {
	head := f.Head()
	if len(head) < int(min(f.Size, 4<<10)) {
		_, err := f.Bytes()
		return nil, err
	}
	return head, nil
}

// openExecutable reads the headers of each image in r: one, but for a universal
// binary. It returns none for what is no executable of a known format.
func openExecutable(r io.ReaderAt, head []byte) ([]*executable, error) {
	var open func(io.ReaderAt) (*executable, error)
	switch formatOf(head) {
	case formatELF:
		open = openELF
	case formatPE:
		open = openPE
	case formatMacho:
		open = openMacho
	case formatFat:
		return openFat(r)
	default:
		return nil, nil
	}
	x, err := open(r)
	if x == nil {
		return nil, err
	}
	return []*executable{x}, err
}

// executablePatterns are the files that may be executables.
func executablePatterns() []artifact.Pattern {
	list := []artifact.Pattern{{Suffix: ".exe"}}
	for _, magic := range [...]string{
		"\x7fELF", "MZ",
		"\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe",
		"\xca\xfe\xba\xbe", "\xca\xfe\xba\xbf",
	} {
		list = append(list, artifact.Pattern{Executable: true, Magic: magic})
	}
	return list
}
