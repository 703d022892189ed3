package scan

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A tree is the file system that layers add up to, with the facts of the files
// that are visible in it.
type tree struct {
	root     *node
	maxLinks int
	relevant *relevance     // the paths that are put into it
	factual  []*node        // nodes that were given facts; some may be hidden by now
	links    []*node        // wanted links; likewise
	borrowed []placed       // facts found through a link, visible while it leads there
	origins  map[string]int // the introducing layer, by identity
	cut      bool           // something was hidden since factual and links were pruned
	crowded  bool           // a file has more wanted links than count
}

// A node is a path of the tree.
type node struct {
	name     string
	parent   *node // itself at the root
	children map[string]*node
	kind     artifact.Kind
	link     string
	layer    int   // that put it here
	entry    int   // in that layer
	content  *node // of a hard link: the file whose content it shares, hidden or not
	heirs    int   // of a file: the hard links that its facts count for
	wanted   []int // of a link: analyzers that want a file here
	facts    []placed
}

// A placed fact is a fact at a node.
type placed struct {
	*fact
	node *node
	path string // of the file that lists what it says
}

// squash adds layers up, base first. Layers that could not be read count as
// empty. Beside the visible facts, the tree knows for each component in which
// layer it was introduced. The error is ctx's.
func squash(ctx context.Context, layers []layerContent, maxLinks int) (*tree, error) {
	t := newTree(maxLinks)
	t.relevant = newRelevance(layers)
	return t, t.applyAll(ctx, layers)
}

func newTree(maxLinks int) *tree {
	t := &tree{maxLinks: maxLinks, origins: make(map[string]int)}
	t.root = &node{kind: artifact.KindDir}
	t.root.parent = t.root
	return t
}

func (t *tree) applyAll(ctx context.Context, layers []layerContent) error {
	for i := range layers {
		if err := ctx.Err(); err != nil {
			return err
		}
		t.apply(i, &layers[i])
	}
	return nil
}

// apply puts layer i on top: first what it hides, then what it brings.
func (t *tree) apply(i int, l *layerContent) {
	if slices.ContainsFunc(l.entries, hides) {
		t.hideBeneath(i, l)
	}
	facts, wanted, before := l.facts, l.wanted, len(t.factual)
	for at, e := range l.entries {
		var own []*fact
		for len(facts) > 0 && facts[0].entry == at {
			own, facts = append(own, &facts[0]), facts[1:]
		}
		var analyzers []int
		if len(wanted) > 0 && wanted[0].entry == at {
			analyzers, wanted = wanted[0].analyzers, wanted[1:]
		}
		if !t.relevant.has(e.Path) {
			continue
		}
		if n := t.put(i, at, e); n != nil {
			n.wanted = analyzers
			t.place(n, own)
		}
	}
	if t.cut || len(t.factual) > before || len(t.borrowed) > 0 {
		t.attribute(i)
	}
}

func hides(e entry) bool {
	return e.Kind == artifact.KindWhiteout || e.Kind == artifact.KindOpaque
}

// hideBeneath takes what layer i hides out of the tree. Before that, its
// directories take the place of links, so that what is hidden below one is not
// looked for where the link led.
func (t *tree) hideBeneath(i int, l *layerContent) {
	for at, e := range l.entries {
		if e.Kind != artifact.KindDir {
			continue
		}
		if n := t.at(e.Path); n != nil && n.kind == artifact.KindSymlink {
			t.put(i, at, e)
		}
	}
	for _, e := range l.entries {
		switch e.Kind {
		case artifact.KindWhiteout:
			if n := t.at(e.Path); n != nil && n != t.root {
				t.hide(n)
			}
		case artifact.KindOpaque:
			if n := t.at(e.Path); n != nil && len(n.children) > 0 {
				n.children, t.cut = nil, true
			}
		}
	}
}

