package analyze_test

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

func TestNodePackage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, want, err string }{
		{"a package", `{"name": "keel", "version": "1.2.3"}`, "keel 1.2.3 []", ""},
		{"scoped", `{"version": "1.0.0", "name": "@boat/keel"}`, "@boat/keel 1.0.0 []", ""},
		{"license", `{"name": "a", "version": "1", "license": "MIT"}`, "a 1 [MIT]", ""},
		{"license object", `{"name": "a", "version": "1", "license": {"type": "MIT", "url": "u"}}`, "a 1 [MIT]", ""},
		{"license list", `{"name": "a", "version": "1", "license": ["MIT", {"type": "ISC"}, null, {}, 1]}`, "a 1 [MIT ISC]", ""},
		{"licenses", `{"name": "a", "version": "1", "licenses": [{"type": "MIT"}, {"type": "GPL-2.0"}]}`, "a 1 [MIT GPL-2.0]", ""},
		{"license over licenses", `{"name": "a", "version": "1", "licenses": ["MIT"], "license": "ISC"}`, "a 1 [ISC]", ""},
		{"license null", `{"name": "a", "version": "1", "licenses": ["MIT"], "license": null}`, "a 1 [MIT]", ""},
		{"license false", `{"name": "a", "version": "1", "license": false}`, "a 1 []", ""},
		{"nested members do not count", `{"config": {"name": "b", "version": "2"}, "name": "a", "version": "1", "x": [{"name": "c"}]}`, "a 1 []", ""},
		{"other cases do not count", `{"Name": "b", "name": "a", "version": "1", "VERSION": "2"}`, "a 1 []", ""},
		{"the last of two", `{"name": "a", "version": "1", "version": "2"}`, "a 2 []", ""},
		{"escapes", `{"n\u0061me": "\u0061\"b", "version": "1"}`, "a\"b 1 []", ""},
		{"brackets in strings", `{"a": "}\\", "b": "\"]", "name": "a", "version": "1"}`, "a 1 []", ""},
		{"byte order mark", "\ufeff" + `{"name": "a", "version": "1"}`, "a 1 []", ""},
		{"invalid UTF-8", "{\"name\": \"a\xff\", \"version\": \"1\"}", "a\ufffd 1 []", ""},
		{"a kind of module", `{"type": "module"}`, "", ""},
		{"no version", `{"name": "a"}`, "", ""},
		{"no name", `{"version": "1"}`, "", ""},
		{"empty version", `{"name": "a", "version": ""}`, "", ""},
		{"null name", `{"name": null, "version": "1"}`, "", ""},
		{"empty object", `{}`, "", ""},
		{"name is a number", `{"name": 5, "version": "1"}`, "", "name: not a string"},
		{"version is an object", `{"name": "a", "version": {}}`, "", "version: not a string"},
		{"long name", `{"name": "` + strings.Repeat("a", 5000) + `", "version": "1"}`, "", "name: limit reached: 5000 bytes in a string, of 4096"},
		{"a list", `[{"name": "a", "version": "1"}]`, "", "not a JSON object"},
		{"a word", `null`, "", "not a JSON object"},
		{"nothing", ``, "", "line 1: unexpected end of JSON input"},
		{"cut short", "{\n\"name\": \"a\",", "", "line 2: unexpected end of JSON input"},
		{"NUL", "{\"name\": \"a\x00\"}", "", `line 1: invalid character '\x00' in string literal`},
		{"two values", `{"name": "a", "version": "1"} {}`, "", "line 1: invalid character '{' after top-level value"},
		{"deep", `{"name": "a", "version": "1", "x": ` + strings.Repeat("[", 10001) + strings.Repeat("]", 10001) + `}`, "", "line 1: invalid character '[' exceeded max depth"},
	} {
		const path = "app/node_modules/a/package.json"
		facts, err := analyze.NodePackage.Analyze(t.Context(), newFile(path, []byte(row.text)))
		got := ""
		for _, c := range facts.Components {
			got += fmt.Sprintf("%s %s %s", c.Name, c.Version, c.Licenses)
		}
		if got != row.want {
			t.Errorf("%s: Analyze() = %q, want %q", row.name, got, row.want)
		}
		want := row.err
		if want != "" {
			want = "read " + path + ": " + want
		}
		if text := fmt.Sprint(err); err != nil && text != want || err == nil && want != "" {
			t.Errorf("%s: Analyze() = %v, want %q", row.name, err, want)
		}
	}
}

