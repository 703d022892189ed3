package report

import (
	"bytes"
	"cmp"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan"
)

// A jsonModified is a finding that is not to be shown, as Trivy has it with
// --show-suppressed.
type jsonModified struct {
	Type      string // "vulnerability"
	Status    string // "ignored", "not_affected" or "fixed"
	Statement string `json:",omitempty"`
	Source    string `json:",omitempty"`
	Finding   jsonVulnerability
}

// suppressedOf are the suppressed vulnerabilities of each result of r, by its target
// and type, in the order of the report.
func suppressedOf(r *scan.Report) map[[2]string][]jsonModified {
	if len(r.SuppressedVulnerabilities) == 0 {
		return nil
	}
	of := *r
	of.Vulnerabilities = make([]scan.Vulnerability, len(r.SuppressedVulnerabilities))
	for i := range r.SuppressedVulnerabilities {
		of.Vulnerabilities[i] = r.SuppressedVulnerabilities[i].Vulnerability
	}
	decisions := make(map[*scan.Vulnerability]*scan.Decision)
	for i := range of.Vulnerabilities {
		decisions[&of.Vulnerabilities[i]] = &r.SuppressedVulnerabilities[i].Decision
	}
	list := make(map[[2]string][]jsonModified)
	for _, e := range results(&of) {
		for _, v := range e.vulnerabilities {
			d := decisions[v]
			list[[2]string{e.kind, e.target}] = append(list[[2]string{e.kind, e.target}], jsonModified{
				Type: "vulnerability", Status: d.Outcome, Statement: d.Reason, Source: d.Source,
				Finding: vulnerabilityOf(&of, e, v),
			})
		}
	}
	return list
}

// suppressed lists what is not to be shown, with who decided that and why.
func (t Table) suppressed(out *bytes.Buffer, r *scan.Report) {
	n := len(r.SuppressedVulnerabilities) + len(r.Suppressed)
	if n == 0 {
		return
	}
	heading(out, "Suppressed")
	fmt.Fprintf(out, "Total: %d\n\n", n)
	g := grid{Columns: []column{
		{Name: "Library"}, {Name: "Finding", Whole: true}, {Name: "Severity", Whole: true, Severity: true},
		{Name: "Status"}, {Name: "Reason"}, {Name: "Source"},
	}}
	for i := range r.SuppressedVulnerabilities {
		v := &r.SuppressedVulnerabilities[i]
		g.add(cell(v.Component.Name+" "+v.Component.Version), cell(v.ID), v.Severity.String(), cell(v.Outcome),
			cell(cmp.Or(v.Reason, "-")), cell(cmp.Or(v.Source, v.By)))
	}
	for i := range r.Suppressed {
		d := &r.Suppressed[i]
		g.add(cell(d.Span.Start.String()), cell(d.Rule), d.Severity.String(), "ignored", cell(cmp.Or(d.Reason, "-")), cell(cmp.Or(d.Source, d.By)))
	}
	g.draw(out, t)
}
