package report_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/score"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// workload is the report of a workload with the images of two samples, one of which
// could not be scanned.
func workload(t testing.TB, img *scan.Report) *scan.WorkloadReport {
	t.Helper()
	const text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: \"web\\e[31m\", namespace: shop}\nspec:\n  template:\n    spec:\n" +
		"      initContainers: [{name: wait, image: lost:1}]\n      containers:\n      - {name: app, image: shop:1}\n      - {name: idle}\n"
	b := manifest.ReadFile("deploy/web.yaml", []byte(text), manifest.Options{})
	if len(b.Objects) != 1 {
		t.Fatalf("objects %v, problems %v", b.Objects, b.Problems)
	}
	o := b.Objects[0]
	w := &scan.WorkloadReport{
		Manifests: &scan.Report{
			Target: scan.Target{Kind: artifact.KindManifests, Name: "deploy"},
			Diagnostics: []lint.Diagnostic{
				{Rule: "low-rule", Severity: severity.Low, Message: "a low one", Object: lint.Ref(o), Span: manifest.Span{Start: o.Node.Position()}},
				{Rule: "high-rule", Severity: severity.High, Message: "a \x1b[1Ahigh one", Object: lint.Ref(o), Span: manifest.Span{Start: o.Node.Position()}},
			},
			Scores: score.Run(b.Objects, score.Options{}),
		},
		Images: []scan.WorkloadImage{
			{Name: "lost:1", Err: errors.New("no such image")},
			{Name: "shop:1", Report: img},
		},
		Problems: []scan.Problem{{Stage: artifact.StageRead, Path: "deploy/web.yaml:7:43", Err: errors.New("image lost:1 is not scanned"), Hides: artifact.HidesAll}},
	}
	at := o.Node.Position()
	w.Containers = []scan.WorkloadContainer{
		{Object: o, Name: "wait", Kind: manifest.InitContainer, Position: at, Image: &w.Images[0], Points: 2, Reasons: []string{"may run as root"}},
		{Object: o, Name: "app", Kind: manifest.RegularContainer, Position: at, Image: &w.Images[1], Points: 15, Reasons: []string{"privileged", "reachable through Service \x1b[1A and Ingress web"}},
		{Object: o, Name: "idle", Kind: manifest.RegularContainer, Position: at},
	}
	for i := range img.Vulnerabilities {
		w.Exposures = append(w.Exposures, scan.Exposure{Container: &w.Containers[1], Vulnerability: &img.Vulnerabilities[i], Rank: i + 1})
	}
	return w
}

// A workloadReporter is one of the two formats.
type workloadReporter interface {
	Report(ctx context.Context, out io.Writer, w *scan.WorkloadReport) error
}

