package report

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/plimsoll-go/plimsoll/scan"
)

// Count writes one line for each target of a report:
//
//	debian:12 (debian 12.15): UNKNOWN 0, LOW 1, MEDIUM 2, HIGH 3, CRITICAL 0, total 6
//
// and " (incomplete)" after it when a problem hides something: the numbers are
// then the least there are.
type Count struct {
	// Quiet writes nothing but the number of vulnerabilities of all targets.
	Quiet bool
}

// Report implements [scan.Reporter].
func (c Count) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	if c.Quiet {
		return write(ctx, w, fmt.Appendln(nil, len(r.Vulnerabilities)))
	}
	var out bytes.Buffer
	list := results(r)
	if len(list) == 0 {
		list = []result{{target: r.Target.Name}}
	}
	for _, e := range list {
		fmt.Fprintf(&out, "%s: %s, total %d", cell(e.target), counts(e.vulnerabilities, " "), len(e.vulnerabilities))
		if incomplete(r) {
			out.WriteString(" (incomplete)")
		}
		out.WriteByte('\n')
	}
	return write(ctx, w, out.Bytes())
}
