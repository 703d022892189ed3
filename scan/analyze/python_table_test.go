package analyze_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/analyze/analyzetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// foundAll is what an analyzer makes of a file, on one line.
func foundAll(t *testing.T, a artifact.Analyzer, path, content string) string {
	t.Helper()
	facts, err := a.Analyze(t.Context(), newFile(path, []byte(content)))
	var list []string
	for _, c := range facts.Components {
		s := c.Name + " " + c.Version
		if c.Dev {
			s += " dev"
		}
		list = append(list, s)
	}
	if err != nil {
		list = append(list, strings.TrimPrefix(err.Error(), "read "+path+": "))
	}
	return strings.Join(list, ", ")
}

func TestPythonWants(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ path, want string }{
		{"a/b-1.dist-info/METADATA", "python-pkg"},
		{"a/b-1.dist-info/RECORD", ""},
		{"a/b-1.dist-info/licenses/METADATA", ""},
		{"METADATA", ""},
		{"a/b-1.egg-info", "python-pkg"},
		{"a/b-1.egg-info/PKG-INFO", "python-pkg"},
		{"a/b-1.egg-info/METADATA", "python-pkg"},
		{"a/b-1.egg-info/SOURCES.txt", ""},
		{"a/b.egg/EGG-INFO/PKG-INFO", "python-pkg"},
		{"EGG-INFO/PKG-INFO", "python-pkg"},
		{"src/PKG-INFO", ""},
		{"a/b-1.egg", "python-egg"},
		{"a/b-1.whl", ""},
		{"a/requirements.txt", "pip"},
		{"a/requirements-dev.txt", ""},
		{"Pipfile.lock", "pipenv"},
		{"poetry.lock", "poetry"},
		{"pyproject.toml", "poetry"},
		{"a/uv.lock", "uv"},
		{"a/pylock.toml", "pylock"},
		{"a/pylock.dev.toml", "pylock"},
		{"a/xpylock.toml", ""},
		{"opt/conda/conda-meta/a-1-0.json", "conda-pkg"},
		{"opt/conda/envs/x/conda-meta/a-1-0.json", "conda-pkg"},
		{"conda-meta/a-1-0.json", "conda-pkg"},
		{"opt/conda/conda-meta/history", ""},
		{"opt/xconda-meta/a-1-0.json", ""},
		{"environment.yml", "conda-environment"},
		{"a/environment.yaml", "conda-environment"},
		{"a/environment.json", ""},
	} {
		got := ""
		for name, a := range pythonAnalyzers() {
			if analyzetest.Wants(a, row.path, 0o644) {
				got += name
			}
		}
		if got != row.want {
			t.Errorf("%s is wanted by %q, want %q", row.path, got, row.want)
		}
	}
}

