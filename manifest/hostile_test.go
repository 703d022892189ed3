package manifest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

const ship = "apiVersion: v1\nkind: Pod\nmetadata: {name: ship}\n"

// between puts a document between two good ones.
func between(doc string) string { return ship + "---\n" + doc + "\n---\n" + ship }

// laughs is a text that grows tenfold with each level.
func laughs(levels int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < levels; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	return b.String()
}

// ladder is a block sequence in a block sequence, and so on.
func ladder(depth int) string { return strings.Repeat("- ", depth) + "x" }

// stairs is a mapping in a mapping, and so on, each on a line of its own.
func stairs(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func lists(depth int) string {
	return strings.Repeat(`{"apiVersion":"v1","kind":"List","items":[`, depth) + strings.Repeat("]}", depth)
}

func manyKeys(count int, format string) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// A hostile row is a document that stands between two good ones.
type hostile struct {
	name string
	doc  string
	want error // of one problem; nil: there is none
	line int   // of the problem, behind the separator, from 1
	mib  int   // that reading the file may allocate
}

func hostileRows() []hostile {
	const mib = 1 << 20
	return []hostile{
		{name: "billion laughs", doc: laughs(9), want: ErrLimit, line: 6, mib: 16},
		{name: "laughs below the limit", doc: "kind: A\napiVersion: b\n" + laughs(5), mib: 16},
		{name: "flow sequences in each other", doc: strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000), want: ErrLimit, line: 1, mib: 32},
		{name: "flow mappings in each other", doc: strings.Repeat("{a: ", 9_000) + strings.Repeat("}", 9_000), want: ErrLimit, line: 1, mib: 64},
		{name: "brackets without end", doc: strings.Repeat("[", mib), want: ErrLimit, line: 1, mib: 64},
		{name: "braces without end", doc: strings.Repeat("{", mib), want: ErrLimit, line: 1, mib: 64},
		{name: "many brackets", doc: strings.Repeat("[", 8*mib), want: ErrLimit, line: 1, mib: 64},
		{name: "block sequences in each other", doc: ladder(9_000), want: ErrLimit, line: 1, mib: 64},
		{name: "dashes without end", doc: ladder(100_000), want: ErrLimit, line: 1, mib: 64},
		{name: "block mappings in each other", doc: stairs(2_000), want: ErrLimit, line: 201, mib: 64},
		{name: "lists in each other", doc: lists(10_000), want: ErrLimit, line: 1, mib: 32},
		{name: "lists in each other within the depth", doc: lists(50), want: ErrLimit, line: 1, mib: 16},
		{name: "commas", doc: "[" + strings.Repeat("a,", 4*mib) + "]", want: ErrLimit, line: 1, mib: 64},
		{name: "dashes", doc: strings.Repeat("-\n", 4*mib), want: ErrLimit, line: 1_000_000, mib: 32},
		{name: "keys without values", doc: strings.Repeat("a:\n", 4*mib), want: ErrLimit, line: 1_000_000, mib: 64},
		{name: "many keys", doc: "kind: A\napiVersion: b\n" + manyKeys(200_000, "k%d: 1\n"), mib: 400},
		{name: "a million keys", doc: "kind: A\napiVersion: b\n" + manyKeys(1_000_000, "k%d: 1\n"), want: ErrLimit, line: 1_000_000, mib: 64},
		{name: "many keys of JSON", doc: `{"kind": "A", "apiVersion": "b"` + manyKeys(200_000, `, "k%d": 1`) + "}", mib: 400},
		{name: "long line", doc: "kind: A\napiVersion: b\na: [" + strings.Repeat("bcdef, ", mib/7) + "]", mib: 400},
		{name: "long text", doc: "kind: A\napiVersion: b\na: " + strings.Repeat("x", 8*mib), mib: 200},
		{name: "long text in quotes", doc: "kind: A\napiVersion: b\na: '" + strings.Repeat("x'' ", 2*mib) + "'", mib: 200},
		{name: "long lines that go on", doc: "kind: A\napiVersion: b\na: " + strings.Repeat("x ", mib) + "\n  " + strings.Repeat("y ", mib), mib: 200},
		{name: "long key", doc: strings.Repeat("k", 4*mib) + ": 1", want: ErrSyntax, line: 1, mib: 200},
		{name: "long number", doc: "kind: A\napiVersion: b\na: " + strings.Repeat("9", mib), mib: 64},
		{name: "large exponent", doc: "kind: A\napiVersion: b\na: 1e999999999\nb: 0x" + strings.Repeat("f", 99) + "\nc: 1e-999999999", mib: 16},
		{name: "comments", doc: "kind: A\napiVersion: b\n" + strings.Repeat("#\n", mib), mib: 200},
		{name: "signs of comments", doc: "kind: A\napiVersion: b\n" + strings.Repeat("#", mib), mib: 200},
		{name: "blank lines", doc: "kind: A\napiVersion: b\n" + strings.Repeat("\n", mib), mib: 200},
		{name: "anchor in itself", doc: "a: &a [*a]", want: ErrSyntax, line: 1, mib: 16},
		{name: "anchor in itself, merged", doc: "a: &a\n  <<: *a", want: ErrSyntax, line: 2, mib: 16},
		{name: "unknown anchor", doc: "a: b\nc: *d", want: ErrSyntax, line: 1, mib: 16}, // the parser does not say where
		{name: "tabs", doc: "a:\n\tb: c", want: ErrSyntax, line: 2, mib: 16},
		{name: "zero byte", doc: "a: b\nc: \x00", want: ErrSyntax, line: 2, mib: 16},
		{name: "bad UTF-8", doc: "a: b\nc: \xff", want: ErrSyntax, line: 2, mib: 16},
		{name: "half a character", doc: "a: b\nc: \xe2\x82", want: ErrSyntax, line: 2, mib: 16},
		{name: "surrogate", doc: "a: \xed\xa0\x80", want: ErrSyntax, line: 1, mib: 16},
		{name: "mark in the middle", doc: "a: \uFEFF", want: ErrSyntax, line: 1, mib: 16},
		{name: "quotes without end", doc: "a: 'b\nc: d", want: ErrSyntax, line: 1, mib: 16},
		{name: "key twice", doc: "kind: A\napiVersion: b\nc: 1\nc: 2", want: ErrDuplicateKey, line: 4, mib: 16},
		{name: "key twice among many", doc: "kind: A\napiVersion: b\n" + manyKeys(40, "k%d: 1\n") + "k7: 2", want: ErrDuplicateKey, line: 43, mib: 16},
		{name: "key twice, as a number", doc: "kind: A\napiVersion: b\nc: {8: 1, 0x8: 2}", want: ErrDuplicateKey, line: 3, mib: 16},
		{name: "key twice in JSON", doc: `{"kind": "A", "apiVersion": "b",` + "\n" + `"c": 1, "c": 2}`, want: ErrDuplicateKey, line: 2, mib: 16},
		{name: "text behind braces", doc: "{kind: A, apiVersion: b}\n  junk", want: ErrSyntax, line: 2, mib: 16},
		{name: "mapping behind braces", doc: "{kind: A, apiVersion: b}\nc: d", want: ErrSyntax, line: 2, mib: 16},
		{name: "text behind JSON", doc: `{"kind": "A", "apiVersion": "b"} junk`, want: ErrSyntax, line: 1, mib: 16},
		{name: "key that is less indented", doc: "  kind: A\n  apiVersion: b\nc: d", want: ErrSyntax, line: 3, mib: 16},
		{name: "text behind quotes", doc: "'a' b", want: ErrSyntax, line: 1, mib: 16},
		{name: "text behind the end", doc: "kind: A\napiVersion: b\n...\njunk", want: ErrNotObject, line: 4, mib: 16},
		{name: "comment behind braces", doc: "{kind: A, apiVersion: b} # c\n# d", mib: 16},
		{name: "comment behind JSON", doc: `{"kind": "A", "apiVersion": "b"} # c`, mib: 16},
		{name: "no mapping", doc: "- a", want: ErrNotObject, line: 1, mib: 16},
		{name: "merged thing that is no mapping", doc: "kind: A\napiVersion: b\n<<: [1, {c: d}, [e]]", want: ErrSyntax, line: 3, mib: 16},
		{name: "merged null", doc: "kind: A\napiVersion: b\nc: {<<: null}", want: ErrSyntax, line: 3, mib: 16},
		{name: "merged alias of no mapping", doc: "kind: A\napiVersion: b\nc: &c [{d: e}]\nf:\n  <<: *c", want: ErrSyntax, line: 5, mib: 16},
		{name: "mapping as a key", doc: "kind: A\napiVersion: b\nc: {{ .d }}", want: ErrSyntax, line: 3, mib: 16},
		{name: "list as a key", doc: "kind: A\napiVersion: b\n? [c]\n: d", want: ErrSyntax, line: 3, mib: 16},
		{name: "list as a key, by an alias", doc: "kind: A\napiVersion: b\nc: &c [d]\n*c : e", want: ErrSyntax, line: 4, mib: 16},
		{name: "null as a key", doc: "kind: A\napiVersion: b\n~: c", want: ErrSyntax, line: 3, mib: 16},
		{name: "infinity", doc: "kind: A\napiVersion: b\nc: [1, -.Inf]", want: ErrSyntax, line: 3, mib: 16},
		{name: "not a number", doc: "kind: A\napiVersion: b\nc: .nan", want: ErrSyntax, line: 3, mib: 16},
		{name: "unknown directive", doc: "%TAG ! tag:example.com,2000:\n---\nkind: A\napiVersion: b", mib: 16},
	}
}

