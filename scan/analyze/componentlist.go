package analyze

import (
	"slices"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A componentList is components of one file, one for each ID, in the order they
// were first added.
type componentList struct {
	components []artifact.Component
	index      map[string]int // by ID
}

// add adds c, or what it says beside the one that is there: the closer
// relationship, further lines and dependencies. Only if both are for development
// is it.
func (l *componentList) add(c artifact.Component) {
	i, ok := l.index[c.ID()]
	if !ok {
		if l.index == nil {
			l.index = make(map[string]int)
		}
		l.index[c.ID()] = len(l.components)
		c.DependsOn = sortedIDs(c.DependsOn)
		l.components = append(l.components, c)
		return
	}
	old := &l.components[i]
	old.Dev = old.Dev && c.Dev
	old.Relationship = closer(old.Relationship, c.Relationship)
	old.Lines = append(old.Lines, c.Lines...)
	old.DependsOn = append(old.DependsOn, c.DependsOn...)
	if len(c.DependsOn) > 0 {
		old.DependsOn = sortedIDs(old.DependsOn)
	}
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
