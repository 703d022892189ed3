package manifest

import (
	"bytes"
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

	decoder Decoder // that read it, nil for YAML and JSON

	once  sync.Once
	marks []mark

	startsOnce sync.Once
	starts     []int // of lines as a parser has them
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

// A mark is a place in a file whose line and column are known.
type mark struct{ offset, line, column int }

// markEvery is how many bytes are from one mark to the next, about.
const markEvery = 512

// Position is the place of an offset.
func (f *File) Position(offset int) Position {
	f.once.Do(f.index)
	offset = max(offset, 0)
	i := sort.Search(len(f.marks), func(i int) bool { return f.marks[i].offset > offset })
	m := f.marks[i-1].to(f.Text, min(offset, len(f.Text)))
	p := Position{Path: f.Path, Offset: offset, Line: m.line, Column: m.column}
	if f.Renderer == "" {
		return p
	}
	p.Line, p.Column = 0, 0
	if m.line <= len(f.Source) {
		p.Line = f.Source[m.line-1]
	}
	return p
}

// span is the part between two offsets, the first of which is in the text. The line
// and column of the end are counted from the start where it is near.
func (f *File) span(start, end int) Span {
	s := f.Position(start)
	if f.Renderer != "" || end < start || end-start > markEvery || end > len(f.Text) {
		return Span{s, f.Position(end)}
	}
	m := mark{s.Offset, s.Line, s.Column}.to(f.Text, end)
	return Span{s, Position{Path: f.Path, Offset: end, Line: m.line, Column: m.column}}
}

// to is the mark of a later offset of text. Lines end in a line feed.
func (m mark) to(text []byte, offset int) mark {
	part := text[m.offset:offset]
	if lines := bytes.Count(part, []byte("\n")); lines > 0 {
		part = part[bytes.LastIndexByte(part, '\n')+1:]
		m.line, m.column = m.line+lines, 1
	}
	return mark{offset, m.line, m.column + utf8.RuneCount(part)}
}

// index makes the marks.
func (f *File) index() {
	m := mark{line: 1, column: 1}
	for f.marks = append(f.marks, m); len(f.Text)-m.offset > markEvery; f.marks = append(f.marks, m) {
		offset := m.offset + markEvery
		for offset < len(f.Text) && !utf8.RuneStart(f.Text[offset]) {
			offset++
		}
		m = m.to(f.Text, offset)
	}
}

// lineStarts is [lineStarts] of all of the text, found once.
func (f *File) lineStarts() []int {
	f.startsOnce.Do(func() { f.starts = lineStarts(f.Text) })
	return f.starts
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
	large  map[*Node]keyIndex // of mappings with many keys
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
	return n.doc.File.span(n.start, n.end)
}

// Extent is [Node.Span], with the key that n is written under, if there is one.
func (n *Node) Extent() Span {
	s := n.Span()
	if key := n.Key(); key != nil {
		s.Start = key.Position()
	}
	return s
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
	return n.doc.File.span(n.start, end)
}
