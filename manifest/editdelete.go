package manifest

import "bytes"

// remove takes n out of the collection that it is in.
func (n *Node) remove() ([]Edit, error) {
	p := n.parent
	if p == nil {
		return nil, refuse("it is a whole document")
	}
	if n.hasAnchor() {
		return nil, refuse("%s has an anchor in it", describe(n))
	}
	l := layoutOf(n)
	i := l.indexOf(n)
	if p.kind == Mapping {
		if err := l.checkKey(p, i); err != nil {
			return nil, err
		}
	}
	e, ok := l.element(p, i)
	if !ok || l.isPair(p) || p.props {
		return nil, refuse("%s is written in an unusual way", describe(n))
	}
	switch {
	case p.style == Flow:
		return l.removeFlow(p, i, e)
	case p.elements() == 1:
		return l.removeOnly(p, e)
	}
	return l.removeBlock(p, i, e)
}

// checkKey refuses a key whose name stays when the i-th entry of p goes.
func (l layout) checkKey(p *Node, i int) error {
	name := p.children[2*i].keyText()
	for k := 0; k < len(p.children); k += 2 {
		key, value := &p.children[k], &p.children[k+1]
		switch {
		case k == 2*i && key.isMerge():
			return refuse("%s is a merge key", name)
		case k != 2*i && key.keyText() == name:
			return refuse("key %q is there twice", name)
		case !key.isMerge():
		case value.kind != Sequence && value.field(name, maxMerges) != nil:
			return refuse("%s is merged into %s", name, describe(p))
		case value.kind == Sequence:
			for item := range value.Items() {
				if item.field(name, maxMerges) != nil {
					return refuse("%s is merged into %s", name, describe(p))
				}
			}
		}
	}
	return nil
}

// lines is the end of what goes with e: the rest of its last line, without and
// with the line break.
func (l layout) lines(e element) (end, next int, ok bool) {
	if e.value.isWritten() && l.contentEnd(e.value) < e.end { // behind a block scalar's break
		return l.contentEnd(e.value), e.end, true
	}
	end, ok = l.rest(e.end)
	return end, l.nextLine(end), ok
}

// removeBlock removes the i-th of several elements of a block collection.
func (l layout) removeBlock(p *Node, i int, e element) ([]Edit, error) {
	end, next, ok := l.lines(e)
	if !ok {
		return nil, refuse("more stands behind %s on its line", describe(e.value))
	}
	if _, opens := l.opensLine(e.start); opens {
		return []Edit{l.edit(l.lineStart(e.start), next, "")}, nil
	}
	// It starts behind the dash of an item that p is.
	following, ok := l.element(p, i+1)
	if i+1 == p.elements() || !ok {
		return nil, refuse("%s is written in an unusual way", describe(e.value))
	}
	if len(bytes.TrimSpace(l.text[next:following.start])) == 0 {
		return []Edit{l.edit(e.start, following.start, "")}, nil
	}
	start := len(bytes.TrimRight(l.text[:e.start], " \t")) // a comment comes first: the dash stands alone
	return []Edit{l.edit(start, end, "")}, nil
}

// removeOnly removes the only element of the block collection p, which becomes an
// empty one.
func (l layout) removeOnly(p *Node, e element) ([]Edit, error) {
	empty := "{}"
	if p.kind == Sequence {
		empty = "[]"
	}
	if p.parent == nil || p.parent.kind == Sequence {
		return []Edit{l.edit(e.start, l.contentEnd(p), empty)}, nil
	}
	key := p.Key()
	colon, ok := l.colon(key)
	_, opens := l.opensLine(e.start)
	_, next, free := l.lines(e)
	if !ok || !opens || !free {
		return nil, refuse("%s is written in an unusual way", describe(p))
	}
	insert := l.edit(colon+1, colon+1, " "+empty)
	return []Edit{insert, l.edit(l.lineStart(e.start), next, "")}, nil
}

// removeFlow removes the i-th element of a collection in brackets, with a comma.
func (l layout) removeFlow(p *Node, i int, e element) ([]Edit, error) {
	count := p.elements()
	behind := l.skip(e.end) // the comma or bracket
	if behind >= len(l.text) {
		return nil, refuse("%s has no end", describe(p))
	}
	trailing := l.text[behind] == ','
	if count == 1 {
		inside := l.text[p.start+1 : p.end-1]
		if l.doc.json || len(inside) == e.end-e.start || !bytes.Contains(append(append([]byte{}, l.text[p.start+1:e.start]...), l.text[e.end:p.end-1]...), []byte("#")) {
			return []Edit{l.edit(p.start+1, p.end-1, "")}, nil
		}
		if trailing {
			return []Edit{l.edit(e.start, behind+1, "")}, nil
		}
		return []Edit{l.edit(e.start, e.end, "")}, nil
	}
	if i < count-1 {
		following, ok := l.element(p, i+1)
		if !ok || !trailing {
			return nil, refuse("what follows %s is written in an unusual way", describe(e.value))
		}
		if len(bytes.TrimSpace(l.text[behind+1:following.start])) == 0 && l.isBlank(e.end, behind) {
			return []Edit{l.edit(e.start, following.start, "")}, nil
		}
		_, free := l.rest(behind + 1)
		if _, opens := l.opensLine(e.start); opens && free && l.isBlank(e.end, behind) {
			return []Edit{l.edit(l.lineStart(e.start), l.nextLine(behind+1), "")}, nil
		}
		return nil, refuse("a comment stands behind %s", describe(e.value))
	}
	before, ok := l.element(p, i-1)
	if !ok {
		return nil, refuse("what stands before %s is written in an unusual way", describe(e.value))
	}
	comma := l.skip(before.end)
	if comma >= len(l.text) || l.text[comma] != ',' {
		return nil, refuse("what stands before %s is written in an unusual way", describe(e.value))
	}
	end := e.end
	if trailing && l.isBlank(e.end, behind) {
		end = behind + 1
	} else if trailing {
		return nil, refuse("a comment stands behind %s", describe(e.value))
	}
	if last, free := l.rest(end); free && !l.isBlank(end, last) {
		end = last // its comment
	}
	if l.isBlank(before.end, comma) && l.isBlank(comma+1, e.start) {
		if trailing {
			return []Edit{l.edit(comma+1, end, "")}, nil
		}
		return []Edit{l.edit(comma, end, "")}, nil
	}
	if _, opens := l.opensLine(e.start); !opens {
		return nil, refuse("a comment stands before %s", describe(e.value))
	}
	own := l.edit(len(bytes.TrimRight(l.text[:l.lineStart(e.start)], "\r\n")), end, "")
	if trailing {
		return []Edit{own}, nil
	}
	return []Edit{l.edit(comma, comma+1, ""), own}, nil
}

// isBlank reports whether there are only blanks and line breaks in a part.
func (l layout) isBlank(start, end int) bool {
	return start <= end && len(bytes.TrimSpace(l.text[start:end])) == 0
}
