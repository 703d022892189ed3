package analyze

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Gentoo lists the packages of Portage's database, and their files: a package is
// a directory var/db/pkg/CATEGORY/NAME-VERSION, in which CONTENTS, which is there
// though the package has no files, lists them. The directory says all else: the
// name is CATEGORY/NAME, the version has its revision, -rN, if it has one. There
// are no source packages. Where the version begins is told by the rules of the
// Package Manager Specification: after the last hyphen, or the last but one where
// a revision follows.
//
// A line of CONTENTS is its kind and a path, and for a file its checksum and time,
// for a link its target and time. Directories are left out.
//
//	dir /usr/lib64
//	obj /usr/lib64/libkeel.so.1 d41d8cd98f00b204e9800998ecf8427e 1700000000
//	sym /usr/lib64/libkeel.so -> libkeel.so.1 1700000000
//
// A directory whose name has no version is an error, and so is a line of another
// form, which is left out. The package is there though its files cannot be read. A directory that Portage is filling, -MERGING-NAME, is
// not a package yet. Neither slots, nor licences, nor the repositories that
// packages are from are read: they are in files of their own.
//
// https://projects.gentoo.org/pms/8/pms.html#names-and-versions
// https://projects.gentoo.org/pms/8/pms.html#contents
var Gentoo artifact.Analyzer = gentoo{}

type gentoo struct{}

func (gentoo) Name() string { return "portage" }
func (gentoo) Version() int { return 1 }

func (gentoo) Patterns() []artifact.Pattern { return []artifact.Pattern{{Base: "CONTENTS"}} }

var errNotAtom = errors.New("a directory that is not named as a package and its version")

func (gentoo) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	inside, ok := strings.CutPrefix(path.Dir(f.Path), "var/db/pkg/")
	category, pf, two := strings.Cut(inside, "/")
	if !ok || !two || strings.Contains(pf, "/") || path.Base(f.Path) != "CONTENTS" || strings.HasPrefix(pf, "-MERGING-") {
		return artifact.Facts{}, nil
	}
	owned, err := ownedList(f, contentsPath)
	facts := artifact.Facts{Owned: owned}
	if name, version, ok := splitAtom(pf); ok { // whatever is wrong with its files
		facts.Components = []artifact.Component{library(vuln.TypeEbuild, category+"/"+name, version)}
	} else if err == nil {
		err = fmt.Errorf("read %s: %w", f.Path, errNotAtom)
	} else {
		err = fmt.Errorf("%w; %w", err, errNotAtom)
	}
	return facts, err
}

// splitAtom splits "keel-utils-1.4.2_p1-r2" at the hyphen before its version.
func splitAtom(pf string) (name, version string, ok bool) {
	i := strings.LastIndexByte(pf, '-')
	if i > 0 && isRevision(pf[i+1:]) {
		if j := strings.LastIndexByte(pf[:i], '-'); j > 0 && isEbuildVersion(pf[j+1:i]) {
			return pf[:j], pf[j+1:], true
		}
		return "", "", false
	}
	if i > 0 && isEbuildVersion(pf[i+1:]) {
		return pf[:i], pf[i+1:], true
	}
	return "", "", false
}

func isRevision(s string) bool {
	digits, ok := strings.CutPrefix(s, "r")
	return ok && digits != "" && trimDigits(digits) == ""
}

// isEbuildVersion reports whether s is numbers joined by dots, a letter, and
// suffixes such as _alpha and _p1, of which only the first must be there.
func isEbuildVersion(s string) bool {
	for {
		rest := trimDigits(s)
		if rest == s {
			return false
		}
		if s = rest; !strings.HasPrefix(s, ".") {
			break
		}
		s = s[1:]
	}
	if s != "" && 'a' <= s[0] && s[0] <= 'z' {
		s = s[1:]
	}
	for s != "" {
		rest, ok := cutSuffixWord(s)
		if !ok {
			return false
		}
		s = trimDigits(rest)
	}
	return true
}

// cutSuffixWord takes "_alpha", "_beta", "_pre", "_rc" or "_p" off the front.
func cutSuffixWord(s string) (rest string, ok bool) {
	for _, word := range [...]string{"_alpha", "_beta", "_pre", "_rc", "_p"} {
		if rest, ok = strings.CutPrefix(s, word); ok {
			return rest, true
		}
	}
	return s, false
}

func trimDigits(s string) string { return strings.TrimLeft(s, "0123456789") }

// contentsPath is the path in a line of CONTENTS, and "" in that of a directory.
func contentsPath(line string) (string, bool) {
	kind, rest, _ := strings.Cut(line, " ")
	switch kind {
	case "dir":
		return "", rest != ""
	case "obj": // path, checksum, time: the path may have blanks
		rest = cutLastWord(cutLastWord(rest))
	case "sym": // path, arrow, target, time
		rest, _, _ = strings.Cut(rest, " -> ")
	case "dev", "fif":
	default:
		return "", false
	}
	return rest, strings.HasPrefix(rest, "/")
}

// cutLastWord is s before its last blank; "" if there is none.
func cutLastWord(s string) string { return s[:max(strings.LastIndexByte(s, ' '), 0)] }
