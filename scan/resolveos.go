package scan

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// An osFact is what the file at path says of the operating system.
type osFact struct {
	path string
	*vuln.OS
}

// resolveOS joins what files say. The first of these that is there decides the
// family, and has the first word on the rest:
//
//	os-release                       every distribution has it since about 2012
//	oracle-release, lsb-release ...  of one distribution
//	redhat-release, debian_version   of one, and of those that are built on it
//	apk/repositories                 only says where packages are from
//
// A family of rhel or debian gives way to a distribution built on it whose own
// file is there too. No other family gives way, known or not: what names itself
// Raspbian is not Debian, though it has a debian_version. Its packages have
// versions of their own, so that nobody knows an advisory for it is the right
// answer, and a problem of the report, where Debian's would be a guess.
//
// Other files of the same family make the version more exact (12 to 12.15), and
// fill in what it left out. Extended is set if one of them sets it.
func resolveOS(facts []osFact) *vuln.OS {
	slices.SortStableFunc(facts, func(a, b osFact) int {
		return cmp.Or(cmp.Compare(rank(a.path), rank(b.path)), cmp.Compare(a.path, b.path))
	})
	first := slices.IndexFunc(facts, osFact.identifies)
	if first < 0 {
		return ofRepositories(facts)
	}
	base := facts[first].Family
	own := func(f osFact) bool { return f.identifies() && buildsOn(f.Family, base) }
	if i := slices.IndexFunc(facts, own); i >= 0 {
		first = i
	}
	os := *facts[first].OS
	for _, f := range facts {
		if f.Family != os.Family {
			continue
		}
		if os.Version == "" || strings.HasPrefix(f.Version, os.Version+".") {
			os.Version = cmp.Or(f.Version, os.Version)
		}
		os.Codename = cmp.Or(os.Codename, f.Codename)
		os.PrettyName = cmp.Or(os.PrettyName, f.PrettyName)
		os.Repository = cmp.Or(os.Repository, f.Repository)
		os.Extended = os.Extended || f.Extended
	}
	return &os
}

// identifies reports whether f says which system it is: a list of repositories
// does not, nor does a subscription.
func (f osFact) identifies() bool { return f.Repository == "" && !f.Extended }

// ofRepositories is the system whose packages a list of repositories names, or
// nil.
func ofRepositories(facts []osFact) *vuln.OS {
	for _, f := range facts {
		if f.Repository != "" {
			os := *f.OS
			os.Version = cmp.Or(os.Version, os.Repository)
			return &os
		}
	}
	return nil
}

// Ranks of the files that name a system.
const (
	rankStandard = iota // written for the purpose
	rankOwn             // of one distribution alone; Bottlerocket's os-release, which a toolchain may hold too
	rankShared          // of a distribution, and of those that are built on it
)

// rank is lower for a file that says more surely which system it is.
func rank(file string) int {
	switch path.Base(file) {
	case "os-release":
		if path.Dir(file) == "etc" || path.Dir(file) == "usr/lib" {
			return rankStandard
		}
	case "redhat-release", "debian_version":
		return rankShared
	}
	return rankOwn
}

// buildsOn reports whether family is a distribution that keeps files which name
// base.
func buildsOn(family, base vuln.Family) bool {
	switch base {
	case vuln.Debian:
		return family == vuln.Ubuntu
	case vuln.RedHat:
		switch family {
		case vuln.Oracle, vuln.AlmaLinux, vuln.Rocky, vuln.CentOS, vuln.CentOSStream, vuln.Fedora, vuln.Amazon:
			return true
		}
	}
	return false
}
