// Package terminal knows which characters of a text change how a terminal, or an
// editor, shows it: those of control and format (Unicode's categories Cc and Cf),
// such as ESC, the C1 controls and the overrides of direction.
package terminal

import (
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Steers reports whether r is no text, but changes how text is shown. Lines and tabs
// do.
func Steers(r rune) bool {
	if r < 0x7f {
		return r < ' '
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// AppendJSON appends a character of a string of a JSON document, as JSON's escape
// if it steers, which says the same.
// https://www.rfc-editor.org/rfc/rfc8259#section-7
func AppendJSON(to []byte, r rune) []byte {
	switch {
	case !Steers(r):
		return utf8.AppendRune(to, r)
	case r > 0xffff:
		high, low := utf16.EncodeRune(r)
		return fmt.Appendf(to, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(to, `\u%04x`, r)
}

// EscapeJSON is a JSON document with JSON's escapes for what steers in its strings:
// the same document. Bytes that are not UTF-8 are U+FFFD. Text is returned as it is
// if there are none of either.
func EscapeJSON(text []byte) []byte {
	n := plain(text)
	if n == len(text) {
		return text
	}
	out := append(make([]byte, 0, len(text)+len(text)/8), text[:n]...)
	for text = text[n:]; len(text) > 0; text = text[n:] {
		if n = plain(text); n > 0 {
			out = append(out, text[:n]...)
			continue
		}
		var r rune
		r, n = utf8.DecodeRune(text)
		out = AppendJSON(out, r)
	}
	return out
}

// plain is how many bytes at the front of a document are ASCII that does not steer.
// Of those that do, but for DEL, a document has none in its strings (RFC 8259,
// section 7).
func plain(text []byte) int {
	for i, c := range text {
		if c >= 0x7f {
			return i
		}
	}
	return len(text)
}
