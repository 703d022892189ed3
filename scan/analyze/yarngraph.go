package analyze

import (
	"maps"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A yarnProject is what the package.json of a project and its workspaces say.
type yarnProject struct {
	manifests map[string]*nodeManifest // by directory; "." is the project's
	partial   bool                     // one could not be read
}

// A yarnTree is the entries of a lock file, and the project's parts.
type yarnTree struct {
	graph       nodeGraph
	at          map[string][]int // indexes in the graph, by pattern
	byName      map[string][]int
	parts       map[string]int // the project's, by name
	resolutions map[string]string
	first       int // index of the first entry
}

// yarnComponents are the packages of a lock file. Those beside an error are all,
// but what they need, and for what, is not.
func yarnComponents(y *yarnFile, p yarnProject) ([]artifact.Component, error) {
	t := yarnTree{
		at: make(map[string][]int), byName: make(map[string][]int), parts: make(map[string]int),
		resolutions: make(map[string]string),
	}
	root := p.manifests["."]
	if root != nil {
		for _, r := range root.Resolutions {
			t.resolutions[resolutionName(r[0])] = r[1]
		}
	}
	err := t.read(y, p)
	if err == nil {
		if y.Berry || root != nil {
			t.graph.relate()
		}
		if root != nil && !y.Partial && !p.partial {
			t.graph.markDev()
		}
	}
	return t.graph.components(), err
}

func (t *yarnTree) read(y *yarnFile, p yarnProject) error {
	if !y.Berry {
		if err := t.addParts(p); err != nil {
			return err
		}
	}
	if err := t.addEntries(y, p); err != nil {
		return err
	}
	for i, e := range y.Entries {
		if err := t.find(t.first+i, e, p); err != nil {
			return err
		}
	}
	if !y.Berry {
		return t.findParts(p)
	}
	return nil
}

// addParts adds the project and its workspaces, which a file of Yarn 1 lacks.
func (t *yarnTree) addParts(p yarnProject) error {
	for _, dir := range slices.Sorted(maps.Keys(p.manifests)) {
		m := p.manifests[dir]
		n := lockedNode{name: m.Name, version: m.Version, relationship: artifact.Workspace}
		if dir == "." {
			n.relationship = artifact.Root
		}
		i, err := t.graph.add(n)
		if err != nil {
			return err
		}
		t.parts[m.Name] = i
	}
	t.first = len(t.graph.nodes)
	return nil
}

// findParts finds what the project and its workspaces need, with a file of Yarn 1.
func (t *yarnTree) findParts(p yarnProject) error {
	for i, dir := range slices.Sorted(maps.Keys(p.manifests)) {
		m, n := p.manifests[dir], &t.graph.nodes[i]
		var err error
		if n.needs, err = t.findAll(n.needs, m.Needs); err != nil {
			return err
		}
		if n.devNeeds, err = t.findAll(n.devNeeds, m.DevNeeds); err != nil {
			return err
		}
	}
	return nil
}

// addEntries adds a node for each entry.
func (t *yarnTree) addEntries(y *yarnFile, p yarnProject) error {
	for _, e := range y.Entries {
		n := lockedNode{name: e.Name, version: e.Version, lines: []artifact.LineRange{{First: e.First, Last: e.Last}}}
		if e.Workspace != "" {
			n.relationship = artifact.Workspace
			if e.Workspace == "." {
				n.relationship = artifact.Root
			}
			if m := p.manifests[e.Workspace]; m != nil {
				n.version = m.Version
			}
		}
		i, err := t.graph.add(n)
		if err != nil {
			return err
		}
		if e.Workspace != "" {
			t.parts[e.Name] = i
		}
		for _, pattern := range e.Patterns {
			t.at[pattern] = append(t.at[pattern], i)
			name, _ := splitLocator(pattern)
			if list := t.byName[name]; len(list) == 0 || list[len(list)-1] != i {
				t.byName[name] = append(list, i)
			}
		}
	}
	return nil
}

// find finds what an entry needs. What a workspace of berry needs for development
// is among it, and told by its package.json.
func (t *yarnTree) find(i int, e yarnEntry, p yarnProject) error {
	n := &t.graph.nodes[i]
	needs := e.Needs
	if m := p.manifests[e.Workspace]; e.Workspace != "" && m != nil {
		isDev := m.isOnlyDev()
		var forDev []nodeNeed
		needs = nil
		for _, need := range e.Needs {
			if isDev(need[0]) {
				forDev = append(forDev, need)
			} else {
				needs = append(needs, need)
			}
		}
		var err error
		if n.devNeeds, err = t.findAll(nil, forDev); err != nil {
			return err
		}
	}
	var err error
	n.needs, err = t.findAll(nil, needs)
	return err
}

// findAll appends to list the nodes that needs are locked to.
func (t *yarnTree) findAll(list []int, needs []nodeNeed) ([]int, error) {
	for _, need := range needs {
		found := t.lookUp(need)
		for range max(1, len(found)) {
			if err := t.graph.need(); err != nil {
				return list, err
			}
		}
		list = append(list, found...)
	}
	return list, nil
}

// lookUp lists the nodes that what is asked for is locked to. It is one, two where
// a package and a patch of it are locked for the same, or none.
func (t *yarnTree) lookUp(need nodeNeed) []int {
	name, asked := need[0], need[1]
	if list := t.locked(name, asked); list != nil {
		return list
	}
	if i, ok := t.parts[name]; ok {
		return []int{i}
	}
	if other, ok := t.resolutions[name]; ok {
		if list := t.locked(name, other); list != nil {
			return list
		}
	}
	list := t.byName[name]
	return list[:min(len(list), maxSameName)]
}

// maxSameName bounds the versions of one package that are taken for what is asked
// for where none is known to be.
const maxSameName = 256

func (t *yarnTree) locked(name, asked string) []int {
	if list := t.at[name+"@"+asked]; list != nil {
		return list[:min(len(list), maxSameName)]
	}
	list := t.at[name+"@npm:"+asked]
	return list[:min(len(list), maxSameName)]
}

// resolutionName is the name of the package that a resolution is for: NAME,
// PARENT/NAME or **/NAME, and behind
// each of the names may be @RANGE.
func resolutionName(key string) string {
	if i := strings.LastIndexByte(key, '@'); i > 0 && key[i-1] != '/' && !strings.Contains(key[i:], "/") {
		key = key[:i]
	}
	elements := strings.Split(key, "/")
	last := len(elements) - 1
	if last > 0 && strings.HasPrefix(elements[last-1], "@") {
		return elements[last-1] + "/" + elements[last]
	}
	return elements[last]
}
