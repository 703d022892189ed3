package score_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/score"
)

// TestApplyCorpus follows all advice on every workload of the corpus: what comes out
// has the most points that the object can have, but for what the error names.
func TestApplyCorpus(t *testing.T) {
	t.Parallel()
	workloads, full, unsafe := 0, 0, 0
	refused := make(map[string]int)
	root := filepath.Join(corpus.Dir(t), "manifests")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, ".expected.json") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		results, _ := score.Read(name, text, score.Options{})
		for i, r := range results {
			if r.Object == nil || !r.Object.IsWorkload() || r.Err != nil {
				continue
			}
			workloads++
			edits, err := r.Edits()
			lost := 0
			for _, u := range unfollowed(t, err) {
				refused[u.ID]++
				for _, item := range slices.Concat(r.Critical, r.Advise) {
					if item.ID == u.ID {
						lost += max(item.Points, -item.Points)
					}
				}
				if !errors.Is(u, score.ErrUnsafe) {
					t.Logf("%s: %s: %v", name, r.Name, u)
				}
			}
			if lost > 0 {
				unsafe++
			}
			fixed, err := manifest.Apply(r.Object.File(), edits)
			if err != nil {
				t.Errorf("%s: %s: Apply: %v", name, r.Name, err)
				continue
			}
			again, problems := score.Read(name, fixed, score.Options{})
			if len(again) != len(results) {
				t.Errorf("%s: %s: %d objects where there were %d: %v", name, r.Name, len(again), len(results), problems)
				continue
			}
			a := again[i]
			if lost == 0 {
				full++
			}
			if a.Score < r.Max-lost || a.Err != nil {
				t.Errorf("%s: %s: score %d of %d, want %d; %v %v %v", name, r.Name, a.Score, r.Max, r.Max-lost, a.Err, ids(a.Critical), ids(a.Advise))
			}
			if more, _ := a.Edits(); len(more) > 0 {
				t.Errorf("%s: %s: advice is followed twice: %v", name, r.Name, more)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d workloads, %d reach the most, %d have advice without a safe fix: %v", workloads, full, unsafe, refused)
	if workloads < 300 {
		t.Errorf("there are %d workloads, want all", workloads)
	}
}

// unfollowed are the errors that are joined in one of Edits.
func unfollowed(t *testing.T, err error) []*score.Unfollowed {
	t.Helper()
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("Edits: %v, want joined errors", err)
	}
	var list []*score.Unfollowed
	for _, e := range joined.Unwrap() {
		u := (*score.Unfollowed)(nil)
		if !errors.As(e, &u) {
			t.Fatalf("Edits: %v, want an Unfollowed", e)
		}
		list = append(list, u)
	}
	return list
}
