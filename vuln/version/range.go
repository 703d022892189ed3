package version

import "bytes"

// An Interval is a run of versions between two bounds, given as keys of one
// scheme. No key is empty, so an empty bound is none, and the zero Interval
// holds every version. One whose upper bound is below its lower holds none.
// The slices are the caller's: Contains only reads them.
type Interval struct {
	Lower          []byte // the first version in it; empty: no lower bound
	Upper          []byte // where it ends; empty: no upper bound
	UpperInclusive bool   // Upper is in it (a last affected version), not the first after it (a fixed one)
}

// Contains reports whether the version with this key is in iv. It does not
// allocate.
func (iv Interval) Contains(key []byte) bool {
	if bytes.Compare(key, iv.Lower) < 0 {
		return false
	}
	if len(iv.Upper) == 0 {
		return true
	}
	c := bytes.Compare(key, iv.Upper)
	return c < 0 || c == 0 && iv.UpperInclusive
}
