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
		if r.HasAlias(name) {
			aliased = append(aliased, r)
		}
		if slices.ContainsFunc(r.Groups, func(s string) bool { return strings.EqualFold(s, name) }) {
			grouped = append(grouped, r)
		}
	}
	if aliased != nil {
		return aliased
	}
	return grouped
}

// HasAlias reports whether name is an alias of r, in any case; KSV-0001 may be written
// AVD-KSV-0001 and KSV001 too.
func (r *Rule) HasAlias(name string) bool {
	return slices.ContainsFunc(r.Aliases, func(s string) bool { return isAlias(s, name) })
}

// isAlias reports whether a name is another spelling of an alias. Trivy writes
// KSV-0001, has written AVD-KSV-0001 and KSV001, and takes all three.
func isAlias(alias, name string) bool {
	return strings.EqualFold(alias, name) || strings.EqualFold(checkID(alias), checkID(name))
}

// checkID is a name of the form AVD-KSV-0001 or KSV001 in the form KSV-0001, and
// any other one as it is.
func checkID(name string) string {
	short := name
	if len(name) > 4 && strings.EqualFold(name[:4], "AVD-") {
		short = name[4:]
	}
	letters := strings.TrimRight(short, "0123456789")
	digits := short[len(letters):]
	letters = strings.TrimSuffix(letters, "-")
	if digits == "" || letters == "" || strings.Contains(letters, "-") {
		return name
	}
	if len(digits) < 4 {
		digits = strings.Repeat("0", 4-len(digits)) + digits
	}
	return letters + "-" + digits
}
