package version_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzGo(f *testing.F) { fuzzLaws(f, version.Go) }

func goKit() kit {
	return kit{
		scheme: version.Go,
		pieces: "0 1 9 10 007 208 99999999999999999999 . . .1 a rc rc1 rc2 beta1 -rc.2 - + -0 .1.0 +incompatible -devel -x",
		starts: []string{"1.21", "go1.21", "v1.21.0", "1.21.0", "1.21.0-rc.", "go1", "v0.0.0-2019110902193", "0", "go1.21rc", ""},
		mix: []string{
			"v0.17.0", "v0.18.0", "v0.0.0-20191109021931-daa7c04131f5", "v0.0.0-20200101000000-a1b2c3d4e5f6",
			"go1.21.10", "go1.21.11", "1.22.0-rc.1", "go1.22rc2", "v2.31.0+incompatible", "v2.31.1+incompatible",
		},
	}
}

func TestGoCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"v1.2.3-alpha.1+001", 0, ""},
		{"v1.2.4-0.20191109021931-daa7c04131f5+dirty", 0, ""},
		{"1.2.3+incompatible", 0, ""},
		{"v1.2", 0, ""},
		{"go1", 0, ""},
		{"go1.21rc2", 0, ""},
		{"1.21beta10", 0, ""},
		{"go1.9.2rc2", 0, ""}, // there was one
		{"go1.21.3-acme_7", 0, ""},
		{"go1.21.3 X:boringcrypto,loopvar", 0, ""},
		{"go1.21rc2-acme", 0, ""},
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{"(devel)", 0, "(devel) stands for no version"},
		{"devel go1.22-0a1b2c3", 0, "development version of Go"},
		{"devel +0a1b2c3 Tue Feb 6 10:00:00 2024 +0000", 0, "development version of Go"},
		{"go1.26-devel_0a1b2c3 Tue Feb 6", 6, "development version of Go"},
		{"go", 2, "no number"},
		{"gov1.21", 2, "no number"},
		{"v", 1, "no number"},
		{"vv1", 1, "no number"},
		{"unknown", 0, "no number"},
		{"go1.21rc", 8, "no number"},
		{"go1.021", 4, "number with a leading zero"},
		{"go1.21rc02", 8, "number with a leading zero"},
		{"1.02.0", 2, "number with a leading zero"},
		{"go1.21.0.1", 8, "unexpected character"},
		{"go1.21gamma1", 6, "unexpected character"},
		{"go1.21rc2.1", 9, "unexpected character"},
		{"go1.21rc2a", 9, "unexpected character"},
		{"go1.21+x", 6, "unexpected character"},
		{"v1.21rc2", 5, "unexpected character"}, // neither a module's version nor Go's
		{"1.21rc2a", 4, "unexpected character"},
		{"1.21rc", 4, "unexpected character"},
		{"1.2.3.4", 5, "unexpected character"},
		{"go1.21.3-a\x00", 10, "invalid character in a suffix"},
		{"go1.21.3 é", 9, "invalid character in a suffix"},
		{"v1.2.3-", 7, "empty identifier"},
		{"v1.2.3-a_b", 8, "invalid character in an identifier"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.Go, tt.v, tt.offset, tt.reason)
	}
}

// TestGoKeyBytes pins keys, as [TestKeyBytes] does.
func TestGoKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"v1.2.3+incompatible", "\x01\x02\x03" + "\xFF"},
		{"go1.21", "\x01\x15\x00" + "\xFF"},
		{"1.21rc2", "\x01\x15\x00" + "\x03rc\x00" + "\x02\x02" + "\x01"},
		{"1.21.0-rc.2", "\x01\x15\x00" + "\x03rc\x00" + "\x02\x02" + "\x01"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.Go, tt.v)); got != tt.want {
			t.Errorf("go.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}