func TestPythonPackage(t *testing.T) {
	t.Parallel()
	const path = "lib/a.dist-info/METADATA"
	for _, row := range []struct{ name, text, want string }{
		{"nothing", "", "no name"},
		{"both", "Name: a\nVersion: 1\n", "a 1"},
		{"no end of line", "Name: a\nVersion: 1", "a 1"},
		{"CRLF", "Name: a\r\nVersion: 1\r\n\r\nName: b\r\n", "a 1"},
		{"any case", "nAME: a\nVERSION: 1\n", "a 1"},
		{"no blank", "Name:a\nVersion:\t1 \n", "a 1"},
		{"byte order mark", "\ufeffName: a\nVersion: 1\n", "a 1"},
		{"an mbox's line first", "From a@b Mon\nName: a\nVersion: 1\n", "a 1"},
		{"folded", "Name:\n a\nVersion: 1\n", "a 1"},
		{"folded in two", "Name: a\n b\nVersion: 1\n", `a Name of several lines: "a\n b"`},
		{"continues nothing", " x\nName: a\nVersion: 1\n", "a 1"},
		{"in a continuation", "Description: x\n Name: b\n  Version: 2\nName: a\nVersion: 1\n", "a 1"},
		{"after an empty line", "\nName: a\nVersion: 1\n", "no name"},
		{"after a line of blanks", "Description: x\n   \nName: a\nVersion: 1\n", "a 1"},
		{"no name", "Version: 1\n", "no name"},
		{"no version", "Name: a\n\nVersion: 1", `package "a": no version`},
		{"empty name", "Name:\nVersion: 1\n", "no name"},
		{"empty version", "Name: a\nVersion: \n", `package "a": no version`},
		{"twice, the same", "Name: a\nVersion: 1\nName: a\nVersion: 1\n", "a 1"},
		{"twice", "Name: a\nVersion: 1\nVersion: 2\n", `a 1, a second Version, "2"`},
		{"a body without an empty line", "Name: a\nVersion: 1\nSome text\nName: b\n", "a 1"},
		{"a body too early", "Name: a\nSome text\nVersion: 1\n", `package "a": no version`},
		{"a header without a name", ": x\nName: a\nVersion: 1\n", "a 1"},
		{"a name outside ASCII", "Name: caf\u00e9\nVersion: 1\n", "caf\u00e9 1"},
		{"NUL", "Name: a\x00\nVersion: 1\n", `a Name of several lines: "a\x00"`},
		{"too long", "Name: a\nVersion: " + strings.Repeat("1", 4097) + "\n", `package "a": limit reached: 4097 bytes in Version, of 4096`},
		{"a long header before", "Requires-Dist: " + strings.Repeat("x", 9000) + "\nName: a\nVersion: 1\n", "a 1"},
	} {
		if got := foundAll(t, analyze.PythonPackage, path, row.text); got != row.want {
			t.Errorf("%s: Analyze() = %s, want %s", row.name, got, row.want)
		}
	}
}

func TestPythonLicenses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"License: UNKNOWN\n", nil},
		{"License: MIT\n", []string{"MIT"}},
		{"License: MIT\nLicense-Expression: Apache-2.0 OR\n MIT\n", []string{"Apache-2.0 OR MIT"}},
		{"License: Permission is\n hereby granted\n", nil},
		{"License: Permission is\n hereby granted\nClassifier: License :: OSI Approved :: MIT License\n", []string{"MIT License"}},
		{"Classifier: License :: OSI Approved\n", nil},
		{"Classifier: License :: Public Domain\nClassifier: Topic :: Boats\nClassifier: License :: OSI Approved :: Zope Public License\n",
			[]string{"Public Domain", "Zope Public License"}},
	} {
		facts, err := analyze.PythonPackage.Analyze(t.Context(), newFile("a.egg-info", []byte("Name: a\nVersion: 1\n"+row.text)))
		if err != nil || len(facts.Components) != 1 {
			t.Fatalf("Analyze(%q) = %v, %v", row.text, facts, err)
		}
		if diff := cmp.Diff(row.want, facts.Components[0].Licenses); diff != "" {
			t.Errorf("Analyze(%q).Licenses: -want +got\n%s", row.text, diff)
		}
	}
}

// TestPythonPackageIsCheap holds PythonPackage to reading no description that
// is not in the first bytes anyway.
func TestPythonPackageIsCheap(t *testing.T) {
	t.Parallel()
	head := "Name: a\nVersion: 1\n\n" + strings.Repeat("x", 5000)
	e := artifact.Entry{Path: "a.egg-info", Kind: artifact.KindRegular, Size: 1 << 40}
	facts, err := analyze.PythonPackage.Analyze(t.Context(), artifact.NewFile(e, strings.NewReader(head)))
	if err != nil || len(facts.Components) != 1 {
		t.Errorf("Analyze(1 TiB) = %+v, %v, want one component", facts, err)
	}
	long := "Name: a\nVersion: 1\n" + strings.Repeat("Requires-Dist: b\n", 1<<16)
	if _, err := analyze.PythonPackage.Analyze(t.Context(), newFile("a.egg-info", []byte(long))); !errors.Is(err, artifact.ErrLimit) {
		t.Errorf("Analyze(headers of %d bytes) = %v, want a limit", len(long), err)
	}
}

