package report

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/internal/terminal"
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// KubeLinter writes the diagnostics of a report as KubeLinter does, so that
// programs which read its output can read this. Other findings are left out.
type KubeLinter struct {
	Format KubeLinterFormat
	// Rules are those that ran, sorted by name: their texts are part of the output.
	Rules []*lint.Rule
	// Version is what the output names as that of the linter.
	Version string
	// Exact leaves out what KubeLinter does not write: positions, severities, fixes,
	// fingerprints.
	Exact bool
	// Unread reports documents that could not be read as findings, as KubeLinter does
	// when it is to fail on them.
	Unread bool
	// Color marks the parts of a plain line with colours.
	Color bool
	// Dir is the working directory, an absolute path: SARIF names files from there.
	Dir string
}

// A KubeLinterFormat is one of KubeLinter's formats.
type KubeLinterFormat string

// The formats there are.
const (
	KubeLinterPlain KubeLinterFormat = "plain"
	KubeLinterJSON  KubeLinterFormat = "json"  // one line
	KubeLinterSARIF KubeLinterFormat = "sarif" // 2.1.0
)

// Report implements [scan.Reporter].
func (k KubeLinter) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	var text []byte
	var err error
	switch k.Format {
	case KubeLinterJSON:
		return k.json(ctx, w, r)
	case KubeLinterSARIF:
		text, err = k.sarif(r)
	default:
		text = k.plain(r)
	}
	if err != nil {
		return fmt.Errorf("encode diagnostics of %s: %w", r.Target.Name, err)
	}
	return write(ctx, w, text)
}

// A lintFinding is a diagnostic with the texts of its rule.
type lintFinding struct {
	*lint.Diagnostic
	path        string
	remediation string
}

// findings are the diagnostics of r and, if asked for, what could not be read.
func (k KubeLinter) findings(r *scan.Report) []lintFinding {
	remediation := make(map[string]string, len(k.Rules))
	for _, rule := range k.Rules {
		remediation[rule.Name] = rule.Remediation
	}
	list := make([]lintFinding, 0, len(r.Diagnostics))
	for i := range r.Diagnostics {
		d := &r.Diagnostics[i]
		list = append(list, lintFinding{d, d.Span.Start.Path, remediation[d.Rule]})
	}
	for _, p := range r.Problems {
		if !k.Unread || p.Stage != artifact.StageRead {
			continue
		}
		list = append(list, lintFinding{
			&lint.Diagnostic{Rule: "failed-to-load-object", Message: p.Err.Error(), Severity: severity.High},
			withoutPosition(p.Path), "Make sure that the file can be read and is a valid manifest.",
		})
	}
	return list
}

// withoutPosition is "path" of "path:line:column".
func withoutPosition(path string) string {
	for range 2 {
		i := strings.LastIndexByte(path, ':')
		if i < 0 || strings.Trim(path[i+1:], "0123456789") != "" {
			return path
		}
		path = path[:i]
	}
	return path
}

// objectName is an object as KubeLinter writes it: "shop/web apps/v1, Kind=Deployment".
func objectName(o lint.ObjectRef) string {
	namespace := o.Namespace
	if namespace == "" {
		namespace = "<no namespace>"
	}
	return fmt.Sprintf("%s/%s %s", namespace, o.Name, groupVersionKind(o))
}

func groupVersionKind(o lint.ObjectRef) string {
	return fmt.Sprintf("%s/%s, Kind=%s", o.Group, o.Version, o.Kind)
}

func (k KubeLinter) plain(r *scan.Report) []byte {
	const bold, red, yellow = "1", "31", "33"
	paint := func(color, text string) string {
		if !k.Color {
			return text
		}
		return "\x1b[" + color + "m" + text + "\x1b[0m"
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "KubeLinter %s\n\n", k.Version)
	findings := k.findings(r)
	for _, f := range findings {
		place, level := f.path, ""
		if !k.Exact {
			place, level = printable(f.Span.Start.String()), fmt.Sprintf("severity: %s, ", f.Severity)
			if f.Span.Start.Path == "" {
				place = f.path
			}
		}
		fmt.Fprintf(&out, "%s: (object: %s) %s (check: %s, %sremediation: %s)\n\n",
			paint(bold, printable(place)), paint(bold, printable(objectName(f.Object))), paint(red, printable(f.Message)),
			paint(yellow, escapeSteering(f.Rule)), level, paint(yellow, escapeSteering(f.remediation)))
	}
	if len(findings) == 0 {
		out.WriteString("No lint errors found!\n")
	}
	return out.Bytes()
}

