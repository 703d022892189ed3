package vuln

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
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

// The families that are known. Others are carried as the image spells them;
// looking up a package of theirs is [ErrNoAdvisories].
const (
	Debian             Family = "debian"
	Ubuntu             Family = "ubuntu"
	Echo               Family = "echo"
	Alpine             Family = "alpine"
	Wolfi              Family = "wolfi"
	Chainguard         Family = "chainguard"
	MinimOS            Family = "minimos"
	Alpaquita          Family = "alpaquita"
	BellSoft           Family = "bellsoft-hardened-containers"
	RedHat             Family = "rhel"
	CentOS             Family = "centos"
	CentOSStream       Family = "centos-stream" // whose ID is centos too
	AlmaLinux          Family = "almalinux"
	Rocky              Family = "rocky"
	Oracle             Family = "ol"
	Amazon             Family = "amzn"
	Fedora             Family = "fedora"
	SLES               Family = "sles"
	SLEMicro           Family = "sle-micro"
	OpenSUSELeap       Family = "opensuse-leap"
	OpenSUSETumbleweed Family = "opensuse-tumbleweed"
	Photon             Family = "photon"
	AzureLinux         Family = "azurelinux"
	Mariner            Family = "mariner" // CBL-Mariner, Azure Linux before 3
	Mageia             Family = "mageia"
	OpenEuler          Family = "openEuler"
	Bottlerocket       Family = "bottlerocket"
	CoreOS             Family = "coreos"
	Arch               Family = "arch"
	Gentoo             Family = "gentoo"
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
	// Extended is set where the image is subscribed to maintenance beyond the
	// release's end: Ubuntu Pro's esm-infra.
	Extended bool
}

// String is the family and the version: "debian 12.15".
func (o OS) String() string {
	return strings.TrimSpace(string(o.Family) + " " + o.Version)
}

// ErrNoAdvisories is matched by the error for an operating system that no
// advisories are known for, or whose release cannot be told.
var ErrNoAdvisories = errors.New("no advisories")

// Ecosystems are those that OSV files the advisories for o under, all of which
// count:
//
//	debian       Debian:<major>                        "12.15" is Debian:12
//	ubuntu       Ubuntu:<version>, :LTS after it for the April releases of even
//	             years; a database may not have marked one yet, so both.
//	             Ubuntu:Pro:<version>:LTS beside them where Extended is set
//	alpine       Alpine:v<major>.<minor>, Alpine:edge  Repository before Version
//	almalinux    AlmaLinux:<major>
//	rocky        Rocky Linux:<major>
//	rhel, centos Red Hat:<CPE> of the repositories of the major release
//	sles         SUSE:Linux Enterprise Server <15 SP5> and its modules
//	sle-micro    SUSE:Linux Enterprise Micro <5.3>, SUSE:Linux Micro <6.0>
//	opensuse     openSUSE:Leap <15.5>, openSUSE:Tumbleweed
//	photon       Photon OS:<5.0>
//	azurelinux   Azure Linux:<major>, mariner too
//	mageia       Mageia:<major>
//	openEuler    openEuler:<24.03-LTS>
//	wolfi, chainguard, minimos, echo  without a release
//	alpaquita, bellsoft-hardened-containers  by release, or stream
//
// An error matches [ErrNoAdvisories].
func (o OS) Ecosystems() ([]Ecosystem, error) {
	f, ok := families(o.Family)
	if !ok {
		return nil, fmt.Errorf("%w for the family %q", ErrNoAdvisories, o.Family)
	}
	if list := f.ecosystems(o); len(list) > 0 {
		return list, nil
	}
	return nil, fmt.Errorf("%w: the release of %s %q cannot be told", ErrNoAdvisories, o.Family, o.Version)
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

// ubuntuEcosystems adds the LTS mark that OSV has for April of even years, and
// "Ubuntu:26.04" after "Ubuntu:26.04:LTS": records of a release from before it
// was marked. What Ubuntu Pro maintains is filed apart; a record names each
// package of a release in one of the two only.
// https://ubuntu.com/about/release-cycle
func ubuntuEcosystems(o OS) []Ecosystem {
	year, month, ok := strings.Cut(o.Version, ".")
	month, _, _ = strings.Cut(month, ".") // 18.04.6
	if !ok || !isNumber(year) || !isNumber(month) {
		return nil
	}
	release := Ecosystem("Ubuntu:" + year + "." + month)
	if n, _ := strconv.Atoi(year); n%2 == 0 && month == "04" {
		list := []Ecosystem{release + ":LTS", release}
		if o.Extended {
			list = append(list, Ecosystem("Ubuntu:Pro:"+year+"."+month+":LTS"))
		}
		return list
	}
	return []Ecosystem{release}
}

// alpineRelease is "v3.19" or "edge".
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
