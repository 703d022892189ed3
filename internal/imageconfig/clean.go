package imageconfig

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean is a text of an image that can be shown and parsed: at most maxEntry bytes of
// UTF-8, in which line feeds and tabs are the only control characters. Others, and
// those that change the direction of a text, are U+FFFD. It reports whether the text
// had to be cut.
func clean(text string) (cleaned string, cut bool) {
	if len(text) > maxEntry {
		text, cut = text[:maxEntry], true
		for len(text) > 0 && !utf8.RuneStart(text[len(text)-1]) {
			text = text[:len(text)-1]
		}
		if r, n := utf8.DecodeLastRuneInString(text); r == utf8.RuneError && n == 1 {
			text = text[:len(text)-1]
		}
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var b strings.Builder
	for _, r := range text {
		if !isShown(r) {
			r = utf8.RuneError
		}
		if b.Len()+utf8.RuneLen(r) > maxEntry {
			return b.String(), true
		}
		b.WriteRune(r)
	}
	return b.String(), cut
}

func isShown(r rune) bool {
	if r < utf8.RuneSelf {
		return ' ' <= r && r < 0x7f || r == '\n' || r == '\t'
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// line is a cleaned text without line ends and tabs.
func line(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return utf8.RuneError
		}
		return r
	}, text)
}

// oneWord is a cleaned text without blanks.
func oneWord(text string) string {
	return strings.ReplaceAll(line(text), " ", string(utf8.RuneError))
}

// isPlain reports whether a word means itself wherever it stands in a Dockerfile.
func isPlain(word string) bool {
	for i := range len(word) {
		switch c := word[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-' && i > 0:
		case strings.IndexByte("/._:+@%,=~", c) >= 0:
		default:
			return false
		}
	}
	return word != ""
}

// quote writes a word without line ends so that a Dockerfile with that escape
// character reads it as it is.
func quote(word string, escape byte) string {
	if isPlain(word) {
		return word
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(word) {
		if c := word[i]; c == '"' || c == '$' || c == escape {
			b.WriteByte(escape)
		}
		b.WriteByte(word[i])
	}
	b.WriteByte('"')
	return b.String()
}

// isName reports whether a text can be the name of a variable or label.
func isName(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
		case i > 0 && ('0' <= c && c <= '9' || strings.IndexByte(".-/:", c) >= 0):
		default:
			return false
		}
	}
	return text != ""
}
