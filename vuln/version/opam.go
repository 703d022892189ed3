package version

import "strings"

// Opam is the order of opam packages: that of [Deb] without an epoch, in which
// the last hyphen also starts a revision, "1.0-1". An absent revision, an empty
// one and zero are the same, as are an empty upstream version and zero.
//
// Check takes what opam takes: letters, digits, and "-_+.~", in any place.
//
// opam manual, "Version ordering", https://opam.ocaml.org/doc/Manual.html#Version-ordering,
// OpamPackage.Version.of_string and OpamVersionCompare.compare,
// https://github.com/ocaml/opam/blob/master/src/core/opamVersionCompare.ml; that the
// manual does not say what the hyphen does is https://github.com/ocaml/opam/issues/4272.
var Opam Scheme = opam{}

type opam struct{}

func (opam) String() string { return "opam" }

func (s opam) Check(v string) error { return checkOpam(v).err(s, v) }

func (opam) Compare(a, b string) int {
	fa, fb := checkOpam(a), checkOpam(b)
	if fa.found() || fb.found() {
		return compareFlawed(a, fa, b, fb)
	}
	upstreamA, revisionA := cutOpamRevision(a)
	upstreamB, revisionB := cutOpamRevision(b)
	if c := compareDebPart(upstreamA, upstreamB); c != 0 {
		return c
	}
	return compareDebPart(revisionA, revisionB)
}

func (s opam) AppendKey(dst []byte, v string) ([]byte, error) {
	if f := checkOpam(v); f.found() {
		return dst, f.err(s, v)
	}
	upstream, revision := cutOpamRevision(v)
	dst = appendDebPart(dst, upstream)
	return appendDebPart(dst, revision), nil
}

func checkOpam(v string) flaw {
	if f := checkLength(v); f.found() {
		return f
	}
	if i := strings.IndexFunc(v, notOpam); i >= 0 {
		return flaw{i, "invalid character"}
	}
	return flaw{}
}

func notOpam(r rune) bool { return r != '-' && r != '_' && notDebRevision(r) }

func cutOpamRevision(v string) (upstream, revision string) {
	if i := strings.LastIndexByte(v, '-'); i >= 0 {
		return v[:i], v[i+1:]
	}
	return v, ""
}
