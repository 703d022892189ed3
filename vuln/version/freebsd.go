package version

import (
	"cmp"
	"strings"
)

// FreeBSD is the order of FreeBSD ports and packages,
// portversion[_portrevision][,portepoch]: first the epoch, then the version,
// then the revision, both of which are zero when absent.
//
// A version is components of a number, a letter and a patch level, "10b2",
// with dots between them. At the same number the letter decides, none first,
// then the patch level, none first. An absent component is zero, so 1 is 1.0. A
// component that begins with a letter comes before zero: 1.b2 < 1 < 1b2. Of
// more letters than one the first counts, except that "pl" is before every
// letter and that before "pl", "alpha", "beta", "pre" and "rc" a dot is missing:
// 1rc2 is 1.r2. Case does not count. The component "*" is before all others; a
// bound of an advisory has it, "2.*". A plus sign ends a list of components, as
// if zeros without end followed, and another begins. Numbers have any length;
// pkg itself reads them into 64 bits.
//
// Check takes letters, digits, dots, plus signs, and an asterisk that ends its
// list. It refuses what pkg takes for one more separator and no port has in its
// version, such as a hyphen, and a dot without a component before it.
//
// pkg-version(8), https://man.freebsd.org/cgi/man.cgi?query=pkg-version;
// FreeBSD Porter's Handbook 5.2, "Naming", https://docs.freebsd.org/en/books/porters-handbook/makefiles/#makefile-naming;
// the comments of pkg_version_cmp, https://github.com/freebsd/pkg/blob/main/libpkg/pkg_version.c.
var FreeBSD Scheme = freebsd{}

type freebsd struct{}

func (freebsd) String() string { return "freebsd" }

func (s freebsd) Check(v string) error {
	_, f := parseFreeBSD(v)
	return f.err(s, v)
}

func (freebsd) Compare(a, b string) int {
	x, fx := parseFreeBSD(a)
	y, fy := parseFreeBSD(b)
	if fx.found() || fy.found() {
		return compareFlawed(a, fx, b, fy)
	}
	if c := compareDigits(x.epoch, y.epoch); c != 0 {
		return c
	}
	if c := comparePortVersion(x.version, y.version); c != 0 {
		return c
	}
	return compareDigits(x.revision, y.revision)
}

