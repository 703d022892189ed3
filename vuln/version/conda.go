package version

import (
	"cmp"
	"strings"
)

// Conda is the order of conda packages' versions, [epoch!]version[+local]. A
// version is segments with ".", "_" or "-" between each two, and a segment is
// numbers and words by turns; one that starts with a word has a zero before
// it. A word comes before any number, "dev" before any other word, but "post"
// after any number: 1.1dev1 < 1.1a1 < 1.1 < 1.1.post1 < 1.1post1 < 1.1.1. The
// shorter segment and the shorter version are filled up with zeros, so
// 1.1 = 1.1.0, and the local version, which counts last, is zero where there
// is none: 1.1+a < 1.1 = 1.1+0. Case does not count.
//
// One underscore or hyphen may end the version, for the likes of OpenSSL: it
// belongs to the word before it, or is a word, and comes before the letters:
// 1.0.1_ < 1.0.1a.
//
// Check takes numbers of any length, where CEP 33 ends at 31 bits, and blanks
// around the version, as conda does. Like conda it refuses hyphens beside
// underscores, and unlike conda it refuses the asterisk, and an empty segment
// before the last underscore ("1._").
//
// CEP 33, "Version literals and their ordering", https://github.com/conda/ceps/blob/main/cep-0033.md
// and the class VersionOrder, https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html#version-ordering
var Conda Scheme = conda{}

type conda struct{}

func (conda) String() string { return "conda" }

func (s conda) Check(v string) error {
	_, f := parseConda(v)
	return f.err(s, v)
}

func (conda) Compare(a, b string) int {
	x, fx := parseConda(a)
	y, fy := parseConda(b)
	if fx.found() || fy.found() {
		return compareFlawed(a, fx, b, fy)
	}
	if c := compareDigits(x.epoch, y.epoch); c != 0 {
		return c
	}
	if c := compareCondaPart(x.main, y.main); c != 0 {
		return c
	}
	return compareCondaPart(x.local, y.local)
}

