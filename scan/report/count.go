package report

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// Count writes one line for each target of a report:
//
//	debian:12 (debian 12.15): UNKNOWN 0, LOW 1, MEDIUM 2, HIGH 3, CRITICAL 0, total 6
//
// then one for each manifest that was judged, with the numbers of its diagnostics;
// and " (incomplete)" after it when a problem hides something: the numbers are
// then the least there are.
type Count struct {
	// Quiet writes nothing but the number of vulnerabilities and diagnostics of all
	// targets.
	Quiet bool
}

// Report implements [scan.Reporter].
func (c Count) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	if c.Quiet {
		return write(ctx, w, fmt.Appendln(nil, len(r.Vulnerabilities)+len(r.Diagnostics)))
	}
	var out bytes.Buffer
	list, found := results(r), manifests(r)
	if len(list)+len(found) == 0 {
		list = []result{{target: r.Target.Name}}
	}
	end := "\n"
	if incomplete(r) {
		end = " (incomplete)\n"
	}
	for _, e := range list {
		fmt.Fprintf(&out, "%s: %s, total %d%s", cell(e.target), counts(e.vulnerabilities, " "), len(e.vulnerabilities), end)
	}
	for _, e := range found {
		per := make(map[severity.Level]int)
		for _, d := range e.diagnostics {
			per[d.Severity]++
		}
		fmt.Fprintf(&out, "%s (%s): %s, total %d%s", cell(e.path), e.kind, levels(per, " "), len(e.diagnostics), end)
	}
	return write(ctx, w, out.Bytes())
}
