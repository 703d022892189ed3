package manifest

import (
	"bytes"
	"unicode/utf8"
)

// A spanner finds where nodes end, for which the parser gives the start alone. It
// relies on the text being well formed.
type spanner struct {
	text []byte
	base int // offset of text in the file
}

// end sets the end of n and of what is below it, and returns it as an offset in
// text. indent is the column, from 0, of the block collection that n is in, -1
// where there is none; flow says that n is in brackets.
func (s *spanner) end(n *Node, indent int, flow bool) int {
	start := n.start - s.base
	pos := start
	if n.props {
		pos = s.properties(n, start, flow)
	}
	switch {
	case n.style == Alias:
		pos = start + 1 + len(n.text)
	case n.kind >= Sequence:
		pos = s.collection(n, pos, indent, flow)
	case n.style == DoubleQuoted:
		pos = s.doubleQuoted(pos)
	case n.style == SingleQuoted:
		pos = s.singleQuoted(pos)
	case n.style == Literal, n.style == Folded:
		pos = s.block(pos, indent)
	default:
		pos = s.plain(n, pos, indent, flow)
	}
	pos = min(max(pos, start), len(s.text))
	n.end = s.base + pos
	return pos
}

// properties returns the start of n's content behind its tag and anchor, or the
// end of these where there is no content.
func (s *spanner) properties(n *Node, pos int, flow bool) int {
	end := pos
	for pos < len(s.text) && (s.text[pos] == '&' || s.text[pos] == '!') {
		verbatim := s.text[pos] == '!' && pos+1 < len(s.text) && s.text[pos+1] == '<'
		for pos < len(s.text) && !isBlank(s.text[pos]) {
			if flow && !verbatim && bytes.IndexByte([]byte(",[]{}"), s.text[pos]) >= 0 {
				break
			}
			if s.text[pos] == '>' {
				verbatim = false
			}
			pos++
		}
		end = pos
		pos = s.skip(pos)
	}
	if n.kind < Sequence && n.style == Plain && n.text == "" {
		return end
	}
	return pos
}

// skip passes blanks, line breaks and comments. pos is between tokens, where the
// parser reads a # as a comment without a blank before it too.
func (s *spanner) skip(pos int) int {
	for pos < len(s.text) {
		switch size := s.lineBreak(pos); {
		case size > 0:
			pos += size
		case isBlank(s.text[pos]):
			pos++
		case s.text[pos] == '#':
			pos = s.lineEnd(pos)
		default:
			return pos
		}
	}
	return pos
}

// lineEnd is the offset of the line break at or after pos.
func (s *spanner) lineEnd(pos int) int {
	for pos < len(s.text) {
		if c := s.text[pos]; c < ' ' || c >= utf8.RuneSelf {
			if s.lineBreak(pos) > 0 {
				break
			}
		}
		pos++
	}
	return pos
}

// lineBreak is the length of the line break at pos, 0 where there is none.
func (s *spanner) lineBreak(pos int) int {
	switch s.text[pos] {
	case '\n':
		return 1
	case '\r':
		if pos+1 < len(s.text) && s.text[pos+1] == '\n' {
			return 2
		}
		return 1
	case 0xC2:
		if pos+1 < len(s.text) && s.text[pos+1] == 0x85 {
			return 2
		}
	case 0xE2:
		if pos+2 < len(s.text) && s.text[pos+1] == 0x80 && s.text[pos+2]&^1 == 0xA8 {
			return 3
		}
	}
	return 0
}

// nextLine is the offset behind the line break at or after pos.
func (s *spanner) nextLine(pos int) int {
	if pos = s.lineEnd(pos); pos < len(s.text) {
		pos += s.lineBreak(pos)
	}
	return pos
}

// column counts the bytes before pos on its line, without the mark that a text may
// start with.
func (s *spanner) column(pos int) int {
	start := pos
	for start > 0 {
		switch {
		case s.text[start-1] == '\n', s.text[start-1] == '\r':
			return pos - start
		case start > 1 && s.text[start-2] == 0xC2 && s.text[start-1] == 0x85:
			return pos - start
		case start > 2 && s.text[start-3] == 0xE2 && s.text[start-2] == 0x80 && s.text[start-1]&^1 == 0xA8:
			return pos - start
		}
		start--
	}
	if bytes.HasPrefix(s.text, []byte("\uFEFF")) {
		return max(0, pos-len("\uFEFF"))
	}
	return pos
}

