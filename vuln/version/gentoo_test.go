package version_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzGentoo(f *testing.F) { fuzzLaws(f, version.Gentoo) }

func gentooKit() kit {
	return kit{
		scheme: version.Gentoo,
		pieces: "0 1 9 10 007 010 208 99999999999999999999 . . .0 .1 a z _alpha _beta2 _pre _rc _p _p0 -r -r0 -r1",
		mix: []string{
			"3.0.13-r1", "3.0.13-r2", "1.1.1k", "1.1.1l-r1", "9.6_p1-r3", "9.7_p1",
			"6.6.30", "6.6.31", "5.2_p15-r6", "5.2_p21-r2", "2.10_rc1", "2.10_rc2",
		},
	}
}

func TestGentooCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"0", 0, ""},
		{"1.02.3a_alpha1_p_rc002-r10", 0, ""},
		{"9999", 0, ""},
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{"v1", 0, "no number"},
		{".1", 0, "no number"},
		{"1.", 2, "no number"},
		{"1..2", 2, "no number"},
		{"1.a", 2, "no number"},
		{"1ab", 2, "unexpected character"},
		{"1a1", 2, "unexpected character"},
		{"1A", 1, "unexpected character"},
		{"1.0_", 4, "unknown suffix"},
		{"1.0_a1", 4, "unknown suffix"},
		{"1.0_P1", 4, "unknown suffix"},
		{"1.0_rcp", 4, "unknown suffix"},
		{"1.0_p1.2", 6, "unexpected character"},
		{"1.0_p1a", 6, "unexpected character"},
		{"1.0-r", 5, "no number"},
		{"1.0-1", 3, "unexpected character"},
		{"1.0-r1-r2", 6, "unexpected character"},
		{"1.0-r1.2", 6, "unexpected character"},
		{"1.0 ", 3, "unexpected character"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.Gentoo, tt.v, tt.offset, tt.reason)
	}
}

// TestGentooKeyBytes pins keys, as [TestKeyBytes] does.
func TestGentooKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"1.0", "\x01" + "\x01\x00" + "\x00" + "\x00" + "\x05" + "\x00"},
		{"1.2.030b-r6", "\x01" + "\x02\x02" + "\x0103\x00" + "\x00" + "b\x00" + "\x05" + "\x06"},
		{"1_alpha_beta_pre_rc_p7", "\x01" + "\x00" + "\x00" + "\x01\x00\x02\x00\x03\x00\x04\x00\x06\x07\x05" + "\x00"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.Gentoo, tt.v)); got != tt.want {
			t.Errorf("gentoo.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}
