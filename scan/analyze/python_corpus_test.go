package analyze_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// pythonImage is the files of an image of the corpus that the analyzers of
// Python want, by path.
func pythonImage(t *testing.T, name string) map[string]string {
	t.Helper()
	return corpusFiles(t, name, func(path string) bool {
		for _, a := range pythonAnalyzers() {
			if analyzetest.Wants(a, path, 0o644) {
				return true
			}
		}
		return false
	})
}

// TestPythonCorpusPackages holds PythonPackage to what Trivy and Syft list of
// an image, row by row, and to what Python itself lists of the same files.
//
// Syft's rows have the names in lower case. That is not what the files say
// (Name: Django, Jinja2, Pillow, PyYAML and Werkzeug), and they are compared as
// PyPI does. All list cryptography twice: it has a .dist-info as well as an
// .egg-info.
func TestPythonCorpusPackages(t *testing.T) {
	t.Parallel()
	files := pythonImage(t, "python-app.oci.tar")
	tree, errs := analyzetest.Run(t.Context(), analyze.PythonPackage, files)
	for name, err := range errs {
		t.Errorf("Analyze(%s) = %v", name, err)
	}
	var exact, normal, names []string
	for _, f := range tree.Files() {
		for _, c := range f.Facts.Components {
			exact = append(exact, strings.Join([]string{c.Name, c.Version, f.Path}, " "))
			normal = append(normal, strings.Join([]string{vuln.NormalizeName("PyPI", c.Name), c.Version, f.Path}, " "))
			names = append(names, c.Name+" "+c.Version)
		}
	}
	slices.Sort(exact)
	slices.Sort(normal)
	slices.Sort(names)

	var trivy, syft []string
	for _, p := range corpus.LanguagePackages(t, "python-app.oci") {
		trivy = append(trivy, strings.Join([]string{p.Name, p.Version, p.Path}, " "))
	}
	for _, row := range corpus.Fields(t, corpus.Dir(t), "images", "expected", "python-app.oci.syft-packages.tsv") {
		syft = append(syft, strings.Join([]string{vuln.NormalizeName("PyPI", row[1]), row[2], strings.TrimPrefix(row[3], "/")}, " "))
	}
	slices.Sort(trivy)
	slices.Sort(syft)
	if len(trivy) < 10 {
		t.Errorf("Trivy lists %d packages, want 10 at least", len(trivy))
	}
	if diff := cmp.Diff(trivy, exact); diff != "" {
		t.Errorf("Analyze(): -Trivy +got\n%s", diff)
	}
	if diff := cmp.Diff(syft, normal); diff != "" {
		t.Errorf("Analyze(): -Syft +got\n%s", diff)
	}
	if diff := cmp.Diff(pythonDistributions(t, files), names); diff != "" {
		t.Errorf("Analyze(): -importlib.metadata +got\n%s", diff)
	}
}

