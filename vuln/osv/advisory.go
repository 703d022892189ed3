package osv

import (
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// Advisory is what a report shows of e. Source is where the record came from,
// "Debian". A time that is not RFC 3339 becomes the zero time: times of
// publication decide nothing.
func (e *Entry) Advisory(source string) vuln.Advisory {
	a := vuln.Advisory{
		ID:          e.ID,
		Aliases:     e.Aliases,
		Upstream:    e.Upstream,
		Related:     e.Related,
		Title:       strings.Join(strings.Fields(e.Summary), " "),
		Description: e.Details,
		Ratings:     e.ratings(),
		Published:   parseTime(e.Published),
		Modified:    parseTime(e.Modified),
		Source:      source,
	}
	for _, r := range e.References {
		if r.URL != "" {
			a.References = append(a.References, r.URL)
		}
	}
	return a
}

func parseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// Vulnerabilities are the ids that e stands for, in its own order and each
// once: the CVE ids among its upstream ids; else those among its aliases; else,
// in the errata of SUSE, openSUSE, AlmaLinux, Rocky Linux and Red Hat, which list
// there what an update fixes, those among its related ids; else its own id.
// Elsewhere related ids are neighbours and never count.
//
// A distribution's record of one CVE stands for that CVE wherever its id is
// found, "UBUNTU-CVE-2024-1" for CVE-2024-1, but only where no CVE is named.
func (e *Entry) Vulnerabilities() []string {
	lists := [][]string{e.Upstream, e.Aliases, nil}
	if e.isErratum() {
		lists[2] = e.Related
	}
	for _, ids := range lists {
		if cves := onlyCVE(ids, plainCVE); len(cves) > 0 {
			return cves
		}
	}
	for _, ids := range append(lists, []string{e.ID}) {
		if cves := onlyCVE(ids, recordCVE); len(cves) > 0 {
			return cves
		}
	}
	return []string{e.ID}
}

// isErratum reports whether all that e is about are packages of distributions
// whose records are of updates.
func (e *Entry) isErratum() bool {
	for i := range e.Affected {
		switch e.Affected[i].Package.Ecosystem.Base() {
		case "SUSE", "openSUSE", "AlmaLinux", "Rocky Linux", "Red Hat":
		default:
			return false
		}
	}
	return len(e.Affected) > 0
}

// onlyCVE are the CVE ids that of finds in ids, each once.
func onlyCVE(ids []string, of func(string) string) []string {
	var cves []string
	seen := make(map[string]bool)
	for _, id := range ids {
		if cve := of(id); cve != "" && !seen[cve] {
			seen[cve] = true
			cves = append(cves, cve)
		}
	}
	return cves
}

func plainCVE(id string) string {
	if isCVE(id) {
		return id
	}
	return ""
}

// recordCVE is the CVE in the id of a distribution's record about it, or "".
// https://ossf.github.io/osv-schema/#id-modified-fields
func recordCVE(id string) string {
	for _, prefix := range []string{"UBUNTU-", "DEBIAN-", "ALPINE-"} {
		if cve, ok := strings.CutPrefix(id, prefix); ok {
			return plainCVE(cve)
		}
	}
	return ""
}

// isCVE tells a CVE id: "CVE-", a year of four digits, "-", four digits or
// more. https://www.cve.org/ResourcesSupport/FAQs
func isCVE(id string) bool {
	rest, ok := strings.CutPrefix(id, "CVE-")
	year, number, cut := strings.Cut(rest, "-")
	return ok && cut && len(year) == 4 && len(number) >= 4 && allDigits(year) && allDigits(number)
}

func allDigits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// ratings are all severities of e and of its affected entries, each once.
func (e *Entry) ratings() []vuln.Rating {
	var list []vuln.Rating
	add := func(a *Affected, severities ...Severity) {
		for _, s := range severities {
			r := s.rating()
			r.Source = e.source(a)
			if !s.isCVSS() {
				r.Source = strings.ReplaceAll(strings.ToLower(s.Type), " ", "-") // whose word it is
			}
			if !slices.Contains(list, r) {
				list = append(list, r)
			}
		}
	}
	add(nil, e.Severity...)
	for i := range e.Affected {
		add(&e.Affected[i], e.Affected[i].Severity...)
	}
	if word := string(specificOf(e.DatabaseSpecific).Severity); word != "" {
		add(nil, Severity{Type: e.source(nil), Score: word})
	}
	return list
}