// egg makes a zip archive of the members, name and content in turn.
func egg(t *testing.T, method uint16, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		m, err := w.CreateHeader(&zip.FileHeader{Name: members[i], Method: method})
		if err == nil {
			_, err = m.Write([]byte(members[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPythonEgg(t *testing.T) {
	t.Parallel()
	const member, headers = "EGG-INFO/PKG-INFO", "Name: a\nVersion: 1\n\nx"
	many := make([]string, 0, 2<<17)
	for i := range 1 << 16 {
		many = append(many, fmt.Sprintf("m%d", i), "")
	}
	wide := make([]string, 0, 400)
	for i := range 200 {
		wide = append(wide, strings.Repeat("n", 60000)+fmt.Sprint(i), "")
	}
	good := egg(t, zip.Deflate, member, headers)
	encrypted := bytes.Clone(good)
	directory := bytes.LastIndex(encrypted, []byte("PK\x01\x02"))
	encrypted[directory+8] |= 1
	method := bytes.Clone(good)
	binary.LittleEndian.PutUint16(method[directory+10:], 99)
	for _, row := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"nothing", nil, "zip: not a valid zip file"},
		{"text", []byte("Name: a\nVersion: 1\n"), "zip: not a valid zip file"},
		{"deflated", good, "a 1"},
		{"stored", egg(t, zip.Store, "x", "y", member, headers), "a 1"},
		{"a script before it", append([]byte("#!/bin/sh\n"), good...), "a 1"},
		{"the last of two", egg(t, zip.Store, member, "Name: b\n", member, headers), "a 1"},
		{"not at the top", egg(t, zip.Store, "x/"+member, headers), "no EGG-INFO/PKG-INFO"},
		{"empty", egg(t, zip.Store), "no EGG-INFO/PKG-INFO"},
		{"no version", egg(t, zip.Store, member, "Name: a\n"), `EGG-INFO/PKG-INFO: package "a": no version`},
		{"a long text", egg(t, zip.Deflate, member, headers+strings.Repeat("x", 4<<20)), "a 1"},
		{"long headers", egg(t, zip.Deflate, member, "Name: a\nVersion: 1\nX: "+strings.Repeat("x", 4<<20)),
			"EGG-INFO/PKG-INFO: limit reached: headers of more than 1048576 bytes"},
		{"many members", egg(t, zip.Store, many...), "limit reached: an archive in the format for more than 65534 members"},
		{"a large directory", egg(t, zip.Store, wide...), "limit reached: a directory of more than 8388608 bytes"},
		{"encrypted", encrypted, "EGG-INFO/PKG-INFO is encrypted"},
		{"another method", method, "EGG-INFO/PKG-INFO: zip: unsupported compression algorithm"},
		{"cut", good[:len(good)-5], "zip: not a valid zip file"},
		{"NUL", make([]byte, 5000), "zip: not a valid zip file"},
	} {
		if got := foundAll(t, analyze.PythonEgg, "a.egg", string(row.content)); got != row.want {
			t.Errorf("%s: Analyze() = %s, want %s", row.name, got, row.want)
		}
		stream := analyzetest.Stream("a.egg", row.content)
		if _, err := analyze.PythonEgg.Analyze(t.Context(), stream); (err == nil) != (row.want == "a 1") {
			t.Errorf("%s: Analyze(a stream) = %v", row.name, err)
		}
	}
}

func TestRequirements(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"CRLF", "a==1\r\nb==2\r\n", "a 1, b 2"},
		{"byte order mark", "\ufeffa==1\n", "a 1"},
		{"UTF-16LE", "\xff\xfea\x00=\x00=\x001\x00\n\x00", "a 1"},
		{"UTF-16BE", "\xfe\xff\x00a\x00=\x00=\x001", "a 1"},
		{"UTF-16 cut", "\xff\xfea\x00=\x00=\x001\x00\n", "a 1"},
		{"a # in a word", "a==1#x\n", "a 1"},
		{"a comment in a continuation", "a==1 \\\n# x \\\nb==2\n", "a 1, b 2"},
		{"a continuation at the end", "a==1 \\", "a 1"},
		{"two backslashes", "a==1 ; x == \\\n 'y'\n", "a 1"},
		{"an epoch and a local version", "a==1!2.0+x.1\n", "a 1!2.0+x.1"},
		{"extras not closed", "a[b==1\n", `line 1: not a requirement: "a[b==1"`},
		{"no operator", "a 1\n", `line 1: not a requirement: "a 1"`},
		{"one =", "a=1\n", ""},
		{"a star in a version", "a==1.*.2\n", `line 1: package "a": a version that is none: "1.*.2"`},
		{"a version in quotes", "a=='1'\n", `line 1: package "a": a version that is none: "'1'"`},
		{"a name that ends in a hyphen", "a-==1\n", `line 1: not a requirement: "a-==1"`},
		{"a Windows path", `..\a` + "\n" + `C:\a\b.whl` + "\n", ""},
		{"an archive", "a.tar.gz\na.zip\na-1.WHL ; x\n", ""},
		{"an archive's ending in a version", "a==1.zip\n", "a 1.zip"},
		{"per-requirement options", "a==1 --global-option=\"-x\" --hash=sha256:0\n", "a 1"},
		{"an option in short", "-ra.txt\n--no-binary :all:\n", ""},
		{"two versions, one of which is any", "a==1.*,==1.2\n", "a 1.2"},
		{"the same version twice", "a==1,==1\n", "a 1"},
		{"NUL", "a==1\x00\n", `line 1: package "a": a version that is none: "1\x00"`},
		{"invalid UTF-8", "a\xff==1\n", `line 1: not a requirement: "a\xff==1"`},
	} {
		if got := foundAll(t, analyze.Requirements, "requirements.txt", row.text); got != row.want {
			t.Errorf("%s: Analyze() = %s, want %s", row.name, got, row.want)
		}
	}
}

func TestPipenv(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, want string }{
		{"nothing", "", "unexpected EOF"},
		{"a list", "[]", "[ where { belongs"},
		{"no categories", "{}", ""},
		{"a category of another type", `{"default": [], "develop": {"a": {"version": "==1"}}}`,
			`a 1 dev, line 1: category "default": [ where { belongs`},
		{"cut", `{"default": {"a": {"version": "==1"}`, "unexpected EOF"},
		{"a range", `{"default": {"a": {"version": ">=1"}, "b": {"version": null}, "c": {"version": ""}}}`, ""},
		{"a name of nothing", `{"default": {"": {"version": "==1"}}}`, "line 1: no name"},
		{"two versions", `{"default": {"a": {"version": "==1,==2"}}}`, `line 1: package "a": two versions`},
		{"deep", `{"default": {"a": ` + strings.Repeat("[", 100000), "invalid character '[' exceeded max depth"},
	} {
		if got := foundAll(t, analyze.Pipenv, "Pipfile.lock", row.text); got != row.want {
			t.Errorf("%s: Analyze() = %s, want %s", row.name, got, row.want)
		}
	}
}

