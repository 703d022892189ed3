package dockerfile_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
)

// BenchmarkDecode decodes a Dockerfile with scripts in it.
func BenchmarkDecode(b *testing.B) {
	text := benchmarkText(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if len(read(text).Objects) != 1 {
			b.Fatal("no object")
		}
	}
}

// BenchmarkCheck decodes a Dockerfile and runs the rules that run by default.
func BenchmarkCheck(b *testing.B) {
	text := benchmarkText(b)
	list := slices.DeleteFunc(rules.All(), func(r *lint.Rule) bool { return !r.Default })
	b.ReportAllocs()
	for b.Loop() {
		found, err := lint.Run(context.Background(), read(text).Objects, list, lint.Options{})
		if err != nil || len(found.Diagnostics) == 0 {
			b.Fatal(err, found)
		}
	}
}

func benchmarkText(b *testing.B) string {
	b.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "run.dockerfile"))
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}
