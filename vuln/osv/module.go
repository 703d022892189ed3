package osv

import (
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// Modules are the modules with their streams, "nodejs:12", that the packages of
// a were built in; ok is false if they were built in none. The format has no
// field for it. That a is about a module shows in its fixed versions, and about
// which in the title of e, as Red Hat and those who rebuild it write them:
// "Moderate: virt:rhel and virt-devel:rhel security update". The list is empty
// where the title names none.
func (e *Entry) Modules(a *Affected) (list []string, ok bool) {
	switch a.Package.Ecosystem.Base() {
	case "AlmaLinux", "Rocky Linux", "Red Hat":
	default:
		return nil, false
	}
	if !a.isModular() {
		return nil, false
	}
	for _, word := range strings.FieldsFunc(e.Summary, func(r rune) bool { return r == ' ' || r == ',' }) {
		name, stream, cut := strings.Cut(word, ":")
		if cut && name != "" && stream != "" && !slices.Contains(list, word) {
			list = append(list, word)
		}
	}
	return list, true
}

// isModular reports whether a bound of a is the version of a package that was
// built in a module.
func (a *Affected) isModular() bool {
	for _, r := range a.Ranges {
		for _, ev := range r.Events {
			if vuln.IsModular(ev.Fixed) || vuln.IsModular(ev.LastAffected) {
				return true
			}
		}
	}
	return slices.ContainsFunc(a.Versions, vuln.IsModular)
}
