package dockerfile_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/manifest/dockerfile"
)

// mend lints a text with all rules, and applies fixes until there are none. It fails
// the test where a rule fails, or a fix does harm.
func mend(t *testing.T, name, text string) {
	t.Helper()
	before := len(read(text).Problems)
	for range 20 {
		b := read(text)
		found, err := lint.Run(context.Background(), b.Objects, dockerfileRules(), lint.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range found.Problems {
			if !errors.Is(p.Err, manifest.ErrLimit) {
				t.Fatalf("%s: %v", name, p)
			}
		}
		for _, d := range found.Diagnostics {
			if d.Span.Start.Line < 1 || d.Cause == (manifest.Span{}) {
				t.Fatalf("%s: %s has the span %v and the cause %v", name, d.Rule, d.Span, d.Cause)
			}
		}
		fixes := lint.ApplyFixes(found.Diagnostics)
		for _, s := range fixes.Skipped {
			if !errors.Is(s.Err, manifest.ErrOverlap) {
				t.Fatalf("%s: fix of %s: %v\n%s", name, s.Diagnostic.Rule, s.Err, text)
			}
		}
		if len(fixes.Files) == 0 {
			return
		}
		text = string(fixes.Files[0].Text)
		if n := len(read(text).Problems); n > before {
			t.Fatalf("%s: %d problems after fixes, %d before:\n%s", name, n, before, text)
		}
	}
	t.Fatalf("%s: the fixes come to no end:\n%s", name, text)
}

// TestCorpusFixes mends the Dockerfiles of the corpus.
func TestCorpusFixes(t *testing.T) {
	t.Parallel()
	dir := corpusDir(t)
	mended := 0
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !(dockerfile.Decoder{}).Claims(name) {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		mend(t, name, string(text))
		mended++
		return nil
	})
	if err != nil || mended < 50 {
		t.Errorf("mended %d files: %v", mended, err)
	}
}

// FuzzFixes looks for Dockerfiles that make a rule fail, or a fix do harm.
func FuzzFixes(f *testing.F) {
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
	f.Add("FROM a AS b\nCOPY --from=b \"x\" y '/z'\nMAINTAINER \"a\" b\nRUN apt-get install x; \\\n# y\n yum install y && apk add z # c\n")
	f.Add("from a\nadd x \\\n y\ncmd a\ncmd [\"b\"]\nRUN pip install x && wget y && apt update\nEXPOSE 1-99999\n")
	f.Fuzz(func(t *testing.T, text string) { mend(t, "fuzz", text) })
}
