package report

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/plimsoll-go/plimsoll/internal/terminal"
)

// writeJSON writes a document, indented by two spaces; name is of what it is about.
// Nothing is written unless all of it can be encoded. What could steer a terminal
// is written as JSON's escapes, which says the same.
func writeJSON(ctx context.Context, w io.Writer, name string, document any) error {
	out := &indenter{ctx: ctx, w: w}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(document)
	if err != nil && out.err == nil {
		return fmt.Errorf("encode report of %s: %w", name, err)
	}
	return out.err
}

// An indenter is what a json.Encoder writes to: a document without space in it, in
// one call. It goes on in small pieces, so that an indented document is not held.
type indenter struct {
	ctx context.Context
	w   io.Writer
	err error
}

func (o *indenter) Write(text []byte) (int, error) {
	if o.err = o.ctx.Err(); o.err == nil {
		out := bufio.NewWriterSize(o.w, 1<<16)
		indent(out, text)
		o.err = out.Flush()
	}
	if o.err != nil {
		o.err = fmt.Errorf("write report: %w", o.err)
	}
	return len(text), o.err
}

// indent writes a document that is valid and has no space outside of strings.
// Errors are those of out.Flush.
func indent(out *bufio.Writer, text []byte) {
	depth, quoted := 0, false
	newline := func() {
		out.WriteByte('\n')
		for range depth {
			out.WriteString("  ")
		}
	}
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			out.WriteByte(c)
			i++ // what is escaped is written below
		case quoted && c >= 0x7f:
			r, size := utf8.DecodeRune(text[i:])
			out.Write(terminal.AppendJSON(out.AvailableBuffer(), r))
			i += size
			continue
		case quoted:
		case c == '{' || c == '[':
			out.WriteByte(c)
			i++
			if text[i] == c+2 { // "{}" or "[]"
				break
			}
			depth++
			newline()
			continue
		case c == '}' || c == ']':
			depth--
			newline()
		case c == ',':
			out.WriteByte(c)
			i++
			newline()
			continue
		case c == ':':
			out.WriteString(": ")
			i++
			continue
		}
		if i < len(text) {
			out.WriteByte(text[i])
			i++
		}
	}
}
