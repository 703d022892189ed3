package analyze

import (
	"errors"
	"strings"

	"github.com/plimsoll-go/plimsoll/vuln"
)

var errNotRelease = errors.New("a first line that is not a name, \"release\" and a number")

// parseReleaseLine reads the line that distributions with rpm have in a file:
// "CentOS Linux release 7.9.2009 (Core)". What stands before the word release
// is the name; the number after it may be missing.
//
//	Amazon Linux AMI release 2018.03
//	Red Hat Enterprise Linux Server release 7.9 (Maipo)
//	Fedora release 42 (Adams)
func parseReleaseLine(text []byte) (vuln.OS, error) {
	line, err := firstLine(text)
	if err != nil {
		return vuln.OS{}, err
	}
	name, rest, ok := strings.Cut(line, " release ")
	if !ok { // "Amazon Linux 2"
		name, rest = cutNumber(line)
	}
	family := releaseFamily(name)
	if family == "" || !ok && rest == "" {
		return vuln.OS{}, errNotRelease
	}
	return vuln.OS{Family: family, Version: leadingNumber(rest), PrettyName: line}, nil
}

// cutNumber cuts line before its first word that is a number.
func cutNumber(line string) (name, rest string) {
	for i := 1; i < len(line); i++ {
		if line[i-1] == ' ' && asciiDigit(line[i]) {
			return line[:i-1], line[i:]
		}
	}
	return line, ""
}

// leadingNumber is the digits and dots that s starts with, and no dot last.
func leadingNumber(s string) string {
	s = strings.TrimLeft(s, " ")
	end := 0
	for end < len(s) && (asciiDigit(s[end]) || s[end] == '.' && end > 0) {
		end++
	}
	return strings.TrimRight(s[:end], ".")
}

func asciiDigit(c byte) bool { return '0' <= c && c <= '9' }

// releaseFamily is the family of a distribution's name for people. That of one
// which is not listed is the name's first word, and so, mostly, what its
// os-release has for an ID: "scientific", "mageia".
func releaseFamily(name string) vuln.Family {
	is := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
	switch {
	case is("CentOS Stream"):
		return vuln.CentOSStream
	case is("Red Hat") && strings.Contains(name, "CoreOS"):
		return "rhcos"
	case is("Red Hat"):
		return vuln.RedHat
	case is("Oracle"):
		return vuln.Oracle
	case is("Amazon Linux"):
		return vuln.Amazon
	case is("Fedora") && strings.Contains(name, "CoreOS"):
		return vuln.CoreOS
	}
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	return familyOf(words[0]) // centos, rocky, almalinux, fedora are spelled so
}
