package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// diagnostics is a table of what was found in one manifest.
func (t Table) diagnostics(out *bytes.Buffer, e *manifestResult) {
	heading(out, cell(e.path)+" ("+e.kind+")")
	var found [severity.Critical + 1]int
	for _, d := range e.diagnostics {
		found[d.Severity]++
	}
	var parts []string
	for l := severity.Unknown; l <= severity.Critical; l++ {
		parts = append(parts, fmt.Sprintf("%s: %d", l, found[l]))
	}
	fmt.Fprintf(out, "Total: %d (%s)\n\n", len(e.diagnostics), strings.Join(parts, ", "))
	g := grid{Columns: []column{
		{Name: "Check", Whole: true}, {Name: "Severity", Whole: true, Severity: true}, {Name: "Line", Whole: true}, {Name: "Message"},
	}}
	rules := rulesByName(t.Rules)
	for _, d := range e.diagnostics {
		g.add(checkName(d, rules[d.Rule]), d.Severity.String(), lineNumber(d), cell(d.Message))
	}
	g.draw(out, t)
}

// checkName is the rule, with the ids that Trivy has for it below.
func checkName(d *lint.Diagnostic, rule *lint.Rule) string {
	return strings.Join(append([]string{cell(d.Rule)}, trivyIDs(d, rule)...), "\n")
}

// lineNumber is where d is; empty where it is about all of the file.
func lineNumber(d *lint.Diagnostic) string {
	if n := extent(d).Start.Line; n > 0 {
		return fmt.Sprint(n)
	}
	return ""
}
