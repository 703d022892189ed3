package analyze

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// maxEdges bounds the dependencies of one lock file. The largest have some ten
// for each package.
const maxEdges = 1 << 20

// A pypiLock is the packages of one lock file as they are read. A package that
// occurs twice at one version is one, spelled as it is the first time.
type pypiLock struct {
	list   []artifact.Component // without a version: the project, or a part of it
	byID   map[string]int       // by name and version, the name as in byName
	byName map[string][]int     // by what normalPyPI makes of the name
	edges  int
}

func newPyPILock() *pypiLock {
	return &pypiLock{byID: make(map[string]int), byName: make(map[string][]int)}
}

// add adds a package, and returns its index.
func (l *pypiLock) add(name, version string, dev bool, lines []artifact.LineRange) (int, error) {
	normal := normalPyPI(name)
	id := normal + "@" + version
	if i, ok := l.byID[id]; ok {
		l.list[i].Dev = l.list[i].Dev && dev
		l.list[i].Lines = append(l.list[i].Lines, lines...)
		return i, nil
	}
	switch {
	case len(l.list) == maxPackages:
		return 0, fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxPackages)
	case len(name) > maxValue || len(version) > maxValue:
		return 0, fmt.Errorf("%w: a name or version of more than %d bytes", artifact.ErrLimit, maxValue)
	}
	c := library(vuln.TypePyPI, name, version)
	c.Dev, c.Lines = dev, lines
	i := len(l.list)
	l.byID[id] = i
	l.list = append(l.list, c)
	l.byName[normal] = append(l.byName[normal], i)
	return i, nil
}

// find is the packages of that name, or the one with that version too.
func (l *pypiLock) find(name, version string) []int {
	all := l.byName[normalPyPI(name)]
	if version == "" {
		return all
	}
	for i, index := range all {
		if l.list[index].Version == version {
			return all[i : i+1]
		}
	}
	return nil
}

// count adds n to the number of dependencies, which is bounded.
func (l *pypiLock) count(n int) error {
	if n > maxEdges-l.edges {
		return fmt.Errorf("%w: more than %d dependencies", artifact.ErrLimit, maxEdges)
	}
	l.edges += n
	return nil
}

// link notes that one package depends on others.
func (l *pypiLock) link(from int, to []int) error {
	if err := l.count(len(to)); err != nil {
		return err
	}
	for _, i := range to {
		if l.list[i].Version != "" && i != from {
			l.list[from].DependsOn = append(l.list[from].DependsOn, l.list[i].ID())
		}
	}
	return nil
}

// components are the packages that have a version, with their dependencies
// sorted.
func (l *pypiLock) components() []artifact.Component {
	var list []artifact.Component
	for _, c := range l.list {
		if c.Version == "" {
			continue
		}
		slices.Sort(c.DependsOn)
		c.DependsOn = slices.Compact(c.DependsOn)
		list = append(list, c)
	}
	return list
}

// reach is all that is needed by those in start, and they, by ID.
func reach(list []artifact.Component, start []int) map[string]bool {
	byID := make(map[string]int, len(list))
	for i := range list {
		byID[list[i].ID()] = i
	}
	seen := make(map[string]bool)
	for todo := slices.Clone(start); len(todo) > 0; {
		c := &list[todo[len(todo)-1]]
		todo = todo[:len(todo)-1]
		if seen[c.ID()] {
			continue
		}
		seen[c.ID()] = true
		for _, id := range c.DependsOn {
			if i, ok := byID[id]; ok && !seen[id] {
				todo = append(todo, i)
			}
		}
	}
	return seen
}

// lockPackage reads the name and the version of a package of a lock file.
func lockPackage(t *tomlTable) (name, version string, err error) {
	if name, err = t.str("name"); err != nil {
		return "", "", err
	}
	if name == "" {
		return "", "", errNoName
	}
	version, err = t.str("version")
	return name, version, err
}

// lockTables calls visit for each package of the array of tables at key. Where
// visit returns an error, that is noted.
func lockTables(root *tomlTable, key string, wrong *faults, visit func(t *tomlTable) error) {
	list, err := root.list(key)
	if err != nil {
		wrong.add(1, nil, err)
	}
	for _, v := range list {
		t, ok := v.(*tomlTable)
		if !ok {
			wrong.add(1, nil, errTOMLType(key))
			continue
		}
		if err := visit(t); err != nil {
			name, _ := t.str("name")
			wrong.add(t.first, []byte(name), err)
		}
	}
}
