package version

// Bitnami is the order of Bitnami's packages: that of [Semver], but what
// begins with a number behind the hyphen is no pre-release. It is the revision
// of the package, and comes after the version without one:
// 1.2.3-rc1 < 1.2.3 < 1.2.3-0 < 1.2.3-1. Revisions are ordered as pre-releases
// are: 1.2.3-9 < 1.2.3-10 < 1.2.3-10.el8.
//
// Bitnami itself takes every pre-release for a revision. Its advisories do
// not: they are those of the upstream projects, and name release candidates
// (2.6.0-rc1), which came before the release.
//
// A bound without a revision means any: "last affected 4.1.0" holds 4.1.0-3.
// See [AppendBound].
//
// Check takes, beside what Semver takes, numbers with leading zeros: versions
// that are dates have them (2021.01.30).
//
// https://github.com/bitnami/go-version#version-revision
var Bitnami Scheme = bitnami{}

type bitnami struct{}

func (bitnami) String() string { return "bitnami" }

func (s bitnami) Check(v string) error {
	_, f := parseBitnami(v)
	return f.err(s, v)
}

func (bitnami) Compare(a, b string) int {
	x, fx := parseBitnami(a)
	y, fy := parseBitnami(b)
	if fx.found() || fy.found() {
		return compareFlawed(a, fx, b, fy)
	}
	return x.compareBuilt(y)
}

func (s bitnami) AppendKey(dst []byte, v string) ([]byte, error) {
	x, f := parseBitnami(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	return x.appendBuiltKey(dst), nil
}

// appendBound is [AppendBound]. The key of a release goes on with its revision.
func (s bitnami) appendBound(dst []byte, v string) (key []byte, anyRelease bool, err error) {
	x, f := parseBitnami(v)
	if f.found() {
		return dst, false, f.err(s, v)
	}
	if x.pre.empty() && x.build.empty() {
		return x.appendKey(dst), true, nil
	}
	return x.appendBuiltKey(dst), false, nil
}

// parseBitnami reads the revision into the build, which does not count itself.
func parseBitnami(v string) (semverVersion, flaw) {
	if f := checkLength(v); f.found() {
		return semverVersion{}, f
	}
	x, f := semverRules{numbers: 3, zeros: true}.parse(v, skipV(v))
	x.build = identifiers{}
	if x.pre.empty() {
		return x, f
	}
	if id, _ := x.pre.next(); isNumeric(id) {
		x.pre, x.build = x.build, x.pre
	}
	return x, f
}
