package version

import (
	"cmp"
	"strings"
)

// Maven is the order of Maven versions. A version is a list of numbers and
// texts, split at every dot, at every hyphen, and where digits meet other
// characters, which counts as a hyphen. Nothing between two separators is
// zero. Upper and lower case are the same. Numbers have any length.
//
// The first difference decides. What can stand there, from first to last:
//
//	alpha < beta < milestone < rc = cr < snapshot
//	the end of the version
//	ga = final = release, if a dot and a number follow
//	sp
//	any other text, by bytes
//	a number after several hyphens, the more the earlier
//	a number after one hyphen
//	a number after a dot, or at the start
//
// Directly before a digit a, b and m are alpha, beta and milestone. Zero, ga,
// final and release do not count before a hyphen or the end, so that
// 1.0-1 = 1-1 and 1.0.GA = 1; nor before a text, whatever separates them from
// it. The hyphens around one that does not count are several:
// 1--1 = 1-0-1 = 1-ga-1 < 1-1. Before a text it is all the same how many there
// are, or a dot: 1.x.2 = 1-x.2 = 1-0-x.2.
//
// That is the order of Maven 3, but for the last sentence and the zeros after
// which a dot and a text come. Maven heeds some separators before a text, and
// then has no order: 1.x.2 < 1-alpha < 1, yet 1 < 1.x.2. The versions to which
// that happens are [MavenAmbiguous]; [MavenReferenceCompare] is what Maven says
// of them.
//
// Check refuses \ / : " < > | ? and *, which Maven refuses in the version of an
// artifact; [ ] ( ) and the comma, which write a range of versions; { and },
// which write a property; blanks and control characters; and all that is not
// ASCII, which Maven orders by UTF-16 code unit.
//
// Maven's POM reference, "Version Order Specification",
// https://maven.apache.org/pom.html#version-order-specification. It has
// 1-ga-1 = 1-1, which Maven has not, and ".qualifier" = "-qualifier", which
// Maven 3 has only at the end and before a digit
// (https://github.com/apache/maven/issues/8808).
var Maven Scheme = maven{}

type maven struct{}

func (maven) String() string { return "maven" }

func (s maven) Check(v string) error { return checkMaven(v).err(s, v) }

func (maven) Compare(a, b string) int {
	fa, fb := checkMaven(a), checkMaven(b)
	if fa.found() || fb.found() {
		return compareFlawed(a, fa, b, fb)
	}
	x, y := mavenReader{items: mavenItems{v: a}}, mavenReader{items: mavenItems{v: b}}
	for {
		s, t := x.next(), y.next()
		if c := s.compare(t); c != 0 || s.kind == mavenEnd {
			return c
		}
	}
}

func (s maven) AppendKey(dst []byte, v string) ([]byte, error) {
	if f := checkMaven(v); f.found() {
		return dst, f.err(s, v)
	}
	r := mavenReader{items: mavenItems{v: v}}
	for {
		t := r.next()
		dst = t.appendKey(dst)
		if t.kind == mavenEnd {
			return dst, nil
		}
	}
}

func checkMaven(v string) flaw {
	if f := checkLength(v); f.found() {
		return f
	}
	for i := range len(v) {
		if notMaven(v[i]) {
			return flaw{i, "invalid character"}
		}
	}
	return flaw{}
}

func notMaven(c byte) bool {
	switch c {
	case '\\', '/', ':', '"', '<', '>', '|', '?', '*', '[', ']', '(', ')', '{', '}', ',':
		return true
	}
	return c <= ' ' || c > '~'
}

// A mavenKind is what a token is. Where two versions differ in it, the smaller
// comes first; it is also the token's first byte in the key.
type mavenKind byte

const (
	mavenAlpha mavenKind = 1 + iota
	mavenBeta
	mavenMilestone
	mavenRC
	mavenSnapshot
	mavenEnd
	mavenRelease // ga, final, release
	mavenSP
	mavenText   // any other
	mavenDeeper // a hyphen more before the number
	mavenHyphen // a number after a hyphen
	mavenDot    // a number after a dot
)

// mavenQualifier is the kind of a text. Only directly before a digit are the
// single letters short for a word.
func mavenQualifier(text string, beforeDigit bool) mavenKind {
	var lower [len("milestone")]byte
	if len(text) > len(lower) {
		return mavenText
	}
	switch string(appendFold(lower[:0], text)) {
	case "a":
		if beforeDigit {
			return mavenAlpha
		}
	case "b":
		if beforeDigit {
			return mavenBeta
		}
	case "m":
		if beforeDigit {
			return mavenMilestone
		}
	case "alpha":
		return mavenAlpha
	case "beta":
		return mavenBeta
	case "milestone":
		return mavenMilestone
	case "rc", "cr":
		return mavenRC
	case "snapshot":
		return mavenSnapshot
	case "ga", "final", "release":
		return mavenRelease
	case "sp":
		return mavenSP
	}
	return mavenText
}

