package version_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzOpam(f *testing.F) { fuzzLaws(f, version.Opam) }

func opamKit() kit {
	return kit{
		scheme: version.Opam,
		pieces: "0 1 9 10 007 208 99999999999999999999 a b Z rc . . + ~ ~ - _ v dev alpha :",
		mix: []string{
			"4.14.1", "4.14.2", "v0.16.0", "v0.16.1", "2.2.0~beta1", "2.2.0~beta2",
			"5.1.0~rc1", "5.1.0", "3.07+1", "3.07+2", "1.0.0-1", "20231018.0~5.1preview",
		},
	}
}

func TestOpamCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"1.0", 0, ""},
		{"v0.16~preview.128.36+1_a-b-", 0, ""},
		{"-", 0, ""},
		{"dev", 0, ""},
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{"1:1.0", 1, "invalid character"}, // no epoch
		{"1.0 ", 3, "invalid character"},
		{"1.0é", 3, "invalid character"},
		{"1.0/2", 3, "invalid character"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.Opam, tt.v, tt.offset, tt.reason)
	}
}

// TestOpamKeyBytes pins keys, as [TestKeyBytes] does.
func TestOpamKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"1.0", "\x02\x01\xAE\x02\x00\x02" + "\x02\x00\x02"},
		{"1.0-", "\x02\x01\xAE\x02\x00\x02" + "\x02\x00\x02"},
		{"-", "\x02\x00\x02" + "\x02\x00\x02"},
		{"v1~b-2-3", "v\x02\x01\x01b\xAD\x02\x02\x02" + "\x02\x03\x02"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.Opam, tt.v)); got != tt.want {
			t.Errorf("opam.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}

// debCompare answers each line "a b" of its input with the order of
// Dpkg::Version, which is told not to check the two: Debian has no underscore.
const debCompare = `
use Dpkg::Version;
while (<STDIN>) {
	my ($a, $b) = map { Dpkg::Version->new($_, check => 0) } split;
	print $a <=> $b, "\n";
}
`

// TestOpamNative asks dpkg's Perl library: without an epoch, which opam does
// not have, Debian's order is opam's.
func TestOpamNative(t *testing.T) {
	t.Parallel()
	needTool(t, "perl", "-MDpkg::Version", "-e", "1")
	pairs := nativePairs(t, version.Opam)
	answers := askNative(t, pairs, "perl", "-e", debCompare)
	checkNative(t, version.Opam, pairs, answers, []fault{
		{"takes digits past 64 bits for floating-point numbers", "Dpkg::Version 1.21: 1.99999999999999999998 = 1.99999999999999999999", func(v string) bool {
			return longestDigits(v) > 19
		}},
	})
}

// TestOpamDpkgRows asks dpkg itself for the rows that it takes.
func TestOpamDpkgRows(t *testing.T) {
	t.Parallel()
	needDpkg(t)
	asked := 0
	for _, r := range ownRows(t, version.Opam) {
		if version.Deb.Check(r.a) != nil || version.Deb.Check(r.b) != nil {
			continue
		}
		asked++
		op := [...]string{"lt", "eq", "gt"}[r.want+1]
		if status, says := dpkg(t, "--compare-versions", "--", r.a, op, r.b); status != 0 {
			t.Errorf("%s: dpkg's status for %q %s %q is %d: %s", r.pos, r.a, op, r.b, status, says)
		}
	}
	if asked < 30 {
		t.Errorf("dpkg takes only %d of the rows", asked)
	}
}
