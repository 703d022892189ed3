package analyze

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// NPMLock lists the packages of npm's lock files, package-lock.json and
// npm-shrinkwrap.json, of all three versions of the format, but for those below
// a node_modules.
// https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json
//
// Of versions 2 and 3 the member packages is read, which has a package for each
// place in the tree; of version 1 dependencies, which nests them. Packages come
// in the order of the file, each name and version once, with the lines and
// licences of all its places. A package that goes by another name (an alias) has
// its own. The project is a Root, and its parts each a Workspace, where the file
// has their versions; a directory that is depended on is a package if it has one.
//
// Dev is the file's: what is needed for development, and is not optional besides.
// A package is Direct if the project or a workspace needs it, of whatever kind
// the need is, and Indirect if only others do; version 1 does not say. DependsOn
// are the packages that Node.js finds for the dependencies, optional and peer ones
// included: that of the nearest node_modules, going up.
//
// A place that the file knows for optional, or a peer's, may lack a version:
// nothing is installed there. A package of version 1 whose version is the address of a
// tarball has the version in the tarball's name (NAME-VERSION.tgz), else the
// address for its version.
//
// The error names, with their lines, places that are left out: what is no object,
// has no version or one that is no string, or nests deeper than 64 node_modules.
var NPMLock artifact.Analyzer = npmLock{}

type npmLock struct{}

func (npmLock) Name() string { return "npm" }
func (npmLock) Version() int { return 1 }

func (npmLock) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "package-lock.json"}, {Base: "npm-shrinkwrap.json"}}
}

func (npmLock) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	if belowNodeModules(f.Path) {
		return artifact.Facts{}, nil
	}
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	if err := checkJSONObject(text); err != nil {
		return artifact.Facts{}, fmt.Errorf("read %s: %w", f.Path, err)
	}
	t := npmTree{at: make(map[string]int), lines: newLineIndex(text)}
	t.read(text)
	t.relate()
	facts := artifact.Facts{Components: t.graph.components()}
	return facts, t.wrong.in(f.Path)
}

const (
	maxNest     = 64   // node_modules within each other
	maxLocation = 1024 // bytes of the path of a place
	maxNPMName  = 256  // bytes of a name that is looked for; the registry has 214
)

// An npmTree is the directories that a lock file describes.
type npmTree struct {
	graph  nodeGraph
	places []npmPlace
	at     map[string]int // index in places, by location
	lines  lineIndex
	wrong  faults
	// related is set where the file has what the project needs, as it has not
	// in version 1.
	related bool
}

// An npmPlace is a directory of the tree.
type npmPlace struct {
	location string // "node_modules/hull/node_modules/keel"; empty for the project
	node     int    // in the graph
	link     string // the location it is a link to, and then there is no node
	needs    [3][]byte
	devNeeds []byte
}

// An npmEntry is what the file says of a place. Its values share memory with the
// file.
type npmEntry struct {
	name, version, resolved, license []byte
	dev, optional, peer, link        bool
	dependencies, optionals, peers   []byte
	devDependencies                  []byte
	workspaces                       []byte
	requires                         []byte // version 1: what dependencies is in others
	nested                           jsonMember
}

func readNPMEntry(value []byte, offset int) npmEntry {
	var e npmEntry
	for m := range validMembers(value, offset) {
		switch string(m.key) {
		case "name":
			e.name = m.value
		case "version":
			e.version = m.value
		case "resolved":
			e.resolved = m.value
		case "license":
			e.license = m.value
		case "dev":
			e.dev = jsonTrue(m.value)
		case "optional":
			e.optional = jsonTrue(m.value)
		case "peer":
			e.peer = jsonTrue(m.value)
		case "link":
			e.link = jsonTrue(m.value)
		case "dependencies":
			e.dependencies, e.nested = m.value, m
		case "optionalDependencies":
			e.optionals = m.value
		case "peerDependencies":
			e.peers = m.value
		case "devDependencies":
			e.devDependencies = m.value
		case "workspaces":
			e.workspaces = m.value
		case "requires":
			e.requires = m.value
		}
	}
	return e
}

// read reads a lock file.
func (t *npmTree) read(text []byte) {
	var name, version []byte
	var packages, dependencies jsonMember
	for m := range validMembers(text, 0) {
		switch string(m.key) {
		case "name":
			name = m.value
		case "version":
			version = m.value
		case "packages":
			packages = m
		case "dependencies":
			dependencies = m
		}
	}
	if packages.value != nil {
		t.readPackages(packages, name, version)
		return
	}
	t.project(npmEntry{name: name, version: version}, nil)
	if dependencies.value != nil {
		t.readNested("", dependencies, 1)
	}
}

