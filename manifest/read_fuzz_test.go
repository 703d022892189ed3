package manifest

import (
	"bytes"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
)

// fuzzSeeds are texts of all the ways to write YAML and JSON.
func fuzzSeeds() []string {
	return []string{
		"a: 1 # one\nb: [x, 'y', \"z\"]\nc: {d: e, f}\n",
		"a:\n  b: |\n    x\n\n  c: >-\n    y\n    z\n# end\nd:\n- e\n-\n- - f\n  - g: h\n    i:\n",
		"a: |+\n  x\n\nb: |2\n   y\nc: |\n  z",
		"x: &x {a: 1}\ny:\n  <<: *x\n  b: *x\nz: &z\n- 1\n",
		"a:\r\n  - b: 1\r\n    c: 2 # two\r\n\r\n  - d\r\ne:\r\n",
		"---\na: 1\n---\n# nothing\n---\n- b\n...\n%YAML 1.1\n---\nc: {\n  d: 1, # d\n  e: [2,\n  3], # e\n}\n",
		"{\"a\": [1, 2.5, null, true, \"\\u00e9\\ud83d\\ude00\"],\n \"b\": {}, \"c\": []}\n{\"d\":{\"e\":1,\"f\":[{}]}}",
		"{\n\t\"a\": {\n\t\t\"b\": [\n\t\t\t1\n\t\t]\n\t}\n}\n",
		"? a\n: b\n? \"c\"\n: d\n!!str e: !!int 5\nf: plain\n  text over\n  lines # g\n'h i': \"j\n  k\"\n",
		"a: x\u0085b: \u00e9\u2028c: [\u00e9, {\u00e9: 1}]\n",
		"\uFEFFa: 1\nb:\n    c:\n        d: ~\n    e: yes\n",
		"\uFEFFa: b\n c\n", "{#\n}", "[a: ]", "- [b, c: , d: e]\n", "- ! \n- ! a\n- ! [b]\n- ! {c: d}\n- !\n  e: f\n- [! g: h]\n- ! i: j\n", "[a]# b", "{\"a\": 1} # b\n", "\uFEFF a:",
		"- a: 1\n  b:\n  - c\n- {d: 1}\n- []\n- !!binary aGk=\n-   e:   f\n    g: h\n",
		"a: {b: 1,}\nc: [ d, ]\ne: {f: {}, g: []}\nh: [i: j, k]\nl: {\"m\":1,\"n\":2}\n",
		"1: a\nyes: b\na: 1\na: 2\n0x10: 1e3\n",
		"--- a\n", "--- |\n a\n", "--- # c\na: 1", "[]", "[a, b]", "- a\n- b", "a:", "a: b:c\nd: e#f\n",
	}
}

// addSeeds adds each seed with what else a target takes.
func addSeeds(f *testing.F, add func(text string)) {
	f.Helper()
	for _, text := range fuzzSeeds() {
		add(text)
	}
}

// readAllOf reads the documents of a text; ok is false where one cannot be read.
func readAllOf(text string) (docs []*Document, ok bool) {
	file := &File{Path: "ship.yaml", Text: []byte(text)}
	r := &reader{file: file, limits: Limits{Nodes: 5000}.withDefaults()}
	ok = true
	segments(file.Text, func(seg segment) bool {
		d, err := r.documents(seg)
		ok = ok && err == nil
		docs = append(docs, d...)
		return ok
	})
	return docs, ok
}

// show writes a value so that equal texts are equal values.
func show(v any) string {
	switch v := v.(type) {
	case []any:
		var b strings.Builder
		for _, item := range v {
			b.WriteString(show(item) + ",")
		}
		return "[" + b.String() + "]"
	case map[string]any:
		var keys []string
		for key := range v {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		var b strings.Builder
		for _, key := range keys {
			fmt.Fprintf(&b, "%q:%s,", key, show(v[key]))
		}
		return "{" + b.String() + "}"
	case float64:
		if v == 0 && math.Signbit(v) {
			v = 0
		}
		return fmt.Sprintf("float %v", v)
	}
	return fmt.Sprintf("%T %#v", v, v)
}

// FuzzRead reads texts: the nodes of each lie in those above them, and each read
// alone, at its column, is what it was.
func FuzzRead(f *testing.F) {
	addSeeds(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		ReadFile("ship.yaml", []byte(text), Options{Limits: Limits{Nodes: 5000}})
		if len(text) > 4096 {
			return
		}
		docs, _ := readAllOf(text)
		for _, doc := range docs {
			checkSpans(t, doc.Root)
		}
	})
}

