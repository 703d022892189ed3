package dockerfile

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/plimsoll-go/plimsoll/manifest"
)

func isLiteral(w *syntax.Word) bool { return w.Lit() != "" }

// word is a word of a command.
func (s *script) word(node syntax.Node, word *syntax.Word) manifest.Word {
	start, end := int(node.Pos().Offset()), int(node.End().Offset())
	end = max(start, min(end, len(s.text.text)))
	text := s.text.text[min(start, end):end]
	w := manifest.Word{Text: text, Value: text, Start: s.text.start(start), End: s.text.end(end)}
	switch {
	case word == nil || word.Lit() == text && !strings.Contains(text, "\\"):
	case s.d.expanded > maxExpanded: // substitutions in each other
		w.Unknown = true
	default:
		var b strings.Builder
		w.Unknown = !s.value(&b, word.Parts, false)
		w.Value = b.String()
		s.d.expanded += b.Len()
	}
	return w
}

// value writes what parts of a word say without quotes and escapes. It reports
// whether that is known: what is not is written as it stands.
func (s *script) value(b *strings.Builder, parts []syntax.WordPart, quoted bool) bool {
	known := true
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.Lit:
			b.WriteString(unescape(p.Value, quoted))
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			known = s.value(b, p.Parts, true) && known
		default:
			start, end := int(p.Pos().Offset()), min(int(p.End().Offset()), len(s.text.text))
			if start < end {
				b.WriteString(s.text.text[start:end])
			}
			known = false
		}
	}
	return known
}

// unescape removes backslashes: in double quotes those alone that mean something.
func unescape(text string, quoted bool) string {
	if !strings.Contains(text, "\\") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && (!quoted || strings.IndexByte("$`\"\\\n", text[i+1]) >= 0) {
			i++
			if text[i] == '\n' {
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
