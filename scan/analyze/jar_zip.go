package analyze

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A zipMember is what a zip's directory says of one member.
//
// The directory is read here rather than by archive/zip, which makes an object
// of each member before anything can be asked of it: the members of a hostile
// archive of 256 MiB would take 2 GB, and of a jar's thousands some four are
// wanted. This one holds a single name at a time.
//
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, section 4.3
type zipMember struct {
	name         string
	method       uint16
	encrypted    bool
	crc          uint32
	packed, size int64 // bytes as stored, and of the content
	offset       int64 // of its local header in the file
}

// The methods that members of a jar are stored with.
const (
	zipStored   = 0
	zipDeflated = 8
)

// The sizes of the records of a zip without what varies.
const (
	zipLocalSize     = 30
	zipMemberSize    = 46
	zipEndSize       = 22
	zipEnd64Size     = 56
	zipLocator64Size = 20
)

var (
	errNotZip       = errors.New("not a zip archive")
	errZipDirectory = errors.New("the directory of the archive is broken")
	errZipMember    = errors.New("the member is not where the directory says")
)

// A zipEnd is where the directory of a zip is.
type zipEnd struct {
	first, end int64  // the directory's bytes in the file
	base       int64  // what offsets count from: a script may precede the archive
	records    uint64 // members it claims to have
}

// zipMembers calls visit for each member of the zip in r whose end is there, in
// the order of its directory. The name is valid until visit returns, and not in
// m. It stops with visit's error.
func zipMembers(r io.ReaderAt, end zipEnd, visit func(name []byte, m zipMember) error) error {
	var (
		in     = bufio.NewReaderSize(io.NewSectionReader(r, end.first, end.end-end.first), 16<<10)
		header [zipMemberSize]byte
		text   []byte // name, extra field and comment
		seen   uint64
	)
	for ; ; seen++ {
		if _, err := io.ReadFull(in, header[:]); err == io.EOF {
			break
		} else if err != nil {
			return zipReadError(err)
		}
		if string(header[:4]) != "PK\x01\x02" {
			if string(header[:4]) == "PK\x05\x05" { // a signature of the directory, its last record
				break
			}
			return fmt.Errorf("%w after %d members", errZipDirectory, seen)
		}
		names, extra, comment := int(zip16(header[28:])), int(zip16(header[30:])), int(zip16(header[32:]))
		if n := names + extra; cap(text) < n {
			text = make([]byte, n, 2*n)
		}
		text = text[:names+extra]
		if _, err := io.ReadFull(in, text); err != nil {
			return zipReadError(err)
		}
		if _, err := in.Discard(comment); err != nil {
			return zipReadError(err)
		}
		m, err := newZipMember(header[:], text[names:], end.base)
		if err != nil {
			return err
		}
		if err := visit(text[:names], m); err != nil {
			return err
		}
	}
	if uint16(seen) != uint16(end.records) { // the old field has 16 bits
		return fmt.Errorf("%w: it has %d members, and claims %d", errZipDirectory, seen, end.records)
	}
	return nil
}

// zipReadError is err of a read that the directory's bounds promised to hold.
func zipReadError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it is cut short", errZipDirectory)
	}
	return err
}

// newZipMember reads a directory's record, with the 64-bit numbers of its extra
// field where the short ones are all ones (section 4.5.3).
func newZipMember(header, extra []byte, base int64) (zipMember, error) {
	m := zipMember{
		method:    zip16(header[10:]),
		encrypted: zip16(header[8:])&1 != 0,
		crc:       zip32(header[16:]),
	}
	numbers := [3]uint64{uint64(zip32(header[24:])), uint64(zip32(header[20:])), uint64(zip32(header[42:]))}
	for len(extra) >= 4 {
		tag, n := zip16(extra), int(zip16(extra[2:]))
		extra = extra[4:]
		if n > len(extra) {
			break // as many writers leave it: what is there says nothing
		}
		if tag == 1 {
			field := extra[:n]
			for i := range numbers {
				if numbers[i] == 1<<32-1 && len(field) >= 8 {
					numbers[i] = binary.LittleEndian.Uint64(field)
					field = field[8:]
				}
			}
		}
		extra = extra[n:]
	}
	const most = 1 << 62 // so that sums stay in bounds
	if numbers[0] > most || numbers[1] > most || numbers[2] > most {
		return zipMember{}, fmt.Errorf("%w: a number of more than 62 bits", errZipDirectory)
	}
	m.size, m.packed, m.offset = int64(numbers[0]), int64(numbers[1]), base+int64(numbers[2])
	return m, nil
}