func TestPythonTOML(t *testing.T) {
	t.Parallel()
	const one = "[[package]]\nname = \"a\"\nversion = \"1\"\n"
	for _, row := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"no packages", "version = 1\n", ""},
		{"one", one, "a 1"},
		{"CRLF", strings.ReplaceAll(one, "\n", "\r\n"), "a 1"},
		{"an array of tables in one line", `package = [{name = "a", version = "1"}, {name = "b", version = "2"}]`, "a 1, b 2"},
		{"not tables", "package = [1, {name = \"a\", version = \"1\"}]\n", "a 1, line 1: package is of the wrong type"},
		{"not an array", "[package]\nname = \"a\"\n", "line 1: package is of the wrong type"},
		{"a table, then an array", "[package]\n" + one, "line 2: a second \"package\"; line 1: package is of the wrong type"},
		{"a value, then an array", "package = 1\n" + one, "line 2: a second \"package\"; line 1: package is of the wrong type"},
		{"a table in a value", one + "[package.version.x]\n", "a 1, line 4: a second \"version\""},
		{"a table twice", one + "[package.x]\n[package.x]\n", "a 1, line 5: a second \"x\""},
		{"a key twice", one + "name = \"b\"\n", "a 1, line 4: a second \"name\""},
		{"a literal string", "[[package]]\nname = 'a'\nversion = \"\"\"\n1\"\"\"\n", "a 1"},
		{"a dotted key", "[[package]]\nname = \"a\"\nversion = \"1\"\nx.y = 1\nx.z = 2\n", "a 1"},
		{"cut in a string", one + "x = \"", "a 1, line 4: unterminated basic string"},
		{"cut in a header", one + "[[pack", "a 1, line 4: expected ']]' to close array table name"},
		{"a long key", one + "x" + strings.Repeat(".x", 100) + " = 1\n", "a 1, line 4: limit reached: a key of more than 32 parts"},
		{"many values", one + "x = [" + strings.Repeat("1,", 1<<20) + "]\n", "line 4: limit reached: more than 524288 values"},
		{"NUL", one + "\x00", "a 1, line 4: invalid character at start of key: U+0000"},
		{"the same twice", one + one, "a 1"},
		{"a long name", "[[package]]\nname = \"" + strings.Repeat("a", 5000) + "\"\nversion = \"1\"\n",
			`line 1: package "` + strings.Repeat("a", 64) + `": limit reached: a name or version of more than 4096 bytes`},
	} {
		if got := foundAll(t, analyze.Poetry, "poetry.lock", row.text); got != row.want {
			t.Errorf("%s: Analyze() = %s, want %s", row.name, got, row.want)
		}
	}
}

