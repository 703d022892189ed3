package manifest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// A syntaxError is an error at an offset of the file.
type syntaxError struct {
	offset int
	err    error
}

func (e *syntaxError) Error() string { return e.err.Error() }
func (e *syntaxError) Unwrap() error { return e.err }

// syntaxf makes an error that matches [ErrSyntax].
func syntaxf(offset int, format string, args ...any) error {
	return &syntaxError{offset, fmt.Errorf("%w: %s", ErrSyntax, fmt.Sprintf(format, args...))}
}

// readYAML reads the document in seg.
func (r *reader) readYAML(seg segment) (*Document, error) {
	text := r.file.Text[seg.start:seg.end]
	if err := checkCharacters(text, seg.start); err != nil {
		return nil, err
	}
	if i := pastLimit(text, r.limits.Nodes); i < len(text) {
		return nil, &syntaxError{seg.start + i, fmt.Errorf("%w: text that may hold more than %d nodes", ErrLimit, r.limits.Nodes)}
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, r.yamlError(seg, err)
	}
	if root.Kind != yaml.DocumentNode || len(root.Content) != 1 {
		return nil, nil // no content
	}
	top := root.Content[0]
	doc := &Document{File: r.file, Start: seg.start, End: seg.end}
	t := tree{
		doc: doc, text: text, base: seg.start, limits: r.limits,
		lines: lineStarts(text), expanded: r.expanded,
	}
	size, deep := measure(top, 0, r.limits.Depth)
	if deep != nil {
		return nil, &syntaxError{t.offset(deep), fmt.Errorf("%w: collections nested more than %d deep", ErrLimit, r.limits.Depth)}
	}
	t.slab = make([]Node, size)
	doc.Root = &t.take(1)[0]
	t.fill(top, doc.Root, false)
	r.expanded = t.expanded
	if t.err != nil {
		return nil, t.err
	}
	doc.index(doc.Root)
	s := spanner{text: text, base: seg.start}
	s.end(doc.Root, -1, false)
	return doc, nil
}

// pastLimit is the offset of the first of more than limit places in text at which a
// collection or the next element of one may start, in quotes and comments too; the
// length of text where there are not so many. Each can give two nodes, and the
// parser makes all of them before they can be counted.
func pastLimit(text []byte, limit int) int {
	if len(text) <= limit {
		return len(text)
	}
	for i, c := range text {
		switch c {
		case '[', '{', ',':
			limit--
		case ':', '-', '?':
			if i+1 == len(text) || isBlank(text[i+1]) {
				limit--
			}
		}
		if limit < 0 {
			return i
		}
	}
	return len(text)
}

// checkCharacters finds what may not be in YAML, with its place, which the
// parser's errors do not have. https://yaml.org/spec/1.2.2/#51-character-set
func checkCharacters(text []byte, base int) error {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
				return syntaxf(base+i, "control character %#02x", c)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return syntaxf(base+i, "invalid UTF-8")
		}
		if r >= 0x80 && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff || r == 0xFEFF && base+i > 0 {
			return syntaxf(base+i, "character %U is not allowed", r)
		}
		i += n
	}
	return nil
}

// yamlError gives an error of the parser's the position that its text names, or else
// that of the document's content.
func (r *reader) yamlError(seg segment, err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	offset := r.contentStart(seg)
	if after, ok := strings.CutPrefix(text, "line "); ok {
		number, cause, _ := strings.Cut(after, ": ")
		if line, err := strconv.Atoi(number); err == nil {
			text = cause
			starts := lineStarts(r.file.Text[seg.start:seg.end])
			offset = seg.start + starts[max(0, min(line, len(starts))-1)]
		}
	}
	if text == "" {
		text = "unreadable"
	}
	if strings.HasPrefix(text, "exceeded max") {
		return &syntaxError{offset, fmt.Errorf("%w: %s", ErrLimit, text)}
	}
	return syntaxf(offset, "%s", text)
}

// contentStart is where content stands first in seg.
func (r *reader) contentStart(seg segment) int {
	s := spanner{text: r.file.Text[:seg.end]}
	pos := s.skip(seg.start)
	if isMarker(s.text[pos:], '-') {
		pos = s.skip(pos + len("---"))
	}
	return pos
}

