package osv

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// Status is what the publisher says it will do about a, by the words of
// Ubuntu's tracker in ecosystem_specific.status and of Debian's in
// ecosystem_specific.urgency. It is StatusUnknown where they say nothing, or
// only that a fix is out: the range then tells whether there is one.
//
// https://git.launchpad.net/ubuntu-cve-tracker/tree/README
// https://security-team.debian.org/security_tracker.html
func (a *Affected) Status() vuln.Status {
	s := specificOf(a.EcosystemSpecific)
	switch strings.ToLower(string(s.Status)) {
	case "needed", "pending", "active", "in-progress":
		return vuln.StatusAffected
	case "needs-triage":
		return vuln.StatusUnderInvestigation
	case "deferred":
		return vuln.StatusFixDeferred
	case "ignored":
		return vuln.StatusWillNotFix
	}
	if strings.EqualFold(string(s.Urgency), "end-of-life") {
		return vuln.StatusEndOfLife
	}
	return vuln.StatusUnknown
}