// TestPythonHostile holds the readers to a bounded time on what is made to take
// long, and to no panic.
func TestPythonHostile(t *testing.T) {
	t.Parallel()
	const deep = 100000
	same := strings.Repeat("[[package]]\nname = \"a\"\nversion = \"%d\"\ndependencies = [{ name = \"a\" }]\n", 3000)
	numbers := make([]any, 3000)
	for i := range numbers {
		numbers[i] = i
	}
	same = fmt.Sprintf(same, numbers...)
	for _, row := range []struct{ name, path, text string }{
		{"nested arrays", "poetry.lock", "x = " + strings.Repeat("[", deep)},
		{"nested tables", "uv.lock", "x = " + strings.Repeat("{a = ", deep)},
		{"nested headers", "pylock.toml", strings.Repeat("[a.a.a.a.a.a.a.a.a.a.a.a.a.a.a]\n", 1000)},
		{"nested lists", "environment.yml", "dependencies: " + strings.Repeat("[", deep)},
		{"nested blocks", "environment.yml", strings.Repeat("- ", deep)},
		{"aliases", "environment.yml", "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\ndependencies: [*c, *c]\n"},
		{"an alias of itself", "environment.yml", "dependencies: &a [*a, {pip: *a}]\n"},
		{"nested brackets", "pylock.toml", "[[packages]]\nname = \"a\"\nversion = \"1\"\nmarker = \"" + strings.Repeat("(", deep) + "\"\n"},
		{"many versions of one package", "uv.lock", same},
		{"the same for Poetry", "poetry.lock", strings.ReplaceAll(same, "[{ name = \"a\" }]", "{ a = \"<0\" }")},
		{"the same for pylock", "pylock.toml", strings.ReplaceAll(same, "[[package]]", "[[packages]]")},
		{"a long logical line", "requirements.txt", strings.Repeat("a \\\n", 1<<20)},
		{"nested objects", "conda-meta/a-1-0.json", strings.Repeat(`{"a":`, deep)},
	} {
		for _, a := range pythonAnalyzers() {
			if !analyzetest.Wants(a, row.path, 0o644) {
				continue
			}
			if _, err := a.Analyze(t.Context(), newFile(row.path, []byte(row.text))); err == nil && row.name != "nested headers" {
				t.Errorf("%s: Analyze(%s) = no error", row.name, row.path)
			}
		}
	}
}

