package report

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// SARIF writes the findings of a report in SARIF 2.1.0, for code hosts and
// editors: a rule for each vulnerability and each lint rule, and a result for each
// package that has it, or each diagnostic.
//
// A result stands at the lines of its lock file or manifest, and at line 1 of a
// file that lists packages without lines. Its partial fingerprint stays the same
// when lines move and when a package is updated, but not fixed. The number that
// code hosts show a severity by, security-severity, is the highest CVSS score if
// that is in the range of the severity, else a number in that range. What is
// suppressed is a result that says so. Problems are notifications, and
// with one that hides something the invocation is not successful.
//
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
type SARIF struct {
	// Version is what the output names as that of the program.
	Version string
	// Rules are the lint rules that ran: their texts are part of the output.
	Rules []*lint.Rule
	// Dir is the working directory, an absolute path: files are named from there.
	// Empty: as the report names them.
	Dir string
}

// Report implements [scan.Reporter].
func (s SARIF) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	log, err := sarif.New(sarif.Version210)
	if err != nil {
		return fmt.Errorf("encode report of %s: %w", r.Target.Name, err)
	}
	run := sarif.NewRunWithInformationURI("plimsoll", "https://github.com/plimsoll-go/plimsoll")
	run.WithColumnKind("unicodeCodePoints")
	if s.Version != "" {
		run.Tool.Driver.WithVersion(s.Version)
	}
	run.Results = []*sarif.Result{}
	b := sarifBuilder{SARIF: s, report: r, run: run, rules: make(map[string]uint), prints: make(prints)}
	b.vulnerabilities()
	b.diagnostics()
	b.invocation()
	log.AddRun(run)
	return writeJSON(ctx, w, r.Target.Name, log)
}

// A sarifBuilder fills a run.
type sarifBuilder struct {
	SARIF
	report *scan.Report
	run    *sarif.Run
	rules  map[string]uint // indexes in the driver's rules, by id
	prints prints
}

// addRule adds a rule at its first use, and returns its index.
func (b *sarifBuilder) addRule(id string, describe func(*sarif.ReportingDescriptor)) uint {
	if i, ok := b.rules[id]; ok {
		return i
	}
	rule := sarif.NewRule(id)
	describe(rule)
	i := uint(len(b.run.Tool.Driver.Rules))
	b.rules[id] = i
	b.run.Tool.Driver.Rules = append(b.run.Tool.Driver.Rules, rule)
	return i
}

func (b *sarifBuilder) vulnerabilities() {
	worst := make(map[string]*scan.Vulnerability)
	all := pointers(b.report.Vulnerabilities)
	suppressed := pointers(b.report.SuppressedVulnerabilities)
	for _, s := range suppressed {
		all = append(all, &s.Vulnerability)
	}
	for _, v := range all {
		if w, ok := worst[v.ID]; !ok || v.Severity > w.Severity {
			worst[v.ID] = v
		}
	}
	for i, v := range all {
		id := sarifID(v.ID)
		index := b.addRule(id, func(to *sarif.ReportingDescriptor) { sarifVulnerabilityRule(to, worst[v.ID]) })
		result := b.vulnerability(v, id, index)
		if n := i - len(b.report.Vulnerabilities); n >= 0 {
			d := suppressed[n].Decision
			reason := sarifText(fmt.Sprintf("%s, %s: %s", d.By, d.Outcome, d.Reason))
			result.Suppressions = []*sarif.Suppression{sarifSuppression("external", reason, vulnerabilityPrint(v), result)}
		}
		b.run.Results = append(b.run.Results, result)
	}
}

// sarifID is an id that is never empty, as rules want it.
func sarifID(id string) string { return cmp.Or(id, "unnamed") }

func sarifVulnerabilityRule(to *sarif.ReportingDescriptor, v *scan.Vulnerability) {
	kind := "LanguageSpecificPackageVulnerability"
	if v.Component.Type.System() {
		kind = "OsPackageVulnerability"
	}
	to.Name = &kind
	title := headline(v)
	to.WithDescription(sarifText(title))
	full := title
	if v.Advisory != nil && v.Advisory.Description != "" {
		full = v.Advisory.Description
	}
	to.WithFullDescription(sarif.NewMultiformatMessageString(sarifText(full)))
	help := []string{"Vulnerability: " + v.ID, "Severity: " + v.Severity.String(), title}
	if url := primaryURL(v); url != "" {
		if u := webURL(url); u != "" {
			to.WithHelpURI(u)
		}
		help = append(help, "More: "+url)
	}
	to.WithTextHelp(sarifText(strings.Join(help, "\n")))
	to.WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevel(v.Severity)))
	to.WithProperties(sarif.Properties{
		"precision": "very-high", "security-severity": scoreText(v), "tags": []string{"vulnerability", "security", v.Severity.String()},
	})
}