func (s conda) AppendKey(dst []byte, v string) ([]byte, error) {
	x, f := parseConda(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	dst = appendNumber(dst, x.epoch)
	dst = appendCondaPart(dst, x.main)
	return appendCondaPart(dst, x.local), nil
}

// A condaVersion is the three parts of a version; a missing epoch or local
// version is empty, which ranks as zero.
type condaVersion struct{ epoch, main, local string }

func parseConda(v string) (condaVersion, flaw) {
	if f := checkLength(v); f.found() {
		return condaVersion{}, f
	}
	rest, at := trimBlanks(v)
	if rest == "" {
		return condaVersion{}, flaw{at, "empty version"}
	}
	var x condaVersion
	if i := strings.IndexByte(rest, '!'); i >= 0 {
		x.epoch = rest[:i]
		if i == 0 {
			return condaVersion{}, flaw{at, "empty epoch"}
		}
		if n := digitRun(x.epoch); n < i {
			return condaVersion{}, flaw{at + n, "epoch is not a number"}
		}
		rest, at = rest[i+1:], at+i+1
	}
	if i := strings.IndexByte(rest, '-'); i >= 0 && strings.IndexByte(rest, '_') >= 0 {
		return condaVersion{}, flaw{at + i, "hyphen in a version with underscores"}
	}
	x.main = rest
	if i := strings.IndexByte(rest, '+'); i >= 0 {
		x.main, x.local = rest[:i], rest[i+1:]
		if f := checkCondaPart(x.local, at+i+1); f.found() {
			return condaVersion{}, f
		}
	}
	last := len(x.main) - 1
	if last > 0 && isCondaLine(x.main[last]) {
		return x, checkCondaPart(x.main[:last], at)
	}
	return x, checkCondaPart(x.main, at)
}

// checkCondaPart checks the part that stands at byte at of its version.
func checkCondaPart(part string, at int) flaw {
	empty := true
	for i := range len(part) {
		switch c := part[i]; {
		case isDigit(c) || isLetter(c):
			empty = false
		case !isCondaSeparator(c):
			return flaw{at + i, "invalid character"}
		case empty:
			return flaw{at + i, "empty segment"}
		default:
			empty = true
		}
	}
	if empty {
		return flaw{at + len(part), "empty segment"}
	}
	return flaw{}
}

func isCondaSeparator(c byte) bool { return c == '.' || isCondaLine(c) }

func isCondaLine(c byte) bool { return c == '_' || c == '-' }

// A condaKind is what an item of a segment is; of the same sign, the smaller
// comes first.
type condaKind byte

const (
	condaEnd condaKind = iota
	condaDev
	condaWord
	condaNumber
	condaPost
)

func (k condaKind) sign() int {
	switch k {
	case condaEnd:
		return 0
	case condaDev, condaWord:
		return -1
	}
	return +1
}

// A condaItem is a word or a number other than zero, or the end of the part,
// and the zeros before it.
type condaItem struct {
	kind condaKind
	text string
	line bool // the last underscore of the version belongs to the word

	// opens is true for the first item of a segment, and for the end.
	// Segments of zeros alone have none; segments counts those before.
	opens    bool
	segments int
	zeros    int // before it in its segment
}

// outer is the run of segments up to the one that t opens. The first item of a
// segment decides whether that is below or above a segment of zeros.
func (t condaItem) outer() zeroRun { return zeroRun{t.segments, t.kind.sign()} }

// inner is the run of zeros up to t in its segment.
func (t condaItem) inner() zeroRun { return zeroRun{t.zeros, t.kind.sign()} }

func (t condaItem) compare(u condaItem) int {
	switch {
	case t.opens && u.opens:
		if c := t.outer().compare(u.outer()); c != 0 {
			return c
		}
	case t.opens: // and so ends the segment that u goes on with
		return zeroRun{}.compare(u.inner())
	case u.opens:
		return t.inner().compare(zeroRun{})
	}
	if c := t.inner().compare(u.inner()); c != 0 {
		return c
	}
	if c := cmp.Compare(t.kind, u.kind); c != 0 {
		return c
	}
	if t.kind == condaNumber {
		return compareDigits(t.text, u.text)
	}
	if c := compareFold(t.text, u.text); c != 0 || t.line == u.line {
		return c
	}
	if t.line {
		return +1
	}
	return -1
}

func compareCondaPart(a, b string) int {
	x, y := condaReader{rest: a, opens: true}, condaReader{rest: b, opens: true}
	for {
		t, u := x.next(), y.next()
		if c := t.compare(u); c != 0 || t.kind == condaEnd {
			return c
		}
	}
}

// The keys of an item other than a number and a word: "dev" is before all
// words, and "post" after all numbers.
const (
	condaDevByte  = 0x01
	condaPostByte = 0xFF
)

func appendCondaPart(dst []byte, part string) []byte {
	r := condaReader{rest: part, opens: true}
	for first := true; ; first = false {
		t := r.next()
		if t.opens {
			if !first {
				dst = zeroRun{}.appendKey(dst) // the end of the segment before
			}
			dst = t.outer().appendKey(dst)
		}
		if t.kind == condaEnd {
			return dst
		}
		dst = t.appendKey(t.inner().appendKey(dst))
	}
}

func (t condaItem) appendKey(dst []byte) []byte {
	switch t.kind {
	case condaDev:
		return append(dst, condaDevByte)
	case condaPost:
		return append(dst, condaPostByte)
	case condaNumber:
		return appendNumber(dst, t.text)
	}
	first := len(dst)
	dst = appendWord(dst, t.text)
	for i := first; i < len(dst); i++ {
		dst[i] |= ('a' - 'A') << 1
	}
	if t.line {
		if t.text != "" {
			dst[len(dst)-1] |= wordGoesOn
		}
		dst = append(dst, '_'<<1)
	}
	return dst
}

// A condaReader splits a part into items; opens is true at first.
type condaReader struct {
	rest     string
	opens    bool // no item of this segment has been read
	inside   bool // the start of the segment has been passed
	segments int
	zeros    int
}

func (r *condaReader) next() condaItem {
	for r.rest != "" {
		c := r.rest[0]
		if !r.inside {
			r.inside, r.zeros = true, 0
			if !isDigit(c) {
				r.zeros = 1
			}
		}
		switch {
		case isDigit(c):
			number := r.cut(digitRun(r.rest))
			if !isZero(number) {
				return r.item(condaNumber, number, false)
			}
			r.zeros++
		case isCondaSeparator(c) && len(r.rest) > 1:
			r.cut(1)
			if r.opens {
				r.segments++
			}
			r.opens, r.inside = true, false
		default:
			word := r.cut(letterRun(r.rest))
			line := len(r.rest) == 1 && isCondaLine(r.rest[0])
			if line {
				r.cut(1)
			}
			return r.item(condaWordKind(word, line), word, line)
		}
	}
	return condaItem{opens: true}
}

func condaWordKind(word string, line bool) condaKind {
	switch {
	case !line && compareFold(word, "dev") == 0:
		return condaDev
	case !line && compareFold(word, "post") == 0:
		return condaPost
	}
	return condaWord
}

func (r *condaReader) item(kind condaKind, text string, line bool) condaItem {
	t := condaItem{kind, text, line, r.opens, r.segments, r.zeros}
	r.opens, r.segments, r.zeros = false, 0, 0
	return t
}

// cut takes n bytes off the rest.
func (r *condaReader) cut(n int) string {
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}
