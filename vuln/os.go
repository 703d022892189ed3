package vuln

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// An Ecosystem names a set of advisories whose versions have one order, with
// its release where it has one: "npm", "Debian:12", "Ubuntu:22.04:LTS".
// https://ossf.github.io/osv-schema/#defined-ecosystems
type Ecosystem string

// Base is the part before the release: "Ubuntu" for "Ubuntu:22.04:LTS".
func (e Ecosystem) Base() string {
	base, _, _ := strings.Cut(string(e), ":")
	return base
}

// A Family is a line of operating system releases, spelled as the ID of its
// os-release file: "debian", "ubuntu", "alpine".
// https://www.freedesktop.org/software/systemd/man/latest/os-release.html#ID=
type Family string

// The families that have advisories. Others are carried as the image spells
// them; looking up a package of theirs is [ErrNoAdvisories].
const (
	Debian Family = "debian"
	Ubuntu Family = "ubuntu"
	Alpine Family = "alpine"
)

// An OS is the operating system of an image.
type OS struct {
	Family Family
	// Version is the most exact release the image names: "12.15", "22.04",
	// "3.19.1", "trixie/sid". Empty: the image names none.
	Version string
	// Codename is the release's word, where the image has one: "bookworm".
	Codename string
	// PrettyName is the name for people: "Debian GNU/Linux 12 (bookworm)".
	PrettyName string
	// Repository is the release that Alpine's package repositories name,
	// "3.19" or "edge"; it may differ from Version, and decides.
	Repository string
}

// String is the family and the version: "debian 12.15".
func (o OS) String() string {
	return strings.TrimSpace(string(o.Family) + " " + o.Version)
}

// ErrNoAdvisories is matched by the error for an operating system that no
// advisories are known for, or whose release cannot be told.
var ErrNoAdvisories = errors.New("no advisories")

// Ecosystem is the ecosystem that advisories for o are filed under:
//
//	debian  Debian:<major>                        "12.15" is Debian:12
//	ubuntu  Ubuntu:<version>, :LTS after it for the April releases of even years
//	alpine  Alpine:v<major>.<minor>, Alpine:edge  Repository before Version
//
// An error matches [ErrNoAdvisories].
func (o OS) Ecosystem() (Ecosystem, error) {
	switch o.Family {
	case Debian:
		if major := debianMajor(o); major != "" {
			return Ecosystem("Debian:" + major), nil
		}
	case Ubuntu:
		if release := ubuntuRelease(o.Version); release != "" {
			return Ecosystem("Ubuntu:" + release), nil
		}
	case Alpine:
		if release := alpineRelease(o); release != "" {
			return Ecosystem("Alpine:" + release), nil
		}
	default:
		return "", fmt.Errorf("%w for the family %q", ErrNoAdvisories, o.Family)
	}
	return "", fmt.Errorf("%w: the release of %s %q cannot be told", ErrNoAdvisories, o.Family, o.Version)
}

// debianMajor takes the number before the first dot, else the number of the
// codename: testing has no VERSION_ID, and debian_version says "trixie/sid".
// https://www.debian.org/releases/
func debianMajor(o OS) string {
	major, _, _ := strings.Cut(o.Version, ".")
	if isNumber(major) {
		return major
	}
	name, _, _ := strings.Cut(o.Version, "/")
	for _, word := range []string{o.Codename, name} {
		switch word {
		case "jessie":
			return "8"
		case "stretch":
			return "9"
		case "buster":
			return "10"
		case "bullseye":
			return "11"
		case "bookworm":
			return "12"
		case "trixie":
			return "13"
		case "forky":
			return "14"
		case "duke":
			return "15"
		}
	}
	return ""
}

// ubuntuRelease adds the LTS mark that OSV has for April of even years.
// https://ubuntu.com/about/release-cycle
func ubuntuRelease(version string) string {
	year, month, ok := strings.Cut(version, ".")
	month, _, _ = strings.Cut(month, ".") // 18.04.6
	if !ok || !isNumber(year) || !isNumber(month) {
		return ""
	}
	release := year + "." + month
	if n, _ := strconv.Atoi(year); n%2 == 0 && month == "04" {
		release += ":LTS"
	}
	return release
}

func alpineRelease(o OS) string {
	v := o.Repository
	if v == "" {
		v = o.Version
	}
	if v == "edge" || strings.Contains(v, "_alpha") { // 3.20_alpha20231219 is edge's own name
		return "edge"
	}
	major, rest, ok := strings.Cut(strings.TrimPrefix(v, "v"), ".")
	minor, _, _ := strings.Cut(rest, ".")
	if !ok || !isNumber(major) || !isNumber(minor) {
		return ""
	}
	return "v" + major + "." + minor
}

func isNumber(s string) bool {
	if s == "" || len(s) > 6 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// A Lookup is what a package is looked up by in a database.
type Lookup struct {
	Ecosystem Ecosystem
	Name      string
	Version   string
	Scheme    version.Scheme // the order of Version and of the advisories' bounds
}

// LookupOf says how p, installed on os, is looked up: Debian, Ubuntu and
// Alpine file advisories under the source package and its version. An error
// matches [ErrNoAdvisories].
func LookupOf(os OS, p *Package) (Lookup, error) {
	eco, err := os.Ecosystem()
	if err != nil {
		return Lookup{}, err
	}
	want, scheme := TypeDeb, version.Deb
	if os.Family == Alpine {
		want, scheme = TypeAPK, version.APK
	}
	if p.Type != want {
		return Lookup{}, fmt.Errorf("%w for %s packages on %s", ErrNoAdvisories, p.Type, os.Family)
	}
	return Lookup{Ecosystem: eco, Name: p.SourceName, Version: p.SourceVersion, Scheme: scheme}, nil
}
