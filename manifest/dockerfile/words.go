package dockerfile

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A piece of an instruction's text: the bytes from start up to end.
type token struct{ start, end int }

// isBlank reports whether BuildKit takes c for what separates words.
func isBlank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' && c != '\n' }

// skipBlanks is where the first thing that is no blank stands at or behind pos.
func skipBlanks(s string, pos int) int {
	for pos < len(s) {
		r, n := utf8.DecodeRuneInString(s[pos:])
		if !unicode.IsSpace(r) {
			break
		}
		pos += n
	}
	return pos
}

// skipBytes is skipBlanks in front of a flag, where BuildKit takes each byte for a
// character: what is not UTF-8 may be a blank.
func skipBytes(s string, pos, end int) int {
	for pos < end && unicode.IsSpace(rune(s[pos])) {
		pos++
	}
	return min(skipBlanks(s, pos), end)
}

// trimEnd is where s ends, at or behind start, without blanks at its end.
func trimEnd(s string, start int) int {
	return start + len(strings.TrimRightFunc(s[start:], unicode.IsSpace))
}

// blankSeparated are the words of s from start on, whatever quotes there are.
func blankSeparated(s string, start, end int) []token {
	var words []token
	for pos := start; pos < end; {
		if isBlank(s[pos]) {
			pos++
			continue
		}
		from := pos
		for pos < end && !isBlank(s[pos]) {
			pos++
		}
		words = append(words, token{from, pos})
	}
	return words
}

// shellWord is the end of the word that starts at start: at a blank that is neither
// in quotes nor escaped.
func shellWord(s string, start, end int, escape byte) int {
	return wordEnd(s, start, end, escape, false)
}

// flagWord is shellWord for a flag, where BuildKit takes each byte for a character,
// and escapes mean something in single quotes too.
func flagWord(s string, start, end int, escape byte) int {
	return wordEnd(s, start, end, escape, true)
}

func wordEnd(s string, start, end int, escape byte, flag bool) int {
	first := func(pos int) (rune, int) {
		if flag {
			return rune(s[pos]), 1
		}
		return utf8.DecodeRuneInString(s[pos:])
	}
	quote := byte(0)
	for pos := start; pos < end; {
		c := s[pos]
		r, n := first(pos)
		switch {
		case c == escape && (flag || quote != '\''):
			pos += n
			if pos < end {
				_, n = first(pos)
				pos += n
			}
			continue
		case quote == 0 && unicode.IsSpace(r):
			return pos
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		}
		pos += n
	}
	return end
}

// shellWords are the words of s, as ARG, ENV and LABEL have them.
func shellWords(s string, start, end int, escape byte) []token {
	var words []token
	for pos := skipBlanks(s[:end], start); pos < end; pos = skipBlanks(s[:end], pos) {
		from := pos
		pos = shellWord(s, from, end, escape)
		words = append(words, token{from, pos})
	}
	return words
}

// jsonStrings are the elements of a JSON array of strings, with their quotes.
func jsonStrings(s string, start, end int) []token {
	var words []token
	for pos := start; pos < end; pos++ {
		if s[pos] != '"' {
			continue
		}
		from := pos
		for pos++; pos < end && s[pos] != '"'; pos++ {
			if s[pos] == '\\' {
				pos++
			}
		}
		words = append(words, token{from, min(pos+1, end)})
	}
	return words
}

// unquoteJSON is the string that a text in quotes is.
func unquoteJSON(text string) string {
	var s string
	if json.Unmarshal([]byte(text), &s) != nil {
		return text
	}
	return s
}
