package manifest

import (
	"iter"
	"strconv"
)

// A Kind says what a node holds.
type Kind uint8

// The kinds of node. An alias has the kind of what it refers to.
const (
	Null Kind = iota
	Bool
	Int   // without fraction or exponent
	Float // any other number
	String
	Sequence
	Mapping
)

// String is the word for messages: "list".
func (k Kind) String() string {
	return [...]string{"null", "boolean", "integer", "number", "string", "list", "object"}[k]
}

// A Style says how a node is written.
type Style uint8

// The styles there are. A block collection is one whose structure is its
// indentation.
const (
	Block Style = iota // collections of YAML
	Flow               // collections in brackets, of JSON too
	Plain              // scalars without quotes
	SingleQuoted
	DoubleQuoted
	Literal // |
	Folded  // >
	Alias   // *name
)

// A Node is one value of a document. Nodes are not changed once they are read,
// and are safe for concurrent use. A nil Node is a value that is not there: each
// method can be called on it.
type Node struct {
	kind     Kind
	style    Style
	anchored bool // the node, or one above it, has an anchor
	props    bool // a tag or an anchor stands before the content

	start, end int
	text       string // of a scalar, without quotes and escapes; of an alias, its name
	doc        *Document
	parent     *Node
	target     *Node  // of an alias
	children   []Node // items; of a mapping, keys and values in turn
}

// Kind is what n holds; a node that is not there is null.
func (n *Node) Kind() Kind {
	if n == nil {
		return Null
	}
	return n.kind
}

// Style is how n is written.
func (n *Node) Style() Style { return n.style }

// Exists reports whether n is there and not null. A field that is null counts as
// one that is left out, as it does for the API server.
func (n *Node) Exists() bool { return n.Kind() != Null }

// value is n, or what it is an alias for.
func (n *Node) value() *Node {
	if n != nil && n.target != nil {
		return n.target
	}
	return n
}

// Text is a scalar's text as it was read, without quotes and escapes: "0644" for
// the number 420. It is empty for collections.
func (n *Node) Text() string {
	if v := n.value(); v != nil && v.kind < Sequence {
		return v.text
	}
	return ""
}

// Len is the number of items of a sequence, or of entries of a mapping as they
// are written.
func (n *Node) Len() int {
	v := n.value()
	switch {
	case v == nil:
		return 0
	case v.kind == Mapping:
		return len(v.children) / 2
	}
	return len(v.children)
}

// Get is the value under the keys of path, one mapping below the other; nil where
// there is none. Merge keys (<<) are followed. Of keys that are written twice the
// last counts.
func (n *Node) Get(path ...string) *Node {
	for _, key := range path {
		if n = n.field(key, maxMerges); n == nil {
			return nil
		}
	}
	return n
}

// maxMerges bounds how many mappings one may merge, one through the other.
const maxMerges = 64

func (n *Node) field(key string, merges int) *Node {
	m := n.value()
	if m == nil || m.kind != Mapping {
		return nil
	}
	i, merged := m.find(key)
	if i >= 0 {
		return &m.children[i+1]
	}
	if !merged || merges == 0 {
		return nil
	}
	for from := range m.merged() {
		if v := from.field(key, merges-1); v != nil {
			return v
		}
	}
	return nil
}

// merged yields the mappings that the mapping n merges, the first one first, and
// what else stands in their place.
func (n *Node) merged() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		for i := 0; i < len(n.children); i += 2 {
			if !n.children[i].isMerge() {
				continue
			}
			from := &n.children[i+1]
			if from.kind != Sequence {
				if !yield(from) {
					return
				}
				continue
			}
			for item := range from.Items() {
				if !yield(item) {
					return
				}
			}
		}
	}
}

// isMerge reports whether the key n is the merge key.
// https://yaml.org/type/merge.html
func (n *Node) isMerge() bool { return n.style == Plain && n.text == "<<" }

// keyText is the name that a key stands for: numbers and truth values are
// written as JSON writes them.
func (n *Node) keyText() string {
	v := n.value()
	switch v.kind {
	case String:
		return v.text
	case Bool:
		if b, _ := v.boolean(); b {
			return "true"
		}
		return "false"
	case Int:
		if i, err := parseInt(v.text); err == nil {
			return strconv.FormatInt(i, 10)
		}
	}
	return v.text
}

// Entries yields the entries of a mapping, in the order of the text; merged ones
// where the merge key stands, without those that are written out. Of keys that
// are written twice only the last is yielded.
func (n *Node) Entries() iter.Seq2[string, *Node] {
	return func(yield func(string, *Node) bool) {
		m := n.value()
		if m == nil || m.kind != Mapping {
			return
		}
		if m.hasMerge() {
			found := make(map[string]*Node, len(m.children)/2)
			m.collect(found, maxMerges)
			m.mergedEntries(found, maxMerges, yield)
			return
		}
		for i := 0; i < len(m.children); i += 2 {
			key := m.children[i].keyText()
			if last, _ := m.find(key); last == i && !yield(key, &m.children[i+1]) {
				return
			}
		}
	}
}

