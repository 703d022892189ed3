package manifest

import "strings"

// replace puts v in the place of n.
func (n *Node) replace(v any) ([]Edit, error) {
	if err := checkFits(n, v); err != nil {
		return nil, err
	}
	for i := range n.children {
		if n.children[i].hasAnchor() {
			return nil, refuse("%s has an anchor in it", describe(n))
		}
	}
	l := layoutOf(n)
	switch {
	case n.parent == nil && n.doc.cut() < n.doc.End: // the parser leaves it unread
		return nil, refuse("more stands behind %s", describe(n))
	case l.isPair(n):
		return nil, refuse("%s is a pair without brackets", describe(n))
	case inFlow(n):
		return l.replaceFlow(n, v)
	case n.parent == nil || n.parent.kind == Sequence:
		return l.replaceItem(n, v)
	}
	return l.replaceField(n, v)
}

func (n *Node) hasAnchor() bool {
	if n.anchored {
		return true
	}
	for i := range n.children {
		if n.children[i].hasAnchor() {
			return true
		}
	}
	return false
}

// inline writes v on the line that n's place is on; ok is false where that is not
// n's style.
func (l layout) inline(n *Node, v any) (text string, ok bool) {
	switch s := v.(type) {
	case []any, []Entry:
		if isInline(v) || n.style == Flow && len(n.children) > 0 {
			return l.flowStyle(n, n.start).encode(v, l.lineBlanks(n.start)), true
		}
		return "", false
	case string:
		if n.kind == String {
			return encodeScalar(s, n.style, false), true
		}
	}
	return encodeScalar(v, Plain, false), true
}

// replaceFlow replaces n, which stands in brackets or is the whole of a JSON text.
func (l layout) replaceFlow(n *Node, v any) ([]Edit, error) {
	outer := n.parent
	if outer == nil {
		outer = n
	}
	f := l.flowStyle(outer, n.start)
	place := n.start
	if key := n.Key(); key != nil {
		place = key.start
	}
	if n.parent == nil || f.lines {
		_, opens := l.opensLine(place)
		f.lines = opens
	}
	if len(n.children) > 0 && n.style == Flow { // as it was itself
		inner := l.flowStyle(n, n.start)
		f.lines, f.unit = inner.lines, inner.unit
	}
	text := f.encode(v, l.lineBlanks(place))
	if s, ok := v.(string); ok && n.kind == String {
		text = f.text(s, n.style)
	}
	if n.isWritten() {
		return []Edit{l.edit(n.start, n.end, text)}, nil
	}
	key := n.Key()
	if key == nil || l.isPair(n.parent) {
		return nil, refuse("%s is written in an unusual way", describe(n))
	}
	if colon, ok := l.colon(key); ok {
		return []Edit{l.edit(colon+1, colon+1, " "+text)}, nil
	}
	if _, ok := l.element(n.parent, l.indexOf(n)); !ok {
		return nil, refuse("the key of %s is written in an unusual way", describe(n))
	}
	return []Edit{l.edit(key.end, key.end, f.colon+text)}, nil
}

// indexOf is which of its parent's elements n is.
func (l layout) indexOf(n *Node) int {
	for i := range n.parent.children {
		if &n.parent.children[i] == n {
			if n.parent.kind == Mapping {
				return i / 2
			}
			return i
		}
	}
	return -1
}

// replaceItem replaces n, an item of a block sequence or a document's root.
func (l layout) replaceItem(n *Node, v any) ([]Edit, error) {
	text, inline := l.inline(n, v)
	s := l.blockStyle(n, n.start)
	switch {
	case !n.isWritten() && n.parent == nil:
		return nil, refuse("the document is empty")
	case !n.isWritten():
		if !inline {
			text = s.encode(v, l.indentation(n.parent.start)+2)
		}
		return []Edit{l.edit(n.start, n.start, " "+text)}, nil
	case !inline:
		if _, opens := l.opensLine(n.start); !opens && n.parent == nil { // behind ---
			text = s.eol + s.encode(v, 0)
			break
		}
		text = s.encode(v, l.indentation(n.start))
	}
	return []Edit{l.edit(n.start, l.contentEnd(n), text)}, nil
}

// replaceField replaces n, the value under a key of a block mapping.
func (l layout) replaceField(n *Node, v any) ([]Edit, error) {
	key := n.Key()
	colon, ok := l.colon(key)
	if !ok {
		return nil, refuse("the key of %s is written in an unusual way", describe(n))
	}
	text, inline := l.inline(n, v)
	behind := colon + 1
	keyLine := l.lineEnd(behind)
	if inline && (!n.isWritten() || n.kind < Sequence || n.style == Flow) {
		if !n.isWritten() {
			return []Edit{l.edit(behind, behind, " "+text)}, nil
		}
		return []Edit{l.edit(n.start, l.contentEnd(n), text)}, nil
	}
	if !inline {
		s := l.blockStyle(n.parent, behind)
		below := s.below(v, l.indentation(key.start))
		text = s.newLine(below) + s.encode(v, below)
	}
	end := behind
	if n.isWritten() {
		end = l.contentEnd(n)
	}
	last, free := l.rest(end)
	if !free {
		return nil, refuse("more stands behind %s on its line", describe(n))
	}
	comment := string(l.text[behind:keyLine]) // or nothing
	switch {
	case !n.isWritten():
		return []Edit{l.edit(keyLine, keyLine, text)}, nil
	case n.start <= keyLine: // it starts on the key's line: its comment stays there
		own := string(l.text[end:last])
		if strings.HasPrefix(own, "#") {
			own = " " + own
		}
		return []Edit{l.edit(behind, last, own+text)}, nil
	case inline:
		return []Edit{l.edit(behind, last, " "+text+comment)}, nil
	}
	return []Edit{l.edit(keyLine, last, text)}, nil
}
