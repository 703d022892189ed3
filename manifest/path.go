package manifest

import (
	"strconv"
	"unicode/utf8"
)

// maxPathElem bounds the length of a key or name in a path, so that a text with
// long keys does not become many times as long in what is said of it.
const maxPathElem = 512

// Path is where n is written, from the document's root:
// "spec.containers[0].image". Keys with a dot in them are quoted, and those of more
// than 512 bytes are cut.
func (n *Node) Path() string { return n.PathBelow(nil) }

// PathBelow is [Node.Path] from top, which is above n.
func (n *Node) PathBelow(top *Node) string {
	var buf [128]byte
	return string(n.appendPath(buf[:0], top, false))
}

// NamedPath is [Node.Path] with the names of the items of lists, as far as they
// have one, in place of their numbers: "spec.containers[web].image". It does not
// change when items are moved.
func (n *Node) NamedPath() string {
	var buf [128]byte
	return string(n.appendPath(buf[:0], nil, true))
}

// appendPath adds the path of n from top to b; named asks for the names of items.
func (n *Node) appendPath(b []byte, top *Node, named bool) []byte {
	if n == nil || n == top || n.parent == nil {
		return b
	}
	b = n.parent.appendPath(b, top, named)
	if n.parent.kind == Sequence {
		b = append(b, '[')
		if named {
			name, _ := n.Get("name").Str()
			b = appendPathElem(b, name)
		} else {
			b = strconv.AppendInt(b, int64(n.index()), 10)
		}
		return append(b, ']')
	}
	key := n.Key()
	if key == nil {
		key = n // n is a key itself
	}
	if len(b) > 0 {
		b = append(b, '.')
	}
	name := key.keyText()
	if name == "" {
		return append(b, `""`...)
	}
	return appendPathElem(b, name)
}

// appendPathElem adds a key or name as it stands in a path.
func appendPathElem(b []byte, name string) []byte {
	if len(name) > maxPathElem {
		end := maxPathElem
		for end > 0 && !utf8.RuneStart(name[end]) {
			end--
		}
		name = name[:end] + "…"
	}
	for i := range len(name) {
		switch name[i] {
		case '.', '[', ']', '"':
			return strconv.AppendQuote(b, name)
		}
	}
	return append(b, name...)
}
