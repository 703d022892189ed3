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

// cvssOf is the first vector of each CVSS version, by who rates; what nobody is
// named for is the advisory's source's.
func cvssOf(v *scan.Vulnerability) map[string]jsonCVSS {
	by := make(map[string]jsonCVSS)
	for _, r := range allRatings(v) {
		c := by[r.Source]
		switch {
		case r.Type == "CVSS_V2" && c.V2Vector == "":
			c.V2Vector, c.V2Score = r.Vector, r.Score
		case r.Type == "CVSS_V3" && c.V3Vector == "":
			c.V3Vector, c.V3Score = r.Vector, r.Score
		case r.Type == "CVSS_V4" && c.V40Vector == "":
			c.V40Vector, c.V40Score = r.Vector, r.Score
		default:
			continue
		}
		by[r.Source] = c
	}
	return by
}

// vendorSeverity is the worst level of each who rates v, as Trivy's numbers.
func vendorSeverity(v *scan.Vulnerability) map[string]int {
	by := make(map[string]int)
	for _, r := range allRatings(v) {
		by[r.Source] = max(by[r.Source], int(r.Level))
	}
	return by
}

// allRatings are those of the deciding advisory, then those of others.
func allRatings(v *scan.Vulnerability) []vuln.Rating {
	var list []vuln.Rating
	if v.Advisory != nil {
		for _, r := range v.Advisory.Ratings {
			if r.Source == "" {
				r.Source = sourceID(v.Advisory.Source)
			}
			list = append(list, r)
		}
	}
	return append(list, v.Ratings...)
}
