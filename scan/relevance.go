package scan

import (
	"path"
	"slices"
)

// A relevance is the paths that can change which facts are visible, of layers
// without links. Those are the paths that facts are at, the directories they are
// in, and what lies below one of them as if it were a directory. All others need
// not be in the tree, which for a large directory is nearly all of it.
type relevance struct {
	facts map[string]bool // true: a fact is there; false: one is below
	dir   string          // that was asked about last
	below bool            // it is, or is below, the path of a fact
}

// newRelevance is nil, which has all paths, where there is a link: it can make
// any path another.
func newRelevance(layers []layerContent) *relevance {
	for i := range layers {
		if slices.ContainsFunc(layers[i].entries, func(e entry) bool { return isLink(e.Kind) }) {
			return nil
		}
	}
	r := &relevance{facts: make(map[string]bool)}
	for i := range layers {
		for _, f := range layers[i].facts {
			p := layers[i].entries[f.entry].Path
			r.facts[p] = true
			for p != "." {
				p = path.Dir(p)
				if _, ok := r.facts[p]; ok {
					break
				}
				r.facts[p] = false
			}
		}
	}
	return r
}

func (r *relevance) has(name string) bool {
	if r == nil {
		return true
	}
	if _, ok := r.facts[name]; ok {
		return true
	}
	dir := path.Dir(name)
	if dir != r.dir {
		r.dir, r.below = dir, false
		for dir != "." && !r.below {
			r.below = r.facts[dir]
			dir = path.Dir(dir)
		}
	}
	return r.below
}
