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
//	etc/os-release, usr/lib/os-release  all but Repository; the family is ID in lower case
//	etc/lsb-release                     the same, from the DISTRIB_ variables
//	etc/debian_version                  debian, and the first line: "12.15", "trixie/sid"
//	etc/alpine-release                  alpine, and the first line: "3.19.1"
//	etc/apk/repositories                alpine, and Repository: "3.19", "edge"
//
// Ubuntu has a debian_version too; that this is not its version is known only
// beside the other files.
//
// An error is a file that is empty or does not name the family. It matches
// [artifact.ErrLimit] if the file is larger than 64 KiB or a line longer than
// 4 KiB. Repositories that name no release, or none at all, are no error: they
// say nothing.
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
		{"etc/lsb-release", parseLSBRelease},
		{"etc/debian_version", parseDebianVersion},
		{"etc/alpine-release", parseAlpineRelease},
		{"etc/apk/repositories", parseRepositories},
	}
}

func (osRelease) Patterns() []artifact.Pattern {
	var patterns []artifact.Pattern
	for _, known := range osFiles() {
		patterns = append(patterns, artifact.Pattern{Path: known.path})
	}
	return patterns
}

func (osRelease) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
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
// https://www.freedesktop.org/software/systemd/man/latest/os-release.html
func parseOSRelease(text []byte) (vuln.OS, error) {
	vars := assignments(text)
	if vars["VERSION_CODENAME"] == "" { // Ubuntu before 18.04
		vars["VERSION_CODENAME"] = vars["UBUNTU_CODENAME"]
	}
	return osOf(text, vars, "ID", "VERSION_ID", "VERSION_CODENAME", "PRETTY_NAME")
}

// parseLSBRelease reads what Ubuntu answers lsb_release(1) from.
func parseLSBRelease(text []byte) (vuln.OS, error) {
	return osOf(text, assignments(text),
		"DISTRIB_ID", "DISTRIB_RELEASE", "DISTRIB_CODENAME", "DISTRIB_DESCRIPTION")
}

func osOf(text []byte, vars map[string]string, id, version, codename, pretty string) (vuln.OS, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return vuln.OS{}, errEmpty
	}
	family := strings.ToLower(strings.TrimSpace(vars[id]))
	if family == "" {
		return vuln.OS{}, fmt.Errorf("no %s", id)
	}
	return vuln.OS{
		Family:     vuln.Family(family),
		Version:    vars[version],
		Codename:   vars[codename],
		PrettyName: vars[pretty],
	}, nil
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
