package scan

import (
	"path"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// dropOwned leaves out what is listed by files that a package of the
// distribution put there: the package is listed itself, its advisories are the
// distribution's, and its version is not the one that the others know. Which
// layer says that a file is owned does not matter, nor by which link to its
// directory.
func dropOwned(list []artifact.Component, found []located, t *tree) []artifact.Component {
	if !slices.ContainsFunc(list, func(c artifact.Component) bool { return !c.Type.System() }) {
		return list
	}
	o := ownership{tree: t, dirs: make(map[string]string), files: make(map[string]bool)}
	for _, f := range found {
		for _, name := range f.file.Facts.Owned {
			o.files[o.real(name)] = true
		}
	}
	if len(o.files) == 0 {
		return list
	}
	return slices.DeleteFunc(list, func(c artifact.Component) bool {
		return !c.Type.System() && o.files[o.real(c.Path)]
	})
}

// An ownership is the set of files that packages of the distribution put there.
type ownership struct {
	tree  *tree
	dirs  map[string]string // their real paths
	files map[string]bool   // by real path
}

// real is name with the links in its directory followed, where there is such a
// directory: packages say lib/a where the system has usr/lib/a.
func (o *ownership) real(name string) string {
	dir, base := path.Split(name)
	if dir == "" {
		return name
	}
	to, ok := o.dirs[dir]
	if !ok {
		to = dir[:len(dir)-1]
		if n, _ := o.tree.follow(to); n != nil {
			to = n.path()
		}
		o.dirs[dir] = to
	}
	if to == "." {
		return base
	}
	return to + "/" + base
}
