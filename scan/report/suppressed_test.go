package report_test

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// suppressed is findings, of which somebody decided that two are none.
func suppressed() *scan.Report {
	r := findings()
	hide := func(d scan.Decision) {
		v := r.Vulnerabilities[0]
		r.Vulnerabilities = r.Vulnerabilities[1:]
		r.SuppressedVulnerabilities = append(r.SuppressedVulnerabilities, scan.SuppressedVulnerability{Vulnerability: v, Decision: d})
	}
	hide(scan.Decision{By: "OpenVEX", Outcome: "not_affected", Reason: "component_not_present\x1b[2J", Source: "shop.vex.json: statements[0]"})
	hide(scan.Decision{By: "ignore file", Outcome: "ignored", Source: ".trivyignore:3"})
	r.Suppressed = []lint.Suppressed{{
		Diagnostic: lint.Diagnostic{Rule: "host-pid", Severity: severity.High, Span: manifest.Span{Start: manifest.Position{Path: "web.yaml", Line: 7, Column: 3}}},
		By:         "comment", Reason: "debugging",
	}}
	return r
}

// What is suppressed is shown when it is asked for alone.
func TestSuppressed(t *testing.T) {
	t.Parallel()
	golden(t, "suppressed.table", render(t, report.Table{Suppressed: true}, suppressed()))
	golden(t, "suppressed.json", render(t, report.JSON{Suppressed: true, NoPackages: true}, suppressed()))
	left := findings()
	left.Vulnerabilities = left.Vulnerabilities[2:]
	if got, want := render(t, report.JSON{}, suppressed()), render(t, report.JSON{}, left); got != want {
		t.Errorf("JSON shows what is suppressed, and was not asked to:\n%s", got)
	}
	got := render(t, report.Table{}, suppressed())
	if rest := strings.Replace(got, "Suppressed, and not shown: 3.\n", "", 1); rest == got || rest != render(t, report.Table{}, left) {
		t.Errorf("the table shows more of what is suppressed than how many, or not that:\n%s", got)
	}
}
