package vuln

import (
	"embed"
	"strings"
	"time"
)

// eolTable is a row for each release; its head says what the columns are.
//
//go:embed eol.txt
var eolTable string

var _ embed.FS // the compiler wants the package imported where something is embedded

// An EndOfLife says until when a distribution supports a release with security
// fixes.
type EndOfLife struct {
	// Release is the release as the table names it, "12" for Debian 12.5; "*"
	// where a family has no releases.
	Release string
	// Date is the last day, at midnight UTC. It is the distribution's own support
	// for everybody, or that which the system is subscribed to where OS.Extended
	// is set. The zero time: no end is announced.
	Date   time.Time
	Source string // address of the announcement
}

// Passed reports whether the support is over at that time.
func (e EndOfLife) Passed(now time.Time) bool {
	return !e.Date.IsZero() && !now.Before(e.Date.AddDate(0, 0, 1))
}

// EndOfLife is the end of the support of o, from the table that comes with the
// package. It is not known for a release that the table lacks: such a release may
// be newer than the table, and may be supported or not.
func (o OS) EndOfLife() (e EndOfLife, known bool) {
	release := o.eolRelease()
	if release == "" {
		return EndOfLife{}, false
	}
	for line := range strings.Lines(eolTable) {
		row, ok := parseEOL(line)
		if !ok || row.family != o.Family || row.release != release {
			continue
		}
		e = EndOfLife{Release: release, Date: row.date, Source: row.source}
		if o.Extended && !row.extended.IsZero() {
			e.Date = row.extended
		}
		return e, true
	}
	return EndOfLife{}, false
}

// eolRelease is how the table names the release of o; "" if it cannot be told.
func (o OS) eolRelease() string {
	switch o.Family {
	case Debian:
		return debianMajor(o)
	case Ubuntu:
		return upToMinor(o.Version)
	case Alpine:
		return strings.TrimPrefix(alpineRelease(o), "v")
	case RedHat, CentOS, CentOSStream, AlmaLinux, Rocky, Oracle, Fedora, Mageia:
		return major(o)
	case Amazon:
		return amazonRelease(o.Version)
	case SLES:
		if m := major(o); m == "11" || m == "12" || m == "15" { // since 16, the first release is a ".0"
			return strings.TrimSuffix(upToMinor(o.Version), ".0")
		}
		return upToMinor(o.Version)
	case SLEMicro, OpenSUSELeap, Photon, AzureLinux, Mariner:
		return upToMinor(o.Version)
	case OpenEuler:
		if list := openEulerEcosystems(o); len(list) > 0 {
			return strings.TrimPrefix(string(list[0]), "openEuler:")
		}
	case Wolfi, Chainguard, MinimOS, OpenSUSETumbleweed, Arch, Gentoo, CoreOS:
		return "*"
	}
	return ""
}

// upToMinor is "22.04" for "22.04.3".
func upToMinor(version string) string {
	major, rest, ok := strings.Cut(version, ".")
	if !ok {
		return version
	}
	minor, _, _ := strings.Cut(rest, ".")
	return major + "." + minor
}

// amazonRelease is the number of the release. Those before 2 had dates for
// numbers, "2018.03", and ended together.
func amazonRelease(version string) string {
	word, _, _ := strings.Cut(version, " ")
	number := major(OS{Version: word})
	if len(number) == 4 && number < "2022" {
		return "1"
	}
	return number
}

// An eolRow is a row of the table.
type eolRow struct {
	family         Family
	release        string
	date, extended time.Time // zero: "-"
	source         string
}

// parseEOL reads a line; ok is false for one that is no row.
func parseEOL(line string) (row eolRow, ok bool) {
	fields := strings.Fields(line)
	if len(fields) != 5 || fields[0] == "#" {
		return eolRow{}, false
	}
	row = eolRow{family: Family(fields[0]), release: fields[1], source: fields[4]}
	var err1, err2 error
	row.date, err1 = parseDay(fields[2])
	row.extended, err2 = parseDay(fields[3])
	return row, err1 == nil && err2 == nil
}

func parseDay(s string) (time.Time, error) {
	if s == "-" {
		return time.Time{}, nil
	}
	return time.Parse(time.DateOnly, s)
}
