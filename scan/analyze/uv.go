package analyze

import (
	"context"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// UV lists the packages of a uv.lock, in the order of the file, with what each
// depends on, https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile.
// The file is TOML.
//
// The package whose source is editable = "." or virtual = "." is the root, and
// the other members of the manifest are the workspace. What one of these asks
// for, be it for an extra or in a group, is direct, and the rest is indirect. A
// package is for development if the root and the workspace need it in their
// groups (dev-dependencies) alone. An extra of a package counts where somebody
// asks for it. Where several versions of a package are locked, a dependency
// says which it means; if it does not, it is on all of them.
//
// A project whose version is made when it is built has none here, and is left
// out without an error. Any other package without name or version is left out
// and named in the error. Where the file stops being TOML, what is before is
// listed.
var UV artifact.Analyzer = uv{}

type uv struct{}

func (uv) Name() string { return "uv" }
func (uv) Version() int { return 1 }

func (uv) Patterns() []artifact.Pattern { return []artifact.Pattern{{Base: "uv.lock"}} }

func (uv) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	components, err := uvComponents(text)
	if err != nil {
		err = fmt.Errorf("read %s: %w", f.Path, err)
	}
	return artifact.Facts{Components: components}, err
}

// A uvGraph is what depends on what in a uv.lock. Its slices are by index in
// the lock's list.
type uvGraph struct {
	*pypiLock
	nodes []uvNode
}

type uvNode struct {
	needs  []uvEdge
	extras map[string][]uvEdge
	groups []uvEdge // of all groups
}

// A uvEdge is a dependency: the packages it may mean, and the extras of theirs
// that it asks for.
type uvEdge struct {
	to     []int
	extras []string
}

func uvComponents(text []byte) ([]artifact.Component, error) {
	var wrong faults
	root, err := parseTOML(text)
	wrong.note(err)
	manifest, err := root.table("manifest")
	if err != nil {
		wrong.add(1, nil, err)
	}
	members, err := manifest.strings("members")
	if err != nil {
		wrong.add(manifest.first, nil, err)
	}
	g := uvGraph{pypiLock: newPyPILock()}
	indexes := make(map[*tomlTable]int)
	lockTables(root, "package", &wrong, func(t *tomlTable) error {
		i, err := g.addPackage(t, members)
		if err == nil {
			indexes[t] = i
		}
		return err
	})
	g.nodes = make([]uvNode, len(g.list))
	lockTables(root, "package", new(faults), func(t *tomlTable) error {
		if i, ok := indexes[t]; ok {
			if err := g.addEdges(i, t); err != nil {
				wrong.add(t.first, []byte(g.list[i].Name), err)
			}
		}
		return nil
	})
	groups, err := g.tableEdges(manifest, "dependency-groups")
	if err != nil {
		wrong.add(manifest.first, nil, err)
	}
	requirements, err := g.edges(manifest, "requirements")
	if err != nil {
		wrong.add(manifest.first, nil, err)
	}
	g.relate(requirements, flatten(groups))
	return g.components(), wrong.err()
}

// addPackage adds a package and, for now, what it is to the project.
func (g *uvGraph) addPackage(t *tomlTable, members []string) (int, error) {
	name, version, err := lockPackage(t)
	if err != nil {
		return 0, err
	}
	source, err := t.table("source")
	if err != nil {
		return 0, err
	}
	var dir string
	local := false // the project's own tree, or another
	for _, key := range [...]string{"editable", "virtual", "directory"} {
		if source.value(key) != nil {
			if dir, err = source.str(key); err != nil {
				return 0, err
			}
			local = true
		}
	}
	if version == "" && !local {
		return 0, errNoVersion
	}
	i, err := g.add(name, version, false, t.lines())
	if err != nil {
		return 0, err
	}
	member := slices.ContainsFunc(members, func(m string) bool { return normalPyPI(m) == normalPyPI(name) })
	switch {
	case local && dir == ".":
		g.list[i].Relationship = artifact.Root
	case local && member:
		g.list[i].Relationship = artifact.Workspace
	}
	return i, nil
}

