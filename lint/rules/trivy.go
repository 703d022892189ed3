package rules

import (
	"cmp"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A TrivyCheck is a check of `trivy config` that rules answer.
type TrivyCheck struct {
	ID       string         // "KSV-0001"
	Severity severity.Level // Trivy's, which need not be the rule's
	Title    string
	// Rules are the names of the rules that answer it, sorted. Of a rule with several
	// ids see lint.Diagnostic.Aliases.
	Rules []string
	// NoLines says that Trivy does not name the lines.
	NoLines bool
}

// TrivyChecks returns the checks that rules answer, sorted by ID: the active ones of
// Kubernetes objects (KSV), of the static pods of a control plane (KCV) and of
// Dockerfiles (DS). The rules have the ids as aliases.
func TrivyChecks() []TrivyCheck {
	all := All()
	checks := slices.Concat(workloadChecks(), roleChecks(), controlPlaneChecks(), dockerfileChecks(all))
	slices.SortFunc(checks, func(a, b TrivyCheck) int { return cmp.Compare(a.ID, b.ID) })
	for _, r := range all {
		for _, alias := range r.Aliases {
			if i, ok := findCheck(checks, alias); ok {
				checks[i].Rules = append(checks[i].Rules, r.Name)
			}
		}
	}
	return checks
}

// dockerfileChecks are those of Dockerfiles: each is a rule, with the same severity.
func dockerfileChecks(all []*lint.Rule) []TrivyCheck {
	var checks []TrivyCheck
	for _, r := range all {
		if !r.Default {
			continue // as the check is that Trivy has given up
		}
		for _, alias := range r.Aliases {
			if strings.HasPrefix(alias, "DS-") {
				checks = append(checks, TrivyCheck{ID: alias, Severity: r.Severity, Title: r.Title})
			}
		}
	}
	return checks
}

func findCheck(checks []TrivyCheck, id string) (int, bool) {
	return slices.BinarySearchFunc(checks, id, func(c TrivyCheck, id string) int { return cmp.Compare(c.ID, id) })
}

// A TrivyFinding is a diagnostic as `trivy config` reports it.
type TrivyFinding struct {
	Check TrivyCheck
	// First and Last are the lines of the cause; 0 where Trivy does not name them.
	First, Last int
	// Diagnostic is the first one that is this finding.
	Diagnostic *lint.Diagnostic
}

// Trivy makes findings of diagnostics. It is not changed once it is made.
type Trivy struct {
	checks []TrivyCheck
	ids    map[string][]string // of rules
}

// NewTrivy knows the checks of [TrivyChecks].
func NewTrivy() *Trivy {
	t := &Trivy{checks: TrivyChecks(), ids: make(map[string][]string)}
	for _, c := range t.checks {
		for _, rule := range c.Rules {
			t.ids[rule] = append(t.ids[rule], c.ID)
		}
	}
	return t
}

// Checks are those of Trivy that d answers: of the ids of its rule those that fit.
func (t *Trivy) Checks(d *lint.Diagnostic) []TrivyCheck {
	var list []TrivyCheck
	for _, id := range t.ids[d.Rule] {
		if d.Aliases == nil || slices.Contains(d.Aliases, id) {
			i, _ := findCheck(t.checks, id)
			list = append(list, t.checks[i])
		}
	}
	return list
}

// Answers reports whether a rule answers a check.
func (t *Trivy) Answers(r *lint.Rule) bool { return t.ids[r.Name] != nil }

// Findings are what `trivy config` reports where rules reported diagnostics, all of
// one file, sorted by ID, then lines. Diagnostics of one check with the same lines are
// one finding; those of rules that Trivy has no check for are none.
func (t *Trivy) Findings(diagnostics []lint.Diagnostic) []TrivyFinding {
	var found []TrivyFinding
	for i := range diagnostics {
		d := &diagnostics[i]
		for _, c := range t.Checks(d) {
			found = append(found, newTrivyFinding(c, d))
		}
	}
	slices.SortStableFunc(found, compareFindings)
	return slices.CompactFunc(found, func(a, b TrivyFinding) bool { return compareFindings(a, b) == 0 })
}

// Diagnostics are diagnostics of any files as `trivy config` reports them: for each
// finding its diagnostic with the severity and the one alias of the check, and a cause
// that is the lines of the finding. Files are in the order of their first diagnostic.
// Diagnostics that answer no check are left out.
func (t *Trivy) Diagnostics(diagnostics []lint.Diagnostic) []lint.Diagnostic {
	var paths []string
	byPath := make(map[string][]lint.Diagnostic)
	for _, d := range diagnostics {
		path := d.Span.Start.Path
		if byPath[path] == nil {
			paths = append(paths, path)
		}
		byPath[path] = append(byPath[path], d)
	}
	var list []lint.Diagnostic
	for _, path := range paths {
		for _, f := range t.Findings(byPath[path]) {
			d := *f.Diagnostic
			d.Severity, d.Aliases = f.Check.Severity, []string{f.Check.ID}
			if f.First == 0 {
				d.Cause = manifest.Span{Start: manifest.Position{Path: path}, End: manifest.Position{Path: path}}
			}
			list = append(list, d)
		}
	}
	return list
}

func newTrivyFinding(c TrivyCheck, d *lint.Diagnostic) TrivyFinding {
	f := TrivyFinding{Check: c, Diagnostic: d}
	if c.NoLines {
		return f
	}
	span := d.Cause
	if span == (manifest.Span{}) {
		span = d.Span
	}
	f.First, f.Last = span.Start.Line, span.End.Line
	return f
}

func compareFindings(a, b TrivyFinding) int {
	return cmp.Or(cmp.Compare(a.Check.ID, b.Check.ID), cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last))
}
