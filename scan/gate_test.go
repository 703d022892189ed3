package scan_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// harbour is a report that breaks every rule of a gate.
func harbour(t *testing.T) *scan.Report {
	components := []scan.Component{
		{Package: vuln.Package{Type: vuln.TypeDeb, Name: "keel", Version: "1"}, Path: "var/lib/dpkg/status"},
		{Package: vuln.Package{Type: vuln.TypeNPM, Name: "mast", Version: "1.0.0"}, Path: "app/package-lock.json"},
	}
	at := func(path string) manifest.Span {
		return manifest.Span{Start: manifest.Position{Path: path, Line: 1, Column: 1}}
	}
	return &scan.Report{
		Target: scan.Target{Kind: artifact.KindImage, Name: "harbour:1"},
		OS:     &vuln.OS{Family: vuln.Debian, Version: "9.13"}, EndOfLife: &vuln.EndOfLife{Release: "9", Date: day(t, "2022-06-30")},
		Created: day(t, "2022-07-01"), Components: components,
		Vulnerabilities: []scan.Vulnerability{
			{ID: "CVE-1", Component: &components[0], Severity: severity.High, Fixed: "2", Status: vuln.StatusFixed,
				Enrichment: vuln.Enrichment{Exploited: &vuln.Exploited{}}},
			{ID: "CVE-2", Component: &components[0], Severity: severity.Low, Status: vuln.StatusWillNotFix},
			{ID: "CVE-3", Component: &components[1], Severity: severity.Medium, Status: vuln.StatusAffected,
				Enrichment: vuln.Enrichment{EPSS: &vuln.EPSS{Probability: 0.7}}},
		},
		Diagnostics: []lint.Diagnostic{
			{Rule: "host-pid", Severity: severity.Critical, Span: at("web.yaml")}, {Rule: "latest-tag", Severity: severity.Low, Span: at("web.yaml")},
		},
		Problems: []scan.Problem{{Stage: artifact.StageRead, Err: errors.New("cut"), Hides: artifact.HidesSome}},
	}
}

// The verdict names the rule for each reason, in one order.
func TestGateRules(t *testing.T) {
	t.Parallel()
	without := func(drop func(*scan.Report)) *scan.Snapshot {
		r := harbour(t)
		drop(r)
		return scan.SnapshotOf(r)
	}
	for name, row := range map[string]struct {
		gate scan.Gate
		want []string
	}{
		"all": {scan.Gate{Severity: severity.Medium, Diagnostics: severity.Critical, Exploited: true, MinEPSS: 0.5, EndOfLife: true}, []string{
			"severity: 1 vulnerability of severity HIGH", "severity: 1 vulnerability of severity MEDIUM", "exploited: 1 known to be exploited",
			"epss: 1 with an EPSS probability of 0.5 or more", "diagnostics: 1 diagnostic of severity CRITICAL",
			"end-of-life: the support of debian 9 ended on 2022-06-30", "complete: incomplete: read: cut (hides some)",
		}},
		"diagnostics alone":        {scan.Gate{Diagnostics: severity.High, IgnoreProblems: true}, []string{"diagnostics: 1 diagnostic of severity CRITICAL"}},
		"diagnostics by severity":  {scan.Gate{Severity: severity.Critical, IgnoreProblems: true}, []string{"diagnostics: 1 diagnostic of severity CRITICAL"}},
		"diagnostics below others": {scan.Gate{Severity: severity.Critical, Diagnostics: severity.Low, IgnoreProblems: true}, []string{"diagnostics: 1 diagnostic of severity CRITICAL", "diagnostics: 1 diagnostic of severity LOW"}},
		"statuses": {scan.Gate{Severity: severity.Low, IgnoreStatuses: []vuln.Status{vuln.StatusWillNotFix, vuln.StatusFixed}, Diagnostics: severity.Critical, IgnoreProblems: true},
			[]string{"severity: 1 vulnerability of severity MEDIUM", "diagnostics: 1 diagnostic of severity CRITICAL"}},
		"not worse than baseline": {scan.Gate{Baseline: without(func(*scan.Report) {}), IgnoreProblems: true}, nil},
		"worse than baseline": {scan.Gate{Baseline: without(func(r *scan.Report) { r.Vulnerabilities, r.Diagnostics = r.Vulnerabilities[1:], r.Diagnostics[:1] }), IgnoreProblems: true},
			[]string{"severity: 1 vulnerability of severity HIGH that the baseline has not", "diagnostics: 1 diagnostic of severity LOW that the baseline has not"}},
		"worse, but not so bad": {scan.Gate{Severity: severity.Critical, Baseline: without(func(r *scan.Report) { r.Vulnerabilities = r.Vulnerabilities[1:] }), IgnoreProblems: true}, nil},
		"worse, and exploited": {scan.Gate{Exploited: true, MinEPSS: 0.1, Baseline: without(func(r *scan.Report) { r.Vulnerabilities = r.Vulnerabilities[1:] }), IgnoreProblems: true},
			[]string{"exploited: 1 known to be exploited that the baseline has not"}},
		"another version": {scan.Gate{Severity: severity.Low, Baseline: without(func(r *scan.Report) { r.Components[0].Version = "0" }), IgnoreProblems: true}, nil},
		"an empty baseline": {scan.Gate{Severity: severity.High, Diagnostics: severity.Critical, Baseline: new(scan.Snapshot), IgnoreProblems: true},
			[]string{"severity: 1 vulnerability of severity HIGH that the baseline has not", "diagnostics: 1 diagnostic of severity CRITICAL that the baseline has not"}},
	} {
		v := row.gate.Judge(harbour(t))
		var got []string
		for i, reason := range v.Reasons {
			got = append(got, string(v.Rules[i])+": "+reason)
		}
		if diff := cmp.Diff(row.want, got); diff != "" || v.Failed != (len(row.want) > 0) || v.Complete {
			t.Errorf("%s: failed %t, complete %t, rules and reasons (-want +got):\n%s", name, v.Failed, v.Complete, diff)
		}
	}
}

// A second package with the same vulnerability is new, though the baseline has one.
func TestGateBaselineCounts(t *testing.T) {
	t.Parallel()
	r := harbour(t)
	baseline := scan.SnapshotOf(r)
	r.Vulnerabilities = append(r.Vulnerabilities, r.Vulnerabilities[2])
	if v := (scan.Gate{Baseline: baseline, IgnoreProblems: true}).Judge(r); len(v.Reasons) != 1 || v.Rules[0] != scan.RuleSeverity {
		t.Errorf("Judge = %+v, want one vulnerability more than the baseline has", v)
	}
}
