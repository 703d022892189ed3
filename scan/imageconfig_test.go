package scan_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// lintImage writes i to a file, and asks of it what rules ask of a Dockerfile.
func lintImage(t *testing.T, i imagetest.Image, decoder manifest.Decoder) *scan.Report {
	t.Helper()
	file := filepath.Join(t.TempDir(), "app.tar")
	imagetest.Docker(i).WriteTar(t, file)
	return lintFile(t, file, decoder)
}

func lintFile(t *testing.T, file string, decoder manifest.Decoder) *scan.Report {
	t.Helper()
	run, err := (&lint.Config{}).Rules(rules.All(), rules.Templates(), false)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := scan.Image(t.Context(), file, scan.Options{Matchers: []scan.Matcher{scan.LintImage(run, lint.Options{}, decoder)}})
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// brief is "rule text-of-the-line" of each diagnostic.
func brief(rep *scan.Report) []string {
	var list []string
	for _, d := range rep.Diagnostics {
		line := strings.Split(string(rep.Files[0].Text), "\n")[d.Span.Start.Line-1]
		list = append(list, strings.TrimPrefix(d.Rule, "dockerfile-")+": "+line)
	}
	return list
}

func layers(n int) []imagetest.Layer {
	var list []imagetest.Layer
	for k := range n {
		list = append(list, imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("f", strings.Repeat("x", k))}})
	}
	return list
}

func TestLintImage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		image imagetest.Image
		want  []string
	}{
		{"nothing is known", imagetest.Image{History: []imagetest.Step{}}, []string{"no-healthcheck: FROM scratch", "root-user: FROM scratch"}},
		{"all is well", imagetest.Image{
			Config:  map[string]any{"User": "65532", "Healthcheck": map[string]any{"Test": []string{"CMD", "/app", "-check"}}},
			History: []imagetest.Step{{CreatedBy: "COPY app /app # buildkit"}},
		}, nil},
		{"what the config says", imagetest.Image{
			Config: map[string]any{
				"User": "0:0", "Env": []string{"PATH=/bin", "DB_PASSWORD=x"}, "ExposedPorts": map[string]any{"22/tcp": struct{}{}},
				"WorkingDir": "/proc/x",
			},
		}, []string{
			"no-healthcheck: FROM scratch", "root-user: USER 0:0", `secret: ENV DB_PASSWORD=x`, "ssh-port: EXPOSE 22/tcp", "system-workdir: WORKDIR /proc/x",
		}},
		{"what the history says", imagetest.Image{
			Config: map[string]any{"User": "app", "Healthcheck": map[string]any{"Test": []string{"NONE"}}},
			History: []imagetest.Step{
				{CreatedBy: "ARG NPM_TOKEN", EmptyLayer: true}, {CreatedBy: "ADD app.txt /app # buildkit"},
				{CreatedBy: "ENV API_KEY=", EmptyLayer: true}, {CreatedBy: "/bin/sh -c #(nop) ADD file:01 in / "},
				{CreatedBy: "USER root", EmptyLayer: true}, {CreatedBy: "USER app", EmptyLayer: true},
				{CreatedBy: `CMD ["a"]`, EmptyLayer: true}, {CreatedBy: `CMD ["b"]`, EmptyLayer: true}, {CreatedBy: "MAINTAINER x", EmptyLayer: true},
			},
		}, []string{"add-instead-of-copy: ADD app.txt /app", "secret: ARG NPM_TOKEN", `secret: ENV API_KEY=""`}},
		{"a user with a number that is none", imagetest.Image{Config: map[string]any{"User": "00"}}, []string{"no-healthcheck: FROM scratch", "root-user: USER 00"}},
		{"Windows", imagetest.Image{OS: "windows", Config: map[string]any{"Healthcheck": map[string]any{"Test": []string{"NONE"}}}}, nil},
		{"comments suppress nothing", imagetest.Image{History: []imagetest.Step{{CreatedBy: "trivy:ignore:DS-0002 trivy:ignore:DS-0026"}}},
			[]string{"no-healthcheck: FROM scratch", "root-user: FROM scratch"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.image.Layers = layers(2)
			rep := lintImage(t, row.image, nil)
			got := brief(rep)
			slices.Sort(got)
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("-want +got:\n%s\n%s", diff, rep.Files[0].Text)
			}
		})
	}
}

// A listDecoder finds a command in each RUN of one line, as far as blanks go.
type listDecoder struct{ change func(*manifest.Dockerfile) }

