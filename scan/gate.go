package scan

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A Gate decides whether a report may pass. The zero value fails on any
// vulnerability, diagnostic or low score, and on any problem that hides something.
//
// Severity, Exploited and MinEPSS are its rules for vulnerabilities: one fails that
// breaks one of those that are set. Severity is the rule for diagnostics too, unless
// Diagnostics is set. Scores is a rule for scores, EndOfLife one for the operating
// system. Where none of the six is set any vulnerability, diagnostic or low score fails.
//
// IgnoreUnfixed, IgnoreStatuses and Baseline say which findings pass whatever the
// rules. What was suppressed passes too: it is not among the findings of a report.
type Gate struct {
	Severity severity.Level // the least level that fails; zero: no such rule
	// Diagnostics is the least level of a diagnostic that fails; zero: as Severity
	// says.
	Diagnostics severity.Level
	Exploited   bool    // what is known to be exploited fails
	MinEPSS     float64 // the least EPSS probability that fails; zero: no such rule
	// Scores fails a report with an object whose score is below its threshold, as
	// score.Result.Failed says.
	Scores bool
	// EndOfLife fails a report on an operating system whose support has ended,
	// as [Report.Unsupported] says. One that is not known passes.
	EndOfLife      bool
	IgnoreUnfixed  bool          // pass vulnerabilities without a fixed version
	IgnoreStatuses []vuln.Status // pass vulnerabilities of these statuses
	// Baseline passes the findings that it has: a report fails that is worse than it.
	// Which findings are the same is as for [Diff]. Nil: no baseline.
	Baseline       *Snapshot
	IgnoreProblems bool // pass reports that are not complete
}

// A GateRule is a rule of a [Gate].
type GateRule string

// The rules, in the order of the reasons of a verdict.
const (
	RuleSeverity    GateRule = "severity"    // of vulnerabilities
	RuleExploited   GateRule = "exploited"   // known to be
	RuleEPSS        GateRule = "epss"        // likely to be exploited
	RuleDiagnostics GateRule = "diagnostics" // their severity
	RuleScores      GateRule = "scores"      // that are too low
	RuleEndOfLife   GateRule = "end-of-life" // of the operating system
	RuleComplete    GateRule = "complete"    // a problem hides something
)

// A Verdict is a gate's decision.
type Verdict struct {
	Failed bool
	// Complete is false when a problem hides some or all packages or
	// vulnerabilities, whether or not the gate lets that pass.
	Complete bool
	// Reasons say why it failed: vulnerabilities first, then diagnostics, scores,
	// the operating system, and each problem. Empty when it did not.
	Reasons []string
	// Rules are, for each of Reasons, the rule of the gate that failed.
	Rules []GateRule
}

// fail adds a reason why the report does not pass.
func (v *Verdict) fail(rule GateRule, format string, args ...any) {
	v.Failed = true
	v.Reasons = append(v.Reasons, fmt.Sprintf(format, args...))
	v.Rules = append(v.Rules, rule)
}

// Judge applies g to r.
func (g Gate) Judge(r *Report) Verdict {
	v := Verdict{Complete: true}
	counts := make(map[severity.Level]int)
	exploited, likely := 0, 0
	all := g.Severity == severity.Unknown && g.Diagnostics == severity.Unknown && !g.Exploited && g.MinEPSS <= 0 && !g.Scores && !g.EndOfLife
	fresh, newDiagnostics, beyond := g.beyond(r)
	for i, f := range r.Vulnerabilities {
		if !fresh[i] || f.Fixed == "" && g.IgnoreUnfixed || slices.Contains(g.IgnoreStatuses, f.Status) {
			continue
		}
		if all || g.Severity != severity.Unknown && f.Severity >= g.Severity {
			counts[f.Severity]++
		}
		if g.Exploited && f.Exploited != nil {
			exploited++
		}
		if g.MinEPSS > 0 && f.EPSS != nil && f.EPSS.Probability >= g.MinEPSS {
			likely++
		}
	}
	v.count(RuleSeverity, counts, "vulnerability", "vulnerabilities", beyond)
	if exploited > 0 {
		v.fail(RuleExploited, "%d known to be exploited%s", exploited, beyond)
	}
	if likely > 0 {
		v.fail(RuleEPSS, "%d with an EPSS probability of %g or more%s", likely, g.MinEPSS, beyond)
	}
	clear(counts)
	least := cmp.Or(g.Diagnostics, g.Severity)
	for i, d := range r.Diagnostics {
		if newDiagnostics[i] && (all || least != severity.Unknown && d.Severity >= least) {
			counts[d.Severity]++
		}
	}
	v.count(RuleDiagnostics, counts, "diagnostic", "diagnostics", beyond)
	if n := lowScores(r); n > 0 && (all || g.Scores) {
		v.fail(RuleScores, "%d %s a score that is too low", n, plural(n, "object has", "objects have"))
	}
	if g.EndOfLife && r.Unsupported() {
		v.fail(RuleEndOfLife, "%s", endOfLife(r))
	}
	for _, p := range r.Problems {
		if p.Hides == artifact.HidesNothing {
			continue
		}
		v.Complete = false
		if !g.IgnoreProblems {
			v.fail(RuleComplete, "incomplete: %s", p)
		}
	}
	return v
}

// lowScores is how many objects are scored too low.
func lowScores(r *Report) int {
	n := 0
	for i := range r.Scores {
		if r.Scores[i].Failed() {
			n++
		}
	}
	return n
}

// beyond says of each finding of r whether it counts: those of the baseline do not.
// words are what to say of those that do.
func (g Gate) beyond(r *Report) (vulnerabilities, diagnostics []bool, words string) {
	if g.Baseline == nil {
		return slices.Repeat([]bool{true}, len(r.Vulnerabilities)), slices.Repeat([]bool{true}, len(r.Diagnostics)), ""
	}
	list := make([]KnownVulnerability, len(r.Vulnerabilities))
	for i := range list {
		list[i] = knownVulnerability(&r.Vulnerabilities[i])
	}
	found := make([]KnownDiagnostic, len(r.Diagnostics))
	for i := range found {
		found[i] = knownDiagnostic(&r.Diagnostics[i])
	}
	return unknownVulnerabilities(g.Baseline.Vulnerabilities, list), unknownDiagnostics(g.Baseline.Diagnostics, found), " that the baseline has not"
}

// count gives as reasons how many there are of each severity, the worst first.
func (v *Verdict) count(rule GateRule, counts map[severity.Level]int, one, many, beyond string) {
	for l := severity.Critical; ; l-- {
		if n := counts[l]; n > 0 {
			v.fail(rule, "%d %s of severity %s%s", n, plural(n, one, many), l, beyond)
		}
		if l == severity.Unknown {
			return
		}
	}
}

// endOfLife says since when the system of r is not supported.
func endOfLife(r *Report) string {
	name := "the operating system"
	if r.OS != nil {
		name = string(r.OS.Family)
	}
	if release := r.EndOfLife.Release; release != "*" {
		name += " " + release
	}
	return fmt.Sprintf("the support of %s ended on %s", name, r.EndOfLife.Date.Format(time.DateOnly))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
