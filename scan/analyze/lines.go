package analyze

import (
	"bytes"
	"iter"
)

// lines yields the lines of text with their numbers, from 1. A line ends with
// LF or CRLF, which is not part of it; the last one may end with the text. The
// slices share memory with text.
func lines(text []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		rest := text
		for n := 1; len(rest) > 0; n++ {
			line := rest
			if i := bytes.IndexByte(rest, '\n'); i >= 0 {
				line, rest = rest[:i], rest[i+1:]
			} else {
				rest = nil
			}
			if i := len(line) - 1; i >= 0 && line[i] == '\r' {
				line = line[:i]
			}
			if !yield(n, line) {
				return
			}
		}
	}
}

// isBlank reports whether line holds nothing but spaces and tabs.
func isBlank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' {
			return false
		}
	}
	return true
}

// trimBlanks takes spaces and tabs off both ends of b.
func trimBlanks(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}