// The shape of KubeLinter's JSON: an object with Checks, Reports, which is null where
// there are none, and Summary.
type (
	kubeLinterSummary struct {
		ChecksStatus      string
		CheckEndTime      time.Time
		KubeLinterVersion string
	}
	kubeLinterReport struct {
		Diagnostic  kubeLinterDiagnostic
		Check       string
		Remediation string
		Object      kubeLinterObject
	}
	kubeLinterDiagnostic struct {
		Message string
		// Not KubeLinter's:
		Severity  string `json:",omitempty"`
		Line      int    `json:",omitempty"`
		Column    int    `json:",omitempty"`
		EndLine   int    `json:",omitempty"`
		EndColumn int    `json:",omitempty"`
		Field     string `json:",omitempty"`
		Fix       string `json:",omitempty"` // what the first fix does
	}
	kubeLinterObject struct {
		Metadata  struct{ FilePath string }
		K8sObject struct {
			Namespace, Name  string
			GroupVersionKind struct{ Group, Version, Kind string }
		}
	}
)

// json encodes and writes one report after the other: there may be very many.
func (k KubeLinter) json(ctx context.Context, w io.Writer, r *scan.Report) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	out := bufio.NewWriter(w)
	add := func(before string, value any) error {
		out.WriteString(before)
		text, err := json.Marshal(value)
		out.Write(terminal.EscapeJSON(text))
		return err
	}
	err := add(`{"Checks":`, KubeLinterChecks(k.Rules))
	findings := k.findings(r)
	before := `,"Reports":[`
	for _, f := range findings {
		err = errors.Join(err, add(before, k.jsonReport(f)))
		before = ","
	}
	end := "]"
	if len(findings) == 0 {
		end = `,"Reports":null`
	}
	summary := kubeLinterSummary{ChecksStatus: "Passed", CheckEndTime: r.Created.UTC(), KubeLinterVersion: k.Version}
	if len(r.Diagnostics) > 0 || !k.Exact && len(findings) > 0 {
		summary.ChecksStatus = "Failed"
	}
	if err = errors.Join(err, add(end+`,"Summary":`, summary)); err != nil {
		return fmt.Errorf("encode diagnostics of %s: %w", r.Target.Name, err)
	}
	out.WriteString("}\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (k KubeLinter) jsonReport(f lintFinding) kubeLinterReport {
	report := kubeLinterReport{
		Diagnostic: kubeLinterDiagnostic{Message: f.Message},
		Check:      f.Rule, Remediation: f.remediation,
	}
	report.Object.Metadata.FilePath = f.path
	o := &report.Object.K8sObject
	o.Namespace, o.Name = f.Object.Namespace, f.Object.Name
	o.GroupVersionKind.Group, o.GroupVersionKind.Version, o.GroupVersionKind.Kind = f.Object.Group, f.Object.Version, f.Object.Kind
	if k.Exact {
		return report
	}
	e := &report.Diagnostic
	e.Severity, e.Field = f.Severity.String(), f.Field
	e.Line, e.Column, e.EndLine, e.EndColumn = f.Span.Start.Line, f.Span.Start.Column, f.Span.End.Line, f.Span.End.Column
	for _, fix := range f.Fixes {
		if fix.Refused == nil {
			e.Fix = fix.Message
			break
		}
	}
	return report
}

// A KubeLinterCheck is what KubeLinter says of a rule in JSON.
type KubeLinterCheck struct {
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Remediation string           `json:"remediation"`
	Scope       *KubeLinterScope `json:"scope"`
	Template    string           `json:"template"`
	Params      map[string]any   `json:"params,omitempty"`
}

// A KubeLinterScope is what a check looks at.
type KubeLinterScope struct {
	ObjectKinds []lint.Kind `json:"objectKinds"`
}

// KubeLinterChecks are rules as KubeLinter describes them.
func KubeLinterChecks(rules []*lint.Rule) []KubeLinterCheck {
	var checks []KubeLinterCheck
	for _, rule := range rules {
		c := KubeLinterCheck{
			Name: rule.Name, Description: rule.Doc, Remediation: rule.Remediation,
			Scope: &KubeLinterScope{kubeLinterKinds(rule.Kinds)}, Template: rule.Template, Params: rule.Params,
		}
		if rule.Kinds == nil {
			c.Scope.ObjectKinds = []lint.Kind{lint.Any}
		}
		checks = append(checks, c)
	}
	return checks
}

// kubeLinterKinds are kinds without that of Compose files, which KubeLinter does not
// have, unless it is the only one.
func kubeLinterKinds(kinds []lint.Kind) []lint.Kind {
	if len(kinds) < 2 {
		return kinds
	}
	return slices.DeleteFunc(slices.Clone(kinds), func(k lint.Kind) bool { return k == lint.Compose })
}
