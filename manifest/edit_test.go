package manifest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// root reads the first document of a text, which is wrapped in nothing: an object.
func root(t *testing.T, text string) *manifest.Node {
	t.Helper()
	b := manifest.ReadFile("ship.yaml", []byte(text), manifest.Options{})
	if len(b.Objects) == 0 {
		t.Fatalf("no object in %q: %v", text, b.Problems)
	}
	return b.Objects[0].Node
}

type entries = []manifest.Entry

// An operation is one call of the edit engine on an object.
type operation func(n *manifest.Node) ([]manifest.Edit, error)

func set(value any, path ...string) operation {
	return func(n *manifest.Node) ([]manifest.Edit, error) { return n.Set(value, path...) }
}

func del(path ...string) operation {
	return func(n *manifest.Node) ([]manifest.Edit, error) { return n.Delete(path...) }
}

func appendTo(value any, path ...string) operation {
	return func(n *manifest.Node) ([]manifest.Edit, error) { return n.Append(value, path...) }
}

// item is an operation on an item of the list under path.
func item(i int, op operation, path ...string) operation {
	return func(n *manifest.Node) ([]manifest.Edit, error) {
		for v := range n.Get(path...).Items() {
			if i == 0 {
				return op(v)
			}
			i--
		}
		return nil, errors.New("no such item")
	}
}

const head = "apiVersion: v1\nkind: Ship\n"