// put adds entry number at of layer i, and hides what lay at its path, and under it
// unless both are directories.
func (t *tree) put(i, at int, e entry) *node {
	if hides(e) || e.Path == "." {
		return nil
	}
	dir, base := "", e.Path
	if slash := strings.LastIndexByte(e.Path, '/'); slash >= 0 {
		dir, base = e.Path[:slash], e.Path[slash+1:]
	}
	parent := t.mkdir(i, dir)
	old := parent.children[base]
	if old != nil && old.kind == artifact.KindDir && e.Kind == artifact.KindDir {
		return old
	}
	n := &node{name: base, parent: parent, kind: e.Kind, link: e.Link, layer: i, entry: at}
	if e.Kind == artifact.KindHardlink {
		// Before old is hidden: a link may replace another link to the same file.
		if n.content = t.at(e.Link); n.content != nil && n.content.content != nil {
			n.content = n.content.content
		}
	}
	if old != nil {
		t.hide(old)
	}
	if parent.children == nil {
		parent.children = make(map[string]*node)
	}
	parent.children[base] = n
	return n
}

// place gives n the facts of its own entry, and a hard link those of its
// content that analyzers want at the link's path too.
func (t *tree) place(n *node, own []*fact) {
	for _, f := range own {
		if f.via {
			t.borrowed = append(t.borrowed, placed{f, n, f.path})
		} else {
			n.facts = append(n.facts, placed{f, n, n.path()})
		}
	}
	if n.content != nil && len(n.wanted) > 0 {
		if n.content.heirs++; n.content.heirs > t.maxLinks {
			t.crowded = true
			return
		}
		for _, f := range n.content.facts {
			if slices.Contains(n.wanted, f.analyzer) {
				n.facts = append(n.facts, placed{f.fact, n, n.path()})
			}
		}
	}
	if len(n.facts) > 0 {
		t.factual = append(t.factual, n)
	}
	if len(n.wanted) > 0 {
		t.links = append(t.links, n)
	}
}

// mkdir returns the directory at path, following links to directories, and
// makes what is missing. What is in the way and no directory is replaced by one.
func (t *tree) mkdir(i int, path string) *node {
	n, _ := t.resolve(path, true, func(parent *node, name string) *node {
		if old := parent.children[name]; old != nil {
			t.hide(old)
		}
		n := &node{name: name, parent: parent, kind: artifact.KindDir, layer: i}
		if parent.children == nil {
			parent.children = make(map[string]*node)
		}
		parent.children[name] = n
		return n
	})
	return n
}

// at returns the node at path, following links in its directory part but not in
// its last element, or nil.
func (t *tree) at(path string) *node {
	if path == "." {
		return t.root
	}
	n, _ := t.resolve(path, false, nil)
	return n
}

// follow returns the node at path with all links followed, or nil where there
// is none. The error is that there are too many links.
func (t *tree) follow(path string) (*node, error) {
	return t.resolve(path, true, nil)
}

// resolve walks path from the root. It follows symbolic links, in the last
// element only if last is set, at most maxLinks of them and never above the
// root. Where there is no directory to go on from, it returns nil, or goes on
// from the one that mkdir makes.
func (t *tree) resolve(path string, last bool, mkdir func(parent *node, name string) *node) (*node, error) {
	at, links, rest := t.root, 0, path
	for rest != "" {
		name, after, _ := strings.Cut(rest, "/")
		switch {
		case name == "" || name == ".":
			rest = after
			continue
		case name == "..":
			at, rest = at.parent, after
			continue
		case at.kind != artifact.KindDir:
			return nil, nil
		}
		next := at.children[name]
		if next != nil && next.kind == artifact.KindSymlink && (after != "" || last) {
			if links++; links <= t.maxLinks {
				if strings.HasPrefix(next.link, "/") {
					at = t.root
				}
				rest = next.link + "/" + after
				continue
			}
			if mkdir == nil {
				return nil, fmt.Errorf("resolve %s: %w: more than %d links", path, ErrLimit, t.maxLinks)
			}
		}
		if mkdir != nil && (next == nil || next.kind != artifact.KindDir) {
			next = mkdir(at, name)
		}
		if next == nil {
			return nil, nil
		}
		at, rest = next, after
	}
	return at, nil
}

// hide takes n and all below it out of the tree.
func (t *tree) hide(n *node) {
	delete(n.parent.children, n.name)
	t.cut = true
}

