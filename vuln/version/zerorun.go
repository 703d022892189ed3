package version

import "cmp"

// A zeroRun is a run of zeros in a sequence, and what stands behind it: an
// element below zero, one above zero, or the end. It is for orders that fill
// the shorter sequence with zeros, so that the end is zeros without end, and
// that have elements below zero.
type zeroRun struct {
	zeros int // at most maxLength; nothing where sign is 0
	sign  int // -1, 0 for the end, or +1
}

// compare orders two sequences by their first runs; 0 means that both go on
// with elements of one sign at one place, or that both end.
func (r zeroRun) compare(s zeroRun) int {
	switch {
	case r.sign == 0:
		return -s.sign
	case s.sign == 0 || r.zeros < s.zeros:
		return r.sign
	case r.zeros > s.zeros:
		return -s.sign
	}
	return cmp.Compare(r.sign, s.sign)
}

// The first byte of a run in a key: before an element below zero the more
// zeros, the greater, up to runBelowLong; before one above zero the fewer, the
// greater, down to runAboveLong. These two are for runs of runLong zeros and
// more, whose number follows in a byte.
const (
	runBelow     = 0x01
	runBelowLong = runBelow + runLong
	runEnd       = 0x80
	runAboveLong = runAbove - runLong
	runAbove     = 0xFF

	runLong = 0x3E
)

// appendKey appends the key of r. The order of such keys is compare.
func (r zeroRun) appendKey(dst []byte) []byte {
	switch {
	case r.sign == 0:
		return append(dst, runEnd)
	case r.sign < 0 && r.zeros < runLong:
		return append(dst, runBelow+byte(r.zeros))
	case r.sign < 0:
		return append(dst, runBelowLong, byte(r.zeros))
	case r.zeros < runLong:
		return append(dst, runAbove-byte(r.zeros))
	}
	return append(dst, runAboveLong, 0xFF-byte(r.zeros))
}

// isZero reports whether the run of ASCII digits has the value zero.
func isZero(digits string) bool {
	for i := range len(digits) {
		if digits[i] != '0' {
			return false
		}
	}
	return true
}
