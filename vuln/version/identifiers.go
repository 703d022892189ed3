package version

import (
	"cmp"
	"strings"
)

// Identifiers are the dot-separated numbers and words of a pre-release or of
// build metadata. The first, if there is one, comes before those of the list:
// Go writes "rc2" for "rc.2". Both empty are none.
type identifiers struct{ first, list string }

func (l identifiers) empty() bool { return l.first == "" && l.list == "" }

// next takes the first identifier off the list, which is not empty.
func (l identifiers) next() (id string, rest identifiers) {
	if l.first != "" {
		return l.first, identifiers{list: l.list}
	}
	id, l.list, _ = strings.Cut(l.list, ".")
	return id, l
}

// A casing says whether the case of letters tells words apart.
type casing bool

const (
	exactCase casing = false
	foldCase  casing = true
)

// checkIdentifiers checks the dot-separated list that stands at byte at of its
// version. Numbers may start with zero if zeros is set.
func checkIdentifiers(list string, at int, zeros bool) flaw {
	for more := true; more; {
		var id string
		id, list, more = strings.Cut(list, ".")
		if id == "" {
			return flaw{at, "empty identifier"}
		}
		if n := identifierRun(id); n < len(id) {
			return flaw{at + n, "invalid character in an identifier"}
		}
		if !zeros && len(id) > 1 && id[0] == '0' && isNumeric(id) {
			return flaw{at, "number with a leading zero"}
		}
		at += len(id) + 1
	}
	return flaw{}
}

// identifierRun is the length of the run of ASCII letters, digits and hyphens
// that s starts with.
func identifierRun(s string) int {
	n := 0
	for n < len(s) && (isDigit(s[n]) || isLetter(s[n]) || s[n] == '-') {
		n++
	}
	return n
}

func isNumeric(id string) bool { return digitRun(id) == len(id) }

// comparePrerelease orders what follows the same three numbers: a release,
// which has no identifiers, is last.
func comparePrerelease(a, b identifiers, c casing) int {
	switch {
	case a.empty() && b.empty():
		return 0
	case a.empty():
		return +1
	case b.empty():
		return -1
	}
	return compareIdentifiers(a, b, c)
}

// compareIdentifiers orders two lists identifier by identifier; a list that
// ends before another is first (semver, item 11).
func compareIdentifiers(a, b identifiers, c casing) int {
	for !a.empty() && !b.empty() {
		var x, y string
		x, a = a.next()
		y, b = b.next()
		if order := compareIdentifier(x, y, c); order != 0 {
			return order
		}
	}
	return cmp.Compare(len(a.first)+len(a.list), len(b.first)+len(b.list))
}

// compareIdentifier orders numbers by value, before words by bytes.
func compareIdentifier(x, y string, c casing) int {
	switch xn, yn := isNumeric(x), isNumeric(y); {
	case xn && yn:
		return compareDigits(x, y)
	case xn:
		return -1
	case yn:
		return +1
	case c == foldCase:
		return compareFold(x, y)
	}
	return strings.Compare(x, y)
}

// What comes next in the key of identifiers.
const (
	semverEnd     = 0x01 // of the list
	semverNumber  = 0x02
	semverWord    = 0x03
	semverRelease = 0xFF // no pre-release
)

// appendPrerelease appends the key whose order is [comparePrerelease].
func appendPrerelease(dst []byte, pre identifiers, c casing) []byte {
	if pre.empty() {
		return append(dst, semverRelease)
	}
	return appendIdentifiers(dst, pre, c)
}

// appendIdentifiers appends the key whose order is [compareIdentifiers].
func appendIdentifiers(dst []byte, l identifiers, c casing) []byte {
	for !l.empty() {
		var id string
		id, l = l.next()
		if isNumeric(id) {
			dst = appendNumber(append(dst, semverNumber), id)
			continue
		}
		dst = append(dst, semverWord)
		if c == foldCase {
			dst = appendFold(dst, id)
		} else {
			dst = append(dst, id...)
		}
		dst = append(dst, 0) // before any character of a word, so the shorter is first
	}
	return append(dst, semverEnd)
}
