package analyze

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// OSRelease reads the files that name the operating system. Each gives the part
// it knows, and the engine joins them:
//
//	etc/os-release, usr/lib/os-release, Bottlerocket's in its sys-root
//	                        all but Repository and Extended; the family is ID
//	etc/lsb-release         the same, from the DISTRIB_ variables
//	etc/NAME-release        the family and the number of a line such as "Rocky
//	usr/lib/NAME-release    Linux release 9.3 (Blue Onyx)", NAME being redhat,
//	                        centos, rocky, almalinux, oracle, fedora or system
//	etc/debian_version      debian, and the first line: "12.15", "trixie/sid"
//	etc/alpine-release      alpine, and the first line: "3.19.1"
//	etc/apk/repositories    alpine, and Repository: "3.19", "edge"
//	var/lib/ubuntu-advantage/status.json
//	                        ubuntu, and Extended, if esm-infra is enabled
//
// A family is in lower case, but where package vuln has a spelling of its own,
// openEuler. An ID that is another name of one of its families becomes that
// one: opensuse is opensuse-leap, redhat is rhel, sl-micro and sle-micro-rancher
// are sle-micro, sles_sap, which has the packages of sles, is sles. Two IDs are
// shared: centos is centos-stream where NAME says so, and fedora is coreos where
// VARIANT_ID does. An ID that vuln does not know is the family as it stands:
// raspbian and kali are themselves, not the debian they are made from, since
// their packages have versions that Debian's advisories do not speak of.
//
// Ubuntu has a debian_version too; that this is not its version is known only
// beside the other files.
//
// An error is a file that is empty or does not name the family. It matches
// [artifact.ErrLimit] if the file is larger than 64 KiB or a line longer than
// 4 KiB. Repositories that name no release, or none at all, are no error: they
// say nothing. Nor does an lsb-release that names only versions of the LSB, or
// a status.json without esm-infra.
//
//	https://www.freedesktop.org/software/systemd/man/latest/os-release.html
//	https://documentation.ubuntu.com/pro-client/en/latest/
var OSRelease artifact.Analyzer = osRelease{}

type osRelease struct{}

func (osRelease) Name() string { return "os-release" }
func (osRelease) Version() int { return 1 }

// An osFile is a file that names the operating system, and how it is read.
type osFile struct {
	path  string
	parse func(text []byte) (vuln.OS, error)
}

func osFiles() []osFile {
	return []osFile{
		{"etc/os-release", parseOSRelease},
		{"usr/lib/os-release", parseOSRelease},
		{"aarch64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release", parseOSRelease},
		{"x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release", parseOSRelease},
		{"etc/lsb-release", parseLSBRelease},
		{"etc/oracle-release", parseReleaseLine},
		{"etc/almalinux-release", parseReleaseLine},
		{"etc/rocky-release", parseReleaseLine},
		{"etc/centos-release", parseReleaseLine},
		{"etc/fedora-release", parseReleaseLine},
		{"usr/lib/fedora-release", parseReleaseLine},
		{"etc/redhat-release", parseReleaseLine},
		{"etc/system-release", parseReleaseLine},
		{"usr/lib/system-release", parseReleaseLine},
		{"etc/debian_version", parseDebianVersion},
		{"etc/alpine-release", parseAlpineRelease},
		{"etc/apk/repositories", parseRepositories},
	}
}

func (osRelease) Patterns() []artifact.Pattern {
	patterns := []artifact.Pattern{{Path: proStatusPath}}
	for _, known := range osFiles() {
		patterns = append(patterns, artifact.Pattern{Path: known.path})
	}
	return patterns
}

func (osRelease) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	if f.Path == proStatusPath {
		return proStatus(f)
	}
	for _, known := range osFiles() {
		if known.path != f.Path {
			continue
		}
		text, err := osText(f)
		if err != nil {
			return artifact.Facts{}, err
		}
		os, err := known.parse(text)
		switch {
		case err != nil:
			return artifact.Facts{}, fmt.Errorf("read %s: %w", f.Path, err)
		case os != vuln.OS{}:
			return artifact.Facts{OS: &os}, nil
		}
	}
	return artifact.Facts{}, nil
}

