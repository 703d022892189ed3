package dockerfile_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/manifest/dockerfile"
)

var update = flag.Bool("update", false, "rewrite the golden files, and the fixed texts of rules")

func read(text string) manifest.Bundle {
	return manifest.ReadFile("Dockerfile", []byte(text), manifest.Options{Decoders: []manifest.Decoder{dockerfile.Decoder{}}})
}

// TestDecode holds what testdata/*.dockerfile are decoded to against the golden
// files beside them.
func TestDecode(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "*.dockerfile"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := dump(read(string(text)))
			golden := strings.TrimSuffix(name, ".dockerfile") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is decoded to\n%s\nwant\n%s", name, got, want)
			}
		})
	}
}

// dump writes what was decoded, each thing with its place.
func dump(b manifest.Bundle) string {
	var w strings.Builder
	for _, p := range b.Problems {
		fmt.Fprintf(&w, "problem %s\n", p)
	}
	for _, o := range b.Objects {
		d := o.Dockerfile()
		for _, s := range d.Stages {
			fmt.Fprintf(&w, "stage %d image %q name %q", s.Index, s.Image.Value, s.Name.Value)
			if s.Base != nil {
				fmt.Fprintf(&w, " base %d", s.Base.Index)
			}
			w.WriteString("\n")
		}
		for _, c := range d.Comments {
			fmt.Fprintf(&w, "comment %q at %s is about %s\n", c.Text, place(d.File, c.Span.Start.Offset, c.Span.End.Offset), place(d.File, c.Entry.Start.Offset, c.Entry.End.Offset))
		}
		for _, i := range d.Instructions {
			dumpInstruction(&w, d.File, i)
		}
	}
	return w.String()
}

func dumpInstruction(w *strings.Builder, f *manifest.File, i *manifest.Instruction) {
	stage := "-"
	if i.Stage != nil {
		stage = fmt.Sprint(i.Stage.Index)
	}
	fmt.Fprintf(w, "%s %s stage %s", place(f, i.Start, i.End), i.Keyword.Value, stage)
	if i.JSON {
		w.WriteString(" json")
	}
	if i.Shell != nil {
		fmt.Fprintf(w, " shell %q", i.Shell)
	}
	w.WriteString("\n")
	for _, x := range i.Flags {
		fmt.Fprintf(w, "  flag %s %q %s\n", x.Name, x.Value, word(f, x.Word))
	}
	if i.Variables == nil {
		for _, a := range i.Args {
			fmt.Fprintf(w, "  arg %s\n", word(f, a))
		}
	}
	for _, v := range i.Variables {
		fmt.Fprintf(w, "  set %s", word(f, v.Name))
		if v.Set {
			fmt.Fprintf(w, " to %s", word(f, v.Value))
		}
		w.WriteString("\n")
	}
	for _, h := range i.Heredocs {
		fmt.Fprintf(w, "  heredoc %s %s %q\n", h.Name, place(f, h.Start, h.End), h.Text)
	}
	for _, c := range i.Commands {
		fmt.Fprintf(w, "  command %s", place(f, c.Start, c.End))
		if c.Operator != "" {
			fmt.Fprintf(w, " behind %s", c.Operator)
		}
		if c.Nested {
			w.WriteString(" nested")
		}
		w.WriteString("\n")
		for _, a := range c.Assign {
			fmt.Fprintf(w, "    assign %s\n", word(f, a))
		}
		for _, a := range c.Words {
			fmt.Fprintf(w, "    word %s\n", word(f, a))
		}
	}
	if i.Trigger != nil {
		w.WriteString("  trigger ")
		dumpInstruction(w, f, i.Trigger)
	}
}

func word(f *manifest.File, w manifest.Word) string {
	text := fmt.Sprintf("%s %q", place(f, w.Start, w.End), w.Text)
	if w.Value != w.Text {
		text += fmt.Sprintf(" = %q", w.Value)
	}
	if w.Unknown {
		text += " unknown"
	}
	return text
}

func place(f *manifest.File, start, end int) string {
	from, to := f.Position(start), f.Position(end)
	return fmt.Sprintf("%d:%d-%d:%d", from.Line, from.Column, to.Line, to.Column)
}
