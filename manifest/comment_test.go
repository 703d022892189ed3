package manifest_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// comments lists the comments of a text, a row each: the line, its text, and the
// start of what it is about.
func comments(t *testing.T, text string) []string {
	t.Helper()
	docs, problems := manifest.ReadDocuments("c.yaml", []byte(text), manifest.Options{})
	if len(problems) > 0 {
		t.Fatalf("ReadDocuments(%q): %v", text, problems)
	}
	var rows []string
	for _, d := range docs {
		for _, c := range d.Comments() {
			entry := "nothing"
			if c.Entry != (manifest.Span{}) {
				entry, _, _ = strings.Cut(text[c.Entry.Start.Offset:c.Entry.End.Offset], "\n")
			}
			rows = append(rows, fmt.Sprintf("%d %s: %s", c.Span.Start.Line, c.Text, entry))
		}
	}
	return rows
}

func TestDocumentComments(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"behind a value", "a: 1 # x\nb: 2\n", []string{"1 x: a: 1"}},
		{"behind a key", "a: # x\n  b: 1\n", []string{"1 x: a: # x"}},
		{"behind the first key of an item", "- a: 1 # x\n  b: 2\n", []string{"1 x: a: 1 # x"}},
		{"behind a later key of an item", "- a: 1\n  b: 2 # x\n", []string{"2 x: b: 2"}},
		{"behind an item", "a:\n- 1\n- 2 # x\n", []string{"3 x: 2"}},
		{"above a key", "a: 1\n# x\nb: 2\n", []string{"2 x: b: 2"}},
		{"above a key, indented otherwise", "a:\n      # x\n  b: 2\n", []string{"2 x: b: 2"}},
		{"above an item", "a:\n# x\n- b: 1\n  c: 2\n", []string{"2 x: b: 1"}},
		{"above the first key", "# x\na: 1\nb: 2\n", []string{"1 x: a: 1"}},
		{"above others and a blank line", "a: 1\n# x\n\n# y\nb: 2\n", []string{"2 x: b: 2", "4 y: b: 2"}},
		{"above a separator", "# x\n---\na: 1\n", []string{"1 x: a: 1"}},
		{"behind a separator", "--- # x\na: 1\n---\n# y\nb: 1 # z\n", []string{"1 x: a: 1", "4 y: b: 1", "5 z: b: 1"}},
		{"in an empty document", "a: 1\n---\n# x\n---\nb: 1\n", []string{"3 x: b: 1"}},
		{"at the end", "a: 1\n# x\n", []string{"2 x: nothing"}},
		{"at the end of a document", "a: 1\n# x\n---\nb: 1\n", []string{"2 x: nothing"}},
		{"behind a closing bracket", "a: [\n  1, # x\n] # y\n", []string{"2 x: 1", "3 y: nothing"}},
		{"behind a flow mapping", "a: {b: 1} # x\n", []string{"1 x: a: {b: 1}"}},
		{"behind a second value", "a: {b: [\n  1], c: 2} # x\n", []string{"2 x: 1"}},
		{"behind one that ends", "a: {b: 'one\n  two', c: 2} # x\n", []string{"2 x: c: 2"}},
		{"in quotes", "a: '# x'\nb: \"# y\\\" # z\"\n", nil},
		{"in quotes of more lines", "a: 'one\n  # x\n  two'\n", nil},
		{"in block scalars", "a: |\n  # x\nb: >-\n  y # z\n# w\nc: 1\n", []string{"5 w: c: 1"}},
		{"behind a block header", "a: | # x\n  # y\nb: 1\n", []string{"1 x: a: | # x"}},
		{"not a comment", "a: b#c\nd: '#'\ne: f # x # y\n", []string{"3 x # y: e: f"}},
		{"line ends of Windows", "a: 1 # x\r\n# y\r\nb: 2\r\n", []string{"1 x: a: 1", "2 y: b: 2"}},
		{"behind an alias", "a: &n {b: 1} # x\nc: *n # y\n", []string{"1 x: a: &n {b: 1}", "2 y: c: *n"}},
		{"behind a null", "a: # x\nb: 1\n", []string{"1 x: a:"}},
		{"byte order mark", "\uFEFF# x\na: 1\n", []string{"1 x: a: 1"}},
		{"characters of more bytes", "a: né # é\n", []string{"1 é: a: né"}},
		{"json", "{\"a\": \"# x\"}\n", nil},
	} {
		got := comments(t, test.text)
		for i := range got {
			got[i] = strings.TrimRight(got[i], " \r")
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestDocumentCommentsWhole has comments above the first entry, which are about
// the whole document, and behind it, which are not.
func TestDocumentCommentsWhole(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"# x\na: 1\nb: 2\n":         "a: 1\nb: 2",
		"# x\n---\na: 1\nb: 2\n":    "a: 1\nb: 2",
		"--- # x\na: 1\nb: 2\n":     "a: 1\nb: 2",
		"a: 1 # x\nb: 2\n":          "a: 1",
		"# x\n- a: 1\n- b: 2\n":     "- a: 1\n- b: 2",
		"c:\n  # x\n  a: 1\n  b: 2": "a: 1",
	} {
		docs, _ := manifest.ReadDocuments("c.yaml", []byte(text), manifest.Options{})
		entry := docs[0].Comments()[0].Entry
		if got := text[entry.Start.Offset:entry.End.Offset]; got != want {
			t.Errorf("comment in %q is about %q, want %q", text, got, want)
		}
	}
}

// TestDocumentCommentsMany has so many comments that a look at each one for each
// other would not end.
func TestDocumentCommentsMany(t *testing.T) {
	t.Parallel()
	const n = 200_000
	docs, problems := manifest.ReadDocuments("c.yaml", []byte(strings.Repeat("# x\n", n)+strings.Repeat("- a # y\n", n)), manifest.Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if got := len(docs[0].Comments()); got != 2*n {
		t.Errorf("%d comments, want %d", got, 2*n)
	}
}

// FuzzComments holds that a text has the same values with other comments.
func FuzzComments(f *testing.F) {
	for _, seed := range []string{
		"a: 1 # x\n# y\nb: '# z'\n", "a: | # x\n  # y\n# z\n", "- [a, # x\n  b] # y\n", "--- # x\na: \"\\\" # y\"\n...\n# z\n", "a: &b !c # x\n  - d#e\nf: *b # g\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		before, problems := manifest.ReadDocuments("c.yaml", []byte(text), manifest.Options{})
		if len(problems) > 0 {
			return
		}
		other := []byte(text)
		for _, d := range before {
			for _, c := range d.Comments() {
				from, to := c.Span.Start.Offset, c.Span.End.Offset
				if from >= to || text[from] != '#' {
					t.Fatalf("%q has a comment at %d-%d", text, from, to)
				}
				for i := from + 1; i < to; i++ {
					other[i] = 'x'
				}
			}
		}
		after, problems := manifest.ReadDocuments("c.yaml", other, manifest.Options{})
		if len(problems) > 0 || len(after) != len(before) {
			t.Fatalf("%q with other comments is %q: %d documents, was %d, %v", text, other, len(after), len(before), problems)
		}
		for i := range before {
			if was, is := before[i].Root.Any(), after[i].Root.Any(); !reflect.DeepEqual(was, is) && !strings.Contains(fmt.Sprint(was), "NaN") {
				t.Errorf("%q with other comments is %q: %#v, was %#v", text, other, is, was)
			}
		}
	})
}

func TestNodeNamedPath(t *testing.T) {
	t.Parallel()
	const text = "spec:\n  containers:\n  - name: web.x\n    args: [a, b]\n  - image: i\n  - name: db\n    a.b: 1\n"
	docs, _ := manifest.ReadDocuments("c.yaml", []byte(text), manifest.Options{})
	spec := docs[0].Root.Get("spec", "containers")
	var got []string
	for item := range spec.Items() {
		got = append(got, item.NamedPath())
		for _, value := range item.Entries() {
			got = append(got, value.NamedPath())
			for sub := range value.Items() {
				got = append(got, sub.NamedPath())
			}
		}
	}
	want := []string{
		`spec.containers["web.x"]`, `spec.containers["web.x"].name`, `spec.containers["web.x"].args`,
		`spec.containers["web.x"].args[]`, `spec.containers["web.x"].args[]`,
		`spec.containers[]`, `spec.containers[].image`,
		`spec.containers[db]`, `spec.containers[db].name`, `spec.containers[db]."a.b"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("NamedPath (-want +got):\n%s", diff)
	}
}

func ExampleDocument_Comments() {
	docs, _ := manifest.ReadDocuments("pier.yaml", []byte("crane: # the big one\n  load: '#5'\n"), manifest.Options{})
	for _, c := range docs[0].Comments() {
		fmt.Printf("%s: %s, about lines %d to %d\n", c.Span.Start, c.Text, c.Entry.Start.Line, c.Entry.End.Line)
	}
	// Output: pier.yaml:1:8: the big one, about lines 1 to 2
}

func ExampleReadDocuments() {
	docs, problems := manifest.ReadDocuments("pier.yaml", []byte("crane: big\n---\n- one\n- two\n"), manifest.Options{})
	for _, d := range docs {
		fmt.Println(d.Root.Position(), d.Root.Kind())
	}
	fmt.Println(len(problems), "problems")
	// Output:
	// pier.yaml:1:1 object
	// pier.yaml:3:1 list
	// 0 problems
}
