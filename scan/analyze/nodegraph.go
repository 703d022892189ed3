package analyze

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// maxNodeSteps bounds the places looked into for what packages need.
const maxNodeSteps = 1 << 22

// A nodeGraph is the packages of one lock file and what they need.
type nodeGraph struct {
	nodes []lockedNode
	needs int
	steps int
}

// A lockedNode is a package in one place of the tree that a lock file describes.
// The same package can be in several.
type lockedNode struct {
	name, version string // without a version it is no component
	licenses      []string
	lines         []artifact.LineRange
	relationship  artifact.Relationship
	dev           bool
	needs         []int // indexes of what it needs
	devNeeds      []int // of the project's own: what it needs for development only
}

// add appends n, and returns its index.
func (g *nodeGraph) add(n lockedNode) (int, error) {
	if len(g.nodes) == maxLocked {
		return 0, fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxLocked)
	}
	g.nodes = append(g.nodes, n)
	return len(g.nodes) - 1, nil
}

// need counts a dependency.
func (g *nodeGraph) need() error {
	if g.needs++; g.needs > maxNeeds {
		return fmt.Errorf("%w: more than %d dependencies", artifact.ErrLimit, maxNeeds)
	}
	return nil
}

// step counts a place that is looked into for a dependency.
func (g *nodeGraph) step() error {
	if g.steps++; g.steps > maxNodeSteps {
		return fmt.Errorf("%w: more than %d places to look for dependencies", artifact.ErrLimit, maxNodeSteps)
	}
	return nil
}

// isOwn holds for the project and its parts.
func (n *lockedNode) isOwn() bool {
	return n.relationship == artifact.Root || n.relationship == artifact.Workspace
}

// relate sets the relationship of all nodes to the project's own, which have
// theirs: direct what these need, indirect what else is reached from them. A
// node that is not reached keeps what it has.
func (g *nodeGraph) relate() {
	for _, i := range g.reach(func(n *lockedNode) []int { return slices.Concat(n.needs, n.devNeeds) }) {
		if n := &g.nodes[i]; !n.isOwn() {
			n.relationship = artifact.Indirect
		}
	}
	for _, own := range g.nodes {
		if !own.isOwn() {
			continue
		}
		for _, i := range slices.Concat(own.needs, own.devNeeds) {
			if n := &g.nodes[i]; !n.isOwn() {
				n.relationship = artifact.Direct
			}
		}
	}
}

// markDev sets Dev of the nodes that are reached, but only over what the
// project's own need for development.
func (g *nodeGraph) markDev() {
	all := g.reach(func(n *lockedNode) []int { return slices.Concat(n.needs, n.devNeeds) })
	for _, i := range all {
		g.nodes[i].dev = true
	}
	for _, i := range g.reach(func(n *lockedNode) []int { return n.needs }) {
		g.nodes[i].dev = false
	}
}

// reach lists the nodes that are reached from the project's own, and these.
func (g *nodeGraph) reach(needs func(*lockedNode) []int) []int {
	seen := make([]bool, len(g.nodes))
	var list []int
	visit := func(i int) {
		if !seen[i] {
			seen[i] = true
			list = append(list, i)
		}
	}
	for i := range g.nodes {
		if g.nodes[i].isOwn() {
			visit(i)
		}
	}
	for at := 0; at < len(list); at++ { // list grows
		for _, i := range needs(&g.nodes[list[at]]) {
			visit(i)
		}
	}
	return list
}

// components are the packages of g in its order, each once: Dev if it is
// wherever it is, and of several relationships the first.
func (g *nodeGraph) components() []artifact.Component {
	ids := make([]string, len(g.nodes)) // made once: one can be needed very often
	for i, n := range g.nodes {
		if n.version != "" && n.name != "" {
			ids[i] = n.name + "@" + n.version
		}
	}
	var list []artifact.Component
	at := make(map[string]int, len(g.nodes)) // by ID
	for i := range g.nodes {
		n := &g.nodes[i]
		if ids[i] == "" {
			continue
		}
		j, ok := at[ids[i]]
		if !ok {
			j = len(list)
			at[ids[i]] = j
			c := library(vuln.TypeNPM, n.name, n.version)
			c.Relationship, c.Dev = n.relationship, n.dev
			list = append(list, c)
		}
		mergeComponent(&list[j], artifact.Component{
			Relationship: n.relationship, Dev: n.dev, Lines: n.lines, Package: vuln.Package{Licenses: n.licenses},
		})
		for _, need := range slices.Concat(n.needs, n.devNeeds) {
			if ids[need] != "" && ids[need] != ids[i] {
				list[j].DependsOn = append(list[j].DependsOn, ids[need])
			}
		}
	}
	sortDependencies(list)
	for i := range list {
		c := &list[i]
		slices.SortFunc(c.Lines, func(a, b artifact.LineRange) int {
			return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last))
		})
		c.Lines = slices.Compact(c.Lines)
	}
	return list
}

// checkLocked returns an error for a name or version that cannot be kept.
func checkLocked(name, version string) error {
	switch {
	case name == "":
		return errNoName
	case len(name) > maxValue:
		return fmt.Errorf("%w: %d bytes in a name, of %d", artifact.ErrLimit, len(name), maxValue)
	case len(version) > maxValue:
		return fmt.Errorf("%w: %d bytes in a version, of %d", artifact.ErrLimit, len(version), maxValue)
	}
	return nil
}
