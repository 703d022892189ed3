package version_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzNuGet(f *testing.F) { fuzzLaws(f, version.NuGet) }

func nugetKit() kit {
	return kit{
		scheme: version.NuGet,
		pieces: "0 1 9 10 007 208 99999999999999999999 . . .1 a A rc RC -rc -Beta - + -0 .1.0 z",
		starts: []string{"1.0.0", "1.2.3.4", "1.0.0-a", "1.0.0-A.", "1", "0", "1.2.3-rc.", ""},
		mix: []string{
			"13.0.1", "13.0.2", "4.3.0", "4.3.0.1", "6.0.0-preview.7.21377.19", "6.0.0-rc.1.21451.13",
			"5.2.9", "5.2.10", "1.0.0-Beta9", "1.0.0-beta10", "2.1.4-servicing-26315", "2.1.4",
		},
		corpus: []corpusFile{
			{name: "nuget-versions.txt"},
		},
	}
}

func TestNuGetCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"1", 0, ""},
		{"1.2.3.4-Alpha.01+001", 0, ""},
		{"01.002.0", 0, ""},
		{"1.2-a", 0, ""},
		{long[:256], 0, ""}, // NuGet: 31 bits
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{"v1", 0, "no number"},
		{" 1", 0, "no number"}, // NuGet takes blanks
		{"1.", 2, "no number"},
		{"1..2", 2, "no number"},
		{"1.2.*", 4, "no number"},
		{"1.2.3.4.5", 7, "unexpected character"},
		{"1.0beta", 3, "unexpected character"},
		{"1.0 ", 3, "unexpected character"},
		{"1.0-", 4, "empty identifier"},
		{"1.0-a..b", 6, "empty identifier"},
		{"1.0+", 4, "empty identifier"},
		{"1.0-a_b", 5, "invalid character in an identifier"},
		{"1.0+a+b", 5, "invalid character in an identifier"},
		{"1.0-é", 4, "invalid character in an identifier"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.NuGet, tt.v, tt.offset, tt.reason)
	}
}

// TestNuGetKeyBytes pins keys, as [TestKeyBytes] does.
func TestNuGetKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"1.2+b", "\x01\x02\x00\x00" + "\xFF"},
		{"1.2.3.65-RC.4", "\x01\x02\x03\x41" + "\x03rc\x00" + "\x02\x04" + "\x01"},
		{"1.0.0-A-Z", "\x01\x00\x00\x00" + "\x03a-z\x00" + "\x01"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.NuGet, tt.v)); got != tt.want {
			t.Errorf("nuget.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}
