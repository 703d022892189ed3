package version

import (
	"cmp"
	"math/bits"
	"strings"
)

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// digitRun is the length of the run of ASCII digits that s starts with.
func digitRun(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// compareDigits orders two runs of ASCII digits by value. Leading zeros do not
// count; the empty run is zero. No integer is built, so no length overflows.
func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// The first byte of a number in a key. Below numberWide it is the number
// itself; from there it says how many bytes follow, one to eight. Numbers that
// might not fit in those have numberLong, their count of digits in two bytes,
// and the digits.
const (
	numberWide = 0xD0
	numberLong = numberWide + 8
)

// narrowDigits is the most digits that fit in eight bytes whatever they are.
const narrowDigits = 19

// appendNumber appends the key of a run of at most maxLength ASCII digits. The
// order of such keys is [compareDigits], and none is the start of another.
func appendNumber(dst []byte, digits string) []byte {
	digits = strings.TrimLeft(digits, "0")
	if len(digits) > narrowDigits {
		dst = append(dst, numberLong, byte(len(digits)>>8), byte(len(digits)))
		return append(dst, digits...)
	}
	var n uint64
	for i := range len(digits) {
		n = n*10 + uint64(digits[i]-'0')
	}
	if n < numberWide {
		return append(dst, byte(n))
	}
	size := (bits.Len64(n) + 7) / 8
	dst = append(dst, byte(numberWide+size-1))
	for size--; size >= 0; size-- {
		dst = append(dst, byte(n>>(8*size)))
	}
	return dst
}
