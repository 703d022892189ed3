package report

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Table writes the tables that Trivy's users know: a summary with a row for each
// target, then for each target with findings a total and a table of them, those of
// manifests last, then the problems. Equal cells of a column that follow each other are one cell.
//
// In the summary "-" means that no advisories were compared with the target's
// packages and "0" that nothing was found; a report that is not complete says
// so under it, and one on an operating system that is past its end of life.
//
// Of many problems those that hide something come first, and of the last only
// the number is written; [JSON] has them all.
//
// Names and titles come from the image and the advisories, which may be
// hostile: what could steer a terminal is written as an escape (\x1b).
type Table struct {
	// Sort puts the vulnerabilities of a target in another order than the
	// report's; see [Order].
	Sort Order
	// Color marks severities with the colours of a terminal. Whether there is
	// one is for the caller to know.
	Color bool
	// Width is the most columns of a line of a table; 0 is no bound. Wider cells
	// are wrapped. Where little is left for the titles, near 100 columns, they
	// are left out; below about 60, lines are cut. The few characters whose
	// width depends on the locale, of which borders are none, are as wide as it
	// has them.
	Width int
	// Packages lists all packages of each target after its findings.
	Packages bool
	// Suppressed lists what is not to be shown, with the reason, before the problems.
	// Without it, the summary says how many there are.
	Suppressed bool
	// Rules are the lint rules that ran: their texts, and the ids that Trivy has for
	// them, stand beside what they found in manifests.
	Rules []*lint.Rule
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
		if t.Packages && len(e.components) > 0 {
			t.packages(&out, e)
		}
	}
	if err := t.misconfigurations(ctx, &out, r); err != nil {
		return err
	}
	if t.Suppressed {
		t.suppressed(&out, r)
	}
	problems(&out, r.Problems)
	return write(ctx, w, out.Bytes())
}

func (t Table) summary(out *bytes.Buffer, r *scan.Report, list []result) {
	files := manifests(r)
	g := grid{Columns: []column{{Name: "Target"}, {Name: "Type"}, {Name: "Vulnerabilities"}, {Name: "Misconfigurations"}}}
	for _, e := range list {
		number := "-"
		if judged(r) {
			number = fmt.Sprint(len(e.vulnerabilities))
		}
		g.add(cell(e.target), cell(e.kind), number, "-")
	}
	for _, e := range files {
		g.add(cell(e.path), e.kind, "-", fmt.Sprint(len(e.diagnostics)))
	}
	switch {
	case len(list) == 0 && len(files) == 0:
		g.add(cell(r.Target.Name), "-", "-", "-")
	case len(list) == 0:
		g.remove("Vulnerabilities")
	}
	if len(files) == 0 {
		g.remove("Misconfigurations")
	}
	out.WriteString("Report Summary\n\n")
	g.draw(out, t)
	out.WriteString(age(r))
	if len(list) > 0 || len(files) == 0 {
		out.WriteString("'-' was not compared with advisories, '0' has no findings.\n")
	}
	if n := len(r.SuppressedVulnerabilities) + len(r.Suppressed); n > 0 && !t.Suppressed {
		fmt.Fprintf(out, "Suppressed, and not shown: %d.\n", n)
	}
	out.WriteString(endOfLife(r))
	if incomplete(r) {
		out.WriteString("The report is INCOMPLETE: see the problems at its end.\n")
	}
}

// endOfLife is a line about a system that was not supported any more.
func endOfLife(r *scan.Report) string {
	if !r.Unsupported() {
		return ""
	}
	name := "the operating system"
	if r.OS != nil {
		name = cell(systemName(r.OS))
	}
	return fmt.Sprintf("The support of %s ended on %s: later vulnerabilities may have no advisory, and no fix.\n", name, date(r.EndOfLife.Date))
}

// An Order is one of vulnerabilities in a table.
type Order uint8

// The orders.
const (
	// ByPackage is the order of the report.
	ByPackage Order = iota
	// BySeverity puts the worst first.
	BySeverity
	// ByEPSS puts what is known to be exploited first, then what is most likely
	// to be, and shows both in a column of their own.
	ByEPSS
)

// sort returns list in order o, else as it was.
func (o Order) sort(list []*scan.Vulnerability) []*scan.Vulnerability {
	rank := func(v *scan.Vulnerability) float64 {
		switch {
		case o == BySeverity:
			return float64(v.Severity)
		case v.Exploited != nil:
			return 2
		case v.EPSS != nil:
			return v.EPSS.Probability
		}
		return -1
	}
	if o == ByPackage {
		return list
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *scan.Vulnerability) int { return cmp.Compare(rank(b), rank(a)) })
	return list
}

