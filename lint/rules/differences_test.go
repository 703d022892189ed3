package rules_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint/rules"
)

// TestDifferences asks for a fixture in both modes of each rule or template whose
// answer is not KubeLinter's, and for words in each part of the difference.
func TestDifferences(t *testing.T) {
	t.Parallel()
	names := make(map[string][]string) // of fixtures, by rule and template
	for _, r := range rules.All() {
		names[r.Name] = append(names[r.Name], r.Name)
		names[r.Template] = append(names[r.Template], r.Name)
	}
	compat, normal := regexp.MustCompile(`(?m)^-- compat[^/]*/`), regexp.MustCompile(`(?m)^-- [^/]*\.yaml --|^-- (?:[^c]|c[^o])[^/]*/`)
	for _, d := range rules.Differences() {
		if d.KubeLinter == "" || d.Plimsoll == "" || d.Reason == "" {
			t.Errorf("%s: a difference is not told in full: %+v", d.Rule, d)
		}
		patterns := []string{"template-" + d.Rule + "*.txtar", "args/" + d.Rule + "*.txtar"}
		for _, name := range names[d.Rule] {
			patterns = append(patterns, name+".txtar", name+".*.txtar")
		}
		both := [2]bool{}
		for _, pattern := range patterns {
			paths, err := filepath.Glob(filepath.Join("testdata", pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range paths {
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				both[0] = both[0] || normal.Match(text)
				both[1] = both[1] || compat.Match(text)
			}
		}
		if both != [2]bool{true, true} {
			t.Errorf("%s: fixtures in the default and the compat mode: %v, want both", d.Rule, both)
		}
	}
}
