package report_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/score"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

const brigText = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: brig
  namespace: fleet
spec:
  template:
    spec:
      containers:
        - name: crew
          image: example.com/shop:1
          securityContext:
            privileged: true
`

// brigRules are those of [voyage]: one that finds a container, one that finds
// nothing.
func brigRules() []*lint.Rule {
	return []*lint.Rule{
		{
			Name: "no-privileged", Title: "Container runs privileged", Doc: "A privileged container can replace the host's kernel modules.",
			Remediation: "Set privileged to false.", URL: "https://harbour.example/no-privileged", Severity: severity.High,
			Aliases: []string{"KSV-0017"}, Groups: []string{"pss-baseline"},
			Run: func(p *lint.Pass) error {
				for c := range p.Containers() {
					f := c.Security.Privileged
					p.ReportDiagnostic(f.Node, lint.Diagnostic{
						Message: "container \"crew\" runs privileged", Cause: c.Node.Span(),
						Fixes:   []lint.Fix{lint.SetFix(f.Node, false)},
						Related: []lint.Related{{Span: p.Object.Get("metadata", "name").Span(), Message: "the workload"}},
					})
				}
				return nil
			},
		},
		{Name: "tidy", Title: "Untidy object", Severity: severity.Low, Run: func(*lint.Pass) error { return nil }},
	}
}

// brigScoreRules are one that takes points of brig's, and one that would give some.
func brigScoreRules(t testing.TB) []score.Rule {
	t.Helper()
	list, err := score.Select(score.Rules(), "Privileged", "RunAsNonRoot")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// brig is a report of a manifest with a diagnostic of several lines and a
// suppressed one.
func brig(t testing.TB) *scan.Report {
	t.Helper()
	b := manifest.ReadFile("deploy/brig.yaml", []byte(brigText), manifest.Options{})
	rep, err := scan.Judge(t.Context(), &scan.Inventory{
		Target: scan.Target{Kind: artifact.KindManifests, Name: "deploy"}, Objects: b.Objects,
	}, scan.Options{Matchers: []scan.Matcher{scan.Lint(brigRules(), lint.Options{}), scan.Score(score.Options{Rules: brigScoreRules(t)})}, Now: shop().Created})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Diagnostics) != 1 {
		t.Fatalf("the manifest has %d diagnostics, want 1: %v", len(rep.Diagnostics), rep.Problems)
	}
	hidden := rep.Diagnostics[0]
	hidden.Rule, hidden.Fixes = "tidy", nil
	rep.Suppressed = []lint.Suppressed{{Diagnostic: hidden, By: "comment", Reason: "on purpose"}}
	return rep
}

// voyage is a report with something for every part of a format: several targets,
// vulnerabilities with and without a fix, a manifest with a diagnostic, and
// problems.
func voyage(t testing.TB) *scan.Report {
	t.Helper()
	const lock = "app/package-lock.json"
	r := findings()
	root := found("npm", vuln.TypeNPM, "fleet", "1.0.0", lock)
	root.Relationship, root.DependsOn = artifact.Root, []string{"@boats/hull@2.0.0"}
	hull := found("npm", vuln.TypeNPM, "@boats/hull", "2.0.0", lock)
	hull.Relationship, hull.DependsOn = artifact.Direct, []string{"plank@1.1.0"}
	hull.Lines = []artifact.LineRange{{First: 10, Last: 18}}
	plank := found("npm", vuln.TypeNPM, "plank", "1.1.0", lock)
	plank.Relationship, plank.Dev = artifact.Indirect, true
	plank.Lines = []artifact.LineRange{{First: 25, Last: 30}, {First: 40, Last: 45}}
	keel := found("jar", vuln.TypeMaven, "org.example:keel", "2.0.1", "opt/app.war")
	keel.Inside = "WEB-INF/lib/keel-2.0.1.jar"
	nameless := found("jar", vuln.TypeMaven, "plank.jar", "", "opt/plank.jar")
	nameless.Unidentified = true
	more := []scan.Component{root, hull, plank, keel, nameless}
	for i := range more {
		more[i].Layer = 1
	}
	old := r.Components
	r.Components = append(append([]scan.Component(nil), old...), more...)
	for i := range r.Vulnerabilities {
		for n := range old {
			if r.Vulnerabilities[i].Component == &old[n] {
				r.Vulnerabilities[i].Component = &r.Components[n]
			}
		}
	}
	hit := func(i int, id, fixed string, level severity.Level) scan.Vulnerability {
		v := scan.Vulnerability{Component: &r.Components[i], ID: id, Advisories: []string{id}, Status: vuln.StatusFixed, Fixed: fixed, Severity: level}
		if fixed == "" {
			v.Status = vuln.StatusAffected
		}
		return v
	}
	n := len(old)
	r.Vulnerabilities = append(r.Vulnerabilities,
		hit(n+1, "CVE-2024-0003", "2.0.1, 3.1.0", severity.High),
		hit(n+2, "CVE-2024-0007", "", severity.Low),
		hit(n+3, "CVE-2024-0001", "2.1.0", severity.Critical))
	b := brig(t)
	r.Files, r.Diagnostics, r.Suppressed, r.Scores = b.Files, b.Diagnostics, b.Suppressed, b.Scores
	r.SuppressedVulnerabilities = []scan.SuppressedVulnerability{{
		Vulnerability: hit(n+1, "CVE-2024-0004", "3.0.0", severity.Medium),
		Decision:      scan.Decision{By: "OpenVEX", Outcome: "not_affected", Reason: "vulnerable_code_not_present", Source: "vex.json"},
	}}
	r.EndOfLife = &vuln.EndOfLife{Release: "12", Date: time.Date(2028, 6, 30, 0, 0, 0, 0, time.UTC), Source: "https://example.com/lts"}
	r.Problems = []scan.Problem{
		{Stage: artifact.StageAnalyze, Path: "opt/broken.jar", Layer: artifact.DiffID(hash("b")), Err: errors.New("not a zip file"), Hides: artifact.HidesSome},
		{Stage: artifact.StageMatch, Path: "odd@x_1", Err: errors.New(`invalid version "x_1"`), Hides: artifact.HidesNothing},
	}
	return r
}

// evil are texts that mean something to what shows a report.
func evil() []string {
	return []string{
		"a\x1b[2J\x1b]0;owned\ab\rc\u202ed\u0085e\xfff\x00",
		`<script>alert("1")</script><img src=x onerror='alert(1)'>&amp;`,
		"=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1",
		"a|b`c`[d](javascript:alert(1))*e*_f_~g~#h\\i<!--j-->",
		"{{.Target}}{{range .}}x{{end}}${IFS}%0A",
		"one\ntwo\n::error file=x::forged\n::stop-commands::x",
		"</text>\nPackageName: forged\n]]>",
		"](https://evil.example)", "@everyone #1 GH-1",
		strings.Repeat("船", 300),
	}
}

// pirates is voyage with an evil text wherever an image, a manifest or an advisory
// chooses one.
func pirates(t testing.TB) *scan.Report {
	t.Helper()
	r := voyage(t)
	texts := evil()
	next := 0
	text := func() string {
		next++
		return texts[next%len(texts)]
	}
	for range 3 { // each text stands in some name
		for i := range r.Components {
			c := &r.Components[i]
			c.Name, c.Version, c.Path, c.Maintainer, c.Licenses = text(), text(), text(), text(), []string{text(), text()}
		}
	}
	for i := range r.Vulnerabilities {
		v := &r.Vulnerabilities[i]
		v.ID, v.Fixed, v.Advisories = text(), text(), []string{text()}
		v.Advisory = &vuln.Advisory{
			ID: text(), Title: text(), Description: text(), Source: text(), References: []string{"https://example.com/" + text(), text()},
			Ratings: []vuln.Rating{{Type: "CVSS_V3", Vector: text(), Score: 5, Level: severity.Medium, Source: text()}},
		}
	}
	for i := range r.SuppressedVulnerabilities {
		s := &r.SuppressedVulnerabilities[i]
		s.ID, s.Fixed, s.By, s.Reason, s.Source = text(), text(), text(), text(), text()
	}
	for i := range r.Scores {
		r.Scores[i].Name, r.Scores[i].File = text(), text()
	}
	for i := range r.Diagnostics {
		d := &r.Diagnostics[i]
		d.Message, d.Object.Name, d.Object.Namespace, d.Object.Kind, d.Span.Start.Path = text(), text(), text(), text(), text()
	}
	for i := range r.Problems {
		r.Problems[i].Path, r.Problems[i].Err = text(), errors.New(text())
	}
	r.Target.Name, r.Target.Reference, r.Target.RepoTags, r.Target.RepoDigests = text(), text(), nil, nil
	r.OS.Version = text()
	return r
}
