package score_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/score"
)

func addSeeds(f *testing.F) {
	f.Helper()
	for _, d := range divergences() {
		f.Add([]byte(d.text))
	}
	for _, text := range styles() {
		f.Add([]byte(text))
	}
}

// styles are one pod in the ways that it may be written.
func styles() map[string]string {
	const block = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: barge # the old one\nspec:\n  containers:\n  - name: deck\n    securityContext:\n      privileged: true\n"
	return map[string]string{
		"block": block,
		"CRLF":  string(bytes.ReplaceAll([]byte(block), []byte("\n"), []byte("\r\n"))),
		"flow":  "{apiVersion: v1, kind: Pod, metadata: {name: barge}, spec: {containers: [{name: deck, securityContext: {privileged: true}}]}}\n",
		"JSON":  `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "barge"}, "spec": {"containers": [{"name": "deck", "securityContext": {"privileged": true}}]}}` + "\n",
		"List":  "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: barge}\n  spec:\n    containers:\n    - name: deck\n      securityContext:\n        privileged: true\n- apiVersion: v1\n  kind: Pod\n  spec: {hostNetwork: true, containers: [{name: hold}]}\n",
		"empty": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: barge\nspec:\n  securityContext:\n  containers:\n  - name: deck\n    resources: {}\n    securityContext:\n      capabilities:\n",
		"anchor": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: barge\nspec:\n  containers:\n  - name: deck\n    securityContext: &safe\n      readOnlyRootFilesystem: true\n" +
			"  - name: hold\n    securityContext: *safe\n",
	}
}

// FuzzScore scores any objects in both modes: the points of the items are the score,
// and none is above the most there can be.
func FuzzScore(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, compat := range []bool{false, true} {
			opts := score.Options{Compat: compat, Limits: manifest.Limits{Nodes: 20000, Depth: 60}}
			results, _ := score.Read("f.yaml", text, opts)
			for _, r := range results {
				sum := 0
				for _, item := range append(append([]score.Item{}, r.Critical...), r.Passed...) {
					sum += item.Points
				}
				if sum != r.Score || r.Score > r.Max {
					t.Errorf("%s has a score of %d, its items of %d, the most is %d", r.Name, r.Score, sum, r.Max)
				}
				for _, c := range r.Containers {
					if c.Score < r.Score {
						t.Errorf("%s has a score of %d, its container %q less: %d", r.Name, r.Score, c.Name, c.Score)
					}
				}
				for _, item := range append(append([]score.Item{}, r.Critical...), r.Advise...) {
					if len(item.Places) == 0 {
						t.Errorf("%s: %s has no place", r.Name, item.ID)
					}
				}
			}
		}
	})
}

// FuzzApply follows all advice: what comes out can be read, has no lower score, and
// leaves nothing to follow.
func FuzzApply(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		opts := score.Options{Limits: manifest.Limits{Nodes: 20000, Depth: 60}}
		results, _ := score.Read("f.yaml", text, opts)
		for i, r := range results {
			edits, err := r.Edits()
			if len(edits) == 0 {
				continue
			}
			fixed, applied := manifest.Apply(r.Object.File(), edits)
			if applied != nil {
				continue // refused, and nothing is changed
			}
			again, _ := score.Read("f.yaml", fixed, opts)
			if len(again) != len(results) {
				t.Fatalf("%d objects became %d\n%s", len(results), len(again), fixed)
			}
			if again[i].Score < r.Score || again[i].Err != nil {
				t.Errorf("a score of %d became %d, %v\n%s", r.Score, again[i].Score, again[i].Err, fixed)
			}
			if more, _ := again[i].Edits(); err == nil && len(more) > 0 {
				t.Errorf("advice is followed twice: %v\n%s", more, fixed)
			}
		}
	})
}

// TestApplyStyles follows all advice in each way of writing a pod.
func TestApplyStyles(t *testing.T) {
	t.Parallel()
	for name, text := range styles() {
		results, problems := score.Read("barge.yaml", []byte(text), score.Options{})
		if len(problems) > 0 {
			t.Fatalf("%s: %v", name, problems)
		}
		var edits []manifest.Edit
		for _, r := range results {
			more, err := r.Edits()
			if err != nil && name != "anchor" {
				t.Errorf("%s: Edits: %v", name, err)
			}
			edits = append(edits, more...)
		}
		fixed, err := manifest.Apply(results[0].Object.File(), edits)
		if err != nil {
			t.Errorf("%s: Apply: %v", name, err)
			continue
		}
		again, _ := score.Read("barge.yaml", fixed, score.Options{})
		for _, r := range again {
			if r.Score != r.Max && name != "anchor" || r.Err != nil {
				t.Errorf("%s: score %d of %d, %v\n%s", name, r.Score, r.Max, r.Err, fixed)
			}
		}
		if got, want := bytes.Count(fixed, []byte("\r\n")) == bytes.Count(fixed, []byte("\n")), name == "CRLF"; got != want {
			t.Errorf("%s: all lines end in CRLF: %v, want %v", name, got, want)
		}
		kept := []byte(text)
		if name == "block" && !bytes.HasPrefix(fixed, kept[:bytes.Index(kept, []byte("spec:"))]) {
			t.Errorf("%s: what was not edited has changed (-was +is):\n%s", name, cmp.Diff(text, string(fixed)))
		}
	}
}
