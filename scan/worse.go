package scan

import "github.com/plimsoll-go/plimsoll/vuln/severity"

// Worse reports whether next, such as the new image of a container, has worse
// vulnerabilities than old: at the highest severity of which the two have different
// numbers, next has more. One critical vulnerability more is worse, whatever else
// is gone; with the same numbers neither is worse than the other.
//
// What could not be read counts for nothing: ask a [Gate] whether a report is
// complete.
func Worse(old, next *Report) bool {
	before, after := tally(old), tally(next)
	for l := severity.Critical; ; l-- {
		if before[l] != after[l] || l == severity.Unknown {
			return after[l] > before[l]
		}
	}
}

// tally is how many vulnerabilities of each severity r has.
func tally(r *Report) map[severity.Level]int {
	counts := make(map[severity.Level]int)
	for i := range r.Vulnerabilities {
		counts[r.Vulnerabilities[i].Severity]++
	}
	return counts
}
