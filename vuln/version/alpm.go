package version

import (
	"cmp"
	"strings"
)

// ALPM is the order of the versions of Arch Linux and others with pacman,
// [epoch:]version[-release], which its documents call pkgver and pkgrel.
//
// A version is runs of letters, ordered by bytes, and of digits, ordered by
// value, and separators between them, of which the number counts: 1.0 = 1_0,
// but 1.1 < 1..0. Where two differ, letters right behind digits come first,
// then the end, digits right behind letters, and separators last; behind
// separators, letters come before digits: 1.0rc < 1.0 < 1.0.a < 1.0.1. No
// epoch is epoch zero.
//
// In two cases pacman's answer is not an order, and ours differs. It compares
// releases only if both versions have one, so that 1-1 = 1 and 1 = 1-2; here
// no release comes before any release, and as the bound of an advisory it
// means any release: see [AppendBound]. And it puts separators at the end of a
// version after separators and letters, so that 1. < 1.1 < 1..a < 1.; here
// they come right behind the end, 1 < 1. < 1.a.
//
// Check refuses what the manual has no place for: in a version a colon, a
// slash, a hyphen, a comparison sign, or anything that is not printable ASCII;
// a release that is not a number, or two with a dot between; a part that is
// empty. Epochs have any length.
//
// vercmp(8), https://man.archlinux.org/man/vercmp.8; alpm-pkgver(7),
// alpm-pkgrel(7), and alpm-epoch(7) beside it.
var ALPM Scheme = alpm{}

type alpm struct{}

func (alpm) String() string { return "alpm" }

func (s alpm) Check(v string) error {
	_, f := parseALPM(v)
	return f.err(s, v)
}

func (alpm) Compare(a, b string) int {
	x, fx := parseALPM(a)
	y, fy := parseALPM(b)
	if fx.found() || fy.found() {
		return compareFlawed(a, fx, b, fy)
	}
	if c := compareDigits(x.epoch, y.epoch); c != 0 {
		return c
	}
	if c := compareALPMPart(x.version, y.version); c != 0 {
		return c
	}
	if x.release == "" || y.release == "" {
		return cmp.Compare(len(x.release), len(y.release))
	}
	return compareALPMPart(x.release, y.release)
}

func (s alpm) AppendKey(dst []byte, v string) ([]byte, error) {
	key, anyRelease, err := s.appendBound(dst, v)
	if anyRelease {
		key = append(key, noRelease)
	}
	return key, err
}

// appendBound is [AppendBound]. Neither an epoch nor a version has a key that
// another's starts with, so no more than the two are needed for a bound.
func (s alpm) appendBound(dst []byte, v string) (key []byte, anyRelease bool, err error) {
	x, f := parseALPM(v)
	if f.found() {
		return dst, false, f.err(s, v)
	}
	dst = appendNumber(dst, x.epoch)
	dst = appendALPMPart(dst, x.version)
	if x.release == "" {
		return dst, true, nil
	}
	return appendALPMPart(dst, x.release), false, nil
}

func parseALPM(v string) (evr, flaw) {
	x, f := splitEVR(v)
	if f.found() {
		return evr{}, f
	}
	for i := range len(x.version) {
		if !isALPM(x.version[i]) {
			return evr{}, flaw{x.at + i, "invalid character in the version"}
		}
	}
	if n := alpmReleaseRun(x.release); n < len(x.release) {
		return evr{}, flaw{x.releaseAt() + n, "release is not a number, or two with a dot between"}
	}
	return x, flaw{}
}

// isALPM reports whether c may stand in a version.
func isALPM(c byte) bool {
	switch c {
	case ':', '/', '-', '<', '=', '>':
		return false
	}
	return ' ' < c && c <= '~'
}

// alpmReleaseRun is the length of the number, or the two with a dot between,
// that s starts with.
func alpmReleaseRun(s string) int {
	n := digitRun(s)
	if n > 0 && strings.HasPrefix(s[n:], ".") {
		if m := digitRun(s[n+1:]); m > 0 {
			return n + 1 + m
		}
	}
	return n
}

// An alpmKind is what a token is. Where two parts differ in it, the smaller
// comes first; it is also the token's first byte in the key, to which the
// first byte of a number's key is added. Separators have it once for each, so
// that the fewer are first.
type alpmKind byte

const (
	alpmLetters alpmKind = noRelease + 1 + iota
	alpmEnd
	alpmTrailing // separators, and then the end
	alpmDigits
	alpmSeparators = alpmDigits + numberLong + 1
)

// cutALPM cuts the first token off a version or a release: its kind, its text
// but for the end's, and what follows.
func cutALPM(part string) (kind alpmKind, text, rest string) {
	if part == "" {
		return alpmEnd, "", ""
	}
	if n := digitRun(part); n > 0 {
		return alpmDigits, part[:n], part[n:]
	}
	if n := letterRun(part); n > 0 {
		return alpmLetters, part[:n], part[n:]
	}
	n := 0
	for n < len(part) && !isDigit(part[n]) && !isLetter(part[n]) {
		n++
	}
	if n == len(part) {
		return alpmTrailing, "", ""
	}
	return alpmSeparators, part[:n], part[n:]
}

// compareALPMPart orders two versions, or two releases.
func compareALPMPart(a, b string) int {
	for {
		var j, k alpmKind
		var x, y string
		j, x, a = cutALPM(a)
		k, y, b = cutALPM(b)
		if c := cmp.Compare(j, k); c != 0 {
			return c
		}
		var c int
		switch j {
		case alpmEnd, alpmTrailing:
			return 0
		case alpmLetters:
			c = strings.Compare(x, y)
		case alpmDigits:
			c = compareDigits(x, y)
		case alpmSeparators:
			c = cmp.Compare(len(x), len(y))
		}
		if c != 0 {
			return c
		}
	}
}

func appendALPMPart(dst []byte, part string) []byte {
	for {
		kind, text, rest := cutALPM(part)
		switch kind {
		case alpmEnd, alpmTrailing:
			return append(dst, byte(kind))
		case alpmLetters:
			dst = append(append(dst, byte(alpmLetters)), text...)
			dst = append(dst, 0) // before any letter, so the shorter run is first
		case alpmDigits:
			first := len(dst)
			dst = appendNumber(dst, text)
			dst[first] += byte(alpmDigits)
		case alpmSeparators:
			for range len(text) {
				dst = append(dst, byte(alpmSeparators))
			}
		}
		part = rest
	}
}
