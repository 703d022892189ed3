package cel_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/cel"
	"github.com/plimsoll-go/plimsoll/lint/linttest"
	"github.com/plimsoll-go/plimsoll/manifest"
)

func TestTemplate(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("find fixtures: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			linttest.RunTemplate(t, cel.Template(), file)
		})
	}
}

// TestErrors gives the template what is an error of the configuration.
func TestErrors(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		check any
		want  string
	}{
		{"object.", "failed to compile CEL expression: ERROR: <input>:1:8: Syntax error"},
		{"ship == 1", "undeclared reference to 'ship'"},
		{"1 + 1", "want a string, but the expression gives int"},
		{strings.Repeat("(", 1000) + strings.Repeat(")", 1000), "expression recursion limit exceeded"},
		{"", "required param check not found"},
		{7, "want string, got integer"},
	} {
		if _, err := cel.Template().With(map[string]any{"check": row.check}); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("check %.20q: got error %v, want one that has %q", row.check, err, row.want)
		}
	}
}

// TestCompatTemplate runs what is an error of the configuration as KubeLinter does.
func TestCompatTemplate(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ check, want string }{
		{"ship == 1", "error evaluating CEL check expression: failed to compile CEL expression: ERROR: <input>:1:1: undeclared reference to 'ship' (in container '')\n | ship == 1\n | ^"},
		{"1 + 1", "error evaluating CEL check expression: expected string, got 2"},
		{`object.kind == "Pod" ? 1 : 2`, "error evaluating CEL check expression: expected string, got 1"},
	} {
		result := run(t, context.Background(), cel.CompatTemplate(), row.check, true)
		if len(result.Diagnostics) != 1 || result.Diagnostics[0].Message != row.want {
			t.Errorf("%s: got diagnostics %v, want one: %s", row.check, result.Diagnostics, row.want)
		}
	}
}

// explosive is an expression that would run for longer than anybody waits.
const explosive = `[0,1,2,3,4,5,6,7,8,9].map(a, [0,1,2,3,4,5,6,7,8,9].map(b, [0,1,2,3,4,5,6,7,8,9].map(c,
	[0,1,2,3,4,5,6,7,8,9].map(d, [0,1,2,3,4,5,6,7,8,9].map(e, [0,1,2,3,4,5,6,7,8,9].map(f,
	[0,1,2,3,4,5,6,7,8,9].map(g, [0,1,2,3,4,5,6,7,8,9].map(h, a+b+c+d+e+f+g+h)))))))).size() == 0 ? "" : "x"`

func TestCost(t *testing.T) {
	t.Parallel()
	result := run(t, context.Background(), cel.Template(), explosive, false)
	if len(result.Diagnostics) != 0 || len(result.Problems) != 1 || !strings.Contains(result.Problems[0].Error(), "cost limit exceeded") {
		t.Errorf("got diagnostics %v and problems %v, want one problem, of the cost", result.Diagnostics, result.Problems)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	rule, err := cel.Template().With(map[string]any{"check": explosive})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	evaluate := rule.Run
	var got error
	rule.Name = "explosive"
	rule.Run = func(p *lint.Pass) error {
		cancel()
		got = evaluate(p)
		return got
	}
	if _, err := lint.Run(ctx, pod(), []*lint.Rule{rule}, lint.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Run: got error %v, want %v", err, context.Canceled)
	}
	if !errors.Is(got, context.Canceled) {
		t.Errorf("the rule's Run: got error %v, want %v", got, context.Canceled)
	}
}

func run(t *testing.T, ctx context.Context, template lint.Template, check string, compat bool) *lint.Result {
	t.Helper()
	rule, err := template.With(map[string]any{"check": check})
	if err != nil {
		t.Fatalf("%s: %v", check, err)
	}
	rule.Name = "expression"
	result, err := lint.Run(ctx, pod(), []*lint.Rule{rule}, lint.Options{Compat: compat})
	if err != nil {
		t.Fatalf("%s: %v", check, err)
	}
	return result
}

func pod() []*manifest.Object {
	return manifest.ReadFile("pod.yaml", []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: gull}\n"), manifest.Options{}).Objects
}
