package vuln

import "strings"

// A family is how OSV files the advisories of a line of releases.
type family struct {
	packages   PackageType
	ecosystems func(OS) []Ecosystem // empty: the release cannot be told
	// general is an ecosystem about every release; "" if there is none. What is
	// filed under Alpine alone is not: the schema demands a release there, and
	// the records that lack it are another distribution's.
	general Ecosystem
	// binary is set where advisories name installed packages, not the source
	// packages they are built from.
	binary bool
}

// families is the table of those that OSV has advisories for.
// https://ossf.github.io/osv-schema/#defined-ecosystems
func families(name Family) (family, bool) {
	f := family{packages: TypeRPM, binary: true}
	switch name {
	case Debian:
		f = family{packages: TypeDeb, general: "Debian", ecosystems: prefixed("Debian:", debianMajor)}
	case Ubuntu:
		f = family{packages: TypeDeb, general: "Ubuntu", ecosystems: ubuntuEcosystems}
	case Echo:
		f = family{packages: TypeDeb, ecosystems: only("Echo")}
	case Alpine:
		f = family{packages: TypeAPK, ecosystems: prefixed("Alpine:", alpineRelease)}
	case Wolfi:
		f = family{packages: TypeAPK, ecosystems: only("Wolfi")}
	case Chainguard:
		f = family{packages: TypeAPK, ecosystems: only("Chainguard", "Wolfi")}
	case MinimOS:
		f = family{packages: TypeAPK, ecosystems: only("MinimOS")}
	case Alpaquita:
		f = family{packages: TypeAPK, ecosystems: prefixed("Alpaquita:", bellSoftRelease)}
	case BellSoft:
		f = family{packages: TypeAPK, ecosystems: prefixed("BellSoft Hardened Containers:", bellSoftRelease)}
	case AlmaLinux:
		f.ecosystems = prefixed("AlmaLinux:", major)
	case RedHat, CentOS:
		f.ecosystems = redHatEcosystems
	case Rocky:
		f.ecosystems, f.binary = prefixed("Rocky Linux:", major), false
	case SLES:
		f.ecosystems = suseEcosystems
	case SLEMicro:
		f.ecosystems = prefixed("SUSE:Linux Enterprise Micro ", whole)
	case OpenSUSELeap:
		f.ecosystems = prefixed("openSUSE:Leap ", whole)
	case OpenSUSETumbleweed:
		f.ecosystems = only("openSUSE:Tumbleweed")
	case Photon:
		f.ecosystems = prefixed("Photon OS:", whole)
	case AzureLinux, Mariner:
		f.ecosystems, f.binary = prefixed("Azure Linux:", major), false
	case Mageia:
		f.ecosystems, f.binary = prefixed("Mageia:", major), false
	case OpenEuler:
		f.ecosystems, f.binary = openEulerEcosystems, false
	default:
		return family{}, false
	}
	return f, true
}

// only is the ecosystems of a family without releases.
func only(list ...Ecosystem) func(OS) []Ecosystem {
	return func(OS) []Ecosystem { return list }
}

// prefixed is the one ecosystem of a release.
func prefixed(prefix string, release func(OS) string) func(OS) []Ecosystem {
	return func(o OS) []Ecosystem {
		r := release(o)
		if r == "" {
			return nil
		}
		return []Ecosystem{Ecosystem(prefix + r)}
	}
}

func whole(o OS) string { return o.Version }

// major is the number before the first dot.
func major(o OS) string {
	m, _, _ := strings.Cut(o.Version, ".")
	if !isNumber(m) {
		return ""
	}
	return m
}

func bellSoftRelease(o OS) string {
	if o.Version == "stream" {
		return o.Version
	}
	return major(o)
}

// redHatEcosystems are the repositories that an installation of the release has
// without being told to.
// https://access.redhat.com/articles/rhel-top-support-policies
func redHatEcosystems(o OS) []Ecosystem {
	m := major(o)
	var streams []string
	switch m {
	case "":
		return nil
	case "6", "7":
		streams = []string{"server", "client", "workstation", "computenode"}
	default:
		streams = []string{"baseos", "appstream", "crb", "highavailability", "nfv", "realtime", "resilientstorage", "sap", "sap_hana", "supplementary"}
	}
	var list []Ecosystem
	for _, s := range streams {
		list = append(list, Ecosystem("Red Hat:enterprise_linux:"+m+"::"+s))
	}
	return append(list, Ecosystem("Red Hat:enterprise_linux:"+m))
}

// suseEcosystems are the server and, since its packages are filed under the
// modules that ship them, those of its service pack.
// https://documentation.suse.com/sles/15-SP6/html/SLES-all/article-modules.html
func suseEcosystems(o OS) []Ecosystem {
	release, pack, _ := strings.Cut(o.Version, ".")
	if !isNumber(release) || pack != "" && !isNumber(pack) {
		return nil
	}
	if release == "16" || len(release) > 2 { // service packs ended with 15
		return []Ecosystem{Ecosystem("SUSE:Linux Enterprise Server " + o.Version)}
	}
	if pack != "" && pack != "0" {
		release += " SP" + pack
	}
	list := []Ecosystem{
		Ecosystem("SUSE:Linux Enterprise Server " + release),
		Ecosystem("SUSE:Linux Enterprise Server " + release + "-LTSS"),
	}
	for _, module := range []string{
		"Basesystem", "Certifications", "Containers", "Desktop Applications", "Development Tools", "Legacy",
		"Package Hub", "Public Cloud", "Python 3", "Server Applications", "Web and Scripting",
	} {
		list = append(list, Ecosystem("SUSE:Linux Enterprise Module for "+module+" "+release))
	}
	return list
}

// openEulerEcosystems spell the release as os-release does in PRETTY_NAME,
// "openEuler 24.03 (LTS-SP1)".
func openEulerEcosystems(o OS) []Ecosystem {
	if o.Version == "" {
		return nil
	}
	plain := Ecosystem("openEuler:" + o.Version)
	_, mark, ok := strings.Cut(o.PrettyName, "(")
	mark, _, closed := strings.Cut(mark, ")")
	if !ok || !closed || mark == "" {
		return []Ecosystem{plain, plain + "-LTS"}
	}
	return []Ecosystem{plain + "-" + Ecosystem(mark)}
}
