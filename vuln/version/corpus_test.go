package version_test

import (
	"path/filepath"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// A corpusFile is a file of rows that other projects collected from the
// native tools.
type corpusFile struct {
	name string
	// differs holds each row that we answer otherwise, with the reason.
	differs map[string]string
}

// TestCorpus asks for every row of the corpus. A difference that is not listed
// fails, and so does a listed one that is none. Of the rows with two well
// formed versions at most 0.5 % may differ, or one.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := corpus.Dir(t)
	for _, k := range kits() {
		for _, f := range k.corpus {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				checkCorpusFile(t, dir, k.scheme, f)
			})
		}
	}
}

func checkCorpusFile(t *testing.T, dir string, s version.Scheme, f corpusFile) {
	t.Helper()
	var differ, differWell, well int
	seen := map[string]bool{}
	rows := readRows(t, filepath.Join(dir, "versions", f.name))
	for _, r := range rows {
		wellFormed := s.Check(r.a) == nil && s.Check(r.b) == nil
		if wellFormed {
			well++
		}
		reason, known := f.differs[r.String()]
		seen[r.String()] = true
		got := s.Compare(r.a, r.b)
		switch {
		case got == r.want && known:
			t.Errorf("%s: %s is listed as a difference, but is none", r.pos, r)
		case got == r.want:
			checkOrder(t, r.pos, s, r.a, r.b, r.want)
		case !known:
			t.Errorf("%s: %s.Compare(%q, %q) = %d, want %d", r.pos, s, r.a, r.b, got, r.want)
		default:
			differ++
			if wellFormed {
				differWell++
			}
			t.Logf("%s: %s differs: %s", r.pos, r, reason)
		}
	}
	for text := range f.differs {
		if !seen[text] {
			t.Errorf("%s has no row %s, which is listed as a difference", f.name, text)
		}
	}
	t.Logf("%s: %d rows, %d differ; %d rows are well formed, %d of them (%.2f %%) differ",
		f.name, len(rows), differ, well, differWell, 100*float64(differWell)/float64(well))
	if differWell > 1 && differWell*200 > well {
		t.Errorf("%s: %d of %d well-formed rows differ, more than 0.5 %%", f.name, differWell, well)
	}
}