// collection returns the end of a sequence or mapping whose content starts at pos.
func (s *spanner) collection(n *Node, pos, indent int, flow bool) int {
	if n.style == Block {
		column := s.column(pos)
		for i := range n.children {
			pos = max(pos, s.end(&n.children[i], column, false))
		}
		return pos
	}
	// A mapping in brackets may be a single pair, without braces of its own.
	pair := n.kind == Mapping && len(n.children) > 0 && n.children[0].start-s.base == pos
	if !pair && pos < len(s.text) && (s.text[pos] == '[' || s.text[pos] == '{') {
		pos++
	}
	for i := range n.children {
		pos = max(pos, s.end(&n.children[i], indent, true))
	}
	if pair {
		return pos
	}
	for pos < len(s.text) {
		switch c := s.text[pos]; {
		case c == ']' || c == '}':
			return pos + 1
		case c == ',' || c == ':' || c == '?':
			pos++
		default:
			next := s.skip(pos)
			if next == pos {
				return pos
			}
			pos = next
		}
	}
	return pos
}

func (s *spanner) doubleQuoted(pos int) int {
	for pos++; pos < len(s.text); pos++ {
		switch s.text[pos] {
		case '\\':
			pos++
		case '"':
			return pos + 1
		}
	}
	return pos
}

func (s *spanner) singleQuoted(pos int) int {
	for pos++; pos < len(s.text); pos++ {
		if s.text[pos] != '\'' {
			continue
		}
		if pos+1 == len(s.text) || s.text[pos+1] != '\'' {
			return pos + 1
		}
		pos++
	}
	return pos
}

// block returns the end of a block scalar whose header starts at pos: behind the
// line break of its last line, which counts, and behind the blank lines after it
// where the header keeps them. https://yaml.org/spec/1.2.2/#81-block-scalar-styles
func (s *spanner) block(pos, indent int) int {
	keep, content := false, -1 // content is the column of the text, -1 before it is known
	for i := pos + 1; i < len(s.text) && !isBlank(s.text[i]); i++ {
		switch c := s.text[i]; {
		case c == '+':
			keep = true
		case '1' <= c && c <= '9':
			content = max(indent, 0) + int(c-'0')
		}
	}
	end := s.lineEnd(pos)
	for pos = s.nextLine(pos); pos < len(s.text); {
		column := 0
		for pos+column < len(s.text) && s.text[pos+column] == ' ' {
			column++
		}
		next := s.nextLine(pos)
		if s.lineEnd(pos) == pos+column && (content < 0 || column <= content) { // blank
			if keep {
				end = next
			}
			pos = next
			continue
		}
		if content < 0 && column > indent {
			content = column
		}
		if content < 0 || column < content {
			break
		}
		end, pos = next, next
	}
	return end
}

// plain returns the end of a scalar without quotes.
func (s *spanner) plain(n *Node, pos, indent int, flow bool) int {
	if bytes.HasPrefix(s.text[min(pos, len(s.text)):], []byte(n.text)) {
		return pos + len(n.text) // all on one line
	}
	end := pos
	for pos < len(s.text) {
		c := s.text[pos]
		switch {
		case flow && bytes.IndexByte([]byte(",[]{}"), c) >= 0:
			return end
		case c == ':' && (pos+1 == len(s.text) || isBlank(s.text[pos+1]) || flow && bytes.IndexByte([]byte(",[]{}"), s.text[pos+1]) >= 0):
			return end
		case c == '#' && pos > 0 && isBlank(s.text[pos-1]):
			return end
		case s.lineBreak(pos) > 0:
			next := s.continuation(pos, indent, flow)
			if next < 0 {
				return end
			}
			pos = next
			continue
		}
		pos++
		if !isBlank(c) {
			end = pos
		}
	}
	return end
}

// continuation returns where a plain scalar goes on behind the line break at pos,
// -1 where it does not.
func (s *spanner) continuation(pos, indent int, flow bool) int {
	for pos < len(s.text) && s.lineBreak(pos) > 0 {
		pos += s.lineBreak(pos)
		line := pos
		for pos < len(s.text) && (s.text[pos] == ' ' || s.text[pos] == '\t') {
			pos++
		}
		if pos == len(s.text) || s.lineBreak(pos) > 0 {
			continue
		}
		if s.text[pos] == '#' || !flow && pos-line <= indent {
			return -1
		}
		return pos
	}
	return -1
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
