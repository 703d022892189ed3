package manifest_test

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// recipes decodes files with one instruction a line: a word and the rest. A line
// that starts with ! is a problem.
type recipes struct{}

func (recipes) Name() string            { return "recipes" }
func (recipes) Claims(name string) bool { return path.Ext(name) == ".recipe" }

func (recipes) Decode(file *manifest.File, _ manifest.Limits) manifest.Bundle {
	d := &manifest.Dockerfile{File: file}
	var b manifest.Bundle
	pos := 0
	for line := range strings.Lines(string(file.Text)) {
		end := pos + len(strings.TrimSpace(line))
		if strings.HasPrefix(line, "!") {
			b.Problems = append(b.Problems, manifest.Problem{Position: file.Position(pos), Err: manifest.ErrSyntax})
		} else if end > pos {
			word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			d.Instructions = append(d.Instructions, &manifest.Instruction{Keyword: manifest.Word{Value: word}, Start: pos, End: end})
		}
		pos += len(line)
	}
	b.Objects = []*manifest.Object{manifest.NewDockerfile(d)}
	return b
}

func TestLoadDecodes(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"a/pod.yaml":      {Data: []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: tug}\n")},
		"a/crew.recipe":   {Data: []byte("HIRE cook\n")},
		"a/other.txt":     {Data: []byte("HIRE cook\n")},
		"a/broken.recipe": {Data: []byte("HIRE cook\n!\n")},
	}
	b, err := manifest.Load(context.Background(), fsys, ".", manifest.Options{Decoders: []manifest.Decoder{recipes{}}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range b.Objects {
		got = append(got, fmt.Sprintf("%s at %s in %s, a Dockerfile: %t", o, o.Position(), o.Context, o.Dockerfile() != nil))
	}
	for _, p := range b.Problems {
		got = append(got, p.Error())
	}
	want := []string{
		"Dockerfile broken.recipe at a/broken.recipe:1:1 in a, a Dockerfile: true",
		"Dockerfile crew.recipe at a/crew.recipe:1:1 in a, a Dockerfile: true",
		"v1 Pod tug at a/pod.yaml:1:1 in a, a Dockerfile: false",
		"a/broken.recipe:2:1: syntax error",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
}

func TestDockerfileObject(t *testing.T) {
	t.Parallel()
	b := manifest.ReadFile("x.recipe", []byte("HIRE cook\n"), manifest.Options{Decoders: []manifest.Decoder{recipes{}}})
	o := b.Objects[0]
	if o.Pod() != nil || o.IsWorkload() || o.Get("spec") != nil || len(o.Metadata().Annotations.Entries) != 0 || o.Comments() != nil {
		t.Errorf("%s has what Kubernetes objects have", o)
	}
	if o.Is("", "Pod") || o.File().Path != "x.recipe" || o.Dockerfile().Final() != nil {
		t.Errorf("%s is of kind %s in %s", o, o.Kind, o.File().Path)
	}
}

func TestApplyDecoded(t *testing.T) {
	t.Parallel()
	const text = "HIRE cook\nBUY coal\nSAIL\n"
	for _, row := range []struct {
		name       string
		start, end int
		text       string
		want       string // empty: it is refused
	}{
		{"replace an instruction", 10, 18, "BUY tar", "HIRE cook\nBUY tar\nSAIL\n"},
		{"add to one", 9, 9, " now", "HIRE cook now\nBUY coal\nSAIL\n"},
		{"delete one", 0, 10, "", "BUY coal\nSAIL\n"},
		{"add one", 0, 0, "WAKE\n", "WAKE\nHIRE cook\nBUY coal\nSAIL\n"},
		{"add one between", 19, 19, "LOAD\n", "HIRE cook\nBUY coal\nLOAD\nSAIL\n"},
		{"delete two", 0, 19, "", "SAIL\n"},
		{"join", 9, 10, "", "HIRE cookBUY coal\nSAIL\n"},
		{"break", 10, 10, "!", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			b := manifest.ReadFile("x.recipe", []byte(text), manifest.Options{Decoders: []manifest.Decoder{recipes{}}})
			f := b.Objects[0].File()
			got, err := manifest.Apply(f, []manifest.Edit{{File: f, Start: row.start, End: row.end, Text: row.text}})
			if row.want == "" {
				if !errors.Is(err, manifest.ErrEdit) {
					t.Errorf("Apply = %q, %v, want an error that matches ErrEdit", got, err)
				}
				return
			}
			if err != nil || string(got) != row.want {
				t.Errorf("Apply = %q, %v, want %q", got, err, row.want)
			}
		})
	}
}

func ExampleNewDockerfile() {
	file := &manifest.File{Path: "shop/Dockerfile", Text: []byte("FROM scratch\n")}
	o := manifest.NewDockerfile(&manifest.Dockerfile{File: file})
	fmt.Println(o, "in", o.File().Path)
	// Output:
	// Dockerfile Dockerfile in shop/Dockerfile
}
