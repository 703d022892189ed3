package scan_test

import (
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// dockerfiles claims the files of that name, and reads their first line.
type dockerfiles struct{}

func (dockerfiles) Name() string            { return "dockerfiles" }
func (dockerfiles) Claims(name string) bool { return path.Base(name) == "Dockerfile" }

func (dockerfiles) Decode(file *manifest.File, _ manifest.Limits) manifest.Bundle {
	d := &manifest.Dockerfile{File: file}
	d.Instructions = []*manifest.Instruction{{Keyword: manifest.Word{Value: "FROM"}, End: 6}}
	return manifest.Bundle{
		Objects:  []*manifest.Object{manifest.NewDockerfile(d)},
		Problems: []manifest.Problem{{Position: file.Position(7), Err: manifest.ErrSyntax}},
	}
}

// A Dockerfile beside manifests goes the same way: rules, report and gate.
func TestManifestsDecodes(t *testing.T) {
	t.Parallel()
	dir := pier(t)
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("FROM a\nx\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	rule := &lint.Rule{Name: "from", Severity: severity.High, Kinds: []lint.Kind{lint.Dockerfile}, Run: func(p *lint.Pass) error {
		for _, i := range p.Object.Dockerfile().Instructions {
			p.ReportAt(p.Object.Dockerfile().Span(i.Start, i.End), i.Keyword.Value)
		}
		return nil
	}}
	rep, err := scan.Manifests(t.Context(), dir, scan.Options{
		Manifests: manifest.Options{Decoders: []manifest.Decoder{dockerfiles{}}},
		Matchers:  []scan.Matcher{scan.Lint([]*lint.Rule{rule, namesRule()}, lint.Options{})},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range rep.Diagnostics {
		got = append(got, d.Rule+" "+d.Object.String()+" "+d.Message)
	}
	want := []string{"from Dockerfile Dockerfile FROM", "names v1 Pod a a", "names v1 Pod b b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	if v := (scan.Gate{Severity: severity.Critical}).Judge(rep); v.Complete {
		t.Error("the gate calls a report complete that has a Dockerfile with a syntax error")
	}
}
