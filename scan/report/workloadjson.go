package report

import (
	"context"
	"fmt"
	"io"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// WorkloadJSON writes the report of a workload for programs, indented by two spaces.
// Its schema has version 1:
//
//	{"SchemaVersion": 1, "Target": PATH,
//	 "Containers": [{"Object": {"APIVersion", "Kind", "Namespace", "Name"}, "Name", "Kind": "container", "init" or "ephemeral",
//	                 "Image", "Position": {"Path", "Line", "Column"}, "Points", "Reasons": ["privileged"]}],
//	 "Exposures":  [{"Rank", "Severity", "VulnerabilityID", "PkgName", "InstalledVersion", "FixedVersion",
//	                 "Container": index in Containers, "Reasons": [...]}],
//	 "Images":     [{"Name", "Error", "Report": as JSON writes it}],
//	 "Diagnostics": [{"Rule", "Severity", "Message", "Object", "Position"}],
//	 "Scores":     [{"Object", "Score", "Max"}],
//	 "Problems":   [{"Stage", "Path", "Message", "Hides"}]}
//
// Lists are in the order of the report. Problems are those of the workload and of its
// manifests; each image's report has its own. What is empty is left out, but for the
// lists Containers, Exposures and Images. The same report gives the same bytes.
type WorkloadJSON struct {
	NoPackages bool // as in JSON
	Suppressed bool // as in JSON
}

type workloadDocument struct {
	SchemaVersion int
	Target        string
	Containers    []workloadContainer
	Exposures     []workloadExposure
	Images        []workloadImage
	Diagnostics   []workloadDiagnostic `json:",omitempty"`
	Scores        []workloadScore      `json:",omitempty"`
	Problems      []jsonProblem        `json:",omitempty"`
}

type workloadObject struct {
	APIVersion string
	Kind       string
	Namespace  string `json:",omitempty"`
	Name       string
}

type workloadPosition struct {
	Path   string
	Line   int `json:",omitempty"`
	Column int `json:",omitempty"`
}

type workloadContainer struct {
	Object   workloadObject
	Name     string
	Kind     string
	Image    string `json:",omitempty"`
	Position workloadPosition
	Points   int
	Reasons  []string `json:",omitempty"`
}

type workloadExposure struct {
	Rank             int
	Severity         string
	VulnerabilityID  string
	PkgName          string
	InstalledVersion string
	FixedVersion     string `json:",omitempty"`
	Container        int
	Reasons          []string `json:",omitempty"`
}

type workloadImage struct {
	Name   string
	Error  string      `json:",omitempty"`
	Report *jsonReport `json:",omitempty"`
}

type workloadDiagnostic struct {
	Rule     string
	Severity string
	Message  string
	Object   workloadObject
	Position workloadPosition
}

type workloadScore struct {
	Object workloadObject
	Score  int
	Max    int
}

// Report writes w's report to out.
func (j WorkloadJSON) Report(ctx context.Context, out io.Writer, w *scan.WorkloadReport) error {
	return writeJSON(ctx, out, w.Manifests.Target.Name, j.document(w))
}

func (j WorkloadJSON) document(w *scan.WorkloadReport) *workloadDocument {
	d := &workloadDocument{
		SchemaVersion: 1, Target: w.Manifests.Target.Name,
		Containers: []workloadContainer{}, Exposures: []workloadExposure{}, Images: []workloadImage{},
	}
	index := make(map[*scan.WorkloadContainer]int)
	for i := range w.Containers {
		c := &w.Containers[i]
		index[c] = i
		e := workloadContainer{
			Object: objectOf(lint.Ref(c.Object)), Name: c.Name, Kind: "container", Position: positionOf(c.Position),
			Points: c.Points, Reasons: c.Reasons,
		}
		switch c.Kind {
		case manifest.InitContainer:
			e.Kind = "init"
		case manifest.EphemeralContainer:
			e.Kind = "ephemeral"
		}
		if c.Image != nil {
			e.Image = c.Image.Name
		}
		d.Containers = append(d.Containers, e)
	}
	for i := range w.Exposures {
		e := &w.Exposures[i]
		v := e.Vulnerability
		d.Exposures = append(d.Exposures, workloadExposure{
			Rank: e.Rank, Severity: v.Severity.String(), VulnerabilityID: v.ID, PkgName: v.Component.Name,
			InstalledVersion: v.Component.Version, FixedVersion: v.Fixed, Container: index[e.Container], Reasons: e.Reasons(),
		})
	}
	for _, img := range w.Images {
		e := workloadImage{Name: img.Name}
		if img.Err != nil {
			e.Error = img.Err.Error()
		}
		if img.Report != nil {
			doc := JSON{NoPackages: j.NoPackages, Suppressed: j.Suppressed}.document(img.Report)
			e.Report = &doc
		}
		d.Images = append(d.Images, e)
	}
	for i := range w.Manifests.Diagnostics {
		f := &w.Manifests.Diagnostics[i]
		d.Diagnostics = append(d.Diagnostics, workloadDiagnostic{
			Rule: f.Rule, Severity: f.Severity.String(), Message: f.Message, Object: objectOf(f.Object), Position: positionOf(f.Span.Start),
		})
	}
	for i := range w.Manifests.Scores {
		if r := &w.Manifests.Scores[i]; r.Object != nil && r.Supported && r.Err == nil {
			d.Scores = append(d.Scores, workloadScore{Object: objectOf(lint.Ref(r.Object)), Score: r.Score, Max: r.Max})
		}
	}
	for _, list := range [][]artifact.Problem{w.Problems, w.Manifests.Problems} {
		for _, p := range list {
			d.Problems = append(d.Problems, jsonProblem{Stage: string(p.Stage), Path: p.Path, Message: fmt.Sprint(p.Err), Hides: p.Hides.String()})
		}
	}
	return d
}

func objectOf(r lint.ObjectRef) workloadObject {
	return workloadObject{APIVersion: r.APIVersion(), Kind: r.Kind, Namespace: r.Namespace, Name: r.Name}
}

func positionOf(p manifest.Position) workloadPosition {
	return workloadPosition{Path: p.Path, Line: p.Line, Column: p.Column}
}
