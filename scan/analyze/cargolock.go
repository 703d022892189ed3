package analyze

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// CargoLock lists the crates of Cargo.lock files, versions 1 to 4, with the
// Cargo.toml files that belong to them,
// https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html and
// https://github.com/rust-lang/cargo/blob/master/src/cargo/core/resolver/encode.rs.
//
// Crates come in the order of the lock file, with the lines of their tables and
// what they depend on. One name and version from two sources is one crate. Those
// without a source, which are the project itself, members of its workspace and
// other directories, are listed as well.
//
// A lock file does not say which crates are for tests alone. Where a Cargo.toml
// lies beside it, it and those below it (down to other lock files) do: a crate
// without a source is [artifact.Root] if the manifest beside the lock file names
// it, else a part of the workspace if another does. What their dependencies and
// build-dependencies ask for is direct, on all platforms and whether optional or
// not; what only dev-dependencies ask for is direct and has Dev set. All else is
// indirect, and has Dev set if nothing but the latter leads to it. A name that
// both have in different versions is not for development. Without a manifest,
// relationships are unknown, and nothing is for development. A crate without a
// source and without a manifest counts as needing all that it depends on.
//
// A table that cannot be read is left out and named with its line in the error.
var CargoLock artifact.Resolver = cargoLock{}

type cargoLock struct{}

func (cargoLock) Name() string { return "cargo" }
func (cargoLock) Version() int { return 1 }

func (cargoLock) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "Cargo.lock"}, {Base: "Cargo.toml"}}
}

// cargoCustom is the name of the value that waits for Resolve.
const cargoCustom = "cargo.project"

func (cargoLock) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	var facts artifact.Facts
	if strings.HasSuffix(f.Path, ".toml") {
		facts, err = readCargoManifest(text)
	} else {
		facts, err = readCargoLock(text)
	}
	if err != nil {
		err = fmt.Errorf("read %s: %w", f.Path, err)
	}
	return facts, err
}

// A lockTable is a [[package]] of a lock file.
type lockTable struct {
	name, version, source string
	needs                 []string // "name", "name version" or "name version (source)"
	lines                 artifact.LineRange
}

// readCargoLock reads a lock file table by table, so that one that is broken
// does not take the others with it.
func readCargoLock(text []byte) (artifact.Facts, error) {
	var wrong faults
	var tables []lockTable
	needs := 0
	for part := range tomlTables(text) {
		doc, err := parseTOML(part.text)
		var at *tomlError
		if errors.As(err, &at) {
			wrong.add(part.lines.First+at.line-1, nil, at.err)
			if errors.Is(err, artifact.ErrLimit) {
				break
			}
			continue
		}
		for _, t := range cargoPackages(doc) {
			p, err := newLockTable(t)
			p.lines = part.lines
			needs += len(p.needs)
			switch {
			case err != nil:
				wrong.add(p.lines.First, []byte(p.name), err)
			case len(tables) == maxLocked:
				wrong.add(p.lines.First, nil, fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxLocked))
				return cargoFacts(tables, &wrong)
			case needs > maxNeeds:
				wrong.add(p.lines.First, nil, fmt.Errorf("%w: more than %d dependencies", artifact.ErrLimit, maxNeeds))
				return cargoFacts(tables, &wrong)
			default:
				tables = append(tables, p)
			}
		}
	}
	return cargoFacts(tables, &wrong)
}

// cargoPackages are the tables of packages in doc, and that of the project
// itself, which had one of its own before 2017. What is no table counts as an
// empty one.
func cargoPackages(doc *tomlTable) []*tomlTable {
	var tables []*tomlTable
	list, _ := doc.list("package")
	for _, v := range list {
		t, _ := v.(*tomlTable)
		tables = append(tables, t)
	}
	if root, _ := doc.table("root"); root != nil {
		tables = append(tables, root)
	}
	return tables
}

