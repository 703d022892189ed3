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
// once: the CVE ids among its upstream ids; else those among its aliases; else
// its own id. Related ids are neighbours and never count.
func (e *Entry) Vulnerabilities() []string {
	for _, ids := range [][]string{e.Upstream, e.Aliases} {
		if cves := onlyCVE(ids); len(cves) > 0 {
			return cves
		}
	}
	return []string{e.ID}
}

func onlyCVE(ids []string) []string {
	var cves []string
	seen := make(map[string]bool)
	for _, id := range ids {
		if isCVE(id) && !seen[id] {
			seen[id] = true
			cves = append(cves, id)
		}
	}
	return cves
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
