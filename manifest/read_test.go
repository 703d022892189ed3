package manifest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// summary is what a text holds: its objects, then its problems without their path.
func summary(b manifest.Bundle) []string {
	var lines []string
	for _, o := range b.Objects {
		p := o.Node.Position()
		lines = append(lines, fmt.Sprintf("%d:%d %s", p.Line, p.Column, o))
	}
	for _, p := range b.Problems {
		lines = append(lines, strings.TrimPrefix(p.Error(), "ship.yaml:"))
	}
	return lines
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	const a, b = "apiVersion: v1\nkind: A\nmetadata: {name: a}\n", "apiVersion: g/v2\nkind: B\nmetadata: {name: b, namespace: ns}\n"
	for _, row := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", nil},
		{"blank lines", "\n \n", nil},
		{"comments", "# a\n---\n# b\n", nil},
		{"separators alone", "---\n---\n...\n---\n", nil},
		{"one", a, []string{"1:1 v1 A a"}},
		{"two", a + "---\n" + b, []string{"1:1 v1 A a", "5:1 g/v2 B ns/b"}},
		{"separator with a comment", "--- # one\n" + a + "--- # two\n" + b, []string{"2:1 v1 A a", "6:1 g/v2 B ns/b"}},
		{"separator with blanks", "---  \n" + a + "---\t\n" + b, []string{"2:1 v1 A a", "6:1 g/v2 B ns/b"}},
		{"separator with content", "--- {apiVersion: v1, kind: A, metadata: {name: a}}\n", []string{"1:5 v1 A a"}},
		{"no separator", a + "----\n", []string{"4:1: syntax error: could not find expected ':'"}},
		{"end of document", a + "...\n" + b, []string{"1:1 v1 A a", "5:1 g/v2 B ns/b"}},
		{"directive", "%YAML 1.1\n---\n" + a, []string{"3:1 v1 A a"}},
		{"CRLF", strings.ReplaceAll(a+"---\n"+b, "\n", "\r\n"), []string{"1:1 v1 A a", "5:1 g/v2 B ns/b"}},
		{"byte order mark", "\uFEFF" + a, []string{"1:2 v1 A a"}},
		{"JSON", `{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}`, []string{"1:1 v1 A a"}},
		{"JSON stream", `{"apiVersion":"v1","kind":"A"} {"apiVersion":"v1","kind":"B"}` + "\n" + `{"apiVersion":"v1","kind":"C"}`, []string{"1:1 v1 A ", "1:32 v1 B ", "2:1 v1 C "}},
		{"JSON that is cut", `{"apiVersion":"v1","kind":"A"}{"kind":`, []string{"1:1 v1 A ", "1:39: syntax error: unexpected EOF"}},
		{"list", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: A}\n- {apiVersion: v1, kind: B}\n", []string{"4:3 v1 A ", "5:3 v1 B "}},
		{"typed list", "apiVersion: g/v1\nkind: AList\nitems:\n- metadata: {name: a}\n- {kind: B}\n", []string{"4:3 g/v1 A a", "5:3 g/v1 B "}},
		{"lists in lists", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - {apiVersion: v1, kind: A}\n", []string{"7:5 v1 A "}},
		{"list of something else", "apiVersion: v1\nkind: List\nitems:\n- 1\n- {a: b}\n- {apiVersion: v1, kind: A}\n", []string{
			"6:3 v1 A ", "4:3: not a Kubernetes object: a integer", "5:3: not a Kubernetes object: neither apiVersion nor kind"}},
		{"list without items", "apiVersion: v1\nkind: AList\nitems: x\n", []string{"1:1 v1 AList "}},
		{"aliases in a list", "apiVersion: v1\nkind: List\nx: &x {apiVersion: v1, kind: A}\nitems: [*x]\n", []string{"3:4 v1 A "}},
		{"no kind", "apiVersion: v1\n", []string{"1:1: not a Kubernetes object: no kind"}},
		{"no version", "kind: A\n", []string{"1:1  A ", "1:1: not a Kubernetes object: no apiVersion"}},
		{"neither", "a: b\n", []string{"1:1: not a Kubernetes object: neither apiVersion nor kind"}},
		{"merged", "apiVersion: v1\nkind: A\nx: &x {name: x, namespace: ns}\nmetadata: {<<: *x, name: a}\n", []string{"1:1 v1 A ns/a"}},
		{"bad and good", "a: [\n---\n" + b, []string{"3:1 g/v2 B ns/b", "1:1: syntax error: did not find expected node content"}},
		{"wrong types", "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: é\n  containers: x\n", []string{
			"1:1 v1 Pod ", `4:12: type mismatch: spec.hostPID: string "é" for boolean`, `5:15: type mismatch: spec.containers: string "x" for list`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(row.want, summary(manifest.ReadFile("ship.yaml", []byte(row.text), manifest.Options{}))); diff != "" {
				t.Errorf("ReadFile(%q), -want +got:\n%s", row.text, diff)
			}
		})
	}
}

