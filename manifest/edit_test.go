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
		{"item of a list", "kind: List\nitems:\n- apiVersion: v1\n  kind: Ship\n  a:\n    b: 1 # one\n- apiVersion: v1\n  kind: Ship\n", set(2, "a", "c"),
			"kind: List\nitems:\n- apiVersion: v1\n  kind: Ship\n  a:\n    b: 1 # one\n    c: 2\n- apiVersion: v1\n  kind: Ship\n"},
		{"comments between", "a:\n  # of b\n  b: 1\n  # end of a\n\n# of c\nc: 1\n", set(2, "a", "d"), "a:\n  # of b\n  b: 1\n  d: 2\n  # end of a\n\n# of c\nc: 1\n"},
		{"behind a nested list", "a:\n  b:\n  - c: 1\n    d:\n      - e # e\nf: 1\n", set(2, "a", "g"), "a:\n  b:\n  - c: 1\n    d:\n      - e # e\n  g: 2\nf: 1\n"},
		{"behind text of lines", "a:\n  b: one\n    two # x\nf: 1\n", set(2, "a", "g"), "a:\n  b: one\n    two # x\n  g: 2\nf: 1\n"},
		{"behind brackets of lines", "a:\n  b: [\n    1 ]# x\nf: 1\n", set(2, "a", "c", "d"), "a:\n  b: [\n    1 ]# x\n  c:\n    d: 2\nf: 1\n"},
		{"value below its key", "a: # why\n  x # x\nb: 1\n", set(2, "a"), "a: # why\n  2 # x\nb: 1\n"},
		{"whole item", "a:\n- b: 1\n  c: 2\n- d\n", item(0, set("x"), "a"), "a:\n- x\n- d\n"},
		{"item that is null", "a:\n- # why\n- d\n", item(0, set(entries{{"x", 1}}), "a"), "a:\n- x: 1 # why\n- d\n"},
		{"flow list stays one", "a: [1, 2] # why\n", set([]string{"b", "c"}, "a"), "a: [b, c] # why\n"},
		{"escapes", "a: 1\n", set("x\ny", "a"), "a: \"x\\ny\"\n"},

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

		{"append", "a:\n  - x # one\n# end\n", appendTo("w", "a"), "a:\n  - x # one\n  - w\n# end\n"},
		{"append in quotes", "a:\n- \"x\"\n", appendTo("w", "a"), "a:\n- \"x\"\n- \"w\"\n"},
		{"append a mapping", "a:\n-   b: 1\n", appendTo(entries{{"b", 2}, {"c", 3}}, "a"), "a:\n-   b: 1\n-   b: 2\n    c: 3\n"},
		{"append to nothing", "a:\n  b: 1\n", appendTo("w", "a", "c"), "a:\n  b: 1\n  c:\n  - w\n"},
		{"append to null", "a:\n  b: # why\n", appendTo("w", "a", "b"), "a:\n  b: # why\n  - w\n"},
		{"append to empty", "a: [] # why\n", appendTo("w", "a"), "a: [w] # why\n"},
		{"append a mapping to empty", "a: [] # why\n", appendTo(entries{{"b", 2}}, "a"), "a: # why\n- b: 2\n"},
		{"append in flow", "a: [x, 'z'] # why\n", appendTo("w", "a"), "a: [x, 'z', 'w'] # why\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := head
			if strings.Contains(tt.in, "\r\n") {
				h = strings.ReplaceAll(head, "\n", "\r\n")
			}
			if strings.HasPrefix(tt.in, "kind: List") {
				h = "apiVersion: v1\n"
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

func TestEditRefused(t *testing.T) {
	t.Parallel()
	shared := "x: &x {a: 1}\n"
	tests := []struct {
		name, in string
		op       operation
		reason   string
	}{
		{"scalar on the way", "a: 1\n", set(2, "a", "b"), "a is of type integer, not object"},
		{"list on the way", "a: []\n", set(2, "a", "b"), "a is of type list, not object"},
		{"below an anchor", shared, set(2, "x", "a"), "x is in the reach of an anchor"},
		{"an anchor goes", "a:\n  b: &b 1\nc: *b\n", del("a"), "a has an anchor in it"},
		{"an anchor is replaced", "a:\n  b: &b 1\nc: *b\n", set(1, "a"), "a has an anchor in it"},
		{"alias", shared + "a: *x\n", set(2, "a", "b"), "a is the alias *x"},
		{"merged on the way", "x: &x {a: {b: 1}}\nc:\n  <<: *x\n", set(2, "c", "a", "b"), "a is merged into c"},
		{"merged, deleted", shared + "c:\n  <<: *x\n", del("c", "a"), "a is merged into c"},
		{"comes back when deleted", shared + "c:\n  <<: *x\n  a: 2\n", del("c", "a"), "a is merged into c"},
		{"merged, appended to", "x: &x {a: [1]}\nc:\n  <<: *x\n", appendTo(2, "c", "a"), "a is merged into c"},
		{"merge key", shared + "c:\n  <<: *x\n", set(2, "c", "<<"), "<< is a merge key"},
		{"tag", "a: !!str 1\n", set(2, "a"), "a has a tag"},
		{"key there twice", "a: 1\na: 2\n", del("a"), `key "a" is there twice`},
		{"key of another form", "? a\n: b\n", set(2, "a"), "the key of a is written in an unusual way"},
		{"no list", "a: b\n", appendTo(2, "a"), "a is of type string, not list"},
		{"line end that counts", "a:\n  b: |\n    x", set(2, "a", "c"), "the text ends in a.b, which a line end would change"},
		{"whole document", "a: b\n", del(), "it is a whole document"},
		{"type", "a: b\n", set(struct{}{}, "a"), "value of type struct {}"},
		{"no UTF-8", "a: b\n", set("\xff", "a"), "value is not UTF-8"},
		{"keys twice", "a: b\n", set(entries{{"k", 1}, {"k", 2}}, "a"), `key "k" is empty, there twice or not UTF-8`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			edits, err := tt.op(root(t, head+tt.in))
			if !errors.Is(err, manifest.ErrEdit) || len(edits) > 0 || err.Error() != "cannot edit: "+tt.reason {
				t.Errorf("edit of %q: got %v, %v, want an error: %s", tt.in, edits, err, tt.reason)
			}
		})
	}
	if _, err := (*manifest.Node)(nil).Set(1, "a"); !errors.Is(err, manifest.ErrEdit) {
		t.Errorf("Set below nil: got %v, want ErrEdit", err)
	}
}

func TestApplyRefused(t *testing.T) {
	t.Parallel()
	n := root(t, head+"a: 1\nb: 2\n")
	file := n.Document().File
	at := func(start, end int, text string) manifest.Edit {
		return manifest.Edit{File: file, Start: start, End: end, Text: text}
	}
	tests := []struct {
		name  string
		edits []manifest.Edit
		want  error
	}{
		{"overlap", []manifest.Edit{at(29, 30, "3"), at(26, 31, "")}, manifest.ErrOverlap},
		{"two texts at one place", []manifest.Edit{at(30, 30, "\nc: 3"), at(30, 30, "\nd: 3")}, manifest.ErrOverlap},
		{"outside", []manifest.Edit{at(100, 101, "")}, manifest.ErrEdit},
		{"backwards", []manifest.Edit{at(2, 1, "")}, manifest.ErrEdit},
		{"another file", []manifest.Edit{{File: new(manifest.File)}}, manifest.ErrEdit},
		{"not readable", []manifest.Edit{at(29, 30, "[")}, manifest.ErrEdit},
		{"a key of a comment", []manifest.Edit{at(26, 26, "#")}, manifest.ErrEdit},
		{"a document more", []manifest.Edit{at(31, 31, "---\n")}, manifest.ErrEdit},
		{"a value that grows", []manifest.Edit{at(30, 30, " x")}, manifest.ErrEdit},
		{"a key twice", []manifest.Edit{at(30, 30, "\nb: 3")}, manifest.ErrEdit},
	}
	for _, tt := range tests {
		if got, err := manifest.Apply(file, tt.edits); !errors.Is(err, tt.want) || got != nil {
			t.Errorf("%s: Apply = %q, %v, want %v", tt.name, got, err, tt.want)
		}
	}
	_, err := manifest.Apply(file, tests[0].edits)
	if want := "edits overlap: at ship.yaml:3:1 and at ship.yaml:3:4"; err == nil || err.Error() != want {
		t.Errorf("Apply: got %v, want %s", err, want)
	}
	rendered := &manifest.File{Path: "x", Renderer: "helm"}
	if _, err := manifest.Apply(rendered, nil); !errors.Is(err, manifest.ErrEdit) {
		t.Errorf("Apply to a rendered file: got %v, want ErrEdit", err)
	}
	same := at(29, 30, "3")
	if got, err := manifest.Apply(file, []manifest.Edit{same, same}); err != nil || string(got) != head+"a: 3\nb: 2\n" {
		t.Errorf("Apply of the same edit twice = %q, %v", got, err)
	}
}
