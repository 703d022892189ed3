package manifest

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// A flowStyle says how a value in brackets is written.
type flowStyle struct {
	quoted       bool   // keys and strings are in double quotes
	colon, comma string // with the blanks after them
	// lines puts each element on a line of its own, unit deeper than the brackets.
	lines     bool
	unit, eol string
}

// encode writes v; indent is what the line starts with that the value starts on.
func (f flowStyle) encode(v any, indent string) string {
	var b strings.Builder
	f.write(&b, v, indent)
	return b.String()
}

func (f flowStyle) write(b *strings.Builder, v any, indent string) {
	switch v := v.(type) {
	case []any:
		f.elements(b, "[]", len(v), indent, func(i int, indent string) { f.write(b, v[i], indent) })
	case []Entry:
		f.elements(b, "{}", len(v), indent, func(i int, indent string) { f.entry(b, v[i], indent) })
	case string:
		b.WriteString(f.text(v, Plain))
	default:
		b.WriteString(encodeScalar(v, Plain, true))
	}
}

func (f flowStyle) entry(b *strings.Builder, e Entry, indent string) {
	b.WriteString(f.text(e.Key, Plain))
	b.WriteString(f.colon)
	f.write(b, e.Value, indent)
}

// text writes a key or string.
func (f flowStyle) text(s string, like Style) string {
	if f.quoted {
		return quoteDouble(s)
	}
	return encodeScalar(s, like, true)
}

func (f flowStyle) elements(b *strings.Builder, brackets string, count int, indent string, write func(i int, indent string)) {
	b.WriteByte(brackets[0])
	for i := range count {
		switch {
		case f.lines && i > 0:
			b.WriteString("," + f.eol + indent + f.unit)
		case f.lines:
			b.WriteString(f.eol + indent + f.unit)
		case i > 0:
			b.WriteString(f.comma)
		}
		write(i, indent+f.unit)
	}
	if f.lines && count > 0 {
		b.WriteString(f.eol + indent)
	}
	b.WriteByte(brackets[1])
}

// A blockStyle says how a value without brackets is written.
type blockStyle struct {
	step int // columns that a mapping is deeper than the one it is in
	dash int // columns that the dashes of a sequence are deeper than its key
	eol  string
}

// encode writes v, a collection that is not empty, at a column: its first line
// without the indentation, and its last without the line end.
func (s blockStyle) encode(v any, column int) string {
	var b strings.Builder
	s.write(&b, v, column)
	return b.String()
}

func (s blockStyle) write(b *strings.Builder, v any, column int) {
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			if i > 0 {
				b.WriteString(s.newLine(column))
			}
			b.WriteString("- ")
			s.write(b, item, column+2)
		}
		if len(v) == 0 {
			b.WriteString("[]")
		}
	case []Entry:
		for i, e := range v {
			if i > 0 {
				b.WriteString(s.newLine(column))
			}
			s.entry(b, e, column)
		}
		if len(v) == 0 {
			b.WriteString("{}")
		}
	default:
		b.WriteString(encodeScalar(v, Plain, false))
	}
}

func (s blockStyle) entry(b *strings.Builder, e Entry, column int) {
	b.WriteString(encodeScalar(e.Key, Plain, false))
	b.WriteByte(':')
	if isInline(e.Value) {
		b.WriteByte(' ')
		s.write(b, e.Value, column)
		return
	}
	below := s.below(e.Value, column)
	b.WriteString(s.newLine(below))
	s.write(b, e.Value, below)
}

// below is the column of v under a key at column.
func (s blockStyle) below(v any, column int) int {
	if _, ok := v.([]any); ok {
		return column + s.dash
	}
	return column + s.step
}

func (s blockStyle) newLine(column int) string { return s.eol + strings.Repeat(" ", column) }

// encodeScalar writes a scalar; a string in the quotes of like, as far as it can
// be, or in none, if it needs none.
func encodeScalar(v any, like Style, flow bool) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return encodeFloat(v)
	case string:
		switch {
		case like == SingleQuoted && isPrintable(v):
			return "'" + strings.ReplaceAll(v, "'", "''") + "'"
		case like == DoubleQuoted || !isPlain(v, flow):
			return quoteDouble(v)
		}
		return v
	}
	return ""
}

// encodeFloat writes a number so that it is read as a float again.
func encodeFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return ".nan"
	case math.IsInf(f, 1):
		return ".inf"
	case math.IsInf(f, -1):
		return "-.inf"
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// isPlain reports whether s can be written without quotes and is read as the same
// string, by YAML 1.1 and 1.2.
func isPlain(s string, flow bool) bool {
	if s == "" || plainKind(s) != String || s == "<<" || s == "=" || !isPrintable(s) || looksTimed(s) {
		return false
	}
	switch s[0] {
	case ' ', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		return false
	case '-', '.':
		if len(s) == 1 || s[1] == ' ' || strings.HasPrefix(s, "---") || strings.HasPrefix(s, "...") || flow && s[0] == '-' {
			return false
		}
	}
	if last := s[len(s)-1]; last == ' ' || last == ':' {
		return false
	}
	if strings.Contains(s, ": ") || strings.Contains(s, " #") || flow && strings.ContainsAny(s, ",[]{}?") {
		return false
	}
	return true
}

// looksTimed reports whether s may be a date or a number in base 60, which some
// readers of YAML 1.1 know. https://yaml.org/type/timestamp.html
func looksTimed(s string) bool {
	s = trimSign(s)
	n := digits(s)
	if n == 0 {
		return false
	}
	return strings.Contains(s, ":") || n == 4 && n < len(s) && s[n] == '-'
}

// isPrintable reports whether s has no character that is written as an escape.
func isPrintable(s string) bool {
	return strings.IndexFunc(s, isEscaped) < 0
}

func isEscaped(r rune) bool {
	if r < 0x7f {
		return r < ' '
	}
	return r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff || unicode.Is(unicode.Bidi_Control, r)
}

// quoteDouble writes s in double quotes, so that both YAML and JSON read it.
func quoteDouble(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case isEscaped(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
