package version

import (
	"cmp"
	"strings"
)

// Composer is the order of PHP packages: Composer normalises a version and
// orders the results as PHP's version_compare does.
//
// A version is one to four numbers, of which those that are absent are zero
// (1.2 is 1.2.0.0); then perhaps a stability with numbers of its own (-beta2.1)
// and -dev. At one place the order is
//
//	dev < alpha, a < beta, b < RC < nothing < number < patch, pl, p
//
// so 1.0-dev < 1.0-alpha-dev < 1.0-alpha < 1.0-RC1 < 1.0 < 1.0-p1 < 1.0.0.1.
// Case does not count, nor a leading "v", what separates a stability (one of
// ".", "_" and "-", or nothing), "stable" and what follows it, or build
// metadata. Two more forms have other numbers:
//
//   - a date, four digits, one to six groups of two, and up to two of one to
//     three (2013-01-02, 20130102.1), the groups separated by ".", ":", "-" or
//     nothing: its runs of digits, to which none is added;
//   - a branch of a line of versions (1.x-dev): 9999999 stands for each "x", "X"
//     and "*", and each absent number.
//
// Check takes what Composer takes of versions. It refuses other branches
// (dev-main, master): they have no order. It refuses what belongs to a
// constraint: blanks, an alias (1.0 as 2.0), and a stability flag (1.0@beta).
// Numbers have any length, but for the first, of five digits at most; PHP takes
// all those past 63 bits for the same.
//
// https://getcomposer.org/doc/articles/versions.md, Composer's VersionParser,
// https://github.com/composer/semver/blob/main/src/VersionParser.php, and
// https://www.php.net/manual/en/function.version-compare.php
var Composer Scheme = composer{}

type composer struct{}

func (composer) String() string { return "composer" }

func (s composer) Check(v string) error {
	_, f := parseComposer(v)
	return f.err(s, v)
}

func (composer) Compare(a, b string) int {
	x, fx := parseComposer(a)
	y, fy := parseComposer(b)
	if fx.found() || fy.found() {
		return compareFlawed(a, fx, b, fy)
	}
	for {
		s, t := x.next(), y.next()
		if c := cmp.Compare(s.kind, t.kind); c != 0 {
			return c
		}
		if c := compareDigits(s.digits, t.digits); c != 0 || s.kind == composerEnd {
			return c
		}
	}
}

