package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A kubeLinterOutput is what the program and KubeLinter write as JSON.
type kubeLinterOutput struct {
	Reports []struct {
		Diagnostic struct{ Message string }
		Check      string
		Object     struct {
			Metadata  struct{ FilePath string }
			K8sObject struct {
				Namespace, Name  string
				GroupVersionKind struct{ Group, Version, Kind string }
			}
		}
	}
}

// rows are the reports as the corpus has them.
func (o kubeLinterOutput) rows() []string {
	var rows []string
	for _, r := range o.Reports {
		k := r.Object.K8sObject
		version := k.GroupVersionKind.Version
		if k.GroupVersionKind.Group != "" {
			version = k.GroupVersionKind.Group + "/" + version
		}
		rows = append(rows, strings.Join([]string{r.Check, version + "/" + k.GroupVersionKind.Kind, k.Namespace, k.Name, r.Diagnostic.Message}, " | "))
	}
	return rows
}

// TestCorpusCharts holds "lint --compat" against KubeLinter on each chart.
func TestCorpusCharts(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpusDir(t), "helm")
	text, err := os.ReadFile(filepath.Join(dir, "lint.expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var charts map[string]struct {
		Diagnostics [][]string
		Crash       string
		Exit        int
	}
	if err := json.Unmarshal(text, &charts); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for name, want := range charts {
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{
			"lint", "--compat", "--add-all-built-in", "--exclude", "schema-validation", "--format", "json", filepath.Join(dir, name),
		}, strings.NewReader(""), &out, &errs)
		if code != want.Exit {
			t.Errorf("%s: exit code %d, want %d: %s", name, code, want.Exit, errs.String())
		}
		if want.Crash != "" {
			if !strings.Contains(errs.String(), "no valid objects found") {
				t.Errorf("%s: stderr %q, want that no valid objects were found", name, errs.String())
			}
			continue
		}
		var got kubeLinterOutput
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rows := got.rows()
		for _, row := range want.Diagnostics {
			compared++
			text := strings.Join(row, " | ")
			i := slices.Index(rows, text)
			if i < 0 {
				t.Errorf("%s: missing: %s", name, text)
				continue
			}
			rows = slices.Delete(rows, i, i+1)
		}
		for _, row := range rows {
			t.Errorf("%s: extra: %s", name, row)
		}
	}
	t.Logf("%d rows compared", compared)
}

// corpusDir is where the corpus lies; without it the test is skipped, but not with
// CI=true.
func corpusDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PLIMSOLL_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("find corpus: %v", err)
		}
		t.Skipf("no corpus: %v", err)
	}
	return dir
}
