package kustomize

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the golden parts of testdata")

// Each file of testdata is a file system, and under want/ what is rendered of its
// directory "app".
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
			list, err := Renderer{}.Render(t.Context(), fsys, "app")
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list {
				given.Files = append(given.Files, txtar.File{Name: "want/" + r.Path, Data: r.Text})
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

func TestDetect(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"a/kustomization.yaml": {}, "b/kustomization.yml": {}, "c/Kustomization": {}, "d/x.yaml": {},
		"e/kustomization.yaml/x": {}, "kustomization.yaml": {},
	}
	for _, row := range []struct {
		name            string
		want, forCompat bool
	}{
		{"a", true, true}, {"b", true, true}, {"c", true, false}, {"d", false, false}, {"e", false, false},
		{"kustomization.yaml", false, false},
	} {
		info, err := fs.Stat(fsys, row.name)
		if err != nil {
			t.Fatal(err)
		}
		entry := fs.FileInfoToDirEntry(info)
		if got := (Renderer{}).Detect(fsys, row.name, entry); got != row.want {
			t.Errorf("Detect(%s) = %t, want %t", row.name, got, row.want)
		}
		if got := (Renderer{Compat: true}).Detect(fsys, row.name, entry); got != row.forCompat {
			t.Errorf("Detect(%s) with Compat = %t, want %t", row.name, got, row.forCompat)
		}
	}
}

const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"

// app is a file system with a kustomization in "app" that has a pod.
func app(kustomization string) fstest.MapFS {
	return fstest.MapFS{
		"app/kustomization.yaml": {Data: []byte(kustomization)},
		"app/pod.yaml":           {Data: []byte(pod)},
	}
}