func (s composer) AppendKey(dst []byte, v string) ([]byte, error) {
	x, f := parseComposer(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	for {
		t := x.next()
		dst = append(dst, byte(t.kind))
		switch t.kind {
		case composerNumber:
			dst = appendNumber(dst, t.digits)
		case composerEnd:
			return dst, nil
		}
	}
}

// A composerKind is what a token is. Where two versions differ in it, the
// smaller comes first; it is also the token's first byte in the key.
type composerKind byte

const (
	composerDev composerKind = iota + 1
	composerAlpha
	composerBeta
	composerRC
	composerEnd
	composerNumber
	composerPatch
)

// composerStable is the stability that is the same as none.
const composerStable = composerEnd

// A composerToken is one piece of a normalised version; a number has digits.
type composerToken struct {
	kind   composerKind
	digits string
}

// A composerVersion is a normalised version, or what is left of it.
type composerVersion struct {
	numbers   string // with a byte between each two
	absent    int    // how many numbers follow that are not written
	filler    string // what they are, and the wildcards among the numbers
	stability composerKind
	counts    string // the numbers after the stability, with "." or "-" between
	dev       bool
}

// next takes the first token off c; at the end that is composerEnd for ever.
func (c *composerVersion) next() composerToken {
	switch {
	case c.numbers != "":
		var digits string
		digits, c.numbers = cutNumber(c.numbers)
		if digits == "" { // a wildcard
			c.numbers = strings.TrimPrefix(c.numbers[1:], ".")
			digits = c.filler
		}
		return composerToken{composerNumber, digits}
	case c.absent > 0:
		c.absent--
		return composerToken{composerNumber, c.filler}
	case c.stability != composerStable:
		kind := c.stability
		c.stability = composerStable
		return composerToken{kind: kind}
	case c.counts != "":
		var digits string
		digits, c.counts = cutNumber(c.counts)
		return composerToken{composerNumber, digits}
	case c.dev:
		c.dev = false
		return composerToken{kind: composerDev}
	}
	return composerToken{kind: composerEnd}
}

// cutNumber takes the digits that list starts with off it, and the byte after
// them.
func cutNumber(list string) (digits, rest string) {
	n := digitRun(list)
	digits, rest = list[:n], list[n:]
	if n > 0 && rest != "" {
		rest = rest[1:]
	}
	return digits, rest
}

func parseComposer(v string) (composerVersion, flaw) {
	if f := checkLength(v); f.found() {
		return composerVersion{}, f
	}
	if hasPrefixFold(v, "dev-") || v == "master" || v == "trunk" || v == "default" {
		return composerVersion{}, flaw{0, "a branch has no order"}
	}
	text, build, found := strings.Cut(v, "+")
	if found {
		if f := checkComposerBuild(build, len(text)+1); f.found() {
			return composerVersion{}, f
		}
	}
	at := 0
	if hasPrefixFold(text, "v") {
		at = 1
	}
	text = text[at:]

	c, f := parseComposerNumbers(text)
	if !f.found() {
		return c, f
	}
	if c, ok := parseComposerDate(text); ok {
		return c, flaw{}
	}
	if c, ok := parseComposerBranch(text); ok {
		return c, flaw{}
	}
	return composerVersion{}, flaw{at + f.offset, f.reason}
}

// checkComposerBuild checks the build metadata that stands at byte at of its
// version: visible ASCII.
func checkComposerBuild(build string, at int) flaw {
	if build == "" {
		return flaw{at, "empty build"}
	}
	for i := range len(build) {
		if build[i] <= ' ' || '~' < build[i] {
			return flaw{at + i, "invalid character in the build"}
		}
	}
	return flaw{}
}

// composerNumbers is how many numbers a version has that is no date, and
// composerMajor the most digits of the first.
const (
	composerNumbers = 4
	composerMajor   = 5
)

func parseComposerNumbers(text string) (composerVersion, flaw) {
	at, absent := digitRun(text), composerNumbers-1
	switch {
	case at == 0:
		return composerVersion{}, flaw{at, "no number"}
	case at > composerMajor:
		return composerVersion{}, flaw{0, "first number of more than five digits"}
	}
	for absent > 0 && strings.HasPrefix(text[at:], ".") {
		n := digitRun(text[at+1:])
		if n == 0 {
			break
		}
		at, absent = at+1+n, absent-1
	}
	c := composerVersion{numbers: text[:at], absent: absent, filler: "0"}
	end := c.readModifiers(text, at)
	if end < len(text) {
		return composerVersion{}, flaw{end, "unexpected character"}
	}
	return c, flaw{}
}

// parseComposerDate reads a date, which may be longer than four numbers.
func parseComposerDate(text string) (composerVersion, bool) {
	at := digitRun(text)
	for at < len(text) && isDateSeparator(text[at]) {
		n := digitRun(text[at+1:])
		if n == 0 {
			break
		}
		at += 1 + n
	}
	if !isComposerDate(text[:at]) {
		return composerVersion{}, false
	}
	c := composerVersion{numbers: text[:at]}
	return c, c.readModifiers(text, at) == len(text)
}

func isDateSeparator(c byte) bool { return c == '.' || c == ':' || c == '-' }

// isComposerDate reports whether s, runs of digits with one separator between
// each two, is a date. Any number of the groups of two may be taken for one of
// those behind them, so each is tried for the last.
func isComposerDate(s string) bool {
	const year, groups = 4, 6
	if digitRun(s) < year {
		return false
	}
	s = s[year:]
	for range groups {
		s = skipDateSeparator(s)
		if digitRun(s) < 2 {
			return false
		}
		s = s[2:]
		if isComposerDateEnd(s) {
			return true
		}
	}
	return false
}

// isComposerDateEnd reports whether s is up to two groups of one to three
// digits.
func isComposerDateEnd(s string) bool {
	const group = 3
	s = skipDateSeparator(s)
	n := digitRun(s)
	if n == len(s) {
		return n <= 2*group
	}
	s = s[n+1:]
	return n <= group && len(s) <= group && isNumeric(s)
}

func skipDateSeparator(s string) string {
	if s != "" && isDateSeparator(s[0]) {
		return s[1:]
	}
	return s
}

// parseComposerBranch reads numbers and wildcards before "dev".
func parseComposerBranch(text string) (composerVersion, bool) {
	at, absent := digitRun(text), composerNumbers-1
	if at == 0 {
		return composerVersion{}, false
	}
	for absent > 0 && strings.HasPrefix(text[at:], ".") {
		n := digitRun(text[at+1:])
		if n == 0 && at+1 < len(text) && strings.IndexByte("xX*", text[at+1]) >= 0 {
			n = 1
		}
		if n == 0 {
			break
		}
		at, absent = at+1+n, absent-1
	}
	c := composerVersion{numbers: text[:at], absent: absent, filler: "9999999", stability: composerStable}
	end := c.readDev(text, at)
	return c, c.dev && end == len(text)
}

// readModifiers reads the stability, its numbers and "dev" that stand at byte
// at of text, and returns where they end.
func (c *composerVersion) readModifiers(text string, at int) int {
	c.stability = composerStable
	if at < len(text) && (text[at] == '.' || text[at] == '_' || text[at] == '-') {
		at++
	}
	kind, width := composerStability(text[at:])
	if width == 0 {
		return c.readDev(text, at)
	}
	at += width
	start := at
	for {
		next := at
		if next < len(text) && (text[next] == '.' || text[next] == '-') {
			next++
		}
		n := digitRun(text[next:])
		if n == 0 {
			break
		}
		at = next + n
	}
	counts := text[start:at]
	at = c.readDev(text, at)
	if kind == composerStable {
		c.dev = false
		return at
	}
	c.stability = kind
	c.counts = strings.TrimLeft(counts, ".-")
	return at
}

// readDev reads "dev", with or without "." or "-" before it.
func (c *composerVersion) readDev(text string, at int) int {
	next := at
	if next < len(text) && (text[next] == '.' || text[next] == '-') {
		next++
	}
	if !hasPrefixFold(text[next:], "dev") {
		return at
	}
	c.dev = true
	return next + len("dev")
}

// composerStability is the stability that rest starts with, and the width of
// its name, zero if there is none.
func composerStability(rest string) (composerKind, int) {
	if rest == "" {
		return 0, 0
	}
	switch lower(rest[0]) {
	case 's':
		if hasPrefixFold(rest, "stable") {
			return composerStable, len("stable")
		}
	case 'a':
		if hasPrefixFold(rest, "alpha") {
			return composerAlpha, len("alpha")
		}
		return composerAlpha, len("a")
	case 'b':
		if hasPrefixFold(rest, "beta") {
			return composerBeta, len("beta")
		}
		return composerBeta, len("b")
	case 'r':
		if hasPrefixFold(rest, "rc") {
			return composerRC, len("rc")
		}
	case 'p':
		switch {
		case hasPrefixFold(rest, "patch"):
			return composerPatch, len("patch")
		case hasPrefixFold(rest, "pl"):
			return composerPatch, len("pl")
		}
		return composerPatch, len("p")
	}
	return 0, 0
}
