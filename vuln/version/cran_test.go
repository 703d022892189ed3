package version_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzCRAN(f *testing.F) { fuzzLaws(f, version.CRAN) }

func cranKit() kit {
	return kit{
		scheme: version.CRAN,
		pieces: "0 1 9 10 007 208 2147483647 . . . . . - - - - a",
		mix: []string{
			"3.0.2", "3.0.3", "1.1.1-9", "1.1.1-10", "0.4-21", "0.4-22",
			"7.3-60.0.1", "7.3-60.2", "2024.10.1", "2024.11.0", "0.9.12", "0.9.12.1",
		},
		corpus: []corpusFile{
			{name: "cran-versions.txt"},
			{name: "cran-versions-generated.txt"},
		},
	}
}

func TestCRANCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"0", 0, ""},
		{"1.0-1", 0, ""},
		{"00.01-001", 0, ""},
		{"99999999999999999999.0", 0, ""},
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{".1", 0, "no number"},
		{"-1", 0, "no number"},
		{"1.", 2, "no number"},
		{"1.0--1", 4, "no number"},
		{"1.0.-1", 4, "no number"},
		{"v1.0", 0, "no number"},
		{"1.0a", 3, "unexpected character"},
		{"1.0_1", 3, "unexpected character"},
		{"1.0 ", 3, "unexpected character"},
		{"1.٣", 2, "no number"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.CRAN, tt.v, tt.offset, tt.reason)
	}
}

// TestCRANKeyBytes pins keys, as [TestKeyBytes] does.
func TestCRANKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"0", "\x00\x00"},
		{"1.0-1", "\x01\x01" + "\x00\x01" + "\x01\x00"},
		{"1.0.01", "\x01\x01" + "\x00\x01" + "\x01\x00"},
		{"2024.10", "\xD1\x07\xE8\x01" + "\x0A\x00"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.CRAN, tt.v)); got != tt.want {
			t.Errorf("cran.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}

// rCompare answers each line "a b" of its input with R's compareVersion, and
// with 0 where that fails.
const rCompare = `
for (pair in strsplit(readLines(file("stdin")), " ", fixed = TRUE)) {
  sign <- try(suppressWarnings(compareVersion(pair[1], pair[2])), silent = TRUE)
  writeLines(if (inherits(sign, "try-error")) "0" else format(sign))
}
`

// TestCRANNative asks R itself.
func TestCRANNative(t *testing.T) {
	t.Parallel()
	needTool(t, "Rscript", "--version")
	pairs := nativePairs(t, version.CRAN)
	answers := askNative(t, pairs, "Rscript", "--vanilla", "-e", rCompare)
	checkNative(t, version.CRAN, pairs, answers, []fault{
		{"fails at numbers past 31 bits", `R 4.2: "NAs introduced by coercion to integer range"`, func(v string) bool {
			for number := range strings.FieldsFuncSeq(v, func(c rune) bool { return c == '.' || c == '-' }) {
				if _, err := strconv.ParseInt(number, 10, 32); err != nil {
					return true
				}
			}
			return false
		}},
	})
}

// rValid answers 0 for each "a b" if R takes a and b for versions, else 1.
const rValid = `
valid <- sprintf("^%s$", .standard_regexps()$valid_numeric_version)
pairs <- strsplit(readLines(file("stdin")), " ", fixed = TRUE)
writeLines(vapply(pairs, function(pair) if (all(grepl(valid, pair))) "0" else "1", ""))
`

// TestCRANNativeCheck asks R which strings are versions.
func TestCRANNativeCheck(t *testing.T) {
	t.Parallel()
	needTool(t, "Rscript", "--version")
	r := rand.New(rand.NewPCG(5, 6))
	var pairs [][2]string
	for len(pairs) < 2_000 {
		if v := randomVersion(r, version.CRAN); v != "" {
			pairs = append(pairs, [2]string{v, "0"})
		}
	}
	refused := 0
	for i, answer := range askNative(t, pairs, "Rscript", "--vanilla", "-e", rValid) {
		refused += answer
		if err := version.CRAN.Check(pairs[i][0]); (err == nil) != (answer == 0) {
			t.Errorf("cran.Check(%q) = %v, but R takes it: %v", pairs[i][0], err, answer == 0)
		}
	}
	if refused < 200 || refused > 1_800 {
		t.Errorf("R refused %d of 2000, too lopsided to say anything", refused)
	}
}
