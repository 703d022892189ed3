package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// printable makes a text that an image or an advisory chose safe for a terminal
// and keeps it on one line: whitespace becomes a single space; control
// characters, invisible marks such as changes of direction, and bytes that are
// not UTF-8 are written as Go's escapes.
func printable(s string) string {
	if isPlain(s) {
		return s
	}
	s = strings.Join(strings.Fields(s), " ")
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case unicode.IsPrint(r) && (r != utf8.RuneError || size > 1):
			b.WriteRune(r)
		default:
			b.WriteString(escaped(s[i : i+size]))
		}
		i += size
	}
	return b.String()
}

// isPlain reports whether s is printable ASCII without spaces at its ends or next
// to each other, as most texts are: printable leaves it as it is.
func isPlain(s string) bool {
	space := true
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return !space || s == ""
}

// escaped is Go's escape of a character, or of a byte that is no part of one.
func escaped(char string) string {
	if r, size := utf8.DecodeRuneInString(char); r != utf8.RuneError || size > 1 {
		quoted := strconv.QuoteRuneToASCII(r)
		return quoted[1 : len(quoted)-1]
	}
	return fmt.Sprintf(`\x%02x`, char[0])
}

// maxCell bounds the bytes of a text in a table, so that one name of a megabyte
// does not make every row that wide.
const maxCell = 400

// cell is s, printable, and cut with "..." after it when it is long.
func cell(s string) string { return shortened(s, maxCell) }

// shortened is the first most bytes of s, printable, and "..." after them if
// there are more.
func shortened(s string, most int) string {
	if len(s) <= most {
		return printable(s)
	}
	n := most
	for n > most-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return printable(s[:n]) + "..."
}

// titleWords is how many words of a title a table shows.
const titleWords = 12

// shortTitle is the first words of s, with "..." after them if there are more.
func shortTitle(s string) string {
	words := strings.Fields(s)
	if len(words) <= titleWords {
		return cell(s)
	}
	return cell(strings.Join(words[:titleWords], " ")) + "..."
}

// printableLines is s with each of its lines printable.
func printableLines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i, l := range lines {
		lines[i] = printable(l)
	}
	return strings.Join(lines, "\n")
}
