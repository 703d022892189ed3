package scan

import (
	"fmt"
	"time"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A Gate decides whether a report may pass. The zero value fails on any
// vulnerability or diagnostic and on any problem that hides something.
//
// Severity, Exploited and MinEPSS are its rules for vulnerabilities: one fails that
// breaks one of those that are set. Severity is the rule for diagnostics too. EndOfLife is a rule for the operating system.
// Where none of the four is set any vulnerability fails.
type Gate struct {
	Severity  severity.Level // the least level that fails; zero: no such rule
	Exploited bool           // what is known to be exploited fails
	MinEPSS   float64        // the least EPSS probability that fails; zero: no such rule
	// EndOfLife fails a report on an operating system whose support has ended,
	// as [Report.Unsupported] says. One that is not known passes.
	EndOfLife      bool
	IgnoreUnfixed  bool // pass vulnerabilities without a fixed version
	IgnoreProblems bool // pass reports that are not complete
}

// A Verdict is a gate's decision.
type Verdict struct {
	Failed bool
	// Complete is false when a problem hides some or all packages or
	// vulnerabilities, whether or not the gate lets that pass.
	Complete bool
	// Reasons say why it failed: vulnerabilities first, then diagnostics, the
	// operating system, and each problem. Empty when it did not.
	Reasons []string
}

// Judge applies g to r.
func (g Gate) Judge(r *Report) Verdict {
	v := Verdict{Complete: true}
	counts := make(map[severity.Level]int)
	exploited, likely := 0, 0
	all := g.Severity == severity.Unknown && !g.Exploited && g.MinEPSS <= 0 && !g.EndOfLife
	for _, f := range r.Vulnerabilities {
		if f.Fixed == "" && g.IgnoreUnfixed {
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
	v.count(counts, "vulnerability", "vulnerabilities")
	if exploited > 0 {
		v.Reasons = append(v.Reasons, fmt.Sprintf("%d known to be exploited", exploited))
	}
	if likely > 0 {
		v.Reasons = append(v.Reasons, fmt.Sprintf("%d with an EPSS probability of %g or more", likely, g.MinEPSS))
	}
	clear(counts)
	for _, d := range r.Diagnostics {
		if all || g.Severity != severity.Unknown && d.Severity >= g.Severity {
			counts[d.Severity]++
		}
	}
	v.count(counts, "diagnostic", "diagnostics")
	if g.EndOfLife && r.Unsupported() {
		v.Reasons = append(v.Reasons, endOfLife(r))
	}
	for _, p := range r.Problems {
		if p.Hides == artifact.HidesNothing {
			continue
		}
		v.Complete = false
		if !g.IgnoreProblems {
			v.Reasons = append(v.Reasons, "incomplete: "+p.String())
		}
	}
	v.Failed = len(v.Reasons) > 0
	return v
}

// count gives as reasons how many there are of each severity, the worst first.
func (v *Verdict) count(counts map[severity.Level]int, one, many string) {
	for l := severity.Critical; ; l-- {
		if n := counts[l]; n > 0 {
			v.Reasons = append(v.Reasons, fmt.Sprintf("%d %s of severity %s", n, plural(n, one, many), l))
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