// Values are those of YAML 1.1.
func TestValues(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		kind manifest.Kind
		want any
	}{
		{"yes", manifest.Bool, true}, {"on", manifest.Bool, true}, {"y", manifest.Bool, true}, {"True", manifest.Bool, true},
		{"off", manifest.Bool, false}, {"NO", manifest.Bool, false}, {"'yes'", manifest.String, "yes"}, {"yEs", manifest.String, "yEs"},
		{"~", manifest.Null, nil}, {"null", manifest.Null, nil}, {"", manifest.Null, nil}, {"'~'", manifest.String, "~"},
		{"0644", manifest.Int, int64(420)}, {"0o17", manifest.Int, int64(15)}, {"0x1F", manifest.Int, int64(31)}, {"0b11", manifest.Int, int64(3)},
		{"1_000", manifest.Int, int64(1000)}, {"-3", manifest.Int, int64(-3)}, {"089", manifest.Float, 89.0},
		{"18446744073709551615", manifest.Int, float64(1<<64 - 1)}, {"99999999999999999999", manifest.Float, 1e20},
		{"1.5", manifest.Float, 1.5}, {"1e3", manifest.Float, 1000.0}, {".5", manifest.Float, 0.5}, {"1.", manifest.Float, 1.0},
		{".", manifest.String, "."}, {"1.2.3", manifest.String, "1.2.3"}, {"1:30", manifest.String, "1:30"}, {"2024-05-06", manifest.String, "2024-05-06"},
		{"!!str 5", manifest.String, "5"}, {"!!int '5'", manifest.Int, int64(5)}, {"!!float 5", manifest.Float, 5.0}, {"!!bool yes", manifest.Bool, true},
		{"!!binary aGk=", manifest.String, "hi"}, {"!own x", manifest.String, "x"}, {"\"\\u00e9\\n\"", manifest.String, "é\n"},
		{"|\n  a\n  b\n", manifest.String, "a\nb\n"}, {">-\n  a\n  b\n", manifest.String, "a b"},
		{"[1, a, ~]", manifest.Sequence, []any{int64(1), "a", nil}}, {"{a: {b: c}}", manifest.Mapping, map[string]any{"a": map[string]any{"b": "c"}}},
		{"{1: a, yes: b, 0x2: c}", manifest.Mapping, map[string]any{"1": "a", "true": "b", "2": "c"}},
		{"{<<: [{a: 1}, {a: 2, b: 2}], c: 3}", manifest.Mapping, map[string]any{"a": int64(1), "b": int64(2), "c": int64(3)}},
		{"{a: 1, a: 2}", manifest.Mapping, map[string]any{"a": int64(2)}},
	} {
		docs, problems := manifest.ReadDocuments("ship.yaml", []byte("v: "+row.text), manifest.Options{})
		if len(docs) != 1 || len(problems) > 0 && !errors.Is(problems[0], manifest.ErrDuplicateKey) {
			t.Errorf("%q: %d documents, %v", row.text, len(docs), problems)
			continue
		}
		n := docs[0].Root.Get("v")
		if diff := cmp.Diff(row.want, n.Any()); diff != "" || n.Kind() != row.kind {
			t.Errorf("%q is of kind %s, want %s; -want +got:\n%s", row.text, n.Kind(), row.kind, diff)
		}
	}
	for _, text := range []string{"!!int x", "!!bool 1", "!!null x", "!!float x", "!!binary '*'"} {
		_, problems := manifest.ReadDocuments("ship.yaml", []byte("v: "+text), manifest.Options{})
		if len(problems) != 1 || !errors.Is(problems[0], manifest.ErrSyntax) {
			t.Errorf("%q gives %v, want a syntax error", text, problems)
		}
	}
}

