package schema_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/linttest"
	"github.com/plimsoll-go/plimsoll/lint/schema"
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
			linttest.RunTemplate(t, schema.Template(), file)
		})
	}
}

const harbour = `
apiVersion: v1
kind: Service
metadata: {name: quay}
---
apiVersion: v1
kind: Service
metadata: {name: pier}
`

// TestNetwork has rules whose schemas are not in files: one Problem a context, in
// both modes, and nothing is asked for.
func TestNetwork(t *testing.T) {
	t.Parallel()
	for _, locations := range [][]string{
		nil,
		{"default"},
		{"testdata/schemas", "https://schemas.example.com/"},
		{"http://127.0.0.1:1/{{.ResourceKind}}.json"},
	} {
		for _, compat := range []bool{false, true} {
			args := map[string]any{}
			if locations != nil {
				args["schemaLocations"] = locations
			}
			rule, err := schema.Template().With(args)
			if err != nil {
				t.Errorf("%q: %v", locations, err)
				continue
			}
			rule.Name = "schema"
			result := run(t, rule, harbour, compat)
			if len(result.Diagnostics) != 0 || len(result.Problems) != 1 || !errors.Is(result.Problems[0], schema.ErrNetwork) {
				t.Errorf("%q, compat %t: got diagnostics %v and problems %v, want one problem: %v", locations, compat, result.Diagnostics, result.Problems, schema.ErrNetwork)
			}
		}
	}
}

func TestRule(t *testing.T) {
	t.Parallel()
	if err := lint.Validate(schema.Rule()); err != nil {
		t.Error(err)
	}
	rule, err := schema.RuleFrom("testdata/schemas")
	if err != nil {
		t.Fatal(err)
	}
	result := run(t, rule, harbour, false)
	if len(result.Diagnostics) != 2 || len(result.Problems) != 0 {
		t.Errorf("got diagnostics %v and problems %v, want two diagnostics", result.Diagnostics, result.Problems)
	}
	if _, err := schema.RuleFrom("{{.Ship}}.json"); err == nil || !strings.Contains(err.Error(), "creating kubeconform validator") {
		t.Errorf("RuleFrom({{.Ship}}.json): got error %v, want one of the template", err)
	}
}

func run(t *testing.T, rule *lint.Rule, text string, compat bool) *lint.Result {
	t.Helper()
	b := manifest.ReadFile("harbour.yaml", []byte(text), manifest.Options{})
	result, err := lint.Run(context.Background(), b.Objects, []*lint.Rule{rule}, lint.Options{Compat: compat})
	if err != nil {
		t.Fatal(err)
	}
	return result
}