// newLockTable reads the table of a package. Beside an error, it has the name if
// that is known.
func newLockTable(t *tomlTable) (p lockTable, err error) {
	if p.name, p.version, err = lockPackage(t); err != nil {
		return p, err
	}
	if p.version == "" {
		return p, errNoVersion
	}
	if p.source, err = t.str("source"); err != nil {
		return p, err
	}
	p.needs, err = t.strings("dependencies")
	return p, err
}

// A tomlPart is a table of a document with its header.
type tomlPart struct {
	text  []byte
	lines artifact.LineRange
}

// tomlTables yields what precedes the first table and each table. A table starts
// where a line does with a bracket, which Cargo writes nowhere else.
func tomlTables(text []byte) func(yield func(tomlPart) bool) {
	return func(yield func(tomlPart) bool) {
		part := tomlPart{lines: artifact.LineRange{First: 1}}
		start, at := 0, 0
		for n, line := range lines(text) {
			if len(line) > 0 && line[0] == '[' && at > start {
				part.text = text[start:at]
				if !yield(part) {
					return
				}
				start = at
				part.lines = artifact.LineRange{First: n}
			}
			if !isBlank(line) {
				part.lines.Last = n
			}
			at = min(len(text), at+len(line))
			if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
				at += i + 1
			} else {
				at = len(text)
			}
		}
		if part.text = text[start:]; len(part.text) > 0 {
			yield(part)
		}
	}
}

// cargoFacts are the components of a lock file. Which of them have no source
// waits for Resolve.
func cargoFacts(tables []lockTable, wrong *faults) (artifact.Facts, error) {
	versions := make(map[string][]string, len(tables)) // by name
	for _, p := range tables {
		versions[p.name] = append(versions[p.name], p.version)
	}
	var list componentList
	local := []string{}
	for _, p := range tables {
		c := library(vuln.TypeCargo, p.name, p.version)
		c.Lines = []artifact.LineRange{p.lines}
		for _, d := range p.needs {
			if id, ok := cargoDependency(d, versions); ok {
				c.DependsOn = append(c.DependsOn, id)
			}
		}
		if p.source == "" {
			local = append(local, c.ID())
		}
		list.add(c)
	}
	facts := artifact.Facts{Components: list.sorted()}
	if len(local) > 0 {
		if err := setCustom(&facts, cargoCustom, cargoProject{Local: local}); err != nil {
			return facts, err
		}
	}
	return facts, wrong.err()
}

// cargoDependency is the ID that an entry of dependencies means; false where it
// means none of the file, or one of several.
func cargoDependency(entry string, versions map[string][]string) (string, bool) {
	name, rest, _ := strings.Cut(entry, " ")
	version, _, _ := strings.Cut(rest, " ")
	for _, v := range versions[name] {
		if v == version {
			return name + "@" + v, true
		}
	}
	if list := versions[name]; version == "" && len(list) == 1 {
		return name + "@" + list[0], true
	}
	return "", false
}

// A cargoProject is what waits for Resolve: of a lock file, which crates have no
// source; of a manifest, what it asks for.
type cargoProject struct {
	Local []string `json:",omitempty"` // IDs

	Name   string   `json:",omitempty"`
	Normal []string `json:",omitempty"` // names of crates, for programs and build scripts
	Dev    []string `json:",omitempty"` // names of crates, for tests
}

// Resolve says of each crate how it came into its lock file.
func (cargoLock) Resolve(t *artifact.Tree) error {
	var wrong faults
	projects := make(map[string]*cargoProject) // by path of the file
	for _, f := range t.Files() {
		value, ok := f.Facts.Custom[cargoCustom]
		if !ok {
			continue
		}
		delete(f.Facts.Custom, cargoCustom)
		p := new(cargoProject)
		if err := json.Unmarshal(value, p); err != nil {
			wrong.note(fmt.Errorf("join %s: %w", f.Path, err))
			continue
		}
		projects[f.Path] = p
	}
	manifests := cargoManifests(t, projects)
	for _, f := range t.Files() {
		if path.Base(f.Path) != "Cargo.lock" || projects[path.Join(path.Dir(f.Path), "Cargo.toml")] == nil {
			continue
		}
		lock := cmp.Or(projects[f.Path], &cargoProject{})
		resolveCargo(f, lock.Local, manifests[f.Path])
	}
	return wrong.err()
}

