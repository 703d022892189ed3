package version_test

import (
	"cmp"
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func FuzzConda(f *testing.F) { fuzzLaws(f, version.Conda) }

func condaKit() kit {
	return kit{
		scheme: version.Conda,
		pieces: "0 1 9 10 007 208 99999999999999999999 a b Z rc dev dev post post . . .0 .0 .a .dev _ - +a +0 +1 0a .post ! 1!",
		starts: []string{"1.0.0", "1.2.", "1.0", "1", "0", "a", "1!1", "1.0.", "1+", "0.0.0.", "1.0+0."},
		mix: []string{
			"1.1.1w", "3.0.12", "3.0.13", "2.31.0", "2.32.0", "1.26.4", "2.0.0rc1", "2.0.0",
			"2024.2.2", "2024.7.4", "1.21.0.dev20240101", "2.1+sirius6.0.4",
		},
	}
}

func ExampleConda() {
	versions := []string{"1.1.post1", "1.1", "1.1dev1", "1.1a1", "1.1.1", "1!0.1"}
	slices.SortFunc(versions, version.Conda.Compare)
	fmt.Println(versions)
	// Output: [1.1dev1 1.1a1 1.1 1.1.post1 1.1.1 1!0.1]
}

func TestCondaCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		v      string
		offset int
		reason string // "": well formed
	}{
		{"1", 0, ""},
		{" \t\n\r\f\v1!A.b_2_+c.3 \n", 0, ""},
		{"0!1-2-", 0, ""},
		{long[:256], 0, ""},
		{long, 256, "more than 256 bytes"},
		{"", 0, "empty version"},
		{" \n", 2, "empty version"},
		{" !1", 1, "empty epoch"},
		{"a!1", 0, "epoch is not a number"},
		{" 1.0!1", 2, "epoch is not a number"},
		{"1!", 2, "empty segment"},
		{"1!2!3", 3, "invalid character"},
		{"1+2+3", 3, "invalid character"},
		{"1.0-1_2", 3, "hyphen in a version with underscores"},
		{" 1!1_+2-3", 7, "hyphen in a version with underscores"},
		{"1..2", 2, "empty segment"},
		{".1", 0, "empty segment"},
		{"1.", 2, "empty segment"},
		{"_", 0, "empty segment"},   // conda takes it
		{"1._", 2, "empty segment"}, // conda takes it
		{"1__", 2, "empty segment"}, // conda takes it
		{"+1", 0, "empty segment"},
		{"1+", 2, "empty segment"},
		{" 1+a_", 5, "empty segment"},
		{"1!2+.3", 4, "empty segment"},
		{"1.*", 2, "invalid character"}, // conda takes it
		{"1 2", 1, "invalid character"},
		{"1.é", 2, "invalid character"},
		{"1+a~b", 3, "invalid character"},
		{"1.0\x00", 3, "invalid character"},
	}
	for _, tt := range tests {
		checkFlaw(t, version.Conda, tt.v, tt.offset, tt.reason)
	}
	checkOrder(t, "", version.Conda, " 1.0\n", "1", 0)
}

// TestCondaKeyBytes pins keys, as [TestKeyBytes] does.
func TestCondaKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"0.0", "\x00" + "\x80" + "\x80"},
		{"1.0.0.2", "\x00" + "\xFF\xFF\x01\x80" + "\xFD\xFF\x02\x80" + "\x80" + "\x80"},
		{"1!1a2.Rc3", "\x01" + "\xFF\xFF\x01\x01\xC2\xFF\x02\x80" + "\x01\x02\xE5\xC6\xFF\x03\x80" + "\x80" + "\x80"},
		{"1dev0.post", "\x00" + "\xFF\xFF\x01\x01\x01\x80" + "\xFF\xFE\xFF\x80" + "\x80" + "\x80"},
		{"1a-+0.b", "\x00" + "\xFF\xFF\x01\x01\xC3\xBE\x80" + "\x80" + "\x02\x02\xC4\x80" + "\x80"},
		{"1-", "\x00" + "\xFF\xFF\x01\x01\xBE\x80" + "\x80" + "\x80"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, version.Conda, tt.v)); got != tt.want {
			t.Errorf("conda.AppendKey(nil, %q) = %x, want %x", tt.v, got, tt.want)
		}
	}
}

// TestCondaModel holds the order to CEP 33, section "Ordering", taken word by
// word: there is no native tool.
func TestCondaModel(t *testing.T) {
	t.Parallel()
	for _, r := range ownRows(t, version.Conda) {
		if got := compareCondaLists(condaLists(r.a), condaLists(r.b)); got != r.want {
			t.Errorf("%s: the model orders %s and %s %d, want %d", r.pos, r.a, r.b, got, r.want)
		}
	}
	r := rand.New(rand.NewPCG(9, 10))
	for n := 0; n < 20_000; {
		a := randomVersion(r, version.Conda)
		b := neighbour(r, version.Conda, a)
		if version.Conda.Check(a) != nil || version.Conda.Check(b) != nil {
			continue
		}
		n++
		want := compareCondaLists(condaLists(a), condaLists(b))
		if got := version.Conda.Compare(a, b); got != want {
			t.Errorf("conda.Compare(%q, %q) = %d, the model's answer is %d", a, b, got, want)
		}
	}
}

// condaLists are the two lists of segments, of the version with its epoch and
// of the local version; a segment is a list of numbers and strings.
func condaLists(v string) [2][][]string {
	v = strings.ReplaceAll(strings.ToLower(v), "-", "_")
	epoch, rest, found := strings.Cut(v, "!")
	if !found {
		epoch, rest = "0", v
	}
	main, local, _ := strings.Cut(rest, "+")
	line := ""
	if strings.HasSuffix(main, "_") {
		main, line = strings.TrimSuffix(main, "_"), "_"
	}
	main = epoch + "." + strings.ReplaceAll(main, "_", ".") + line
	return [2][][]string{condaSegments(main), condaSegments(strings.ReplaceAll(local, "_", "."))}
}

func condaSegments(part string) [][]string {
	if part == "" {
		return nil
	}
	runs := regexp.MustCompile(`[0-9]+|[^0-9]+`)
	var segments [][]string
	for text := range strings.SplitSeq(part, ".") {
		segment := runs.FindAllString(text, -1)
		if text[0] < '0' || text[0] > '9' {
			segment = append([]string{"0"}, segment...)
		}
		segments = append(segments, segment)
	}
	return segments
}

func compareCondaLists(a, b [2][][]string) int {
	for part := range a {
		for i := range max(len(a[part]), len(b[part])) {
			x, y := itemOr(a[part], i, nil), itemOr(b[part], i, nil)
			for j := range max(len(x), len(y)) {
				if c := compareCondaItems(itemOr(x, j, "0"), itemOr(y, j, "0")); c != 0 {
					return c
				}
			}
		}
	}
	return 0
}

func itemOr[T any](list []T, i int, missing T) T {
	if i < len(list) {
		return list[i]
	}
	return missing
}

func compareCondaItems(x, y string) int {
	m, isNumberX := new(big.Int).SetString(x, 10)
	n, isNumberY := new(big.Int).SetString(y, 10)
	class := func(s string, number bool) int {
		switch {
		case s == "dev":
			return 0
		case s == "post":
			return 3
		case number:
			return 2
		}
		return 1
	}
	if c := cmp.Compare(class(x, isNumberX), class(y, isNumberY)); c != 0 {
		return c
	}
	if isNumberX {
		return m.Cmp(n)
	}
	return strings.Compare(x, y)
}
