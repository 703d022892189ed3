package analyze

import "slices"

// plainJSON is text with blanks for its comments, // to the end of a line and
// /* to */, and for the commas behind which an object or array ends: JSON, if it
// was that but for these. All else keeps its offset.
func plainJSON(text []byte) []byte {
	plain := slices.Clone(text)
	comma := -1 // of the last comma, if only blanks followed it
	for i := 0; i < len(plain); {
		switch c := plain[i]; {
		case c == '"':
			i = skipString(plain, i)
			comma = -1
		case c == '/' && i+1 < len(plain) && (plain[i+1] == '/' || plain[i+1] == '*'):
			i = blankComment(plain, i)
		case c == ',':
			comma = i
			i++
		case c == '}' || c == ']':
			if comma >= 0 {
				plain[comma] = ' '
			}
			comma = -1
			i++
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			i++
		default:
			comma = -1
			i++
		}
	}
	return plain
}

// blankComment overwrites the comment at i but for its line feeds, and returns
// the offset behind it.
func blankComment(plain []byte, i int) int {
	block := plain[i+1] == '*'
	plain[i], plain[i+1] = ' ', ' '
	for i += 2; i < len(plain); i++ {
		switch {
		case plain[i] == '\n' && !block:
			return i
		case plain[i] == '\n':
			continue
		case block && plain[i] == '*' && i+1 < len(plain) && plain[i+1] == '/':
			plain[i], plain[i+1] = ' ', ' '
			return i + 2
		}
		plain[i] = ' '
	}
	return i
}
