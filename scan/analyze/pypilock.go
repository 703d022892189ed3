package analyze

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

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
		mergeComponent(&l.list[i], artifact.Component{Dev: dev, Lines: lines})
		return i, nil
	}
	switch {
	case len(l.list) == maxLocked:
		return 0, fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxLocked)
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
	if n > maxNeeds-l.edges {
		return fmt.Errorf("%w: more than %d dependencies", artifact.ErrLimit, maxNeeds)
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
		list = append(list, c)
	}
	sortDependencies(list)
	return list
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
