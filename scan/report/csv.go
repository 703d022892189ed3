package report

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan"
)

// CSV writes the findings of a report for a spreadsheet, as RFC 4180 has it but
// with lines that end as those of Unix: a line of names, then one for each
// vulnerability, by target as [Table] has them, each diagnostic and each problem.
// The first seven columns are those of Trivy's template for the format.
//
// Diagnostics have the rule as VulnerabilityID and the object as PackageName.
// Those that are suppressed are left out. Kind is "vulnerability", "diagnostic",
// or "problem", whose Title says what is wrong.
//
// Every value is in quotes and on one line. One that a spreadsheet would take for
// a formula, since it starts with =, +, - or @, has an apostrophe before it.
type CSV struct{}

// Report implements [scan.Reporter].
func (CSV) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	var out bytes.Buffer
	csvLine(&out, "VulnerabilityID", "Severity", "PackageName", "InstalledVersion", "FixedVersion", "PackagePath", "Target",
		"Kind", "Status", "Line", "Title", "PrimaryURL", "KEV", "EPSS", "PURL")
	for _, e := range results(r) {
		for _, v := range e.vulnerabilities {
			exploited, epss := "", ""
			if v.Exploited != nil {
				exploited = "true"
			}
			if v.EPSS != nil {
				epss = strconv.FormatFloat(v.EPSS.Probability, 'f', -1, 64)
			}
			c := v.Component
			csvLine(&out, v.ID, v.Severity.String(), c.Name, c.Version, v.Fixed, componentFile(c), e.target,
				"vulnerability", v.Status.String(), lineText(placeOf(r, c).line), headline(v), primaryURL(v), exploited, epss, packageURL(r.OS, c))
		}
	}
	for i := range r.Diagnostics {
		d := &r.Diagnostics[i]
		object := ""
		if d.Object.Kind != "" {
			object = d.Object.String()
		}
		csvLine(&out, d.Rule, d.Severity.String(), object, "", "", d.Span.Start.Path, d.Span.Start.Path,
			"diagnostic", "", lineText(d.Span.Start.Line), d.Message, "", "", "", "")
	}
	for _, p := range r.Problems {
		csvLine(&out, "", "", "", "", "", p.Path, r.Target.Name, "problem", "hides "+p.Hides.String(), "", fmt.Sprint(p.Err), "", "", "", "")
	}
	return write(ctx, w, out.Bytes())
}

// lineText is a line number; "" where it is not known.
func lineText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func csvLine(out *bytes.Buffer, values ...string) {
	for i, v := range values {
		if i > 0 {
			out.WriteByte(',')
		}
		v = printable(v)
		if isFormula(v) {
			v = "'" + v
		}
		out.WriteByte('"')
		out.WriteString(strings.ReplaceAll(v, `"`, `""`))
		out.WriteByte('"')
	}
	out.WriteByte('\n')
}

// isFormula reports whether a spreadsheet computes s rather than shows it. Some
// take the wide forms of the signs for them too.
func isFormula(s string) bool {
	for _, sign := range []string{"=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"} {
		if strings.HasPrefix(s, sign) {
			return true
		}
	}
	return false
}
