package report

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// misconfigurations writes what was found in each manifest, with the lines it is
// about.
func (t Table) misconfigurations(ctx context.Context, out *bytes.Buffer, r *scan.Report) error {
	rules := rulesByName(t.Rules)
	for _, e := range manifests(r) {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
		if len(e.diagnostics) == 0 {
			continue
		}
		counts := make(map[severity.Level]int)
		for _, d := range e.diagnostics {
			counts[d.Severity]++
		}
		title := fmt.Sprintf("%s (%s)", cell(e.path), e.kind)
		fmt.Fprintf(out, "\n%s\n%s\nFailures: %d (%s)\n", title, strings.Repeat("=", len([]rune(title))), len(e.diagnostics), levels(counts, ": "))
		for _, d := range e.diagnostics {
			t.misconfiguration(out, e, d, rules[d.Rule])
		}
	}
	return nil
}

// maxMisconfiguration bounds the bytes of a message.
const maxMisconfiguration = 1000

func (t Table) misconfiguration(out *bytes.Buffer, e *manifestResult, d *lint.Diagnostic, rule *lint.Rule) {
	name := cell(d.Rule)
	if ids := trivyIDs(d, rule); len(ids) > 0 {
		name = strings.Join(ids, ", ") + ", " + name
	}
	level := d.Severity.String()
	if t.Color {
		level = colored(level, level)
	}
	fmt.Fprintf(out, "\n%s (%s): %s\n", name, level, shortened(d.Message, maxMisconfiguration))
	if rule != nil && rule.Remediation != "" {
		fmt.Fprintf(out, "  %s\n", cell(rule.Remediation))
	}
	for _, fix := range d.Fixes {
		if fix.Refused == nil {
			fmt.Fprintf(out, "  --fix: %s\n", cell(fix.Message))
			break
		}
	}
	span := extent(d)
	at := cell(e.path)
	if span.Start.Line > 0 {
		at = fmt.Sprintf("%s:%d", at, span.Start.Line)
		if last := span.End.Line; last > span.Start.Line {
			at = fmt.Sprintf("%s-%d", at, last)
		}
	}
	fmt.Fprintf(out, "  %s\n", at)
	lines, more := e.snippet(span)
	for _, l := range lines {
		fmt.Fprintf(out, "  %4d | %s\n", l.number, codeText(l.text))
	}
	if more {
		out.WriteString("       ...\n")
	}
}

// codeText is a line as it is, but for what steers a terminal. Blanks in front stay.
func codeText(s string) string {
	text := strings.TrimLeft(s, " \t")
	return strings.ReplaceAll(s[:len(s)-len(text)], "\t", "    ") + cell(text)
}
