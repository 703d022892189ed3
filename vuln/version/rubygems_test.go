package version_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzRubyGems(f *testing.F) { fuzzLaws(f, version.RubyGems) }

func rubyGemsKit() kit {
	const letter = "a letter behind the first number: Gem::Version raises ArgumentError"
	return kit{
		scheme: version.RubyGems,
		pieces: "0 1 9 10 007 208 00 99999999999999999999 .a .b .Z .pre .p .pz .rc1 . . .0 .0 .0.0 .1 - -1 -a x _",
		starts: []string{"1.0.0", "1.2.", "1.0", "1", "0", "1.0.a", "1.a.0", "0.0.a.0.0", "1.0-"},
		mix: []string{
			"7.0.8.1", "7.0.8.2", "3.1.0.rc1", "3.1.0", "1.16.5", "1.16.6", "2.2.8.1", "2.2.9",
			"6.1.7.6", "6.1.7.7", "4.0.0.beta2.1", "4.0.0.beta3",
		},
		corpus: []corpusFile{
			{"rubygems-versions.txt", map[string]string{
				"1 > 1beta":  letter,
				"1 > 1gamma": letter,
			}},
			{name: "rubygems-versions-generated.txt"},
		},
	}
}

func ExampleRubyGems() {
	versions := []string{"1.0", "1.0.rc2", "1.0.0.1", "1.0.rc10", "1.0-rc1"}
	slices.SortFunc(versions, version.RubyGems.Compare)
	fmt.Println(versions)
	// Output: [1.0-rc1 1.0.rc2 1.0.rc10 1.0 1.0.0.1]
}

func TestRubyGemsCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"1", 0, ""},
		{" \t\n\r\f\v1.0.a1-b--c.-d \n", 0, ""},
		{"1--", 0, ""},
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"}, // Ruby reads it as "0"
		{" \n", 2, "empty version"},
		{"a", 0, "no number"},
		{".1", 0, "no number"},
		{" v1", 1, "no number"},
		{"-1", 0, "no number"},
		{"1a", 1, "unexpected character"},
		{"1 0", 1, "unexpected character"},
		{"1.0_1", 3, "unexpected character"},
		{"1.2.3-x86_64-linux", 9, "unexpected character"},
		{"1.0+1", 3, "unexpected character"},
		{"1.é", 2, "empty segment"},
		{"1.", 2, "empty segment"},
		{" 1..2", 3, "empty segment"},
		{"1.-a", 2, "empty segment"},
		{"1-", 2, "empty segment"},
		{"1-.a", 2, "empty segment"},
		{"1-a.", 4, "empty segment"},
		{"1.0\x00", 3, "unexpected character"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.RubyGems, tt.v, tt.offset, tt.reason)
	}
	checkOrder(t, "", version.RubyGems, " 1.0\n", "1", 0)
}

// TestRubyGemsZeros takes runs of zeros up to the longest that fit in a
// version: 126 before a word, 127 before a number.
func TestRubyGemsZeros(t *testing.T) {
	t.Parallel()
	for n := 55; n <= 126; n++ {
		zeros := strings.Repeat(".0", n)
		checkOrder(t, "", version.RubyGems, "0.a"+zeros+".b", "0.a"+zeros[2:]+".b", +1)
		checkOrder(t, "", version.RubyGems, "0.a"+zeros+"b", "0.a", -1)
		checkOrder(t, "", version.RubyGems, "0"+zeros+".1", zeros[1:]+".1", -1)
		checkOrder(t, "", version.RubyGems, "0"+zeros+".1", "0", +1)
	}
}

// TestRubyGemsKeyBytes pins keys, as [TestKeyBytes] does.
func TestRubyGemsKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"1.2.0", "\xFF\x01\xFF\x02" + "\x80"},
		{"1.0.0.3", "\xFF\x01\xFD\x03" + "\x80"},
		{"0.0.rc1", "\x01\xE7\xC6" + "\xFF\x01" + "\x80"},
		{"1-Ab.0.pr0.0-x", "\xFF\x01" + "\x01\xE2" + "\x01\x83\xC4" + "\x02\xE1\xE4" + "\x03\xE2" + "\x01\xF2" + "\x80"},
		{"1" + strings.Repeat(".0", 62) + ".1", "\xFF\x01" + "\xC1\xC1\x01" + "\x80"},
		{"1.a" + strings.Repeat(".0", 62) + ".a", "\xFF\x01" + "\x01\xC2" + "\x3F\x3E\xC2" + "\x80"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.RubyGems, tt.v)); got != tt.want {
			t.Errorf("rubygems.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}

// TestRubyGemsNative asks Ruby.
func TestRubyGemsNative(t *testing.T) {
	t.Parallel()
	needTool(t, "ruby", "--version")
	const script = `$stdin.each_line { |l| a, b = l.split; puts Gem::Version.new(a) <=> Gem::Version.new(b) }`
	pairs := nativePairs(t, version.RubyGems)
	checkNative(t, version.RubyGems, pairs, askNative(t, pairs, "ruby", "-e", script), nil)
}

// TestRubyGemsCheckNative asks Ruby which strings are versions.
func TestRubyGemsCheckNative(t *testing.T) {
	t.Parallel()
	needTool(t, "ruby", "--version")
	const script = `$stdin.each_line { |l| puts Gem::Version.correct?(l.split.first) ? 1 : 0 }`
	r := rand.New(rand.NewPCG(5, 6))
	var strange [][2]string
	for range 10_000 {
		v := randomVersion(r, version.RubyGems)
		strange = append(strange, [2]string{neighbour(r, version.RubyGems, v) + "-"[r.IntN(2):], ""})
	}
	strange = slices.DeleteFunc(strange, func(p [2]string) bool { return p[0] == "" })
	takes := 0
	for i, answer := range askNative(t, strange, "ruby", "-e", script) {
		takes += answer
		if err := version.RubyGems.Check(strange[i][0]); (err == nil) != (answer == 1) {
			t.Errorf("rubygems.Check(%q) = %v, but Ruby's answer is %d", strange[i][0], err, answer)
		}
	}
	if takes < 1_000 || takes > 9_000 {
		t.Errorf("Ruby takes %d of 10,000, too lopsided to say anything", takes)
	}
}