// readPackages reads the packages of versions 2 and 3.
func (t *npmTree) readPackages(packages jsonMember, name, version []byte) {
	if !jsonObject(packages.value) {
		t.fault(packages, nil, errNotObject)
		return
	}
	var patterns []string
	for m := range validMembers(packages.value, packages.valueOffset()) {
		if len(m.key) == 0 {
			patterns = workspacePatterns(readNPMEntry(m.value, m.valueOffset()).workspaces)
		}
	}
	for m := range validMembers(packages.value, packages.valueOffset()) {
		e := readNPMEntry(m.value, m.valueOffset())
		var err error
		switch {
		case !jsonObject(m.value):
			err = errNotObject
		case len(m.key) == 0:
			if e.name == nil {
				e.name = name
			}
			if e.version == nil {
				e.version = version
			}
			t.related = true
			t.project(e, t.lines.span(m.first, m.end))
		default:
			err = t.place(m, e, patterns)
		}
		if err != nil {
			t.fault(m, m.key, err)
		}
	}
}

// project adds the project itself. Its name and version need not be there, or be
// any good, since it is not published.
func (t *npmTree) project(e npmEntry, lines []artifact.LineRange) {
	name, _ := jsonString(e.name)
	version, _ := jsonString(e.version)
	n := lockedNode{name: name, version: version, licenses: nodeLicenses(e.license), lines: lines, relationship: artifact.Root}
	if err := t.add("", n, e); err != nil {
		t.wrong.add(1, nil, err)
	}
}

// place adds what packages has at the location that is m's key.
func (t *npmTree) place(m jsonMember, e npmEntry, patterns []string) error {
	location := path.Clean(string(m.key))
	if err := checkLocation(location); err != nil {
		return err
	}
	if e.link {
		target, err := jsonString(e.resolved)
		if err != nil {
			return fmt.Errorf("resolved: %w", err)
		}
		t.put(npmPlace{location: location, link: path.Clean(target)})
		return nil
	}
	name, err := jsonString(e.name)
	if err != nil {
		return fmt.Errorf("name: %w", err)
	}
	if name == "" {
		name = locationName(location)
	}
	version, err := jsonString(e.version)
	if err != nil {
		return fmt.Errorf("version: %w", err)
	}
	installed := belowNodeModules(location)
	if version == "" && installed {
		if e.optional || e.peer {
			return nil // a place kept for what was not installed
		}
		return errNoVersion
	}
	if err := checkLocked(name, version); err != nil {
		return err
	}
	n := lockedNode{
		name: name, version: version, licenses: nodeLicenses(e.license),
		lines: t.lines.span(m.first, m.end), dev: e.dev,
	}
	if !installed && isWorkspace(patterns, location) {
		n.relationship = artifact.Workspace
	}
	return t.add(location, n, e)
}

// readNested reads the dependencies of version 1 that are in the directory at
// parent.
func (t *npmTree) readNested(parent string, dependencies jsonMember, depth int) {
	if !jsonObject(dependencies.value) {
		t.fault(dependencies, nil, errNotObject)
		return
	}
	if depth > maxNest {
		t.fault(dependencies, nil, fmt.Errorf("%w: more than %d node_modules within each other", artifact.ErrLimit, maxNest))
		return
	}
	for m := range validMembers(dependencies.value, dependencies.valueOffset()) {
		location := path.Join(parent, nodeModules, string(m.key))
		e := readNPMEntry(m.value, m.valueOffset())
		if err := t.nested(location, m, e); err != nil {
			t.fault(m, m.key, err)
		}
		if e.nested.value != nil {
			t.readNested(location, e.nested, depth+1)
		}
	}
}

// nested adds one dependency of version 1.
func (t *npmTree) nested(location string, m jsonMember, e npmEntry) error {
	if !jsonObject(m.value) {
		return errNotObject
	}
	if err := checkLocation(location); err != nil {
		return err
	}
	version, err := jsonString(e.version)
	if err != nil {
		return fmt.Errorf("version: %w", err)
	}
	if version == "" {
		if e.optional {
			return nil
		}
		return errNoVersion
	}
	name, version := spelledVersion(string(m.key), version)
	if err := checkLocked(name, version); err != nil {
		return err
	}
	e.dependencies = e.requires
	return t.add(location, lockedNode{name: name, version: version, lines: t.lines.span(m.first, m.end), dev: e.dev}, e)
}

// add adds a node, and the place where it is.
func (t *npmTree) add(location string, n lockedNode, e npmEntry) error {
	i, err := t.graph.add(n)
	if err != nil {
		return err
	}
	t.put(npmPlace{
		location: location, node: i,
		needs: [3][]byte{e.dependencies, e.optionals, e.peers}, devNeeds: e.devDependencies,
	})
	return nil
}