func (s freebsd) AppendKey(dst []byte, v string) ([]byte, error) {
	x, f := parseFreeBSD(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	dst = appendNumber(dst, x.epoch)
	dst = appendPortVersion(dst, x.version)
	return appendNumber(dst, x.revision), nil
}

// A freebsdVersion is the three parts of a version; an absent epoch or
// revision is empty, which ranks as zero.
type freebsdVersion struct{ epoch, version, revision string }

func parseFreeBSD(v string) (freebsdVersion, flaw) {
	if f := checkLength(v); f.found() {
		return freebsdVersion{}, f
	}
	n, f := checkPortVersion(v)
	if f.found() {
		return freebsdVersion{}, f
	}
	x := freebsdVersion{version: v[:n]}
	at := n
	if strings.HasPrefix(v[at:], "_") {
		at++
		if x.revision = v[at : at+digitRun(v[at:])]; x.revision == "" {
			return freebsdVersion{}, flaw{at, "no number"}
		}
		at += len(x.revision)
	}
	if strings.HasPrefix(v[at:], ",") {
		at++
		if x.epoch = v[at : at+digitRun(v[at:])]; x.epoch == "" {
			return freebsdVersion{}, flaw{at, "no number"}
		}
		at += len(x.epoch)
	}
	if at < len(v) {
		return freebsdVersion{}, flaw{at, "unexpected character"}
	}
	return x, flaw{}
}

// checkPortVersion is the length of the port version that v starts with.
func checkPortVersion(v string) (int, flaw) {
	last := byte('+')
	for i := range len(v) {
		c := v[i]
		switch {
		case last == '*' && (isDigit(c) || isLetter(c) || c == '.' || c == '*'):
			return 0, flaw{i, "text after an asterisk"}
		case c == '.' && last == '+':
			return 0, flaw{i, "no component"}
		case c == '+' && i == 0:
			return 0, flaw{i, "no component"}
		case !isDigit(c) && !isLetter(c) && c != '.' && c != '+' && c != '*':
			if i == 0 {
				return 0, flaw{i, "no component"}
			}
			return i, flaw{}
		}
		last = c
	}
	return len(v), flaw{}
}

// A portComponent is a component of a port version; the zero one is zero. In
// one that has no number ("rc2") or is the asterisk, rank says so.
type portComponent struct {
	rank   portRank
	number string
	letter byte   // lower-case, or 0: none, or "pl"
	patch  string // digits; empty: none, which is before zero
}

type portRank int8

const (
	portAsterisk portRank = iota - 2
	portWord
	portNumber
)

// cutPortComponent cuts the first component and the dots after it off v, which
// does not start with a dot or a plus sign.
func cutPortComponent(v string) (c portComponent, rest string) {
	switch n := digitRun(v); {
	case n > 0:
		c.number, v = v[:n], v[n:]
	case v[0] == '*':
		return portComponent{rank: portAsterisk}, v[1:]
	default:
		c.rank = portWord
	}
	if n := letterRun(v); n > 0 {
		letter, stage := portStage(v[:n])
		if stage && c.rank == portNumber {
			return c, v // the stage is a component of its own
		}
		c.letter, v = letter, v[n:]
		n = digitRun(v)
		c.patch, v = v[:n], v[n:]
	}
	return c, strings.TrimLeft(v, ".")
}

// portStage is the letter that a word ranks as, and whether the word is one of
// those before which a dot is missing.
func portStage(word string) (letter byte, stage bool) {
	first := word[0] | 0x20 // lower case
	switch {
	case strings.EqualFold(word, "pl"):
		return 0, true
	case strings.EqualFold(word, "alpha"), strings.EqualFold(word, "beta"),
		strings.EqualFold(word, "pre"), strings.EqualFold(word, "rc"):
		return first, true
	}
	return first, false
}

func (c portComponent) compare(d portComponent) int {
	if r := cmp.Compare(c.rank, d.rank); r != 0 {
		return r
	}
	if r := compareDigits(c.number, d.number); r != 0 {
		return r
	}
	if r := cmp.Compare(c.letter, d.letter); r != 0 {
		return r
	}
	if c.patch == "" || d.patch == "" {
		return cmp.Compare(len(c.patch), len(d.patch))
	}
	return compareDigits(c.patch, d.patch)
}

// comparePortVersion orders lists of components. Where one list has ended it
// goes on with zeros.
func comparePortVersion(a, b string) int {
	for a != "" || b != "" {
		var x, y portComponent
		moreA := a != "" && a[0] != '+'
		moreB := b != "" && b[0] != '+'
		if moreA {
			x, a = cutPortComponent(a)
		}
		if moreB {
			y, b = cutPortComponent(b)
		}
		if !moreA && !moreB {
			a, b = strings.TrimPrefix(a, "+"), strings.TrimPrefix(b, "+")
		}
		if c := x.compare(y); c != 0 {
			return c
		}
	}
	return 0
}

// What comes next in the key of a port version. Zeros at the end of a list are
// not in the key, nor are lists of zeros at the end of the version. The others
// depend on what they are before: a component below zero, or one above it; so
// they come before or after the end, which stands for zeros without end.
const (
	portKeyAsterisk  = 0x01
	portKeyWord      = 0x02
	portKeyZeroLow   = 0x03 // a zero, with a component below zero after the last such
	portKeyEmptyLow  = 0x04 // a list of zeros, with a list below one after the last such
	portKeyEnd       = 0x05 // of a list; then of the version
	portKeyEmptyHigh = 0x06 // a list of zeros, with a list above one after the last such
	portKeyZeroHigh  = 0x07 // a zero, with a component above zero after the last such
	portKeyNumber    = 0x08
)

func appendPortVersion(dst []byte, v string) []byte {
	zeros, empties := 0, 0 // components, and lists, that are zero and not in the key yet
	begun := false         // something of this list is in the key
	for v != "" {
		if v[0] == '+' {
			if begun {
				dst = append(dst, portKeyEnd)
			} else {
				empties++
			}
			zeros, begun, v = 0, false, v[1:]
			continue
		}
		var c portComponent
		c, v = cutPortComponent(v)
		zero, empty := byte(portKeyZeroHigh), byte(portKeyEmptyHigh)
		switch c.compare(portComponent{}) {
		case 0:
			zeros++
			continue
		case -1:
			zero, empty = portKeyZeroLow, portKeyEmptyLow
		}
		for ; empties > 0; empties-- {
			dst = append(dst, empty)
		}
		for ; zeros > 0; zeros-- {
			dst = append(dst, zero)
		}
		dst, begun = c.appendKey(dst), true
	}
	if begun {
		dst = append(dst, portKeyEnd)
	}
	return append(dst, portKeyEnd)
}

// appendKey appends the key of a component that is not zero.
func (c portComponent) appendKey(dst []byte) []byte {
	switch c.rank {
	case portAsterisk:
		return append(dst, portKeyAsterisk)
	case portWord:
		dst = append(dst, portKeyWord, c.letter)
	default:
		dst = appendNumber(append(dst, portKeyNumber), c.number)
		dst = append(dst, c.letter)
		if c.letter == 0 {
			return dst
		}
	}
	if c.patch == "" {
		return append(dst, 0)
	}
	return appendNumber(append(dst, 1), c.patch)
}