// scoreText is the highest CVSS score of v if that is in the range of its
// severity, else the number of the severity.
func scoreText(v *scan.Vulnerability) string {
	best := 0.0
	for _, r := range allRatings(v) {
		if strings.HasPrefix(r.Type, "CVSS_") && severity.FromScore(r.Score) == v.Severity {
			best = max(best, r.Score)
		}
	}
	if best == 0 {
		return securitySeverity(v.Severity)
	}
	return fmt.Sprintf("%.1f", best)
}

func (b *sarifBuilder) vulnerability(v *scan.Vulnerability, id string, index uint) *sarif.Result {
	c := v.Component
	lines := []string{
		fmt.Sprintf("%s %s has %s: %s", c.Name, c.Version, v.ID, headline(v)),
		"Severity: " + v.Severity.String(), "Status: " + v.Status.String(), "Fixed version: " + cmp.Or(v.Fixed, "none"),
	}
	if url := primaryURL(v); url != "" {
		lines = append(lines, "More: "+url)
	}
	result := sarif.NewRuleResult(id).WithMessage(sarif.NewTextMessage(sarifText(strings.Join(lines, "\n")))).WithLevel(sarifLevel(v.Severity))
	result.RuleIndex = &index
	properties := sarif.Properties{"package": c.Name, "installedVersion": c.Version, "fixedVersion": v.Fixed, "status": v.Status.String()}
	if url := packageURL(b.report.OS, c); url != "" {
		properties["purl"] = url
	}
	if v.Exploited != nil {
		properties["knownExploited"] = true
	}
	if v.EPSS != nil {
		properties["epss"] = v.EPSS.Probability
	}
	result.Properties = properties
	at := b.location(placeOf(b.report, c))
	at.LogicalLocations = []*sarif.LogicalLocation{sarif.NewLogicalLocation().WithName(c.Name).WithFullyQualifiedName(c.Name + "@" + c.Version).WithKind("package")}
	result.AddLocation(at)
	result.WithPartialFingerPrints(map[string]any{"plimsoll/v1": b.prints.distinct(vulnerabilityPrint(v))})
	return result
}

func (b *sarifBuilder) diagnostics() {
	rules := rulesByName(b.Rules)
	index := func(d *lint.Diagnostic) uint {
		return b.addRule(sarifID(d.Rule), func(to *sarif.ReportingDescriptor) { sarifLintRule(to, d, rules[d.Rule]) })
	}
	for i := range b.report.Diagnostics {
		d := &b.report.Diagnostics[i]
		b.run.Results = append(b.run.Results, b.diagnostic(d, index(d)))
	}
	for i := range b.report.Suppressed {
		s := &b.report.Suppressed[i]
		result := b.diagnostic(&s.Diagnostic, index(&s.Diagnostic))
		result.Suppressions = []*sarif.Suppression{b.suppression(s, result)}
		b.run.Results = append(b.run.Results, result)
	}
}

// suppression is external unless the manifest says it itself.
func (b *sarifBuilder) suppression(s *lint.Suppressed, result *sarif.Result) *sarif.Suppression {
	kind := "external"
	if s.By == "comment" || s.By == "annotation" {
		kind = "inSource"
	}
	return sarifSuppression(kind, sarifText(s.Reason), diagnosticPrint(&s.Diagnostic), result)
}

// sarifSuppression sets every field: the library writes null for those that are
// not, which the schema does not allow.
func sarifSuppression(kind, reason, print string, result *sarif.Result) *sarif.Suppression {
	status, id := "accepted", uuid("suppression", print)
	return &sarif.Suppression{Kind: kind, Status: &status, Justification: &reason, Guid: &id, Location: result.Locations[0]}
}