// findZipEnd reads the record at a zip's end. Its numbers are checked against
// size.
func findZipEnd(r io.ReaderAt, size int64) (zipEnd, error) {
	record, at, err := zipEndRecord(r, size)
	if err != nil {
		return zipEnd{}, err
	}
	records, length, offset := uint64(zip16(record[10:])), uint64(zip32(record[12:])), uint64(zip32(record[16:]))
	if records == 1<<16-1 || length == 1<<32-1 || offset == 1<<32-1 {
		if wide, wideAt, ok := zipEnd64(r, at); ok {
			records, length, offset = zip64(wide[32:]), zip64(wide[40:]), zip64(wide[48:])
			at = wideAt
		}
	}
	if length > uint64(at) || offset > uint64(at)-length {
		return zipEnd{}, fmt.Errorf("%w: %d bytes at %d, in a file of %d", errZipDirectory, length, offset, size)
	}
	e := zipEnd{first: at - int64(length), end: at, records: records}
	e.base = e.first - int64(offset)
	if e.base != 0 && length > 0 {
		// Bytes between the directory and the record, rather than before the
		// archive, would make the same base. Then the directory is where it says.
		var mark [4]byte
		if _, err := r.ReadAt(mark[:], int64(offset)); err == nil && string(mark[:]) == "PK\x01\x02" {
			e.first, e.end, e.base = int64(offset), int64(offset+length), 0
		}
	}
	return e, nil
}

// zipEndRecord returns the last record that can be the end of a directory, and
// its offset. Only a comment of up to 64 KiB follows it.
func zipEndRecord(r io.ReaderAt, size int64) ([]byte, int64, error) {
	for _, length := range [...]int64{1 << 10, zipEndSize + 1<<16} {
		length = min(length, size)
		tail := make([]byte, length)
		if _, err := r.ReadAt(tail, size-length); err != nil && err != io.EOF {
			return nil, 0, err
		}
		for end := len(tail); ; {
			i := bytes.LastIndex(tail[:end], []byte("PK\x05\x06"))
			if i < 0 {
				break
			}
			if rest := tail[i:]; len(rest) >= zipEndSize && int(zip16(rest[20:])) <= len(rest)-zipEndSize {
				return rest[:zipEndSize], size - length + int64(i), nil
			}
			end = i
		}
	}
	return nil, 0, errNotZip
}

// zipEnd64 returns the wide record that belongs to the one at offset at.
func zipEnd64(r io.ReaderAt, at int64) ([]byte, int64, bool) {
	var locator [zipLocator64Size]byte
	if at < zipLocator64Size {
		return nil, 0, false
	}
	if _, err := r.ReadAt(locator[:], at-zipLocator64Size); err != nil || string(locator[:4]) != "PK\x06\x07" {
		return nil, 0, false
	}
	offset := zip64(locator[8:])
	if offset > uint64(at) || zip32(locator[4:]) != 0 || zip32(locator[16:]) != 1 { // of several disks
		return nil, 0, false
	}
	record := make([]byte, zipEnd64Size)
	if _, err := r.ReadAt(record, int64(offset)); err != nil || string(record[:4]) != "PK\x06\x06" {
		return nil, 0, false
	}
	return record, int64(offset), true
}

// section is the bytes of m as they are stored in r, a zip of size bytes.
func (m *zipMember) section(r io.ReaderAt, size int64) (*io.SectionReader, error) {
	var header [zipLocalSize]byte
	if m.offset < 0 || m.offset > size-zipLocalSize {
		return nil, errZipMember
	}
	if _, err := r.ReadAt(header[:], m.offset); err != nil && err != io.EOF {
		return nil, err
	}
	start := m.offset + zipLocalSize + int64(zip16(header[26:])) + int64(zip16(header[28:]))
	switch {
	case string(header[:4]) != "PK\x03\x04", start > size, m.packed > size-start:
		return nil, errZipMember
	case m.encrypted:
		return nil, errors.New("the member is encrypted")
	case m.method != zipStored && m.method != zipDeflated:
		return nil, fmt.Errorf("the member is compressed by method %d, which no jar uses", m.method)
	case m.method == zipStored && m.packed != m.size:
		return nil, errZipMember
	case m.method == zipDeflated && m.size > zipRatioFloor && m.size/zipRatio > m.packed:
		return nil, fmt.Errorf("%w: %d bytes of %d, more than %d times as many", artifact.ErrLimit, m.size, m.packed, zipRatio)
	}
	return io.NewSectionReader(r, start, m.packed), nil
}

func zip16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func zip32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
func zip64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
