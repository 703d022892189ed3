package version_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzPyPI(f *testing.F) { fuzzLaws(f, version.PyPI) }

func pypiKit() kit {
	return kit{
		scheme: version.PyPI,
		pieces: "0 1 9 10 007 208 99999999999999999999 . . .0 a b c rc alpha beta pre preview - -1 .post post1 rev r .dev dev +a +1 _ final x ! 1!",
		starts: []string{"1.0.0", "1.2.", "1.0", "1", "0", "", "v1", "1!1", "1.0a1", "1.0.post1", "1.0+a"},
		mix: []string{
			"2.31.0", "2.32.0", "1.26.17", "1.26.18", "4.2.0rc1", "4.2", "41.0.7", "42.0.0",
			"2.16.0", "2.16.1", "3.0.0.dev20240101", "3.0.0a2", "2.1.0+cu118", "1.0.0.post1",
		},
		corpus: []corpusFile{
			{name: "pypi-versions.txt"},
			{name: "pypi-versions-generated.txt"},
		},
	}
}

func ExamplePyPI() {
	versions := []string{"1.0.post1", "1.0", "1.0.dev3", "1.0rc1", "1.0a2", "1.0+local", "1.0-final4"}
	slices.SortFunc(versions, version.PyPI.Compare)
	fmt.Println(versions)
	// Output: [1.0-final4 1.0.dev3 1.0a2 1.0rc1 1.0 1.0+local 1.0.post1]
}

func TestPyPICheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"1.0", 0, ""},
		{" \t\n\r\f\v1.0 \n", 0, ""}, // Normalization: leading and trailing whitespace
		{"1!1.0a1.post1.dev1+x.1", 0, ""},
		{"-", 0, ""}, // legacy
		{"!~", 0, ""},
		{"2013-01-21T20:33:09+0100", 0, ""},
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{" \n", 2, "empty version"},
		{"1 0", 1, "blank inside"},
		{" 1.0\n.post1 ", 4, "blank inside"},
		{"1.0\x00", 3, "invalid character"},
		{"\x1f1", 0, "invalid character"}, // Python cuts it off as a blank
		{"1.\x7f", 2, "invalid character"},
		{" 1.é", 3, "invalid character"},
		{"1.0+\xff", 4, "invalid character"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.PyPI, tt.v, tt.offset, tt.reason)
	}
	checkOrder(t, "", version.PyPI, " 1.0\n", "1.0.0", 0)
	checkOrder(t, "", version.PyPI, " x\t", "x", 0)
}

