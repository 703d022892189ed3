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
	by      names
	modular bool // it has modules: https://docs.fedoraproject.org/en-US/modularity/
}

// names says what advisories name: source packages and their versions, the
// installed ones, or source packages by the versions of the installed ones.
type names uint8

const (
	bySource names = iota
	byBinary
	bySourceName
)

// families is the table of those that OSV has advisories for.
// https://ossf.github.io/osv-schema/#defined-ecosystems
func families(name Family) (family, bool) {
	f := family{packages: TypeRPM, by: byBinary}
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
		f = family{packages: TypeAPK, ecosystems: only("Wolfi"), by: bySourceName}
	case Chainguard:
		f = family{packages: TypeAPK, ecosystems: only("Chainguard", "Wolfi"), by: bySourceName}
	case MinimOS:
		f = family{packages: TypeAPK, ecosystems: only("MinimOS"), by: bySourceName}
	case Alpaquita:
		f = family{packages: TypeAPK, ecosystems: prefixed("Alpaquita:", bellSoftRelease)}
	case BellSoft:
		f = family{packages: TypeAPK, ecosystems: prefixed("BellSoft Hardened Containers:", bellSoftRelease)}
	case AlmaLinux:
		f.ecosystems, f.modular = prefixed("AlmaLinux:", major), true
	case RedHat, CentOS:
		f.ecosystems, f.modular = redHatEcosystems, true
	case Rocky:
		f.ecosystems, f.by, f.modular = prefixed("Rocky Linux:", major), bySource, true
	case SLES:
		f.ecosystems = suseEcosystems
	case SLEMicro:
		f.ecosystems = suseMicroEcosystems
	case OpenSUSELeap:
		f.ecosystems = prefixed("openSUSE:Leap ", whole)
	case OpenSUSETumbleweed:
		f.ecosystems = only("openSUSE:Tumbleweed")
	case Photon:
		f.ecosystems, f.by = prefixed("Photon OS:", whole), bySourceName
	case AzureLinux, Mariner:
		f.ecosystems, f.by = prefixed("Azure Linux:", major), bySource
	case Mageia:
		f.ecosystems, f.by = prefixed("Mageia:", major), bySource
	case OpenEuler:
		f.ecosystems, f.by = openEulerEcosystems, bySource
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

// suseMicroEcosystems has the name of releases before 6 and that of those since.
// https://documentation.suse.com/sle-micro/6.0/
func suseMicroEcosystems(o OS) []Ecosystem {
	if m := major(o); m == "" || len(m) == 1 && m < "6" {
		return prefixed("SUSE:Linux Enterprise Micro ", whole)(o)
	}
	return []Ecosystem{Ecosystem("SUSE:Linux Micro " + o.Version), Ecosystem("SUSE:Linux Enterprise Micro " + o.Version)}
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
