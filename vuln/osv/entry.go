// Package osv reads advisories in the Open Source Vulnerability format and
// compiles their affected ranges to intervals of version keys.
//
// It holds the part of the schema that matching and reporting need; what else
// a record carries is ignored, as the schema demands of a reader.
// https://ossf.github.io/osv-schema/
package osv

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// MaxSize is the size in bytes of the largest record that [Decode] reads.
const MaxSize = 16 << 20

// An Entry is one record of the format. Times are spelled as the record spells
// them.
type Entry struct {
	// https://ossf.github.io/osv-schema/#id-modified-fields
	ID       string `json:"id"`
	Modified string `json:"modified"`
	// https://ossf.github.io/osv-schema/#published-field
	Published string `json:"published"`
	// Withdrawn is not empty when the publisher took the record back.
	// https://ossf.github.io/osv-schema/#withdrawn-field
	Withdrawn string `json:"withdrawn"`
	// https://ossf.github.io/osv-schema/#aliases-field
	Aliases []string `json:"aliases"`
	// https://ossf.github.io/osv-schema/#upstream-field
	Upstream []string `json:"upstream"`
	// https://ossf.github.io/osv-schema/#related-field
	Related []string `json:"related"`
	// https://ossf.github.io/osv-schema/#summary-details-fields
	Summary string `json:"summary"`
	Details string `json:"details"`
	// https://ossf.github.io/osv-schema/#severity-field
	Severity []Severity `json:"severity"`
	// https://ossf.github.io/osv-schema/#affected-fields
	Affected []Affected `json:"affected"`
	// https://ossf.github.io/osv-schema/#references-field
	References []Reference `json:"references"`
	// https://ossf.github.io/osv-schema/#database_specific-field
	DatabaseSpecific json.RawMessage `json:"database_specific"`
}

// A Severity is a CVSS vector, or the word of a distribution.
// https://ossf.github.io/osv-schema/#severity-field
type Severity struct {
	Type  string `json:"type"`  // "CVSS_V2", "CVSS_V3", "CVSS_V4", "Ubuntu"
	Score string `json:"score"` // the vector or the word
}

// An Affected says which versions of one package have the vulnerability.
// https://ossf.github.io/osv-schema/#affected-fields
type Affected struct {
	Package Package `json:"package"`
	// Severity overrides that of the Entry when it is not empty.
	// https://ossf.github.io/osv-schema/#affectedseverity-field
	Severity []Severity `json:"severity"`
	// https://ossf.github.io/osv-schema/#affectedranges-field
	Ranges []Range `json:"ranges"`
	// https://ossf.github.io/osv-schema/#affectedversions-field
	Versions []string `json:"versions"`
	// https://ossf.github.io/osv-schema/#affectedecosystem_specific-field
	EcosystemSpecific json.RawMessage `json:"ecosystem_specific"`
	// https://ossf.github.io/osv-schema/#affecteddatabase_specific-field
	DatabaseSpecific json.RawMessage `json:"database_specific"`
}

// A Package names a package in its ecosystem.
// https://ossf.github.io/osv-schema/#affectedpackage-field
type Package struct {
	Ecosystem vuln.Ecosystem `json:"ecosystem"`
	Name      string         `json:"name"`
}

// A Range is a timeline of events in one order of versions.
// https://ossf.github.io/osv-schema/#affectedrangestype-field
type Range struct {
	Type   string  `json:"type"` // "SEMVER", "ECOSYSTEM" or "GIT"
	Events []Event `json:"events"`
}

// An Event is one version of a Range: exactly one field is set.
// https://ossf.github.io/osv-schema/#affectedrangesevents-fields
type Event struct {
	Introduced   string `json:"introduced,omitempty"` // "0" sorts before every version
	Fixed        string `json:"fixed,omitempty"`
	LastAffected string `json:"last_affected,omitempty"`
	Limit        string `json:"limit,omitempty"` // "*" is no limit
}

// A Reference is an address with more about the vulnerability.
// https://ossf.github.io/osv-schema/#references-field
type Reference struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// Decode reads one record of at most [MaxSize] bytes. It must have an id, and
// its withdrawn time, where there is one, must be a time: it decides whether
// the record counts. The other times are not checked; see [Entry.Advisory].
func Decode(data []byte) (*Entry, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("decode OSV record: %d bytes, more than %d", len(data), MaxSize)
	}
	var e Entry
	if err := json.Unmarshal(data, &e); err != nil {
		if e.ID != "" {
			return nil, fmt.Errorf("decode OSV record %q: %w", e.ID, err)
		}
		return nil, fmt.Errorf("decode OSV record: %w", err)
	}
	if e.ID == "" {
		return nil, errors.New("decode OSV record: no id")
	}
	if e.Withdrawn != "" {
		if _, err := time.Parse(time.RFC3339, e.Withdrawn); err != nil {
			return nil, fmt.Errorf("decode OSV record %q: withdrawn: %w", e.ID, err)
		}
	}
	return &e, nil
}