func TestPositions(t *testing.T) {
	t.Parallel()
	docs, problems := manifest.ReadDocuments("ship.yaml", []byte("é: ü\nlist:\n- name: ñandú # é\n  b.c: {d: [x, 'ÿ']}\n- {}\n- &a\n  k: v\n"+strings.Repeat("z", 600)+": "+strings.Repeat("é", 900)+" # é\n"), manifest.Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	root := docs[0].Root
	items := root.Get("list")
	var list []*manifest.Node
	for item := range items.Items() {
		list = append(list, item)
	}
	for _, row := range []struct {
		node                     *manifest.Node
		path, named, span, place string
		source                   string
	}{
		{root, "", "", "1:1-9:1", "1:1-1:5", ""},
		{root.Get("é"), "é", "é", "1:4-1:5", "1:4-1:5", "ü"},
		{items, "list", "list", "3:1-7:7", "2:1-2:5", ""},
		{list[0], "list[0]", "list[ñandú]", "3:3-4:21", "3:3-3:18", ""},
		{list[0].Get("name"), "list[0].name", "list[ñandú].name", "3:9-3:14", "3:9-3:14", "ñandú"},
		{list[0].Get("b.c"), `list[0]."b.c"`, `list[ñandú]."b.c"`, "4:8-4:21", "4:3-4:6", "{d: [x, 'ÿ']}"},
		{list[1], "list[1]", "list[]", "5:3-5:5", "5:3-5:5", "{}"},
		{list[2].Get("k"), "list[2].k", "list[].k", "7:6-7:7", "7:6-7:7", "v"},
		{root.Get(strings.Repeat("z", 600)), strings.Repeat("z", 512) + "…", strings.Repeat("z", 512) + "…", "8:603-8:1503", "8:603-8:1503", ""},
		{nil, "", "", "-", "-", ""},
	} {
		text := func(s manifest.Span) string {
			end := strings.TrimPrefix(s.End.String(), "ship.yaml:")
			return strings.TrimPrefix(s.Start.String(), "ship.yaml:") + "-" + end
		}
		if row.path == "" && row.node == root {
			row.span = text(root.Span()) // all of the text, however it ends
		}
		n := row.node
		if n.Path() != row.path || n.NamedPath() != row.named || text(n.Span()) != row.span || text(n.Place()) != row.place {
			t.Errorf("%s: got %q, span %s, place %s; want %q, %s, %s", row.path, n.NamedPath(), text(n.Span()), text(n.Place()), row.named, row.span, row.place)
		}
		if row.source != "" && n.Source() != row.source {
			t.Errorf("%s: source %q, want %q", row.path, n.Source(), row.source)
		}
	}
	for _, row := range []struct {
		node *manifest.Node
		want string // the text of its extent
	}{
		{root.Get("é"), "é: ü"},
		{list[0].Get("b.c"), "b.c: {d: [x, 'ÿ']}"},
		{list[1], "{}"},
		{nil, ""},
	} {
		s := row.node.Extent()
		if got := string(docs[0].File.Text[s.Start.Offset:s.End.Offset]); got != row.want {
			t.Errorf("%s: extent %q, want %q", row.node.Path(), got, row.want)
		}
	}
	if k := list[2].Get("k").Key(); k.Path() != "list[2].k" || k.Key() != nil || k.Parent() != list[2] || k.Document() != docs[0] {
		t.Errorf("the key of %s is at %s", list[2].Get("k").Path(), k.Path())
	}
}
