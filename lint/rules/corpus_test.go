package rules_test

import (
	"context"
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

// TestCorpus holds the rules in compat mode against KubeLinter, each file alone.
func TestCorpus(t *testing.T) {
	t.Parallel()
	all := slices.DeleteFunc(rules.All(), func(r *lint.Rule) bool { return !slices.Contains(r.Groups, lint.KubeLinter) })
	names := make(map[string]bool)
	for _, r := range all {
		names[r.Name] = true
	}
	rows, missing, extra := 0, make(map[string]int), make(map[string]int)
	lists, err := filepath.Glob(filepath.Join(corpus.Dir(t), "manifests", "*", "lint.expected.json"))
	if err != nil || len(lists) == 0 {
		t.Fatalf("find expectations: %v", err)
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		var files map[string]expected
		if err := json.Unmarshal(text, &files); err != nil {
			t.Fatal(err)
		}
		for name, want := range files {
			got := compatRows(t, all, filepath.Join(filepath.Dir(list), name))
			for _, row := range want.Diagnostics {
				if !names[row[0]] {
					missing[row[0]]++
					continue
				}
				rows++
				text := strings.Join(row, " | ")
				if i := slices.Index(got, text); i >= 0 {
					got = slices.Delete(got, i, i+1)
					continue
				}
				missing[row[0]]++
				t.Errorf("%s: missing: %s", name, text)
			}
			for _, text := range got {
				check, _, _ := strings.Cut(text, " | ")
				extra[check]++
				t.Errorf("%s: extra: %s", name, text)
			}
		}
	}
	t.Logf("%d rows compared; missing %v; extra %v", rows, missing, extra)
}

// compatRows lints one file as KubeLinter does, as rows of the expectations.
func compatRows(t *testing.T, all []*lint.Rule, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b := manifest.ReadFile(path, text, manifest.Options{})
	got, err := lint.Run(context.Background(), b.Objects, all, lint.Options{Compat: true})
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, d := range got.Diagnostics {
		o := d.Object
		rows = append(rows, strings.Join([]string{d.Rule, fmt.Sprintf("%s/%s", o.APIVersion(), o.Kind), o.Namespace, o.Name, d.Message}, " | "))
	}
	return rows
}
