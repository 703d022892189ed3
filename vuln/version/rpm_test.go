package version_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzRPM(f *testing.F) { fuzzLaws(f, version.RPM) }

func rpmKit() kit {
	const (
		letters = "an epoch of letters: the manual says an integer"
		accent  = "a character that rpmbuild refuses; rpm skips it (rpm-version(7), BUGS), and we put such strings last"
	)
	return kit{
		scheme: version.RPM,
		pieces: "0 1 9 10 007 208 99999999999999999999 a b Z rc . . _ + ~ ~ ^ ^ - - .el8 git : 1:",
		starts: []string{"1.0.0", "1.2.", "1.0", "1", "0", "", "1:1.0-", "1.0-1", "a", "4294967295:1"},
		mix: []string{
			"1:1.1.1k-9.el8_7", "1:1.1.1k-12.el8_9", "0:2.28-236.el8_9.12", "0:2.28-251.el8_10.2",
			"4.18.0-553.5.1.el8_10", "4.18.0-553.8.1.el8_10", "1.14.0-4.module_el8.9.0+3627+db8ec155", "1.14.0-4.module_el8.9.0+3641+a4f9c7d2",
			"7.61.1-33.el8_9.5", "7.61.1-34.el8", "2.9.7-18.el8_10.1", "150400.5.12.1-150400.5.15.1",
		},
		corpus: []corpusFile{{"redhat-versions.txt", map[string]string{
			"a:1 < a1:1":      letters,
			"1.1.α = 1.1.β":   accent,
			"1.1.β = 1.1.α":   accent,
			"1.1.αα = 1.1.α":  accent,
			"1.1.α = 1.1.ββ":  accent,
			"1.1.ββ = 1.1.αα": accent,
			"1.1.α < 1.1.a":   accent,
		}}},
	}
}

func TestRPMCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"1", 0, ""},
		{"0:1.0-1.el8_9~a^b+c", 0, ""},
		{"00004294967295:0-0", 0, ""},
		{"1..0-.1_", 0, ""}, // separators anywhere
		{"~-^", 0, ""},
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{":1", 0, "empty epoch"},
		{"1a:1", 1, "epoch is not a number"},
		{"-1:1", 0, "epoch is not a number"},
		{"+1:1", 0, "epoch is not a number"},
		{" 1:1", 0, "epoch is not a number"},
		{"(none):1-1", 0, "epoch is not a number"}, // what a query prints
		{"1.0-1:1", 1, "epoch is not a number"},
		{"4294967296:1", 0, "epoch is greater than 4294967295"},
		{"99999999999999999999:1", 0, "epoch is greater than 4294967295"},
		{"1:", 2, "nothing after the epoch"},
		{"1:-1", 2, "no version before the release"},
		{"-1", 0, "no version before the release"},
		{"-", 1, "empty release"},
		{"1:2-", 4, "empty release"},
		{"1-2-", 4, "empty release"},
		{"1-2-3", 1, "invalid character in the version"},
		{"1:2:3", 3, "invalid character in the version"},
		{"1:2-3:4", 5, "invalid character in the release"},
		{"1.0 ", 3, "invalid character in the version"},
		{"1.0\n", 3, "invalid character in the version"},
		{"1.%{x}", 2, "invalid character in the version"}, // rpmbuild, for a macro
		{"1.é", 2, "invalid character in the version"},
		{"1.0-1/2", 5, "invalid character in the release"},
		{"1:1.0-1.\xff", 8, "invalid character in the release"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.RPM, tt.v, tt.offset, tt.reason)
	}
}

// TestRPMKeyBytes pins keys, as [TestKeyBytes] does.
func TestRPMKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"1.0", "\x00" + "\x06\x05\x02" + "\x00"},
		{"1.0-0", "\x00" + "\x06\x05\x02" + "\x05\x02"},
		{"2:1~rc2^git-3.el8_10", "\x02" + "\x06\x01\x04rc\x00\x07\x03\x04git\x00\x02" + "\x08\x04el\x00\x0D\x0F\x02"},
		{"4294967295:207.208.10000000000000000000", "\xD3\xFF\xFF\xFF\xFF" + "\xD4" + "\xD5\xD0" + "\xDD\x00\x1410000000000000000000" + "\x02" + "\x00"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.RPM, tt.v)); got != tt.want {
			t.Errorf("rpm.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}

// TestRPMNative asks rpm: vercmp in its Lua orders whole versions.
func TestRPMNative(t *testing.T) {
	t.Parallel()
	needTool(t, "rpm", "--version")
	const script = `%{lua:
		for line in io.lines() do
			local a, b = line:match("^(%S+) (%S+)$")
			io.write(rpm.vercmp(a, b), "\n")
		end
	}`
	pairs := nativePairs(t, version.RPM)
	checkNative(t, version.RPM, pairs, askNative(t, pairs, "rpm", "--eval", script), nil)
}
