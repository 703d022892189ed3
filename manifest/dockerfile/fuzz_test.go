package dockerfile_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// FuzzDecode looks for texts that make the decoder panic, or give positions outside
// of the file or other words than BuildKit's parser does.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.dockerfile"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) { hold(t, text) })
}

// hold decodes a text, and fails the test where what comes of it cannot be.
func hold(t *testing.T, text string) manifest.Bundle {
	t.Helper()
	b := read(text)
	if len(b.Objects) == 0 {
		if len(b.Problems) == 0 {
			t.Fatalf("neither an object nor a problem: %q", text)
		}
		return b
	}
	for _, p := range b.Problems {
		if p.Position.Line < 1 {
			t.Fatalf("a problem without a line: %v", p)
		}
	}
	d := b.Objects[0].Dockerfile()
	parsed, err := parser.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatalf("an object of what BuildKit cannot parse: %v: %q", err, text)
	}
	if got, want := len(d.Instructions), len(parsed.AST.Children); got != want {
		t.Fatalf("%d instructions, want %d: %q", got, want, text)
	}
	last := 0
	for k, i := range d.Instructions {
		node := parsed.AST.Children[k]
		if i.Start < last || i.End < i.Start || i.End > len(text) {
			t.Fatalf("instruction %d is at %d-%d, behind %d of %d: %q", k, i.Start, i.End, last, len(text), text)
		}
		last = i.End
		if start := d.File.Position(i.Start).Line; start < node.StartLine || start > node.EndLine {
			t.Fatalf("instruction %d starts in line %d, want %d-%d: %q", k, start, node.StartLine, node.EndLine, text)
		}
		if i.Keyword.Text != node.Value {
			t.Fatalf("keyword %q, want %q: %q", i.Keyword.Text, node.Value, text)
		}
		if len(i.Flags) != len(node.Flags) {
			t.Fatalf("%s has the flags %v, want %q: %q", i.Keyword.Value, i.Flags, node.Flags, text)
		}
		holdWords(t, text, i, node)
		for _, c := range i.Commands {
			if c.Start < i.Start || c.End < c.Start || c.End > i.End || len(c.Words) == 0 {
				t.Fatalf("a command at %d-%d in an instruction at %d-%d: %q", c.Start, c.End, i.Start, i.End, text)
			}
		}
	}
	return b
}

// holdWords compares the words of an instruction with those of BuildKit.
func holdWords(t *testing.T, text string, i *manifest.Instruction, node *parser.Node) {
	t.Helper()
	var want []string
	for n := node.Next; n != nil; n = n.Next {
		want = append(want, n.Value)
	}
	var got []string
	switch i.Keyword.Value {
	case "ONBUILD":
		return
	case "ENV", "LABEL":
		for _, v := range i.Variables {
			separator := "="
			if len(want) == 3 {
				separator = want[2]
			}
			got = append(got, v.Name.Text, v.Value.Text, separator)
		}
	default:
		for _, a := range i.Args {
			w := a.Text
			if i.JSON && strings.HasPrefix(w, `"`) {
				if err := json.Unmarshal([]byte(w), &w); err != nil {
					t.Fatalf("%s is no string of JSON: %v: %q", w, err, text)
				}
			}
			got = append(got, w)
		}
	}
	if len(got) == 0 {
		want = slices.DeleteFunc(want, func(w string) bool { return w == "" })
	}
	if !slices.Contains(keywords(), i.Keyword.Value) {
		return // BuildKit reads no words of what it does not know
	}
	// BuildKit makes U+FFFD of some bytes that are not UTF-8.
	if string([]rune(strings.Join(got, "\x00"))) != string([]rune(strings.Join(want, "\x00"))) {
		t.Fatalf("%s has the words %q, want %q: %q", i.Keyword.Value, got, want, text)
	}
}

func keywords() []string {
	return strings.Fields("ADD ARG CMD COPY ENTRYPOINT EXPOSE ENV FROM HEALTHCHECK LABEL MAINTAINER RUN SHELL STOPSIGNAL USER VOLUME WORKDIR")
}
