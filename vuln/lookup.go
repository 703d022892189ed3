package vuln

import (
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A Lookup says how the packages of one type are looked up in a database of OSV
// records.
type Lookup struct {
	// Ecosystems are those whose advisories count. A database that has none of
	// them has no advisories for the packages.
	Ecosystems []Ecosystem
	// General is an ecosystem about every release, whose advisories count where
	// there are any; "" if there is none.
	General Ecosystem
	// Scheme is the order of the packages' versions and of the advisories'
	// bounds.
	Scheme version.Scheme

	source bool // advisories name source packages
}

// LookupOf says how packages of type t, installed on os, are looked up.
// Packages of languages have one ecosystem everywhere, those of the system the
// ecosystems of os. An error matches [ErrNoAdvisories].
func LookupOf(os OS, t PackageType) (Lookup, error) {
	scheme, err := t.Scheme()
	if err != nil {
		return Lookup{}, fmt.Errorf("%w: %w", ErrNoAdvisories, err)
	}
	if !t.System() {
		eco := t.Ecosystem()
		if eco == "" || eco == "ConanCenter" { // which has no order in OSV
			return Lookup{}, fmt.Errorf("%w for %s packages", ErrNoAdvisories, t)
		}
		return Lookup{Ecosystems: []Ecosystem{eco}, Scheme: scheme}, nil
	}
	list, err := os.Ecosystems()
	if err != nil {
		return Lookup{}, err
	}
	f, _ := families(os.Family)
	if t != f.packages {
		return Lookup{}, fmt.Errorf("%w for %s packages on %s", ErrNoAdvisories, t, os.Family)
	}
	return Lookup{Ecosystems: list, General: f.general, Scheme: scheme, source: !f.binary}, nil
}

// Of is the name and the version that p is looked up by. Most distributions file
// advisories under the source package and its version, but AlmaLinux, Red Hat,
// SUSE and Photon OS under the installed package; names of languages' packages
// are normalized ([NormalizeName]), and Go's versions have no "v".
func (l Lookup) Of(p *Package) (name, version string) {
	if l.source {
		return p.SourceName, p.SourceVersion
	}
	if p.Type.System() {
		return p.Name, p.Version
	}
	if p.Type == TypeGo {
		return p.Name, strings.TrimPrefix(p.Version, "v")
	}
	return NormalizeName(l.Ecosystems[0], p.Name), p.Version
}