// A cargoManifest is a manifest that a lock file is for.
type cargoManifest struct {
	*cargoProject
	beside bool // the lock file
}

// cargoManifests finds the manifests of each lock file: the nearest above them,
// or beside them.
func cargoManifests(t *artifact.Tree, projects map[string]*cargoProject) map[string][]cargoManifest {
	found := make(map[string][]cargoManifest)
	for _, f := range t.Files() {
		p := projects[f.Path]
		if p == nil || path.Base(f.Path) != "Cargo.toml" {
			continue
		}
		first := path.Dir(f.Path)
		for dir := first; ; dir = path.Dir(dir) {
			lock := path.Join(dir, "Cargo.lock")
			if t.File(lock) != nil {
				found[lock] = append(found[lock], cargoManifest{p, dir == first})
				break
			}
			if dir == "." || dir == "/" {
				break
			}
		}
	}
	return found
}

// resolveCargo sets relationships and Dev of one lock file's crates.
func resolveCargo(f *artifact.TreeFile, local []string, manifests []cargoManifest) {
	g := cargoGraph{list: f.Facts.Components, index: make(map[string]int), projects: make(map[int]*cargoProject)}
	for i := range g.list {
		g.index[g.list[i].ID()] = i
		g.list[i].Relationship = artifact.Indirect
	}
	var roots []int
	for _, id := range local {
		i := g.index[id]
		roots = append(roots, i)
		for _, m := range manifests {
			if m.Name != g.list[i].Name {
				continue
			}
			g.projects[i] = m.cargoProject
			g.list[i].Relationship = artifact.Workspace
			if m.beside {
				g.list[i].Relationship = artifact.Root
				break
			}
		}
	}
	needed, tests := g.follow(roots)
	for i := range g.follows(tests) {
		g.list[i].Dev = !needed[i]
	}
}

// A cargoGraph is the crates of a lock file with the manifests of some.
type cargoGraph struct {
	list     []artifact.Component
	index    map[string]int // by ID
	projects map[int]*cargoProject
}

// follow returns what can be reached from roots but for what tests ask for, and
// apart from that what these ask for.
func (g *cargoGraph) follow(roots []int) (reached map[int]bool, tests []int) {
	reached = make(map[int]bool)
	queue := slices.Clone(roots)
	for ; len(queue) > 0; queue = queue[1:] {
		i := queue[0]
		if reached[i] {
			continue
		}
		reached[i] = true
		project := g.projects[i]
		for _, id := range g.list[i].DependsOn {
			d := g.index[id]
			if project != nil {
				g.list[d].Relationship = closer(g.list[d].Relationship, artifact.Direct)
				if project.onlyDev(g.list[d].Name) {
					tests = append(tests, d)
					continue
				}
			}
			queue = append(queue, d)
		}
	}
	return reached, tests
}

// follows is all that can be reached from roots.
func (g *cargoGraph) follows(roots []int) map[int]bool {
	reached, tests := g.follow(roots)
	for len(tests) > 0 { // of a project that a test of another needs
		var more map[int]bool
		more, tests = g.follow(slices.DeleteFunc(tests, func(i int) bool { return reached[i] }))
		maps.Copy(reached, more)
	}
	return reached
}

// onlyDev reports whether nothing but the project's tests ask for the crate of
// that name.
func (p *cargoProject) onlyDev(name string) bool {
	return hasCrate(p.Dev, name) && !hasCrate(p.Normal, name)
}
