package lint_test

import (
	"context"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	idle := func(*lint.Pass) error { return nil }
	for _, row := range []struct {
		name  string
		rules []*lint.Rule
		want  []string // parts of the error, empty: none
	}{
		{"none", nil, nil},
		{"valid", []*lint.Rule{{Name: "A-1_b", Run: idle, Kinds: lint.Kinds()}, {Name: "a-1_b", Run: idle, Kinds: []lint.Kind{"sea/Ship", "/Secret"}}}, nil},
		{"nil", []*lint.Rule{nil, {Name: "a", Run: idle}, nil}, []string{"rule 1 of 3 is nil", "rule 3 of 3 is nil"}},
		{"no name", []*lint.Rule{{Run: idle}}, []string{`rule ""`}},
		{"name", []*lint.Rule{{Name: "a b", Run: idle}, {Name: "ä", Run: idle}, {Name: "a\n", Run: idle}}, []string{`rule "a b"`, `rule "ä"`, `rule "a\n"`}},
		{"twice", []*lint.Rule{{Name: "a", Run: idle}, {Name: "a", Run: idle}}, []string{`rule "a": the name is that of another rule`}},
		{"nothing to run", []*lint.Rule{{Name: "a"}}, []string{`rule "a": nothing to run`}},
		{"kind", []*lint.Rule{{Name: "a", Run: idle, Kinds: []lint.Kind{lint.Pod, "Boat", "pod"}}}, []string{`rule "a": unknown object kind: Boat`, "unknown object kind: pod"}},
		{"kind in compat mode", []*lint.Rule{{Name: "a", Run: idle, CompatKinds: []lint.Kind{"Boat"}}}, []string{"unknown object kind: Boat"}},
		{"kind with a version", []*lint.Rule{{Name: "a", Run: idle, Kinds: []lint.Kind{"apps/v1/Deployment", "sea/"}}}, []string{"unknown object kind: apps/v1/Deployment", "unknown object kind: sea/"}},
		{"all at once", []*lint.Rule{{Name: "?", Kinds: []lint.Kind{"Boat"}}}, []string{`rule "?": the name`, "nothing to run", "Boat"}},
	} {
		err := lint.Validate(row.rules...)
		if (err == nil) != (row.want == nil) {
			t.Errorf("%s: Validate() = %v, want %q", row.name, err, row.want)
			continue
		}
		for _, part := range row.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: Validate() = %v, want %q in it", row.name, err, part)
			}
		}
		if _, runErr := lint.Run(context.Background(), nil, row.rules, lint.Options{}); (runErr == nil) != (err == nil) {
			t.Errorf("%s: Run() = %v, where Validate() = %v", row.name, runErr, err)
		}
	}
}
