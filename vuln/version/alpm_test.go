package version_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzALPM(f *testing.F) { fuzzLaws(f, version.ALPM) }

func alpmKit() kit {
	return kit{
		scheme: version.ALPM,
		pieces: "0 1 9 10 007 208 99999999999999999999 a b Z rc . . .. _ + ~ - -1 -2 -1.1 : 1:",
		starts: []string{"1.0.0", "1.2.", "1.0", "1", "0", "", "1:1.0-", "1.0-1", "1a", "99999999999:1"},
		mix: []string{
			"3.1.4-1", "3.1.5-1", "1:1.2.13-2", "1:1.3-1", "2.38.r58.g0b2a1c8-1", "2.38.r61.g37214df-1",
			"6.9.7.arch1-1", "6.9.8.arch1-1", "8.9.0-1", "8.9.0-1.1", "14.1.1+r58+gfc9fb69ad62-1", "14.1.1+r1+g43b730b9134-1",
		},
	}
}

func TestALPMCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"1", 0, ""},
		{"1:14.1.1+r58~g0_^!-1", 0, ""},
		{".a.-10.20", 0, ""},
		{"99999999999999999999:1", 0, ""}, // no limit
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{":1", 0, "empty epoch"},
		{"1a:1", 1, "epoch is not a number"},
		{"-1:1", 0, "epoch is not a number"},
		{"1.0-1:1", 1, "epoch is not a number"},
		{"1:", 2, "nothing after the epoch"},
		{"1:-1", 2, "no version before the release"},
		{"-1", 0, "no version before the release"},
		{"-", 1, "empty release"},
		{"1:2-", 4, "empty release"},
		{"1-2-3", 1, "invalid character in the version"},
		{"1:2:3", 3, "invalid character in the version"},
		{"1.0 ", 3, "invalid character in the version"},
		{"1.0\x7f", 3, "invalid character in the version"},
		{"1:1/2", 3, "invalid character in the version"},
		{"1=2", 1, "invalid character in the version"},
		{"<2", 0, "invalid character in the version"},
		{"1>2", 1, "invalid character in the version"},
		{"1.é", 2, "invalid character in the version"},
		{"1:1-a", 4, "release is not a number, or two with a dot between"},
		{"1-.1", 2, "release is not a number, or two with a dot between"},
		{"1-1.", 3, "release is not a number, or two with a dot between"},
		{"1-1a", 3, "release is not a number, or two with a dot between"},
		{"1-1.1.1", 5, "release is not a number, or two with a dot between"},
		{"1-1.1a", 5, "release is not a number, or two with a dot between"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.ALPM, tt.v, tt.offset, tt.reason)
	}
}

// TestALPMKeyBytes pins keys, as [TestKeyBytes] does.
func TestALPMKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"1.0", "\x00" + "\x05\xDD\x04\x02" + "\x00"},
		{"1.0-1", "\x00" + "\x05\xDD\x04\x02" + "\x05\x02"},
		{"2:1a2..b.-3.4", "\x02" + "\x05\x01a\x00\x06\xDD\xDD\x01b\x00\x03" + "\x07\xDD\x08\x02"},
		{"256:207.208.10000000000000000000", "\xD1\x01\x00" + "\xD3\xDD\xD4\xD0\xDD\xDC\x00\x1410000000000000000000" + "\x02" + "\x00"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.ALPM, tt.v)); got != tt.want {
			t.Errorf("alpm.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}

// vercmp is pacman's vercmp for all lines of its input: the program itself
// takes one pair, prints what this function of libalpm returns, and starts
// so slowly that 20,000 pairs take minutes.
const vercmp = `
import ctypes, ctypes.util, sys
alpm = ctypes.CDLL(ctypes.util.find_library("alpm") or "libalpm.so")
for line in sys.stdin:
    a, b = line.split()
    print(alpm.alpm_pkg_vercmp(a.encode(), b.encode()))
`

// TestALPMNative asks libalpm. It differs in the two cases that are no order.
func TestALPMNative(t *testing.T) {
	t.Parallel()
	needTool(t, "python3", "-c", vercmp)
	pairs := nativePairs(t, version.ALPM)
	release, separator := 0, 0
	for i, native := range askNative(t, pairs, "python3", "-c", vercmp) {
		a, b := pairs[i][0], pairs[i][1]
		got := version.ALPM.Compare(a, b)
		first := a
		if got > 0 {
			first = b
		}
		switch {
		case got == native:
		case native == 0 && hasRelease(a) != hasRelease(b) && !hasRelease(first):
			release++ // 1.5-1 = 1.5, 1.5 = 1.5-2
		case native == -got && endsInSeparator(first):
			separator++ // 1. < 1.1 < 1..a < 1.
		default:
			t.Errorf("alpm.Compare(%q, %q) = %d, vercmp's answer is %d", a, b, got, native)
		}
	}
	t.Logf("alpm: of %d pairs, %d differ in a release on one side, %d in separators at the end", len(pairs), release, separator)
	if release == 0 || separator == 0 {
		t.Error("a case explains no difference")
	}
}

// TestALPMAnyRelease: pacman compares a version with one that has no release
// as AnyRelease says, so its answers are the truth about such a bound.
func TestALPMAnyRelease(t *testing.T) {
	t.Parallel()
	needTool(t, "python3", "-c", vercmp)
	var pairs [][2]string
	for _, p := range nativePairs(t, version.ALPM) {
		bound := withoutRelease(p[1])
		if hasRelease(p[0]) && !endsInSeparator(p[0]) && !endsInSeparator(bound) {
			pairs = append(pairs, [2]string{p[0], bound})
		}
	}
	if len(pairs) < 100 {
		t.Fatalf("%d pairs with a release, too few to say anything", len(pairs))
	}
	for i, want := range askNative(t, pairs, "python3", "-c", vercmp) {
		v, b := pairs[i][0], pairs[i][1]
		bound, _, err := version.AppendBound(nil, version.ALPM, b)
		if err != nil {
			t.Fatal(err)
		}
		key := mustKey(t, version.ALPM, v)
		until := version.Interval{Upper: bound, UpperInclusive: true, AnyRelease: true}
		from := version.Interval{Lower: bound, AnyRelease: true}
		if got := until.Contains(key); got != (want <= 0) {
			t.Errorf("interval until %q: Contains(%q) = %v, vercmp's answer is %d", b, v, got, want)
		}
		if got := from.Contains(key); got != (want >= 0) {
			t.Errorf("interval from %q: Contains(%q) = %v, vercmp's answer is %d", b, v, got, want)
		}
	}
}

func hasRelease(v string) bool { return withoutRelease(v) != v }

// withoutRelease is v without what follows its last hyphen.
func withoutRelease(v string) string {
	if i := strings.LastIndexByte(v, '-'); i >= 0 {
		return v[:i]
	}
	return v
}

// endsInSeparator looks at v without its release.
func endsInSeparator(v string) bool {
	v = withoutRelease(v)
	return strings.TrimRight(v, "._+~^") != v
}
