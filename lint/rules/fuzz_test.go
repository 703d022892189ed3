package rules_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// FuzzRules runs all rules over whatever can be read, in both modes: none panics.
func FuzzRules(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		f.Fatalf("find fixtures: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text) // sections are not YAML, but the documents in them are
	}
	f.Add([]byte("apiVersion: v1\nkind: Pod\nmetadata: 1\nspec: {containers: [{env: [1, {}], ports: x, securityContext: [], image: }, null, *a]}"))
	f.Add([]byte("services: {a: {build: 1, cap_add: [SYS_ADMIN, {}], volumes: [/:/a, {type: bind}], environment: [A_PASSWORD=b], user: 0, deploy: 1, security_opt: x, ports: }, b: {extends: a}}"))
	all := rules.All()
	f.Fuzz(func(t *testing.T, text []byte) {
		opts := manifest.Options{Limits: manifest.Limits{Nodes: 5000}}
		b := manifest.ReadFile("fuzz.yaml", text, opts)
		b.Objects = append(b.Objects, manifest.ReadFile("compose.yaml", text, opts).Objects...)
		for _, compat := range []bool{false, true} {
			got, err := lint.Run(t.Context(), b.Objects, all, lint.Options{Compat: compat})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range got.Problems {
				if errors.Is(p.Err, lint.ErrPanic) {
					t.Errorf("compat %t: %v", compat, p)
				}
			}
			for _, d := range got.Diagnostics {
				if d.Span.Start.Line < 1 || d.Message == "" {
					t.Errorf("compat %t: diagnostic without a place or a message: %+v", compat, d)
				}
			}
		}
	})
}
