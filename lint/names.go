package lint

import (
	"slices"
	"strings"
)

// ruleNames finds rules by what they are called.
type ruleNames map[string]*Rule

// find returns the rules that a name stands for: the one of that name; else those
// that have it as an alias; else those of that group.
func (n ruleNames) find(name string) []*Rule {
	if r := n[name]; r != nil {
		return []*Rule{r}
	}
	var aliased, grouped []*Rule
	for _, r := range n {
		if hasFold(r.Aliases, name) {
			aliased = append(aliased, r)
		}
		if hasFold(r.Groups, name) {
			grouped = append(grouped, r)
		}
	}
	if aliased != nil {
		return aliased
	}
	return grouped
}

func hasFold(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) })
}
