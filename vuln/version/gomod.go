package version

import "strings"

// Go is the order of Go modules and of the Go distribution, as advisories for
// "stdlib" and "toolchain" have it. Module versions are in the order of
// [Semver], with or without the leading "v". Pseudo-versions
// (v1.2.4-0.20191109021931-daa7c04131f5) are made to be right in it, and
// "+incompatible", "+dirty" and other build metadata do not count. Versions
// without patch or minor are taken, as semver packages of Go do.
//
// Releases of Go are read in their own spelling and ordered in that of
// advisories: go1.21rc2, and 1.21rc2 as it stands in go.mod, are 1.21.0-rc.2;
// go1.21 is go1.21.0, so go1.21rc2 < go1.21. The go command has it otherwise:
// there 1.21 is the version of the language, and before all its releases. What
// follows a release behind a hyphen or a blank does not count: go1.21.3-acme,
// "go1.21.3 X:boringcrypto".
//
// Check refuses "(devel)" and development versions of Go (devel go1.22-0a1b2c3,
// go1.26-devel_0a1b2c3): they lie anywhere between two releases.
//
// https://go.dev/ref/mod#versions, https://go.dev/doc/toolchain#version and, for
// the spelling of advisories, https://go.dev/doc/security/vuln/database#schema
var Go Scheme = golang{}

type golang struct{}

func (golang) String() string { return "go" }

func (s golang) Check(v string) error {
	_, f := parseGo(v)
	return f.err(s, v)
}

func (golang) Compare(a, b string) int {
	x, fx := parseGo(a)
	y, fy := parseGo(b)
	if fx.found() || fy.found() {
		return compareFlawed(a, fx, b, fy)
	}
	return x.compare(y)
}

func (s golang) AppendKey(dst []byte, v string) ([]byte, error) {
	x, f := parseGo(v)
	if f.found() {
		return dst, f.err(s, v)
	}
	return x.appendKey(dst), nil
}

func parseGo(v string) (semverVersion, flaw) {
	if f := checkLength(v); f.found() {
		return semverVersion{}, f
	}
	switch {
	case v == "(devel)":
		return semverVersion{}, flaw{0, "(devel) stands for no version"}
	case strings.HasPrefix(v, "devel"):
		return semverVersion{}, flaw{0, "development version of Go"}
	case strings.HasPrefix(v, "go"):
		return parseGoRelease(v)
	case strings.HasPrefix(v, "v"):
		return semverRules{numbers: 3}.parse(v, len("v"))
	}
	x, end, f := readGoRelease(v, 0)
	if !f.found() && end == len(v) {
		return x, f
	}
	return semverRules{numbers: 3}.parse(v, 0)
}

// parseGoRelease reads v, which starts with "go".
func parseGoRelease(v string) (semverVersion, flaw) {
	x, at, f := readGoRelease(v, len("go"))
	if f.found() {
		return semverVersion{}, f
	}
	switch rest := v[at:]; {
	case rest == "":
		return x, flaw{}
	case strings.HasPrefix(rest, "-devel"):
		return semverVersion{}, flaw{at, "development version of Go"}
	case rest[0] != '-' && rest[0] != ' ':
		return semverVersion{}, flaw{at, "unexpected character"}
	}
	for i := at; i < len(v); i++ {
		if v[i] < ' ' || '~' < v[i] {
			return semverVersion{}, flaw{i, "invalid character in a suffix"}
		}
	}
	return x, flaw{}
}

// readGoRelease reads numbers and a pre-release as the Go distribution writes
// them, "1.21rc2", from byte at of v, and returns where they end.
func readGoRelease(v string, at int) (semverVersion, int, flaw) {
	rules := semverRules{numbers: 3}
	var x semverVersion
	_, at, f := rules.readCore(&x, v, at)
	if f.found() {
		return semverVersion{}, at, f
	}
	word := goPrerelease(v[at:])
	if word == "" {
		return x, at, flaw{}
	}
	at += len(word)
	n := digitRun(v[at:])
	if n == 0 {
		return semverVersion{}, at, flaw{at, "no number"}
	}
	if n > 1 && v[at] == '0' {
		return semverVersion{}, at, flaw{at, "number with a leading zero"}
	}
	x.pre = identifiers{first: word, list: v[at : at+n]}
	return x, at + n, flaw{}
}

// goPrerelease is the name of a kind of pre-release of Go that rest starts
// with, or "".
func goPrerelease(rest string) string {
	switch {
	case strings.HasPrefix(rest, "alpha"):
		return "alpha"
	case strings.HasPrefix(rest, "beta"):
		return "beta"
	case strings.HasPrefix(rest, "rc"):
		return "rc"
	}
	return ""
}
