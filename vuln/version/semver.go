package version

import "strings"

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
	return x.compare(y)
}

func (s semver) AppendKey(dst []byte, v string) ([]byte, error) {
	x, f := parseSemver(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	return x.appendKey(dst), nil
}

func parseSemver(v string) (semverVersion, flaw) {
	if f := checkLength(v); f.found() {
		return semverVersion{}, f
	}
	return semverRules{numbers: 3}.parse(v, skipV(v))
}

// skipV is where v starts behind one "v".
func skipV(v string) int { return len(v) - len(strings.TrimPrefix(v, "v")) }

// A semverVersion is a version in the form of semver. An absent number is
// empty, which ranks as zero; there is a fourth only in NuGet. No pre-release
// makes it a release.
type semverVersion struct {
	core  [4]string
	pre   identifiers
	build identifiers
}

// compare leaves build metadata out, and so does appendKey.
func (x *semverVersion) compare(y semverVersion) int {
	if c := x.compareCore(y); c != 0 {
		return c
	}
	return comparePrerelease(x.pre, y.pre, exactCase)
}

func (x *semverVersion) compareCore(y semverVersion) int {
	for i := range x.core {
		if c := compareDigits(x.core[i], y.core[i]); c != 0 {
			return c
		}
	}
	return 0
}

func (x *semverVersion) appendKey(dst []byte) []byte {
	return appendPrerelease(x.appendCore(dst, 3), x.pre, exactCase)
}

// appendCore appends the first n numbers.
func (x *semverVersion) appendCore(dst []byte, n int) []byte {
	for _, number := range x.core[:n] {
		dst = appendNumber(dst, number)
	}
	return dst
}

// SemverRules are in what the relatives of semver differ before any order.
type semverRules struct {
	numbers int  // how many there may be before the pre-release; there must be one
	zeros   bool // numbers may start with zeros
}

// parse reads v from byte at.
func (r semverRules) parse(v string, at int) (semverVersion, flaw) {
	var x semverVersion
	_, at, f := r.readCore(&x, v, at)
	if f.found() {
		return semverVersion{}, f
	}
	if strings.HasPrefix(v[at:], "-") {
		if at, f = r.readPrerelease(&x, v, at+1); f.found() {
			return semverVersion{}, f
		}
	}
	if f := r.readBuild(&x, v, at); f.found() {
		return semverVersion{}, f
	}
	return x, flaw{}
}

// readCore reads the numbers that stand at byte at of v. It returns how many
// they are and where they end.
func (r semverRules) readCore(x *semverVersion, v string, at int) (n, end int, f flaw) {
	for {
		width := digitRun(v[at:])
		if width == 0 {
			return n, at, flaw{at, "no number"}
		}
		if !r.zeros && width > 1 && v[at] == '0' {
			return n, at, flaw{at, "number with a leading zero"}
		}
		x.core[n] = v[at : at+width]
		n, at = n+1, at+width
		if n == r.numbers || at == len(v) || v[at] != '.' {
			return n, at, flaw{}
		}
		at++
	}
}

// readPrerelease reads the identifiers from byte at of v up to the build
// metadata or the end, and returns where they end. Numbers among them must not
// start with zero in semver (item 9).
func (r semverRules) readPrerelease(x *semverVersion, v string, at int) (int, flaw) {
	list, _, _ := strings.Cut(v[at:], "+")
	x.pre = identifiers{list: list}
	return at + len(list), checkIdentifiers(list, at, r.zeros)
}

// readBuild reads the rest of v. Numbers in it may start with zero everywhere
// (item 10).
func (r semverRules) readBuild(x *semverVersion, v string, at int) flaw {
	switch {
	case at == len(v):
		return flaw{}
	case v[at] != '+':
		return flaw{at, "unexpected character"}
	}
	x.build = identifiers{list: v[at+1:]}
	return checkIdentifiers(v[at+1:], at+1, true)
}
