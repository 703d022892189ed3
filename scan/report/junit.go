package report

import (
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// JUnit writes a report as the results of tests, in the XML that build servers
// show: a suite for each target, as [Table] has them, and for each manifest.
//
// A vulnerability is a failed test with the package and its version as its class
// and the id as its name; a diagnostic is one with the object as its class and the
// rule as its name. The type of the failure is the severity, its message the
// title, its text what to know of it. What is suppressed is skipped, with the
// reason.
//
// A target without vulnerabilities is a test that passed, or that was skipped if
// its packages were compared with no advisories; a rule that found nothing in a
// manifest is a test that passed. Problems are a suite of their own: those that
// hide something are errors.
//
// The names of elements and attributes are those of the schema junit-4.xsd of
// Jenkins' xUnit plugin.
type JUnit struct {
	// Rules are the lint rules that ran: their texts are part of the output. Nil:
	// there are no tests that passed of manifests.
	Rules []*lint.Rule
}

// Report implements [scan.Reporter].
func (j JUnit) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	doc := junitSuites{Name: "plimsoll"}
	of := suppressedOf(r)
	for _, e := range results(r) {
		key := [2]string{e.kind, e.target}
		doc.add(junitPackages(r, e, of[key]))
	}
	rules := rulesByName(j.Rules)
	suppressed := make(map[string][]*lint.Suppressed)
	for i := range r.Suppressed {
		s := &r.Suppressed[i]
		suppressed[s.Span.Start.Path] = append(suppressed[s.Span.Start.Path], s)
	}
	for _, e := range manifests(r) {
		doc.add(j.manifest(e, suppressed[e.path], rules))
		delete(suppressed, e.path)
	}
	for _, path := range slices.Sorted(maps.Keys(suppressed)) {
		doc.add(j.manifest(&manifestResult{path: path, kind: "kubernetes"}, suppressed[path], rules))
	}
	if len(r.Problems) > 0 {
		doc.add(junitProblems(r))
	}
	for i := range doc.Suites {
		if !r.Created.IsZero() {
			doc.Suites[i].Timestamp = r.Created.UTC().Format("2006-01-02T15:04:05")
		}
	}
	text, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("encode report of %s: %w", r.Target.Name, err)
	}
	return write(ctx, w, append([]byte(xml.Header), append(text, '\n')...))
}

type junitSuites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`

	Suites []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string `xml:"name,attr"`
	Tests     int    `xml:"tests,attr"`
	Failures  int    `xml:"failures,attr"`
	Errors    int    `xml:"errors,attr"`
	Skipped   int    `xml:"skipped,attr"`
	Timestamp string `xml:"timestamp,attr,omitempty"`

	Properties *junitProperties `xml:"properties"`
	Cases      []junitCase      `xml:"testcase"`
}

// junitProperties are never empty.
type junitProperties struct {
	List []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Skipped *string       `xml:"skipped"`
	Error   *junitFailure `xml:"error"`
	Failure *junitFailure `xml:"failure"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// add adds a suite and counts its tests.
func (d *junitSuites) add(s junitSuite) {
	s.Tests = len(s.Cases)
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	d.Tests, d.Failures, d.Errors = d.Tests+s.Tests, d.Failures+s.Failures, d.Errors+s.Errors
	d.Suites = append(d.Suites, s)
}

