package analyze

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Julia lists the packages of Julia's lock file, in the order of the file: of
// Manifest.toml, JuliaManifest.toml, and Manifest-v1.11.toml for one version of
// Julia, in the formats 1 and 2. https://pkgdocs.julialang.org/v1/toml-files/
//
// Two packages may have one name; they are told apart by their uuid, which is
// not a part of the component. A package without a version comes with Julia,
// and has the version of Julia that the file names. A file of format 1 names
// none: such packages are left out, and counted in the error.
//
// With the Project.toml or JuliaProject.toml beside it, a package that its deps
// or extras name is Direct, any other Indirect. What is reached from extras
// alone, which are there to test the project, is Dev. A project file that cannot
// be read is an error of Resolve, where there is a manifest.
//
// A file of format 1 without a single uuid is another program's, and says
// nothing.
var Julia artifact.Resolver = julia{}

type julia struct{}

func (julia) Name() string { return "julia" }
func (julia) Version() int { return 1 }

func (julia) Patterns() []artifact.Pattern {
	return []artifact.Pattern{
		{Base: "Manifest.toml"}, {Base: "JuliaManifest.toml"},
		{Prefix: "Manifest-v", Suffix: ".toml"},
		{Prefix: "JuliaManifest-v", Suffix: ".toml"},
		{Base: juliaProjects[0]}, {Base: juliaProjects[1]},
	}
}

// juliaProjects are the names of a project file, the one that wins first.
var juliaProjects = [2]string{"JuliaProject.toml", "Project.toml"}

// Values that Analyze keeps for Resolve.
const (
	juliaProject = "julia project" // a juliaNeeds
	juliaUUIDs   = "julia uuids"   // component IDs by uuid
)

// A juliaNeeds is the uuids of what a project asks for, or why it cannot be
// read, which matters beside a manifest only.
type juliaNeeds struct {
	Deps, Extras []string
	Error        string
}

func (julia) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	p, err := newPins(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	if base := path.Base(f.Path); base == juliaProjects[0] || base == juliaProjects[1] {
		return readJuliaProject(p)
	}
	m := juliaManifest{pins: p}
	root, err := parseTOML(p.text)
	p.wrong.note(err)
	m.read(root)
	return m.facts()
}

// A juliaManifest is a manifest as it is read.
type juliaManifest struct {
	*pins
	julia   string // the version
	format2 bool
	entries []juliaEntry
	cut     int // the line where there were too many
}

type juliaEntry struct {
	name, uuid, version string
	needs               []string // as in pins.named
	lines               []artifact.LineRange
}

// read reads the entries, in the order of the file.
func (m *juliaManifest) read(root *tomlTable) {
	m.julia = root.text("julia_version")
	m.format2 = root.value("manifest_format") != nil && !strings.HasPrefix(root.text("manifest_format"), "1")
	if m.format2 {
		root, _ = root.table("deps")
	}
	for _, name := range root.keys() {
		list, _ := root.list(name)
		for _, v := range list {
			if t, ok := v.(*tomlTable); ok && !t.inline {
				m.entries = append(m.entries, newJuliaEntry(name, t))
			}
		}
	}
	slices.SortStableFunc(m.entries, func(a, b juliaEntry) int { return cmp.Compare(a.lines[0].First, b.lines[0].First) })
	if len(m.entries) > maxLocked {
		m.cut = m.entries[maxLocked].lines[0].First
		m.entries = m.entries[:maxLocked]
	}
}

func newJuliaEntry(name string, t *tomlTable) juliaEntry {
	e := juliaEntry{name: name, uuid: t.text("uuid"), version: t.text("version"), lines: t.lines()}
	switch deps := t.value("deps").(type) {
	case []any:
		for _, d := range deps {
			need, _ := d.(string)
			e.needs = append(e.needs, need)
		}
	case *tomlTable: // by uuid, where names do not do
		for _, name := range deps.keys() {
			e.needs = append(e.needs, deps.text(name))
		}
	}
	return e
}

var errNoUUID = errors.New("no uuid")

