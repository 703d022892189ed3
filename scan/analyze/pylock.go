package analyze

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// PyLock lists the packages of pylock.toml and pylock.NAME.toml, in the order
// of the file, with what each depends on, if the file says:
// https://packaging.python.org/en/latest/specifications/pylock-toml/.
//
// A package is for development if its marker cannot hold without a dependency
// group that is not one of the default-groups. What is direct the file does not
// say. Extras and other markers do not matter.
//
// A package without version, which one from a directory or a repository may be,
// is left out without an error. One without name, or with a marker that is not
// one, is left out and named in the error. Where the file stops being TOML,
// what is before is listed.
var PyLock artifact.Analyzer = pylock{}

type pylock struct{}

func (pylock) Name() string { return "pylock" }
func (pylock) Version() int { return 1 }

func (pylock) Patterns() []artifact.Pattern {
	return []artifact.Pattern{{Base: "pylock.toml"}, {Prefix: "pylock.", Suffix: ".toml"}}
}

func (pylock) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	if !isPyLockName(path.Base(f.Path)) {
		return artifact.Facts{}, nil
	}
	text, err := document(f)
	if err != nil {
		return artifact.Facts{}, err
	}
	components, err := pylockComponents(text)
	if err != nil {
		err = fmt.Errorf("read %s: %w", f.Path, err)
	}
	return artifact.Facts{Components: components}, err
}

// isPyLockName holds for the names of the specification: NAME has no dot.
func isPyLockName(base string) bool {
	name, ok := strings.CutPrefix(base, "pylock.")
	if ok && name == "toml" {
		return true
	}
	name, suffix := strings.CutSuffix(name, ".toml")
	return ok && suffix && name != "" && !strings.Contains(name, ".")
}

func pylockComponents(text []byte) ([]artifact.Component, error) {
	var wrong faults
	root, err := parseTOML(text)
	wrong.note(err)
	defaults, err := root.strings("default-groups")
	if err != nil {
		wrong.add(1, nil, err)
	}
	lock := newPyPILock()
	indexes := make(map[*tomlTable]int)
	lockTables(root, "packages", &wrong, func(t *tomlTable) error {
		name, version, err := lockPackage(t)
		if err != nil || version == "" {
			return err
		}
		marker, err := t.str("marker")
		if err != nil {
			return err
		}
		dev := false
		if marker != "" {
			if dev, err = needsGroup(marker, defaults); err != nil {
				return err
			}
		}
		i, err := lock.add(name, version, dev, t.lines())
		if err == nil {
			indexes[t] = i
		}
		return err
	})
	lockTables(root, "packages", new(faults), func(t *tomlTable) error {
		if i, ok := indexes[t]; ok {
			if err := lock.pylockDependencies(i, t); err != nil {
				wrong.add(t.first, []byte(lock.list[i].Name), err)
			}
		}
		return nil
	})
	return lock.components(), wrong.err()
}

func (l *pypiLock) pylockDependencies(from int, t *tomlTable) error {
	list, err := t.list("dependencies")
	if err != nil {
		return err
	}
	for _, v := range list {
		d, ok := v.(*tomlTable)
		if !ok {
			return errTOMLType("dependencies")
		}
		name, version, err := lockPackage(d)
		if err != nil {
			return fmt.Errorf("dependencies: %w", err)
		}
		if err := l.link(from, l.find(name, version)); err != nil {
			return err
		}
	}
	return nil
}

// needsGroup reports whether marker cannot hold where only the dependency
// groups in defaults are installed.
func needsGroup(marker string, defaults []string) (bool, error) {
	holds, err := evaluateMarker(marker, func(left, operator, right string) answer {
		if right != "dependency_groups" {
			return maybe
		}
		group, ok := markerString(left)
		isDefault := slices.ContainsFunc(defaults, func(d string) bool { return normalPyPI(d) == normalPyPI(group) })
		switch {
		case ok && operator == "in":
			return answerOf(isDefault)
		case ok && operator == "not in":
			return answerOf(!isDefault)
		}
		return maybe
	})
	return holds == no, err
}
