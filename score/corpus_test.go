package score_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/score"
)

// expected is what Kubesec says of a document.
type expected struct {
	Object, Message          string
	Score                    int
	Critical, Passed, Advise []string
}

// TestCorpus compares the compat mode with Kubesec, document by document.
func TestCorpus(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(corpus.Dir(t), "manifests", "*", "score.expected.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no expected scores in the corpus: %v", err)
	}
	documents, failures, differ := 0, 0, 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var entries map[string]json.RawMessage
		if err := json.Unmarshal(text, &entries); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for name, entry := range entries {
			text, err := os.ReadFile(filepath.Join(filepath.Dir(file), name))
			if err != nil {
				t.Fatal(err)
			}
			results, problems := score.Read(name, text, score.Options{Compat: true})
			var want []expected
			if json.Unmarshal(entry, &want) != nil {
				// Kubesec failed: there is a reason with a position.
				failures++
				reasons := 0
				for _, p := range problems {
					if p.Position.Line > 0 {
						reasons++
					}
				}
				for _, r := range results {
					if r.Err != nil {
						reasons++
					}
				}
				if reasons == 0 {
					t.Errorf("%s: Kubesec fails (%s), and there is no problem", name, entry)
				}
				continue
			}
			documents += len(want)
			got := []expected{}
			for _, r := range results {
				got = append(got, expected{r.Name, r.Message(), r.Score, ids(r.Critical), ids(r.Passed), ids(r.Advise)})
			}
			if diff := cmp.Diff(want, got); diff != "" {
				differ++
				t.Errorf("%s: Read (-Kubesec +got):\n%s%v", name, diff, problems)
			}
		}
	}
	t.Logf("scores: %d documents, %d files that Kubesec fails on, %d files differ", documents, failures, differ)
	if documents < 900 {
		t.Errorf("compared %d documents, want all", documents)
	}
}

func ids(items []score.Item) []string {
	list := make([]string, 0, len(items))
	for _, item := range items {
		list = append(list, item.ID)
	}
	return list
}