// addEdges reads what the package at an index depends on.
func (g *uvGraph) addEdges(i int, t *tomlTable) error {
	n := &g.nodes[i]
	needs, err := g.edges(t, "dependencies")
	if err != nil {
		return err
	}
	extras, err := g.tableEdges(t, "optional-dependencies")
	if err != nil {
		return err
	}
	groups, err := g.tableEdges(t, "dev-dependencies")
	if err != nil {
		return err
	}
	n.needs = append(n.needs, needs...)
	n.groups = append(n.groups, flatten(groups)...)
	if n.extras == nil {
		n.extras = make(map[string][]uvEdge)
	}
	for extra, list := range extras {
		n.extras[extra] = append(n.extras[extra], list...)
	}
	for _, e := range append(slices.Clone(needs), flatten(extras)...) {
		if err := g.link(i, e.to); err != nil {
			return err
		}
	}
	return nil
}

// tableEdges reads the dependencies of each key of the table at key.
func (g *uvGraph) tableEdges(t *tomlTable, key string) (map[string][]uvEdge, error) {
	lists, err := t.table(key)
	if err != nil {
		return nil, err
	}
	all := make(map[string][]uvEdge)
	for _, name := range lists.keys() {
		if all[name], err = g.edges(lists, name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// edges reads the dependencies at key.
func (g *uvGraph) edges(t *tomlTable, key string) ([]uvEdge, error) {
	list, err := t.list(key)
	if err != nil {
		return nil, err
	}
	var edges []uvEdge
	for _, v := range list {
		d, ok := v.(*tomlTable)
		if !ok {
			return nil, errTOMLType(key)
		}
		name, version, err := lockPackage(d)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		extras, err := d.strings("extra")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		e := uvEdge{g.find(name, version), extras}
		if err := g.count(len(e.to) * (1 + len(extras))); err != nil {
			return nil, err
		}
		edges = append(edges, e)
	}
	return edges, nil
}

func flatten(lists map[string][]uvEdge) []uvEdge {
	var all []uvEdge
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// relate says of each package what it is to the project, and whether it is for
// development. What is asked for beforehand is the manifest's own: that of a
// script, or of a workspace without a project at its root.
func (g *uvGraph) relate(asked, development []uvEdge) {
	var project []int
	for i := range g.list {
		if r := g.list[i].Relationship; r == artifact.Root || r == artifact.Workspace {
			project = append(project, i)
			n := &g.nodes[i]
			asked = append(append(asked, n.needs...), flatten(n.extras)...)
			development = append(development, n.groups...)
		}
	}
	if len(project)+len(asked)+len(development) == 0 {
		return
	}
	direct := make(map[int]bool)
	for _, e := range append(slices.Clone(asked), development...) {
		for _, i := range e.to {
			direct[i] = true
		}
	}
	run, develop := g.walk(asked), g.walk(development)
	for _, i := range project {
		run[i] = true
	}
	for i := range g.list {
		c := &g.list[i]
		c.Dev = develop[i] && !run[i]
		switch {
		case c.Relationship != artifact.RelationshipUnknown:
		case direct[i]:
			c.Relationship = artifact.Direct
		default:
			c.Relationship = artifact.Indirect
		}
	}
}

// walk is the packages that edges lead to.
func (g *uvGraph) walk(edges []uvEdge) map[int]bool {
	type state struct {
		index int
		extra string // "": the package itself
	}
	seen := make(map[state]bool)
	reached := make(map[int]bool)
	var todo []state
	push := func(edges []uvEdge) {
		for _, e := range edges {
			for _, i := range e.to {
				for _, extra := range append([]string{""}, e.extras...) {
					if s := (state{i, extra}); !seen[s] {
						seen[s], reached[i] = true, true
						todo = append(todo, s)
					}
				}
			}
		}
	}
	push(edges)
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if s.extra == "" {
			push(g.nodes[s.index].needs)
		} else {
			push(g.nodes[s.index].extras[s.extra])
		}
	}
	return reached
}
