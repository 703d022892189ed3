package analyze

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Poetry lists the packages of a poetry.lock, in the order of the file, with
// what each depends on. The file is TOML,
// https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock.
//
// Where two versions of a package are locked, a dependency on it is on those
// that its constraint admits.
//
// A package is for development if its groups (Poetry 2) are without main, or
// its category (before 1.5) is dev. A lock file that has neither does not say:
// then the pyproject.toml beside it does, by what it depends on in [project] and
// [tool.poetry] on the one hand, and in their groups on the other; all groups
// are for development, https://python-poetry.org/docs/managing-dependencies/.
// The packages it names are direct, the others indirect; without one, or with
// one that names none, that stays unknown. Names are compared as PyPI does.
//
// Packages from a directory, a file, a URL or a repository are listed too: the
// file has their versions. The project itself is not in the file.
//
// A package without name or version is left out, and named in the error. Where
// the file stops being TOML, what is before is listed. A pyproject.toml is an
// error if it is beside a poetry.lock and cannot be read.
var Poetry artifact.Analyzer = poetry{}

type poetry struct{}

func (poetry) Name() string { return "poetry" }
func (poetry) Version() int { return 1 }

func (poetry) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: poetryLock}, {Base: pyproject}}
}

const (
	poetryLock   = "poetry.lock"
	poetrySilent = "poetry.silent" // a lock file that does not say what is for development
	pyproject    = "pyproject.toml"
)

func (poetry) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	if path.Base(f.Path) == pyproject {
		return pyprojectFacts(f)
	}
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	facts, err := poetryFacts(text)
	if err != nil {
		err = fmt.Errorf("read %s: %w", f.Path, err)
	}
	return facts, err
}

func poetryFacts(text []byte) (artifact.Facts, error) {
	var wrong faults
	root, err := parseTOML(text)
	wrong.note(err)
	lock := newPyPILock()
	silent := true
	indexes := make(map[*tomlTable]int)
	lockTables(root, "package", &wrong, func(t *tomlTable) error {
		name, version, err := lockPackage(t)
		if err == nil && version == "" {
			err = errNoVersion
		}
		if err != nil {
			return err
		}
		dev, said, err := poetryDev(t)
		if err != nil {
			return err
		}
		silent = silent && !said
		indexes[t], err = lock.add(name, version, dev, t.lines())
		if err != nil {
			delete(indexes, t)
		}
		return err
	})
	lockTables(root, "package", new(faults), func(t *tomlTable) error {
		if from, ok := indexes[t]; ok {
			if err := lock.poetryDependencies(from, t); err != nil {
				wrong.add(t.first, []byte(lock.list[from].Name), err)
			}
		}
		return nil
	})
	facts := artifact.Facts{Components: lock.components()}
	if silent && len(facts.Components) > 0 {
		facts.Custom = map[string]json.RawMessage{poetrySilent: json.RawMessage("true")}
	}
	return facts, wrong.err()
}

// poetryDev reports whether t is for development, if it says.
func poetryDev(t *tomlTable) (dev, said bool, err error) {
	if t.value("groups") != nil {
		groups, err := t.strings("groups")
		return !slices.Contains(groups, "main"), true, err
	}
	category, err := t.str("category")
	return category == "dev", category != "", err
}

func (l *pypiLock) poetryDependencies(from int, t *tomlTable) error {
	dependencies, err := t.table("dependencies")
	if err != nil {
		return err
	}
	for _, name := range dependencies.keys() {
		to := l.find(name, "")
		if len(to) > 1 {
			to = l.admitted(to, dependencies.value(name))
		}
		if err := l.link(from, to); err != nil {
			return err
		}
	}
	return nil
}

// admitted are those of some packages that a dependency admits: a constraint, a
// table that has one as its version, or a list of either. If it cannot be read
// or admits none, they are all.
func (l *pypiLock) admitted(all []int, dependency any) []int {
	list, ok := dependency.([]any)
	if !ok {
		list = []any{dependency}
	}
	if len(all) > maxAlternatives || len(list) > maxAlternatives {
		return all
	}
	var some []int
	for _, i := range all {
		for _, d := range list {
			if poetryAdmits(d, l.list[i].Version) {
				some = append(some, i)
				break
			}
		}
	}
	if len(some) == 0 {
		return all
	}
	return some
}

// maxAlternatives bounds the versions of one package, and the constraints that
// another has on it, which are held against each other.
const maxAlternatives = 64

func poetryAdmits(dependency any, version string) bool {
	if t, ok := dependency.(*tomlTable); ok {
		dependency = t.value("version")
	}
	constraint, ok := dependency.(string)
	return !ok || poetryConstraint(constraint, version)
}

// Resolve says what is direct, and, where the lock file does not, what is for
// development.
func (poetry) Resolve(t *artifact.Tree) error {
	var wrong faults
	for _, f := range t.Files() {
		if path.Base(f.Path) != poetryLock {
			continue
		}
		if manifest := t.Beside(f, pyproject); manifest != nil {
			if err := poetryJoin(f, manifest); err != nil {
				wrong.note(fmt.Errorf("read %s: %w", manifest.Path, err))
			}
		}
	}
	for _, f := range t.Files() {
		delete(f.Facts.Custom, poetrySilent)
		delete(f.Facts.Custom, pyproject)
	}
	return wrong.err()
}

func poetryJoin(lock, manifest *artifact.TreeFile) error {
	value := manifest.Facts.Custom[pyproject]
	if value == nil {
		return nil
	}
	var wants pyprojectWants
	if err := json.Unmarshal(value, &wants); err != nil {
		return err
	}
	list := lock.Facts.Components
	var main, dev []int
	for i := range list {
		name := normalPyPI(list[i].Name)
		inMain, inDev := wants.Main[name], wants.Dev[name]
		if inMain {
			main = append(main, i)
		}
		if inDev {
			dev = append(dev, i)
		}
		if len(wants.Main)+len(wants.Dev) > 0 {
			list[i].Relationship = artifact.Indirect
			if inMain || inDev {
				list[i].Relationship = artifact.Direct
			}
		}
	}
	if lock.Facts.Custom[poetrySilent] != nil {
		run, develop := reach(list, main), reach(list, dev)
		for i := range list {
			id := list[i].ID()
			list[i].Dev = develop[id] && !run[id]
		}
	}
	if wants.Error != "" {
		return fmt.Errorf("%s", wants.Error)
	}
	return nil
}
