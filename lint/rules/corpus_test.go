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

// expected is what KubeLinter says of a file: rows of check, API version and kind,
// namespace, name, message; or why it failed.
type expected struct {
	Diagnostics [][]string
	Crash       string
}

// TestCorpus holds the rules in compat mode against KubeLinter, each file alone. A
// file that KubeLinter made nothing of gives a problem.
func TestCorpus(t *testing.T) {
	t.Parallel()
	all := slices.DeleteFunc(rules.All(), func(r *lint.Rule) bool { return !slices.Contains(r.Groups, lint.KubeLinter) })
	lists, err := filepath.Glob(filepath.Join(corpus.Dir(t), "manifests", "*", "lint.expected.json"))
	if err != nil || len(lists) == 0 {
		t.Fatalf("find expectations: %v", err)
	}
	files, rows, missing, extra := 0, 0, 0, 0
	for _, list := range lists {
		for name, want := range readExpected(t, list) {
			files++
			got, problems := lintFile(t, all, filepath.Join(filepath.Dir(list), name))
			if want.Crash != "" && (len(got) > 0 || problems == 0) {
				t.Errorf("%s: %d rows and %d problems, want no rows and a problem", name, len(got), problems)
			}
			for _, row := range want.Diagnostics {
				rows++
				text := strings.Join(row, " | ")
				if i := slices.Index(got, text); i >= 0 {
					got = slices.Delete(got, i, i+1)
					continue
				}
				missing++
				t.Errorf("%s: missing: %s", name, text)
			}
			extra += len(got)
			for _, text := range got {
				t.Errorf("%s: extra: %s", name, text)
			}
		}
	}
	t.Logf("%d rows of %d files compared: %d missing, %d extra", rows, files, missing, extra)
}

func readExpected(t *testing.T, path string) map[string]expected {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var files map[string]expected
	if err := json.Unmarshal(text, &files); err != nil {
		t.Fatal(err)
	}
	return files
}

// lintFile lints one file as KubeLinter does. It returns rows as the expectations
// have them, and how many problems there are.
func lintFile(t *testing.T, all []*lint.Rule, path string) (rows []string, problems int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b := manifest.ReadFile(path, text, manifest.Options{})
	got, err := lint.Run(t.Context(), b.Objects, all, lint.Options{Compat: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range got.Diagnostics {
		o := d.Object
		rows = append(rows, strings.Join([]string{d.Rule, fmt.Sprintf("%s/%s", o.APIVersion(), o.Kind), o.Namespace, o.Name, d.Message}, " | "))
	}
	return rows, len(b.Problems) + len(got.Problems)
}