func (t *npmTree) put(p npmPlace) {
	t.at[p.location] = len(t.places)
	t.places = append(t.places, p)
}

// relate finds what the packages need.
func (t *npmTree) relate() {
	for _, p := range t.places {
		if p.link != "" {
			continue
		}
		n := &t.graph.nodes[p.node]
		var err error
		for _, needs := range p.needs {
			n.needs, err = t.find(n.needs, p.location, needs)
			if err != nil {
				break
			}
		}
		if err == nil {
			n.devNeeds, err = t.find(n.devNeeds, p.location, p.devNeeds)
		}
		if err != nil {
			t.wrong.add(1, []byte(p.location), err)
			break
		}
	}
	if t.related {
		t.graph.relate()
	}
}

// find appends to list the nodes that the keys of needs are from location.
func (t *npmTree) find(list []int, location string, needs []byte) ([]int, error) {
	for name := range jsonStrings(needs) {
		if err := t.graph.need(); err != nil {
			return list, err
		}
		if name == "" || len(name) > maxNPMName {
			continue
		}
		i, err := t.lookUp(location, name)
		if err != nil {
			return list, err
		}
		if i >= 0 {
			list = append(list, i)
		}
	}
	return list, nil
}

// lookUp is the node that name is from location, or -1: that of the nearest
// directory which has it in its node_modules.
func (t *npmTree) lookUp(location, name string) (int, error) {
	var buf [maxLocation + len(nodeModules) + maxNPMName + 1]byte
	for dir := location; ; {
		if err := t.graph.step(); err != nil {
			return -1, err
		}
		key := append(buf[:0], dir...)
		if dir != "" {
			key = append(key, '/')
		}
		key = append(append(key, nodeModules...), name...)
		if i, ok := t.at[string(key)]; ok {
			p := t.places[i]
			if p.link != "" {
				if i, ok = t.at[p.link]; !ok || t.places[i].link != "" {
					return -1, nil
				}
				p = t.places[i]
			}
			return p.node, nil
		}
		if dir == "" {
			return -1, nil
		}
		dir = dir[:max(0, strings.LastIndexByte(dir, '/'))]
	}
}

func (t *npmTree) fault(m jsonMember, name []byte, err error) {
	t.wrong.add(t.lines.line(m.first), name, err)
}

func checkLocation(location string) error {
	if len(location) > maxLocation {
		return fmt.Errorf("%w: %d bytes in a path, of %d", artifact.ErrLimit, len(location), maxLocation)
	}
	if strings.Count(location, nodeModules) > maxNest {
		return fmt.Errorf("%w: more than %d node_modules within each other", artifact.ErrLimit, maxNest)
	}
	return nil
}

// locationName is the name of the package at location: the last element, and
// the one before if that is a scope.
func locationName(location string) string {
	if i := strings.LastIndex("/"+location, "/"+nodeModules); i >= 0 {
		return location[i+len(nodeModules):]
	}
	dir, base := path.Split(location)
	if scope := path.Base(dir); strings.HasPrefix(scope, "@") {
		return scope + "/" + base
	}
	return base
}

// spelledVersion is the name and the version of a package for which version 1
// has that name and version: the version can be an alias (npm:NAME@VERSION), the
// address of a tarball, or a directory, whose version it does not say.
func spelledVersion(name, version string) (string, string) {
	if alias, ok := strings.CutPrefix(version, "npm:"); ok {
		if n, v := splitLocator(alias); v != "" {
			return n, v
		}
	}
	if v := tarballVersion(name, version); v != "" {
		return name, v
	}
	if strings.HasPrefix(version, "file:") || strings.HasPrefix(version, "link:") {
		return name, ""
	}
	return name, version
}

// splitLocator splits NAME@REST, where the name may begin with the @ of a scope.
func splitLocator(s string) (name, rest string) {
	if i := strings.IndexByte(s[min(1, len(s)):], '@'); i >= 0 {
		return s[:i+1], s[i+2:]
	}
	return s, ""
}

// tarballVersion is the version in the address of a package's tarball, if its
// last element is NAME-VERSION.tgz, as it is in registries; else it is empty.
func tarballVersion(name, address string) string {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	address = strings.TrimPrefix(address, "file:")
	base, ok := strings.CutSuffix(path.Base(address), ".tgz")
	if !ok {
		return ""
	}
	version, ok := strings.CutPrefix(base, path.Base(name)+"-")
	if !ok || version == "" || version[0] < '0' || version[0] > '9' {
		return ""
	}
	return version
}
