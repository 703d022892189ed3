package analyze

import (
	"errors"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// A requirement is a dependency as Python spells it,
// https://packaging.python.org/en/latest/specifications/dependency-specifiers/:
//
//	name [extra, extra] ==1.0, <2 ; marker
//	name @ URL ; marker
type requirement struct {
	name      string
	specifier string // "==1.0, <2"; "" where any version will do
}

var (
	errNotRequirement = errors.New("not a requirement")
	errTwoPins        = errors.New("two versions")
)

// parseRequirement reads s, of which the marker is not looked at.
func parseRequirement(s string) (requirement, error) {
	s = strings.TrimSpace(s)
	n := 0
	for n < len(s) && isNameByte(s[n]) {
		n++
	}
	name := s[:n]
	if name == "" || !isAlphanumeric(name[0]) || !isAlphanumeric(name[n-1]) {
		return requirement{}, errNotRequirement
	}
	rest := strings.TrimSpace(s[n:])
	if strings.HasPrefix(rest, "[") {
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			return requirement{}, errNotRequirement
		}
		rest = strings.TrimSpace(rest[end+1:])
	}
	if strings.HasPrefix(rest, "@") {
		return requirement{name: name}, nil
	}
	rest, _, _ = strings.Cut(rest, ";")
	rest = strings.TrimSpace(rest)
	if strings.HasPrefix(rest, "(") && strings.HasSuffix(rest, ")") {
		rest = strings.TrimSpace(rest[1 : len(rest)-1])
	}
	if rest != "" && !strings.ContainsRune("=<>!~", rune(rest[0])) {
		return requirement{}, errNotRequirement
	}
	return requirement{name, rest}, nil
}

// pin is the one version that r admits; "" where it admits others.
func (r requirement) pin() (string, error) {
	var pin string
	for clause := range strings.SplitSeq(r.specifier, ",") {
		clause = strings.TrimSpace(clause)
		version, ok := strings.CutPrefix(clause, "===")
		if !ok {
			if version, ok = strings.CutPrefix(clause, "=="); !ok {
				continue
			}
		}
		version, _, _ = strings.Cut(version, "#") // a comment without a space before it
		version = strings.TrimSpace(version)
		switch {
		case strings.HasSuffix(version, ".*"), strings.Contains(version, "${"): // what the environment says
			continue
		case version == "":
			return "", errNoVersion
		case len(version) > maxValue || !isVersion(version):
			return "", fmt.Errorf("a version that is none: %.*q", maxQuote, version)
		case pin != "" && pin != version:
			return "", errTwoPins
		}
		pin = version
	}
	return pin, nil
}

// isVersion holds for all that a version can be made of, and some more.
func isVersion(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("=<>~;\"'(){}[]*", c) >= 0 {
			return false
		}
	}
	return true
}

func isNameByte(c byte) bool { return isAlphanumeric(c) || c == '-' || c == '_' || c == '.' }

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// normalPyPI is name as PyPI compares it.
func normalPyPI(name string) string { return vuln.NormalizeName("PyPI", name) }
