package version_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A row is one line "a < b" of a file of versions.
type row struct {
	pos  string // "deb.txt:12"
	a, b string
	want int
}

// op is the row's relation as it is written.
func (r row) op() string { return [...]string{"<", "=", ">"}[r.want+1] }

func (r row) String() string { return fmt.Sprintf("%s %s %s", r.a, r.op(), r.b) }

// readRows reads a file of rows; "#" and "//" start comments.
func readRows(tb testing.TB, path string) []row {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var rows []row
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if i := slices.IndexFunc(words, isComment); i >= 0 {
			words = words[:i]
		}
		if len(words) == 0 {
			continue
		}
		pos := fmt.Sprintf("%s:%d", filepath.Base(path), n)
		want := 0
		if len(words) == 3 {
			want = strings.Index("<=>", words[1]) - 1
		}
		if len(words) != 3 || len(words[1]) != 1 || want < -1 {
			tb.Fatalf("%s: %q is no row", pos, lines.Text())
		}
		rows = append(rows, row{pos, words[0], words[2], want})
	}
	if err := lines.Err(); err != nil {
		tb.Fatal(err)
	}
	if len(rows) == 0 {
		tb.Fatalf("%s: no rows", path)
	}
	return rows
}

// isComment is true for what starts a comment; in a word, "#" does not.
func isComment(word string) bool {
	return strings.HasPrefix(word, "#") || strings.HasPrefix(word, "//")
}

func ownRows(tb testing.TB, s version.Scheme) []row {
	tb.Helper()
	return readRows(tb, filepath.Join("testdata", s.String()+".txt"))
}

func TestRows(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		for _, r := range ownRows(t, s) {
			for _, v := range []string{r.a, r.b} {
				if err := s.Check(v); err != nil {
					t.Errorf("%s: %s.Check(%q) = %v, want nil", r.pos, s, v, err)
				}
			}
			checkOrder(t, r.pos, s, r.a, r.b, r.want)
		}
	}
}

// checkOrder checks Compare both ways round; checkLaws then holds the keys to it.
func checkOrder(t *testing.T, pos string, s version.Scheme, a, b string, want int) {
	t.Helper()
	if got := s.Compare(a, b); got != want {
		t.Errorf("%s: %s.Compare(%q, %q) = %d, want %d", pos, s, a, b, got, want)
	}
	checkLaws(t, s, a, b)
}