// TestPythonUnreadable holds the analyzers to handing on what keeps a file from
// being read, and to refusing one that is too large.
func TestPythonUnreadable(t *testing.T) {
	t.Parallel()
	paths := map[string]string{
		"python-pkg": "a.egg-info", "python-egg": "a.egg", "pip": "requirements.txt", "pipenv": "Pipfile.lock",
		"poetry": "poetry.lock", "uv": "uv.lock", "pylock": "pylock.toml", "conda-pkg": "conda-meta/a-1-0.json",
		"conda-environment": "environment.yml",
	}
	for name, a := range pythonAnalyzers() {
		e := artifact.Entry{Path: paths[name], Kind: artifact.KindRegular, Size: 100}
		if facts, err := a.Analyze(t.Context(), artifact.NewFile(e, strings.NewReader("Name: a\n"))); err == nil || !facts.Empty() {
			t.Errorf("%s: Analyze(cut short) = %+v, %v, want an error", name, facts, err)
		}
		if strings.HasPrefix(name, "python-") {
			continue
		}
		e.Size = 16<<20 + 1
		if facts, err := a.Analyze(t.Context(), artifact.NewFile(e, strings.NewReader(""))); !errors.Is(err, artifact.ErrLimit) || !facts.Empty() {
			t.Errorf("%s: Analyze(16 MiB and more) = %+v, %v, want a limit", name, facts, err)
		}
	}
}

// TestPoetryResolve holds Poetry to what a pyproject.toml says of a lock file
// that is silent, and to leaving nothing of its own behind.
func TestPoetryResolve(t *testing.T) {
	t.Parallel()
	const lock = "[[package]]\nname = \"A.b\"\nversion = \"1\"\n[package.dependencies]\nc = \"*\"\n" +
		"[[package]]\nname = \"c\"\nversion = \"1\"\n[[package]]\nname = \"d\"\nversion = \"1\"\n[package.dependencies]\na-b = \"*\"\ne = \"*\"\n" +
		"[[package]]\nname = \"e\"\nversion = \"1\"\n[[package]]\nname = \"stale\"\nversion = \"1\"\n"
	for _, row := range []struct{ name, manifest, want, err string }{
		{name: "none", want: "A.b unknown, c unknown, d unknown, e unknown, stale unknown"},
		{name: "another tool's", manifest: "[tool.x]\n", want: "A.b unknown, c unknown, d unknown, e unknown, stale unknown"},
		{name: "Poetry's", manifest: "[tool.poetry.dependencies]\npython = \"*\"\na_b = \"*\"\n[tool.poetry.group.x.dependencies]\nd = \"*\"\n",
			want: "A.b direct, c indirect, d direct dev, e indirect dev, stale indirect"},
		{name: "Poetry's before groups", manifest: "[tool.poetry.dependencies]\na_b = \"*\"\n[tool.poetry.dev-dependencies]\nD = \"*\"\n",
			want: "A.b direct, c indirect, d direct dev, e indirect dev, stale indirect"},
		{name: "PEP 621", manifest: "[project]\ndependencies = [\"a.b>=1\"]\n[dependency-groups]\nx = [\"d\"]\n",
			want: "A.b direct, c indirect, d direct dev, e indirect dev, stale indirect"},
		{name: "an extra is not for development", manifest: "[project.optional-dependencies]\nx = [\"d[y]; z\"]\n",
			want: "A.b indirect, c indirect, d direct, e indirect, stale indirect"},
		{name: "broken", manifest: "[tool.poetry.dependencies]\na_b = \"*\"\nd = \n", want: "A.b direct, c indirect, d indirect, e indirect, stale indirect",
			err: "read x/pyproject.toml: line 3: unexpected character U+000A at start of value"},
	} {
		files := map[string]string{"x/poetry.lock": lock, "y/pyproject.toml": "broken"}
		if row.manifest != "" {
			files["x/pyproject.toml"] = row.manifest
		}
		tree, errs := analyzetest.Run(t.Context(), analyze.Poetry, files)
		var got []string
		for _, c := range tree.File("x/poetry.lock").Facts.Components {
			s := c.Name + " " + c.Relationship.String()
			if c.Dev {
				s += " dev"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, ", "); s != row.want {
			t.Errorf("%s: Resolve: %s, want %s", row.name, s, row.want)
		}
		if got := errorText(errs[""]); got != row.err {
			t.Errorf("%s: Resolve() = %s, want %s", row.name, got, row.err)
		}
		for _, f := range tree.Files() {
			if len(f.Facts.Custom) > 0 {
				t.Errorf("%s: Resolve left %s of %s", row.name, f.Facts.Custom, f.Path)
			}
		}
	}
}

func TestCondaEnvironment(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"null", "~\n", "not a mapping"},
		{"a list", "- a=1\n", "not a mapping"},
		{"no dependencies", "name: x\ndependencies:\n", ""},
		{"not a list", "dependencies: {a: 1}\n", "line 1: no list where one belongs"},
		{"a number", "dependencies: [1, a=1]\n", "a 1"},
		{"byte order mark", "\ufeffdependencies: [a=1]\n", "a 1"},
		{"quoted", "dependencies: ['a=1', \"b==2\"]\n", "a 1, b 2"},
		{"a comment in the entry", "dependencies: ['a=1 # x']\n", "a 1"},
		{"an empty version", "dependencies: [a=, b==, c=1=]\n", "c 1"},
		{"not YAML", "dependencies: [a=1", "yaml: line 1: did not find expected ',' or ']'"},
		{"a tab", "dependencies:\n\t- a=1\n", "yaml: line 2: found character that cannot start any token"},
	} {
		if got := foundAll(t, analyze.CondaEnvironment, "environment.yml", row.text); got != row.want {
			t.Errorf("%s: Analyze() = %s, want %s", row.name, got, row.want)
		}
	}
}

