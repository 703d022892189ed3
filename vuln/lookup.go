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
	// Modular is set where a package is of a module or of none, and only the
	// advisories about that one count.
	Modular bool

	by     names
	redHat string // the major release of Red Hat's, else ""
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
	l := Lookup{Ecosystems: list, General: f.general, Scheme: scheme, Modular: f.modular, by: f.by}
	if os.Family == RedHat || os.Family == CentOS {
		l.redHat = major(os)
	}
	return l, nil
}

// Of is the name and the version that p is looked up by. Most distributions file
// advisories under the source package and its version, but AlmaLinux, Red Hat
// and SUSE under the installed package, and Wolfi, Chainguard, MinimOS and
// Photon OS under the name of the one and the version of the other. Names of
// languages' packages are normalized ([NormalizeName]), and Go's versions have
// no "v".
func (l Lookup) Of(p *Package) (name, version string) {
	switch {
	case p.Type.System() && l.by == byBinary:
		return p.Name, p.Version
	case p.Type.System() && l.by == bySourceName:
		return p.SourceName, p.Version
	case p.Type.System():
		return p.SourceName, p.SourceVersion
	case p.Type == TypeGo:
		return p.Name, strings.TrimPrefix(p.Version, "v")
	}
	return NormalizeName(l.Ecosystems[0], p.Name), p.Version
}

// Covers returns nil if the advisories of l can be about p. The error matches
// [ErrNoAdvisories]: p is from repositories that none of the ecosystems is
// about, or is of a module that it does not name. It is the same text for all
// such packages.
func (l Lookup) Covers(p *Package) error {
	if l.Modular && ModuleOf(p) == "" && IsModular(p.Version) {
		return ErrUnknownModule
	}
	if l.redHat != "" && len(p.ContentSets) > 0 && !ofRedHat(l.redHat, p.ContentSets) {
		return fmt.Errorf("%w for %s: none of its repositories %q is of the release itself", ErrNoAdvisories, l.Ecosystems[0].Base(), p.ContentSets)
	}
	return nil
}

// ofRedHat reports whether one of the content sets, or of the builds that stand
// in for them, is of the major release: "rhel-9-for-x86_64-baseos-rpms",
// "ubi9-container-9.4-1181-x86_64".
func ofRedHat(major string, sets []string) bool {
	for _, set := range sets {
		for _, prefix := range []string{"rhel-", "ubi-", "rhel", "ubi"} {
			rest, ok := strings.CutPrefix(set, prefix+major)
			if ok && rest != "" && rest[0] == '-' {
				return true
			}
		}
	}
	return false
}