// collect adds what [Node.field] finds under each key of the mapping n to found,
// where there is not something already.
func (n *Node) collect(found map[string]*Node, merges int) {
	m := n.value()
	if m == nil || m.kind != Mapping {
		return
	}
	for i := len(m.children) - 2; i >= 0; i -= 2 {
		key := &m.children[i]
		if key.isMerge() {
			continue
		}
		if text := key.keyText(); found[text] == nil {
			found[text] = &m.children[i+1]
		}
	}
	if merges == 0 {
		return
	}
	for from := range m.merged() {
		from.collect(found, merges-1)
	}
}

// mergedEntries yields those entries of the mapping n that are found, each once.
func (n *Node) mergedEntries(found map[string]*Node, merges int, yield func(string, *Node) bool) bool {
	m := n.value()
	if m == nil || m.kind != Mapping {
		return true
	}
	for i := 0; i < len(m.children); i += 2 {
		key, value := &m.children[i], &m.children[i+1]
		if !key.isMerge() {
			text := key.keyText()
			if found[text] != value {
				continue
			}
			delete(found, text)
			if !yield(text, value) {
				return false
			}
			continue
		}
		if merges == 0 {
			continue
		}
		if value.kind != Sequence {
			if !value.mergedEntries(found, merges-1, yield) {
				return false
			}
			continue
		}
		for item := range value.Items() {
			if !item.mergedEntries(found, merges-1, yield) {
				return false
			}
		}
	}
	return true
}

// Pairs yields the keys of a mapping with their values as they are written: merge
// keys are not followed, and a key that is written twice is yielded twice.
func (n *Node) Pairs() iter.Seq2[*Node, *Node] {
	return func(yield func(key, value *Node) bool) {
		m := n.value()
		if m.Kind() != Mapping {
			return
		}
		for i := 0; i < len(m.children); i += 2 {
			if !yield(&m.children[i], &m.children[i+1]) {
				return
			}
		}
	}
}

// Items yields the items of a sequence; nothing for anything else.
func (n *Node) Items() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		v := n.value()
		if v == nil || v.kind != Sequence {
			return
		}
		for i := range v.children {
			if !yield(&v.children[i]) {
				return
			}
		}
	}
}

// Key is the node of the key that n is written under, nil where n is not a value
// of a mapping.
func (n *Node) Key() *Node {
	if n == nil || n.parent == nil || n.parent.kind != Mapping {
		return nil
	}
	if i := n.index(); i%2 == 1 {
		return &n.parent.children[i-1]
	}
	return nil
}

// Parent is the collection that n is written in, nil for a document's root.
func (n *Node) Parent() *Node {
	if n == nil {
		return nil
	}
	return n.parent
}

// Document is the document that n is in.
func (n *Node) Document() *Document {
	if n == nil {
		return nil
	}
	return n.doc
}

// Bool is the truth value that n holds; ok is false where it holds none.
func (n *Node) Bool() (value, ok bool) { return n.value().boolean() }

func (n *Node) boolean() (value, ok bool) {
	if n.Kind() != Bool {
		return false, false
	}
	switch n.text[0] {
	case 'y', 'Y', 't', 'T':
		return true, true
	case 'o', 'O':
		return len(n.text) == 2, true
	}
	return false, true
}

// Int is the number that n holds; ok is false where it is not a whole number of
// 64 bits. A float that is whole, such as 3.0, is one.
func (n *Node) Int() (value int64, ok bool) {
	v := n.value()
	switch v.Kind() {
	case Int:
		i, err := parseInt(v.text)
		return i, err == nil
	case Float:
		f, err := parseFloat(v.text)
		i := int64(f)
		return i, err == nil && float64(i) == f
	}
	return 0, false
}

// Float is the number that n holds; ok is false where it holds none.
func (n *Node) Float() (value float64, ok bool) {
	v := n.value()
	switch v.Kind() {
	case Int:
		if i, err := parseInt(v.text); err == nil {
			return float64(i), true
		}
		f, err := parseFloat(v.text)
		return f, err == nil
	case Float:
		f, err := parseFloat(v.text)
		return f, err == nil
	}
	return 0, false
}

// Str is the string that n holds; ok is false where it holds none.
func (n *Node) Str() (value string, ok bool) {
	v := n.value()
	if v.Kind() != String {
		return "", false
	}
	return v.text, true
}

// Any is the value that n holds in Go's terms: nil, bool, int64, float64, string,
// []any or map[string]any. Whole numbers of more than 64 bits are floats.
func (n *Node) Any() any {
	v := n.value()
	switch v.Kind() {
	case Bool:
		b, _ := v.Bool()
		return b
	case Int, Float:
		if i, ok := v.Int(); ok && v.kind == Int {
			return i
		}
		f, _ := v.Float()
		return f
	case String:
		return v.text
	case Sequence:
		list := make([]any, 0, len(v.children))
		for item := range v.Items() {
			list = append(list, item.Any())
		}
		return list
	case Mapping:
		m := make(map[string]any, len(v.children)/2)
		for key, value := range v.Entries() {
			m[key] = value.Any()
		}
		return m
	}
	return nil
}
