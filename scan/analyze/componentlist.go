package analyze

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Bounds of one lock file, or list in a program. The largest projects lock some
// 10,000 packages, which need some ten each.
const (
	maxLocked = 1 << 16 // packages
	maxNeeds  = 1 << 19 // dependencies of all of them
)

// library is a component of a type that has no source packages.
func library(t vuln.PackageType, name, version string) artifact.Component {
	return artifact.Component{Package: vuln.Package{
		Type: t, Name: name, Version: version, SourceName: name, SourceVersion: version,
	}}
}

// A componentList is components of one file, one for each ID, in the order they
// were first added.
type componentList struct {
	components []artifact.Component
	index      map[string]int // by ID
}

// add adds c, or what it says beside the one that is there. It returns the
// place of either.
func (l *componentList) add(c artifact.Component) int {
	id := c.ID()
	i, ok := l.index[id]
	if ok {
		mergeComponent(&l.components[i], c)
		return i
	}
	if l.index == nil {
		l.index = make(map[string]int)
	}
	i = len(l.components)
	l.index[id] = i
	l.components = append(l.components, c)
	return i
}

// lock is add within the bound on a lock file.
func (l *componentList) lock(c artifact.Component) (int, error) {
	if len(l.components) == maxLocked {
		if _, ok := l.index[c.ID()]; !ok {
			return 0, fmt.Errorf("%w: more than %d packages", artifact.ErrLimit, maxLocked)
		}
	}
	return l.add(c), nil
}

// sorted is the components, with what each depends on sorted and each once.
func (l *componentList) sorted() []artifact.Component {
	sortDependencies(l.components)
	return l.components
}

func sortDependencies(list []artifact.Component) {
	for i := range list {
		list[i].DependsOn = sortedIDs(list[i].DependsOn)
	}
}

// mergeComponent adds to c what another place of the file says of the same
// package: it is needed to run if either is, and as close to the project as the
// closer.
func mergeComponent(c *artifact.Component, again artifact.Component) {
	c.Dev = c.Dev && again.Dev
	c.Relationship = closer(c.Relationship, again.Relationship)
	if len(c.Licenses) == 0 {
		c.Licenses = again.Licenses
	}
	for _, l := range again.Lines {
		if n := len(c.Lines); n == 0 || c.Lines[n-1] != l {
			c.Lines = append(c.Lines, l)
		}
	}
	c.DependsOn = append(c.DependsOn, again.DependsOn...)
}

// closer is the relationship that is closer to the project. Any is closer than
// one that is not known.
func closer(a, b artifact.Relationship) artifact.Relationship {
	switch {
	case a == artifact.RelationshipUnknown:
		return b
	case b == artifact.RelationshipUnknown:
		return a
	}
	return min(a, b)
}

// sortedIDs is list sorted, without duplicates; nil if it is empty.
func sortedIDs(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	slices.Sort(list)
	return slices.Compact(list)
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

// setCustom puts a value for a Resolver into facts, as the only one.
func setCustom(facts *artifact.Facts, name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	facts.Custom = map[string]json.RawMessage{name: text}
	return nil
}

// customFacts are facts of nothing but a value for a Resolver.
func customFacts(name string, value any) (facts artifact.Facts, err error) {
	err = setCustom(&facts, name, value)
	return facts, err
}
