package score

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// A Rule gives points to an object, or takes some from it.
type Rule struct {
	// ID is Kubesec's: "RunAsNonRoot". That of a custom rule is its lint rule's name.
	ID string
	// Points are gained where nothing is wrong if there are more than 0, and lost
	// where something is if there are less.
	Points int
	// Advise is a weight that Kubesec lists beside the rule. It has no effect.
	Advise int
	// Selector says where the rule looks, in Kubesec's words.
	Selector string
	// Reason says why it matters.
	Reason string
	// Kinds are what Kubesec applies the rule to.
	Kinds []string
	// Lint is the rule that finds what is wrong, nil for a built-in rule.
	Lint *lint.Rule

	scope  scope
	linux  bool                                   // not for pods for Windows, where the API server refuses the field
	check  func(*target)                          // adds a place for each thing that is wrong
	compat func(*document) (*manifest.Node, bool) // Kubesec's predicate, and what fulfils it
	mend   func(*mending)                         // what changes, nil where no change is safe
	refuse string                                 // why no change is safe
}

// A scope says which objects a built-in rule is for.
type scope uint8

const (
	pods       scope = iota // workloads
	containers              // of workloads
	claims                  // StatefulSets with claims
	bindings                // RoleBindings and ClusterRoleBindings
)

// Rules returns the built-in rules, sorted by id. They are made anew at each call.
func Rules() []Rule {
	all := builtin()
	slices.SortFunc(all, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Custom makes a scoring rule of a lint rule, which reports what is wrong: points
// above 0 are given to objects of its kinds in which it reports nothing, points below
// 0 are taken where it reports something. Its remediation is the reason shown. An
// error is about r, see [lint.Validate], or points that are 0.
func Custom(r *lint.Rule, points int) (Rule, error) {
	if err := lint.Validate(r); err != nil {
		return Rule{}, fmt.Errorf("scoring rule: %w", err)
	}
	if points == 0 {
		return Rule{}, fmt.Errorf("scoring rule %s: it has no points", r.Name)
	}
	kinds := make([]string, len(r.Kinds))
	for i, k := range r.Kinds {
		kinds[i] = string(k)
	}
	return Rule{ID: r.Name, Points: points, Selector: r.Title, Reason: cmp.Or(r.Remediation, r.Doc), Kinds: kinds, Lint: r}, nil
}

// byPoints sorts rules as Kubesec sorts what it lists: what gives points first, the
// most first; then what takes the most.
func byPoints(a, b Rule) int {
	if a.Points > 0 || b.Points > 0 {
		return cmp.Or(cmp.Compare(b.Points, a.Points), strings.Compare(a.Selector, b.Selector), strings.Compare(a.ID, b.ID))
	}
	return cmp.Or(cmp.Compare(a.Points, b.Points), strings.Compare(a.Selector, b.Selector), strings.Compare(a.ID, b.ID))
}
