package version_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzPub(f *testing.F) { fuzzLaws(f, version.Pub) }

func pubKit() kit {
	return kit{
		scheme: version.Pub,
		pieces: "0 1 9 10 007 208 99999999999999999999 . . .1 a rc -rc - + +1 +a -0 .1.0 v",
		starts: []string{"1.0.0", "1.2.", "1.0.0+", "1.0.0+1", "1.0.0-a+b", "v1", "1.2", "0", ""},
		mix: []string{
			"2.0.0-nullsafety.2", "2.0.0-nullsafety.3", "0.13.5", "0.13.6", "6.9.12+3", "6.9.12+4",
			"1.1.1+0", "1.1.1+2", "3.0.0-dev.9+a1b2c3d", "3.0.0-dev.10", "24.5.1+1763", "24.5.1+1764",
		},
		corpus: []corpusFile{
			{name: "pub-versions.txt"},
		},
	}
}

func TestPubCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"1.2.3-alpha.1+001.b", 0, ""},
		{"01.02.03-04", 0, ""},
		{"v1.2+3", 0, ""}, // in advisories
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{"v", 1, "no number"},
		{"1.", 2, "no number"},
		{"1.2.3.4", 5, "unexpected character"},
		{"1.2.3b", 5, "unexpected character"},
		{"1.2.3-", 6, "empty identifier"},
		{"1.2.3+", 6, "empty identifier"},
		{"1.2.3+a..b", 8, "empty identifier"},
		{"1.2.3-a_b", 7, "invalid character in an identifier"},
		{"1.2.3+a+b", 7, "invalid character in an identifier"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.Pub, tt.v, tt.offset, tt.reason)
	}
}

// TestPubKeyBytes pins keys, as [TestKeyBytes] does.
func TestPubKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"1.2.3", "\x01\x02\x03" + "\xFF" + "\x01"},
		{"1.2.3+04.b", "\x01\x02\x03" + "\xFF" + "\x02\x04" + "\x03b\x00" + "\x01"},
		{"1.2.3-rc.4+5", "\x01\x02\x03" + "\x03rc\x00" + "\x02\x04" + "\x01" + "\x02\x05" + "\x01"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.Pub, tt.v)); got != tt.want {
			t.Errorf("pub.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}