// visible reports whether n is still in the tree.
func (t *tree) visible(n *node) bool {
	for n != t.root {
		if n.parent.children[n.name] != n {
			return false
		}
		n = n.parent
	}
	return true
}

// attribute finds, after layer i, the layer that introduced each component: the
// one before, for a component that was visible before, wherever its database
// lay then; else i.
func (t *tree) attribute(i int) {
	if t.cut {
		hidden := func(n *node) bool { return !t.visible(n) }
		t.factual = slices.DeleteFunc(t.factual, hidden)
		t.links = slices.DeleteFunc(t.links, hidden)
		t.cut = false
	}
	origins := make(map[string]int, len(t.origins))
	for f := range t.visibleFacts() {
		for at := range f.Components {
			id := identity(f, &f.Components[at])
			if before, ok := t.origins[id]; ok {
				origins[id] = before
			} else {
				origins[id] = i
			}
		}
	}
	t.origins = origins
}

// visibleFacts yields the facts of visible files, in the order of the layers and
// their entries, then those of files that a visible link leads to.
func (t *tree) visibleFacts() iter.Seq[placed] {
	return func(yield func(placed) bool) {
		for _, n := range t.factual {
			if t.cut && !t.visible(n) {
				continue
			}
			for _, f := range n.facts {
				if !yield(f) {
					return
				}
			}
		}
		for _, f := range t.borrowed {
			if n, _ := t.follow(f.path); n != nil && n.file() == f.node && !yield(f) {
				return
			}
		}
	}
}

// file is the node that n, a regular file or a hard link to one, has its content
// from; nil for all others.
func (n *node) file() *node {
	if n.content != nil {
		n = n.content
	}
	if n.kind != artifact.KindRegular {
		return nil
	}
	return n
}

// An unread file is one that a link puts where analyzers want a file, though at
// its own path none did.
type unread struct {
	*node
	path      string // where it is wanted
	analyzers []int
}

// unread lists those files, by path. The error joins those of links that could
// not be followed.
func (t *tree) unread(d *dispatch) ([]unread, error) {
	wanted := make(map[string][]int)
	for path := range d.byPath {
		wanted[path] = d.chooseLink(path)
	}
	for _, n := range t.links {
		if t.visible(n) {
			path := n.path()
			wanted[path] = sortedSet(slices.Concat(wanted[path], n.wanted))
		}
	}
	for dir := range d.byDir {
		n, _ := t.follow(dir)
		if n == nil || n.path() == dir {
			continue
		}
		for name := range n.children {
			path := dir + "/" + name
			wanted[path] = d.chooseLink(path)
		}
	}

	var files []unread
	var errs []error
	ways := make(map[*node]int) // to one file
	for _, path := range slices.Sorted(maps.Keys(wanted)) {
		n, err := t.follow(path)
		if err != nil {
			errs = append(errs, err)
		}
		if n == nil || n.file() == nil {
			continue
		}
		n = n.file()
		var missing []int
		for _, a := range wanted[path] {
			read := func(f placed) bool { return f.node == n && f.analyzer == a && (!f.via || f.path == path) }
			if !slices.ContainsFunc(n.facts, read) && !slices.ContainsFunc(t.borrowed, read) {
				missing = append(missing, a)
			}
		}
		if len(missing) == 0 {
			continue
		}
		if ways[n]++; ways[n] > t.maxLinks {
			t.crowded = true
			continue
		}
		files = append(files, unread{n, path, missing})
	}
	if t.crowded {
		errs = append(errs, fmt.Errorf("%w: a file has more than %d links that packages are looked for at", ErrLimit, t.maxLinks))
	}
	return files, join(errs...)
}

// identity tells components apart across layers: by analyzer, name, version
// (with its epoch) and architecture, and by path where that matters.
func identity(f placed, c *artifact.Component) string {
	id := strings.Join([]string{string(rune(f.analyzer)), c.Name, c.Version, c.Arch}, "\x00")
	if !c.Type.System() {
		id += "\x00" + f.path
	}
	return id
}

// path is the real path of n.
func (n *node) path() string {
	if n.parent == n {
		return "."
	}
	if n.parent.parent == n.parent {
		return n.name
	}
	return n.parent.path() + "/" + n.name
}