// TestPythonDistributions holds PythonPackage to what Python lists of the
// fixtures, but for the broken one and the egg that is unpacked, which Python
// finds only if it is told to look into it.
func TestPythonDistributions(t *testing.T) {
	t.Parallel()
	files := readTree(t, filepath.Join("testdata", "python", "python-pkg"))
	for name := range files {
		if strings.Contains(name, "broken") || strings.Contains(name, "EGG-INFO") {
			delete(files, name)
		}
	}
	tree, _ := analyzetest.Run(t.Context(), analyze.PythonPackage, files)
	var names []string
	for _, f := range tree.Files() {
		for _, c := range f.Facts.Components {
			names = append(names, c.Name+" "+c.Version)
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff(pythonDistributions(t, files), names); diff != "" {
		t.Errorf("Analyze(): -importlib.metadata +got\n%s", diff)
	}
}

// pythonDistributions is what Python lists of the directories of site-packages
// among files, sorted.
func pythonDistributions(t *testing.T, files map[string]string) []string {
	t.Helper()
	dir := t.TempDir()
	var sites []string
	for name, content := range files {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if i := strings.Index(name, "site-packages/"); i >= 0 {
			sites = append(sites, filepath.Join(dir, name[:i], "site-packages"))
		}
	}
	slices.Sort(sites)
	var list []string
	python(t, `
import importlib.metadata, json, sys
sites = json.load(sys.stdin)
json.dump([d.metadata["Name"] + " " + d.version for d in importlib.metadata.distributions(path=sites)], sys.stdout)`,
		slices.Compact(sites), &list)
	slices.Sort(list)
	return list
}

// python runs a script, which reads JSON and writes JSON. Where there is no
// Python the test is skipped, but with CI=true it fails.
func python(t *testing.T, script string, input, output any) {
	t.Helper()
	const name = "/usr/bin/python3" // that of the system, which has python3-packaging
	if _, err := os.Stat(name); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	text, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, "-I", "-c", script)
	cmd.Stdin = bytes.NewReader(text)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && os.Getenv("CI") != "true" && strings.Contains(stderr.String(), "ModuleNotFoundError") {
		t.Skip(stderr.String())
	}
	if err != nil {
		t.Fatalf("run %s: %v: %s", name, err, &stderr)
	}
	if err := json.Unmarshal(out, output); err != nil {
		t.Fatalf("run %s: %v: %s", name, err, out)
	}
}

// TestRequirementPackaging holds Requirements to what Python's packaging makes
// of the same lines.
func TestRequirementPackaging(t *testing.T) {
	t.Parallel()
	lines := []string{
		"a==1", "a == 1.0", "a===1.0", "a==1.0,>=0.5", "a>=0.5,==1.0", "a==1.*", "a>=1", "a<2", "a~=1.2", "a!=1", "a",
		"a[b]==1", "a[b,c] == 1", "a [b]==1", "a[]==1", "a==1;python_version>'3'", "a==1 ; python_version > '3' and os_name == \"nt\"",
		"a (==1)", "a(==1,<2)", "a@https://e.org/a.tar.gz", "a @ https://e.org/a.tar.gz ; os_name == 'nt'", "A.b_c-d==1",
		"a==1!2.0+local.1", "a==1.0.post1.dev2", "a==1rc1", "a==v1", "1==1", "a1.b==2",
		"a b", "==1", "a==", "a[b==1", "-a==1x", "a-==1", "_a==1", "a=1", "a=>1", "a 1", "a,b",
	}
	var want []struct {
		Valid   bool
		Name    string
		Version string
	}
	python(t, `
import json, sys
from packaging.requirements import Requirement, InvalidRequirement
out = []
for line in json.load(sys.stdin):
    try:
        r = Requirement(line)
    except InvalidRequirement:
        out.append({"Valid": False})
        continue
    pins = [s.version for s in r.specifier if s.operator in ("==", "===") and not s.version.endswith(".*")]
    out.append({"Valid": True, "Name": r.name, "Version": pins[0] if pins else ""})
json.dump(out, sys.stdout)`, lines, &want)
	for i, line := range lines {
		facts, err := analyze.Requirements.Analyze(t.Context(), newFile("requirements.txt", []byte(line)))
		got, expect := "", ""
		for _, c := range facts.Components {
			got = c.Name + " " + c.Version
		}
		if w := want[i]; w.Valid && w.Version != "" {
			expect = w.Name + " " + w.Version
		}
		if got != expect {
			t.Errorf("Analyze(%q) = %q, want %q as packaging says", line, got, expect)
		}
		// Here an error is for what could be a package: an option, a range that is
		// misspelled and what pip takes for a file are passed over.
		if want[i].Valid && err != nil {
			t.Errorf("Analyze(%q) = %v, which packaging can read", line, err)
		}
	}
}

// TestPythonCorpusLocks holds the readers of lock files to those of the corpus.
// The packages were read off the files.
func TestPythonCorpusLocks(t *testing.T) {
	t.Parallel()
	files := pythonImage(t, "lockfiles.docker.tar")
	want := map[string]string{
		"src/pip/requirements.txt": "click 8.0.0, Flask 2.0.0, itsdangerous 2.0.0, Jinja2 3.0.0, Werkzeug 0.11, oauth2-client 4.0.0, python-gitlab 2.0.0",
		"src/pipenv/Pipfile.lock":  "werkzeug 0.11.1",
		"src/poetry/poetry.lock":   "click 8.1.3 direct needs colorama@0.4.6, colorama 0.4.6 indirect, werkzeug 0.14 direct",
		"src/uv/uv.lock": "click 8.1.3 direct needs colorama@0.4.6, colorama 0.4.6 indirect, " +
			"uv-test 0.1.0 root needs click@8.1.3 werkzeug@0.11.1, werkzeug 0.11.1 direct",
		"src/pylock/pylock.toml": "click 8.1.3 needs colorama@0.4.6, colorama 0.4.6, werkzeug 0.11.1",
	}
	for _, name := range []string{"pip", "pipenv", "poetry", "uv", "pylock"} {
		tree, errs := analyzetest.Run(t.Context(), pythonAnalyzers()[name], files)
		for name, err := range errs {
			t.Errorf("Analyze(%s) = %v", name, err)
		}
		for _, f := range tree.Files() {
			var list []string
			for _, c := range f.Facts.Components {
				s := c.Name + " " + c.Version
				if c.Relationship != 0 {
					s += " " + c.Relationship.String()
				}
				if c.DependsOn != nil {
					s += " needs " + strings.Join(c.DependsOn, " ")
				}
				list = append(list, s)
			}
			expect, ok := want[f.Path]
			if got := strings.Join(list, ", "); ok && got != expect {
				t.Errorf("Analyze(%s) = %s, want %s", f.Path, got, expect)
			}
			delete(want, f.Path)
			if !ok && path.Base(f.Path) != "pyproject.toml" && len(list) == 0 {
				t.Errorf("Analyze(%s) = nothing", f.Path)
			}
		}
	}
	for name := range want {
		t.Errorf("%s is not in the corpus, or nobody wants it", name)
	}
}
