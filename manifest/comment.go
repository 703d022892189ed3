package manifest

import (
	"bytes"
	"sort"
	"strings"
)

// A Comment is a comment in the text of a document, and what it is about.
type Comment struct {
	Span Span   // from its # to the end of its line
	Text string // behind the #, without blanks around it
	// Entry is the entry of a mapping, key and value, or the item of a list that
	// starts on the comment's line, the outermost if several do. A comment on a line
	// of its own is about what starts on the next line that has more than a comment;
	// above the first entry of the document it is about all of it. Entry is zero
	// where nothing starts there.
	Entry Span
}

// Comments lists the comments of d, in the order of the text, with those between
// the document before it and d. They are found anew at each call. JSON has none.
func (d *Document) Comments() []Comment {
	if d.json {
		return nil
	}
	s := commentScanner{spanner{text: d.File.Text[:d.End]}, d, 0}
	var comments []Comment
	found := func(pos int) int {
		end := s.lineEnd(pos)
		comments = append(comments, Comment{
			Span:  Span{d.File.Position(pos), d.File.Position(end)},
			Text:  strings.TrimSpace(string(s.text[pos+1 : end])),
			Entry: s.entry(pos),
		})
		return end
	}
	scalars := d.Root.scalars(nil)
	for pos := d.before; pos < len(s.text); {
		if len(scalars) > 0 && pos >= scalars[0].start {
			n := scalars[0]
			scalars = scalars[1:]
			if n.style == Literal || n.style == Folded {
				for header := s.lineEnd(n.start); pos < header; pos++ {
					if s.startsComment(pos) {
						pos = found(pos)
					}
				}
			}
			pos = max(pos, n.end)
			continue
		}
		if s.startsComment(pos) {
			pos = found(pos)
			continue
		}
		pos++
	}
	return comments
}

// A commentScanner finds comments, and what they are about.
type commentScanner struct {
	spanner
	doc *Document
	// content is the first line with content behind the last comment that stands on
	// a line of its own.
	content int
}

func (s *commentScanner) startsComment(pos int) bool {
	if s.text[pos] != '#' {
		return false
	}
	before := s.text[:pos]
	if pos == 0 || isBlank(before[pos-1]) {
		return true
	}
	for _, mark := range []string{"\u0085", "\u2028", "\u2029", "\uFEFF"} {
		if bytes.HasSuffix(before, []byte(mark)) {
			return true
		}
	}
	return false
}

// scalars adds the scalars that are written at and below n, in the order of the
// text.
func (n *Node) scalars(list []*Node) []*Node {
	if n.kind < Sequence && n.style != Alias && n.end > n.start {
		return append(list, n)
	}
	for i := range n.children {
		list = n.children[i].scalars(list)
	}
	return list
}

// entry is what a comment at pos is about: see [Comment].
func (s *commentScanner) entry(pos int) Span {
	from := pos - s.column(pos)
	alone := !hasContent(s.text[from:pos+1]) || isSeparator(s.text[from:pos])
	if alone {
		from = s.nextContent(pos)
	}
	root := s.doc.Root
	start, end, first, ok := root.entryIn(from, s.lineEnd(from))
	switch {
	case !ok:
		return Span{}
	case alone && first:
		start, end = root.start, root.end
	}
	return Span{s.doc.File.Position(start), s.doc.File.Position(end)}
}

// nextContent is the start of the next line with content behind pos.
func (s *commentScanner) nextContent(pos int) int {
	if s.content > pos {
		return s.content
	}
	for s.content = s.nextLine(pos); s.content < len(s.text); s.content = s.nextLine(s.content) {
		line := s.text[s.content:s.lineEnd(s.content)]
		if hasContent(line) && !isSeparator(line) {
			break
		}
	}
	return s.content
}

// isSeparator reports whether a line is a separator with at most a comment, or a
// directive.
func isSeparator(line []byte) bool {
	if isMarker(line, '-') || isMarker(line, '.') {
		return !hasContent(line[3:])
	}
	return len(line) > 0 && line[0] == '%'
}

// entryIn finds the outermost entry or item below n, as written, that starts at or
// after from and before to; first says that it is the first one of n itself.
func (n *Node) entryIn(from, to int) (start, end int, first, ok bool) {
	step := 1
	if n.kind == Mapping {
		step = 2
	}
	i := step * sort.Search(len(n.children)/step, func(i int) bool {
		head, tail := &n.children[i*step], &n.children[i*step+step-1]
		return head.start >= from || max(head.end, tail.end) > from
	})
	if i >= len(n.children) {
		return 0, 0, false, false
	}
	head, tail := &n.children[i], &n.children[i+step-1]
	switch {
	case head.start >= to:
		return 0, 0, false, false
	case head.start >= from:
		return head.start, max(head.end, tail.end), i == 0, true
	}
	if start, end, _, ok = tail.entryIn(from, to); ok {
		return start, end, false, true
	}
	// What starts behind the end of another on the same line.
	if i += step; i < len(n.children) && n.children[i].start < to {
		return n.children[i].start, max(n.children[i].end, n.children[i+step-1].end), false, true
	}
	return 0, 0, false, false
}
