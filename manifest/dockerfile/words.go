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
	quote := byte(0)
	for pos := start; pos < end; {
		c := s[pos]
		r, n := utf8.DecodeRuneInString(s[pos:])
		switch {
		case c == escape && quote != '\'':
			pos += n
			if pos < end {
				_, n = utf8.DecodeRuneInString(s[pos:])
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