func TestCondaPackage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, want string }{
		{"nothing", "", "unexpected EOF"},
		{"a list", "[]", "[ where { belongs"},
		{"no name", `{"version": "1"}`, "no name"},
		{"a number", `{"name": "a", "version": 1}`, "version is not a string"},
		{"another case", `{"Name": "a", "version": "1"}`, "no name"},
		{"long", `{"name": "` + strings.Repeat("a", 5000) + `"}`, "limit reached: 5002 bytes in name, of 4096"},
		{"one", `{"version": "1", "name": "a", "license": ""}`, "a 1"},
	} {
		if got := foundAll(t, analyze.CondaPackage, "conda-meta/a-1-0.json", row.text); got != row.want {
			t.Errorf("%s: Analyze() = %s, want %s", row.name, got, row.want)
		}
	}
}

// TestPythonLineEnds holds the fixtures with other line ends, and cut before
// the last one, to the same components on the same lines.
func TestPythonLineEnds(t *testing.T) {
	t.Parallel()
	for name, a := range pythonAnalyzers() {
		if name == "python-egg" {
			continue
		}
		for path, content := range readTree(t, "testdata/python/"+name) {
			facts, _ := a.Analyze(t.Context(), newFile(path, []byte(content)))
			want := renderPython(facts.Components, nil, nil)
			for what, text := range map[string]string{
				"CRLF":        strings.ReplaceAll(content, "\n", "\r\n"),
				"no final LF": strings.TrimRight(content, "\n"),
			} {
				facts, _ := a.Analyze(t.Context(), newFile(path, []byte(text)))
				if diff := cmp.Diff(want, renderPython(facts.Components, nil, nil)); diff != "" {
					t.Errorf("%s: Analyze(%s) with %s: -want +got\n%s", name, path, what, diff)
				}
			}
		}
	}
}

func BenchmarkPythonPackage(b *testing.B) {
	text := "Metadata-Version: 2.1\nName: keel-boat\nVersion: 1.4.2\nLicense: MIT\n" +
		strings.Repeat("Requires-Dist: mast>=2\n", 50) + "\n" + strings.Repeat("A boat.\n", 5000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := analyze.PythonPackage.Analyze(b.Context(), newFile("a.egg-info", []byte(text))); err != nil {
			b.Fatal(err)
		}
	}
}
