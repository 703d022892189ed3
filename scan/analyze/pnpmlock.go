package analyze

import (
	"context"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// PNPMLock lists the packages of pnpm's lock file, pnpm-lock.yaml, of versions 5,
// 6 and 9 of the format, but for those below a node_modules.
// https://github.com/pnpm/spec/tree/master/lockfile
//
// Packages come in the order of the member packages, each name and version once,
// with the lines it has there; what distinguishes a package by the peers it was
// given is no part of its version. A package that goes by another name (an
// alias) has its own. The file has neither name nor version of the project and
// its workspaces, nor, of some versions, of a directory that is depended on: these
// are none. A package whose version is the address of a tarball has the version
// in the tarball's name (NAME-VERSION.tgz) if the file does not say, else the
// address for its version, as one from git has.
//
// A package is Direct if the project or a workspace needs it, of whatever kind
// the need is, and Indirect if only others do. Dev is the file's in versions 5
// and 6. In version 9 it is what is reached only over the devDependencies of the
// project and its workspaces; where something is needed that the file does not
// have, nothing is. DependsOn are dependencies, those that peers are met with
// included.
//
// The error names, with their lines, packages that are left out: what is not a
// mapping, or has no version. A file is read up to where it is no YAML, as a
// whole document; it is refused if it is larger than 16 MiB or has more than a
// million places where a value can begin, which matches [artifact.ErrLimit].
var PNPMLock artifact.Analyzer = pnpmLock{}

type pnpmLock struct{}

func (pnpmLock) Name() string { return "pnpm" }
func (pnpmLock) Version() int { return 1 }

func (pnpmLock) Patterns() []artifact.Pattern { return []artifact.Pattern{{Base: "pnpm-lock.yaml"}} }

func (pnpmLock) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	if belowNodeModules(f.Path) {
		return artifact.Facts{}, nil
	}
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	documents, err := parseYAML(text)
	var t pnpmTree
	for _, d := range documents {
		t.at = make(map[string]int)
		t.taken = make(map[int]bool)
		t.needs = nil
		if d.Kind != yaml.MappingNode {
			t.wrong.add(d.Line, nil, errNotMapping)
			continue
		}
		t.read(d)
		t.find()
	}
	t.wrong.note(err)
	t.partial = t.partial || err != nil
	t.relate()
	facts := artifact.Facts{Components: t.graph.components()}
	return facts, t.wrong.in(f.Path)
}

// A pnpmTree is the packages of a lock file.
type pnpmTree struct {
	graph nodeGraph
	at    map[string]int // index in the graph, by key in packages or snapshots
	needs []pnpmNeeds
	taken map[int]bool // the nodes of packages that have a snapshot
	wrong faults
	// flagged is set where the file says what is for development.
	flagged bool
	// partial is set where not all of what is needed was found.
	partial bool
}

// pnpmNeeds are the mappings from name to reference that a node of the graph has.
type pnpmNeeds struct {
	node            int
	runtime, forDev []*yaml.Node
}

// read reads one document.
func (t *pnpmTree) read(d *yaml.Node) {
	packages, snapshots := yamlMember(d, "packages"), yamlMember(d, "snapshots")
	importers := yamlMember(d, "importers")
	nine := snapshots != nil || isPNPM9(yamlText(yamlMember(d, "lockfileVersion")))
	if !nine {
		t.flagged = true
	}
	if importers == nil { // the project is the only one, and the document has what it needs
		t.report(d, nil, t.importer(".", d))
	}
	for _, part := range []*yaml.Node{importers, packages, snapshots} {
		if !isYAMLEmpty(part) && part.Kind != yaml.MappingNode {
			t.report(part, nil, errNotMapping)
		}
	}
	for key, value := range yamlMembers(importers) {
		t.report(key, key, t.importer(key.Value, value))
	}
	for key, value := range yamlMembers(packages) {
		t.report(key, key, t.pkg(key, value, nine))
	}
	for key, value := range yamlMembers(snapshots) {
		t.report(key, key, t.snapshot(key, value))
	}
}

func (t *pnpmTree) report(at, name *yaml.Node, err error) {
	if err == nil {
		return
	}
	t.partial = true
	if name == nil {
		t.wrong.add(at.Line, nil, err)
		return
	}
	t.wrong.add(at.Line, []byte(name.Value), err)
}

// importer adds the project, which is at ".", or one of its parts.
func (t *pnpmTree) importer(dir string, value *yaml.Node) error {
	if isYAMLEmpty(value) {
		return nil
	}
	if value.Kind != yaml.MappingNode {
		return errNotMapping
	}
	n := lockedNode{relationship: artifact.Workspace}
	if dir == "." {
		n.relationship = artifact.Root
	}
	i, err := t.graph.add(n)
	if err != nil {
		return err
	}
	needs := pnpmNeeds{node: i}
	for key, v := range yamlMembers(value) {
		switch key.Value {
		case "dependencies", "optionalDependencies", "configDependencies":
			needs.runtime = append(needs.runtime, v)
		case "devDependencies":
			needs.forDev = append(needs.forDev, v)
		}
	}
	t.needs = append(t.needs, needs)
	return nil
}

