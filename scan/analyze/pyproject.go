package analyze

import (
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// pyprojectWants is what a pyproject.toml depends on, by what normalPyPI makes
// of the names.
type pyprojectWants struct {
	Main  map[string]bool `json:"main,omitempty"`
	Dev   map[string]bool `json:"dev,omitempty"`
	Error string          `json:"error,omitempty"` // what could not be read
}

// pyprojectFacts puts what the pyproject.toml in f depends on into Custom. Its
// errors are there too: they matter only if there is a lock file beside it.
func pyprojectFacts(f *artifact.File) (artifact.Facts, error) {
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	wants := readPyproject(text)
	if len(wants.Main) == 0 && len(wants.Dev) == 0 && wants.Error == "" {
		return artifact.Facts{}, nil
	}
	return customFacts(pyproject, wants)
}

// readPyproject reads [project], [dependency-groups] and [tool.poetry].
// https://packaging.python.org/en/latest/specifications/pyproject-toml/
// https://packaging.python.org/en/latest/specifications/dependency-groups/
// https://python-poetry.org/docs/pyproject/
func readPyproject(text []byte) pyprojectWants {
	w := pyprojectWants{Main: make(map[string]bool), Dev: make(map[string]bool)}
	var wrong faults
	root, err := parseTOML(text)
	wrong.note(err)
	table := func(t *tomlTable, key string) *tomlTable {
		t, err := t.table(key)
		wrong.note(err)
		return t
	}

	project := table(root, "project")
	wrong.note(requirementNames(project, "dependencies", w.Main))
	extras := table(project, "optional-dependencies")
	for _, extra := range extras.keys() {
		wrong.note(requirementNames(extras, extra, w.Main))
	}
	groups := table(root, "dependency-groups")
	for _, group := range groups.keys() {
		wrong.note(requirementNames(groups, group, w.Dev))
	}

	poetry := table(table(root, "tool"), "poetry")
	poetryNames(table(poetry, "dependencies"), w.Main)
	poetryNames(table(poetry, "dev-dependencies"), w.Dev)
	groups = table(poetry, "group")
	for _, group := range groups.keys() {
		// Main may be spelled as a group; all others are for development.
		names := w.Dev
		if group == "main" {
			names = w.Main
		}
		poetryNames(table(table(groups, group), "dependencies"), names)
	}
	if err := wrong.err(); err != nil {
		w.Error = err.Error()
	}
	return w
}

// requirementNames adds the names of the requirements at key, and returns the
// last error. A table, which includes another group, is passed over: that group
// is read as well.
func requirementNames(t *tomlTable, key string, names map[string]bool) error {
	list, err := t.list(key)
	for _, v := range list {
		switch v := v.(type) {
		case string:
			r, wrong := parseRequirement(v)
			if wrong != nil {
				err = fmt.Errorf("%.*q: %w: %.*q", maxQuote, key, wrong, maxQuote, v)
				continue
			}
			names[normalPyPI(r.name)] = true
		case *tomlTable:
		default:
			err = errTOMLType(key)
		}
	}
	return err
}

// poetryNames adds the names that a table of Poetry's depends on.
func poetryNames(t *tomlTable, names map[string]bool) {
	for _, name := range t.keys() {
		if !strings.EqualFold(name, "python") {
			names[normalPyPI(name)] = true
		}
	}
}
