package report

import (
	"bytes"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/plimsoll-go/plimsoll/internal/terminal"
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// sarif is r in SARIF 2.1.0.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
func (k KubeLinter) sarif(r *scan.Report) ([]byte, error) {
	log, err := sarif.New(sarif.Version210)
	if err != nil {
		return nil, err
	}
	run := sarif.NewRunWithInformationURI("kube-linter", "https://github.com/stackrox/kube-linter")
	if !k.Exact {
		run = sarif.NewRunWithInformationURI("plimsoll", "https://github.com/plimsoll-go/plimsoll")
		run.WithColumnKind("unicodeCodePoints")
	}
	log.AddRun(run)
	run.Tool.Driver.WithVersion(k.Version)
	findings := k.findings(r)
	run.AddInvocation(!k.Exact || len(r.Diagnostics) == 0).
		WithEndTimeUTC(r.Created.UTC()).
		WithWorkingDirectory(sarif.NewArtifactLocation().WithUri("file://" + filepath.ToSlash(k.Dir)))
	for _, rule := range k.Rules {
		k.sarifRule(run.AddRule(rule.Name), rule)
	}
	if run.Results == nil {
		run.Results = []*sarif.Result{}
	}
	for _, f := range findings {
		run.AddResult(k.sarifResult(f))
	}
	var out bytes.Buffer
	err = log.Write(&out)
	return terminal.EscapeJSON(out.Bytes()), err
}

func (k KubeLinter) sarifRule(to *sarif.ReportingDescriptor, rule *lint.Rule) {
	link := rule.URL
	if rule.Template != "" && (k.Exact || link == "") {
		link = "https://docs.kubelinter.io/#/generated/templates?id=" + rule.Template
	}
	lines := []string{"Check: " + rule.Name, "Description: " + rule.Doc, "Remediation: " + rule.Remediation}
	if link != "" {
		lines = append(lines, "Template: "+link)
		to.WithHelpURI(link)
	}
	to.WithDescription(rule.Doc).
		WithFullDescription(sarif.NewMultiformatMessageString(rule.Remediation)).
		WithTextHelp(strings.Join(lines, "\n"))
	if k.Exact {
		return
	}
	to.WithDescription(rule.Title).WithFullDescription(sarif.NewMultiformatMessageString(rule.Doc))
	to.WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevel(rule.Severity)))
	to.WithProperties(sarif.Properties{"tags": append([]string{"security"}, rule.Groups...), "security-severity": securitySeverity(rule.Severity)})
}

// sarifLevel is the level that code hosts show for a severity.
func sarifLevel(l severity.Level) string {
	switch {
	case l >= severity.High:
		return "error"
	case l == severity.Medium:
		return "warning"
	}
	return "note"
}

// securitySeverity is a number in the range that GitHub has for a severity.
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#reportingdescriptor-object
func securitySeverity(l severity.Level) string {
	switch l {
	case severity.Critical:
		return "9.5"
	case severity.High:
		return "8.0"
	case severity.Medium:
		return "5.5"
	case severity.Low:
		return "2.0"
	}
	return "0.0"
}

func (k KubeLinter) sarifResult(f lintFinding) *sarif.Result {
	o := f.Object
	location := sarif.NewLocation()
	location.PhysicalLocation = sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewArtifactLocation().WithUri(k.uri(f.path))).
		WithRegion(sarif.NewRegion().WithStartLine(1))
	location.LogicalLocations = []*sarif.LogicalLocation{
		sarif.NewLogicalLocation().WithName(o.Name).WithKind("Object Name"),
		sarif.NewLogicalLocation().WithName(o.Namespace).WithKind("Object Namespace"),
		sarif.NewLogicalLocation().WithName(o.Group).WithKind("GVK/Group"),
		sarif.NewLogicalLocation().WithName(o.Version).WithKind("GVK/Version").WithFullyQualifiedName(o.APIVersion()),
		sarif.NewLogicalLocation().WithName(o.Kind).WithKind("GVK/Kind").WithFullyQualifiedName(groupVersionKind(o)),
	}
	result := sarif.NewRuleResult(f.Rule).
		WithMessage(sarif.NewTextMessage(f.Message + "\nobject: " + objectName(o)))
	result.AddLocation(location)
	if k.Exact {
		return result
	}
	location.PhysicalLocation.Region = sarifRegion(f.Span)
	result.WithLevel(sarifLevel(f.Severity))
	print := fingerprint(f.Rule, k.uri(f.path), o.Group, o.Kind, o.Namespace, o.Name, f.NamedField, f.Message)
	result.WithPartialFingerPrints(map[string]any{"plimsoll/v1": print})
	for _, rel := range f.Related {
		result.AddRelatedLocation(sarif.NewLocation().
			WithMessage(sarif.NewTextMessage(rel.Message)).
			WithPhysicalLocation(sarif.NewPhysicalLocation().
				WithArtifactLocation(sarif.NewArtifactLocation().WithUri(k.uri(rel.Span.Start.Path))).
				WithRegion(sarifRegion(rel.Span))))
	}
	for _, fix := range f.Fixes {
		if fix.Refused == nil && len(fix.Edits) > 0 {
			result.AddFix(sarifFix(fix, k.uri))
		}
	}
	return result
}

// sarifRegion is where a span stands.
func sarifRegion(span manifest.Span) *sarif.Region { return placeOfSpan(span).region() }

// region is p as SARIF has it; line 1 where its line is not known.
func (p place) region() *sarif.Region {
	r := sarif.NewRegion().WithStartLine(max(1, p.line))
	if p.column > 0 {
		r.WithStartColumn(p.column)
	}
	if p.endLine > 0 {
		r.WithEndLine(max(p.line, p.endLine))
	}
	if p.endColumn > 0 {
		r.WithEndColumn(p.endColumn)
	}
	return r
}

// sarifFix is a fix, with the paths of files as uri has them.
func sarifFix(fix lint.Fix, uri func(string) string) *sarif.Fix {
	out := sarif.NewFix().WithDescriptionText(fix.Message)
	changes := make(map[string]*sarif.ArtifactChange)
	for _, e := range fix.Edits {
		name := uri(e.File.Path)
		change := changes[name]
		if change == nil {
			change = sarif.NewArtifactChange(sarif.NewArtifactLocation().WithUri(name))
			changes[name] = change
			out.AddArtifactChanges(change)
		}
		at := sarifRegion(manifest.Span{Start: e.File.Position(e.Start), End: e.File.Position(e.End)}).
			WithByteOffset(e.Start).WithByteLength(e.End - e.Start)
		change.WithReplacement(sarif.NewReplacement(at).WithInsertedContent(&sarif.ArtifactContent{Text: &e.Text}))
	}
	return out
}

// uri is a path from the working directory.
func (k KubeLinter) uri(path string) string {
	if k.Dir != "" {
		abs := path
		if !filepath.IsAbs(abs) {
			abs = filepath.Join(k.Dir, abs)
		}
		rel, err := filepath.Rel(k.Dir, abs)
		if err != nil {
			return fmt.Sprintf("file://%s", filepath.ToSlash(abs))
		}
		path = rel
	}
	if k.Exact {
		return filepath.ToSlash(path)
	}
	return (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
}