// TestHostile reads each row: the documents around it are read, there is one problem
// at most, and memory is bounded. Rows are not run in parallel, so that memory is
// theirs.
func TestHostile(t *testing.T) {
	for _, row := range hostileRows() {
		t.Run(row.name, func(t *testing.T) {
			text := []byte(between(row.doc))
			var b Bundle
			if got := allocated(func() { b = ReadFile("ship.yaml", text, Options{}) }); got > row.mib<<20 {
				t.Errorf("reading allocates %d MiB, want at most %d", got>>20, row.mib)
			}
			count := 0
			for _, o := range b.Objects {
				if o.Name == "ship" {
					count++
				}
			}
			if count != 2 {
				t.Errorf("%d of 2 good documents are read", count)
			}
			if row.want == nil {
				if len(b.Objects) != 3 || len(b.Problems) > 0 {
					t.Errorf("%d objects with the problems %.300v, want 3 with none", len(b.Objects), b.Problems)
				}
				return
			}
			checkProblem(t, b.Problems, row.want, row.line+strings.Count(ship, "\n")+1)
		})
	}
}

// checkProblem wants one problem on a line.
func checkProblem(t *testing.T, problems []Problem, want error, line int) {
	t.Helper()
	if len(problems) != 1 {
		t.Fatalf("%d problems, want one: %.300v", len(problems), problems)
	}
	p := problems[0]
	if !errors.Is(p, want) || p.Position.Line != line || p.Position.Column < 1 || p.Position.Path != "ship.yaml" {
		t.Errorf("problem %.300v, want %v on line %d", p, want, line)
	}
}