// TestNodePackagePaths holds NodePackage to telling a package's own file, which
// must be readable, from others.
func TestNodePackagePaths(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"package.json":                                              true,
		"src/app/package.json":                                      true,
		"node_modules/a/package.json":                               true,
		"usr/lib/node_modules/npm/package.json":                     true,
		"node_modules/@boat/a/package.json":                         true,
		"node_modules/a/node_modules/b/package.json":                true,
		"app/node_modules/.pnpm/a@1/node_modules/a/package.json":    true,
		"app/node_modules/.pnpm/a@1/node_modules/@b/a/package.json": true,
		"node_modules/a/lib/package.json":                           false,
		"node_modules/a/lib/node/package.json":                      false,
		"node_modules/@boat/package.json":                           false,
		"node_modules/@boat/a/esm/package.json":                     false,
		"node_modules/package.json":                                 false,
		"my_node_modules/a/lib/package.json":                        true,
	} {
		facts, err := analyze.NodePackage.Analyze(t.Context(), newFile(path, []byte(`{"name": "a", "version": "1"}`)))
		if err != nil || len(facts.Components) != 1 {
			t.Errorf("Analyze(%s) = %+v, %v, want a package", path, facts, err)
		}
		facts, err = analyze.NodePackage.Analyze(t.Context(), newFile(path, []byte(`{"name": "a", "version":`)))
		if !facts.Empty() || (err != nil) != want {
			t.Errorf("Analyze(%s cut short) = %+v, %v, want an error: %v", path, facts, err, want)
		}
	}
}

func TestNodePackageTooLarge(t *testing.T) {
	t.Parallel()
	e := artifact.Entry{Path: "package.json", Kind: artifact.KindRegular, Size: 100 << 20}
	read := false
	facts, err := analyze.NodePackage.Analyze(t.Context(), artifact.NewFile(e, reading(func() { read = true })))
	if !errors.Is(err, artifact.ErrLimit) || !facts.Empty() || read {
		t.Errorf("Analyze() of 100 MiB = %+v, %v, read: %v, want a limit before it is read", facts, err, read)
	}
}

// reading calls a function when it is read.
type reading func()

func (r reading) Read([]byte) (int, error) { r(); return 0, io.EOF }

// TestNodePackageCorpus holds NodePackage to what Trivy and Syft list of the
// corpus's images.
func TestNodePackageCorpus(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpus.Dir(t), "images")
	for _, row := range []struct {
		name, file string
		packages   int
	}{
		{"node-app-removed.oci", "node-app-removed.oci.tar", 128},
		{"lockfiles.docker", "lockfiles.docker.tar", 10},
	} {
		src, err := source.Parse(filepath.Join(dir, row.file), source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		inv, err := scan.Inspect(t.Context(), src, scan.Options{Analyzers: []scan.Analyzer{analyze.NodePackage}})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range inv.Problems {
			t.Errorf("%s: %v", row.name, p)
		}
		var got []string
		for _, c := range inv.Components {
			got = append(got, c.Name+"\t"+c.Version+"\t"+c.Path)
		}
		slices.Sort(got)
		var trivy, syft []string
		for _, p := range corpus.LanguagePackages(t, row.name) {
			if p.Type == "node-pkg" {
				trivy = append(trivy, p.Name+"\t"+p.Version+"\t"+p.Path)
			}
		}
		slices.Sort(trivy)
		if diff := cmp.Diff(trivy, got); diff != "" || len(got) != row.packages {
			t.Errorf("%s: %d packages, want %d: -trivy +got\n%s", row.name, len(got), row.packages, diff)
		}
		for _, f := range corpus.Fields(t, dir, "expected", row.name+".syft-packages.tsv") {
			if len(f) > 3 && f[0] == "npm" && strings.HasSuffix(f[3], "/package.json") {
				syft = append(syft, f[1]+"\t"+f[2]+"\t"+strings.TrimPrefix(f[3], "/"))
			}
		}
		slices.Sort(syft)
		if diff := cmp.Diff(syft, got); diff != "" {
			t.Errorf("%s: -syft +got\n%s", row.name, diff)
		}
	}
}

func FuzzNodePackage(f *testing.F) {
	seed(f, "testdata/node/yarn-v1/packages/*/package.json")
	f.Add([]byte(`{"name": "a", "version": "1", "licenses": [{"type": "MIT"}, "ISC"]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		nodeCheck(t, analyze.NodePackage, "package.json", content)
	})
}

// BenchmarkNodePackage reads a package.json of a usual size.
func BenchmarkNodePackage(b *testing.B) {
	text := `{"name": "keel", "description": "holds", "version": "1.2.3", "license": "MIT",` +
		`"repository": {"type": "git", "url": "https://g.example/keel.git"}, "files": ["index.js", "lib"],` +
		`"scripts": {` + strings.Repeat(`"test": "node --test && node lint.js",`, 30) + `"x": ""},` +
		`"dependencies": {` + strings.Repeat(`"some-package": "^1.2.3",`, 20) + `"a": "1"}}`
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		facts, err := analyze.NodePackage.Analyze(b.Context(), analyzetest.File("node_modules/keel/package.json", []byte(text)))
		if err != nil || len(facts.Components) != 1 {
			b.Fatal(facts, err)
		}
	}
}
