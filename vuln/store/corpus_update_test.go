package store

import (
	"archive/zip"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
)

// TestCorpusUpdate fetches real records from a server on the loopback interface,
// has some change, vanish and be withdrawn, and holds the updated database
// against a build of the same records.
func TestCorpusUpdate(t *testing.T) {
	t.Parallel()
	m, dir := newMirror(t), t.TempDir()
	ecosystems := []string{"AlmaLinux", "Go", "crates.io", "npm"}
	if corpus.Race {
		ecosystems = []string{"Go", "npm"}
	}
	for _, eco := range ecosystems {
		loadMirror(t, m, eco)
	}
	up, err := Update(t.Context(), options(m, dir), ecosystems...)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range up.Sources {
		if !s.Whole || s.Records != len(m.records[s.Name]) || len(s.Problems) > 0 {
			t.Errorf("first update of %s: %+v, want all of %d records", s.Name, s, len(m.records[s.Name]))
		}
	}
	m.takeAsked()
	if up, err = Update(t.Context(), options(m, dir)); err != nil || up.Changed {
		t.Errorf("update of what has not changed = %+v, %v", up, err)
	}
	var want []string
	for _, eco := range ecosystems {
		want = append(want, "304 "+eco+"/modified_id.csv")
	}
	if diff := cmp.Diff(want, m.takeAsked()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}

	later := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	changed := 0
	for i, id := range sortedKeys(m.records["Go"]) {
		text := m.records["Go"][id]
		switch {
		case i%40 == 0:
			m.set("Go", id, later, strings.Replace(text, `"fixed":"`, `"fixed":"9`, 1))
			changed++
		case i%40 == 1:
			m.remove("Go", id)
		case i%40 == 2:
			m.set("Go", id, later, strings.Replace(text, `{`, `{"withdrawn":"2030-01-01T00:00:00Z",`, 1))
			changed++
		}
	}
	if up, err = Update(t.Context(), options(m, dir)); err != nil {
		t.Fatal(err)
	}
	for _, s := range up.Sources {
		if s.Name == "Go" && (s.Fetched != changed || s.Deleted == 0 || s.Whole) {
			t.Errorf("update of Go = %+v, want %d records fetched", s, changed)
		}
	}
	fresh := t.TempDir()
	if _, err := Update(t.Context(), options(m, fresh), ecosystems...); err != nil {
		t.Fatal(err)
	}
	updated, err := Current(dir)
	if err != nil {
		t.Fatal(err)
	}
	first, err := Current(fresh)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := rowTexts(t, first), rowTexts(t, updated); !cmp.Equal(a, b) {
		t.Errorf("the updated database has other rows than one fetched at once: %d and %d", len(b), len(a))
	}
}

// loadMirror takes the records of an ecosystem of the corpus.
func loadMirror(t *testing.T, m *mirror, ecosystem string) {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join(corpus.Dir(t), "osv", ecosystem, "all.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, entry := range z.File {
		r, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		var rec struct {
			ID       string
			Modified time.Time
		}
		if err := json.Unmarshal(text, &rec); err != nil {
			t.Fatal(err)
		}
		m.set(ecosystem, rec.ID, rec.Modified, string(text))
	}
}

// rowTexts are the rows of a database, and the accounts of its sources.
func rowTexts(t *testing.T, path string) []string {
	t.Helper()
	db := open(t, path)
	var lines []string
	err := db.Rows(t.Context(), func(r *Row) bool {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(text))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	res, err := json.Marshal(db.Result())
	if err != nil {
		t.Fatal(err)
	}
	return append(lines, string(res))
}
