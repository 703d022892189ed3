package version

// Pub is the order of Dart packages: that of [Semver], but build metadata
// counts. At the same numbers and pre-release, a version without it comes
// before all with it, and those are in the order of their identifiers: numbers
// by value, before words by bytes, fewer before more.
//
// It is also the order of Julia's VersionNumber, whose advisories end at
// versions like 6.9.12+3, and the one that the advisories for Docker Hardened
// Images need, which end at build numbers (24.5.1+1763).
//
// Check takes, beside what pub takes (which includes numbers with leading
// zeros), the leading "v" and the shorter versions that Semver takes. Numbers
// have any length. An identifier is a number only if all of it is digits; pub
// also reads "-1" and "0x1f" for numbers.
//
// https://pub.dev/documentation/pub_semver/latest/pub_semver/Version/compareTo.html,
// https://dart.dev/tools/pub/versioning and, for Julia,
// https://docs.julialang.org/en/v1/manual/strings/#man-version-number-literals
var Pub Scheme = pub{}

type pub struct{}

func (pub) String() string { return "pub" }

func (s pub) Check(v string) error {
	_, f := parsePub(v)
	return f.err(s, v)
}

func (pub) Compare(a, b string) int {
	x, fx := parsePub(a)
	y, fy := parsePub(b)
	if fx.found() || fy.found() {
		return compareFlawed(a, fx, b, fy)
	}
	return x.compareBuilt(y)
}

func (s pub) AppendKey(dst []byte, v string) ([]byte, error) {
	x, f := parsePub(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	return x.appendBuiltKey(dst), nil
}

func parsePub(v string) (semverVersion, flaw) {
	if f := checkLength(v); f.found() {
		return semverVersion{}, f
	}
	return semverRules{numbers: 3, zeros: true}.parse(v, skipV(v))
}

// compareBuilt is compare where the build orders what else is the same.
func (x *semverVersion) compareBuilt(y semverVersion) int {
	if c := x.compare(y); c != 0 {
		return c
	}
	return compareIdentifiers(x.build, y.build, exactCase)
}

// appendBuiltKey appends the key whose order is compareBuilt.
func (x *semverVersion) appendBuiltKey(dst []byte) []byte {
	return appendIdentifiers(x.appendKey(dst), x.build, exactCase)
}
