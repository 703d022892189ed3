package rules_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// maxTrivyDifferences is the share of rows, in percent, that may differ in the files
// that Trivy reads. A row with other lines counts once.
const maxTrivyDifferences = 3.0

// TestTrivyCorpus holds the rules against `trivy config`, each file alone, row by row:
// id, severity, first line and last line. Rows that differ are in a table.
func TestTrivyCorpus(t *testing.T) {
	t.Parallel()
	lists, err := filepath.Glob(filepath.Join(corpus.Dir(t), "manifests", "*", "ksv.expected.json"))
	if err != nil || len(lists) == 0 {
		t.Fatalf("find expectations: %v", err)
	}
	all, trivy := rules.All(), rules.NewTrivy()
	table := newTrivyTable()
	files, rows, differ := 0, 0, 0
	for _, list := range lists {
		for name, want := range readTrivy(t, list) {
			files++
			rows += len(want)
			file := filepath.Base(filepath.Dir(list)) + "/" + name
			got := trivyRows(t, trivy, all, filepath.Join(filepath.Dir(list), name))
			if table.unread(file) {
				if len(want) > 0 || len(got) == 0 {
					t.Errorf("%s: %d rows of Trivy and %d of ours, want none and some", file, len(want), len(got))
				}
				continue
			}
			missing := make(map[string]int) // by id
			for _, row := range want {
				if i := slices.Index(got, row); i >= 0 {
					got = slices.Delete(got, i, i+1)
					continue
				}
				differ++
				missing[id(row)]++
				if !table.explains(file, "-"+row) {
					t.Errorf("%s: missing: %s", file, row)
				}
			}
			for _, row := range got {
				if missing[id(row)]--; missing[id(row)] < 0 { // otherwise it is a row with other lines
					differ++
				}
				if !table.explains(file, "+"+row) {
					t.Errorf("%s: extra: %s", file, row)
				}
			}
		}
	}
	table.checkUsed(t)
	share := 100 * float64(differ) / float64(rows)
	if share > maxTrivyDifferences {
		t.Errorf("%.2f %% of the rows differ, want %.2f %% at most", share, maxTrivyDifferences)
	}
	t.Logf("%d rows of %d files compared: %d differ, %.2f %%, for the reasons in %d rows of the table; Trivy does not read %d of the files",
		rows, files, differ, share, len(table.differences), len(table.skipped))
}

// readTrivy reads rows by file, and writes them "KSV-0001 MEDIUM 12-17".
func readTrivy(t *testing.T, path string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var files map[string][][4]any
	if err := json.Unmarshal(text, &files); err != nil {
		t.Fatal(err)
	}
	rows := make(map[string][]string)
	for name, list := range files {
		rows[name] = nil
		for _, row := range list {
			rows[name] = append(rows[name], fmt.Sprintf("%v %v %v-%v", row[0], row[1], row[2], row[3]))
		}
	}
	return rows
}

// trivyRows are the findings in a file, written as readTrivy does.
func trivyRows(t *testing.T, trivy *rules.Trivy, all []*lint.Rule, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	objects := manifest.ReadFile(path, text, manifest.Options{}).Objects
	result, err := lint.Run(t.Context(), objects, all, lint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, f := range trivy.Findings(result.Diagnostics) {
		rows = append(rows, fmt.Sprintf("%s %v %d-%d", f.Check.ID, f.Check.Severity, f.First, f.Last))
	}
	return rows
}

// id is the first word of a row.
func id(row string) string { return row[:strings.IndexByte(row, ' ')] }

// A trivyTable says which rows differ, and counts how often it was asked.
type trivyTable struct {
	differences []trivyDifference
	used        []int
	skipped     map[string]string // files that Trivy does not read, and why
	seen        map[string]bool
}

func newTrivyTable() *trivyTable {
	t := &trivyTable{differences: trivyDifferences(), skipped: trivyUnread(), seen: make(map[string]bool)}
	t.used = make([]int, len(t.differences))
	return t
}

func (t *trivyTable) unread(file string) bool {
	_, ok := t.skipped[file]
	t.seen[file] = t.seen[file] || ok
	return ok
}

// explains reports whether a row of the table fits.
func (t *trivyTable) explains(file, row string) bool {
	lines := row[strings.LastIndexByte(row, ' ')+1:]
	for i, d := range t.differences {
		if d.file == file && d.lines == lines && (d.rows == row[:1]+"all" || slices.Contains(strings.Fields(d.rows), id(row))) {
			t.used[i]++
			return true
		}
	}
	return false
}

func (t *trivyTable) checkUsed(tb testing.TB) {
	tb.Helper()
	for i, n := range t.used {
		if d := t.differences[i]; n == 0 || d.reason == "" {
			tb.Errorf("the table's row %s %s %s is used %d times, reason %q", d.file, d.lines, d.rows, n, d.reason)
		}
	}
	for file, reason := range t.skipped {
		if !t.seen[file] || reason == "" {
			tb.Errorf("the table's file %s is not in the corpus, or has no reason", file)
		}
	}
}
