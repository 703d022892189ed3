package version

import "bytes"

// An Interval is a run of versions between two bounds, given as keys of one
// scheme; [AppendBound] makes them. No key is empty, so an empty bound is none,
// and the zero Interval holds every version. One whose upper bound is below
// its lower holds none. The slices are the caller's: Contains only reads them.
type Interval struct {
	Lower          []byte // the first version in it; empty: no lower bound
	Upper          []byte // where it ends; empty: no upper bound
	UpperInclusive bool   // Upper is in it (a last affected version), not the first after it (a fixed one)
	AnyRelease     bool   // a bound without a release is equal to that version with any release
}

// Contains reports whether the version with this key is in iv. It does not
// allocate.
func (iv Interval) Contains(key []byte) bool {
	if iv.compare(key, iv.Lower) < 0 {
		return false
	}
	if len(iv.Upper) == 0 {
		return true
	}
	c := iv.compare(key, iv.Upper)
	return c < 0 || c == 0 && iv.UpperInclusive
}

// compare orders a key and a bound. With AnyRelease the bound may be the start
// of keys, and counts as equal to all of them. It may be a whole key, too: in
// the schemes that have releases no key is the start of another, so that one
// of them is equal to itself alone, and the others are ordered as ever.
func (iv Interval) compare(key, bound []byte) int {
	if iv.AnyRelease && len(key) > len(bound) {
		key = key[:len(bound)]
	}
	return bytes.Compare(key, bound)
}

// AppendBound appends to dst what v is as a bound of an [Interval] in the
// order s. That is the key which s.AppendKey appends, unless v is of a scheme
// with releases, [RPM], [ALPM] or [Bitnami] (where they are revisions), and has
// none: an advisory which says "before 1.2" then means 1.2 with any release.
// For such a v AppendBound appends the start that the keys of all these
// versions have in common, and anyRelease is true; the Interval must say so.
// Its other bound may be of either kind.
//
// The error is that of s.AppendKey.
func AppendBound(dst []byte, s Scheme, v string) (bound []byte, anyRelease bool, err error) {
	type bounder interface {
		appendBound(dst []byte, v string) ([]byte, bool, error)
	}
	if b, ok := s.(bounder); ok {
		return b.appendBound(dst, v)
	}
	bound, err = s.AppendKey(dst, v)
	return bound, false, err
}
