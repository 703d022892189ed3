package manifest

import "sort"

// fewKeys is up to how many keys comparing all with all is faster than a map.
const fewKeys = 24

// A keyIndex finds keys of a mapping that has many.
type keyIndex struct {
	last   map[string]int // of each name, the last key's index in the children
	merged bool           // there is a merge key
}

// index makes the indexes of the large mappings at and below n.
func (d *Document) index(n *Node) {
	if n.target != nil {
		return
	}
	if n.isLarge() {
		x := keyIndex{last: make(map[string]int, len(n.children)/2)}
		for i := 0; i < len(n.children); i += 2 {
			x.last[n.children[i].keyText()] = i
			x.merged = x.merged || n.children[i].isMerge()
		}
		if d.large == nil {
			d.large = make(map[*Node]keyIndex)
		}
		d.large[n] = x
	}
	for i := range n.children {
		d.index(&n.children[i])
	}
}

// isLarge reports whether n is a mapping that has an index.
func (n *Node) isLarge() bool { return n.kind == Mapping && len(n.children) > 2*fewKeys }

// find is the index in the children of the mapping n of the last key of a name, -1
// where there is none; merged says that n has a merge key, if there is none.
func (n *Node) find(name string) (i int, merged bool) {
	if n.isLarge() {
		x := n.doc.large[n]
		if i, ok := x.last[name]; ok {
			return i, x.merged
		}
		return -1, x.merged
	}
	for i := len(n.children) - 2; i >= 0; i -= 2 {
		key := &n.children[i]
		if key.keyText() == name {
			return i, merged
		}
		merged = merged || key.isMerge()
	}
	return -1, merged
}

// hasMerge reports whether the mapping n has a merge key.
func (n *Node) hasMerge() bool {
	if n.isLarge() {
		return n.doc.large[n].merged
	}
	for i := 0; i < len(n.children); i += 2 {
		if n.children[i].isMerge() {
			return true
		}
	}
	return false
}

// index is n's in the children of its parent.
func (n *Node) index() int {
	all := n.parent.children
	i := sort.Search(len(all), func(i int) bool { return all[i].start >= n.start })
	for ; i < len(all) && all[i].start == n.start; i++ {
		if &all[i] == n {
			return i
		}
	}
	for i := range all { // not in the order of the text
		if &all[i] == n {
			return i
		}
	}
	return -1
}
