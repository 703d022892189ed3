package version

import "cmp"

// MavenReferenceCompare is the order of Maven 3's own ComparableVersion, with
// which Maven chooses between versions: -1, 0 or +1. It is not transitive, so
// nothing can be sorted or looked up by it and there is no key for it; use
// [Maven] for that. Strings that do not Check come last, as there. It
// allocates.
//
// It differs from [Maven] only where one of the two is [MavenAmbiguous]: it
// ranks a text first by the separators before it, and against a number or the
// end of a version by what it is.
//
// This is what Maven 3.8.7 answers. Maven 4's class of that name takes a text
// and the number after it for one item
// (https://github.com/apache/maven/pull/1099), keeps zeros before a hyphen and a
// number, and in 2026 had its 1-ga1 mended
// (https://github.com/apache/maven/pull/12942) and most of its cycles
// (https://github.com/apache/maven/pull/13102).
func MavenReferenceCompare(a, b string) int {
	fa, fb := checkMaven(a), checkMaven(b)
	if fa.found() || fb.found() {
		return compareFlawed(a, fa, b, fb)
	}
	x, y := mavenElements(a), mavenElements(b)
	for i := range min(len(x), len(y)) {
		if c := compareElement(x[i], y[i]); c != 0 {
			return c
		}
	}
	if len(x) > len(y) {
		return compareToNull(x[len(y):])
	}
	return -compareToNull(y[len(x):])
}

// MavenAmbiguous reports whether the order of v by [Maven] may differ from
// Maven's own, [MavenReferenceCompare]. On two versions of which neither is
// ambiguous the two orders agree. So whoever looks for v between bounds by key
// asks MavenReferenceCompare about a bound when v or the bound is ambiguous;
// that takes the bound's spelling, not only its key.
//
// Ambiguous is a version with a text that does not have exactly one separator
// before it. It is the first item ("Finchley.SR1"). Or it is after a dot and
// before another separator ("1.x-1", "1.x.1"; not "1.x1", "1.x"). Or it is
// after several hyphens ("1--x"), which may have between them what does not
// count ("1-0-x", "1-ga-x"). A string that does not Check is not ambiguous.
func MavenAmbiguous(v string) bool {
	if checkMaven(v).found() {
		return false
	}
	lists := 0 // that were opened since the last item
	for _, e := range mavenElements(v) {
		if e.kind == mavenList {
			lists++
			continue
		}
		if e.kind != mavenDot && lists != 1 {
			return true
		}
		lists = 0
	}
	return false
}

// mavenList is the kind of an element that starts a list. Maven orders texts
// before lists before numbers.
const mavenList = mavenDeeper

// mavenElements is the items of v, before the first of each list an element
// for the list itself. Null items are left out at the end of a list, and
// before the list in it; so are lists without items. Because every list is the
// last item of the one around it, nothing need say where it ends.
func mavenElements(v string) []mavenItem {
	all := make([]mavenItem, 0, 16) // most versions have no more
	kept := 0                       // how many are there to stay: all before the null items at the end
	items := mavenItems{v: v}
	lists := 0 // of all, how many at the end are lists
	for it := items.next(); it.kind != mavenEnd; it = items.next() {
		if it.opens {
			all = append(all[:kept], mavenItem{kind: mavenList})
			kept, lists = len(all), lists+1
		}
		all = append(all, it)
		if !it.null() {
			kept, lists = len(all), 0
		}
	}
	return all[:kept-lists]
}

// compareElement orders two elements at the same place.
func compareElement(x, y mavenItem) int {
	c := cmp.Compare(x.rank(), y.rank())
	if c != 0 || x.kind == mavenList {
		return c
	}
	return mavenToken{x.kind, x.text}.compare(mavenToken{y.kind, y.text})
}

// rank is the same for all texts.
func (it mavenItem) rank() mavenKind { return max(it.kind, mavenText) }

// compareToNull orders the rest of a version against the end of another: the
// first item that is not null decides.
func compareToNull(rest []mavenItem) int {
	for _, e := range rest {
		if e.kind != mavenList && !e.null() {
			return cmp.Compare(e.kind, mavenEnd)
		}
	}
	return 0
}
