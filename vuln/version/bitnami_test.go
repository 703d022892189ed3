package version_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzBitnami(f *testing.F) { fuzzLaws(f, version.Bitnami) }

func bitnamiKit() kit {
	return kit{
		scheme: version.Bitnami,
		pieces: "0 1 9 10 007 208 99999999999999999999 . . .1 a rc -rc - -1 -2 + -0 .1.0 v",
		starts: []string{"1.0.0", "1.2.", "1.0.0-1", "1.0.0-1.", "1.0.0-rc1", "v1", "1.2", "0", ""},
		mix: []string{
			"1.21.10", "1.21.11-0", "11.4.12-0", "11.4.12-1", "2.6.0-rc6", "2.6.0-rc7",
			"4.0.20-9", "4.0.20-10", "0.0.0-20250806193356-4d9b5d3d6486", "0.0.0-20250807113757-8340a6918f6c",
		},
	}
}

func TestBitnamiCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"1.2.3-4", 0, ""},
		{"1.2.3-10.el8+b", 0, ""},
		{"v1.2-rc1", 0, ""},
		{"2021.01.30-04", 0, ""},
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{"nightly.2026-03-10.0", 0, "no number"},
		{"1.2.3.4", 5, "unexpected character"},
		{"1.7rc2", 3, "unexpected character"},
		{"1.2.3-", 6, "empty identifier"},
		{"1.2.3-1..2", 8, "empty identifier"},
		{"1.2.3-1_2", 7, "invalid character in an identifier"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.Bitnami, tt.v, tt.offset, tt.reason)
	}
}

// TestBitnamiKeyBytes pins keys, as [TestKeyBytes] does.
func TestBitnamiKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"1.2.3+b", "\x01\x02\x03" + "\xFF" + "\x01"},
		{"1.2.3-4", "\x01\x02\x03" + "\xFF" + "\x02\x04" + "\x01"},
		{"1.2.3-10.el8+b", "\x01\x02\x03" + "\xFF" + "\x02\x0A" + "\x03el8\x00" + "\x01"},
		{"1.2.3-rc.4", "\x01\x02\x03" + "\x03rc\x00" + "\x02\x04" + "\x01" + "\x01"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.Bitnami, tt.v)); got != tt.want {
			t.Errorf("bitnami.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}
