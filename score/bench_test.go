package score_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/score"
)

// BenchmarkCorpus scores the objects of the corpus, which have been read and not looked
// at: it prints the time for one, of which there may be 50 µs.
func BenchmarkCorpus(b *testing.B) {
	for _, mode := range []struct {
		name   string
		compat bool
	}{{"default", false}, {"compat", true}} {
		b.Run(mode.name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				b.StopTimer()
				objects := corpusObjects(b) // views are made once for each object
				b.StartTimer()
				score.Run(objects, score.Options{Compat: mode.compat})
				n += len(objects)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/1000/float64(n), "µs/object")
		})
	}
}

// TestAllocations: what is allocated does not depend on how many rules there are.
func TestAllocations(t *testing.T) {
	const text = `
apiVersion: v1
kind: Pod
metadata: {name: barge}
spec:
  hostNetwork: true
  containers:
  - name: deck
    image: deck:1
    resources:
      limits: {cpu: 500m, memory: 1Gi}
  - name: hold
    image: hold:1
`
	objects := manifest.ReadFile("barge.yaml", []byte(text), manifest.Options{}).Objects
	few := score.Rules()[:3]
	many := score.Rules()
	count := func(rules []score.Rule) float64 {
		return testing.AllocsPerRun(2000, func() { score.Run(objects, score.Options{Rules: rules}) })
	}
	// The lists of items and places are as long as there are rules, and may grow.
	if a, b := count(few), count(many); b > a+6 {
		t.Errorf("Run allocates %v times with %d rules, and %v times with %d", a, len(few), b, len(many))
	}
}

func corpusObjects(tb testing.TB) []*manifest.Object {
	tb.Helper()
	var objects []*manifest.Object
	err := filepath.WalkDir(filepath.Join(corpus.Dir(tb), "manifests"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, ".expected.json") {
			return err
		}
		text, err := os.ReadFile(path)
		objects = append(objects, manifest.ReadFile(path, text, manifest.Options{}).Objects...)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return objects
}
