package analyze_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// pythonAnalyzers are those of Python and Conda, by the directory of their
// fixtures, which is also their name.
func pythonAnalyzers() map[string]artifact.Analyzer {
	return map[string]artifact.Analyzer{
		"python-pkg":        analyze.PythonPackage,
		"python-egg":        analyze.PythonEgg,
		"pip":               analyze.Requirements,
		"pipenv":            analyze.Pipenv,
		"poetry":            analyze.Poetry,
		"uv":                analyze.UV,
		"pylock":            analyze.PyLock,
		"conda-pkg":         analyze.CondaPackage,
		"conda-environment": analyze.CondaEnvironment,
	}
}

// renderPython is components and error as lines of text.
func renderPython(list []artifact.Component, custom map[string]json.RawMessage, err error) string {
	var b strings.Builder
	for _, c := range list {
		fmt.Fprintf(&b, "%s %s %s", c.Type, c.Name, c.Version)
		if c.SourceName != c.Name || c.SourceVersion != c.Version {
			fmt.Fprintf(&b, " from %s %s", c.SourceName, c.SourceVersion)
		}
		if c.Relationship != artifact.RelationshipUnknown {
			fmt.Fprintf(&b, ", %s", c.Relationship)
		}
		if c.Dev {
			b.WriteString(", for development")
		}
		for i, r := range c.Lines {
			fmt.Fprintf(&b, "%s%d-%d", []string{", lines ", " and "}[min(i, 1)], r.First, r.Last)
		}
		if c.Inside != "" {
			fmt.Fprintf(&b, ", in %s", c.Inside)
		}
		if len(c.Licenses) > 0 {
			fmt.Fprintf(&b, ", under %q", c.Licenses)
		}
		if c.DependsOn != nil {
			fmt.Fprintf(&b, ", needs %s", strings.Join(c.DependsOn, " "))
		}
		b.WriteByte('\n')
	}
	for _, key := range slices.Sorted(maps.Keys(custom)) {
		fmt.Fprintf(&b, "custom %s: %s\n", key, custom[key])
	}
	if err != nil {
		fmt.Fprintf(&b, "error: %s\n", strings.ReplaceAll(err.Error(), "; ", ";\n\t"))
	}
	return b.String()
}

func TestPythonGolden(t *testing.T) {
	t.Parallel()
	for name, a := range pythonAnalyzers() {
		if a.Name() != name || a.Version() != 1 {
			t.Errorf("%s is named %q, version %d", name, a.Name(), a.Version())
		}
		dir := filepath.Join("testdata", "python", name)
		tree, errs := analyzetest.Run(t.Context(), a, readTree(t, dir))
		var b strings.Builder
		for _, f := range tree.Files() {
			fmt.Fprintf(&b, "%s\n%s\n", f.Path, renderPython(f.Facts.Components, f.Facts.Custom, errs[f.Path]))
		}
		if errs[""] != nil {
			fmt.Fprintf(&b, "Resolve\n%s\n", renderPython(nil, nil, errs[""]))
		}
		golden(t, dir+".golden", b.String())
	}
}

// checkPython holds facts of any content at all to what every analyzer promises.
func checkPython(t *testing.T, a artifact.Analyzer, path string, content []byte) artifact.Facts {
	t.Helper()
	f := newFile(path, slices.Clone(content))
	facts, err := a.Analyze(context.Background(), f)
	ids := make(map[string]bool)
	for _, c := range facts.Components {
		if c.Type == "" || c.Name == "" || c.Version == "" || c.SourceName == "" || c.SourceVersion == "" {
			t.Errorf("%s: Analyze(%q) has the component %+v, want type, name, version and source", a.Name(), content, c)
		}
		if id := string(c.Type) + " " + c.ID(); ids[id] {
			t.Errorf("%s: Analyze(%q) has %s twice", a.Name(), content, id)
		} else {
			ids[id] = true
		}
	}
	last := 1 + strings.Count(string(content), "\n")
	for _, c := range facts.Components {
		for _, id := range c.DependsOn {
			if !ids[string(c.Type)+" "+id] {
				t.Errorf("%s: Analyze(%q): %s depends on %s, which is not there", a.Name(), content, c.ID(), id)
			}
		}
		if !slices.IsSorted(c.DependsOn) {
			t.Errorf("%s: Analyze(%q): %s depends on %q, want them sorted", a.Name(), content, c.ID(), c.DependsOn)
		}
		for _, r := range c.Lines {
			if r.First < 1 || r.Last < r.First || r.Last > last && !strings.HasPrefix(string(content), "\xff\xfe") && !strings.HasPrefix(string(content), "\xfe\xff") {
				t.Errorf("%s: Analyze(%q): %s is on lines %v", a.Name(), content, c.ID(), r)
			}
		}
	}
	before := renderPython(facts.Components, facts.Custom, err)
	again, err2 := a.Analyze(context.Background(), newFile(path, content))
	if s := renderPython(again.Components, again.Custom, err2); s != before {
		t.Errorf("%s: Analyze(%q) = %s, and then %s", a.Name(), content, before, s)
	}
	if all, err := f.Bytes(); err == nil {
		clear(all)
	}
	if after := renderPython(facts.Components, facts.Custom, err); after != before {
		t.Errorf("%s: Analyze(%q) = %s, but %s when the content is overwritten", a.Name(), content, before, after)
	}
	if r, ok := a.(artifact.Resolver); ok {
		_ = r.Resolve(artifact.NewTree(&artifact.TreeFile{Path: path, Facts: facts}))
	}
	return facts
}

// fuzzPython fuzzes an analyzer, seeded with its fixtures.
func fuzzPython(f *testing.F, a artifact.Analyzer, path string, seeds ...string) {
	for _, content := range readTree(f, filepath.Join("testdata", "python", a.Name())) {
		f.Add([]byte(content))
		f.Add([]byte(content[:len(content)/3]))
		f.Add([]byte(strings.ReplaceAll(content, "\n", "\r\n")))
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) { checkPython(t, a, path, content) })
}

func FuzzPythonPackage(f *testing.F) { fuzzPython(f, analyze.PythonPackage, "a.egg-info") }
func FuzzPythonEgg(f *testing.F)     { fuzzPython(f, analyze.PythonEgg, "a.egg") }
func FuzzRequirements(f *testing.F) {
	fuzzPython(f, analyze.Requirements, "requirements.txt", "\xff\xfea\x00=\x00=\x001\x00")
}
func FuzzPipenv(f *testing.F)       { fuzzPython(f, analyze.Pipenv, "Pipfile.lock") }
func FuzzPoetry(f *testing.F)       { fuzzPython(f, analyze.Poetry, "poetry.lock") }
func FuzzPyproject(f *testing.F)    { fuzzPython(f, analyze.Poetry, "pyproject.toml") }
func FuzzUV(f *testing.F)           { fuzzPython(f, analyze.UV, "uv.lock") }
func FuzzPyLock(f *testing.F)       { fuzzPython(f, analyze.PyLock, "pylock.toml") }
func FuzzCondaPackage(f *testing.F) { fuzzPython(f, analyze.CondaPackage, "conda-meta/a-1-0.json") }
func FuzzCondaEnvironment(f *testing.F) {
	fuzzPython(f, analyze.CondaEnvironment, "environment.yml")
}