// TestPyPIKeyBytes pins keys, as [TestKeyBytes] does.
func TestPyPIKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"1.2.0", "\x01\x00" + "\x06\x01\x06\x02" + "\x05" + "\x01\x02\x01"},
		{"v1!0", "\x01\x01" + "\x05" + "\x01\x02\x01"},
		{"3.dev4", "\x01\x00" + "\x06\x03" + "\x01" + "\x01\x01\x04\x01"},
		{"1a2.post3.dev4+Ab.5", "\x01\x00" + "\x06\x01" + "\x02\x02" + "\x02\x03" + "\x01\x04" + "\x02ab\x03\x05\x01"},
		{"1b208", "\x01\x00" + "\x06\x01" + "\x03\xD0\xD0" + "\x01\x02\x01"},
		{"1rc", "\x01\x00" + "\x06\x01" + "\x04\x00" + "\x01\x02\x01"},
		{"0.2013-Final-0-1.Zx-pre", "\x00" + "\x06\x00\x06\xD1\x07\xDD" + "\x04\x03" + "\x04\x04\x06\x01" + "\x05zx" + "\x01c" + "\x02"},
		{"1x.123456789", "\x00" + "\x06\x01\x05x" + "\x06\xD2\xBC\x61\x4E9" + "\x02"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.PyPI, tt.v)); got != tt.want {
			t.Errorf("pypi.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}

// The system's Python has the packages of the distribution; the first on PATH
// may be another.
const systemPython = "/usr/bin/python3"

// TestPyPINative asks packaging, which knows no legacy versions: they come
// before the others here, and where both are such, the first is asked whether
// it is one.
func TestPyPINative(t *testing.T) {
	t.Parallel()
	const script = `
import sys
from packaging.version import InvalidVersion, Version

def read(v):
    try:
        return 1, Version(v)
    except InvalidVersion:
        return 0, 0

for line in sys.stdin:
    a, b = map(read, line.split())
    print((a > b) - (a < b))
`
	needTool(t, systemPython, "-c", script)
	pairs := append(nativePairs(t, version.PyPI), pep440Pairs(t)...)
	for i, p := range pairs {
		if isPyPILegacy(t, p[0]) && isPyPILegacy(t, p[1]) {
			pairs[i][1] = "0.dev0"
		}
	}
	checkNative(t, version.PyPI, pairs, askNative(t, pairs, systemPython, "-c", script), nil)
}

// pep440Pairs are random neighbours that differ in one part, until enough of
// them are of the specification's form.
func pep440Pairs(t *testing.T) [][2]string {
	t.Helper()
	n := 20_000
	if testing.Short() {
		n = 1_000
	}
	parts := [...][]string{
		{"", "", "", "v", "V"},
		{"", "", "", "0!", "1!", "02!", "99999999999999999999!"},
		{"0", "1", "1.0", "1.2", "01.02", "1.10", "1.0.1", "1.0.0", "2.207.208", "2024.1.1.1.1", "1.99999999999999999999"},
		{"", "", "", ".", "-", "_"},
		{"", "", "a", "b", "c", "rc", "alpha", "Beta", "PRE", "preview"},
		{"", "", ".", "-", "_", "1", "2", ".2", "-2", "_02", "99999999999999999999"},
		{"", "", "", ".", "-", "_", "-1", "-02"},
		{"", "", "", "post", "rev", "R", ".Post", "--r"},
		{"", "", ".", "-", "1", "2", ".2", "-10"},
		{"", "", "", "dev", ".dev", "-DEV", "_dev.", "dev-2", ".dev3", "dev0010"},
		{"", "", "", "+a", "+A.1", "+a-01", "+1", "+1.a", "+a_b", "+10", "+0", "+1a", "+a.b.c", "+abc", "+_"},
	}
	r := rand.New(rand.NewPCG(11, 12))
	var pairs [][2]string
	for n > 0 {
		var a, b strings.Builder
		other := r.IntN(len(parts))
		for i, part := range parts {
			text := part[r.IntN(len(part))]
			a.WriteString(text)
			if i == other {
				text = part[r.IntN(len(part))]
			}
			b.WriteString(text)
		}
		if !isPyPILegacy(t, a.String()) && !isPyPILegacy(t, b.String()) {
			n--
		}
		pairs = append(pairs, [2]string{a.String(), b.String()})
	}
	return pairs
}

func isPyPILegacy(t *testing.T, v string) bool {
	t.Helper()
	return mustKey(t, version.PyPI, v)[0] == 0
}

// TestPyPILegacyNative asks the packaging 21.3 that pip 20.0 to 24.0 contains.
// Later ones have no order for legacy versions, so CI may be without it.
func TestPyPILegacyNative(t *testing.T) {
	t.Parallel()
	const script = `
import sys, warnings
from pip._vendor.packaging.version import LegacyVersion, parse

warnings.simplefilter("ignore")
for line in sys.stdin:
    a, b = map(parse, line.split())
    print((a > b) - (a < b))
`
	if out, err := exec.Command(systemPython, "-c", script).CombinedOutput(); err != nil {
		t.Skipf("no packaging 21.3: %v: %s", err, out)
	}
	pairs := nativePairs(t, version.PyPI)
	both := 0
	for _, p := range pairs {
		if isPyPILegacy(t, p[0]) && isPyPILegacy(t, p[1]) {
			both++
		}
	}
	if both < len(pairs)/10 {
		t.Errorf("%d of %d pairs are legacy versions, too few to say anything", both, len(pairs))
	}
	checkNative(t, version.PyPI, pairs, askNative(t, pairs, systemPython, "-c", script), nil)
}