func (listDecoder) Name() string       { return "list" }
func (listDecoder) Claims(string) bool { return true }
func (l listDecoder) Decode(file *manifest.File, _ manifest.Limits) manifest.Bundle {
	d := &manifest.Dockerfile{File: file, Stages: []*manifest.Stage{{}}}
	at := 0
	for text := range strings.Lines(string(file.Text)) {
		end := at + len(strings.TrimSpace(text))
		if words := strings.Fields(text); words[0] != "#" {
			i := &manifest.Instruction{Start: at, End: end, Stage: d.Stages[0],
				Keyword: manifest.Word{Text: words[0], Value: words[0], Start: at, End: at + len(words[0])}}
			c := manifest.Command{Start: i.Keyword.End + 1, End: end}
			for _, w := range words[1:] {
				c.Words = append(c.Words, manifest.Word{Text: w, Value: w, Start: c.Start, End: end})
			}
			i.Commands = []manifest.Command{c}
			d.Instructions = append(d.Instructions, i)
		}
		at += len(text)
	}
	if l.change != nil {
		l.change(d)
	}
	return manifest.Bundle{Objects: []*manifest.Object{manifest.NewDockerfile(d)}}
}

func runs() imagetest.Image {
	return imagetest.Image{
		Layers: layers(2), Config: map[string]any{"User": "app", "Healthcheck": map[string]any{"Test": []string{"NONE"}}},
		History: []imagetest.Step{{CreatedBy: "ADD rootfs.tar /"}, {CreatedBy: "ENV A=b", EmptyLayer: true}, {CreatedBy: "/bin/sh -c apk add curl"}},
	}
}

func TestLintImageCommands(t *testing.T) {
	t.Parallel()
	rep := lintImage(t, runs(), listDecoder{})
	if diff := cmp.Diff([]string{"apk-cache: RUN apk add curl"}, brief(rep)); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	d := rep.Diagnostics[0]
	if d.Layer != string(rep.Layers[1].DiffID) {
		t.Errorf("layer %q, want that of the second layer, %q", d.Layer, rep.Layers[1].DiffID)
	}
	if d.Fixes != nil || !strings.HasSuffix(d.Span.Start.Path, "app.tar <image config>") {
		t.Errorf("at %s with fixes %v, want none", d.Span.Start, d.Fixes)
	}
	if v := (scan.Gate{Severity: severity.High, IgnoreProblems: true}).Judge(rep); !v.Failed {
		t.Errorf("the gate says %+v, want that it fails", v)
	}
	known := scan.SnapshotOf(rep)
	if len(known.Diagnostics) != 1 || known.Diagnostics[0].Path != "<image config>" {
		t.Errorf("a snapshot has %v, want a path without the image's name", known.Diagnostics)
	}
	if v := (scan.Gate{Baseline: known, IgnoreProblems: true}).Judge(rep); v.Failed {
		t.Errorf("the gate says %+v of its own baseline", v)
	}
}

func TestLintImageWithoutDecoder(t *testing.T) {
	t.Parallel()
	for name, decoder := range map[string]manifest.Decoder{
		"none":      nil,
		"a loss":    listDecoder{func(d *manifest.Dockerfile) { d.Instructions = d.Instructions[:2] }},
		"another":   listDecoder{func(d *manifest.Dockerfile) { d.Instructions[3].Keyword.Value = "USER" }},
		"elsewhere": listDecoder{func(d *manifest.Dockerfile) { d.Instructions[1].End++ }},
	} {
		rep := lintImage(t, runs(), decoder)
		if len(rep.Diagnostics) != 0 || len(rep.Problems) == 0 {
			t.Fatalf("%s: diagnostics %v and problems %v, want a problem alone", name, brief(rep), rep.Problems)
		}
		found := slices.ContainsFunc(rep.Problems, func(p scan.Problem) bool {
			return p.Hides == artifact.HidesSome && strings.Contains(p.Err.Error(), "commands of") && errors.Is(p.Err, scan.ErrNoDecoder) == (decoder == nil)
		})
		if !found {
			t.Errorf("%s: problems %v", name, rep.Problems)
		}
	}
}

func TestLintImageBadConfig(t *testing.T) {
	t.Parallel()
	all := rules.All()
	for _, row := range []struct {
		name     string
		target   scan.Target
		problems int
	}{
		{"no image", scan.Target{Kind: artifact.KindFilesystem}, 0},
		{"no config", scan.Target{Kind: artifact.KindImage}, 1},
		{"no JSON", scan.Target{Kind: artifact.KindImage, Config: json.RawMessage("{")}, 1},
		{"another type", scan.Target{Kind: artifact.KindImage, Config: json.RawMessage(`{"config":{"User":1}}`)}, 1},
	} {
		res, err := scan.LintImage(all, lint.Options{}, nil).Match(t.Context(), &scan.Inventory{Target: row.target})
		if err != nil || len(res.Problems) != row.problems {
			t.Errorf("%s: error %v and problems %v, want %d", row.name, err, res.Problems, row.problems)
		}
	}
}
