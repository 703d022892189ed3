package helm

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/plimsoll-go/plimsoll/manifest"
)

var update = flag.Bool("update", false, "write the golden parts of testdata")

// Each file of testdata is a file system with a chart "shop", and what is rendered
// of it: under want/, each line with its line in the template.
func TestGolden(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			fsys := fstest.MapFS{}
			given := &txtar.Archive{Comment: a.Comment}
			for _, f := range a.Files {
				if !strings.HasPrefix(f.Name, "want/") {
					fsys[f.Name] = &fstest.MapFile{Data: f.Data}
					given.Files = append(given.Files, f)
				}
			}
			r := Renderer{IncludeCRDs: true}
			list, err := r.Render(t.Context(), fsys, "shop")
			for _, r := range list {
				given.Files = append(given.Files, txtar.File{Name: "want/" + r.Path, Data: numbered(r)})
			}
			if err != nil {
				given.Files = append(given.Files, txtar.File{Name: "want/error", Data: []byte(err.Error() + "\n")})
			} else {
				r.IncludeCRDs = false
				list, _ := r.Render(t.Context(), fsys, "shop")
				compareWithHelm(t, r, fsys, "shop", list)
			}
			got := txtar.Format(given)
			if *update {
				if err := os.WriteFile(name, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s, -want +got:\n%s", name, diff)
			}
		})
	}
}

func numbered(r manifest.Rendered) []byte {
	var b strings.Builder
	i := 0
	for line := range strings.Lines(string(r.Text)) {
		fmt.Fprintf(&b, "%3d|%s\n", r.Source[i], strings.TrimSuffix(line, "\n"))
		i++
	}
	return []byte(b.String())
}