func (m *juliaManifest) facts() (artifact.Facts, error) {
	uuids := make(map[string]string)
	unknown, first := 0, 0 // packages without a version, the first one's line
	for _, e := range m.entries {
		version := e.version
		if version == "" {
			version = m.julia
		}
		switch {
		case e.uuid == "" && m.format2:
			m.fault(e.lines[0].First, e.name, errNoUUID)
			continue
		case e.uuid == "":
			continue
		case version == "":
			if unknown++; unknown == 1 {
				first = e.lines[0].First
			}
			continue
		}
		c := library(vuln.TypeJulia, e.name, version)
		c.Lines = e.lines
		id := m.add(c)
		if id == "" {
			continue
		}
		m.call(e.name, id)
		m.call(e.uuid, id)
		uuids[e.uuid] = id
		for _, need := range e.needs {
			m.need(id, need)
		}
	}
	if unknown > 0 {
		m.fault(first, "", fmt.Errorf("%w of Julia, nor of %d packages that come with it", errNoVersion, unknown))
	}
	if m.cut > 0 {
		m.fault(m.cut, "", fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxLocked))
	}
	facts, err := m.pins.facts()
	if len(uuids) > 0 {
		if err := setCustom(&facts, juliaUUIDs, uuids); err != nil {
			return facts, err
		}
	}
	return facts, err
}

func readJuliaProject(p *pins) (artifact.Facts, error) {
	root, err := parseTOML(p.text)
	needs := juliaNeeds{Deps: juliaUUIDsOf(root, "deps"), Extras: juliaUUIDsOf(root, "extras")}
	if err != nil {
		needs.Error = fmt.Sprintf("read %s: %v", p.file.Path, err)
	}
	return customFacts(juliaProject, needs)
}

// juliaUUIDsOf are the uuids in the table at key.
func juliaUUIDsOf(root *tomlTable, key string) []string {
	t, _ := root.table(key)
	var uuids []string
	for _, name := range t.keys() {
		uuids = append(uuids, t.text(name))
	}
	return uuids
}

// Resolve says of each manifest's packages how the project beside it needs
// them.
func (julia) Resolve(t *artifact.Tree) error {
	var wrong faults
	for _, f := range t.Files() {
		uuids := f.Facts.Custom[juliaUUIDs]
		project := juliaProjectOf(t, f)
		if uuids == nil || project == nil {
			continue
		}
		var ids map[string]string
		var needs juliaNeeds
		err := errors.Join(json.Unmarshal(uuids, &ids), json.Unmarshal(project, &needs))
		if err == nil && needs.Error != "" {
			err = errors.New(needs.Error)
		}
		if err != nil {
			wrong.note(fmt.Errorf("resolve %s: %w", f.Path, err))
			continue
		}
		relateJulia(f.Facts.Components, ids, needs)
	}
	for _, f := range t.Files() {
		delete(f.Facts.Custom, juliaUUIDs)
		delete(f.Facts.Custom, juliaProject)
	}
	return wrong.err()
}

func juliaProjectOf(t *artifact.Tree, f *artifact.TreeFile) json.RawMessage {
	for _, base := range juliaProjects {
		if p := t.Beside(f, base); p != nil && p.Facts.Custom[juliaProject] != nil {
			return p.Facts.Custom[juliaProject]
		}
	}
	return nil
}

func relateJulia(list []artifact.Component, ids map[string]string, needs juliaNeeds) {
	place := make(map[string]int, len(list))
	for i := range list {
		list[i].Relationship = artifact.Indirect
		place[list[i].ID()] = i
	}
	// direct is the components that have the uuids.
	direct := func(uuids []string) (start []int) {
		for _, uuid := range uuids {
			if i, ok := place[ids[uuid]]; ok {
				list[i].Relationship = artifact.Direct
				start = append(start, i)
			}
		}
		return start
	}
	run, test := reach(list, direct(needs.Deps)), reach(list, direct(needs.Extras))
	for i := range list {
		id := list[i].ID()
		list[i].Dev = test[id] && !run[id]
	}
}