// Bounds of a file that names the operating system.
const (
	maxOSText = 64 << 10
	maxOSLine = 4 << 10
)

// osText returns the content of f, if it is within the bounds.
func osText(f *artifact.File) ([]byte, error) {
	if f.Size > maxOSText {
		return nil, fmt.Errorf("read %s: %w: %d bytes in a file that names the system, of %d",
			f.Path, artifact.ErrLimit, f.Size, maxOSText)
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	for n, line := range lines(text) {
		if len(line) > maxOSLine {
			return nil, fmt.Errorf("read %s: line %d: %w: %d bytes, of %d",
				f.Path, n, artifact.ErrLimit, len(line), maxOSLine)
		}
	}
	return text, nil
}

var errEmpty = errors.New("empty file")

// parseOSRelease follows os-release(5), but for a value that is not quoted and
// holds blanks, which is taken whole.
func parseOSRelease(text []byte) (vuln.OS, error) {
	vars := assignments(text)
	os, err := osOf(text, vars, "ID", "VERSION_ID", "VERSION_CODENAME", "PRETTY_NAME")
	switch {
	case os.Family == vuln.CentOS && strings.Contains(vars["NAME"], "Stream"):
		os.Family = vuln.CentOSStream
	case os.Family == vuln.Fedora && vars["VARIANT_ID"] == "coreos":
		os.Family = vuln.CoreOS
	}
	if os.Codename == "" { // Ubuntu before 18.04
		os.Codename = vars["UBUNTU_CODENAME"]
	}
	return os, err
}

// parseLSBRelease reads what Ubuntu answers lsb_release(1) from. Red Hat has a
// file of the name that only lists versions of the LSB.
func parseLSBRelease(text []byte) (vuln.OS, error) {
	vars := assignments(text)
	if vars["DISTRIB_ID"] == "" && vars["LSB_VERSION"] != "" {
		return vuln.OS{}, nil
	}
	return osOf(text, vars, "DISTRIB_ID", "DISTRIB_RELEASE", "DISTRIB_CODENAME", "DISTRIB_DESCRIPTION")
}

func osOf(text []byte, vars map[string]string, id, version, codename, pretty string) (vuln.OS, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return vuln.OS{}, errEmpty
	}
	family := familyOf(vars[id])
	if family == "" {
		return vuln.OS{}, fmt.Errorf("no %s", id)
	}
	return vuln.OS{
		Family:     family,
		Version:    vars[version],
		Codename:   vars[codename],
		PrettyName: vars[pretty],
	}, nil
}

// familyOf is the family that an ID names.
func familyOf(id string) vuln.Family {
	id = strings.ToLower(strings.TrimSpace(id))
	switch id {
	case "redhat", "redhatenterprise", "redhatenterpriseserver": // DISTRIB_ID
		return vuln.RedHat
	case "opensuse":
		return vuln.OpenSUSELeap
	case "sles_sap":
		return vuln.SLES
	case "sl-micro", "sle-micro-rancher":
		return vuln.SLEMicro
	case "openeuler":
		return vuln.OpenEuler
	}
	return vuln.Family(id)
}

func parseDebianVersion(text []byte) (vuln.OS, error) {
	version, err := firstLine(text)
	return vuln.OS{Family: vuln.Debian, Version: version}, err
}

func parseAlpineRelease(text []byte) (vuln.OS, error) {
	version, err := firstLine(text)
	return vuln.OS{Family: vuln.Alpine, Version: version}, err
}

func firstLine(text []byte) (string, error) {
	for _, line := range lines(text) {
		if !isBlank(line) {
			return string(bytes.TrimSpace(line)), nil
		}
		break
	}
	return "", errEmpty
}
