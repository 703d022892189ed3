package osv

import (
	"encoding/json"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/cvss"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// Label is the severity of a, one of e's affected entries, and who rates it so,
// as in vuln.Rating.Source; "" with severity.Unknown. The severities of a count,
// else those of e. The first of these that rates decides:
//
//  1. For a package of a distribution, the distribution's own word: Debian's
//     urgency or Ubuntu's priority in ecosystem_specific of a, a severity whose
//     type is no CVSS version ("Ubuntu"), or the severity in database_specific
//     of a, then of e.
//  2. The score of the CVSS vector of the highest version, and of two of one
//     version the higher score.
//  3. For other packages, the severity in database_specific (GitHub's words).
func (e *Entry) Label(a *Affected) (severity.Level, string) {
	level := e.level(a)
	if level == severity.Unknown {
		return level, ""
	}
	return level, e.source(a)
}

// source is who rates the severities of a, or of e where a is nil: the publisher
// of a distribution's ecosystem, else the one that the id of e tells. Both are
// spelled as Trivy spells them.
func (e *Entry) source(a *Affected) string {
	prefix, _, _ := strings.Cut(e.ID, "-")
	switch prefix {
	case "GHSA":
		return "ghsa"
	case "GO":
		return "govulndb"
	case "BIT":
		return "bitnami"
	case "JLSEC":
		return "julia"
	}
	if a == nil && len(e.Affected) > 0 {
		a = &e.Affected[0]
	}
	if a == nil || !isDistribution(a.Package.Ecosystem.Base()) {
		return "osv"
	}
	switch base := a.Package.Ecosystem.Base(); base {
	case "AlmaLinux":
		return "alma"
	case "Rocky Linux":
		return "rocky"
	case "Red Hat":
		return "redhat"
	case "SUSE", "openSUSE":
		return "suse-cvrf"
	case "Azure Linux":
		return "azure"
	case "Photon OS":
		return "photon"
	case "Root":
		return "rootio"
	default:
		return strings.ReplaceAll(strings.ToLower(base), " ", "-")
	}
}

func (e *Entry) level(a *Affected) severity.Level {
	list := a.Severity
	if len(list) == 0 {
		list = e.Severity
	}
	distribution := isDistribution(a.Package.Ecosystem.Base())
	if distribution {
		own := specificOf(a.EcosystemSpecific)
		words := []string{string(own.Urgency), string(own.Priority)}
		for _, s := range list {
			if !s.isCVSS() {
				words = append(words, s.Score)
			}
		}
		if l := firstLevel(words); l != severity.Unknown {
			return l
		}
	}
	database := firstLevel([]string{
		string(specificOf(a.DatabaseSpecific).Severity), string(specificOf(e.DatabaseSpecific).Severity),
	})
	vector := highestCVSS(list)
	if vector == severity.Unknown || distribution && database != severity.Unknown {
		return database
	}
	return vector
}

// firstLevel is the level of the first word that rates.
func firstLevel(words []string) severity.Level {
	for _, w := range words {
		if l := wordLevel(w); l != severity.Unknown {
			return l
		}
	}
	return severity.Unknown
}

// isCVSS tells vectors from words.
func (s Severity) isCVSS() bool { return strings.HasPrefix(s.Type, "CVSS_") }

func highestCVSS(list []Severity) severity.Level {
	var best vuln.Rating
	for _, s := range list {
		r := s.rating()
		if !s.isCVSS() || r.Level == severity.Unknown {
			continue
		}
		if r.Type > best.Type || r.Type == best.Type && r.Score > best.Score {
			best = r
		}
	}
	return best.Level
}

// rating gives s its score and level. A vector that cannot be scored, and a
// word that rates nothing, keep the level Unknown.
func (s Severity) rating() vuln.Rating {
	r := vuln.Rating{Type: s.Type, Vector: s.Score}
	if !s.isCVSS() {
		r.Level = wordLevel(s.Score)
		return r
	}
	score, level, err := cvss.Score(s.Score)
	if err == nil {
		r.Score, r.Level = score, level
	}
	return r
}

// wordLevel reads the words of Ubuntu's priorities, Debian's urgencies, Red
// Hat's impacts and GitHub's severities, in any case. Words that rate nothing
// ("untriaged", "not yet assigned") are Unknown.
//
// https://ubuntu.com/security/cves/about#priority
// https://security-team.debian.org/security_tracker.html#severity-levels
// https://access.redhat.com/security/updates/classification
// https://docs.github.com/en/code-security/security-advisories
func wordLevel(word string) severity.Level {
	switch strings.ToLower(word) {
	case "negligible", "unimportant", "low":
		return severity.Low
	case "medium", "moderate":
		return severity.Medium
	case "high", "important":
		return severity.High
	case "critical":
		return severity.Critical
	}
	return severity.Unknown
}

// isDistribution tells the ecosystems whose publisher repackages the work of
// others and rates the vulnerabilities itself.
func isDistribution(base string) bool {
	switch base {
	case "AlmaLinux", "Alpaquita", "Alpine", "Azure Linux", "BellSoft Hardened Containers",
		"Chainguard", "CleanStart", "DHI", "Debian", "Docker Hardened Images", "Echo", "FreeBSD",
		"Mageia", "MinimOS", "Photon OS", "Red Hat", "Rocky Linux", "Root", "SUSE", "Ubuntu",
		"Wolfi", "openEuler", "openSUSE":
		return true
	}
	return false
}

// specific is what we read of the objects whose content the schema leaves to
// ecosystems and databases.
type specific struct {
	Severity text `json:"severity"`
	Status   text `json:"status"`
	Urgency  text `json:"urgency"`
	Priority text `json:"ubuntu_priority"`
}

// specificOf reads what it can: the object is no part of the schema, so what
// cannot be read is absent.
func specificOf(raw json.RawMessage) specific {
	var s specific
	if len(raw) > 0 && json.Unmarshal(raw, &s) != nil {
		return specific{}
	}
	return s
}

// text is a JSON string; any other value reads as "".
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, (*string)(t))
	}
	return nil
}
