package version

import (
	"cmp"
	"strings"
)

// Semver is the order of Semantic Versioning 2.0.0: three numbers; at the same
// numbers a pre-release comes before the release; build metadata does not
// count. Numbers have any length.
//
// Check takes, beside what the specification takes, one leading "v" and a
// version without patch or minor, which rank as zero: "v1.2" is "1.2.0". Both
// stand in published advisories.
//
// https://semver.org/spec/v2.0.0.html, items 9 to 11.
var Semver Scheme = semver{}

type semver struct{}

func (semver) String() string { return "semver" }

func (s semver) Check(v string) error {
	_, f := parseSemver(v)
	return f.err(s, v)
}

func (semver) Compare(a, b string) int {
	x, fx := parseSemver(a)
	y, fy := parseSemver(b)
	if fx.found() || fy.found() {
		return compareFlawed(a, fx, b, fy)
	}
	for i := range x.core {
		if c := compareDigits(x.core[i], y.core[i]); c != 0 {
			return c
		}
	}
	return comparePrerelease(x.pre, y.pre)
}

func (s semver) AppendKey(dst []byte, v string) ([]byte, error) {
	x, f := parseSemver(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	for _, n := range x.core {
		dst = appendNumber(dst, n)
	}
	return appendPrerelease(dst, x.pre), nil
}

// A semverVersion is a version without its build metadata. An absent minor or
// patch is empty, which ranks as zero; pre is empty for a release.
type semverVersion struct {
	core [3]string
	pre  string
}

func parseSemver(v string) (semverVersion, flaw) {
	if f := checkLength(v); f.found() {
		return semverVersion{}, f
	}
	rest := strings.TrimPrefix(v, "v")
	at := len(v) - len(rest) // where rest starts in v

	var x semverVersion
	for i := range x.core {
		n := digitRun(rest)
		if n == 0 {
			return semverVersion{}, flaw{at, "no number"}
		}
		if n > 1 && rest[0] == '0' {
			return semverVersion{}, flaw{at, "number with a leading zero"}
		}
		x.core[i], rest, at = rest[:n], rest[n:], at+n
		if i == len(x.core)-1 || !strings.HasPrefix(rest, ".") {
			break
		}
		rest, at = rest[1:], at+1
	}

	if strings.HasPrefix(rest, "-") {
		rest, at = rest[1:], at+1
		x.pre, _, _ = strings.Cut(rest, "+")
		if f := checkIdentifiers(x.pre, at, true); f.found() {
			return semverVersion{}, f
		}
		rest, at = rest[len(x.pre):], at+len(x.pre)
	}
	if strings.HasPrefix(rest, "+") {
		return x, checkIdentifiers(rest[1:], at+1, false)
	}
	if rest != "" {
		return semverVersion{}, flaw{at, "unexpected character"}
	}
	return x, flaw{}
}

// checkIdentifiers checks the dot-separated list that stands at byte at of its
// version. Numbers in a pre-release must not start with zero (item 9); in
// build metadata they may (item 10).
func checkIdentifiers(list string, at int, prerelease bool) flaw {
	for more := true; more; {
		var id string
		id, list, more = strings.Cut(list, ".")
		if id == "" {
			return flaw{at, "empty identifier"}
		}
		if i := strings.IndexFunc(id, notIdentifier); i >= 0 {
			return flaw{at + i, "invalid character in an identifier"}
		}
		if prerelease && len(id) > 1 && id[0] == '0' && isNumeric(id) {
			return flaw{at, "number with a leading zero"}
		}
		at += len(id) + 1
	}
	return flaw{}
}

func notIdentifier(r rune) bool {
	switch {
	case '0' <= r && r <= '9', 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
		return false
	}
	return r != '-'
}

func isNumeric(id string) bool { return digitRun(id) == len(id) }

// comparePrerelease orders the lists of identifiers a and b. A release, which
// has none, is last; a list that ends before another is first (item 11).
func comparePrerelease(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(b), len(a))
	}
	for a != "" && b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if c := compareIdentifier(x, y); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// compareIdentifier orders numbers by value, before words by bytes.
func compareIdentifier(x, y string) int {
	switch xn, yn := isNumeric(x), isNumeric(y); {
	case xn && yn:
		return compareDigits(x, y)
	case xn:
		return -1
	case yn:
		return +1
	}
	return strings.Compare(x, y)
}

// What comes next in the key after the three numbers.
const (
	semverEnd     = 0x01 // of a pre-release
	semverNumber  = 0x02
	semverWord    = 0x03
	semverRelease = 0xFF
)

func appendPrerelease(dst []byte, pre string) []byte {
	if pre == "" {
		return append(dst, semverRelease)
	}
	for pre != "" {
		var id string
		id, pre, _ = strings.Cut(pre, ".")
		if isNumeric(id) {
			dst = appendNumber(append(dst, semverNumber), id)
			continue
		}
		dst = append(append(dst, semverWord), id...)
		dst = append(dst, 0) // before any character of a word, so the shorter is first
	}
	return append(dst, semverEnd)
}
