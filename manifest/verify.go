package manifest

import (
	"math"
	"sort"
)

// verify reports whether text, which is file's with the edits made, holds what
// file does but for what was edited. It knows nothing of how edits are made.
func verify(file *File, edits []Edit, text []byte) error {
	c := comparison{edits: edits, lines: spanner{text: file.Text}}
	shift := 0
	for _, e := range edits {
		c.added = append(c.added, segment{e.Start + shift, e.Start + shift + len(e.Text)})
		shift += len(e.Text) - (e.End - e.Start)
	}
	before, after := readDocuments(file), readDocuments(&File{Path: file.Path, Text: text})
	if len(before) != len(after) {
		return refuse("%s would have %d documents, not %d", file.Path, len(after), len(before))
	}
	for i := range before {
		old, changed := before[i], after[i]
		if old == nil && changed == nil {
			continue // unreadable, and no place for edits
		}
		if old == nil || changed == nil {
			return refuse("document %d of %s would not be readable", i+1, file.Path)
		}
		if !c.matches(old.Root, changed.Root) {
			return refuse("document %d of %s would change in more than what is edited", i+1, file.Path)
		}
		if c.near(old.Root) && changed.cut() < changed.End {
			return refuse("document %d of %s would end before its text does", i+1, file.Path)
		}
	}
	return nil
}

// cut is where text stands behind what is read of the document: the parser does
// not read it. It is the document's end where there is none.
func (d *Document) cut() int {
	if d.json {
		return d.End
	}
	l := layoutOf(d.Root)
	return min(l.skip(d.Root.end), d.End)
}

// readDocuments reads what is in a file; nil stands for what cannot be read.
func readDocuments(file *File) []*Document {
	r := &reader{file: file, limits: Limits{Nodes: math.MaxInt, Depth: 10_000}.withDefaults()}
	var all []*Document
	segments(file.Text, func(seg segment) bool {
		docs, err := r.documents(seg)
		all = append(all, docs...)
		if err != nil {
			all = append(all, nil)
		}
		return true
	})
	return all
}

// A comparison compares the nodes of a text before and after edits.
type comparison struct {
	edits []Edit
	lines spanner   // of the text before
	added []segment // the edits' texts, in the text after them
}

// from is the first edit that ends at pos or behind it.
func (c *comparison) from(pos int) int {
	return sort.Search(len(c.edits), func(i int) bool { return c.edits[i].End >= pos })
}

// near reports whether an edit replaces, or adds to, a part of n; what stands
// behind it on its line is near too.
func (c *comparison) near(n *Node) bool {
	i := c.from(n.start)
	return i < len(c.edits) && c.edits[i].Start <= c.lines.lineEnd(n.end)
}

// replaced reports whether an edit replaces the whole of n, which is written; the
// line end behind a block scalar may stay.
func (c *comparison) replaced(n *Node) bool {
	for i := c.from(layoutOf(n).contentEnd(n)); i < len(c.edits) && c.edits[i].Start <= n.start; i++ {
		if c.edits[i].Start < c.edits[i].End {
			return true
		}
	}
	return false
}

// isAdded reports whether n, of the text after the edits, is of an edit's text.
func (c *comparison) isAdded(n *Node) bool {
	i := sort.Search(len(c.added), func(i int) bool { return c.added[i].end > n.start })
	return i < len(c.added) && c.added[i].start <= n.start
}

// matches reports whether changed is old, but for what was edited.
func (c *comparison) matches(old, changed *Node) bool {
	switch {
	case !c.near(old):
		return sameNode(old, changed)
	case !old.isWritten():
		return c.isAdded(changed) || sameNode(old, changed)
	case c.replaced(old):
		return true
	}
	if old.kind < Sequence || old.style == Alias {
		i := c.from(old.start + 1) // a part of a scalar is the caller's own edit
		return i < len(c.edits) && c.edits[i].Start < old.end || sameNode(old, changed)
	}
	if old.kind != changed.kind || changed.style == Alias {
		return false
	}
	stride := 1
	if old.kind == Mapping {
		stride = 2
	}
	k := 0
	next := func() *Node { // the next child that was there before
		for ; k < len(changed.children); k += stride {
			if !c.isAdded(&changed.children[k]) {
				k += stride
				return &changed.children[k-stride]
			}
		}
		return nil
	}
	for i := 0; i < len(old.children); i += stride {
		was := &old.children[i]
		if c.replaced(was) {
			continue
		}
		if stride == 1 && !was.isWritten() && k < len(changed.children) && c.near(was) && c.isAdded(&changed.children[k]) {
			k++ // an item that is written now
			continue
		}
		is := next()
		if is == nil {
			return false
		}
		if old.kind == Sequence {
			if !c.matches(was, is) {
				return false
			}
			continue
		}
		if !sameNode(was, is) || !c.matches(&old.children[i+1], &changed.children[k-1]) {
			return false
		}
	}
	return next() == nil && c.addedOnce(changed, stride)
}

// addedOnce reports whether no key was added that is there already.
func (c *comparison) addedOnce(n *Node, stride int) bool {
	for i := 0; stride == 2 && i < len(n.children); i += 2 {
		if !c.isAdded(&n.children[i]) {
			continue
		}
		for k := 0; k < len(n.children); k += 2 {
			if k != i && n.children[k].keyText() == n.children[i].keyText() {
				return false
			}
		}
	}
	return true
}

// sameNode reports whether two nodes have the same text and kind all the way down.
func sameNode(a, b *Node) bool {
	if a.kind != b.kind || (a.style == Alias) != (b.style == Alias) || a.text != b.text || len(a.children) != len(b.children) {
		return false
	}
	for i := range a.children {
		if !sameNode(&a.children[i], &b.children[i]) {
			return false
		}
	}
	return true
}
