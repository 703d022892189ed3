package manifest

import (
	"bytes"
	"sort"
	"strings"
)

// A layout answers how the text around a node is laid out. Its offsets are those
// of the file.
type layout struct {
	spanner
	doc *Document
}

func layoutOf(n *Node) layout { return layout{spanner{text: n.doc.File.Text}, n.doc} }

// edit replaces the text from start to end. A comment that stands directly behind,
// as one may behind quotes and brackets, is kept from being read as a part of text.
func (l layout) edit(start, end int, text string) Edit {
	if text != "" && end < len(l.text) && l.text[end] == '#' && !isBlank(text[len(text)-1]) {
		text += " "
	}
	return Edit{File: l.doc.File, Start: start, End: end, Text: text}
}

// lineStart is where the line of pos starts; behind the mark that a file may start
// with.
func (l layout) lineStart(pos int) int {
	starts := l.doc.File.lineStarts()
	return min(starts[max(0, sort.SearchInts(starts, pos+1)-1)], pos)
}

// indentation is the number of bytes before pos on its line.
func (l layout) indentation(pos int) int { return pos - l.lineStart(pos) }

// lineEnd is [spanner.lineEnd], found in the list of lines.
func (l layout) lineEnd(pos int) int {
	starts := l.doc.File.lineStarts()
	i := sort.SearchInts(starts, pos+1)
	if i == len(starts) {
		return len(l.text)
	}
	end := starts[i] - 1
	for end > pos && l.lineBreak(end) != starts[i]-end {
		end--
	}
	if end > pos && l.text[end] == '\n' && l.text[end-1] == '\r' {
		end--
	}
	return end
}

// opensLine reports whether only blanks stand before pos on its line, which it
// returns.
func (l layout) opensLine(pos int) (blanks string, ok bool) {
	line := l.text[l.lineStart(pos):pos]
	if len(bytes.TrimLeft(line, " \t")) > 0 {
		return "", false
	}
	return string(line), true
}

