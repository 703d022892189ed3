package osv

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// An Interval is a run of affected versions.
type Interval struct {
	version.Interval
	// LowerText and UpperText spell the bounds as the record does; "" where
	// there is none.
	LowerText, UpperText string
	// Fixed is UpperText when that version has the fix, else "".
	Fixed string
}

// Holds is Contains for the version v with that key of scheme. Where v or a
// bound is ambiguous in Maven's order, it asks Maven's own comparison too: v is
// in the interval if either order says so, since it is worse to miss a
// vulnerability than to name one too many.
func (i *Interval) Holds(scheme version.Scheme, v string, key []byte) bool {
	if i.Contains(key) {
		return true
	}
	if scheme != version.Maven ||
		!version.MavenAmbiguous(v) && !version.MavenAmbiguous(i.LowerText) && !version.MavenAmbiguous(i.UpperText) {
		return false
	}
	if i.LowerText != "" && version.MavenReferenceCompare(v, i.LowerText) < 0 {
		return false
	}
	if i.UpperText == "" {
		return len(i.Upper) == 0
	}
	c := version.MavenReferenceCompare(v, i.UpperText)
	return c < 0 || c == 0 && i.UpperInclusive
}

// A Compiled is an affected entry made ready for lookups. Both lists are
// sorted, and their intervals do not touch.
type Compiled struct {
	// Intervals hold keys of the ecosystem's scheme.
	Intervals []Interval
	// SemVer hold keys of [version.Semver]: the ranges of type SEMVER where the
	// scheme of the ecosystem is another. A version is affected that lies in
	// either list.
	SemVer []Interval
	// Unjudged says why a version outside of the intervals may be affected all
	// the same: a bound that is out of order, a range of an unknown kind. It is
	// "" when the intervals are the whole truth.
	Unjudged string
}

// Compile evaluates a once for all versions. Scheme is the order of a's
// ecosystem, nil where none is known.
//
// The result is that of the schema's algorithm: a version is affected when it
// is listed or lies in a range; in a range the last event at or below it
// decides, and it must be below some limit. Events of one version keep the
// order in which they are listed. A listed version counts by its rank, not its
// spelling; one that the scheme cannot order equals no version that it can.
// Commit ranges are passed over where ranges or versions stand beside them,
// which the schema demands.
//
// https://ossf.github.io/osv-schema/#evaluation
func Compile(a *Affected, scheme version.Scheme) Compiled {
	var c Compiled
	judged, commits := false, false
	for _, r := range a.Ranges {
		order := scheme
		switch r.Type {
		case "SEMVER":
			order = version.Semver
		case "ECOSYSTEM":
		case "GIT":
			commits = true
			continue
		default:
			c.unjudged("a range of the unknown type %q", r.Type)
			continue
		}
		if order == nil {
			c.unjudged("no version order for %s", a.Package.Ecosystem)
			continue
		}
		spans, err := evaluate(r.Events, order)
		if err != nil {
			c.unjudged("%s", err)
			continue
		}
		judged = true
		if order == scheme {
			c.Intervals = append(c.Intervals, spans...)
		} else {
			c.SemVer = append(c.SemVer, spans...)
		}
	}
	for _, v := range a.Versions {
		if scheme == nil {
			c.unjudged("no version order for %s", a.Package.Ecosystem)
			break
		}
		if key, err := scheme.AppendKey(nil, v); err == nil {
			judged = true
			c.Intervals = append(c.Intervals, point(key, v))
		}
	}
	switch {
	case judged:
	case len(a.Versions) > 0:
		c.unjudged("none of the listed versions is a %s version", scheme)
	case commits:
		c.unjudged("only commit ranges")
	default:
		// The schema gives such an entry no meaning: it may be a publisher's
		// "all versions" as well as its "not known yet".
		c.unjudged("neither ranges nor versions")
	}
	c.Intervals = union(c.Intervals)
	c.SemVer = union(c.SemVer)
	return c
}

// unjudged keeps the first reason.
func (c *Compiled) unjudged(format string, args ...any) {
	if c.Unjudged == "" {
		c.Unjudged = fmt.Sprintf(format, args...)
	}
}

// union sorts the intervals and joins those that overlap or touch. The fixed
// version of a joined interval is that of its upper end: a fix below it lies
// in another affected range.
func union(list []Interval) []Interval {
	slices.SortStableFunc(list, func(a, b Interval) int { return bytes.Compare(a.Lower, b.Lower) })
	var out []Interval
	for _, next := range list {
		if len(out) == 0 || apart(&out[len(out)-1], &next) {
			out = append(out, next)
			continue
		}
		last := &out[len(out)-1]
		switch c := compareUpper(last, &next); {
		case c < 0:
			last.Upper, last.UpperInclusive, last.Fixed = next.Upper, next.UpperInclusive, next.Fixed
			last.AnyRelease, last.UpperText = last.AnyRelease || next.AnyRelease, next.UpperText
		case c == 0 && next.Fixed != "" && last.Fixed == "":
			last.Fixed, last.UpperText = next.Fixed, next.UpperText
		}
	}
	return out
}

// apart tells whether b, which does not begin before a, begins after a's end.
// Lower bounds are inclusive, so meeting at a bound leaves nothing between.
func apart(a, b *Interval) bool {
	return a.Upper != nil && bytes.Compare(b.Lower, a.Upper) > 0
}

// compareUpper orders upper bounds by how much lies below them.
func compareUpper(a, b *Interval) int {
	switch {
	case a.Upper == nil && b.Upper == nil:
		return 0
	case a.Upper == nil:
		return +1
	case b.Upper == nil:
		return -1
	}
	if c := bytes.Compare(a.Upper, b.Upper); c != 0 || a.UpperInclusive == b.UpperInclusive {
		return c
	}
	if a.UpperInclusive {
		return +1
	}
	return -1
}

// point is the interval of one version.
func point(key []byte, v string) Interval {
	return Interval{
		Interval:  version.Interval{Lower: key, Upper: key, UpperInclusive: true},
		LowerText: v, UpperText: v,
	}
}
