package version

import (
	"bytes"
	"strings"
	"testing"
)

// TestNumberKeys takes numbers in rising order, at each change of the form of
// the key, and compares every two.
func TestNumberKeys(t *testing.T) {
	t.Parallel()
	numbers := []string{
		"", "1", "9", "10", "207", "208", "255", "256", "65535", "65536", "16777215", "16777216",
		"4294967295", "4294967296", "1099511627775", "1099511627776", "281474976710655", "281474976710656",
		"72057594037927935", "72057594037927936", "999999999999999999", "1000000000000000000",
		"9223372036854775807", "9223372036854775808", "9999999999999999999",
		"10000000000000000000", "18446744073709551615", "18446744073709551616", "99999999999999999999",
		"1" + strings.Repeat("0", 254), strings.Repeat("9", 255), "1" + strings.Repeat("0", 255), strings.Repeat("9", 256),
	}
	for i, a := range numbers {
		for j, b := range numbers {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = +1
			}
			for _, zeros := range []string{"", "0", "000"} {
				if got := compareDigits(zeros+a, b); got != want {
					t.Errorf("compareDigits(%q, %q) = %d, want %d", zeros+a, b, got, want)
				}
				keyA, keyB := appendNumber(nil, zeros+a), appendNumber(nil, b)
				if got := bytes.Compare(keyA, keyB); got != want {
					t.Errorf("keys of %q and %q: %x and %x compare %d, want %d", zeros+a, b, keyA, keyB, got, want)
				}
				if want != 0 && bytes.HasPrefix(keyA, keyB) {
					t.Errorf("the key of %q, %x, starts with that of %q, %x", zeros+a, keyA, b, keyB)
				}
			}
		}
	}
}

// TestNumberKeyBytes pins the bytes: databases are kept, and read by later
// versions of this package.
func TestNumberKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ digits, want string }{
		{"", "\x00"},
		{"007", "\x07"},
		{"207", "\xCF"},
		{"208", "\xD0\xD0"},
		{"256", "\xD1\x01\x00"},
		{"9999999999999999999", "\xD7\x8A\xC7\x23\x04\x89\xE7\xFF\xFF"},
		{"10000000000000000000", "\xD8\x00\x1410000000000000000000"},
	}
	for _, tt := range tests {
		if got := string(appendNumber([]byte("x"), tt.digits)); got != "x"+tt.want {
			t.Errorf("appendNumber(%q, %q) = %x, want %x", "x", tt.digits, got, "x"+tt.want)
		}
	}
}
