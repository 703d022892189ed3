package analyze_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// poms renders what Pom makes of a tree.
func poms(t *testing.T, files map[string]string) string {
	t.Helper()
	tree, errs := analyzetest.Run(t.Context(), analyze.Pom, files)
	var b strings.Builder
	for _, f := range tree.Files() {
		fmt.Fprintf(&b, "%s:\n%s", f.Path, renderJava(f.Facts.Components, nil))
		if len(f.Facts.Custom) > 0 {
			t.Errorf("%s: Resolve leaves %v", f.Path, slices.Collect(maps.Keys(f.Facts.Custom)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(errs)) {
		what := "analyze"
		if name == "" {
			what = "resolve"
		}
		fmt.Fprintf(&b, "%s: %s\n", what, strings.ReplaceAll(errs[name].Error(), "; ", ";\n\t"))
	}
	return b.String()
}

func TestPomGolden(t *testing.T) {
	t.Parallel()
	root := "testdata/pom/tree"
	paths, err := filepath.Glob(root + "/*/pom.xml")
	if err != nil || len(paths) < 5 {
		t.Fatalf("Glob() = %v, %v, want projects", paths, err)
	}
	files := map[string]string{}
	for _, path := range append(paths, root+"/pom.xml") {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files["src/"+strings.TrimPrefix(path, root+"/")] = string(content)
	}
	golden(t, "testdata/pom/tree.golden", poms(t, files))
	for name, content := range files {
		files[name] = strings.ReplaceAll(content, "\n", "\r\n")
	}
	golden(t, "testdata/pom/tree.golden", poms(t, files))
}

// pomOf is a project with these elements beside its coordinates.
func pomOf(name string, elements ...string) string {
	return "<project><groupId>g</groupId><artifactId>" + name + "</artifactId><version>1</version>" + strings.Join(elements, "") + "</project>"
}

// dep is a dependency of these elements, "version=1", on g:name.
func dep(name string, elements ...string) string {
	var b strings.Builder
	b.WriteString("<dependency><groupId>g</groupId><artifactId>" + name + "</artifactId>")
	for _, e := range elements {
		key, value, _ := strings.Cut(e, "=")
		fmt.Fprintf(&b, "<%s>%s</%s>", key, value, key)
	}
	return b.String() + "</dependency>"
}

func deps(list ...string) string {
	return "<dependencies>" + strings.Join(list, "") + "</dependencies>"
}

func managed(list ...string) string {
	return "<dependencyManagement>" + deps(list...) + "</dependencyManagement>"
}

func parent(name, path string) string {
	return "<parent><groupId>g</groupId><artifactId>" + name + "</artifactId><version>1</version>" + path + "</parent>"
}

func TestPom(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		files map[string]string
		path  string
		want  []string // of the one at path: name, version, relationship, dev
		err   string
	}{
		{name: "scopes", files: map[string]string{"pom.xml": pomOf("a", deps(dep("c", "version=1", "scope=compile"), dep("r", "version=1", "scope=runtime"),
			dep("t", "version=1", "scope=test"), dep("p", "version=1", "scope=provided"), dep("s", "version=1", "scope=system")))},
			want: []string{"g:a 1 root", "g:c 1 direct", "g:r 1 direct", "g:t 1 direct dev", "g:p 1 direct dev", "g:s 1 direct dev"}},
		{name: "the same twice", files: map[string]string{"pom.xml": pomOf("a", deps(dep("b", "version=1", "scope=test"), dep("b", "version=1", "classifier=x")))},
			want: []string{"g:a 1 root", "g:b 1 direct"}},
		{name: "dates and blanks", files: map[string]string{"pom.xml": "\ufeff<?xml version='1.0' encoding='ISO-8859-1'?>\n<!DOCTYPE project>\n" + pomOf("a", "<name>\xe9</name>", deps(dep("b", "version=\n 1<!-- x -->.2 \n")))},
			want: []string{"g:a 1 root", "g:b 1.2 direct"}},
		{name: "old names of variables", files: map[string]string{"pom.xml": pomOf("a", deps(dep("b", "version=${pom.version}"), dep("c", "version=${version}")))},
			want: []string{"g:a 1 root", "g:b 1 direct", "g:c 1 direct"}},
		{name: "own management before the parent's, a parent's before an import", files: map[string]string{
			"pom.xml":   pomOf("p", managed(dep("x", "version=parent"), dep("y", "version=parent"))),
			"b/pom.xml": pomOf("bom", managed(dep("y", "version=bom"), dep("z", "version=bom"))),
			"a/pom.xml": "<project>" + parent("p", "") + "<artifactId>a</artifactId>" +
				managed(dep("x", "version=own"), dep("bom", "version=1", "type=pom", "scope=import")) + deps(dep("x"), dep("y"), dep("z")) + "</project>"},
			path: "a/pom.xml", want: []string{"g:a 1 root", "g:x own direct", "g:y parent direct", "g:z bom direct"}},
		{name: "imports in imports, in a circle", files: map[string]string{
			"pom.xml":   pomOf("a", managed(dep("b", "version=1", "type=pom", "scope=import")), deps(dep("x"))),
			"b/pom.xml": pomOf("b", managed(dep("c", "version=1", "type=pom", "scope=import"))),
			"c/pom.xml": pomOf("c", managed(dep("b", "version=1", "type=pom", "scope=import"), dep("x", "version=3")))},
			want: []string{"g:a 1 root", "g:x 3 direct"}},
		{name: "parents in a circle", files: map[string]string{
			"pom.xml":   "<project>" + parent("b", "<relativePath>b</relativePath>") + "<artifactId>a</artifactId>" + deps(dep("x", "version=${v}")) + "</project>",
			"b/pom.xml": "<project>" + parent("a", "") + "<artifactId>b</artifactId></project>"},
			want: []string{"g:a 1 root", "g:x  direct"},
			err: `read b/pom.xml: line 1: package "g:x": version ${v}, which has no value; ` +
				`read pom.xml: line 1: package "g:x": version ${v}, which has no value`},
		{name: "its own parent", files: map[string]string{"pom.xml": "<project>" + parent("a", "<relativePath>pom.xml</relativePath>") + "<artifactId>a</artifactId></project>"},
			want: []string{"g:a 1 root"}},
		{name: "another project at relativePath", files: map[string]string{
			"pom.xml":   pomOf("other", "<properties><v>wrong</v></properties>"),
			"p/pom.xml": pomOf("p", "<properties><v>right</v></properties>"),
			"a/pom.xml": "<project>" + parent("p", "") + "<artifactId>a</artifactId>" + deps(dep("x", "version=${v}")) + "</project>"},
			path: "a/pom.xml", want: []string{"g:a 1 root", "g:x right direct"}},
		{name: "a parent above the tree", files: map[string]string{"pom.xml": "<project>" + parent("p", "<relativePath>../../x</relativePath>") + "<artifactId>a</artifactId>" + deps(dep("x")) + "</project>"},
			want: []string{"g:a 1 root", "g:x  direct"},
			err:  `read pom.xml: line 1: package "g:x": version from parent g:p:1, which is not in the tree`},
		{name: "an import that is not there", files: map[string]string{"pom.xml": pomOf("a", managed(dep("bom", "version=7", "type=pom", "scope=import")), deps(dep("x")))},
			want: []string{"g:a 1 root", "g:x  direct"},
			err:  `read pom.xml: line 1: package "g:x": version from import g:bom:7, which is not in the tree`},
		{name: "nobody knows", files: map[string]string{"pom.xml": pomOf("a", deps(dep("x"), dep("y", "version=LATEST"), dep("z", "version=(1,2]")))},
			want: []string{"g:a 1 root", "g:x  direct", "g:y  direct", "g:z  direct"},
			err: `read pom.xml: line 1: package "g:x": no version; line 1: package "g:y": version "LATEST", which is decided elsewhere; ` +
				`line 1: package "g:z": version "(1,2]", which is decided elsewhere`},
		{name: "the type counts for management", files: map[string]string{"pom.xml": pomOf("a", managed(dep("x", "version=1", "type=zip"), dep("x", "version=2")), deps(dep("x"), dep("x", "type=zip")))},
			want: []string{"g:a 1 root", "g:x 2 direct", "g:x 1 direct"}},
		{name: "a child's dependency in place of the parent's", files: map[string]string{
			"pom.xml":   pomOf("p", deps(dep("x", "version=1"), dep("y", "version=1"))),
			"a/pom.xml": "<project>" + parent("p", "") + "<artifactId>a</artifactId>" + deps(dep("x", "version=2")) + "</project>"},
			path: "a/pom.xml", want: []string{"g:a 1 root", "g:x 2 direct", "g:y 1 direct"}},
		{name: "a workspace", files: map[string]string{
			"pom.xml":   pomOf("a", deps(dep("b", "version=1"), dep("b", "version=2"))),
			"b/pom.xml": pomOf("b")},
			want: []string{"g:a 1 root", "g:b 1 workspace", "g:b 2 direct"}},
		{name: "no name", files: map[string]string{"pom.xml": "<project><groupId>g</groupId></project>"}, err: "read pom.xml: line 1: no artifactId"},
		{name: "empty", files: map[string]string{"pom.xml": ""}, err: "read pom.xml: line 1: no project"},
		{name: "something else", files: map[string]string{"pom.xml": "\n<settings/>"}, err: `read pom.xml: line 2: "settings" where a project belongs`},
		{name: "no XML", files: map[string]string{"pom.xml": "a: b"}, err: "read pom.xml: line 1: no project"},
		{name: "JSON", files: map[string]string{"pom.xml": "{}"}, err: "read pom.xml: line 1: no project"},
		{name: "a NUL", files: map[string]string{"pom.xml": "<project>\x00</project>"}, err: "read pom.xml: line 1: illegal character code U+0000"},
		{name: "ends that do not match", files: map[string]string{"pom.xml": "<project>\n<a></b></project>"}, err: "read pom.xml: line 2: </b> without its start"},
		{name: "two projects", files: map[string]string{"pom.xml": pomOf("a") + pomOf("b")}, want: []string{"g:a 1 root"}, err: "read pom.xml: line 1: a second project"},
		{name: "an entity", files: map[string]string{"pom.xml": "<!DOCTYPE p [<!ENTITY x 'y'>]>" + pomOf("a", "<name>&x;</name>")}, want: []string{"g:a 1 root"},
			err: "read pom.xml: line 1: invalid character entity &x;"},
		{name: "UTF-16", files: map[string]string{"pom.xml": "<?xml version='1.0' encoding='UTF-16'?>" + pomOf("a")},
			err: `read pom.xml: line 1: xml: opening charset "UTF-16": encoding "UTF-16"`},
		{name: "too deep", files: map[string]string{"pom.xml": pomOf("a", strings.Repeat("<x>", 10000))}, want: []string{"g:a 1 root"},
			err: "read pom.xml: line 1: limit reached: more than 64 elements around one"},
		{name: "a version too long", files: map[string]string{"pom.xml": pomOf("a", deps(dep("b", "version="+strings.Repeat("1", 2000))))}, want: []string{"g:a 1 root"},
			err: "read pom.xml: line 1: limit reached: more than 1024 bytes in <version>"},
	} {
		tree, errs := analyzetest.Run(t.Context(), analyze.Pom, row.files)
		path := row.path
		if path == "" {
			path = "pom.xml"
		}
		var got []string
		for _, c := range tree.File(path).Facts.Components {
			text := c.Name + " " + c.Version + " " + c.Relationship.String()
			if c.Dev {
				text += " dev"
			}
			got = append(got, text)
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s: %s: -want +got\n%s", row.name, path, diff)
		}
		var texts []string
		for _, name := range slices.Sorted(maps.Keys(errs)) {
			texts = append(texts, errs[name].Error())
		}
		if got := strings.Join(texts, "; "); got != row.err {
			t.Errorf("%s: errors:\n got %s\nwant %s", row.name, got, row.err)
		}
	}
}

// TestPomVariables holds variables that multiply, or need themselves, to errors.
func TestPomVariables(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("<properties><v0>" + strings.Repeat("x", 100) + "</v0>")
	for i := range 40 {
		fmt.Fprintf(&b, "<v%d>${v%d}${v%d}</v%d>", i+1, i, i, i+1)
	}
	b.WriteString("</properties>")
	files := map[string]string{"pom.xml": pomOf("a", b.String(), deps(dep("x", "version=${v30}"), dep("y", "version=${v40}"), dep("z", "version=${v1"), dep("w", "version=${v1}")))}
	_, errs := analyzetest.Run(t.Context(), analyze.Pom, files)
	err := errs[""]
	if !errors.Is(err, artifact.ErrLimit) {
		t.Errorf("Resolve() = %v, want a limit", err)
	}
	if text := errorText(err); !strings.Contains(text, `package "g:z": a variable that was not replaced`) {
		t.Errorf("Resolve() = %s, want the variable that is not closed", text)
	}
}

// TestPomHostile holds trees that are made to be costly to an end in time.
func TestPomHostile(t *testing.T) {
	t.Parallel()
	if corpus.Race {
		t.Skip("a long work of single goroutines")
	}
	many := func(n int, elements ...string) string {
		var list []string
		for i := range n {
			list = append(list, dep(fmt.Sprint("d", i), elements...))
		}
		return strings.Join(list, "")
	}
	chain := map[string]string{"pom.xml": pomOf("0", deps(many(10000, "version=1")))}
	for i := range 40 { // all inherit the same
		chain[fmt.Sprintf("%d/pom.xml", i)] = "<project>" + parent("0", "") + fmt.Sprintf("<artifactId>c%d</artifactId></project>", i)
	}
	imports := map[string]string{}
	var all []string
	for i := range 300 { // each imports all
		all = append(all, dep(fmt.Sprint("b", i), "version=1", "type=pom", "scope=import"))
	}
	for i := range 300 {
		imports[fmt.Sprintf("%d/pom.xml", i)] = pomOf(fmt.Sprint("b", i), managed(all...))
	}
	imports["pom.xml"] = pomOf("a", managed(all...), deps(many(10000)))
	for name, files := range map[string]map[string]string{"inherited": chain, "imports": imports} {
		_, errs := analyzetest.Run(t.Context(), analyze.Pom, files)
		if !errors.Is(errs[""], artifact.ErrLimit) {
			t.Errorf("%s: Resolve() = %.200v, want a limit", name, errs[""])
		}
	}
	large := artifact.Entry{Path: "pom.xml", Kind: artifact.KindRegular, Size: 16<<20 + 1}
	if _, err := analyze.Pom.Analyze(t.Context(), artifact.NewFile(large, strings.NewReader(""))); !errors.Is(err, artifact.ErrLimit) {
		t.Errorf("Analyze(more than 16 MiB) = %v, want a limit", err)
	}
	entries := pomOf("a", deps(strings.Repeat("<dependency/>", 1<<16+1)))
	if _, err := analyze.Pom.Analyze(t.Context(), analyzetest.File("pom.xml", []byte(entries))); !errors.Is(err, artifact.ErrLimit) {
		t.Errorf("Analyze(more than 65536 dependencies) = %v, want a limit", err)
	}
}

func FuzzPom(f *testing.F) {
	seed(f, "testdata/pom/tree/*/pom.xml")
	seed(f, "testdata/pom/tree/pom.xml")
	f.Fuzz(func(t *testing.T, content []byte) {
		files := map[string]string{"pom.xml": string(content), "a/pom.xml": "<project>" + parent("p", "") + "<artifactId>a</artifactId></project>"}
		tree, errs := analyzetest.Run(t.Context(), analyze.Pom, files)
		for _, file := range tree.Files() {
			for _, c := range file.Facts.Components {
				if c.Type == "" || c.Name == "" || c.SourceName != c.Name || c.SourceVersion != c.Version {
					t.Errorf("Pom of %q has the component %+v, want type, name and source", content, c)
				}
			}
		}
		if first, second := errorText(errs[""]), poms(t, files); first != "" && !strings.Contains(second, strings.ReplaceAll(first, "; ", ";\n\t")) {
			t.Errorf("Pom of %q = %s, and then %s", content, first, second)
		}
	})
}

func BenchmarkPom(b *testing.B) {
	var list []string
	for i := range 200 {
		list = append(list, dep(fmt.Sprint("d", i), "version=${v}"))
	}
	files := map[string]string{"pom.xml": pomOf("p", "<properties><v>1</v></properties>", managed(list...))}
	for i := range 50 {
		files[fmt.Sprintf("%d/pom.xml", i)] = "<project>" + parent("p", "") + fmt.Sprintf("<artifactId>c%d</artifactId>", i) + deps(dep("d1"), dep("d2"), dep("d3")) + "</project>"
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, errs := analyzetest.Run(b.Context(), analyze.Pom, files); len(errs) > 0 {
			b.Fatal(errs)
		}
	}
}
