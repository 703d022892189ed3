package analyze_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// nodeProject is the files below a directory of testdata/node, by path.
func nodeProject(tb testing.TB, name string) map[string]string {
	tb.Helper()
	return readTree(tb, filepath.Join("testdata", "node", name))
}

// nodeRender is a tree and errors as lines of text.
func nodeRender(tree *artifact.Tree, errs map[string]error) string {
	var b strings.Builder
	for _, f := range tree.Files() {
		if f.Facts.Empty() {
			continue
		}
		fmt.Fprintf(&b, "== %s\n", f.Path)
		for _, c := range f.Facts.Components {
			fmt.Fprintf(&b, "%s %s", c.ID(), c.Relationship)
			if c.Dev {
				b.WriteString(" dev")
			}
			for _, l := range c.Lines {
				fmt.Fprintf(&b, " %d-%d", l.First, l.Last)
			}
			if len(c.Licenses) > 0 {
				fmt.Fprintf(&b, " %q", c.Licenses)
			}
			b.WriteString("\n")
			for _, id := range c.DependsOn {
				fmt.Fprintf(&b, "\t%s\n", id)
			}
		}
		for name, value := range f.Facts.Custom {
			fmt.Fprintf(&b, "custom %s %s\n", name, value)
		}
	}
	paths := make([]string, 0, len(errs))
	for path := range errs {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		fmt.Fprintf(&b, "error %q: %s\n", path, strings.ReplaceAll(errs[path].Error(), "; ", ";\n\t"))
	}
	return b.String()
}

// nodeGolden holds what a says of files to testdata/node/NAME.golden.
func nodeGolden(t *testing.T, a artifact.Analyzer, name string, files map[string]string) {
	t.Helper()
	golden(t, filepath.Join("testdata", "node", name+".golden"), nodeRender(analyzetest.Run(t.Context(), a, files)))
}

// nodeComponents analyzes one file and renders it.
func nodeComponents(t *testing.T, a artifact.Analyzer, path, content string) (string, error) {
	t.Helper()
	tree, errs := analyzetest.Run(t.Context(), a, map[string]string{path: content})
	out := nodeRender(tree, nil)
	return strings.TrimPrefix(out, "== "+path+"\n"), errs[path]
}

// nodeEdges are the lines "package needs" of components.
func nodeEdges(components []artifact.Component) []string {
	var lines []string
	for _, c := range components {
		for _, id := range c.DependsOn {
			lines = append(lines, c.ID()+" "+id)
		}
	}
	slices.Sort(lines)
	return lines
}

// nodeLines are the lines of a file of testdata/node.
func nodeLines(t *testing.T, elem ...string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"testdata", "node"}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// nodeCheck holds facts of any content to what every analyzer promises.
func nodeCheck(t *testing.T, a artifact.Analyzer, path string, content []byte) {
	t.Helper()
	facts := check(t, a, path, content)
	ids := make(map[string]bool)
	for _, c := range facts.Components {
		if ids[c.ID()] {
			t.Errorf("%s: Analyze(%q) lists %s twice", a.Name(), content, c.ID())
		}
		ids[c.ID()] = true
	}
	for _, c := range facts.Components {
		for _, id := range c.DependsOn {
			if !ids[id] {
				t.Errorf("%s: Analyze(%q): %s depends on %s, which it does not list", a.Name(), content, c.ID(), id)
			}
		}
		for _, l := range c.Lines {
			if l.First < 1 || l.Last < l.First {
				t.Errorf("%s: Analyze(%q): %s is in lines %v", a.Name(), content, c.ID(), l)
			}
		}
	}
}

// A nodeRow is a file and what is said of it.
type nodeRow struct {
	name, text, want string
	err              string // part of it; empty: none
}

