package dockerfile_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/manifest/dockerfile"
)

// corpusDir is where the Dockerfiles of others are, which are no part of this
// repository.
func corpusDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("PLIMSOLL_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	dir = filepath.Join(dir, "dockerfiles")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("find corpus: %v", err)
		}
		t.Skipf("no corpus: %v", err)
	}
	return dir
}

// A row is a check of Trivy that failed: its lines are 0 where it is about the file.
type row struct {
	ID, Severity string
	First, Last  int
}

func (r *row) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&r.ID, &r.Severity, &r.First, &r.Last})
}

func (r row) String() string { return fmt.Sprintf("%s %s %d-%d", r.ID, r.Severity, r.First, r.Last) }

// A difference is a row that one has and the other has not.
type difference struct {
	file   string
	row    row
	ours   bool // we report it, and Trivy does not
	reason string
}

// differences are those that there are to be: none of the corpus. What differs
// elsewhere is in deviations.
func differences() []difference {
	return []difference{}
}

// maxShare bounds how many of Trivy's rows may differ.
const maxShare = 0.03

// TestCorpus compares the rules with what Trivy says of the Dockerfiles of the corpus:
// id, severity, first and last line.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := corpusDir(t)
	text, err := os.ReadFile(filepath.Join(dir, "config.expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	expected := make(map[string][]row)
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	known := differences()
	used := make([]bool, len(known))
	total, differing := 0, 0
	for _, name := range slices.Sorted(maps.Keys(expected)) {
		want := expected[name]
		total += len(want)
		got := trivyRows(t, filepath.Join(dir, filepath.FromSlash(name)), name)
		for _, side := range []struct {
			ours bool
			rows []row
			in   []row
		}{{true, got, want}, {false, want, got}} {
			for _, r := range without(side.rows, side.in) {
				differing++
				i := slices.IndexFunc(known, func(d difference) bool { return d.file == name && d.row == r && d.ours == side.ours })
				if i < 0 {
					t.Errorf("%s: %v: we report it: %t, Trivy: %t", name, r, side.ours, !side.ours)
					continue
				}
				used[i] = true
			}
		}
	}
	for i, d := range known {
		if !used[i] || d.reason == "" {
			t.Errorf("the difference %v in %s is none, or has no reason", d.row, d.file)
		}
	}
	share := float64(differing) / float64(total)
	t.Logf("%d files, %d rows, %d differ: %.2f %%", len(expected), total, differing, 100*share)
	if share > maxShare || len(expected) != 72 {
		t.Errorf("%d files, %.2f %% of the rows differ, want 72 and at most %.0f %%", len(expected), 100*share, 100*maxShare)
	}
}

// without are the rows that are not in others, each as often as it is more often.
func without(rows, others []row) []row {
	others = slices.Clone(others)
	return slices.DeleteFunc(slices.Clone(rows), func(r row) bool {
		i := slices.Index(others, r)
		if i >= 0 {
			others = slices.Delete(others, i, i+1)
		}
		return i >= 0
	})
}

// trivyID is the name of the check of Trivy that a rule is, empty for others.
func trivyID(r *lint.Rule) string {
	i := slices.IndexFunc(r.Aliases, func(a string) bool { return strings.HasPrefix(a, "DS-") })
	if i < 0 {
		return ""
	}
	return r.Aliases[i]
}

// trivyRows are what the rules that Trivy has find in a file.
func trivyRows(t *testing.T, path, name string) []row {
	t.Helper()
	if !(dockerfile.Decoder{}).Claims(name) {
		return nil // Trivy does not look at it either
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return rowsOf(t, name, text)
}

// rowsOf are what they find in a text.
func rowsOf(t *testing.T, name string, text []byte) []row {
	t.Helper()
	b := manifest.ReadFile(name, text, manifest.Options{Decoders: []manifest.Decoder{dockerfile.Decoder{}}})
	for _, p := range b.Problems {
		t.Errorf("read: %v", p)
	}
	list := slices.DeleteFunc(dockerfileRules(), func(r *lint.Rule) bool { return !r.Default })
	found, err := lint.Run(context.Background(), b.Objects, list, lint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for _, f := range rules.NewTrivy().Findings(found.Diagnostics) {
		rows = append(rows, row{f.Check.ID, f.Check.Severity.String(), f.First, f.Last})
	}
	return rows
}
