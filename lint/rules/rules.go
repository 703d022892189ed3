// Package rules holds the built-in rules, and the templates that they and the
// rules of a configuration are made from.
//
// Rules with the names of KubeLinter's checks, which are the group lint.KubeLinter,
// have its defaults, kinds and messages. Where its answer is wrong, it is given in
// compat mode alone: see [Differences].
package rules

import (
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
)

// All returns the built-in rules, sorted by name. They are made anew at each call.
func All() []*lint.Rule {
	all := slices.Concat(
		kubeLinterRules(),
		pssRules(),
		hardeningRules(),
		rbacRiskRules(),
		systemBindingRules(),
		supplyChainRules(),
		requirementRules(),
		resilienceRules(),
		exposureRules(),
		retiredAPIRules(),
		quotaRules(),
		dockerfileRules(),
		controlPlaneRules(),
		composeRules(),
	)
	adviseServices(all)
	slices.SortFunc(all, func(a, b *lint.Rule) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// kubeLinterRules are the rules that are checks of KubeLinter too.
func kubeLinterRules() []*lint.Rule {
	list := slices.Concat(
		securityRules(),
		accessRules(),
		workloadRules(),
		availabilityRules(),
		networkRules(),
		metadataRules(),
	)
	for _, r := range list {
		r.Groups = append(r.Groups, lint.KubeLinter)
	}
	return list
}

// Templates returns the templates, sorted by name.
func Templates() []lint.Template {
	all := slices.Concat(
		securityTemplates(),
		accessTemplates(),
		workloadTemplates(),
		availabilityTemplates(),
		networkTemplates(),
		metadataTemplates(),
		hardeningTemplates(),
		supplyChainTemplates(),
		requirementTemplates(),
	)
	slices.SortFunc(all, func(a, b lint.Template) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// A Difference is a case where the default answer is not KubeLinter's.
type Difference struct {
	Rule       string // or template
	KubeLinter string // what it answers, and compat mode too
	Plimsoll   string // what the default mode answers
	Reason     string
	Issue      string // where it is reported upstream, empty where it is not
}

// Differences returns all differences, sorted by rule.
func Differences() []Difference {
	all := slices.Concat(
		securityDifferences(),
		accessDifferences(),
		workloadDifferences(),
		availabilityDifferences(),
		networkDifferences(),
		metadataDifferences(),
	)
	slices.SortStableFunc(all, func(a, b Difference) int { return strings.Compare(a.Rule, b.Rule) })
	return all
}

// made makes a built-in rule of a template: args as in a configuration, nil for
// none; r has the rest. The rule looks at what the template's rules do, unless r
// says otherwise. A mistake in args panics.
func made(t lint.Template, args map[string]any, r lint.Rule) *lint.Rule {
	from, err := t.With(args)
	if err != nil {
		panic("rules: " + r.Name + ": " + err.Error())
	}
	r.Run, r.Template, r.Params, r.CompatUntyped = from.Run, t.Name, from.Params, from.CompatUntyped
	if r.Kinds == nil {
		r.Kinds = from.Kinds
	}
	return &r
}
