package report

import (
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// primaryURL is the page that a reader of v should see first: the one that
// Trivy's reports name, by the id's prefix, else the first reference that is of
// the advisory's publisher. It may be empty.
func primaryURL(v *scan.Vulnerability) string {
	prefix, _, _ := strings.Cut(v.ID, "-")
	switch prefix {
	case "CVE":
		return "https://avd.aquasec.com/nvd/" + strings.ToLower(v.ID)
	case "RUSTSEC":
		return "https://osv.dev/vulnerability/" + v.ID
	case "GHSA":
		return "https://github.com/advisories/" + v.ID
	case "TEMP":
		return "https://security-tracker.debian.org/tracker/" + v.ID
	}
	if v.Advisory == nil {
		return ""
	}
	for _, site := range publisherSites(v.Advisory.Source) {
		for _, url := range v.Advisory.References {
			if strings.HasPrefix(url, site) {
				return url
			}
		}
	}
	return ""
}

// publisherSites lists where the publisher of a source writes its own pages.
func publisherSites(source string) []string {
	switch source {
	case "Debian":
		return []string{"https://www.debian.org/", "https://security-tracker.debian.org/"}
	case "Ubuntu":
		return []string{"https://ubuntu.com/security/", "https://usn.ubuntu.com/"}
	case "Alpine":
		return []string{"https://security.alpinelinux.org/"}
	}
	return nil
}

// sourceID is a database's directory as Trivy spells the ids of sources: lower
// case, "-" between words.
func sourceID(source string) string {
	return strings.ReplaceAll(strings.ToLower(source), " ", "-")
}

// vendorIDs are the advisories of v that are not v itself.
func vendorIDs(v *scan.Vulnerability) []string {
	return slices.DeleteFunc(slices.Clone(v.Advisories), func(id string) bool { return id == v.ID })
}

// severitySource is the source that rates v as v is rated, empty when another
// advisory decided that.
func severitySource(v *scan.Vulnerability) string {
	for _, r := range v.Advisory.Ratings {
		if r.Level == v.Severity {
			return sourceID(v.Advisory.Source)
		}
	}
	return ""
}

// cvssOf is the first rating of each CVSS version, under the advisory's source.
func cvssOf(a *vuln.Advisory) map[string]jsonCVSS {
	var c jsonCVSS
	for _, r := range a.Ratings {
		switch {
		case r.Type == "CVSS_V2" && c.V2Vector == "":
			c.V2Vector, c.V2Score = r.Vector, r.Score
		case r.Type == "CVSS_V3" && c.V3Vector == "":
			c.V3Vector, c.V3Score = r.Vector, r.Score
		case r.Type == "CVSS_V4" && c.V40Vector == "":
			c.V40Vector, c.V40Score = r.Vector, r.Score
		}
	}
	if c == (jsonCVSS{}) {
		return nil
	}
	return map[string]jsonCVSS{sourceID(a.Source): c}
}
