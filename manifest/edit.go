package manifest

import (
	"errors"
	"fmt"
	"slices"
)

// An Edit replaces a part of a file's text.
type Edit struct {
	File       *File
	Start, End int // bytes
	Text       string
}

// An Entry is one entry of a mapping that is to be written.
type Entry struct {
	Key   string
	Value any // as for [Node.Set]
}

// ErrEdit is matched when an edit is refused: the text cannot be changed, or not
// without changing something else.
var ErrEdit = errors.New("cannot edit")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrEdit, fmt.Sprintf(format, args...))
}

// Set returns the edits that make value the one under path below n, or that
// replace n itself where path is empty. Mappings that are missing, null or empty
// on the way are made; what was there before is replaced. There are no edits where
// the value is there already.
//
// A value is nil, a bool, int, int64, float64, string, []string, []any,
// []Entry, which keeps its order, or map[string]any, which is sorted.
//
// The text is written as its surroundings are: indentation, brackets, quotes and
// line ends. A new key stands behind the last one of its mapping. A key that a
// mapping has only from a merge key is added to the mapping itself, unless it is
// on the way to another.
//
// An error matches [ErrEdit]. Refused is what would change another place (below an
// anchor, an alias, the mapping behind a merge key) or what is written in a way
// that is not edited: tagged values, keys that are not plain names, rendered texts.
func (n *Node) Set(value any, path ...string) ([]Edit, error) {
	v, err := valueOf(value, 0)
	if err != nil {
		return nil, err
	}
	at, rest, err := n.follow(path)
	if err != nil {
		return nil, err
	}
	if len(rest) == 0 {
		if holds(at, v) {
			return nil, nil
		}
		return at.replace(v)
	}
	if merged := at.field(rest[0], maxMerges); merged != nil {
		if len(rest) > 1 {
			return nil, refuse("%s is merged into %s", rest[0], describe(at))
		}
		if holds(merged, v) {
			return nil, nil
		}
	}
	return at.add(rest, v)
}

// Append returns the edits that add value, which is as for [Node.Set], to the end
// of the sequence under path below n. A sequence that is missing or null is made.
// Errors are those of Set; what is there and is no sequence is refused too.
func (n *Node) Append(value any, path ...string) ([]Edit, error) {
	v, err := valueOf(value, 0)
	if err != nil {
		return nil, err
	}
	at, rest, err := n.follow(path)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		if at.field(rest[0], maxMerges) != nil {
			return nil, refuse("%s is merged into %s", rest[0], describe(at))
		}
		return at.add(rest, []any{v})
	}
	switch {
	case at.kind == Null:
		return at.replace([]any{v})
	case at.kind != Sequence:
		return nil, refuse("%s is of type %s, not list", describe(at), at.kind)
	}
	return at.appendItem(v)
}

// Delete returns the edits that remove what is under path below n with its key, or
// n itself where path is empty: an entry of a mapping or an item of a sequence.
// There are no edits where nothing is there.
//
// The comment that stands behind it on its line goes with it; comments above it
// stay. A collection that loses its last element becomes {} or [].
//
// Errors are those of Set. Refused is also a document's root, a key that is there
// twice, and one that a merge key would bring back.
func (n *Node) Delete(path ...string) ([]Edit, error) {
	at, rest, err := n.follow(path)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		if at.field(rest[0], maxMerges) != nil {
			return nil, refuse("%s is merged into %s", rest[0], describe(at))
		}
		return nil, nil
	}
	return at.remove()
}

// follow goes down path as far as there are entries, and returns where that ends
// and what is left of the path: keys to be made. Where a null or an empty mapping
// stands on the way it ends there, with the keys below it left.
func (n *Node) follow(path []string) (at *Node, rest []string, err error) {
	if n == nil {
		return nil, nil, refuse("it is not there")
	}
	if n.doc.File.Renderer != "" {
		return nil, nil, refuse("%s is rendered by %s", n.doc.File.Path, n.doc.File.Renderer)
	}
	for p := n; p.parent != nil; p = p.parent {
		if p.parent.kind == Mapping && p.Key() == nil {
			return nil, nil, refuse("%s is in a key", describe(n))
		}
	}
	if slices.Contains(path, "") {
		return nil, nil, refuse("empty key")
	}
	for at, rest = n, path; ; rest = rest[1:] {
		switch {
		case at.style == Alias:
			return nil, nil, refuse("%s is the alias *%s", describe(at), at.text)
		case at.anchored:
			return nil, nil, refuse("%s is in the reach of an anchor", describe(at))
		case at.props:
			return nil, nil, refuse("%s has a tag", describe(at))
		case len(rest) == 0 || at.kind == Null:
			return at, rest, nil
		case at.kind != Mapping:
			return nil, nil, refuse("%s is of type %s, not object", describe(at), at.kind)
		}
		i, _ := at.find(rest[0])
		if i < 0 {
			return at, rest, nil
		}
		if at.children[i].isMerge() {
			return nil, nil, refuse("%s is a merge key", rest[0])
		}
		at = &at.children[i+1]
	}
}

// describe names n for messages.
func describe(n *Node) string {
	if path := n.Path(); path != "" {
		return path
	}
	return "the document"
}

// nested is the value that has v under path.
func nested(path []string, v any) any {
	for i := len(path) - 1; i >= 0; i-- {
		v = []Entry{{path[i], v}}
	}
	return v
}