func TestEdit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   string // below head, but for JSON
		op   operation
		want string
	}{
		{"scalar", "a: 1 # one\n", set(2, "a"), "a: 2 # one\n"},
		{"same value", "a: yes # one\n", set(true, "a"), "a: yes # one\n"},
		{"quotes are kept", "a: 'x' # one\nb: \"x\"\n", set("it's", "a"), "a: 'it''s' # one\nb: \"x\"\n"},
		{"double quotes are kept", "a: \"x\"\n", set("y", "a"), "a: \"y\"\n"},
		{"quotes go with the string", "a: \"x\"\n", set(5, "a"), "a: 5\n"},
		{"quotes where needed", "a: x\n", set("yes", "a"), "a: \"yes\"\n"},
		{"null value", "a:\nb: 1\n", set("x", "a"), "a: x\nb: 1\n"},
		{"null value and comment", "a: # why\nb: 1\n", set("x", "a"), "a: x # why\nb: 1\n"},
		{"null value becomes a mapping", "a: # why\nb: 1\n", set("x", "a", "c"), "a: # why\n  c: x\nb: 1\n"},
		{"null becomes a mapping", "a: ~ # why\nb: 1\n", set("x", "a", "c"), "a: # why\n  c: x\nb: 1\n"},
		{"empty mapping", "a: {} # why\nb: 1\n", set("x", "a", "c"), "a: # why\n  c: x\nb: 1\n"},
		{"new key", "a:\n    b: 1 # one\n# end\n", set("x", "a", "c"), "a:\n    b: 1 # one\n    c: x\n# end\n"},
		{"new mappings", "a:\n    b: 1\n", set(true, "a", "c", "d"), "a:\n    b: 1\n    c:\n        d: true\n"},
		{"no final newline", "a:\n  b: 1", set(true, "a", "c"), "a:\n  b: 1\n  c: true"},
		{"no final newline, null", "a:\n  b:", set(true, "a", "c"), "a:\n  b:\n  c: true"},
		{"CRLF", "a:\r\n  b: 1\r\nc: 2\r\n", set(true, "a", "d", "e"), "a:\r\n  b: 1\r\n  d:\r\n    e: true\r\nc: 2\r\n"},
		{"CRLF, no final newline", "c: 2\r\na:\r\n  b: 1", set(true, "a", "d"), "c: 2\r\na:\r\n  b: 1\r\n  d: true"},
		{"behind a block scalar", "a:\n  b: |\n    x\n\nc: 1\n", set(true, "a", "d"), "a:\n  b: |\n    x\n  d: true\n\nc: 1\n"},
		{"behind a kept block scalar", "a:\n  b: |+\n    x\n\nc: 1\n", set(true, "a", "d"), "a:\n  b: |+\n    x\n\n  d: true\nc: 1\n"},
		{"behind a stripped block scalar", "a:\n  b: |-\n    x", set(true, "a", "d"), "a:\n  b: |-\n    x\n  d: true"},
		{"block scalar replaced", "a: |\n  x\n  y\nb: 1\n", set("z", "a"), "a: z\nb: 1\n"},
		{"collection replaced by scalar", "a: # why\n  b: 1\n  c: 2 # two\nd: 1\n", set(1, "a"), "a: 1 # why\nd: 1\n"},
		{"scalar replaced by collection", "a: 1 # why\nd: 1\n", set([]string{"x", "on"}, "a"), "a: # why\n- x\n- \"on\"\nd: 1\n"},
		{"indented lists", "z:\n  - q\na: 1\n", set([]string{"x"}, "a"), "z:\n  - q\na:\n  - x\n"},
		{"ordered entries", "a: 1\n", set(entries{{"z", 1}, {"b", entries{{"c", nil}}}, {"e", []any{}}}, "a"), "a:\n  z: 1\n  b:\n    c: null\n  e: []\n"},
		{"flow mapping", "a: {b: 1} # why\n", set("x, y", "a", "c"), "a: {b: 1, c: \"x, y\"} # why\n"},
		{"flow mapping with blanks", "a: { b: 1 }\n", set(2, "a", "c"), "a: { b: 1, c: 2 }\n"},
		{"flow mapping, trailing comma", "a: {b: 1,}\n", set(2, "a", "c"), "a: {b: 1, c: 2,}\n"},
		{"flow mapping of lines", "a: {\n  b: 1, # one\n  c: 2 # two\n}\n", set(3, "a", "d"), "a: {\n  b: 1, # one\n  c: 2, # two\n  d: 3\n}\n"},
		{"flow without value", "a: {b}\n", set(3, "a", "b"), "a: {b: 3}\n"},
		{"container", "spec:\n  containers:\n  - name: hull\n    image: x\n  - name: mast\n", item(0, set(true, "securityContext", "readOnlyRootFilesystem"), "spec", "containers"),
			"spec:\n  containers:\n  - name: hull\n    image: x\n    securityContext:\n      readOnlyRootFilesystem: true\n  - name: mast\n"},
		{"last container", "spec:\n  containers:\n  -   name: hull\n\n# end\n", item(0, set(true, "securityContext", "privileged"), "spec", "containers"),
			"spec:\n  containers:\n  -   name: hull\n      securityContext:\n        privileged: true\n\n# end\n"},
		{"next document", "a: 1\n---\nb: 1\n", set(2, "c"), "a: 1\nc: 2\n---\nb: 1\n"},
		{"merged key", "x:\n  y: &y {c: 1}\na:\n  <<: *y\n", set(2, "a", "c"), "x:\n  y: &y {c: 1}\na:\n  <<: *y\n  c: 2\n"},
		{"merged key, same", "x:\n  y: &y {c: 1}\na:\n  <<: *y\n", set(1, "a", "c"), "x:\n  y: &y {c: 1}\na:\n  <<: *y\n"},

		{"delete", "a: 1\n# of b\nb: 2 # two\nc: 3\n", del("b"), "a: 1\n# of b\nc: 3\n"},
		{"delete nothing", "a: 1\n", del("b", "c"), "a: 1\n"},
		{"delete with lines", "a:\n  b:\n    c: 1\n  d: |\n    x\n\n  e: 1\n", del("a", "d"), "a:\n  b:\n    c: 1\n\n  e: 1\n"},
		{"delete the last entry", "a: # why\n  # of b\n  b: 2 # two\nc: 3\n", del("a", "b"), "a: {} # why\n  # of b\nc: 3\n"},
		{"delete at the end", "a: 1\nb: 2", del("b"), "a: 1\n"},
		{"delete behind a dash", "a:\n- b: 1 # one\n  c: 2\n", item(0, del("b"), "a"), "a:\n- c: 2\n"},
		{"delete behind a dash, comment", "a:\n- b: 1 # one\n  # of c\n  c: 2\n", item(0, del("b"), "a"), "a:\n-\n  # of c\n  c: 2\n"},
		{"delete all behind a dash", "a:\n- b: 1 # one\n", item(0, del("b"), "a"), "a:\n- {} # one\n"},
		{"delete an item", "a:\n- b: 1\n  c: 1\n- d # d\nb: 1\n", item(0, del(), "a"), "a:\n- d # d\nb: 1\n"},
		{"delete the only item", "a:\n- b: 1\n  c: 1\nb: 1\n", item(0, del(), "a"), "a: []\nb: 1\n"},
		{"delete in flow", "a: {b: 1, c: 2, d: 3}\n", del("a", "c"), "a: {b: 1, d: 3}\n"},
		{"delete the last in flow", "a: {b: 1, c: 2, d: 3 }\n", del("a", "d"), "a: {b: 1, c: 2 }\n"},
		{"delete the only one in flow", "a: { b: 1 }\n", del("a", "b"), "a: {}\n"},
		{"delete an item in flow", "a: [b, c]\n", item(1, del(), "a"), "a: [b]\n"},

		{"append", "a:\n  - x # one\n# end\n", appendTo("y", "a"), "a:\n  - x # one\n  - y\n# end\n"},
		{"append in quotes", "a:\n- \"x\"\n", appendTo("y", "a"), "a:\n- \"x\"\n- \"y\"\n"},
		{"append a mapping", "a:\n-   b: 1\n", appendTo(entries{{"b", 2}, {"c", 3}}, "a"), "a:\n-   b: 1\n-   b: 2\n    c: 3\n"},
		{"append to nothing", "a:\n  b: 1\n", appendTo("y", "a", "c"), "a:\n  b: 1\n  c:\n  - y\n"},
		{"append to null", "a:\n  b: # why\n", appendTo("y", "a", "b"), "a:\n  b: # why\n  - y\n"},
		{"append to empty", "a: [] # why\n", appendTo("y", "a"), "a: [y] # why\n"},
		{"append a mapping to empty", "a: [] # why\n", appendTo(entries{{"b", 2}}, "a"), "a: # why\n- b: 2\n"},
		{"append in flow", "a: [x, 'z'] # why\n", appendTo("y", "a"), "a: [x, 'z', 'y'] # why\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := head
			if strings.Contains(tt.in, "\r\n") {
				h = strings.ReplaceAll(head, "\n", "\r\n")
			}
			check(t, h+tt.in, tt.op, h+tt.want)
		})
	}
}