// chance is what is known of the exploitation of v: "KEV", "0.123 (95 %)" or
// both, a line each.
func chance(v *scan.Vulnerability) string {
	var words []string
	if v.Exploited != nil {
		words = append(words, "KEV")
	}
	if v.EPSS != nil {
		words = append(words, fmt.Sprintf("%.3f (%.0f %%)", v.EPSS.Probability, 100*v.EPSS.Percentile))
	}
	return strings.Join(words, "\n")
}

// age is what the report was compared with, and how old that was.
func age(r *scan.Report) string {
	info := r.Database
	if info == nil || info.Built.IsZero() {
		return ""
	}
	old := "less than a day old"
	switch days := int(r.Created.Sub(info.Built).Hours() / 24); {
	case r.Created.IsZero():
		old = "of an age that is not known"
	case days == 1:
		old = "1 day old"
	case days > 1:
		old = fmt.Sprintf("%d days old", days)
	}
	var names []string
	for _, s := range info.Sources {
		names = append(names, cell(s.Name))
	}
	const most = 8
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("and %d more", len(names)-most))
	}
	text := fmt.Sprintf("Database: built %s, %s", info.Built.UTC().Format("2006-01-02 15:04 MST"), old)
	if info.Advisories > 0 { // not every database counts them
		text += fmt.Sprintf(", %d advisories", info.Advisories)
	}
	if len(names) > 0 {
		text += " (" + strings.Join(names, ", ") + ")"
	}
	return text + ".\n"
}

// findings writes the block of one target.
func (t Table) findings(out *bytes.Buffer, e result) {
	heading(out, e.title())
	fmt.Fprintf(out, "Total: %d (%s)\n\n", len(e.vulnerabilities), counts(e.vulnerabilities, ": "))
	g := grid{
		Columns: []column{
			{Name: "Library"},
			{Name: "Vulnerability", Whole: true},
			{Name: "Severity", Whole: true, Severity: true},
			{Name: "EPSS", Whole: true},
			{Name: "Status"},
			{Name: "Installed Version"},
			{Name: "Fixed Version"},
			{Name: "Title", Least: 15},
		},
		Merge: true,
	}
	for _, v := range t.Sort.sort(e.vulnerabilities) {
		g.add(library(e, v), cell(v.ID), v.Severity.String(), chance(v), v.Status.String(),
			cell(v.Component.Version), cell(v.Fixed), title(v))
	}
	if t.Sort != ByEPSS {
		g.remove("EPSS")
	}
	g.draw(out, t)
}

// title is the target, and what sort of packages these are where that does not
// tell: "Java (jar)".
func (e result) title() string {
	if e.class == "os-pkgs" || e.kind == e.target {
		return cell(e.target)
	}
	return cell(e.target) + " (" + cell(e.kind) + ")"
}

// library is the package's name, with its file where the target does not tell.
func library(e result, v *scan.Vulnerability) string {
	path := pathOf(e, v.Component)
	if path == "" {
		return cell(v.Component.Name)
	}
	return cell(v.Component.Name) + " (" + cell(path) + ")"
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

// Bounds of the list of problems: of its entries, and of the bytes of each.
const (
	mostProblems = 50
	maxProblem   = 2 * maxCell
)

// problems lists those of a report. Of more than mostProblems, those that hide
// something come first.
func problems(out *bytes.Buffer, list []scan.Problem) {
	if len(list) == 0 {
		return
	}
	heading(out, "Problems")
	left := 0
	if len(list) > mostProblems {
		list, left = problemsByWeight(list)[:mostProblems], len(list)-mostProblems
	}
	for _, p := range list {
		fmt.Fprintf(out, "- %s\n", shortened(p.String(), maxProblem))
	}
	if left > 0 {
		fmt.Fprintf(out, "and %d more, which a report in JSON lists.\n", left)
	}
}

// heading starts a block.
func heading(out *bytes.Buffer, title string) {
	fmt.Fprintf(out, "\n%s\n%s\n", title, strings.Repeat("=", text.LongestLineLen(title)))
}

// packages lists what e is made of.
func (t Table) packages(out *bytes.Buffer, e result) {
	heading(out, e.title()+": packages")
	g := grid{Columns: []column{{Name: "Package"}, {Name: "Version"}, {Name: "Arch"}, {Name: "Relationship"}, {Name: "Path"}}}
	any := [5]bool{true, true}
	for _, c := range e.components {
		row := []string{cell(c.Name), cell(c.Version), cell(c.Arch), "", cell(pathOf(e, c))}
		if c.Relationship != artifact.RelationshipUnknown {
			row[3] = c.Relationship.String()
		}
		for i := range row {
			any[i] = any[i] || row[i] != ""
		}
		g.add(row...)
	}
	for i, name := range []string{2: "Arch", 3: "Relationship", 4: "Path"} {
		if name != "" && !any[i] {
			g.remove(name)
		}
	}
	g.draw(out, t)
}
