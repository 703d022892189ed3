package analyze

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

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
	if line, err := p.tomlExpressions(m.expression); err != nil {
		p.fault(line, "", err)
	}
	return m.facts()
}

// A juliaManifest is a manifest as it is read.
type juliaManifest struct {
	*pins
	julia   string // the version
	format2 bool
	section []string // of the last header
	entries []juliaEntry
	cut     int // the line where there were too many
}

type juliaEntry struct {
	name, uuid, version string
	needs               []string // as in pins.named
	first, end          int
}

// expression reads one line, or a value of several.
func (m *juliaManifest) expression(n *unstable.Node) {
	if m.cut > 0 {
		return
	}
	switch n.Kind {
	case unstable.ArrayTable, unstable.Table:
		var first int
		m.section, first = tomlKey(n)
		if path := m.entryPath(); n.Kind == unstable.ArrayTable && len(path) == 1 {
			if len(m.entries) == maxPackages {
				m.cut = m.lines.line(first)
				return
			}
			m.entries = append(m.entries, juliaEntry{name: path[0], first: first, end: first + 1})
		}
	case unstable.KeyValue:
		m.keyValue(n)
	}
}

// entryPath is the section without what is before the name of a package.
func (m *juliaManifest) entryPath() []string {
	if !m.format2 {
		return m.section
	}
	if len(m.section) > 0 && m.section[0] == "deps" {
		return m.section[1:]
	}
	return nil
}

func (m *juliaManifest) keyValue(n *unstable.Node) {
	key, _ := tomlKey(n)
	if len(key) != 1 {
		return
	}
	if len(m.section) == 0 {
		switch text := tomlText(n.Value()); key[0] {
		case "julia_version":
			m.julia = text
		case "manifest_format":
			m.format2 = !strings.HasPrefix(text, "1")
		}
		return
	}
	path := m.entryPath()
	if len(path) == 0 || len(m.entries) == 0 || path[0] != m.entries[len(m.entries)-1].name {
		return
	}
	e := &m.entries[len(m.entries)-1]
	e.end = int(n.Raw.Offset + n.Raw.Length)
	switch {
	case len(path) == 1:
		e.set(key[0], n.Value())
	case len(path) == 2 && path[1] == "deps": // by uuid, where names do not do
		e.needs = append(e.needs, tomlText(n.Value()))
	}
}

func (e *juliaEntry) set(key string, value *unstable.Node) {
	switch key {
	case "uuid":
		e.uuid = tomlText(value)
	case "version":
		e.version = tomlText(value)
	case "deps":
		if value.Kind != unstable.Array {
			return
		}
		for it := value.Children(); it.Next(); {
			e.needs = append(e.needs, tomlText(it.Node()))
		}
	}
}

var errNoUUID = errors.New("no uuid")

func (m *juliaManifest) facts() (artifact.Facts, error) {
	uuids := make(map[string]string)
	unknown, first := 0, 0 // packages without a version, the first one's line
	for _, e := range m.entries {
		at := m.lines.span(e.first, e.end)
		version := e.version
		if version == "" {
			version = m.julia
		}
		switch {
		case e.uuid == "" && m.format2:
			m.fault(at[0].First, e.name, errNoUUID)
			continue
		case e.uuid == "":
			continue
		case version == "":
			if unknown++; unknown == 1 {
				first = at[0].First
			}
			continue
		}
		c := library(vuln.TypeJulia, e.name, version)
		c.Lines = at
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
		m.fault(m.cut, "", fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxPackages))
	}
	facts, err := m.pins.facts()
	if len(uuids) > 0 {
		custom, marshalErr := customFacts(juliaUUIDs, uuids)
		facts.Custom = custom.Custom
		err = errors.Join(err, marshalErr)
	}
	return facts, err
}

func readJuliaProject(p *pins) (artifact.Facts, error) {
	var needs juliaNeeds
	var section []string
	line, err := p.tomlExpressions(func(n *unstable.Node) {
		if n.Kind != unstable.KeyValue {
			section, _ = tomlKey(n)
			return
		}
		if len(section) != 1 {
			return
		}
		switch section[0] {
		case "deps":
			needs.Deps = append(needs.Deps, tomlText(n.Value()))
		case "extras":
			needs.Extras = append(needs.Extras, tomlText(n.Value()))
		}
	})
	if err != nil {
		needs.Error = fmt.Sprintf("read %s: line %d: %v", p.file.Path, line, err)
	}
	return customFacts(juliaProject, needs)
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
	// reach is the components that uuids lead to.
	reach := func(uuids []string) map[int]bool {
		reached := make(map[int]bool)
		var queue []string
		for _, uuid := range uuids {
			if i, ok := place[ids[uuid]]; ok {
				list[i].Relationship = artifact.Direct
				queue = append(queue, ids[uuid])
			}
		}
		for len(queue) > 0 {
			i := place[queue[len(queue)-1]]
			queue = queue[:len(queue)-1]
			if !reached[i] {
				reached[i] = true
				queue = append(queue, list[i].DependsOn...)
			}
		}
		return reached
	}
	run, test := reach(needs.Deps), reach(needs.Extras)
	for i := range list {
		list[i].Dev = test[i] && !run[i]
	}
}