func check(t *testing.T, in string, op operation, want string) {
	t.Helper()
	n := root(t, in)
	edits, err := op(n)
	if err != nil {
		t.Fatalf("edit %q: %v", in, err)
	}
	got, err := manifest.Apply(n.Document().File, edits)
	if err != nil {
		t.Fatalf("Apply to %q: %v\n%v", in, err, edits)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("edit of %q (-want +got):\n%s", in, diff)
	}
}

func TestEditJSON(t *testing.T) {
	t.Parallel()
	pretty := "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Ship\",\n  \"a\": {\n    \"b\": [\n      1,\n      2\n    ],\n    \"e\": {}\n  }\n}\n"
	line := `{"apiVersion":"v1","kind":"Ship","a":{"b":[1,2]}}`
	tests := []struct {
		name     string
		in       string
		op       operation
		old, new string // what is replaced, in in
	}{
		{"pretty", pretty, set(entries{{"d", true}}, "a", "c"), "\"e\": {}\n", "\"e\": {},\n    \"c\": {\n      \"d\": true\n    }\n"},
		{"pretty, empty", pretty, set("x", "a", "e", "f"), "\"e\": {}\n", "\"e\": {\n      \"f\": \"x\"\n    }\n"},
		{"pretty, item", pretty, appendTo("x", "a", "b"), "2\n", "2,\n      \"x\"\n"},
		{"pretty, delete first", pretty, item(0, del(), "a", "b"), "1,\n      ", ""},
		{"pretty, delete last", pretty, item(1, del(), "a", "b"), ",\n      2", ""},
		{"pretty, delete entry", pretty, del("a", "e"), ",\n    \"e\": {}", ""},
		{"tabs", strings.ReplaceAll(pretty, "  ", "\t"), set(entries{{"d", true}}, "a", "c"), "\"e\": {}\n", "\"e\": {},\n\t\t\"c\": {\n\t\t\t\"d\": true\n\t\t}\n"},
		{"CRLF", strings.ReplaceAll(pretty, "\n", "\r\n"), set(true, "a", "c"), "\"e\": {}\r\n", "\"e\": {},\r\n    \"c\": true\r\n"},
		{"one line", line, set("x\x01\"", "a", "c"), "[1,2]", `[1,2],"c":"x\u0001\""`},
		{"one line, blanks", `{"apiVersion": "v1", "kind": "Ship", "a": {"b": 1}}`, set(entries{{"c", []string{"d", "e"}}}, "a"), `{"b": 1}`, `{"c": ["d", "e"]}`},
		{"one line, item", line, appendTo(3, "a", "b"), "1,2", "1,2,3"},
		{"one line, new", line, set(false, "c", "d"), "}}", `},"c":{"d":false}}`},
		{"one line, delete", line, del("a"), `,"a":{"b":[1,2]}`, ""},
		{"one line, delete first", line, del("apiVersion"), `"apiVersion":"v1",`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			check(t, tt.in, tt.op, strings.Replace(tt.in, tt.old, tt.new, 1))
		})
	}
}
