package analyze

import (
	"bytes"
	"strings"
)

// assignments returns the variables of a file that a shell could source: lines
// KEY=value, of which the last for a key counts. Lines that start with # and
// lines of another form are passed over, and nothing is expanded.
func assignments(text []byte) map[string]string {
	vars := map[string]string{}
	for _, line := range lines(text) {
		key, value, ok := strings.Cut(string(bytes.TrimSpace(line)), "=")
		if ok && !strings.HasPrefix(key, "#") {
			vars[key] = unquote(value)
		}
	}
	return vars
}

// unquote undoes the quotes and backslashes of a shell word. What follows a
// closing quote is dropped, and a quote that is not closed ends with the line.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02
func unquote(s string) string {
	var quote byte
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		quote, s = s[0], s[1:]
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if quote != 0 && s[i] == quote {
			break
		}
		if s[i] == '\\' && i+1 < len(s) && isEscaped(quote, s[i+1]) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// isEscaped reports whether a backslash before c is taken away, within quotes
// of the kind given or, for 0, outside of any.
func isEscaped(quote, c byte) bool {
	switch quote {
	case '\'':
		return false
	case '"':
		return strings.IndexByte("\"\\$`", c) >= 0
	}
	return true
}