// lineStarts are the offsets at which lines start, by the parser's idea of a line
// break; a mark at the start of the text does not count. https://yaml.org/spec/1.1/#id872085
func lineStarts(text []byte) []int {
	starts := make([]int, 1, 16+len(text)/24)
	if bytes.HasPrefix(text, []byte("\uFEFF")) {
		starts[0] = len("\uFEFF")
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			starts = append(starts, i+1)
		case '\n':
			starts = append(starts, i+1)
		case 0xC2:
			if i+1 < len(text) && text[i+1] == 0x85 {
				i++
				starts = append(starts, i+1)
			}
		case 0xE2:
			if i+2 < len(text) && text[i+1] == 0x80 && text[i+2]&^1 == 0xA8 {
				i += 2
				starts = append(starts, i+1)
			}
		}
	}
	return starts
}

// measure counts the nodes at and below n, as they are written. It ends at one that
// is more than limit deep.
func measure(n *yaml.Node, depth, limit int) (size int, deep *yaml.Node) {
	if depth > limit {
		return 0, n
	}
	size = 1
	for _, c := range n.Content {
		below, deep := measure(c, depth+1, limit)
		if deep != nil {
			return 0, deep
		}
		size += below
	}
	return size, nil
}

// A tree makes nodes of the parser's.
type tree struct {
	doc    *Document
	text   []byte
	base   int
	limits Limits
	slab   []Node
	lines  []int
	last   mark // in text, of the node before: the next one is near

	anchors  map[*yaml.Node]*anchor
	total    int // nodes, with those that aliases stand for
	expanded int // nodes that aliases stand for, in this document and those before it
	err      error
}

// An anchor is a node that aliases may refer to.
type anchor struct {
	node *Node
	size int // nodes at and below it, those that aliases stand for included
	done bool
}

// take returns n fresh nodes beside each other.
func (t *tree) take(n int) []Node {
	nodes := t.slab[:n:n]
	t.slab = t.slab[n:]
	return nodes
}

// offset is the place in the file of a line and column of the parser's.
func (t *tree) offset(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(t.lines) {
		return t.base + len(t.text)
	}
	if n.Line != t.last.line || n.Column < t.last.column {
		t.last = mark{t.lines[n.Line-1], n.Line, 1}
	}
	pos := t.last.offset
	for skip := n.Column - t.last.column; skip > 0 && pos < len(t.text); skip-- {
		if t.text[pos] < utf8.RuneSelf {
			pos++
			continue
		}
		_, size := utf8.DecodeRune(t.text[pos:])
		pos += size
	}
	t.last.offset, t.last.column = pos, max(n.Column, 1)
	return t.base + pos
}

// fill makes n of from, and what is below it.
func (t *tree) fill(from *yaml.Node, n *Node, shared bool) {
	if t.err != nil {
		return
	}
	before := t.total
	t.total++
	if t.total > t.limits.Nodes {
		t.err = &syntaxError{t.offset(from), fmt.Errorf("%w: more than %d nodes, aliases counted as what they stand for", ErrLimit, t.limits.Nodes)}
		return
	}
	n.doc, n.start = t.doc, t.offset(from)
	n.anchored = shared || from.Anchor != ""
	n.props = from.Anchor != "" || from.Style&yaml.TaggedStyle != 0
	var a *anchor
	if from.Anchor != "" {
		if t.anchors == nil {
			t.anchors = make(map[*yaml.Node]*anchor)
		}
		a = &anchor{node: n}
		t.anchors[from] = a
	}
	switch from.Kind {
	case yaml.ScalarNode:
		t.scalar(from, n)
		t.checkFinite(n)
	case yaml.AliasNode:
		t.alias(from, n)
	case yaml.MappingNode, yaml.SequenceNode:
		n.kind = Sequence
		if from.Kind == yaml.MappingNode {
			n.kind = Mapping
		}
		n.style = Block
		if from.Style&yaml.FlowStyle != 0 {
			n.style = Flow
		}
		n.children = t.take(len(from.Content))
		for i, c := range from.Content {
			n.children[i].parent = n
			t.fill(c, &n.children[i], n.anchored)
		}
		if n.kind == Mapping && t.err == nil {
			t.err = n.checkKeys()
		}
	default:
		t.err = syntaxf(n.start, "node of an unknown kind")
	}
	if at := n.start - t.base; !n.props && at < len(t.text) && t.text[at] == '!' && n.style != Alias {
		// The tag ! alone, which the parser does not tell of; or that of a first key.
		n.props = len(n.children) == 0 || n.children[0].start != n.start
	}
	if a != nil {
		a.size, a.done = t.total-before, true
	}
}