// A literal line of a template that is rendered has its own number.
func TestSourceOfLiterals(t *testing.T) {
	t.Parallel()
	const text = `{{- range $i := until 3 }}
a: literal
{{- /* a comment
of two lines */}}
{{ if eq $i 1 }}
b: literal
{{ end -}}

c: {{ $i }}
{{ include "d" . }}
  {{- "x\ny" | nindent 2 }}
{{- end }}
`
	fsys := chartWith(text)
	fsys["c/templates/_d.tpl"] = file1(`{{ define "d" }}a: literal{{ end }}`)
	list, err := Renderer{}.Render(t.Context(), fsys, "c")
	if err != nil {
		t.Fatal(err)
	}
	template := strings.Split(text, "\n")
	for i, line := range strings.Split(strings.TrimSuffix(string(list[0].Text), "\n"), "\n") {
		source := template[list[0].Source[i]-1]
		if strings.Contains(source, "{{") {
			continue
		}
		if line != source {
			t.Errorf("line %d, %q, is said to come from %q", i+1, line, source)
		}
	}
	if want := []int{1, 2, 9, 10, 11, 11, 2, 5, 6, 9, 10, 11, 11, 2, 9, 10, 11, 11}; !slices.Equal(list[0].Source, want) {
		t.Errorf("Source = %v, want %v; text:\n%s", list[0].Source, want, list[0].Text)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	const text = `v: {{ .Values.a }} {{ .Values.b }} {{ .Values.c }} {{ .Values.d }} {{ .Release.Name }} {{ .Release.Namespace }} ` +
		`{{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.APIVersions.Has "x/v1" }} {{ .Capabilities.APIVersions.Has "apps/v1" }}`
	values, err := ReadValues(strings.NewReader("a: 1\nb: 1\nc: 1"))
	if err != nil {
		t.Fatal(err)
	}
	r := Renderer{
		Values: MergeValues(values, map[string]any{"b": 2}), Set: []string{"c=3"}, SetFile: []string{"d=note"},
		Files: fstest.MapFS{"note": file1("four")}, ReleaseName: "rel", Namespace: "ns", KubeVersion: "1.30",
		APIVersions: []string{"x/v1"},
	}
	list, err := r.Render(t.Context(), chartWith(text), "c")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(list[0].Text), "v: 1 2 3 four rel ns v1.30 true true"; got != want {
		t.Errorf("Render = %q, want %q", got, want)
	}
	for _, r := range []Renderer{
		{Set: []string{"a"}}, {SetString: []string{"a[x]=1"}}, {SetJSON: []string{"a={"}}, {SetFile: []string{"a=b"}},
		{KubeVersion: "new"},
	} {
		if _, err := r.Render(t.Context(), chartWith("a: b"), "c"); err == nil {
			t.Errorf("Render with %+v: no error", r)
		}
	}
}

func TestRequiredAndFail(t *testing.T) {
	t.Parallel()
	fsys := chartWith("a: b\n\nc: {{ required \"say which\" .Values.none }}")
	fsys["c/templates/other.yaml"] = file1("d: e")
	fsys["c/templates/broken.yaml"] = file1("f: {{ unknown }}")
	list, err := Renderer{}.Render(t.Context(), fsys, "c")
	if len(list) != 1 || list[0].Path != "c/templates/other.yaml" {
		t.Errorf("Render = %v, want other.yaml alone", list)
	}
	want := "parse template: template: c/templates/broken.yaml:1: function \"unknown\" not defined\n" +
		"template: c/templates/t.yaml:3:6: say which"
	if err == nil || err.Error() != want {
		t.Errorf("Render: error %q, want %q", err, want)
	}
	list, _ = Renderer{Lint: true}.Render(t.Context(), fsys, "c")
	if len(list) != 2 {
		t.Errorf("Render with Lint = %v, want two", list)
	}
}

func TestCompat(t *testing.T) {
	t.Parallel()
	fsys := chartWith("a: b")
	if list, err := (Renderer{}).Render(t.Context(), fsys, "c"); err != nil || len(list) != 1 {
		t.Errorf("Render = %v, %v", list, err)
	}
	if _, err := (Renderer{Compat: true}).Render(t.Context(), fsys, "c"); !errors.Is(err, ErrNoValues) {
		t.Errorf("Render with Compat: %v, want ErrNoValues", err)
	}
}

func TestSchema(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		schema   string
		rendered int
		want     error
	}{
		{`{"required": ["port"]}`, 0, nil},
		{`{"$ref": "https://example.invalid/schema.json"}`, 1, ErrSchema},
		{`{"$ref": "file:///etc/hostname"}`, 1, ErrSchema},
	} {
		fsys := chartWith("a: b")
		fsys["c/values.schema.json"] = file1(row.schema)
		list, err := Renderer{}.Render(t.Context(), fsys, "c")
		if err == nil || len(list) != row.rendered || row.want != nil && !errors.Is(err, row.want) {
			t.Errorf("Render with schema %s = %v, %v", row.schema, list, err)
		}
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	fsys := chartWith("a: b")
	fsys["d/x.yaml"] = file1("a: b")
	fsys["p.tgz"] = file1(string(pack(t, fsys, "c")))
	fsys["text.tgz"] = file1("text")
	fsys["e/Chart.yaml/x"] = file1("a directory")
	for name, want := range map[string]bool{
		"c": true, "p.tgz": true, "d": false, "text.tgz": false, "e": false, "c/Chart.yaml": false,
	} {
		entries, err := fs.ReadDir(fsys, path.Dir(name))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if entry.Name() == path.Base(name) && (Renderer{}).Detect(fsys, name, entry) != want {
				t.Errorf("Detect(%s) = %t, want %t", name, !want, want)
			}
		}
	}
}

// A packaged chart is rendered as its directory is, also as a subchart of another.
func TestPackage(t *testing.T) {
	t.Parallel()
	fsys := chartWith("a: {{ .Values.size }}")
	fsys["c/values.yaml"] = file1("size: 1")
	packed := file1(string(pack(t, fsys, "c")))
	outer := fstest.MapFS{
		"d/c-1.tgz":          packed,
		"e/Chart.yaml":       file1("apiVersion: v2\nname: outer\nversion: 1.0.0"),
		"e/values.yaml":      file1("c: {size: 2}"),
		"e/charts/c-1.tgz":   packed,
		"e/charts/README.md": file1("# Charts"),
	}
	for name, want := range map[string]string{
		"d/c-1.tgz": "d/c-1.tgz/c/templates/t.yaml a: 1",
		"e":         "e/charts/c/templates/t.yaml a: 2",
	} {
		list, err := Renderer{}.Render(t.Context(), outer, name)
		if err != nil {
			t.Fatal(err)
		}
		if got := list[0].Path + " " + string(list[0].Text); got != want {
			t.Errorf("Render(%s) = %q, want %q", name, got, want)
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if list, err := (Renderer{}).Render(ctx, chartWith("a: b"), "c"); list != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("Render = %v, %v, want the context's error", list, err)
	}
}

// chartWith is a chart in "c" with one template.
func chartWith(template string) fstest.MapFS {
	return fstest.MapFS{
		"c/Chart.yaml":       file1("apiVersion: v2\nname: c\nversion: 1.0.0"),
		"c/templates/t.yaml": file1(template),
	}
}

func file1(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
