package manifest

import "strings"

// A ComposeValue is a scalar whose variables are replaced by their defaults.
// https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
type ComposeValue struct {
	Field[string]
	// Unknown says that there is a variable without a default, which stands as ${NAME}
	// in Value, or that the text is too long to be looked at.
	Unknown bool
}

// IsTrue reports whether v is the truth value true, as Compose reads it: in quotes
// too.
func (v ComposeValue) IsTrue() bool {
	switch strings.ToLower(v.Value) {
	case "true", "y", "yes", "on":
		return true
	}
	return false
}

func composeValue(n *Node) ComposeValue {
	if !n.Exists() || n.Kind() >= Sequence {
		return ComposeValue{}
	}
	return expandCompose(n, n.Text())
}

const (
	maxInterpolation = 1 << 10 // bytes of a text whose variables are replaced
	maxDefaults      = 16      // of variables in each other
)

// expandCompose replaces the variables of a text that stands at n.
func expandCompose(n *Node, text string) ComposeValue {
	v := ComposeValue{Field: Field[string]{text, n}}
	if !strings.Contains(text, "$") {
		return v
	}
	if len(text) > maxInterpolation {
		v.Unknown = true
		return v
	}
	var b strings.Builder
	v.Unknown = interpolate(&b, text, maxDefaults)
	v.Value = b.String()
	return v
}

// interpolate writes text with the defaults of its variables. It reports whether
// one has none.
func interpolate(b *strings.Builder, text string, depth int) (unknown bool) {
	for {
		i := strings.IndexByte(text, '$')
		if i < 0 || i+1 == len(text) {
			b.WriteString(text)
			return unknown
		}
		b.WriteString(text[:i])
		text = text[i+1:]
		switch {
		case text[0] == '$':
			b.WriteByte('$')
			text = text[1:]
		case text[0] == '{':
			end := closingBrace(text)
			if end < 0 {
				b.WriteString("$" + text)
				return true
			}
			unknown = interpolateBraces(b, text[1:end], depth) || unknown
			text = text[end+1:]
		case variableName(text) > 0:
			n := variableName(text)
			b.WriteString("${" + text[:n] + "}")
			text, unknown = text[n:], true
		default:
			b.WriteByte('$')
		}
	}
}

// interpolateBraces writes what ${text} stands for where no variable is set.
func interpolateBraces(b *strings.Builder, text string, depth int) (unknown bool) {
	n := variableName(text)
	name, rest := text[:n], strings.TrimPrefix(text[n:], ":")
	if depth > 0 && rest != "" {
		switch rest[0] {
		case '-':
			return interpolate(b, rest[1:], depth-1)
		case '+': // for a variable that is set
			return false
		}
	}
	b.WriteString("${" + name + "}")
	return true
}

// variableName is the length of the name at the start of text.
func variableName(text string) int {
	for i := range len(text) {
		c := text[i]
		if c != '_' && (c|0x20 < 'a' || 'z' < c|0x20) && (i == 0 || c < '0' || '9' < c) {
			return i
		}
	}
	return len(text)
}

// closingBrace is where the brace that text starts with is closed, -1 where it is
// not.
func closingBrace(text string) int {
	open := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			open++
		case '}':
			if open--; open == 0 {
				return i
			}
		}
	}
	return -1
}
