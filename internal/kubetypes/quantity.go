package kubetypes

import (
	"strconv"
	"strings"
	"unicode"
)

// quantity reports whether resource.ParseQuantity accepts s: a sign, digits with
// a point anywhere among them, and a suffix, where each of these may be absent
// and only an empty s is refused for that. So "." and "+" are zero, as is "M".
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
func quantity(s string) bool {
	if s == "" {
		return false
	}
	if s[0] == '+' || s[0] == '-' {
		s = s[1:]
	}
	suffix := strings.TrimLeft(s, "0123456789")
	digits := len(suffix) < len(s)
	if fraction, ok := strings.CutPrefix(suffix, "."); ok {
		suffix = strings.TrimLeft(fraction, "0123456789")
		digits = digits || len(suffix) < len(fraction)
	}
	return quantitySuffix(suffix, digits)
}

// quantitySuffix reports whether s is a suffix for a number with digits, or for
// one without. The latter is zero only where the library's arithmetic for small
// numbers is enough, and an error where it goes on to arbitrary precision.
func quantitySuffix(s string, digits bool) bool {
	switch s {
	case "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti":
		return true
	case "Pi", "Ei":
		return digits
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	exponent, err := strconv.ParseInt(s[1:], 10, 64)
	return err == nil && (digits || int32(exponent) >= -9) // the library drops the upper half
}

// trimSpace drops the white space around the text of a quantity. The library
// sees the string as JSON spells it, so what is escaped there is not dropped.
func trimSpace(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return r >= ' ' && r != '\u2028' && r != '\u2029' && unicode.IsSpace(r)
	})
}
