package rules_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// BenchmarkCorpus reads the Kubernetes examples, which are in memory, and runs rules
// over them: those that are KubeLinter's checks, and all there are. It does so with
// one worker, and with as many as there are by default.
//
// times-decode is the time of that in decodes of the same bytes: each document to a
// Go value, which is the least that any linter does with them. With KubeLinter's
// checks it is to stay below two. times-parse is the same in parses to a tree, which
// has no values yet. Both are measured in turn with what they are compared to, so that
// a machine that is busy slows all alike.
func BenchmarkCorpus(b *testing.B) {
	examples := readExamples(b)
	all := rules.All()
	run := func(name string, lintAll func(*testing.B)) {
		b.Run(name, func(b *testing.B) {
			var lintTime, decodeTime, parseTime time.Duration
			b.ReportAllocs()
			for b.Loop() {
				start := time.Now()
				lintAll(b)
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
		})
	}
	fsys := examples.files()
	for _, set := range []struct {
		name string
		list []*lint.Rule
	}{
		{"kube-linter", slices.DeleteFunc(slices.Clone(all), func(r *lint.Rule) bool { return !slices.Contains(r.Groups, lint.KubeLinter) })},
		{"all", all},
	} {
		run(set.name, func(b *testing.B) { runRules(b, examples.read(), set.list, 1) })
		run(set.name+"/workers", func(b *testing.B) {
			bundle, err := manifest.Load(context.Background(), fsys, ".", manifest.Options{})
			if err != nil {
				b.Fatal(err)
			}
			runRules(b, bundle.Objects, set.list, 0)
		})
	}
}

// BenchmarkRules is the part of [BenchmarkCorpus] that rules take.
func BenchmarkRules(b *testing.B) {
	objects := readExamples(b).read()
	all := rules.All()
	b.ReportAllocs()
	for b.Loop() {
		runRules(b, objects, all, 1)
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

// examples are files.
type examples []*manifest.File

// readExamples reads those that hold objects and that are decoded without errors:
// some are templates.
func readExamples(b *testing.B) examples {
	b.Helper()
	dir := os.DirFS(filepath.Join(corpus.Dir(b), "manifests", "kubernetes-examples"))
	bundle, err := manifest.Load(context.Background(), dir, ".", manifest.Options{})
	if err != nil {
		b.Fatal(err)
	}
	var files examples
	size := 0
	for _, o := range bundle.Objects {
		file := o.File()
		if len(files) > 0 && files[len(files)-1] == file || decode(file.Text, func() any { return new(any) }) != nil {
			continue
		}
		files = append(files, file)
		size += len(file.Text)
	}
	if len(files) < 200 {
		b.Fatalf("%d examples, want 200", len(files))
	}
	b.SetBytes(int64(size))
	return files
}

func (e examples) read() []*manifest.Object {
	var objects []*manifest.Object
	for _, file := range e {
		objects = append(objects, manifest.ReadFile(file.Path, file.Text, manifest.Options{}).Objects...)
	}
	return objects
}

// files are the examples as a tree.
func (e examples) files() fs.FS {
	tree := make(fstest.MapFS, len(e))
	for _, file := range e {
		tree[file.Path] = &fstest.MapFile{Data: file.Text}
	}
	return tree
}

func (e examples) decode(b *testing.B, value func() any) {
	for _, file := range e {
		if err := decode(file.Text, value); err != nil {
			b.Fatalf("%s: %v", file.Path, err)
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

func runRules(b *testing.B, objects []*manifest.Object, all []*lint.Rule, workers int) {
	if _, err := lint.Run(context.Background(), objects, all, lint.Options{Workers: workers}); err != nil {
		b.Fatal(err)
	}
}
