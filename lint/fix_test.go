package lint_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// edit replaces the text from start to end.
func edit(f *manifest.File, start, end int, text string) manifest.Edit {
	return manifest.Edit{File: f, Start: start, End: end, Text: text}
}

func TestApplyFixes(t *testing.T) {
	t.Parallel()
	//            0         1         2
	//            0123456789012345678901234567
	const text = "a: one\nb: two\nc: {d: three}\n"
	f := &manifest.File{Path: "b.yaml", Text: []byte(text)}
	other := &manifest.File{Path: "a.yaml", Text: []byte(text)}
	again := &manifest.File{Path: "b.yaml", Text: []byte(text)}
	rendered := &manifest.File{Path: "r.yaml", Text: []byte(text), Renderer: "mould"}
	fix := func(edits ...manifest.Edit) []lint.Fix { return []lint.Fix{{Edits: edits}} }
	refused := lint.Fix{Refused: manifest.ErrEdit}
	for _, test := range []struct {
		name    string
		fixes   [][]lint.Fix // of diagnostics called 0, 1 and so on
		want    []string     // path, applied, text
		skipped []string     // diagnostic, reason
	}{
		{"none", [][]lint.Fix{nil, nil}, nil, nil},
		{"two", [][]lint.Fix{fix(edit(f, 10, 13, "2")), fix(edit(f, 3, 6, "1"))},
			[]string{`b.yaml [0 1] "a: 1\nb: 2\nc: {d: three}\n"`}, nil},
		{"two files", [][]lint.Fix{fix(edit(f, 10, 13, "2")), fix(edit(other, 3, 6, "1"))},
			[]string{`a.yaml [1] "a: 1\nb: two\nc: {d: three}\n"`, `b.yaml [0] "a: one\nb: 2\nc: {d: three}\n"`}, nil},
		{"the first that is not refused", [][]lint.Fix{{refused, fix(edit(f, 3, 6, "1"))[0], fix(edit(f, 3, 6, "9"))[0]}},
			[]string{`b.yaml [0] "a: 1\nb: two\nc: {d: three}\n"`}, nil},
		{"all refused", [][]lint.Fix{{refused}}, nil, []string{"0 edit"}},
		{"the same twice", [][]lint.Fix{fix(edit(f, 3, 6, "1")), fix(edit(f, 3, 6, "1"), edit(f, 10, 13, "2"))},
			[]string{`b.yaml [0 1] "a: 1\nb: 2\nc: {d: three}\n"`}, nil},
		{"overlap", [][]lint.Fix{fix(edit(f, 3, 6, "1")), fix(edit(f, 10, 13, "2"), edit(f, 4, 5, "x")), fix(edit(f, 10, 13, "3"))},
			[]string{`b.yaml [0 2] "a: 1\nb: 3\nc: {d: three}\n"`}, []string{"1 overlap"}},
		{"overlap with what comes after", [][]lint.Fix{fix(edit(f, 10, 13, "2")), fix(edit(f, 7, 11, "")), fix(edit(f, 10, 10, "x"))},
			[]string{`b.yaml [0] "a: one\nb: 2\nc: {d: three}\n"`}, []string{"1 overlap", "2 overlap"}},
		{"insertions at one place", [][]lint.Fix{fix(edit(f, 7, 7, "x: 1\n")), fix(edit(f, 7, 7, "y: 1\n"))},
			[]string{`b.yaml [0] "a: one\nx: 1\nb: two\nc: {d: three}\n"`}, []string{"1 overlap"}},
		{"edits of a fix that overlap", [][]lint.Fix{fix(edit(f, 3, 6, "1"), edit(f, 4, 5, "2")), fix(edit(f, 10, 13, "2"))},
			[]string{`b.yaml [1] "a: one\nb: 2\nc: {d: three}\n"`}, []string{"0 overlap"}},
		{"one that breaks the text", [][]lint.Fix{fix(edit(f, 3, 6, "1")), fix(edit(f, 17, 18, "")), fix(edit(f, 10, 13, "2"))},
			[]string{`b.yaml [0 2] "a: 1\nb: 2\nc: {d: three}\n"`}, []string{"1 edit"}},
		{"several files at once", [][]lint.Fix{fix(edit(f, 3, 6, "1"), edit(other, 3, 6, "1"))}, nil, []string{"0 edit"}},
		{"a file that was read twice", [][]lint.Fix{fix(edit(f, 3, 6, "1")), fix(edit(again, 3, 6, "1"))},
			[]string{`b.yaml [0] "a: 1\nb: two\nc: {d: three}\n"`}, []string{"1 edit"}},
		{"rendered", [][]lint.Fix{fix(edit(rendered, 3, 6, "1"))}, nil, []string{"0 edit"}},
		{"nothing to do", [][]lint.Fix{fix()}, nil, []string{"0 other"}},
	} {
		var diagnostics []lint.Diagnostic
		for i, fixes := range test.fixes {
			diagnostics = append(diagnostics, lint.Diagnostic{Rule: fmt.Sprint(i), Fixes: fixes})
		}
		var got, skipped []string
		fixes := lint.ApplyFixes(diagnostics)
		for _, file := range fixes.Files {
			var applied []string
			for _, d := range file.Applied {
				applied = append(applied, d.Rule)
			}
			got = append(got, fmt.Sprintf("%s %v %q", file.File.Path, applied, file.Text))
		}
		for _, s := range fixes.Skipped {
			reason := "other"
			switch {
			case errors.Is(s.Err, manifest.ErrOverlap):
				reason = "overlap"
			case errors.Is(s.Err, manifest.ErrEdit):
				reason = "edit"
			}
			skipped = append(skipped, s.Diagnostic.Rule+" "+reason)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if diff := cmp.Diff(test.skipped, skipped); diff != "" {
			t.Errorf("%s: skipped (-want +got):\n%s", test.name, diff)
		}
	}
	if string(f.Text) != text {
		t.Errorf("the file itself has changed: %q", f.Text)
	}
}

func ExampleApplyFixes() {
	sober := &lint.Rule{Name: "no-rum", Run: func(p *lint.Pass) error {
		for item := range p.Object.Get("cargo").Items() {
			if item.Text() == "rum" {
				p.Report(item, "rum aboard", lint.DeleteFix(item))
			}
		}
		return nil
	}}
	ships := manifest.ReadFile("ships.yaml", []byte("apiVersion: v1\nkind: Ship\ncargo:\n- tea # fine\n- rum\n"), manifest.Options{})
	result, err := lint.Run(context.Background(), ships.Objects, []*lint.Rule{sober}, lint.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, file := range lint.ApplyFixes(result.Diagnostics).Files {
		fmt.Printf("%s:\n%s", file.File.Path, file.Text)
	}
	// Output:
	// ships.yaml:
	// apiVersion: v1
	// kind: Ship
	// cargo:
	// - tea # fine
}
