package report

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// GitLabCodeQuality writes the findings of a report as GitLab's Code Quality
// report, which shows them in the changes of a merge request: a job keeps it with
// artifacts:reports:codequality.
//
// A finding is an issue at the line of its lock file or manifest, or at line 1 of
// a file without lines. Its fingerprint stays the same when lines move. Severities
// are critical, major, minor and info, as Trivy's template for the format has
// them. A problem that hides something is an issue too. Diagnostics that are
// suppressed are left out.
//
// https://docs.gitlab.com/ci/testing/code_quality/
type GitLabCodeQuality struct {
	// Dir is the root of the repository, an absolute path: files are named from
	// there, which GitLab wants. Empty: as the report names them.
	Dir string
}

// Report implements [scan.Reporter].
func (q GitLabCodeQuality) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	list := make([]qualityIssue, 0, len(r.Vulnerabilities)+len(r.Diagnostics))
	prints := make(prints)
	for i := range r.Vulnerabilities {
		v := &r.Vulnerabilities[i]
		list = append(list, q.issue(v.ID, v.Severity, placeOf(r, v.Component), prints.distinct(vulnerabilityPrint(v)),
			fmt.Sprintf("%s - %s - %s - %s", v.ID, v.Component.Name, v.Component.Version, headline(v)), description(v)))
	}
	for i := range r.Diagnostics {
		d := &r.Diagnostics[i]
		list = append(list, q.issue(d.Rule, d.Severity, placeOfSpan(d.Span), prints.distinct(diagnosticPrint(d)),
			d.Rule+": "+d.Message, qualityObject(d)))
	}
	for _, p := range r.Problems {
		if p.Hides != artifact.HidesNothing {
			at := place{path: cmp.Or(p.Path, r.Target.Name)}
			print := prints.distinct(fingerprint("problem", string(p.Stage), p.Path, fmt.Sprint(p.Err)))
			list = append(list, q.issue("incomplete", severity.High, at, print, "The report is not complete: "+p.String(), ""))
		}
	}
	return writeJSON(ctx, w, r.Target.Name, list)
}

type qualityIssue struct {
	Type        string          `json:"type"`
	CheckName   string          `json:"check_name"`
	Categories  []string        `json:"categories"`
	Description string          `json:"description"`
	Content     string          `json:"content,omitempty"`
	Fingerprint string          `json:"fingerprint"`
	Severity    string          `json:"severity"`
	Location    qualityLocation `json:"location"`
}

type qualityLocation struct {
	Path  string       `json:"path"`
	Lines qualityLines `json:"lines"`
}

// qualityLines are from 1.
type qualityLines struct {
	Begin int `json:"begin"`
	End   int `json:"end,omitempty"`
}

func (q GitLabCodeQuality) issue(check string, level severity.Level, at place, print, words, content string) qualityIssue {
	i := qualityIssue{
		Type: "issue", CheckName: cmp.Or(printable(check), "unnamed"), Categories: []string{"Security"}, Description: printable(words),
		Content: printableLines(content), Fingerprint: print, Severity: qualitySeverity(level),
		Location: qualityLocation{Path: pathFrom(q.Dir, at.path), Lines: qualityLines{Begin: max(1, at.line)}},
	}
	if at.endLine > 0 {
		i.Location.Lines.End = max(at.line, at.endLine)
	}
	return i
}

func qualityObject(d *lint.Diagnostic) string {
	if d.Object.Kind == "" {
		return ""
	}
	return "object: " + d.Object.String()
}

func qualitySeverity(l severity.Level) string {
	switch l {
	case severity.Critical:
		return "critical"
	case severity.High:
		return "major"
	case severity.Medium:
		return "minor"
	}
	return "info"
}
