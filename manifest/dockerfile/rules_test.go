package dockerfile_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/linttest"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/manifest/dockerfile"
)

// dockerfileRules are the built-in rules that look at Dockerfiles.
func dockerfileRules() []*lint.Rule {
	return slices.DeleteFunc(rules.All(), func(r *lint.Rule) bool { return !slices.Contains(r.Groups, rules.Dockerfile) })
}

// TestRules holds each rule against its fixture, which is beside the rules.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, r := range dockerfileRules() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			fixture := filepath.Join("..", "..", "lint", "rules", "testdata", r.Name+".txtar")
			linttest.RunDecoded(t, []manifest.Decoder{dockerfile.Decoder{}}, r, fixture)
		})
	}
}

// TestTrivysChecks counts the checks of Trivy, each of which is one rule.
func TestTrivysChecks(t *testing.T) {
	t.Parallel()
	byID := make(map[string]string)
	active := 0
	for _, r := range dockerfileRules() {
		id := trivyID(r)
		if id == "" {
			if r.Default {
				t.Errorf("%s runs by default, and is no check of Trivy", r.Name)
			}
			continue
		}
		if byID[id] != "" {
			t.Errorf("%s and %s are both %s", byID[id], r.Name, id)
		}
		byID[id] = r.Name
		if r.Default {
			active++
		}
	}
	if len(byID) != 28 || active != 27 {
		t.Errorf("%d checks of Trivy, %d of them by default, want 28 and 27", len(byID), active)
	}
}

// TestOtherRules runs the rules for Kubernetes objects on a Dockerfile, as a custom
// check with that kind can: it has no nodes, which no rule may be surprised by.
func TestOtherRules(t *testing.T) {
	t.Parallel()
	objects := read("FROM debian:12\nRUN true\n").Objects
	for _, r := range rules.All() {
		for _, compat := range []bool{false, true} {
			other := *r
			other.Kinds, other.CompatKinds = []lint.Kind{lint.Dockerfile}, nil
			found, err := lint.Run(context.Background(), objects, []*lint.Rule{&other}, lint.Options{Compat: compat})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range found.Problems {
				t.Errorf("%s: %.300v", r.Name, p)
			}
		}
	}
}
