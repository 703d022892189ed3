package artifact

import (
	"cmp"
	"path"
	"slices"
)

// A Tree is what one analyzer learnt of the files that are visible in the end.
// It is the Resolver's to change.
type Tree struct {
	files  []*TreeFile
	byPath map[string]*TreeFile
}

// A TreeFile is one of them.
type TreeFile struct {
	Path  string
	Layer int // index of the layer the file is in
	Facts Facts
}

// NewTree makes a tree of files, which it sorts. Of two at one path, the first
// is found by [Tree.File].
func NewTree(files ...*TreeFile) *Tree {
	t := &Tree{files: slices.Clone(files), byPath: make(map[string]*TreeFile, len(files))}
	slices.SortStableFunc(t.files, func(a, b *TreeFile) int { return cmp.Compare(a.Path, b.Path) })
	for _, f := range t.files {
		if t.byPath[f.Path] == nil {
			t.byPath[f.Path] = f
		}
	}
	return t
}

// Files are the files of t, sorted by path.
func (t *Tree) Files() []*TreeFile { return t.files }

// File is the one at that path, or nil.
func (t *Tree) File(path string) *TreeFile { return t.byPath[path] }

// Beside is the file called base in the directory of f, or nil.
func (t *Tree) Beside(f *TreeFile, base string) *TreeFile {
	return t.byPath[path.Join(path.Dir(f.Path), base)]
}
