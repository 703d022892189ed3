package score_test

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/score"
)

// What Kubesec calls documents that are no proper objects, as Go prints what
// encoding/json makes of them, and whether their kind is supported.
func TestOddDocuments(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text, name string
		supported  bool
	}{
		{"a: 1\n", "Unknown", true},
		{"- a\n", "Unknown", true},
		{"text\n", "Unknown", true},
		{"kind:\n", "Unknown", false},
		{"kind: null\na: b\n", "Unknown", false},
		{"kind: ''\n", "/undefined.default", false},
		{"kind: 5\n", "5/undefined.default", false},
		{"kind: [a]\n", "[a]/undefined.default", false},
		{"kind: {a: b}\n", "map[a:b]/undefined.default", false},
		{"kind: Pod\nmetadata: {name: [a], namespace: 5}\n", "Pod/[a].5", true},
		{"kind: Pod\nmetadata: {name: .5, namespace: true}\n", "Pod/0.5.true", true},
		{"kind: Pod\nmetadata: {name: {b: [1, null, x], a: 1.0}, namespace: 1e3}\n", "Pod/map[a:1 b:[1 <nil> x]].1000", true},
		{"kind: Pod\nmetadata: {name: 123456789, namespace: 0x10}\n", "Pod/1.23456789e+08.16", true},
		{"kind: Pod\nmetadata: {name: 2020-01-01, namespace: ''}\n", "Pod/2020-01-01.", true},
		{"kind: Pod\nmetadata: [a]\n", "Pod/undefined.default", true},
	} {
		results, problems := score.Read("a.yaml", []byte(row.text), score.Options{Compat: true})
		if len(results) != 1 || results[0].Name != row.name || results[0].Supported != row.supported {
			t.Errorf("Read(%q) = %+v, %v, want %s, supported: %t", row.text, results, problems, row.name, row.supported)
		}
	}
	results, _ := score.Read("a.yaml", []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: 123456789}\n"), score.Options{})
	if results[0].Name != "Pod/123456789.default" {
		t.Errorf("by default, the name is %s, want it as it is written", results[0].Name)
	}
}