func (t *tree) alias(from *yaml.Node, n *Node) {
	a := t.anchors[from.Alias]
	if a == nil || !a.done {
		t.err = syntaxf(n.start, "anchor %q contains itself", from.Value)
		return
	}
	t.total += a.size
	t.expanded += a.size
	if max(t.total, t.expanded) > t.limits.Nodes {
		t.err = &syntaxError{n.start, fmt.Errorf("%w: more than %d nodes, aliases counted as what they stand for", ErrLimit, t.limits.Nodes)}
		return
	}
	n.kind, n.style, n.target, n.text = a.node.kind, Alias, a.node, from.Value
}

func (t *tree) scalar(from *yaml.Node, n *Node) {
	n.text, n.kind = from.Value, String
	switch {
	case from.Style&yaml.DoubleQuotedStyle != 0:
		n.style = DoubleQuoted
	case from.Style&yaml.SingleQuotedStyle != 0:
		n.style = SingleQuoted
	case from.Style&yaml.LiteralStyle != 0:
		n.style = Literal
	case from.Style&yaml.FoldedStyle != 0:
		n.style = Folded
	default:
		n.style = Plain
	}
	if from.Style&yaml.TaggedStyle == 0 {
		if n.style == Plain {
			n.kind = plainKind(n.text)
		}
		return
	}
	kind := plainKind(n.text)
	switch tag := from.ShortTag(); tag {
	case "!!bool", "!!int", "!!null":
		want := map[string]Kind{"!!bool": Bool, "!!int": Int, "!!null": Null}[tag]
		if kind != want {
			t.err = syntaxf(n.start, "cannot read %q as %s", n.text, tag)
		}
		n.kind = want
	case "!!float":
		if kind != Float && kind != Int {
			t.err = syntaxf(n.start, "cannot read %q as %s", n.text, tag)
		}
		n.kind = Float
	case "!!binary":
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.text), ""))
		if err != nil {
			t.err = syntaxf(n.start, "cannot read %q as %s: %v", n.text, tag, err)
		}
		n.text = string(b)
	}
}

// checkFinite refuses the numbers that JSON does not have.
func (t *tree) checkFinite(n *Node) {
	if n.kind != Float {
		return
	}
	if f, ok := n.Float(); ok && (math.IsInf(f, 0) || math.IsNaN(f)) {
		t.err = syntaxf(n.start, "%s is no number of JSON", n.text)
	}
}

// checkKeys finds what JSON, and so an object of Kubernetes, cannot have in the
// mapping n: a key that is a collection, as there are in templates that were not
// rendered, or nothing; and a merge of what is no mapping.
func (n *Node) checkKeys() error {
	for i := 0; i+1 < len(n.children); i += 2 {
		key := &n.children[i]
		switch v := key.value(); {
		case v.kind == Mapping || v.kind == Sequence:
			return syntaxf(key.start, "a %s is no key", v.kind)
		case v.kind == Null:
			return syntaxf(key.start, "null is no key")
		case key.isMerge() && !n.children[i+1].mergeable():
			return syntaxf(n.children[i+1].start, "only mappings, and sequences of mappings, can be merged")
		}
	}
	return nil
}

func (n *Node) mergeable() bool {
	if n.kind == Mapping {
		return true
	}
	if n.kind != Sequence || n.target != nil {
		return false
	}
	for i := range n.children {
		if n.children[i].kind != Mapping {
			return false
		}
	}
	return true
}

// offsetOf is where err stands, def where it does not say.
func offsetOf(err error, def int) int {
	if e := (*syntaxError)(nil); errors.As(err, &e) {
		return e.offset
	}
	return def
}
