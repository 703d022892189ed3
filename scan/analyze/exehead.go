package analyze

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A verdict is what the first bytes of a file say of it.
type verdict uint8

const (
	undecided verdict = iota
	ruledOut
	certain
)

// A headVerdict is what the first 4 KiB of an executable say: whether Go's
// linker wrote build information into it, and whether it can have a section of
// cargo-auditable's.
type headVerdict struct{ golang, rust verdict }

// judgeHead looks at the head of a file. An error says why it is a broken
// executable, of which nothing more can be read.
func judgeHead(head []byte) (headVerdict, error) {
	switch formatOf(head) {
	case formatNone:
		return headVerdict{ruledOut, ruledOut}, nil
	case formatELF:
		return judgeELF(head)
	case formatPE, formatMacho:
		return judgeHeaders(head), nil
	}
	return headVerdict{}, nil
}

// judgeELF looks at program headers and notes.
//
// An executable of Go's is one that has program headers and either Go's build
// ID, or no sign against it. The signs are those of a linker for C, with which Go
// code is linked too ("external linking"): it makes a segment for unwinding,
// which Go's own linker does not, and then the thread-local runtime.tlsg, which
// all Go code has in external linking, makes a segment of its own. That is asked
// of the two processors only that it was tried on.
func judgeELF(head []byte) (headVerdict, error) {
	h, err := parseELFHeader(head)
	if err != nil {
		return headVerdict{}, err
	}
	var v headVerdict
	if h.sections == 0 {
		v.rust = ruledOut
	}
	if h.segmentsNum == 0 { // an object file: build information is looked up by address
		return headVerdict{golang: ruledOut, rust: v.rust}, nil
	}
	end := h.segments + uint64(h.segmentsNum)*uint64(h.segmentSize)
	if h.segments >= uint64(len(head)) || end > uint64(len(head)) {
		return v, nil
	}
	data, unwinding, local, unseen := false, false, false, false
	for at := h.segments; at < end; at += uint64(h.segmentSize) {
		s := h.segment(head[at:])
		switch {
		case s.isData():
			data = true
		case s.kind == segmentEhFrame:
			unwinding = true
		case s.kind == segmentTLS:
			local = true
		case s.kind == segmentNote:
			if s.offset >= uint64(len(head)) || s.fileSize > uint64(len(head))-s.offset {
				unseen = true
				break
			}
			if hasGoNote(head[s.offset:s.offset+s.fileSize], h.order) {
				return headVerdict{golang: certain, rust: ruledOut}, nil
			}
		}
	}
	tried := h.machine == elfMachineAMD64 || h.machine == elfMachineARM64
	if h.sections == 0 && !data || tried && h.wide && unwinding && !local && !unseen {
		v.golang = ruledOut
	}
	return v, nil
}

const (
	elfMachineAMD64 = 62
	elfMachineARM64 = 183
)

// hasGoNote reports whether one of the notes is Go's build ID.
func hasGoNote(notes []byte, order binary.ByteOrder) bool {
	for len(notes) >= 12 {
		name, desc := uint64(order.Uint32(notes)), uint64(order.Uint32(notes[4:]))
		kind := order.Uint32(notes[8:])
		notes = notes[12:]
		if name > uint64(len(notes)) {
			return false
		}
		if kind == 4 && bytes.Equal(notes[:name], []byte("Go\x00\x00")) {
			return true
		}
		skip := (name+3)&^3 + (desc+3)&^3
		if skip > uint64(len(notes)) {
			return false
		}
		notes = notes[skip:]
	}
	return false
}

// judgeHeaders looks at the headers of a PE file or a Mach-O image, if all of
// them are in the head.
func judgeHeaders(head []byte) headVerdict {
	list, err := openExecutable(bytes.NewReader(head), head)
	switch {
	case err != nil:
		return headVerdict{} // cut: the whole file is asked
	case len(list) == 0 && len(head) >= 64 && uint64(binary.LittleEndian.Uint32(head[0x3c:]))+4 > uint64(len(head)):
		return headVerdict{} // PE's header would be further on
	case len(list) == 0:
		return headVerdict{ruledOut, ruledOut}
	}
	x := list[0]
	v := headVerdict{golang: ruledOut, rust: ruledOut}
	switch {
	case x.section(sectionGoMacho) != nil:
		v.golang = certain
	case x.section(sectionGo) != nil || x.data != nil:
		v.golang = undecided
	}
	if x.section(sectionRust) != nil {
		v.rust = undecided
	}
	return v
}

// readable opens f for an analyzer that looks for one of sections, which its
// head says it may have. Of a file that is too large to be held, that it may is
// asked of the table of sections as well, which is at the end: then neither
// reader nor error says that there is none.
func readable(f *artifact.File, certain bool, sections ...string) (io.ReaderAt, error) {
	r, _, err := f.ReaderAt()
	if err == nil || !errors.Is(err, artifact.ErrLimit) || certain {
		return r, err
	}
	if formatOf(f.Head()) != formatELF {
		return nil, err
	}
	tail, tailErr := f.Tail()
	if tailErr != nil {
		return nil, tailErr
	}
	x, tailErr := openELF(&ends{head: f.Head(), tail: tail, size: f.Size})
	switch {
	case tailErr != nil && !errors.Is(tailErr, errNotHeld):
		return nil, fmt.Errorf("read %s: %w", f.Path, tailErr)
	case tailErr != nil:
		return nil, err
	}
	for _, name := range sections {
		if x.section(name) != nil {
			return nil, err
		}
	}
	if !x.named {
		return nil, err // there is no table
	}
	return nil, nil
}

// ends are the first and the last bytes of a file.
type ends struct {
	head, tail []byte
	size       int64
}

var errNotHeld = errors.New("between what is held of the file")

func (e *ends) ReadAt(b []byte, offset int64) (int, error) {
	tail := e.size - int64(len(e.tail))
	switch {
	case offset < 0 || offset >= e.size:
		return 0, io.EOF
	case offset >= tail:
		return bytes.NewReader(e.tail).ReadAt(b, offset-tail)
	case offset+int64(len(b)) <= int64(len(e.head)):
		return copy(b, e.head[offset:]), nil
	}
	return 0, errNotHeld
}
