package version_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzFreeBSD(f *testing.F) { fuzzLaws(f, version.FreeBSD) }

func freebsdKit() kit {
	return kit{
		scheme: version.FreeBSD,
		pieces: "0 0 1 9 10 007 208 99999999999999999999 . . . .0 .0 + + * a b p B pl alpha rc Pre dev _1 _0 _2 ,0 ,1 ,2",
		mix: []string{
			"3.0.13,1", "3.0.14_1,1", "8.9.1_3", "8.10.0", "9.6.p1_1,1", "9.7.p1,1",
			"1.24.0_13,3", "1.26.0,3", "20230101_4", "20230601", "2.4.58.r1", "14.1_6",
		},
	}
}

func TestFreeBSDCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"1.0", 0, ""},
		{"1.0_1,2", 0, ""},
		{"1.0,2", 0, ""},
		{"r20240101", 0, ""},
		{"1..0.", 0, ""}, // pkg makes one dot of many
		{"2.*", 0, ""},
		{"2*+1_01,02", 0, ""},
		{"*", 0, ""},
		{"1++2+", 0, ""},
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{"_1", 0, "no component"},
		{",1", 0, "no component"},
		{".1", 0, "no component"},
		{"+1", 0, "no component"},
		{" 1", 0, "no component"},
		{"1+.1", 2, "no component"},
		{"1.*.2", 3, "text after an asterisk"},
		{"1.*2", 3, "text after an asterisk"},
		{"**", 1, "text after an asterisk"},
		{"1*a", 2, "text after an asterisk"},
		{"1.0_", 4, "no number"},
		{"1.0_a", 4, "no number"},
		{"1.0,", 4, "no number"},
		{"1.0_1,", 6, "no number"},
		{"1.0,1_1", 5, "unexpected character"},
		{"1.0_1_1", 5, "unexpected character"},
		{"1.0,1,1", 5, "unexpected character"},
		{"1.0_1.0", 5, "unexpected character"},
		{"pkg-1.0", 3, "unexpected character"},
		{"1:1.0", 1, "unexpected character"},
		{"1.0~rc1", 3, "unexpected character"},
		{"1.0é", 3, "unexpected character"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.FreeBSD, tt.v, tt.offset, tt.reason)
	}
}

// TestFreeBSDKeyBytes pins keys, as [TestKeyBytes] does.
func TestFreeBSDKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"0", "\x00" + "\x05" + "\x00"},
		{"1.0.0_0,0", "\x00" + "\x08\x01\x00" + "\x05\x05" + "\x00"},
		{"10b2.0.a_3,4", "\x04" + "\x08\x0Ab\x01\x02" + "\x03" + "\x02a\x00" + "\x05\x05" + "\x03"},
		{"1.0.0.2", "\x00" + "\x08\x01\x00" + "\x07\x07" + "\x08\x02\x00" + "\x05\x05" + "\x00"},
		{"0+1++*", "\x00" + "\x06" + "\x08\x01\x00" + "\x05" + "\x04" + "\x01" + "\x05\x05" + "\x00"},
		{"1.PL3", "\x00" + "\x08\x01\x00" + "\x02\x00\x01\x03" + "\x05\x05" + "\x00"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.FreeBSD, tt.v)); got != tt.want {
			t.Errorf("freebsd.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}
