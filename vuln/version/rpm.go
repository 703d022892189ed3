package version

import (
	"cmp"
	"strings"
)

// RPM is the order of the versions of Red Hat, AlmaLinux, Rocky Linux, SUSE
// and other rpm distributions, [epoch:]version[-release].
//
// A version and a release are runs of letters, ordered by bytes, and of
// digits, ordered by value; the separators between them do not count, so
// 1.0 = 1_0. Where two differ, a tilde comes first, then the end, a caret,
// letters, and digits last: 1.0~rc1 < 1.0 < 1.0^git1 < 1.0a < 1.0.1. No epoch
// is epoch zero. No release comes before any release, which is how rpm orders
// two packages; as the bound of an advisory, though, it means any release: see
// [AppendBound].
//
// Check refuses a character that the manual does not list, such as a hyphen or
// a colon within a part, or an accent: rpmbuild refuses it, too, and rpm skips
// it. It refuses a part that is empty, and an epoch that is not a number of at
// most 32 bits, the size that rpm stores.
//
// rpm-version(7), https://github.com/rpm-software-management/rpm/blob/master/docs/man/rpm-version.7.scd
var RPM Scheme = rpm{}

type rpm struct{}

func (rpm) String() string { return "rpm" }

func (s rpm) Check(v string) error {
	_, f := parseRPM(v)
	return f.err(s, v)
}

func (rpm) Compare(a, b string) int {
	x, fx := parseRPM(a)
	y, fy := parseRPM(b)
	if fx.found() || fy.found() {
		return compareFlawed(a, fx, b, fy)
	}
	if c := compareDigits(x.epoch, y.epoch); c != 0 {
		return c
	}
	if c := compareRPMPart(x.version, y.version); c != 0 {
		return c
	}
	if x.release == "" || y.release == "" {
		return cmp.Compare(len(x.release), len(y.release))
	}
	return compareRPMPart(x.release, y.release)
}

func (s rpm) AppendKey(dst []byte, v string) ([]byte, error) {
	key, anyRelease, err := s.appendBound(dst, v)
	if anyRelease {
		key = append(key, noRelease)
	}
	return key, err
}

// appendBound is [AppendBound]. Neither an epoch nor a version has a key that
// another's starts with, so no more than the two are needed for a bound.
func (s rpm) appendBound(dst []byte, v string) (key []byte, anyRelease bool, err error) {
	x, f := parseRPM(v)
	if f.found() {
		return dst, false, f.err(s, v)
	}
	dst = appendNumber(dst, x.epoch)
	dst = appendRPMPart(dst, x.version)
	if x.release == "" {
		return dst, true, nil
	}
	return appendRPMPart(dst, x.release), false, nil
}

// maxRPMEpoch is the largest epoch that a package can hold.
const maxRPMEpoch = "4294967295"

func parseRPM(v string) (evr, flaw) {
	x, f := splitEVR(v)
	if f.found() {
		return evr{}, f
	}
	if compareDigits(x.epoch, maxRPMEpoch) > 0 {
		return evr{}, flaw{0, "epoch is greater than " + maxRPMEpoch}
	}
	if n := rpmRun(x.version); n < len(x.version) {
		return evr{}, flaw{x.at + n, "invalid character in the version"}
	}
	if n := rpmRun(x.release); n < len(x.release) {
		return evr{}, flaw{x.releaseAt() + n, "invalid character in the release"}
	}
	return x, flaw{}
}

// rpmRun is the length of the run of characters of versions that s starts with.
func rpmRun(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case isDigit(c), isLetter(c), isRPMSeparator(c), c == '~', c == '^':
		default:
			return i
		}
	}
	return len(s)
}

func isRPMSeparator(c byte) bool { return c == '.' || c == '_' || c == '+' }

// An rpmKind is what a token is. Where two parts differ in it, the smaller
// comes first; it is also the token's first byte in the key, to which the
// first byte of a number's key is added.
type rpmKind byte

const (
	rpmTilde rpmKind = noRelease + 1 + iota
	rpmEnd
	rpmCaret
	rpmLetters
	rpmDigits
)

// cutRPM cuts the first token off a version or a release: its kind, the
// letters or digits of one that has them, and what follows.
func cutRPM(part string) (kind rpmKind, text, rest string) {
	for part != "" && isRPMSeparator(part[0]) {
		part = part[1:]
	}
	if part == "" {
		return rpmEnd, "", ""
	}
	switch c := part[0]; {
	case c == '~':
		return rpmTilde, "", part[1:]
	case c == '^':
		return rpmCaret, "", part[1:]
	case isDigit(c):
		n := digitRun(part)
		return rpmDigits, part[:n], part[n:]
	}
	n := letterRun(part)
	return rpmLetters, part[:n], part[n:]
}

// compareRPMPart orders two versions, or two releases.
func compareRPMPart(a, b string) int {
	for {
		var j, k rpmKind
		var x, y string
		j, x, a = cutRPM(a)
		k, y, b = cutRPM(b)
		if c := cmp.Compare(j, k); c != 0 {
			return c
		}
		var c int
		switch j {
		case rpmEnd:
			return 0
		case rpmLetters:
			c = strings.Compare(x, y)
		case rpmDigits:
			c = compareDigits(x, y)
		}
		if c != 0 {
			return c
		}
	}
}

func appendRPMPart(dst []byte, part string) []byte {
	for {
		kind, text, rest := cutRPM(part)
		switch kind {
		case rpmEnd:
			return append(dst, byte(rpmEnd))
		case rpmLetters:
			dst = append(append(dst, byte(rpmLetters)), text...)
			dst = append(dst, 0) // before any letter, so the shorter run is first
		case rpmDigits:
			first := len(dst)
			dst = appendNumber(dst, text)
			dst[first] += byte(rpmDigits)
		default:
			dst = append(dst, byte(kind))
		}
		part = rest
	}
}