// nodeTable holds what a says of one file to rows.
func nodeTable(t *testing.T, a artifact.Analyzer, path string, rows []nodeRow) {
	t.Helper()
	for _, row := range rows {
		got, err := nodeComponents(t, a, path, row.text)
		if got != row.want {
			t.Errorf("%s: Analyze() =\n%swant\n%s", row.name, got, row.want)
		}
		switch {
		case row.err == "" && err != nil:
			t.Errorf("%s: Analyze() = %v, want no error", row.name, err)
		case row.err != "" && (err == nil || !strings.HasPrefix(err.Error(), "read "+path+": ") || !strings.Contains(err.Error(), row.err)):
			t.Errorf("%s: Analyze() = %v, want %s", row.name, err, row.err)
		}
	}
}

// A nodeLock is a project of testdata/node that npm-v3 is too, locked by another
// package manager.
type nodeLock struct {
	analyzer  artifact.Analyzer
	dir, file string
	// lacks holds for packages of npm-v3 that the file does not have.
	lacks func(id string) bool
	more  bool // it has others
}

func nodeLocks() []nodeLock {
	// Of the project and its parts some files have no version.
	are := func(ids ...string) func(string) bool {
		return func(id string) bool { return slices.Contains(ids, id) }
	}
	return []nodeLock{
		{analyze.BunLock, "bun", "bun.lock", are("harbour@1.0.0", "anchor@0.0.1"), false},
		{analyze.PNPMLock, "pnpm-v5.2", "pnpm-lock.yaml", are("harbour@1.0.0", "@harbour/hull@0.1.0", "mast@0.2.0", "anchor@0.0.1"), false},
		{analyze.PNPMLock, "pnpm-v5.4", "pnpm-lock.yaml", are("harbour@1.0.0", "@harbour/hull@0.1.0", "mast@0.2.0"), false},
		{analyze.PNPMLock, "pnpm-v6.0", "pnpm-lock.yaml", are("harbour@1.0.0", "@harbour/hull@0.1.0", "mast@0.2.0", "anchor@0.0.1"), false},
		{analyze.PNPMLock, "pnpm-v9.0", "pnpm-lock.yaml", are("harbour@1.0.0", "@harbour/hull@0.1.0", "mast@0.2.0", "anchor@0.0.1"), false},
		{analyze.YarnLock, "yarn-v1", "yarn.lock", are(), false},
		{analyze.YarnLock, "yarn-berry", "yarn.lock", are(), true}, // node-gyp, to build fsevents
	}
}

func nodeSame(t *testing.T, name string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: -npm +got\n%s", name, diff)
	}
}

// TestNodeUnreadable holds each analyzer to handing on the error of a content
// that cannot be read; YarnLock keeps that of a package.json for its Resolve.
func TestNodeUnreadable(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		analyzer artifact.Analyzer
		path     string
	}{
		{analyze.NodePackage, "node_modules/a/package.json"},
		{analyze.NPMLock, "package-lock.json"},
		{analyze.NPMLock, "npm-shrinkwrap.json"},
		{analyze.YarnLock, "yarn.lock"},
		{analyze.PNPMLock, "pnpm-lock.yaml"},
		{analyze.BunLock, "bun.lock"},
	} {
		e := artifact.Entry{Path: row.path, Kind: artifact.KindRegular, Size: 100}
		facts, err := row.analyzer.Analyze(t.Context(), artifact.NewFile(e, strings.NewReader("{}")))
		if !errors.Is(err, io.ErrUnexpectedEOF) || !facts.Empty() {
			t.Errorf("%s: Analyze(%s cut short) = %+v, %v, want an unexpected EOF", row.analyzer.Name(), row.path, facts, err)
		}
		if !analyzetest.Wants(row.analyzer, row.path, 0o644) {
			t.Errorf("%s does not want %s", row.analyzer.Name(), row.path)
		}
		if got, err := nodeComponents(t, row.analyzer, "app/node_modules/a/x/"+row.path, "{"); row.analyzer != analyze.NodePackage && (got != "" || err != nil) {
			t.Errorf("%s: Analyze(%s below a node_modules) = %s, %v, want nothing", row.analyzer.Name(), row.path, got, err)
		}
	}
}
