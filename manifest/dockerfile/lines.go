package dockerfile

import (
	"bufio"
	"bytes"
	"sort"
	"strings"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// A line is one line of the file, without its line end.
type line struct{ start, end int }

// splitLines splits a text into at least one line.
func splitLines(text []byte) ([]line, error) {
	lines := make([]line, 0, 1+bytes.Count(text, []byte("\n")))
	for pos := 0; pos < len(text) || pos == 0; {
		if len(lines) == maxLines {
			return nil, limitf(pos, "more than %d lines", maxLines)
		}
		next := len(text)
		if i := bytes.IndexByte(text[pos:], '\n'); i >= 0 {
			next = pos + i + 1
		}
		if next-pos >= bufio.MaxScanTokenSize { // BuildKit's bound
			return nil, limitf(pos, "a line of more than %d bytes", bufio.MaxScanTokenSize-1)
		}
		lines = append(lines, line{pos, pos + len(bytes.TrimRight(text[pos:next], "\r\n"))})
		pos = max(next, pos+1)
	}
	return lines, nil
}

// checkLines bounds what the parser is given: how long an instruction is, and how
// deep what it opens can be nested. It does not know heredocs, in whose lines the
// same is bounded.
func (d *decoder) checkLines() error {
	size, opened, count := 0, 0, 0
	for _, l := range d.lines {
		text := d.file.Text[l.start:l.end]
		size += len(text)
		opened += bytes.Count(text, []byte("{")) + bytes.Count(text, []byte("\""))
		switch {
		case size > maxInstruction:
			return limitf(l.start, "an instruction of more than %d bytes", maxInstruction)
		case opened > maxNesting:
			return limitf(l.start, "an instruction with more than %d braces and quotes", maxNesting)
		}
		text = bytes.TrimRight(text, " \t")
		if len(text) > 0 && (text[len(text)-1] == '\\' || text[len(text)-1] == '`') || isComment(text) || len(text) == 0 && size > 0 {
			continue // it goes on, perhaps
		}
		if size > 0 {
			count++
		}
		size, opened = 0, 0
	}
	return nil
}

func isComment(text []byte) bool {
	text = bytes.TrimLeftFunc(text, unicode.IsSpace)
	return len(text) > 0 && text[0] == '#'
}

// A joined is a text made of pieces of the file: lines that are continued.
type joined struct {
	text   string
	pieces []piece // in order; the first is at 0
}

// A piece says where in the file the text from an offset on stands.
type piece struct{ at, file int }

func (j *joined) add(b *strings.Builder, text []byte, file int) {
	if len(text) > 0 {
		j.pieces = append(j.pieces, piece{b.Len(), file})
		b.Write(text)
	}
}

// start is where in the file what starts at an offset stands.
func (j *joined) start(offset int) int {
	i := sort.Search(len(j.pieces), func(i int) bool { return j.pieces[i].at > offset }) - 1
	if i < 0 {
		return 0
	}
	return j.pieces[i].file + offset - j.pieces[i].at
}

// end is where in the file what ends at an offset does.
func (j *joined) end(offset int) int {
	if offset <= 0 {
		return j.start(0)
	}
	return j.start(offset-1) + 1
}

// join puts the lines of an instruction together as BuildKit does, and returns the
// index of the line behind them.
func (d *decoder) join(node *parser.Node) (joined, int) {
	var j joined
	var b strings.Builder
	next := node.StartLine - 1
	for first := true; next < len(d.lines); next++ {
		l := d.lines[next]
		text, at := d.file.Text[l.start:l.end], l.start
		if next == 0 {
			if rest, ok := bytes.CutPrefix(text, []byte("\uFEFF")); ok {
				text, at = rest, at+len("\uFEFF")
			}
		}
		if first {
			trimmed := bytes.TrimLeftFunc(text, unicode.IsSpace)
			at += len(text) - len(trimmed)
			text = trimmed
			j.pieces = append(j.pieces, piece{0, at}) // though nothing may follow
		} else if isComment(text) || len(bytes.TrimLeftFunc(text, unicode.IsSpace)) == 0 {
			continue
		}
		first = false
		text, more := d.uncontinued(text)
		j.add(&b, text, at)
		if !more {
			next++
			break
		}
	}
	j.text = b.String()
	return j, next
}

// linesUpTo adds to j the lines from an index on that start in front of an offset,
// each with a line feed, whatever ends it in the file.
func (d *decoder) linesUpTo(j joined, index, offset int) joined {
	var b strings.Builder
	b.WriteString(j.text)
	for ; index < len(d.lines) && d.lines[index].start < offset; index++ {
		l := d.lines[index]
		j.add(&b, d.file.Text[l.start:l.end], l.start)
		j.add(&b, []byte("\n"), l.end)
	}
	j.text = b.String()
	return j
}

// uncontinued is a line without the character that says that it goes on.
func (d *decoder) uncontinued(text []byte) (rest []byte, more bool) {
	trimmed := bytes.TrimRight(text, " \t")
	n := len(trimmed)
	if n == 0 || trimmed[n-1] != d.out.Escape || n > 1 && trimmed[n-2] == d.out.Escape {
		return text, false
	}
	return trimmed[:n-1], true
}
