package analyze

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// maxDocument bounds a lock file or a manifest, which are parsed whole. Those of
// the largest projects have some 5 MB.
const maxDocument = 16 << 20

// document returns the content of f, which must not be larger than maxDocument.
// A byte order mark is taken off.
func document(f *artifact.File) ([]byte, error) {
	if f.Size > maxDocument {
		return nil, fmt.Errorf("read %s: %w: %d bytes in a document, of %d", f.Path, artifact.ErrLimit, f.Size, maxDocument)
	}
	b, err := f.Bytes()
	return bytes.TrimPrefix(b, []byte("\ufeff")), err
}

// A lineIndex finds the line of an offset.
type lineIndex []uint32 // the offset of each line feed

func newLineIndex(text []byte) lineIndex {
	x := make(lineIndex, 0, bytes.Count(text, []byte("\n")))
	for i, c := range text {
		if c == '\n' {
			x = append(x, uint32(i))
		}
	}
	return x
}

// line is the number, from 1, of the line that holds the byte at offset.
func (x lineIndex) line(offset int) int {
	i, _ := slices.BinarySearch(x, uint32(offset))
	return 1 + i
}

// span is the lines of the bytes from first to end, which is exclusive.
func (x lineIndex) span(first, end int) []artifact.LineRange {
	return []artifact.LineRange{{First: x.line(first), Last: x.line(max(first, end-1))}}
}