// lineBlanks are the blanks that the line of pos starts with.
func (l layout) lineBlanks(pos int) string {
	line := l.text[l.lineStart(pos):pos]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// eol is the line end that lines near pos have.
func (l layout) eol(pos int) string {
	at := l.lineEnd(pos)
	if at == len(l.text) { // the last line: look at the one before
		if at = l.lineStart(pos) - 1; at > 0 && l.text[at] == '\n' && l.text[at-1] == '\r' {
			at--
		}
	}
	switch {
	case at < 0 || at >= len(l.text):
		return "\n"
	case l.text[at] == '\r' && at+1 < len(l.text) && l.text[at+1] == '\n':
		return "\r\n"
	case l.text[at] == '\r':
		return "\r"
	}
	return "\n"
}

// rest is where the line of pos ends, and whether there are only blanks or a
// comment behind pos, which is the end of a node.
func (l layout) rest(pos int) (end int, free bool) {
	end = l.lineEnd(pos)
	text := bytes.TrimLeft(l.text[pos:end], " \t")
	return end, len(text) == 0 || text[0] == '#'
}

// colon is the offset of the colon behind a key; ok is false for keys that are
// written in another way.
func (l layout) colon(key *Node) (pos int, ok bool) {
	if key.kind >= Sequence || key.props || key.style == Alias {
		return 0, false
	}
	if before := bytes.TrimRight(l.text[:key.start], " \t\r\n"); len(before) > 0 && before[len(before)-1] == '?' {
		return 0, false
	}
	pos = key.end
	if key.parent.style == Flow {
		pos = l.skip(pos)
	}
	for pos < len(l.text) && (l.text[pos] == ' ' || l.text[pos] == '\t') {
		pos++
	}
	return pos, pos < len(l.text) && l.text[pos] == ':'
}

// isWritten reports whether n has a text; a null may have none.
func (n *Node) isWritten() bool { return n.end > n.start }

// contentEnd is where n ends, without the line break that ends a block scalar.
func (l layout) contentEnd(n *Node) int {
	end := n.end
	if !n.endsInBlock() || end <= n.start {
		return end
	}
	switch {
	case l.text[end-1] == '\n' && end > 1 && l.text[end-2] == '\r':
		return end - 2
	case l.text[end-1] == '\n', l.text[end-1] == '\r':
		return end - 1
	}
	return end
}

// endsInBlock reports whether a block scalar is the last thing in n.
func (n *Node) endsInBlock() bool {
	for n.kind >= Sequence && n.style == Block && len(n.children) > 0 {
		n = &n.children[len(n.children)-1]
	}
	return n.style == Literal || n.style == Folded
}

// elements is the number of n's items or entries.
func (n *Node) elements() int {
	if n.kind == Mapping {
		return len(n.children) / 2
	}
	return len(n.children)
}

// An element is where an item or an entry is written: from its dash or key to the
// end of its value.
type element struct {
	start, end int
	value      *Node
}

// element is the i-th of n's; ok is false where it is written in an unusual way.
func (l layout) element(n *Node, i int) (e element, ok bool) {
	if n.kind == Mapping {
		key, value := &n.children[2*i], &n.children[2*i+1]
		colon, ok := l.colon(key)
		switch {
		case ok && value.isWritten():
			return element{key.start, value.end, value}, true
		case ok:
			return element{key.start, colon + 1, value}, true
		case n.style == Flow && key.isWritten() && !key.props && key.kind < Sequence && value.kind == Null && !value.isWritten():
			return element{key.start, key.end, value}, true
		}
		return element{}, false
	}
	value := &n.children[i]
	if n.style == Flow {
		return element{value.start, value.end, value}, value.isWritten() && !l.isPair(value)
	}
	dash := n.start
	if i > 0 {
		dash = l.skip(n.children[i-1].end)
	}
	if dash >= len(l.text) || l.text[dash] != '-' {
		return element{}, false
	}
	return element{dash, max(dash+1, value.end), value}, true
}

// isPair reports whether n is a mapping that stands in a sequence without brackets
// of its own.
func (l layout) isPair(n *Node) bool {
	return n.kind == Mapping && n.style == Flow && l.text[n.start] != '{'
}

// inFlow reports whether n's place is in brackets.
func inFlow(n *Node) bool { return n.doc.json || n.parent != nil && n.parent.style == Flow }

// maxLearned bounds how many entries of a mapping, and how many nodes of a document,
// are looked at to learn how it is laid out.
const maxLearned = 500

// step learns how much deeper mappings (or the dashes of sequences) are than the
// mapping they are in: from what is nearest to n, else from the document.
func (l layout) step(n *Node, kind Kind, def int) int {
	for m := n; m != nil; m = m.parent {
		if step, ok := l.stepIn(m, kind); ok {
			return step
		}
	}
	budget := maxLearned
	if step, ok := l.stepBelow(l.doc.Root, kind, &budget); ok {
		return step
	}
	return def
}

func (l layout) stepIn(m *Node, kind Kind) (int, bool) {
	if m.kind != Mapping || m.style != Block {
		return 0, false
	}
	for i := 0; i+1 < min(len(m.children), 2*maxLearned); i += 2 {
		key, v := &m.children[i], &m.children[i+1]
		if v.kind != kind || v.style != Block || v.props || key.props {
			continue
		}
		if step := l.indentation(v.start) - l.indentation(key.start); step > 0 || step == 0 && kind == Sequence {
			return step, true
		}
	}
	return 0, false
}

// stepBelow is stepIn of the first mapping at or below m that it can be learned from.
func (l layout) stepBelow(m *Node, kind Kind, budget *int) (int, bool) {
	if *budget--; *budget < 0 {
		return 0, false
	}
	if step, ok := l.stepIn(m, kind); ok || m.style == Alias {
		return step, ok
	}
	for i := 0; i < len(m.children) && *budget > 0; i++ {
		if step, ok := l.stepBelow(&m.children[i], kind, budget); ok {
			return step, true
		}
	}
	return 0, false
}

// blockStyle is how block collections near n are written.
func (l layout) blockStyle(n *Node, pos int) blockStyle {
	return blockStyle{step: l.step(n, Mapping, 2), dash: l.step(n, Sequence, 0), eol: l.eol(pos)}
}

// flowStyle is how values in n are written, a collection in brackets.
func (l layout) flowStyle(n *Node, pos int) flowStyle {
	f := flowStyle{quoted: l.doc.json, eol: l.eol(pos), unit: "  "}
	mapping := false
	for m := n; m != nil && m.style == Flow && (f.comma == "" || !mapping); m = m.parent {
		if count := m.elements(); f.comma == "" && count > 1 {
			f.comma = ","
			if a, ok := l.element(m, count-2); ok {
				if i := l.skip(a.end) + 1; i < len(l.text) && isBlank(l.text[i]) {
					f.comma = ", "
				}
			}
		}
		if mapping || m.kind != Mapping || len(m.children) == 0 {
			continue
		}
		key := &m.children[len(m.children)-2]
		if colon, ok := l.colon(key); ok {
			mapping = true
			f.quoted = f.quoted || key.style == DoubleQuoted
			f.colon = ":"
			if colon+1 >= len(l.text) || isBlank(l.text[colon+1]) {
				f.colon = ": "
			}
		}
	}
	if f.colon == "" || !f.quoted {
		f.colon = ": "
	}
	if f.comma == "" {
		f.comma = "," + f.colon[1:]
	}
	if count := n.elements(); count > 0 {
		last, _ := l.element(n, count-1)
		blanks, ok := l.opensLine(last.start)
		f.lines = ok && last.value != nil && last.start > n.start
		if unit, ok := strings.CutPrefix(blanks, l.lineBlanks(n.end-1)); f.lines && ok && unit != "" {
			f.unit = unit
		}
	}
	return f
}