// None of these gets as far as to look for a host or to run git.
func TestRemote(t *testing.T) {
	t.Parallel()
	const generator = "apiVersion: builtin\\nkind: ConfigMapGenerator\\nmetadata: {name: x}\\nfiles: [\\\"a=https://example.invalid/x\\\"]"
	for _, text := range []string{
		`resources: ["https://example.invalid/x.yaml"]`,
		`Resources: ["HTTPS://example.invalid/x.yaml"]`,
		`resources: ["github.com/example/x"]`,
		`resources: ["github.com/example/x//base?ref=v1"]`,
		`resources: ["git@example.invalid:a/b"]`,
		`resources: ["git::ssh://example.invalid/a/b"]`,
		`resources: ["file:///tmp/a.git"]`,
		`bases: ["ssh://git@example.invalid/a/b"]`,
		`components: ["https://example.invalid/a/b.git"]`,
		`crds: ["https://example.invalid/x"]`,
		`configurations: ["https://example.invalid/x"]`,
		`openapi: {path: "https://example.invalid/x"}`,
		`patches: [{path: "https://example.invalid/x"}]`,
		`patches: [{path: "http:example.invalid/x"}]`,
		`patchesStrategicMerge: ["https://example.invalid/x"]`,
		`patchesJson6902: [{path: "https://example.invalid/x", target: {kind: Pod, name: p, version: v1}}]`,
		`replacements: [{path: "https://example.invalid/x"}]`,
		`configMapGenerator: [{name: x, files: ["a=https://example.invalid/x"]}]`,
		`configMapGenerator: [{name: x, envs: ["https://example.invalid/x"]}]`,
		`configMapGenerator: [{name: x, env: "https://example.invalid/x"}]`,
		`secretGenerator: [{name: x, files: ["https://example.invalid/x"]}]`,
		`generators: ["https://example.invalid/x"]`,
		`generators: ["github.com/a/b: c\nd: e"]`,
		`generators: ["` + generator + `"]`,
		`generators: [generator.yaml]`,
		`transformers: [transformers]`,
		`validators: ["git@example.invalid:a/b\n"]`,
		`transformers: ["https://example.invalid/x\n"]`,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			fsys := app("resources: [pod.yaml]\n" + text)
			if strings.HasPrefix(strings.ToLower(text), "resources") {
				fsys = app(text)
			}
			const generator = "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: x}\nfiles: [\"a=https:\\u002f/example.invalid/x\"]"
			fsys["app/generator.yaml"] = &fstest.MapFile{Data: []byte(generator)}
			fsys["app/transformers/kustomization.yaml"] = &fstest.MapFile{Data: []byte("resources: [patch.yaml]")}
			fsys["app/transformers/patch.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: x}\npath: http://example.invalid/x")}
			if _, err := (Renderer{}).Render(t.Context(), fsys, "app"); !errors.Is(err, ErrRemote) {
				t.Errorf("Render: %v, want ErrRemote", err)
			}
		})
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	small := Limits{FileBytes: 2000, Bytes: 20_000, Reads: 2000, Nodes: 1000, OutputBytes: 1000}
	with := func(fsys fstest.MapFS, name, text string) fstest.MapFS {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
		return fsys
	}
	doubled := app("resources: [../b0]")
	for i := range 40 {
		with(doubled, fmt.Sprintf("b%d/kustomization.yaml", i), fmt.Sprintf("resources: [../x%d, ../y%d]", i, i))
		with(doubled, fmt.Sprintf("x%d/kustomization.yaml", i), fmt.Sprintf("resources: [../b%d]\nnamePrefix: l", i+1))
		with(doubled, fmt.Sprintf("y%d/kustomization.yaml", i), fmt.Sprintf("resources: [../b%d]\nnamePrefix: r", i+1))
	}
	with(doubled, "b40/kustomization.yaml", "resources: [pod.yaml]")
	with(doubled, "b40/pod.yaml", pod)
	aliases := "a0: &a0 [x]\n"
	for i := range 40 {
		aliases += fmt.Sprintf("a%d: &a%d [*a%d, *a%d]\n", i+1, i+1, i, i)
	}
	link := app("resources: [l.yaml]")
	link["app/l.yaml"] = &fstest.MapFile{Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}
	for _, row := range []struct {
		name string
		fsys fstest.MapFS
		want error // nil: any
	}{
		{"large file", with(app("resources: [pod.yaml]"), "app/pod.yaml", pod+strings.Repeat("#", 2000)), ErrLimit},
		{"doubled bases", doubled, ErrLimit},
		{"aliases", with(app("resources: [pod.yaml]"), "app/pod.yaml", pod+aliases), ErrLimit},
		{"alias of its own", with(app("resources: [pod.yaml]"), "app/pod.yaml", pod+"a: &a {b: *a}"), nil},
		{"large output", with(app("resources: [pod.yaml]"), "app/pod.yaml", pod+"data: "+strings.Repeat("x", 1500)), ErrLimit},
		{"link", link, ErrLink},
		{"in itself", app("resources: [../app]"), nil},
		{"outside", app("resources: [../../../etc]"), nil},
		{"file outside", with(app("resources: [../pod.yaml]"), "pod.yaml", pod), nil},
		{"absent file", app("resources: [none.yaml]"), nil},
		{"two kustomizations", with(app("resources: [pod.yaml]"), "app/Kustomization", "resources: [pod.yaml]"), nil},
		{"no kustomization", fstest.MapFS{"app/pod.yaml": {Data: []byte(pod)}}, nil},
		{"no YAML", app("resources: ["), nil},
		{"unknown field", app("resource: [pod.yaml]"), nil},
		{"chart", app("helmCharts: [{name: x, repo: \"https://example.invalid\"}]"), nil},
		{"program", with(app("resources: [pod.yaml]\ntransformers: [run.yaml]"), "app/run.yaml",
			"apiVersion: example/v1\nkind: Run\nmetadata: {name: x, annotations: {config.kubernetes.io/function: \"exec: {path: ./run}\"}}"), nil},
		{"plugin", with(app("resources: [pod.yaml]\ngenerators: [run.yaml]"), "app/run.yaml", "apiVersion: example/v1\nkind: Run\nmetadata: {name: x}"), nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			list, err := Renderer{Limits: small}.Render(t.Context(), row.fsys, "app")
			if err == nil || row.want != nil && !errors.Is(err, row.want) {
				t.Errorf("Render = %v, %v; want an error matching %v", list, err, row.want)
			}
			if err != nil && strings.Contains(err.Error(), "panic") {
				t.Errorf("Render: %v", err)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Renderer{}).Render(ctx, app("resources: [pod.yaml]"), "app"); !errors.Is(err, context.Canceled) {
		t.Errorf("Render: %v, want context.Canceled", err)
	}
}

func TestConcurrent(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			list, err := Renderer{}.Render(t.Context(), app("resources: [pod.yaml]\nnamePrefix: a-"), "app")
			if err != nil || len(list) != 1 || list[0].Path != "app/pod.yaml" {
				t.Errorf("Render = %v, %v", list, err)
			}
		})
	}
	wg.Wait()
}

// FuzzKustomization renders a kustomization and a resource of any text: without a
// panic. What it refers to is nowhere, or refused.
func FuzzKustomization(f *testing.F) {
	f.Add("resources: [pod.yaml]\nnamePrefix: a-\nimages: [{name: x, newTag: v1}]", pod)
	f.Add("resources: [pod.yaml]\npatches: [{patch: '[{op: add, path: /a, value: b}]', target: {kind: Pod}}]", pod)
	f.Add("configMapGenerator: [{name: x, literals: [a=b]}]\ngenerators: [pod.yaml]", "a: &a [*a]")
	f.Fuzz(func(t *testing.T, kustomization, resource string) {
		fsys := app(kustomization)
		fsys["app/pod.yaml"] = &fstest.MapFile{Data: []byte(resource)}
		_, err := Renderer{Limits: Limits{Reads: 2000, Nodes: 10_000}}.Render(t.Context(), fsys, "app")
		if err != nil && strings.Contains(err.Error(), "panic") && !strings.Contains(kustomization+resource, "panic") {
			t.Errorf("Render: %v", err)
		}
	})
}
