package analyze

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// BunLock lists the packages of Bun's lock file, bun.lock, but for those below a
// node_modules. https://bun.com/docs/pm/lockfile
//
// The file is JSON in which comments, and commas behind a last element, are
// allowed. Its packages come in their order, each name and version once, with
// the lines of all its places; a package that goes by another name (an alias)
// has its own. The project and its workspaces are Root and Workspace where the
// file has their versions. A package whose version is the address of a tarball
// has the version in the tarball's name (NAME-VERSION.tgz), else the address for
// its version, as one from git has; a directory is none.
//
// A package is Direct if the project or a workspace needs it, Indirect if only
// others do. Dev is what is reached only over their devDependencies. DependsOn
// are the packages that are found for the dependencies, optional and peer ones
// included: those of the package itself, else of the one that holds it.
//
// The error names, with their lines, packages that are left out: what is not an
// array that begins with NAME@VERSION. The older bun.lockb is not read.
var BunLock artifact.Analyzer = bunLock{}

type bunLock struct{}

func (bunLock) Name() string { return "bun" }
func (bunLock) Version() int { return 1 }

func (bunLock) Patterns() []artifact.Pattern { return []artifact.Pattern{{Base: "bun.lock"}} }

func (bunLock) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	if belowNodeModules(f.Path) {
		return artifact.Facts{}, nil
	}
	text, err := boundedDocument(f, maxDocument/2) // its values are kept beside it until all are read
	if err != nil {
		return artifact.Facts{}, err
	}
	text = plainJSON(text)
	if err := checkJSONObject(text); err != nil {
		return artifact.Facts{}, fmt.Errorf("read %s: %w", f.Path, err)
	}
	t := bunTree{at: make(map[string]int), lines: newLineIndex(text)}
	t.read(text)
	t.relate()
	facts := artifact.Facts{Components: t.graph.components()}
	return facts, t.wrong.in(f.Path)
}

// A bunTree is the packages of a lock file, each at a key: the names that lead to
// it, as "chalk/ansi-styles" for the one that only chalk has.
type bunTree struct {
	graph  nodeGraph
	places []bunPlace
	at     map[string]int // index in the graph, by key
	lines  lineIndex
	wrong  faults
}

// A bunPlace is what a node of the graph needs. Its values share memory with the
// file.
type bunPlace struct {
	key      string
	node     int
	needs    [3][]byte
	devNeeds []byte
}

var errNotPackage = errors.New("not an array that begins with NAME@VERSION")

func (t *bunTree) read(text []byte) {
	var workspaces, packages jsonMember
	for m := range validMembers(text, 0) {
		switch string(m.key) {
		case "workspaces":
			workspaces = m
		case "packages":
			packages = m
		}
	}
	for _, m := range []jsonMember{workspaces, packages} {
		if m.value != nil && !jsonObject(m.value) {
			t.wrong.add(t.lines.line(m.first), nil, fmt.Errorf("%s: %w", m.key, errNotObject))
		}
	}
	if jsonObject(workspaces.value) {
		for m := range validMembers(workspaces.value, workspaces.valueOffset()) {
			t.report(m, t.workspace(m))
		}
	}
	if jsonObject(packages.value) {
		for m := range validMembers(packages.value, packages.valueOffset()) {
			t.report(m, t.pkg(m))
		}
	}
}

func (t *bunTree) report(m jsonMember, err error) {
	if err != nil {
		t.wrong.add(t.lines.line(m.first), m.key, err)
	}
}

// workspace adds the project, whose key is empty, or one of its parts. Their
// names and versions need not be there.
func (t *bunTree) workspace(m jsonMember) error {
	if !jsonObject(m.value) {
		return errNotObject
	}
	e := readNPMEntry(m.value, m.valueOffset())
	name, err := jsonString(e.name)
	if err != nil {
		return fmt.Errorf("name: %w", err)
	}
	version, err := jsonString(e.version)
	if err != nil {
		return fmt.Errorf("version: %w", err)
	}
	n := lockedNode{name: name, version: version, lines: t.lines.span(m.first, m.end), relationship: artifact.Workspace}
	key := name
	if len(m.key) == 0 {
		n.relationship, key = artifact.Root, ""
	}
	return t.add(key, n, e)
}

// pkg adds a package. Its array is NAME@VERSION, then of most the registry, what
// it needs, and its checksum.
func (t *bunTree) pkg(m jsonMember) error {
	var id string
	var e npmEntry
	for el := range validMembers(m.value, m.valueOffset()) {
		switch {
		case m.value[0] != '[':
			return errNotPackage
		case id == "":
			var err error
			if id, err = jsonString(el.value); err != nil || id == "" {
				return errNotPackage
			}
		case jsonObject(el.value):
			e = readNPMEntry(el.value, el.valueOffset())
		}
	}
	name, version := splitLocator(id)
	if version == "" {
		return errNotPackage
	}
	if err := checkLocked(name, version); err != nil {
		return err
	}
	key := string(m.key)
	if len(key) > maxLocation {
		return fmt.Errorf("%w: %d bytes in a path, of %d", artifact.ErrLimit, len(key), maxLocation)
	}
	switch scheme, _, _ := strings.Cut(version, ":"); scheme {
	case "workspace", "root":
		if _, ok := t.at[key]; ok {
			return nil // it is there, with what it needs
		}
		version = ""
	case "file", "link":
		version = tarballVersion(name, version)
	default:
		if v := tarballVersion(name, version); v != "" {
			version = v
		}
	}
	return t.add(key, lockedNode{name: name, version: version, lines: t.lines.span(m.first, m.end)}, e)
}

func (t *bunTree) add(key string, n lockedNode, e npmEntry) error {
	i, err := t.graph.add(n)
	if err != nil {
		return err
	}
	t.at[key] = i
	t.places = append(t.places, bunPlace{
		key: key, node: i,
		needs: [3][]byte{e.dependencies, e.optionals, e.peers}, devNeeds: e.devDependencies,
	})
	return nil
}

// relate finds what the packages need.
func (t *bunTree) relate() {
	for _, p := range t.places {
		n := &t.graph.nodes[p.node]
		var err error
		for _, needs := range p.needs {
			if err == nil {
				n.needs, err = t.find(n.needs, p.key, needs)
			}
		}
		if err == nil {
			n.devNeeds, err = t.find(n.devNeeds, p.key, p.devNeeds)
		}
		if err != nil {
			t.wrong.add(1, []byte(p.key), err)
			return // what is not reached now need not be for development
		}
	}
	t.graph.relate()
	t.graph.markDev()
}

func (t *bunTree) find(list []int, key string, needs []byte) ([]int, error) {
	for name := range jsonStrings(needs) {
		if err := t.graph.need(); err != nil {
			return list, err
		}
		if name == "" || len(name) > maxNPMName {
			continue
		}
		for holder := key; ; holder = bunHolder(holder) {
			if err := t.graph.step(); err != nil {
				return list, err
			}
			if i, ok := t.at[path.Join(holder, name)]; ok {
				list = append(list, i)
				break
			}
			if holder == "" {
				break
			}
		}
	}
	return list, nil
}

// bunHolder is the key of the package that holds the one at key: without its last
// name, which has two elements if it begins with a scope.
func bunHolder(key string) string {
	i := max(0, strings.LastIndexByte(key, '/'))
	if j := strings.LastIndexByte(key[:i], '/') + 1; i > 0 && key[j] == '@' {
		i = max(0, j-1)
	}
	return key[:i]
}