// allocated is how many bytes run allocates.
func allocated(run func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	run()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

func TestHostileFiles(t *testing.T) {
	for _, row := range []struct {
		name    string
		text    []byte
		want    error
		objects int
	}{
		{"UTF-16, big-endian", []byte("\xfe\xff\x00a"), ErrSyntax, 0},
		{"UTF-16, little-endian", []byte("\xff\xfea\x00"), ErrSyntax, 0},
		{"17 MiB", make([]byte, 17<<20), ErrLimit, 0},
		{"a million documents", []byte(strings.Repeat("---\na\n", 1_000_000)), ErrLimit, 0},
		{"a million documents of nothing", []byte(ship + strings.Repeat("---\n", 1_000_000)), nil, 1},
		{"aliases over documents", []byte(strings.Repeat("---\nkind: A\napiVersion: b\n"+laughs(5), 40)), ErrLimit, 7},
		{"empty", nil, nil, 0},
		{"mark alone", []byte("\uFEFF"), nil, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			var b Bundle
			if got := allocated(func() { b = ReadFile("ship.yaml", row.text, Options{}) }); got > 400<<20 {
				t.Errorf("reading allocates %d MiB, want at most 400", got>>20)
			}
			if row.want == nil && len(b.Problems) > 0 {
				t.Errorf("problems %.300v, want none", b.Problems)
			}
			if row.want != nil && (len(b.Problems) == 0 || !errors.Is(b.Problems[len(b.Problems)-1], row.want)) {
				t.Errorf("problems %.300v, want %v", b.Problems, row.want)
			}
			if len(b.Objects) != row.objects {
				t.Errorf("%d objects, want %d", len(b.Objects), row.objects)
			}
		})
	}
}

// endless is a text without end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.read += len(p)
	return len(p), nil
}

func TestEndless(t *testing.T) {
	from := new(endless)
	got := allocated(func() {
		b, err := Read("ship.yaml", from, Options{})
		if err != nil {
			t.Error(err)
		}
		checkProblem(t, b.Problems, ErrLimit, 1)
	})
	if got > 128<<20 || from.read > 32<<20 {
		t.Errorf("Read takes %d bytes and %d of memory of a text without end", from.read, got)
	}
	if _, err := Read("ship.yaml", io.MultiReader(strings.NewReader("a"), brokenReader{}), Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Read of a broken reader gives %v", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

// A file of 100 MiB is not read, and one that lies about its size is read no further
// than the limit.
func TestLargeFile(t *testing.T) {
	fsys := fstest.MapFS{
		"large.yaml": {Data: bytes.Repeat([]byte("x"), 100<<20)},
		"ship.yaml":  {Data: []byte(ship)},
	}
	var b *Bundle
	got := allocated(func() {
		var err error
		if b, err = Load(context.Background(), fsys, ".", Options{}); err != nil {
			t.Fatal(err)
		}
	})
	if got > 1<<20 || len(b.Objects) != 1 || len(b.Problems) != 1 || !errors.Is(b.Problems[0], ErrLimit) || b.Problems[0].Position.Path != "large.yaml" {
		t.Errorf("Load takes %d bytes, and gives %d objects with the problems %.300v", got, len(b.Objects), b.Problems)
	}
}
