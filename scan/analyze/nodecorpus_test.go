package analyze_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// TestNodeLocksCorpus reads the lock files of the corpus. What is wanted was read
// off them by hand.
func TestNodeLocksCorpus(t *testing.T) {
	t.Parallel()
	file := filepath.Join(corpus.Dir(t), "images", "lockfiles.docker.tar")
	src, err := source.Parse(file, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	files := &nodeFiles{content: make(map[string]string)}
	if _, err := scan.Inspect(t.Context(), src, scan.Options{Analyzers: []scan.Analyzer{files}}); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		analyzer   artifact.Analyzer
		path, want string
	}{
		{analyze.NPMLock, "src/npm/package-lock.json", `
asap@2.0.6 unknown
jquery@3.3.9 unknown
js-tokens@4.0.0 unknown
loose-envify@1.4.0 unknown: js-tokens@4.0.0
object-assign@4.1.1 unknown
promise@8.0.3 unknown: asap@2.0.6
prop-types@15.7.2 unknown: loose-envify@1.4.0 object-assign@4.1.1 react-is@16.8.6
react@16.8.6 unknown: loose-envify@1.4.0 object-assign@4.1.1 prop-types@15.7.2 scheduler@0.13.6
react-is@16.8.6 unknown
redux@4.0.1 unknown: loose-envify@1.4.0 symbol-observable@1.2.0
scheduler@0.13.6 unknown: loose-envify@1.4.0 object-assign@4.1.1
symbol-observable@1.2.0 unknown
z-lock@1.0.0 unknown dev
`},
		{analyze.YarnLock, "src/yarn/yarn.lock", `
integration@1.0.0 root: jquery@3.2.1 promise@8.0.3
asap@2.0.6 indirect dev
jquery@3.2.1 direct
promise@8.0.3 direct dev: asap@2.0.6
`},
		{analyze.PNPMLock, "src/pnpm/pnpm-lock.yaml", `
jquery@3.3.9 direct
lodash@4.17.4 direct
`},
		{analyze.BunLock, "src/bun/bun.lock", `
@types/bun@1.2.14 direct dev: bun-types@1.2.14
@types/node@22.15.21 indirect dev: undici-types@6.21.0
bun-types@1.2.14 indirect dev: @types/node@22.15.21
jquery@3.3.1 direct
typescript@5.8.3 direct
undici-types@6.21.0 indirect dev
`},
	} {
		tree, errs := analyzetest.Run(t.Context(), row.analyzer, files.content)
		if len(errs) > 0 {
			t.Errorf("%s: Run() = %v", row.path, errs)
		}
		f := tree.File(row.path)
		if f == nil {
			t.Fatalf("the corpus has no %s", row.path)
		}
		got := "\n"
		for _, c := range f.Facts.Components {
			got += c.ID() + " " + c.Relationship.String()
			if c.Dev {
				got += " dev"
			}
			if len(c.DependsOn) > 0 {
				got += ": " + strings.Join(c.DependsOn, " ")
			}
			got += "\n"
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", row.path, diff)
		}
	}
}

// nodeFiles is an analyzer that keeps the files it is given.
type nodeFiles struct {
	mu      sync.Mutex
	content map[string]string
}

func (*nodeFiles) Name() string { return "files" }
func (*nodeFiles) Version() int { return 1 }

func (*nodeFiles) Patterns() []artifact.Pattern {
	var list []artifact.Pattern
	for _, a := range []artifact.Analyzer{analyze.NPMLock, analyze.YarnLock, analyze.PNPMLock, analyze.BunLock} {
		list = append(list, a.Patterns()...)
	}
	return list
}

func (n *nodeFiles) Analyze(_ context.Context, f *artifact.File) (artifact.Facts, error) {
	text, err := f.Bytes()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.content[f.Path] = string(text)
	return artifact.Facts{}, err
}
