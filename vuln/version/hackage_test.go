package version_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzHackage(f *testing.F) { fuzzLaws(f, version.Hackage) }

func hackageKit() kit {
	return kit{
		scheme: version.Hackage,
		pieces: "0 1 9 10 007 208 999999999 99999999999999999999 . . . . . - a",
		mix: []string{
			"2.2.3.0", "2.2.3.1", "0.11.5.4", "0.12.1.2", "9.8.3", "9.8.4",
			"1.24.2.0", "1.24.2.1", "5.20140919", "5.20140927", "0.5.2", "0.5.2.1",
		},
		corpus: []corpusFile{{name: "hackage-versions.txt"}},
	}
}

func TestHackageCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"0", 0, ""},
		{"1.2.3.4.5", 0, ""},
		{"1.02", 0, ""},
		{"1.9999999999", 0, ""}, // ten digits
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{".1", 0, "no number"},
		{"1.", 2, "no number"},
		{"1..2", 2, "no number"},
		{"v1", 0, "no number"},
		{"1.0-rc1", 3, "unexpected character"}, // a tag
		{"1.0-1", 3, "unexpected character"},
		{"1.0a", 3, "unexpected character"},
		{"1.0 ", 3, "unexpected character"},
		{"1.*", 2, "no number"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.Hackage, tt.v, tt.offset, tt.reason)
	}
}

// TestHackageKeyBytes pins keys, as [TestKeyBytes] does.
func TestHackageKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"0", "\x00\x00"},
		{"1.0.1", "\x01\x01" + "\x00\x01" + "\x01\x00"},
		{"9.8.208", "\x09\x01" + "\x08\x01" + "\xD0\xD0\x00"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.Hackage, tt.v)); got != tt.want {
			t.Errorf("hackage.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}
