package version

import "strings"

// NPM is the order of npm packages, which is that of [Semver], with the looser
// spellings that node-semver reads for the registry's older packages: any of
// blanks, "v" and "=" before the version and blanks after it (" =v1.2.3"), a
// pre-release without its hyphen ("1.2.3beta" is "1.2.3-beta"), and numbers
// with leading zeros. A hyphen that no identifier follows is the identifier
// itself: "1.2.3-" is "1.2.3--".
//
// Check takes what valid(v, {loose: true}) takes and, as [Semver] does, a
// version without patch or minor, which published advisories contain. It
// differs in three more cases. Numbers have any length; node-semver refuses
// those past 53 bits, or rounds them in a pre-release. Blanks are those of
// ASCII. Four numbers are no version; node-semver says so of "1.2.3.4", but
// reads "1.2.34.5" as "1.2.3-4.5".
//
// https://github.com/npm/node-semver/blob/main/README.md, "Versions" and
// "Functions".
var NPM Scheme = npm{}

type npm struct{}

func (npm) String() string { return "npm" }

func (s npm) Check(v string) error {
	_, f := parseNPM(v)
	return f.err(s, v)
}

func (npm) Compare(a, b string) int {
	x, fx := parseNPM(a)
	y, fy := parseNPM(b)
	if fx.found() || fy.found() {
		return compareFlawed(a, fx, b, fy)
	}
	return x.compare(y)
}

func (s npm) AppendKey(dst []byte, v string) ([]byte, error) {
	x, f := parseNPM(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	return x.appendKey(dst), nil
}

func parseNPM(v string) (semverVersion, flaw) {
	if f := checkLength(v); f.found() {
		return semverVersion{}, f
	}
	rest, at := trimBlanks(v)
	v = v[:at+len(rest)]
	for at < len(v) && (v[at] == 'v' || v[at] == '=' || isBlank(v[at])) {
		at++
	}

	rules := semverRules{numbers: 3, zeros: true}
	var x semverVersion
	n, at, f := rules.readCore(&x, v, at)
	if f.found() {
		return semverVersion{}, f
	}
	switch rest := v[at:]; {
	case strings.HasPrefix(rest, "-"):
		if identifierRun(rest[1:]) > 0 {
			at++
		}
		at, f = rules.readPrerelease(&x, v, at)
	case n == 3 && letterRun(rest) > 0:
		at, f = rules.readPrerelease(&x, v, at)
	}
	if f.found() {
		return semverVersion{}, f
	}
	if f := rules.readBuild(&x, v, at); f.found() {
		return semverVersion{}, f
	}
	return x, flaw{}
}
