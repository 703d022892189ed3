package manifest

import (
	"fmt"
	"sort"
	"sync"
	"unicode/utf8"
)

// A File is a text that was read, or rendered.
type File struct {
	Path string // as the caller names it
	Text []byte // not to be changed
	// Renderer is the name of what the text was rendered by, empty for a text that
	// is as it was read. A rendered text cannot be edited.
	Renderer string
	// Source maps the lines of a rendered text: see [Rendered].
	Source []int

	once  sync.Once
	lines []int // offset of the start of each line
}

// A Position is a place in a file.
type Position struct {
	Path   string
	Offset int // bytes from the start of the text; of the rendered one, where there is one
	Line   int // from 1, 0 where it is not known
	Column int // characters from 1, 0 where it is not known
}

// String is "path:line:column".
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.Path
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.Path, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.Path, p.Line, p.Column)
}

// A Span is a part of a file: the bytes from Start's offset up to End's.
type Span struct{ Start, End Position }

// Position is the place of an offset.
func (f *File) Position(offset int) Position {
	f.once.Do(f.index)
	line := sort.SearchInts(f.lines, offset+1) // lines that start at or before offset
	p := Position{Path: f.Path, Offset: offset, Line: line}
	p.Column = 1 + utf8.RuneCount(f.Text[f.lines[line-1]:min(offset, len(f.Text))])
	if f.Renderer == "" {
		return p
	}
	p.Column = 0
	if line > len(f.Source) || f.Source[line-1] == 0 {
		p.Line = 0
		return p
	}
	p.Line = f.Source[line-1]
	return p
}

// index finds the lines, which end in a line feed.
func (f *File) index() {
	f.lines = append(f.lines, 0)
	for i, c := range f.Text {
		if c == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
}

// A Document is one document of a file.
type Document struct {
	File  *File
	Index int // from 0, documents that hold nothing not counted
	Root  *Node
	// Start and End are where it stands in the text, its separator included.
	Start, End int

	before int // where the document before it ends
	json   bool
}

// Position is where n starts. A node that is not there has no position.
func (n *Node) Position() Position {
	if n == nil {
		return Position{}
	}
	return n.doc.File.Position(n.start)
}

// Span is the part of the file that n is written in, with its tag and anchor.
// Read alone, at the same column, it gives the same value.
func (n *Node) Span() Span {
	if n == nil {
		return Span{}
	}
	return Span{n.doc.File.Position(n.start), n.doc.File.Position(n.end)}
}

// Source is the text of n's [Node.Span].
func (n *Node) Source() string {
	if n == nil {
		return ""
	}
	return string(n.doc.File.Text[n.start:n.end])
}

// Place is where to point when n is meant: a scalar; of a collection its key, or
// its first line where it has none.
func (n *Node) Place() Span {
	if n == nil {
		return Span{}
	}
	if n.kind < Sequence || n.style == Alias {
		return n.Span()
	}
	if key := n.Key(); key != nil {
		return key.Span()
	}
	end := n.end
	for i := n.start; i < n.end; i++ {
		if c := n.doc.File.Text[i]; c == '\n' || c == '\r' {
			end = i
			break
		}
	}
	return Span{n.doc.File.Position(n.start), n.doc.File.Position(end)}
}
