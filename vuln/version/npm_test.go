package version_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzNPM(f *testing.F) { fuzzLaws(f, version.NPM) }

func npmKit() kit {
	return kit{
		scheme: version.NPM,
		pieces: "0 1 9 10 007 208 99999999999999999999 . . .1 a rc -rc -beta.2 - + + -0 -01 .1.0 beta =",
		starts: []string{"1.0.0", "1.2.3", "1.0.0-a", "v1.2.", "=v1.0.0", "01.2.03", "1.2", "0", "1.2.3-rc.", ""},
		mix: []string{
			"4.17.20", "4.17.21", "18.2.0-rc.1", "18.2.0", "7.0.0-beta.54", "7.0.0-beta.55",
			"13.4.20-canary.9", "13.4.20-canary.10", "1.0.0-rc9", "1.0.0rc10", "0.0.0-20230411", "v2.6.7",
		},
	}
}

func TestNPMCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"1.2.3-alpha.1+001", 0, ""},
		{" \t=v= v1.2.3\r\n", 0, ""},
		{"1.2.3beta", 0, ""},
		{"1.2.3beta.01+a.b", 0, ""},
		{"01.002.0003-04", 0, ""},
		{"1.2.3-", 0, ""}, // the identifier "-"
		{"1.2.3-+b", 0, ""},
		{"1.2.3-.a", 0, ""},
		{"1", 0, ""}, // in advisories
		{"v1.2-rc.1", 0, ""},
		{"1.2." + long[:252], 0, ""}, // node-semver: 53 bits
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{" \t", 2, "no number"},
		{"=v ", 2, "no number"},
		{"v=x1", 2, "no number"},
		{"V1.2.3", 0, "no number"},
		{"1.2.", 4, "no number"},
		{"1.2.x", 4, "no number"},
		{"~", 0, "no number"},
		{"1.2beta", 3, "unexpected character"}, // a hyphen may be absent after three numbers
		{"1.2.3.4", 5, "unexpected character"},
		{"1.2.34.5", 6, "unexpected character"}, // node-semver: 1.2.3-4.5
		{"1.2.3_4", 5, "unexpected character"},
		{"1.2.3 beta", 5, "unexpected character"},
		{"1.2.3\u00a0", 5, "unexpected character"}, // node-semver trims it
		{" 1.2.3-a..b", 9, "empty identifier"},
		{"1.2.3a.", 7, "empty identifier"},
		{"1.2.3+", 6, "empty identifier"},
		{"1.2.3-*", 6, "invalid character in an identifier"},
		{"1.2.3-a_b", 7, "invalid character in an identifier"},
		{"1.2.3+a+b", 7, "invalid character in an identifier"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.NPM, tt.v, tt.offset, tt.reason)
	}
}

// TestNPMKeyBytes pins keys, as [TestKeyBytes] does.
func TestNPMKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"=v1.2.3+b", "\x01\x02\x03" + "\xFF"},
		{"1.2.3rc.04", "\x01\x02\x03" + "\x03rc\x00" + "\x02\x04" + "\x01"},
		{"1.2.3-", "\x01\x02\x03" + "\x03-\x00" + "\x01"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.NPM, tt.v)); got != tt.want {
			t.Errorf("npm.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}

// The first orders pairs with node-semver, which NODE_PATH names; the second
// says which strings it takes.
const (
	nodeCompare = `
const semver = require("semver"), lines = require("fs").readFileSync(0, "utf8").split("\n");
lines.pop();
const loose = {loose: true}, full = v => semver.valid(v, loose) ? v : short(v);
const short = v => v.replace(/^([v=]*\d+)((?:\.\d+)?)(?![.\d])/, (_, a, b) => a + (b || ".0") + ".0");
console.log(lines.map(l => l.split(" ")).map(([a, b]) => semver.compare(full(a), full(b), loose)).join("\n"));
`
	nodeTakes = `
const semver = require("semver"), lines = require("fs").readFileSync(0, "utf8").split("\n");
lines.pop();
console.log(lines.map(l => semver.valid(l.split(" ")[0], {loose: true}) ? 1 : 0).join("\n"));
`
)

func needNodeSemver(t *testing.T) {
	t.Helper()
	needTool(t, "node", "-e", `require("semver")`)
}

// pastSafe: a number that a JavaScript one need not hold exactly.
func pastSafe(v string) bool { return longestDigits(v) > 15 }

// TestNPMNative asks node-semver. A version that it does not take for want of
// a minor or a patch is given to it with zeros.
func TestNPMNative(t *testing.T) {
	t.Parallel()
	needNodeSemver(t)
	var pairs [][2]string
	for _, p := range nativePairs(t, version.NPM) {
		if !pastSafeCore(p[0]) && !pastSafeCore(p[1]) {
			pairs = append(pairs, p)
		}
	}
	checkNative(t, version.NPM, pairs, askNative(t, pairs, "node", "-e", nodeCompare), []fault{
		{"rounds numbers past 53 bits", "semver.org sets no limit; 1.0.0-99999999999999999999 = 1.0.0-100000000000000000000", pastSafe},
	})
}

// pastSafeCore: node-semver refuses such a version.
func pastSafeCore(v string) bool {
	return pastSafe(regexp.MustCompile(`^[v=]*[0-9.]*`).FindString(v))
}

func TestNPMNativeTakes(t *testing.T) {
	t.Parallel()
	needNodeSemver(t)
	short := regexp.MustCompile(`^[v=]*\d+(\.\d+)?([-+].*)?$`)
	fourth := regexp.MustCompile(`^[v=]*\d+\.\d+\.\d\d+\.`)
	ask := func(pairs [][2]string) []int { return askNative(t, pairs, "node", "-e", nodeTakes) }
	checkNativeTakes(t, version.NPM, ask, []fault{
		{"refuses numbers past 53 bits", "semver.org sets no limit", pastSafeCore},
		{"refuses a version without minor or patch", "advisories for npm contain 1.1 and 3", short.MatchString},
		{"takes the last digit of a patch before a fourth number for a pre-release", `valid("1.2.34.5", true) is 1.2.3-4.5, valid("1.2.3.5", true) null`, fourth.MatchString},
	})
}