func renderWorkload(t *testing.T, f workloadReporter, w *scan.WorkloadReport) string {
	t.Helper()
	var out strings.Builder
	if err := f.Report(t.Context(), &out, w); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWorkloadGolden(t *testing.T) {
	t.Parallel()
	for name, img := range map[string]*scan.Report{"findings": findings(), "hostile": hostile(), "clean": clean(), "old": old()} {
		w := workload(t, img)
		table := renderWorkload(t, report.WorkloadTable{}, w)
		golden(t, name+".workload.table", table)
		if i := strings.IndexFunc(table, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("%s: the table has %q at %d", name, table[i], i)
		}
		golden(t, name+".workload.json", renderWorkload(t, report.WorkloadJSON{NoPackages: true}, w))
	}
	golden(t, "findings.most.workload.table", renderWorkload(t, report.WorkloadTable{Most: 1, Color: true}, workload(t, findings())))
}

// What a program reads is the same findings, whoever they are of.
func TestWorkloadJSON(t *testing.T) {
	t.Parallel()
	w := workload(t, findings())
	var doc struct {
		SchemaVersion int
		Containers    []struct {
			Name, Image string
			Object      struct{ Kind, Name string }
		}
		Exposures []struct {
			Rank, Container          int
			VulnerabilityID, PkgName string
			Reasons                  []string
		}
		Images []struct {
			Name, Error string
			Report      *struct {
				ArtifactName string
				Results      []struct{ Packages []any }
			}
		}
	}
	if err := json.Unmarshal([]byte(renderWorkload(t, report.WorkloadJSON{}, w)), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.SchemaVersion != 1 || len(doc.Containers) != 3 || len(doc.Images) != 2 || len(doc.Exposures) != len(w.Exposures) || len(doc.Exposures) == 0 {
		t.Fatalf("document %+v", doc)
	}
	for i, e := range doc.Exposures {
		want := w.Exposures[i]
		if e.Rank != want.Rank || e.VulnerabilityID != want.Vulnerability.ID || doc.Containers[e.Container].Name != want.Container.Name || !slices.Equal(e.Reasons, want.Reasons()) {
			t.Errorf("exposure %d is %+v, want %+v", i, e, want)
		}
	}
	if doc.Images[0].Error != "no such image" || doc.Images[0].Report != nil || doc.Images[1].Report == nil || len(doc.Images[1].Report.Results[0].Packages) == 0 {
		t.Errorf("images %+v", doc.Images)
	}
}

func TestWorkloadWriteError(t *testing.T) {
	t.Parallel()
	w := workload(t, findings())
	for _, f := range []workloadReporter{report.WorkloadTable{}, report.WorkloadJSON{}} {
		if err := f.Report(t.Context(), full{}, w); !errors.Is(err, errFull) {
			t.Errorf("%T to a full disk: %v, want %v", f, err, errFull)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var out strings.Builder
		if err := f.Report(ctx, &out, w); !errors.Is(err, context.Canceled) || out.Len() > 0 {
			t.Errorf("%T cancelled: %v after %d bytes, want %v", f, err, out.Len(), context.Canceled)
		}
	}
}

func BenchmarkWorkload(b *testing.B) {
	img := findings()
	v := img.Vulnerabilities[0]
	img.Vulnerabilities = nil
	for i := range 20000 {
		v.ID = fmt.Sprintf("CVE-2024-%05d", i)
		img.Vulnerabilities = append(img.Vulnerabilities, v)
	}
	w := workload(b, img)
	for _, f := range []workloadReporter{report.WorkloadTable{}, report.WorkloadJSON{}} {
		b.Run(fmt.Sprintf("%T%+v", f, f), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f.Report(b.Context(), io.Discard, w); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// exampleWorkload is a container that an Ingress leads to.
func exampleWorkload() *scan.WorkloadReport {
	const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: 'shop:1'}]}\n"
	b := manifest.ReadFile("web.yaml", []byte(text), manifest.Options{})
	img := &scan.Report{Components: make([]scan.Component, 1)}
	img.Components[0].Name, img.Components[0].Version = "libboats2", "2.4"
	img.Vulnerabilities = []scan.Vulnerability{{ID: "CVE-2024-0001", Component: &img.Components[0], Severity: severity.Critical, Fixed: "2.5"}}
	w := &scan.WorkloadReport{
		Manifests: &scan.Report{Target: scan.Target{Name: "web.yaml"}},
		Images:    []scan.WorkloadImage{{Name: "shop:1", Report: img}},
	}
	w.Containers = []scan.WorkloadContainer{{
		Object: b.Objects[0], Name: "app", Kind: manifest.RegularContainer, Image: &w.Images[0],
		Points: 5, Reasons: []string{"reachable through Service web and Ingress web"},
	}}
	w.Exposures = []scan.Exposure{{Container: &w.Containers[0], Vulnerability: &img.Vulnerabilities[0], Rank: 1}}
	return w
}

func ExampleWorkloadTable() {
	if err := (report.WorkloadTable{}).Report(context.Background(), os.Stdout, exampleWorkload()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// v1 Pod web (web.yaml:1:1)
	// 0 diagnostics
	// - container app: shop:1, 1 vulnerability of severity CRITICAL
	//   exposure 5: reachable through Service web and Ingress web
	//
	// Vulnerabilities, the most urgent first
	// ======================================
	// 1. CRITICAL CVE-2024-0001 in libboats2 2.4, Pod web, container app
	//    fixed in 2.5, reachable through Service web and Ingress web
}

func ExampleWorkloadJSON() {
	var out strings.Builder
	if err := (report.WorkloadJSON{NoPackages: true}).Report(context.Background(), &out, exampleWorkload()); err != nil {
		fmt.Println(err)
		return
	}
	var doc struct {
		Exposures []struct {
			VulnerabilityID string
			Reasons         []string
		}
	}
	if err := json.Unmarshal([]byte(out.String()), &doc); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%+v\n", doc.Exposures)
	// Output: [{VulnerabilityID:CVE-2024-0001 Reasons:[fixed in 2.5 reachable through Service web and Ingress web]}]
}
