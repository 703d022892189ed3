package analyze

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Bounds of a tree of projects.
const (
	pomAncestors = 32      // parents of a project, and theirs
	pomWork      = 1 << 24 // projects asked for something, all in all
)

// A pomProject is a project of the tree.
type pomProject struct {
	pomModel
	path    string
	parent  *pomProject // nil: it has none, or none in the tree
	absent  string      // the parent that is not in the tree
	managed map[string]*pomDependency
	imports []*pomDependency
	boms    *pomImports
	work    *int // that is left in the tree
}

// pomImports are what a project imports: those in the tree, and the first that
// is not.
type pomImports struct {
	list   []*pomProject
	absent string
}

// A pomTree is all projects of a tree.
type pomTree struct {
	list      []*pomProject // by path
	byPath    map[string]*pomProject
	byWritten map[string]*pomProject // by group:artifact:version as written
	byName    map[string]*pomProject // and as it is meant
	work      int
}

// newPOMTree takes the models out of the facts of t.
func newPOMTree(t *artifact.Tree) *pomTree {
	pt := &pomTree{
		byPath:    make(map[string]*pomProject),
		byWritten: make(map[string]*pomProject),
		byName:    make(map[string]*pomProject),
		work:      pomWork,
	}
	for _, f := range t.Files() {
		custom, ok := f.Facts.Custom[pomCustom]
		if !ok {
			continue
		}
		delete(f.Facts.Custom, pomCustom)
		p := &pomProject{path: f.Path, work: &pt.work}
		if json.Unmarshal(custom, &p.pomModel) != nil {
			continue // Analyze wrote it
		}
		pt.list = append(pt.list, p)
		pt.byPath[p.path] = p
		first(pt.byWritten, p.group()+":"+p.Artifact+":"+p.version(), p)
	}
	for _, p := range pt.list {
		p.parent = pt.findParent(p)
		if p.Parent != nil && p.parent == nil {
			p.absent = p.Parent.Group + ":" + p.Parent.Artifact + ":" + p.Parent.Version
		}
	}
	for _, p := range pt.list {
		first(pt.byName, p.effective(p.group())+":"+p.effective(p.Artifact)+":"+p.effective(p.version()), p)
		p.index()
	}
	return pt
}

// first sets the value of key, if it has none.
func first(m map[string]*pomProject, key string, p *pomProject) {
	if m[key] == nil {
		m[key] = p
	}
}

// index files the managed dependencies under what they are for. Of two for the
// same the first counts.
func (p *pomProject) index() {
	p.managed = make(map[string]*pomDependency, len(p.Managed))
	for i := range p.Managed {
		d := &p.Managed[i]
		if d.Scope == "import" {
			p.imports = append(p.imports, d)
			continue
		}
		if key := p.key(d); p.managed[key] == nil {
			p.managed[key] = d
		}
	}
}

// key is what a managed dependency has in common with those it is for. Names
// may have variables; that of the project's own group is common.
func (p *pomProject) key(d *pomDependency) string {
	t := d.Type
	if t == "" {
		t = "jar"
	}
	own := func(s string) string {
		if strings.Contains(s, "${") {
			if text, err := expand(s, p.lookup); err == nil {
				return text
			}
		}
		return s
	}
	return own(d.Group) + ":" + own(d.Artifact) + ":" + t + ":" + own(d.Classifier)
}

// findParent is the project of the tree that p inherits from: the one at its
// relativePath, if that is it, else any of that name and version.
func (pt *pomTree) findParent(p *pomProject) *pomProject {
	if p.Parent == nil {
		return nil
	}
	if relative := p.Parent.Path; relative != "" {
		at := path.Join(path.Dir(p.path), relative)
		if path.Ext(at) != ".xml" {
			at = path.Join(at, "pom.xml")
		}
		if q := pt.byPath[at]; q != nil && q != p && q.group() == p.Parent.Group && q.Artifact == p.Parent.Artifact {
			return q
		}
	}
	q := pt.byWritten[p.Parent.Group+":"+p.Parent.Artifact+":"+p.Parent.Version]
	if q == p {
		return nil
	}
	return q
}

// effective is text with the variables replaced that p has a value for; text
// itself if it has one without.
func (p *pomProject) effective(text string) string {
	if s, err := expand(text, p.lookup); err == nil {
		return s
	}
	return text
}

// ancestors yields p, its parent, and so on.
func (p *pomProject) ancestors(yield func(*pomProject) bool) {
	for q, n := p, 0; q != nil && n < pomAncestors && *p.work > 0; q, n = q.parent, n+1 {
		*p.work--
		if !yield(q) || q.parent == p {
			return
		}
	}
}

// lookup is the value of a variable in p: that of the property of the nearest
// project that has it, else one that all projects have.
func (p *pomProject) lookup(name string) (string, bool) {
	for q := range p.ancestors {
		if value, ok := q.Properties[name]; ok {
			return value, true
		}
	}
	return p.builtin(name)
}

// A managedVersion is what dependencyManagement says of a dependency. Its texts
// are to be read with the variables of its project.
type managedVersion struct {
	*pomDependency
	in *pomProject
}

// manage finds what p says of dependencies with that key: its own
// dependencyManagement, its parents', and then what they import. It returns the
// imports that are not in the tree, of which one may have said it.
func (pt *pomTree) manage(p *pomProject, key string, seen map[*pomProject]bool) (found managedVersion, absent string) {
	for q := range p.ancestors {
		if d := q.managed[key]; d != nil {
			return managedVersion{d, p}, ""
		}
	}
	imports := pt.imports(p)
	absent = imports.absent
	for _, bom := range imports.list {
		if seen == nil {
			seen = map[*pomProject]bool{p: true}
		}
		if pt.work--; pt.work <= 0 {
			break
		}
		if seen[bom] {
			continue
		}
		seen[bom] = true
		found, missing := pt.manage(bom, key, seen)
		if found.pomDependency != nil {
			return found, ""
		}
		absent = cmp.Or(absent, missing)
	}
	return managedVersion{}, absent
}

// imports are those of p, and of its parents.
func (pt *pomTree) imports(p *pomProject) *pomImports {
	if p.boms != nil {
		return p.boms
	}
	p.boms = &pomImports{}
	for q := range p.ancestors {
		for _, d := range q.imports {
			name := p.effective(d.Group) + ":" + p.effective(d.Artifact) + ":" + p.effective(d.Version)
			if bom := pt.byName[name]; bom != nil {
				p.boms.list = append(p.boms.list, bom)
			} else if p.boms.absent == "" {
				p.boms.absent = fmt.Sprintf("%.*s", 4*maxQuote, name)
			}
		}
	}
	return p.boms
}
