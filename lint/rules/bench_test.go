package rules_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// BenchmarkCorpus reads the Kubernetes examples, which are in memory, and runs all
// rules over them, with one worker.
//
// times-decode is the time of that in decodes of the same bytes: each document to a
// Go value, which is the least that any linter does with them. It is to stay below
// two. times-parse is the same in parses to a tree, which has no values yet. Both
// are measured in turn with what they are compared to, so that a machine that is
// busy slows all alike.
func BenchmarkCorpus(b *testing.B) {
	examples := readExamples(b)
	all := rules.All()
	var lintTime, decodeTime, parseTime time.Duration
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		runRules(b, examples.load(b), all)
		lintTime += time.Since(start)

		b.StopTimer()
		start = time.Now()
		examples.decode(b, func() any { return new(any) })
		decodeTime += time.Since(start)
		start = time.Now()
		examples.decode(b, func() any { return new(yaml.Node) })
		parseTime += time.Since(start)
		b.StartTimer()
	}
	b.ReportMetric(lintTime.Seconds()/decodeTime.Seconds(), "times-decode")
	b.ReportMetric(lintTime.Seconds()/parseTime.Seconds(), "times-parse")
}

// BenchmarkRules is the part of [BenchmarkCorpus] that rules take.
func BenchmarkRules(b *testing.B) {
	bundle := readExamples(b).load(b)
	all := rules.All()
	b.ReportAllocs()
	for b.Loop() {
		runRules(b, bundle, all)
	}
}

// BenchmarkDecode is what [BenchmarkCorpus] is compared to.
func BenchmarkDecode(b *testing.B) {
	examples := readExamples(b)
	b.ReportAllocs()
	for b.Loop() {
		examples.decode(b, func() any { return new(any) })
	}
}

// examples are files by path.
type examples fstest.MapFS

// readExamples reads those that hold objects and that are decoded without errors:
// some are templates.
func readExamples(b *testing.B) examples {
	b.Helper()
	dir := os.DirFS(filepath.Join(corpus.Dir(b), "manifests", "kubernetes-examples"))
	bundle, err := manifest.Load(context.Background(), dir, ".", manifest.Options{})
	if err != nil {
		b.Fatal(err)
	}
	files := make(examples)
	size := 0
	for _, o := range bundle.Objects {
		file := o.File()
		if files[file.Path] != nil || decode(file.Text, func() any { return new(any) }) != nil {
			continue
		}
		files[file.Path] = &fstest.MapFile{Data: file.Text}
		size += len(file.Text)
	}
	if len(files) < 200 {
		b.Fatalf("%d examples, want 200", len(files))
	}
	b.SetBytes(int64(size))
	return files
}

func (e examples) load(b *testing.B) *manifest.Bundle {
	bundle, err := manifest.Load(context.Background(), fstest.MapFS(e), ".", manifest.Options{Workers: 1})
	if err != nil {
		b.Fatal(err)
	}
	return bundle
}

func (e examples) decode(b *testing.B, value func() any) {
	for name, file := range e {
		if err := decode(file.Data, value); err != nil {
			b.Fatalf("%s: %v", name, err)
		}
	}
}

// decode decodes each document of a text to a value of its own.
func decode(text []byte, value func() any) error {
	for dec := yaml.NewDecoder(bytes.NewReader(text)); ; {
		if err := dec.Decode(value()); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

func runRules(b *testing.B, bundle *manifest.Bundle, all []*lint.Rule) {
	if _, err := lint.Run(context.Background(), bundle.Objects, all, lint.Options{Workers: 1}); err != nil {
		b.Fatal(err)
	}
}
