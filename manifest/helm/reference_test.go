package helm

import (
	"fmt"
	"io/fs"
	"log"
	"log/slog"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chartloader "helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	"sigs.k8s.io/yaml"

	"github.com/plimsoll-go/plimsoll/manifest"
)

func TestMain(m *testing.M) {
	log.SetOutput(testLog{}) // helm warns there
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

type testLog struct{}

func (testLog) Write(p []byte) (int, error) { return len(p), nil }

// Helm makes the same of the charts of others.
func TestHelm(t *testing.T) {
	t.Parallel()
	dir := corpusDir(t)
	names, err := filepath.Glob(filepath.Join(dir, "*", "*", "Chart.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		name := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(name), dir+string(filepath.Separator)))
		if name == "testdata/malformed-deps-chart" || name == "testdata/subchart" {
			continue // they cannot be rendered
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := Renderer{Lint: true}
			list, err := r.Render(t.Context(), os.DirFS(dir), name)
			if err != nil {
				t.Fatal(err)
			}
			compareWithHelm(t, r, os.DirFS(dir), name, list)
		})
	}
}

// Charts of any shape have the values that helm gives them: nulls, globals, aliases,
// conditions, tags and imports.
func TestHelmValues(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 0))
		fsys := fstest.MapFS{}
		randomChart(random, fsys, "c", "c", 0)
		r := Renderer{Lint: true, Values: randomValues(random, 0)}
		list, err := r.Render(t.Context(), fsys, "c")
		want, wantErr := byHelm(t, r, fsys, "c")
		if (err == nil) != (wantErr == nil) {
			t.Errorf("seed %d: Render: %v, helm: %v", seed, err, wantErr)
		} else if diff := cmp.Diff(want, texts(list, "c", "c")); err == nil && diff != "" {
			t.Errorf("seed %d: Render differs from helm (-helm +got):\n%s", seed, diff)
		}
		if t.Failed() {
			for name, f := range fsys {
				t.Logf("%s:\n%s", name, f.Data)
			}
			t.Fatalf("values: %v", r.Values)
		}
	}
}

func randomChart(random *rand.Rand, fsys fstest.MapFS, dir, name string, depth int) {
	meta := metadata{APIVersion: "v2", Name: name, Version: "1.2.3"}
	if depth < 2 {
		for _, sub := range []string{"a", "b"}[:random.IntN(3)] {
			randomChart(random, fsys, dir+"/charts/"+sub, sub, depth+1)
			if random.IntN(4) == 0 {
				continue
			}
			d := &dependency{Name: sub, Version: pick(random, "1.x", "1.x", ">0", "2.x")}
			d.Condition = pick(random, "", "", sub+".x", "x,"+sub+".x.y", "y", "global.x")
			if random.IntN(3) == 0 {
				d.Tags = []string{"x", "y"}[:1+random.IntN(2)]
			}
			if random.IntN(4) == 0 {
				d.Alias = "z" + sub
			}
			switch random.IntN(4) {
			case 0:
				d.ImportValues = []any{"x"}
			case 1:
				d.ImportValues = []any{map[string]any{"child": "x", "parent": pick(random, ".", "x", "y.z")}}
			}
			meta.Dependencies = append(meta.Dependencies, d)
		}
	}
	set := func(name string, v any) {
		text, err := yaml.Marshal(v)
		if err != nil {
			panic(err)
		}
		fsys[dir+"/"+name] = &fstest.MapFile{Data: text}
	}
	set("Chart.yaml", meta)
	set("values.yaml", randomValues(random, 0))
	fsys[dir+"/templates/t.yaml"] = file1("{{ toJson .Values }} {{ .Chart.Name }} {{ .Template.Name }}\n")
}

func randomValues(random *rand.Rand, depth int) map[string]any {
	m := make(map[string]any)
	for _, key := range []string{"a", "b", "za", "x", "y", "global", "tags", "exports"} {
		switch n := random.IntN(9); {
		case n == 0:
			m[key] = nil
		case n < 2 && depth > 0:
			m[key] = random.IntN(2) == 0
		case n < 3 && depth > 0:
			m[key] = fmt.Sprint(random.IntN(5))
		case n < 5 && depth < 3:
			m[key] = randomValues(random, depth+1)
		}
	}
	return m
}

func pick(random *rand.Rand, list ...string) string { return list[random.IntN(len(list))] }

func compareWithHelm(t *testing.T, r Renderer, fsys fs.FS, name string, list []manifest.Rendered) {
	t.Helper()
	want, err := byHelm(t, r, fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, texts(list, name, path.Base(name))); diff != "" {
		t.Errorf("Render(%s) differs from helm (-helm +got):\n%s", name, diff)
	}
}

// texts is what was rendered, by the names that helm has.
func texts(list []manifest.Rendered, dir, chart string) map[string]string {
	m := make(map[string]string)
	for _, r := range list {
		m[path.Join(chart, strings.TrimPrefix(r.Path, dir))] = string(r.Text)
	}
	return m
}

// byHelm renders a directory, whose name is the chart's, as helm does.
func byHelm(t *testing.T, r Renderer, fsys fs.FS, name string) (map[string]string, error) {
	t.Helper()
	l := &loader{limits: r.Limits.withDefaults()}
	files, _, err := l.directory(t.Context(), fsys, name)
	if err != nil {
		return nil, err
	}
	var buffered []*archive.BufferedFile
	for _, f := range files {
		buffered = append(buffered, &archive.BufferedFile{Name: f.name, Data: f.data})
	}
	c, err := chartloader.LoadFiles(buffered)
	if err != nil {
		return nil, err
	}
	given, err := r.values()
	if err != nil {
		return nil, err
	}
	if err := chartutil.ProcessDependencies(c, given); err != nil {
		return nil, err
	}
	cluster := common.DefaultCapabilities.Copy()
	version, err := common.ParseKubeVersion(DefaultKubeVersion)
	if err != nil {
		return nil, err
	}
	cluster.KubeVersion = *version
	release := common.ReleaseOptions{Name: "test-release", Namespace: "default", Revision: 1, IsInstall: true}
	top, err := util.ToRenderValues(c, given, release, cluster)
	if err != nil {
		return nil, err
	}
	all, err := engine.Engine{LintMode: r.Lint}.RenderWithContext(t.Context(), c, top)
	for key, text := range all {
		if strings.TrimSpace(text) == "" || path.Base(key) == "NOTES.txt" {
			delete(all, key)
		}
	}
	return all, err
}

// The versions of the API are those of the helm that the tests are built with.
func TestVersions(t *testing.T) {
	t.Parallel()
	want := make(map[string]bool)
	for _, v := range common.DefaultVersionSet {
		want[v] = true
	}
	got := make(map[string]bool)
	for _, v := range kubernetesVersions() {
		got[v] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kubernetesVersions differs from helm's (-helm +got):\n%s", diff)
	}
}
