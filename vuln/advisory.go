package vuln

import (
	"fmt"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A Status says what the publisher of an advisory knows or intends for a
// package. The words are those that Trivy's reports use.
type Status uint8

// The statuses. Unknown is the zero value.
const (
	StatusUnknown Status = iota
	StatusNotAffected
	StatusAffected
	StatusFixed
	StatusUnderInvestigation
	StatusWillNotFix
	StatusFixDeferred
	StatusEndOfLife
)

// String is the word for reports: "affected", "will_not_fix".
func (s Status) String() string {
	switch s {
	case StatusUnknown:
		return "unknown"
	case StatusNotAffected:
		return "not_affected"
	case StatusAffected:
		return "affected"
	case StatusFixed:
		return "fixed"
	case StatusUnderInvestigation:
		return "under_investigation"
	case StatusWillNotFix:
		return "will_not_fix"
	case StatusFixDeferred:
		return "fix_deferred"
	case StatusEndOfLife:
		return "end_of_life"
	}
	return fmt.Sprintf("Status(%d)", uint8(s))
}

// MarshalText writes the word.
func (s Status) MarshalText() ([]byte, error) {
	if s > StatusEndOfLife {
		return nil, fmt.Errorf("invalid status %d", uint8(s))
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads the word that MarshalText writes.
func (s *Status) UnmarshalText(text []byte) error {
	for known := StatusUnknown; known <= StatusEndOfLife; known++ {
		if known.String() == string(text) {
			*s = known
			return nil
		}
	}
	return fmt.Errorf("unknown status %.40q", text)
}

// An Advisory is what a database says of one vulnerability beside the ranges:
// the part that only a reported vulnerability needs.
type Advisory struct {
	ID string
	// Aliases are other ids of the same vulnerability, Upstream those of the
	// vulnerabilities a distribution's advisory covers, Related only neighbours.
	// https://ossf.github.io/osv-schema/#aliases-field
	Aliases, Upstream, Related []string
	Title                      string // one line; may be empty
	Description                string
	// Ratings are all severities the record carries, as it lists them.
	Ratings    []Rating
	References []string // addresses, as the record lists them
	Published  time.Time
	Modified   time.Time
	Source     string // the OSV directory or database it was built from: "Debian"
}

// A Rating is one severity that an advisory carries, or that somebody gives a
// CVE.
type Rating struct {
	Type   string // "CVSS_V2", "CVSS_V3", "CVSS_V4", or a publisher's own: "Ubuntu"
	Vector string // the CVSS vector, or the publisher's word
	Score  float64
	Level  severity.Level
	Source string // who rates, as Trivy spells it: "nvd", "ghsa", "ubuntu"
}
