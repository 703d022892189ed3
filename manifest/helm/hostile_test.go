package helm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// None of these takes up what it asks for, and each says which limit it met.
func TestHostileTemplates(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"loop over a number":     `{{ range 1000000000000 }}x{{ end }}`,
		"loop that writes none":  `{{ range 1000000000000 }}{{ end }}`,
		"loops in loops":         `{{ range 10000 }}{{ range 10000 }}{{ end }}{{ end }}`,
		"repeat":                 `{{ repeat 1000000000 "xxxxxxxx" }}`,
		"repeat, many times":     `{{ range 100000 }}{{ repeat 1000000 "xxxxxxxx" }}{{ end }}`,
		"until":                  `{{ range until 1000000000 }}{{ end }}`,
		"untilStep":              `{{ untilStep 0 1000000000 1 }}`,
		"seq":                    `{{ seq 1000000000 }}`,
		"indent":                 `{{ indent 1000000000 "x" }}`,
		"random":                 `{{ randAlphaNum 1000000000 }}`,
		"replace":                `{{ $a := repeat 1000000 "x" }}{{ replace "" $a $a }}`,
		"replace by pattern":     `{{ $a := repeat 1000000 "x" }}{{ regexReplaceAll "" $a $a }}`,
		"join":                   `{{ $a := repeat 1000000 "x" }}{{ join $a (until 100000) }}`,
		"doubled text":           `{{ $a := "x" }}{{ range 60 }}{{ $a = print $a $a }}{{ end }}`,
		"doubled text by printf": `{{ $a := "x" }}{{ range 60 }}{{ $a = printf "%[1]s%[1]s%[1]s" $a }}{{ end }}`,
		"doubled list":           `{{ $a := list "x" }}{{ range 60 }}{{ $a = list $a $a }}{{ end }}{{ toYaml $a }}`,
		"doubled list, written":  `{{ $a := list "x" }}{{ range 60 }}{{ $a = list $a $a }}{{ end }}{{ $a }}`,
		"list that holds itself": `{{ $a := dict }}{{ $_ := set $a "a" $a }}{{ toJson $a }}`,
		"itself, written":        `{{ $a := dict }}{{ $_ := set $a "a" $a }}{{ $a }}`,
		"template in itself":     `{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}`,
		"include in itself":      `{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}`,
		"tpl in itself":          `{{ define "a" }}{{ tpl "{{ include \"a\" . }}" . }}{{ end }}{{ include "a" . }}`,
		"loop in tpl":            `{{ tpl "{{ range 1000000000000 }}x{{ end }}" . }}`,
		"doubled templates":      doubledTemplates(60),
		"doubled templates, tpl": strings.ReplaceAll(doubledTemplates(60), "{{ define", "{{/**/}}{{ define"),
		"many keys":              `{{ range 1000 }}{{ $a := derivePassword 1 "long" "a" "b" "c" }}{{ end }}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := Renderer{Limits: Limits{Steps: 100_000, OutputBytes: 2 << 20}}
			list, err := r.Render(t.Context(), chartWith(text), "c")
			if !errors.Is(err, ErrLimit) || len(list) > 0 {
				t.Errorf("Render = %d texts, %v; want ErrLimit", len(list), err)
			}
		})
	}
}

// doubledTemplates write nothing, 2^n times.
func doubledTemplates(n int) string {
	var b strings.Builder
	b.WriteString(`{{ define "t0" }}{{ end }}`)
	for i := range n {
		fmt.Fprintf(&b, "{{ define \"t%d\" }}{{ template \"t%d\" }}{{ template \"t%d\" }}{{ end }}", i+1, i, i)
	}
	fmt.Fprintf(&b, "{{ template \"t%d\" }}", n)
	return b.String()
}

func TestCancelLoop(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := Renderer{Limits: Limits{Steps: 1 << 50}}
	_, err := r.Render(ctx, chartWith(`{{ range 1000000000000 }}{{ end }}`), "c")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Render = %v, want the context's error", err)
	}
}

func TestHostileFiles(t *testing.T) {
	t.Parallel()
	chart := func(change func(fstest.MapFS)) fstest.MapFS {
		fsys := chartWith("a: b")
		change(fsys)
		return fsys
	}
	small := Limits{ArchiveBytes: 1000, ChartBytes: 10_000, FileBytes: 5000, Entries: 20, Depth: 2}
	nested := chart(func(fsys fstest.MapFS) {
		dir := "c/"
		for range 4 {
			dir += "charts/c/"
			fsys[dir+"Chart.yaml"] = fsys["c/Chart.yaml"]
		}
	})
	for _, row := range []struct {
		name string
		fsys fstest.MapFS
		path string
		want error // nil: any
	}{
		{"large file", chart(func(f fstest.MapFS) { f["c/big"] = file1(strings.Repeat("x", 6000)) }), "c", ErrLimit},
		{"large chart", chart(func(f fstest.MapFS) {
			for i := range 5 {
				f[fmt.Sprint("c/big", i)] = file1(strings.Repeat("x", 4000))
			}
		}), "c", ErrLimit},
		{"many files", chart(func(f fstest.MapFS) {
			for i := range 30 {
				f[fmt.Sprint("c/", i)] = file1("x")
			}
		}), "c", ErrLimit},
		{"nested charts", nested, "c", ErrLimit},
		{"link", chart(func(f fstest.MapFS) { f["c/l"] = &fstest.MapFile{Data: []byte("../x"), Mode: fs.ModeSymlink} }), "c", ErrLink},
		{"link in a package", packed(t, entry{name: "c/l", kind: tar.TypeSymlink, text: "/etc/passwd"}), "c.tgz", ErrLink},
		{"hard link in a package", packed(t, entry{name: "c/l", kind: tar.TypeLink, text: "/etc/passwd"}), "c.tgz", ErrLink},
		{"device in a package", packed(t, entry{name: "c/l", kind: tar.TypeChar}), "c.tgz", nil},
		{"path upwards", packed(t, entry{name: "c/../../x"}), "c.tgz", nil},
		{"path upwards, backslashes", packed(t, entry{name: `c\..\..\x`}), "c.tgz", nil},
		{"absolute path", packed(t, entry{name: "/x"}), "c.tgz", nil},
		{"drive", packed(t, entry{name: `c/C:/x`}), "c.tgz", nil},
		{"no directory", packed(t, entry{name: "Chart.yaml"}), "c.tgz", nil},
		{"inflates much", packed(t, entry{name: "c/x", text: strings.Repeat("x", 9000)}), "c.tgz", ErrLimit},
		{"not a package", fstest.MapFS{"c.tgz": file1("x")}, "c.tgz", nil},
		{"ends early", fstest.MapFS{"c.tgz": file1(string(pack(t, chartWith("a: b"), "c")[:100]))}, "c.tgz", nil},
		{"no Chart.yaml", fstest.MapFS{"c/values.yaml": file1("a: b")}, "c", nil},
		{"bad Chart.yaml", fstest.MapFS{"c/Chart.yaml": file1("{")}, "c", nil},
		{"empty Chart.yaml", fstest.MapFS{"c/Chart.yaml": file1("")}, "c", nil},
		{"bad values", chart(func(f fstest.MapFS) { f["c/values.yaml"] = file1("- a") }), "c", nil},
		{"bad .helmignore", chart(func(f fstest.MapFS) { f["c/.helmignore"] = file1("**/x") }), "c", nil},
		{"bad schema", chart(func(f fstest.MapFS) { f["c/values.schema.json"] = file1("{") }), "c", nil},
		{"absent", fstest.MapFS{}, "c", fs.ErrNotExist},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, err := Renderer{Limits: small}.Render(t.Context(), row.fsys, row.path)
			if err == nil || row.want != nil && !errors.Is(err, row.want) {
				t.Errorf("Render: %v, want an error matching %v", err, row.want)
			}
		})
	}
}

// A dependency with ten aliases, ten deep, is not multiplied out.
func TestAliases(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n")
	for i := range 10 {
		fmt.Fprintf(&b, "- {name: c, version: 1.0.0, alias: a%d}\n", i)
	}
	fsys := fstest.MapFS{}
	dir := "c/"
	for range 8 {
		fsys[dir+"Chart.yaml"] = file1(b.String())
		dir += "charts/c/"
	}
	if _, err := (Renderer{}).Render(t.Context(), fsys, "c"); !errors.Is(err, ErrLimit) {
		t.Errorf("Render: %v, want ErrLimit", err)
	}
}

// FuzzPackage renders archives of any kind: without a panic, and within limits.
func FuzzPackage(f *testing.F) {
	f.Add(inflated(f, pack(f, chartWith(`a: {{ include "b" . }}{{ define "b" }}{{ range 3 }}x{{ end }}{{ end }}`), "c")))
	f.Add([]byte("text"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{"c.tgz": file1(string(deflated(t, data)))}
		r := Renderer{Limits: Limits{Steps: 10_000, OutputBytes: 1 << 20, ChartBytes: 1 << 20}}
		list, err := r.Render(t.Context(), fsys, "c.tgz")
		if err != nil && strings.Contains(err.Error(), "panic") {
			t.Errorf("Render: %v", err)
		}
		for _, m := range list {
			if n := bytes.Count(m.Text, []byte("\n")); len(m.Source) != n && len(m.Source) != n+1 {
				t.Errorf("%s has %d newlines, and %d sources", m.Path, n, len(m.Source))
			}
		}
	})
}

// FuzzTemplate renders one template of any text.
func FuzzTemplate(f *testing.F) {
	f.Add(`{{ range $i, $x := until 3 }}{{ if $i }}{{ continue }}{{ end }}{{ template "a" $x }}{{ else }}{{ break }}{{ end }}{{ define "a" }}{{ . }}{{ end }}`)
	f.Add(`{{ with $x := dict "a" (list 1 2) }}{{ toYaml $x | nindent 2 }}{{ end }}{{- block "b" . }}x{{ end }}`)
	f.Fuzz(func(t *testing.T, text string) {
		r := Renderer{Limits: Limits{Steps: 10_000, OutputBytes: 1 << 20}}
		if _, err := r.Render(t.Context(), chartWith(text), "c"); err != nil && strings.Contains(err.Error(), "panic") {
			t.Errorf("Render: %v", err)
		}
	})
}

type entry struct {
	name, text string // of a link the text is where it leads
	kind       byte   // 0 is a file
}

// packed is a package with a chart and one entry more.
func packed(t *testing.T, more entry) fstest.MapFS {
	t.Helper()
	return fstest.MapFS{"c.tgz": file1(string(pack(t, chartWith("a: b"), "c", more)))}
}

// pack is the chart in dir as a package.
func pack(tb testing.TB, fsys fs.FS, dir string, more ...entry) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	err := fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		more = append(more, entry{name: name, text: string(text)})
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	for _, e := range more {
		h := &tar.Header{Name: e.name, Mode: 0o644, Typeflag: tar.TypeReg, Size: int64(len(e.text))}
		if e.kind != 0 {
			h.Typeflag, h.Linkname, h.Size = e.kind, e.text, 0
		}
		if err := w.WriteHeader(h); err != nil {
			tb.Fatal(err)
		}
		if e.kind == 0 {
			io.WriteString(w, e.text)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return deflated(tb, b.Bytes())
}

func deflated(tb testing.TB, data []byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func inflated(tb testing.TB, data []byte) []byte {
	tb.Helper()
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		tb.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}
