package helm

import (
	"bytes"
	"slices"
	"strings"
	"text/template/parse"
)

// A trace knows where in a template what is written comes from. text/template
// writes each literal text as the very bytes of its node, and before the value of an
// action it calls writeFunction with the action's line.
type trace struct {
	texts map[*byte]int // the first byte of a literal text to its line
	line  int           // of the action that writes next
}

// add learns where the literal texts of a file stand. Those in templates that the
// file defines do not matter: they reach a manifest through an action.
func (t *trace) add(list *parse.ListNode, file string) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.TextNode:
			if len(n.Text) > 0 {
				t.texts[&n.Text[0]] = 1 + strings.Count(file[:min(int(n.Pos), len(file))], "\n")
			}
		case *parse.RangeNode:
			t.add(n.List, file)
			t.add(n.ElseList, file)
		case *parse.IfNode:
			t.add(n.List, file)
			t.add(n.ElseList, file)
		case *parse.WithNode:
			t.add(n.List, file)
			t.add(n.ElseList, file)
		}
	}
}

// A tracer keeps the text of one manifest, and for each line the one it comes from.
type tracer struct {
	e      *execution
	text   bytes.Buffer
	source []int
	filled bool // something other than space is on the last line
}

func (t *tracer) Write(p []byte) (int, error) {
	if err := t.e.charge(len(p)); err != nil {
		return 0, err
	}
	if len(p) == 0 {
		return 0, nil
	}
	line, literal := t.e.trace.texts[&p[0]]
	if !literal {
		line = t.e.trace.line
	}
	if t.source == nil {
		t.source = []int{line}
	}
	for i, part := range bytes.Split(p, []byte("\n")) {
		if i > 0 {
			if literal {
				line++
			}
			t.source = append(t.source, line)
			t.filled = false
		}
		// The first that is not space decides whose line it is.
		if !t.filled && len(bytes.TrimSpace(part)) > 0 {
			t.source[len(t.source)-1] = line
			t.filled = true
		}
	}
	return t.text.Write(p)
}

// lines is the source of each line; there is none after the last newline.
func (t *tracer) lines() []int {
	if bytes.HasSuffix(t.text.Bytes(), []byte("\n")) {
		return slices.Clip(t.source[:len(t.source)-1])
	}
	return t.source
}

// same is the lines of a text that is its own source.
func same(text []byte) []int {
	n := bytes.Count(text, []byte("\n"))
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		n++
	}
	list := make([]int, n)
	for i := range list {
		list[i] = i + 1
	}
	return list
}
