package report

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/plimsoll-go/plimsoll/scan"
)

// Table writes the tables that Trivy's users know: a summary with a row for each
// target, then for each target with findings a total and a table of them, then
// the problems. Equal cells of a column that follow each other are one cell.
//
// In the summary "-" means that no advisories were compared with the target's
// packages and "0" that nothing was found; a report that is not complete says
// so under it.
//
// Names and titles come from the image and the advisories, which may be
// hostile: what could steer a terminal is written as an escape (\x1b).
type Table struct {
	// Color marks severities with the colours of a terminal. Whether there is
	// one is for the caller to know.
	Color bool
	// Width is the most columns of a line of a table; 0 is no bound. Wider cells
	// are wrapped. Where little is left for the titles, near 100 columns, they
	// are left out; below about 60, lines are cut. The few characters whose
	// width depends on the locale, of which borders are none, are as wide as it
	// has them.
	Width int
}

// Report implements [scan.Reporter].
func (t Table) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	var out bytes.Buffer
	list := results(r)
	t.summary(&out, r, list)
	for _, e := range list {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
		if len(e.vulnerabilities) > 0 {
			t.findings(&out, e)
		}
	}
	problems(&out, r.Problems)
	return write(ctx, w, out.Bytes())
}

func (t Table) summary(out *bytes.Buffer, r *scan.Report, list []result) {
	g := grid{Columns: []column{{Name: "Target"}, {Name: "Type"}, {Name: "Vulnerabilities"}}}
	for _, e := range list {
		number := "-"
		if judged(r) {
			number = fmt.Sprint(len(e.vulnerabilities))
		}
		g.add(cell(e.target), cell(e.kind), number)
	}
	if len(list) == 0 {
		g.add(cell(r.Target.Name), "-", "-")
	}
	out.WriteString("Report Summary\n\n")
	g.draw(out, t)
	out.WriteString("'-' was not compared with advisories, '0' has no findings.\n")
	if incomplete(r) {
		out.WriteString("The report is INCOMPLETE: see the problems at its end.\n")
	}
}

// findings writes the block of one target.
func (t Table) findings(out *bytes.Buffer, e result) {
	heading(out, cell(e.target))
	fmt.Fprintf(out, "Total: %d (%s)\n\n", len(e.vulnerabilities), counts(e.vulnerabilities, ": "))
	g := grid{
		Columns: []column{
			{Name: "Library"},
			{Name: "Vulnerability", Whole: true},
			{Name: "Severity", Whole: true, Severity: true},
			{Name: "Status"},
			{Name: "Installed Version"},
			{Name: "Fixed Version"},
			{Name: "Title", Least: 15},
		},
		Merge: true,
	}
	for _, v := range e.vulnerabilities {
		g.add(library(e, v), cell(v.ID), v.Severity.String(), v.Status.String(),
			cell(v.Component.Version), cell(v.Fixed), title(v))
	}
	g.draw(out, t)
}

// library is the package's name, with its file where the target does not tell.
func library(e result, v *scan.Vulnerability) string {
	if e.class == "os-pkgs" || v.Component.Path == "" {
		return cell(v.Component.Name)
	}
	return cell(v.Component.Name) + " (" + cell(v.Component.Path) + ")"
}

// title is what the advisory says in short, and where to read more below it.
func title(v *scan.Vulnerability) string {
	var lines []string
	if a := v.Advisory; a != nil {
		words := strings.TrimSpace(a.Title)
		if words == "" {
			words = strings.TrimSpace(a.Description)
		}
		if words != "" {
			lines = append(lines, shortTitle(words))
		}
	}
	if url := primaryURL(v); url != "" {
		lines = append(lines, cell(url))
	}
	return strings.Join(lines, "\n")
}

func problems(out *bytes.Buffer, list []scan.Problem) {
	if len(list) == 0 {
		return
	}
	heading(out, "Problems")
	for _, p := range list {
		fmt.Fprintf(out, "- %s\n", printable(p.String()))
	}
}

// heading starts a block.
func heading(out *bytes.Buffer, title string) {
	fmt.Fprintf(out, "\n%s\n%s\n", title, strings.Repeat("=", text.LongestLineLen(title)))
}
