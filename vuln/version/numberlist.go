package version

import (
	"cmp"
	"strings"
)

// checkNumberList finds the flaw of v as numbers with one of the separators
// between each two.
func checkNumberList(v, separators string) flaw {
	if f := checkLength(v); f.found() {
		return f
	}
	for at := 0; ; at++ {
		n := digitRun(v[at:])
		if n == 0 {
			return flaw{at, "no number"}
		}
		at += n
		if at == len(v) {
			return flaw{}
		}
		if strings.IndexByte(separators, v[at]) < 0 {
			return flaw{at, "unexpected character"}
		}
	}
}

// compareNumberLists orders two lists that checkNumberList finds no flaw in:
// number by number, by value. A list that ends before another is first.
func compareNumberLists(a, b string) int {
	for {
		i, j := digitRun(a), digitRun(b)
		if c := compareDigits(a[:i], b[:j]); c != 0 {
			return c
		}
		if i == len(a) || j == len(b) {
			return cmp.Compare(len(a)-i, len(b)-j)
		}
		a, b = a[i+1:], b[j+1:]
	}
}

// What follows a number of a list in the key.
const (
	listEnd  = 0x00
	listMore = 0x01
)

// appendNumberList appends the key of a list; the order of such keys is
// [compareNumberLists].
func appendNumberList(dst []byte, v string) []byte {
	for {
		n := digitRun(v)
		dst = appendNumber(dst, v[:n])
		if n == len(v) {
			return append(dst, listEnd)
		}
		dst, v = append(dst, listMore), v[n+1:]
	}
}
