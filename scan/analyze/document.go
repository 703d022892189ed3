package analyze

import (
	"bytes"
	"fmt"
	"slices"
	"sort"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// maxDocument bounds a lock file or a manifest, which are parsed whole. Those of
// the largest projects have some 5 MB.
const maxDocument = 16 << 20

// document returns the content of f, which must not be larger than maxDocument.
// A byte order mark is taken off.
func document(f *artifact.File) ([]byte, error) { return boundedDocument(f, maxDocument) }

// boundedDocument is document, for what takes more memory than others.
func boundedDocument(f *artifact.File, most int64) ([]byte, error) {
	if f.Size > most {
		return nil, fmt.Errorf("read %s: %w: %d bytes in a document, of %d", f.Path, artifact.ErrLimit, f.Size, most)
	}
	b, err := f.Bytes()
	return bytes.TrimPrefix(b, []byte("\ufeff")), err
}

// A lineIndex finds the line of an offset. It counts the line feeds of a block at
// a time, since a text may have little else.
type lineIndex struct {
	text   []byte
	before []uint32 // line feeds before each block
}

const lineBlock = 1 << 10

func newLineIndex(text []byte) lineIndex {
	x := lineIndex{text, make([]uint32, 1, 2+len(text)/lineBlock)}
	n := 0
	for block := range slices.Chunk(text, lineBlock) {
		n += bytes.Count(block, []byte("\n"))
		x.before = append(x.before, uint32(n))
	}
	return x
}

// line is the number, from 1, of the line that holds the byte at offset.
func (x lineIndex) line(offset int) int {
	offset = min(offset, len(x.text))
	block := offset / lineBlock
	return 1 + int(x.before[block]) + bytes.Count(x.text[block*lineBlock:offset], []byte("\n"))
}

// content is the bytes of a line, from 1, without its line feed; nil where there
// is no such line.
func (x lineIndex) content(number int) []byte {
	block := sort.Search(len(x.before), func(i int) bool { return int(x.before[i]) >= number-1 })
	if number < 1 || block == len(x.before) {
		return nil
	}
	block = max(0, block-1) // it has the line feed before the line, if there is one
	rest := x.text[min(block*lineBlock, len(x.text)):]
	for skip := number - 1 - int(x.before[block]); skip > 0; skip-- {
		rest = rest[1+bytes.IndexByte(rest, '\n'):]
	}
	if end := bytes.IndexByte(rest, '\n'); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// span is the lines of the bytes from first to end, which is exclusive.
func (x lineIndex) span(first, end int) []artifact.LineRange {
	return []artifact.LineRange{{First: x.line(first), Last: x.line(max(first, end-1))}}
}
