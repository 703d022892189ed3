package lint

import (
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A Rule looks at one object at a time. Rules are not changed once they are made,
// and run concurrently.
type Rule struct {
	// Name is what people write to include or suppress the rule:
	// "no-privileged-container". Letters, digits, - and _.
	Name string
	// Aliases are the names that other tools give the rule: "KSV-0017".
	Aliases []string
	// Groups are sets of rules that can be asked for by one name: "pss-baseline".
	Groups []string
	// Title is the rule in a few words.
	Title string
	// Doc says what the rule reports, and why that matters.
	Doc string
	// Remediation says what to do about it.
	Remediation string
	// URL leads to more.
	URL      string
	Severity severity.Level
	// Kinds are what the rule looks at; nil: every Kubernetes object.
	Kinds []Kind
	// CompatKinds are what it looks at in compat mode; nil: Kinds.
	CompatKinds []Kind
	// CompatUntyped says that in compat mode a rule of a template is run on objects
	// too of which KubeLinter has the metadata or the text, but not the fields: of a
	// version that it does not know, or with a value that it cannot parse.
	CompatUntyped bool
	// Default says that the rule runs unless it is excluded.
	Default bool
	// Template and Params say what the rule was made from: the template's name and
	// the arguments as in a configuration, nil where there are none.
	Template string
	Params   map[string]any
	// Cause is the extent of what is wrong where the rule reports something at a
	// node; nil: the container that the node is in, none where it is in none.
	Cause func(p *Pass, at *manifest.Node) *manifest.Node
	// Run reports what it finds to the pass. An error means that the rule itself
	// failed; it becomes a Problem.
	Run func(*Pass) error
}

// KubeLinter is the group of the rules that are checks of KubeLinter too. In compat
// mode [Config].AddAllBuiltIn adds these alone.
const KubeLinter = "kube-linter"

// isRuleName reports whether name can be a rule's.
func isRuleName(name string) bool {
	for _, c := range name {
		if c != '-' && c != '_' && (c < '0' || '9' < c) && (c < 'a' || 'z' < c) && (c < 'A' || 'Z' < c) {
			return false
		}
	}
	return name != ""
}

// Validate returns an error that names each rule that cannot be run, or whose name
// another one has.
func Validate(rules ...*Rule) error {
	var errs []error
	seen := make(map[string]bool, len(rules))
	known := Kinds()
	for i, r := range rules {
		switch {
		case r == nil:
			errs = append(errs, fmt.Errorf("rule %d of %d is nil", i+1, len(rules)))
			continue
		case !isRuleName(r.Name):
			errs = append(errs, fmt.Errorf("rule %q: the name has more in it than letters, digits, - and _", r.Name))
		case seen[r.Name]:
			errs = append(errs, fmt.Errorf("rule %q: the name is that of another rule", r.Name))
		}
		seen[r.Name] = true
		if r.Run == nil {
			errs = append(errs, fmt.Errorf("rule %q: nothing to run", r.Name))
		}
		for _, k := range slices.Concat(r.Kinds, r.CompatKinds) {
			if err := k.check(known); err != nil {
				errs = append(errs, fmt.Errorf("rule %q: %w", r.Name, err))
			}
		}
	}
	return errors.Join(errs...)
}