// pkg adds a package. In version 9 the snapshots have what it needs.
func (t *pnpmTree) pkg(key, value *yaml.Node, nine bool) error {
	if !isYAMLEmpty(value) && value.Kind != yaml.MappingNode {
		return errNotMapping
	}
	var name, version string
	dev := false
	needs := pnpmNeeds{}
	for k, v := range yamlMembers(value) {
		switch k.Value {
		case "name":
			name = yamlText(v)
		case "version":
			version = yamlText(v)
		case "dev":
			dev = yamlText(v) == "true"
		case "dependencies", "optionalDependencies":
			needs.runtime = append(needs.runtime, v)
		}
	}
	keyName, keyVersion := splitDepPath(key.Value, nine)
	if name == "" {
		name = keyName
	}
	if version == "" {
		version = keyVersion
	}
	if err := checkLocked(name, version); err != nil {
		return err
	}
	if version == "" {
		return errNoVersion
	}
	switch scheme, _, _ := strings.Cut(version, ":"); scheme {
	case "file", "link":
		version = tarballVersion(name, version)
	default:
		if v := tarballVersion(name, version); v != "" {
			version = v
		}
	}
	n := lockedNode{name: name, version: version, lines: yamlLines(key, value), dev: dev}
	i, err := t.graph.add(n)
	if err != nil {
		return err
	}
	t.at[key.Value] = i
	needs.node = i
	t.needs = append(t.needs, needs)
	return nil
}

// snapshot adds what a package needs, in version 9. Of one package there can be
// several, by the peers it was given: the first has the package's node, and each
// other one of its own.
func (t *pnpmTree) snapshot(key, value *yaml.Node) error {
	if !isYAMLEmpty(value) && value.Kind != yaml.MappingNode {
		return errNotMapping
	}
	i, ok := t.at[key.Value]
	if !ok {
		base, _, _ := strings.Cut(key.Value, "(")
		if i, ok = t.at[base]; !ok {
			return t.pkg(key, value, true)
		}
	}
	if t.taken[i] {
		var err error
		if i, err = t.graph.add(t.graph.nodes[i]); err != nil {
			return err
		}
	}
	t.taken[i] = true
	t.at[key.Value] = i
	needs := pnpmNeeds{node: i}
	for k, v := range yamlMembers(value) {
		if k.Value == "dependencies" || k.Value == "optionalDependencies" {
			needs.runtime = append(needs.runtime, v)
		}
	}
	t.needs = append(t.needs, needs)
	return nil
}

// find finds the packages that those of a document need.
func (t *pnpmTree) find() {
	for _, needs := range t.needs {
		n := &t.graph.nodes[needs.node]
		for _, m := range needs.runtime {
			n.needs = t.add(n.needs, m)
		}
		for _, m := range needs.forDev {
			n.devNeeds = t.add(n.devNeeds, m)
		}
	}
}

// add appends to list the nodes that a mapping from name to reference names.
func (t *pnpmTree) add(list []int, m *yaml.Node) []int {
	for key, value := range yamlMembers(m) {
		ref := value
		if value.Kind == yaml.MappingNode {
			ref = yamlMember(value, "version")
		}
		if err := t.graph.need(); err != nil {
			if !t.partial {
				t.report(key, nil, err)
			}
			return list
		}
		if i, ok := t.lookUp(key.Value, yamlText(ref)); ok {
			list = append(list, i)
		} else if !strings.HasPrefix(yamlText(ref), "link:") {
			t.partial = true
		}
	}
	return list
}

// lookUp is the node that a reference is to: a key, or what is behind the name in
// the key that it is in.
func (t *pnpmTree) lookUp(name, ref string) (int, bool) {
	if ref == "" || len(name) > maxNPMName || len(ref) > maxValue {
		return 0, false
	}
	for _, key := range [...]string{ref, name + "@" + ref, "/" + name + "@" + ref, "/" + name + "/" + ref} {
		if i, ok := t.at[key]; ok {
			return i, true
		}
	}
	return 0, false
}

func (t *pnpmTree) relate() {
	t.graph.relate()
	if !t.flagged && !t.partial {
		t.graph.markDev()
	}
}

// isPNPM9 holds for version 9 of the format and later ones.
func isPNPM9(version string) bool {
	major, _, _ := strings.Cut(version, ".")
	return len(major) > 1 || major == "9"
}

// splitDepPath is the name and the version in a key of packages:
//
//	version 9  NAME@VERSION(PEERS)
//	version 6  /NAME@VERSION(PEERS), or REGISTRY/NAME@VERSION(PEERS)
//	version 5  /NAME/VERSION_PEERS, or REGISTRY/NAME/VERSION_PEERS
func splitDepPath(key string, nine bool) (name, version string) {
	key, _, _ = strings.Cut(key, "(")
	if nine {
		return splitLocator(key)
	}
	if strings.HasPrefix(key, "file:") { // its name and version are members
		return "", key
	}
	_, key, ok := strings.Cut(key, "/")
	if !ok {
		return "", ""
	}
	end := strings.IndexByte(key, '/')
	if strings.HasPrefix(key, "@") && end >= 0 {
		if i := strings.IndexByte(key[end+1:], '/'); i >= 0 {
			end += 1 + i
		} else {
			end = -1
		}
	}
	if end < 0 {
		return splitLocator(key)
	}
	version, _, _ = strings.Cut(key[end+1:], "_")
	return key[:end], version
}
