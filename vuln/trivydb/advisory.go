package trivydb

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// advisory is what a bucket holds under a vulnerability's id, for any family.
type advisory struct {
	FixedVersion       string
	AffectedVersion    string // Alpine: the first that has it
	VendorIDs          []string
	Arches             []string
	Status             int
	Severity           int
	VulnerableVersions []string
	PatchedVersions    []string
	UnaffectedVersions []string
	// Entries are the advisory several times, for other architectures or, at
	// Red Hat, repositories. They take the place of FixedVersion.
	Entries []struct {
		FixedVersion string
		VendorIDs    []string
		Arches       []string
		Status       int
		// Red Hat's: the vulnerabilities, and repositories as numbers.
		Cves []struct {
			ID       string
			Severity int
		}
		Affected []int
	}
}

// An entry is one advisory of a package, ready to be asked for a version.
type entry struct {
	id       string // of the vulnerability
	vendors  []string
	arches   []string // nil: all
	cpes     []int    // Red Hat's repositories; nil: all
	status   vuln.Status
	severity severity.Level
	fixed    string // as reports show it

	// Of an operating system: affected from, included, and to, excluded; nil:
	// no bound.
	from, to []byte
	// Of a language: in vulnerable, unless that is nil, and not in safe.
	isRange          bool
	always           bool // every version
	vulnerable, safe constraint

	err error // why it cannot be judged
}

// entriesOf makes the entries of the advisory with that id in a bucket.
func entriesOf(id string, data []byte, pl *place) []entry {
	var a advisory
	if err := json.Unmarshal(data, &a); err != nil {
		return []entry{{id: id, err: fmt.Errorf("%w: %w", ErrDamaged, err)}}
	}
	e := entry{
		id: id, vendors: a.VendorIDs, arches: a.Arches,
		status: statusOf(a.Status), severity: levelOf(a.Severity), fixed: a.FixedVersion,
	}
	if a.VulnerableVersions != nil || a.PatchedVersions != nil || a.UnaffectedVersions != nil {
		e.ranges(&a, pl.scheme)
		return []entry{e}
	}
	if len(a.Entries) == 0 {
		if a.AffectedVersion != "" {
			e.from, e.err = pl.scheme.AppendKey(nil, a.AffectedVersion)
		}
		e.bound(pl)
		return []entry{e}
	}
	var list []entry
	for _, x := range a.Entries {
		e := entry{id: id, vendors: x.VendorIDs, arches: x.Arches, status: statusOf(x.Status), severity: e.severity, fixed: x.FixedVersion, cpes: x.Affected}
		e.bound(pl)
		if len(x.Cves) == 0 {
			list = append(list, e)
		}
		for _, cve := range x.Cves {
			each := e
			each.severity = levelOf(cve.Severity)
			if cve.ID != "" && cve.ID != id { // the id is the announcement's
				each.id, each.vendors = cve.ID, append([]string{id}, e.vendors...)
			}
			list = append(list, each)
		}
	}
	return list
}

// bound sets the key of the fixed version.
func (e *entry) bound(pl *place) {
	if e.fixed == "" || e.err != nil {
		return
	}
	key, _, err := version.AppendBound(nil, pl.scheme, e.fixed)
	if e.to = key; err != nil {
		e.err = fmt.Errorf("fixed version: %w", err)
	}
}

// ranges sets the constraints. An empty one means that every version has it.
func (e *entry) ranges(a *advisory, scheme version.Scheme) {
	e.isRange, e.fixed = true, fixedOf(a.VulnerableVersions, a.PatchedVersions)
	if slices.Contains(a.VulnerableVersions, "") || slices.Contains(a.PatchedVersions, "") {
		e.always = true
		return
	}
	var err error
	if len(a.VulnerableVersions) > 0 {
		if e.vulnerable, err = parseConstraint(strings.Join(a.VulnerableVersions, " || "), scheme); err != nil {
			e.err = err
			return
		}
	}
	if safe := slices.Concat(a.PatchedVersions, a.UnaffectedVersions); len(safe) > 0 {
		if e.safe, err = parseConstraint(strings.Join(safe, " || "), scheme); err != nil {
			e.err = err
		}
	}
}

// holds reports whether a version with that key is affected.
func (e *entry) holds(key []byte) bool {
	if !e.isRange {
		return !below(key, e.from) && (e.to == nil || below(key, e.to))
	}
	if e.always {
		return true
	}
	return (e.vulnerable == nil || e.vulnerable.holds(key)) && !e.safe.holds(key)
}

func below(key, bound []byte) bool { return bound != nil && string(key) < string(bound) }

// statusOf and levelOf read Trivy's numbers, which are ours.
func statusOf(n int) vuln.Status {
	if n < 0 || n > int(vuln.StatusEndOfLife) {
		return vuln.StatusUnknown
	}
	return vuln.Status(n)
}

func levelOf(n int) severity.Level {
	if n < 0 || n > int(severity.Critical) {
		return severity.Unknown
	}
	return severity.Level(n)
}