// checkSpans looks at n and all below it.
func checkSpans(t *testing.T, n *Node) {
	t.Helper()
	if n.end < n.start || n.parent != nil && (n.start < n.parent.start || n.end > n.parent.end) {
		t.Fatalf("%q: span of %s is %d-%d %q, in %+v", n.doc.File.Text, n.Path(), n.start, n.end, n.Source(), n.Parent().Span())
	}
	if text := n.Source(); text != strings.TrimLeft(text, " \t\r\n") {
		t.Fatalf("%q: %s starts with a blank: %q", n.doc.File.Text, n.Path(), text)
	}
	if readsAlone(n) {
		checkAlone(t, n)
	}
	for i := range n.children {
		checkSpans(t, &n.children[i])
	}
}

// readsAlone reports whether n's text has a meaning without what is around it: not
// what refers to an anchor or to a directive, what is not written, what has the
// column of its text in its header, a pair without brackets, and a multi-line text
// with other line breaks than the usual.
func readsAlone(n *Node) bool {
	text := n.Source()
	switch {
	case text == "" || hasAlias(n) || n.hasAnchor() && n.kind < Sequence:
		return false
	case n.style == Plain && (strings.HasSuffix(text, ":") || strings.Trim(text, "-?.") == ""): // a key, by the colon behind it
		return false
	case n.props && bytes.Contains(n.doc.File.Text[n.doc.Start:n.doc.End], []byte("%")):
		return false
	case n.style == Flow && n.kind == Mapping && !n.props && text[0] != '{':
		return false
	}
	return !hasIndicator(n)
}

func hasAlias(n *Node) bool {
	return n.style == Alias || slices.ContainsFunc(n.children, func(c Node) bool { return hasAlias(&c) })
}

// hasIndicator reports whether n is, or ends in, a block scalar with a column.
func hasIndicator(n *Node) bool {
	if n.style == Literal || n.style == Folded {
		header, _, _ := strings.Cut(n.Source(), "\n")
		return strings.ContainsAny(header, "123456789")
	}
	return slices.ContainsFunc(n.children, func(c Node) bool { return hasIndicator(&c) }) && n.parent == nil
}

func checkAlone(t *testing.T, n *Node) {
	t.Helper()
	l := layoutOf(n)
	column := utf8.RuneCount(l.text[l.lineStart(n.start):n.start])
	text := strings.Repeat(" ", column) + n.Source()
	r := &reader{file: &File{Text: []byte(text)}, limits: Limits{}.withDefaults()}
	var alone []*Document
	var err error
	if n.doc.json {
		alone, err = r.readJSON(segment{0, len(text)})
	} else {
		var doc *Document
		doc, err = r.readYAML(segment{0, len(text)})
		alone = append(alone, doc)
	}
	if err != nil || len(alone) != 1 || alone[0] == nil {
		t.Fatalf("%q: %s alone is %q, which gives %v", n.doc.File.Text, n.Path(), text, err)
	}
	if got, want := show(alone[0].Root.Any()), show(n.Any()); got != want {
		t.Fatalf("%q: %s alone is %q, which is %s, not %s", n.doc.File.Text, n.Path(), text, got, want)
	}
}

// corpusManifests yields the names and texts of real manifests.
func corpusManifests(t *testing.T, yield func(name, text string)) {
	t.Helper()
	count := 0
	dir := filepath.Join(corpus.Dir(t), "manifests")
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(name)) || strings.HasSuffix(name, "expected.json") {
			return err
		}
		text, err := os.ReadFile(name)
		if err == nil {
			count++
			yield(name, string(text))
		}
		return err
	})
	if err != nil || count == 0 {
		t.Fatalf("read corpus: %d files, %v", count, err)
	}
}

func TestCorpusSpans(t *testing.T) {
	t.Parallel()
	corpusManifests(t, func(name, text string) {
		docs, _ := readAllOf(text)
		for _, doc := range docs {
			checkSpans(t, doc.Root)
		}
	})
}