func junitPackages(r *scan.Report, e result, suppressed []jsonModified) junitSuite {
	s := junitSuite{Name: printable(e.target), Properties: &junitProperties{[]junitProperty{{"type", printable(e.kind)}}}}
	if e.class == "os-pkgs" && r.EndOfLife != nil {
		s.Properties.List = append(s.Properties.List, junitProperty{"end-of-life", r.EndOfLife.Date.Format(time.DateOnly)})
	}
	for _, v := range e.vulnerabilities {
		s.Cases = append(s.Cases, junitVulnerability(v))
	}
	for _, m := range suppressed {
		reason := printable(fmt.Sprintf("%s: %s", m.Status, cmp.Or(m.Statement, "no reason given")))
		v := m.Finding
		s.Cases = append(s.Cases, junitCase{Class: printable(v.PkgName + "-" + v.InstalledVersion), Name: printable(v.VulnerabilityID), Skipped: &reason})
	}
	if len(e.vulnerabilities) == 0 {
		none := junitCase{Class: printable(e.kind), Name: "no vulnerabilities"}
		if !judged(r) {
			reason := "the packages were compared with no advisories"
			none.Skipped = &reason
		}
		s.Cases = append(s.Cases, none)
	}
	return s
}

func junitVulnerability(v *scan.Vulnerability) junitCase {
	c := v.Component
	lines := []string{"Package: " + c.Name + " " + c.Version}
	if file := componentFile(c); file != "" {
		lines = append(lines, "File: "+file)
	}
	lines = append(lines, "Severity: "+v.Severity.String(), "Status: "+v.Status.String(), "Fixed version: "+cmp.Or(v.Fixed, "none"))
	if u := primaryURL(v); u != "" {
		lines = append(lines, "More: "+u)
	}
	for i, l := range lines {
		lines[i] = printable(l)
	}
	if d := description(v); d != headline(v) {
		lines = append(lines, "", printableLines(d))
	}
	return junitCase{
		Class: printable(c.Name + "-" + c.Version), Name: printable(v.ID),
		Failure: &junitFailure{Message: printable(headline(v)), Type: v.Severity.String(), Text: strings.Join(lines, "\n")},
	}
}

// manifest is the suite of what was found in e, and of what was not.
func (j JUnit) manifest(e *manifestResult, suppressed []*lint.Suppressed, rules map[string]*lint.Rule) junitSuite {
	s := junitSuite{Name: printable(e.path), Properties: &junitProperties{[]junitProperty{{"type", e.kind}}}}
	found := make(map[string]bool)
	for _, d := range e.diagnostics {
		found[d.Rule] = true
		c := junitDiagnostic(e, d)
		text := fmt.Sprintf("%s\nAt: %s:%d\nSeverity: %s", printable(d.Message), printable(e.path), d.Span.Start.Line, d.Severity)
		if rule := rules[d.Rule]; rule != nil && rule.Remediation != "" {
			text += "\nRemediation: " + printable(rule.Remediation)
		}
		c.Failure = &junitFailure{Message: printable(d.Message), Type: d.Severity.String(), Text: text}
		s.Cases = append(s.Cases, c)
	}
	for _, d := range suppressed {
		found[d.Rule] = true
		c := junitDiagnostic(e, &d.Diagnostic)
		reason := printable(fmt.Sprintf("suppressed by %s: %s", d.By, cmp.Or(d.Reason, "no reason given")))
		c.Skipped = &reason
		s.Cases = append(s.Cases, c)
	}
	for _, rule := range j.Rules {
		if !found[rule.Name] {
			s.Cases = append(s.Cases, junitCase{Class: printable(e.path), Name: printable(rule.Name)})
		}
	}
	return s
}

func junitDiagnostic(e *manifestResult, d *lint.Diagnostic) junitCase {
	class := e.path
	if d.Object.Kind != "" {
		class = d.Object.String()
	}
	return junitCase{Class: printable(class), Name: printable(d.Rule)}
}

func junitProblems(r *scan.Report) junitSuite {
	s := junitSuite{Name: "problems"}
	for _, p := range r.Problems {
		c := junitCase{Class: printable(string(p.Stage)), Name: printable(cmp.Or(p.Path, string(p.Layer), r.Target.Name))}
		text := printable(p.String())
		if p.Hides == artifact.HidesNothing {
			c.Output = text
		} else {
			c.Error = &junitFailure{Message: text, Type: "hides " + p.Hides.String(), Text: text}
		}
		s.Cases = append(s.Cases, c)
	}
	return s
}