func sarifLintRule(to *sarif.ReportingDescriptor, d *lint.Diagnostic, rule *lint.Rule) {
	kind := "Misconfiguration"
	to.Name = &kind
	level, tags := d.Severity, []string{"misconfiguration", "security"}
	if rule == nil {
		to.WithDescription(d.Rule)
	} else {
		level, tags = rule.Severity, append(append(tags, rule.Groups...), rule.Aliases...)
		to.WithDescription(ruleTitle(rule, d.Rule)).
			WithFullDescription(sarif.NewMultiformatMessageString(cmp.Or(rule.Doc, ruleTitle(rule, d.Rule)))).
			WithTextHelp(strings.Join([]string{rule.Doc, rule.Remediation, rule.URL}, "\n"))
		if u := webURL(rule.URL); u != "" {
			to.WithHelpURI(u)
		}
	}
	to.WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevel(level)))
	to.WithProperties(sarif.Properties{"tags": tags, "security-severity": securitySeverity(level)})
}

func (b *sarifBuilder) diagnostic(d *lint.Diagnostic, index uint) *sarif.Result {
	o := d.Object
	text := d.Message
	if o.Kind != "" {
		text += "\nobject: " + o.String()
	}
	result := sarif.NewRuleResult(sarifID(d.Rule)).WithMessage(sarif.NewTextMessage(sarifText(text))).WithLevel(sarifLevel(d.Severity))
	result.RuleIndex = &index
	location := b.location(placeOfSpan(d.Span))
	if o.Kind != "" {
		location.LogicalLocations = []*sarif.LogicalLocation{
			sarif.NewLogicalLocation().WithName(o.Name).WithFullyQualifiedName(o.String() + " " + d.NamedField).WithKind("resource"),
		}
	}
	if d.Cause != (manifest.Span{}) {
		location.PhysicalLocation.ContextRegion = sarifRegion(d.Cause)
		if !encloses(location.PhysicalLocation.ContextRegion, location.PhysicalLocation.Region) {
			location.PhysicalLocation.ContextRegion = nil
		}
	}
	result.AddLocation(location)
	result.WithPartialFingerPrints(map[string]any{"plimsoll/v1": b.prints.distinct(diagnosticPrint(d))})
	for _, rel := range d.Related {
		result.AddRelatedLocation(b.location(placeOfSpan(rel.Span)).WithMessage(sarif.NewTextMessage(sarifText(rel.Message))))
	}
	for _, fix := range d.Fixes {
		if fix.Refused == nil && len(fix.Edits) > 0 {
			result.AddFix(sarifFix(fix, b.uri))
		}
	}
	return result
}

// encloses reports whether the lines of inner are among those of outer, as a
// context must have it.
func encloses(outer, inner *sarif.Region) bool {
	end := func(r *sarif.Region) int {
		if r.EndLine == nil {
			return *r.StartLine
		}
		return *r.EndLine
	}
	return *outer.StartLine <= *inner.StartLine && end(inner) <= end(outer)
}

// location is where p is.
func (b *sarifBuilder) location(p place) *sarif.Location {
	to := sarif.NewArtifactLocation().WithUri(b.uri(p.path))
	return sarif.NewLocation().WithPhysicalLocation(sarif.NewPhysicalLocation().WithArtifactLocation(to).WithRegion(p.region()))
}

// uri is a path from the working directory.
func (b *sarifBuilder) uri(path string) string { return pathURI(b.Dir, path) }

func (b *sarifBuilder) invocation() {
	r := b.report
	in := b.run.AddInvocation(!incomplete(r))
	if !r.Created.IsZero() {
		in.WithEndTimeUTC(r.Created.UTC())
	}
	if b.Dir != "" {
		in.WithWorkingDirectory(sarif.NewArtifactLocation().WithUri("file://" + pathURI("", filepath.ToSlash(b.Dir))))
	}
	for _, p := range r.Problems {
		level := "note"
		if p.Hides != artifact.HidesNothing {
			level = "error"
		}
		n := sarif.NewNotification()
		n.Level = level
		n.Message = sarif.NewTextMessage(sarifText(p.String()))
		in.ToolExecutionNotifications = append(in.ToolExecutionNotifications, n)
	}
}

// sarifText is a text in which nothing is an embedded link; section 3.11.6.
func sarifText(s string) string {
	if !strings.Contains(s, "](") {
		return s
	}
	return strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`).Replace(s)
}