// A mavenToken is one piece of a version: its text is that of a mavenText, or
// the digits of a number; other kinds have none.
type mavenToken struct {
	kind mavenKind
	text string
}

// compare orders two tokens that stand at the same place. It is 0 only for
// tokens of the same kind.
func (t mavenToken) compare(u mavenToken) int {
	if c := cmp.Compare(t.kind, u.kind); c != 0 {
		return c
	}
	switch t.kind {
	case mavenText:
		return compareFold(t.text, u.text)
	case mavenHyphen, mavenDot:
		return compareDigits(t.text, u.text)
	}
	return 0
}

// appendKey appends the kind, and the text or number. A text has no end of its
// own: the kind that comes next is lower than any character of one.
func (t mavenToken) appendKey(dst []byte) []byte {
	dst = append(dst, byte(t.kind))
	switch t.kind {
	case mavenText:
		return appendFold(dst, t.text)
	case mavenHyphen, mavenDot:
		return appendNumber(dst, t.text)
	}
	return dst
}

// A mavenReader splits a version into the tokens of its key.
type mavenReader struct {
	items mavenItems
	// number was read already; first comes what stands before it: hyphens or
	// a release, then zeros. "" is none.
	number  string
	hyphens int
	release bool
	zeros   int
}

func (r *mavenReader) next() mavenToken {
	if r.number == "" {
		if t, ok := r.read(); ok {
			return t
		}
	}
	switch {
	case r.release:
		r.release, r.hyphens = false, 0
		return mavenToken{kind: mavenRelease}
	case r.hyphens > 1:
		r.hyphens--
		return mavenToken{kind: mavenDeeper}
	}
	t := mavenToken{kind: mavenDot}
	if r.hyphens == 1 {
		t.kind, r.hyphens = mavenHyphen, 0
	}
	if r.zeros > 0 {
		r.zeros--
		return t
	}
	t.text, r.number = r.number, ""
	return t
}

// read reads as far as the next item that counts. It is false for a number,
// which then is in r.
func (r *mavenReader) read() (mavenToken, bool) {
	r.hyphens, r.release, r.zeros = 0, false, 0
	for {
		it := r.items.next()
		if it.opens {
			r.hyphens++
			r.release, r.zeros = false, 0
		}
		switch {
		case it.kind == mavenRelease:
			r.release, r.zeros = true, 0
		case it.kind != mavenDot:
			return mavenToken{it.kind, it.text}, true
		case it.text == "":
			r.zeros++
		default:
			r.number = it.text
			return mavenToken{}, false
		}
	}
}

// A mavenItem is a number (mavenDot), a text, or the end, as it is written.
// Maven keeps items in lists, each the last of the one around it.
type mavenItem struct {
	kind  mavenKind
	text  string // digits without leading zeros; "" is zero
	opens bool   // it is the first of a new list
}

// null reports whether it is zero or a release.
func (it mavenItem) null() bool {
	return it.kind == mavenRelease || it.kind == mavenDot && it.text == ""
}

// A mavenItems reads the items of v.
type mavenItems struct {
	v     string
	pos   int
	opens bool // what stands at pos is the first of a new list
}

// next reads one item and what separates it from the next. A hyphen opens a
// list, and so does a change between digits and text; a dot does so before a
// text with which the version ends, or which a digit follows.
func (r *mavenItems) next() mavenItem {
	rest := r.v[r.pos:]
	if rest == "" {
		return mavenItem{kind: mavenEnd}
	}
	it := mavenItem{kind: mavenDot, opens: r.opens}
	n := digitRun(rest)
	if n > 0 {
		it.text = strings.TrimLeft(rest[:n], "0")
	} else if n = mavenTextRun(rest); n > 0 {
		before := n < len(rest) && isDigit(rest[n])
		it.kind, it.text = mavenQualifier(rest[:n], before), rest[:n]
		if r.pos > 0 && (before || n == len(rest)) {
			it.opens = true
		}
	}
	r.pos += n
	r.opens = n < len(rest) && rest[n] != '.'
	if n < len(rest) && (rest[n] == '.' || rest[n] == '-') {
		r.pos++
	}
	return it
}

// mavenTextRun is the length of the text that s starts with.
func mavenTextRun(s string) int {
	n := 0
	for n < len(s) && s[n] != '.' && s[n] != '-' && !isDigit(s[n]) {
		n++
	}
	return n
}
