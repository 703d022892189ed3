package report

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// WorkloadTable writes the report of a workload for people: for each object with
// containers what was found in it, and how exposed each container is; then all
// vulnerabilities, the most urgent first, with the reasons; what rules found; and the
// problems.
//
// As in [Table], what could steer a terminal is written as an escape.
type WorkloadTable struct {
	Color bool // as in Table
	// Most is how many vulnerabilities, and how many diagnostics, are shown; 0 is all.
	// The number of those that are left out is written.
	Most int
}

// Report writes w's report to out.
func (t WorkloadTable) Report(ctx context.Context, out io.Writer, w *scan.WorkloadReport) error {
	var text bytes.Buffer
	t.objects(&text, w)
	t.exposures(&text, w)
	t.diagnostics(&text, w.Manifests.Diagnostics)
	all := w.AllProblems()
	problems(&text, all)
	if slices.ContainsFunc(all, hidesSomething) {
		text.WriteString("\nThe report is INCOMPLETE.\n")
	}
	return write(ctx, out, text.Bytes())
}

// objects writes a block for each object with containers.
func (t WorkloadTable) objects(out *bytes.Buffer, w *scan.WorkloadReport) {
	diagnostics := make(map[lint.ObjectRef]int)
	for i := range w.Manifests.Diagnostics {
		diagnostics[w.Manifests.Diagnostics[i].Object]++
	}
	scores := make(map[*manifest.Object]string)
	for i := range w.Manifests.Scores {
		r := &w.Manifests.Scores[i]
		if r.Object != nil && r.Supported && r.Err == nil {
			scores[r.Object] = fmt.Sprintf(", score %d of %d", r.Score, r.Max)
		}
	}
	if i := slices.IndexFunc(w.Images, func(img scan.WorkloadImage) bool { return img.Report != nil }); i >= 0 {
		out.WriteString(age(w.Images[i].Report)) // all have one database
	}
	for i := range w.Containers {
		c := &w.Containers[i]
		if i == 0 || w.Containers[i-1].Object != c.Object {
			fmt.Fprintf(out, "\n%s (%s)\n", cell(c.Object.String()), cell(c.Object.Node.Position().String()))
			fmt.Fprintf(out, "%s%s\n", plural(diagnostics[lint.Ref(c.Object)], "diagnostic", "diagnostics"), scores[c.Object])
		}
		fmt.Fprintf(out, "- %s: %s\n", cell(c.Label()), contents(c.Image))
		switch {
		case c.Points > 0:
			fmt.Fprintf(out, "  exposure %d: %s\n", c.Points, reasons(c.Reasons))
		case c.Image != nil:
			out.WriteString("  hardened, and nothing leads to it\n")
		}
	}
	for _, img := range w.Images {
		if img.Report != nil && img.Report.Unsupported() {
			fmt.Fprintf(out, "\n%s: %s", cell(img.Name), endOfLife(img.Report))
		}
	}
}

// contents is what an image has, in words.
func contents(img *scan.WorkloadImage) string {
	switch {
	case img == nil:
		return "names no image"
	case img.Report == nil:
		return cell(img.Name) + ", NOT SCANNED"
	}
	list := make([]*scan.Vulnerability, len(img.Report.Vulnerabilities))
	for i := range list {
		list[i] = &img.Report.Vulnerabilities[i]
	}
	words := cell(img.Name)
	switch n := len(list); n {
	case 0:
		words += ", no vulnerabilities"
	case 1:
		words += ", 1 vulnerability of severity " + list[0].Severity.String()
	default:
		words += fmt.Sprintf(", %d vulnerabilities (%s)", n, counts(list, ": "))
	}
	if n := len(img.Report.SuppressedVulnerabilities); n > 0 {
		words += fmt.Sprintf(", %d suppressed", n)
	}
	if incomplete(img.Report) {
		words += ", INCOMPLETE"
	}
	return words
}

// exposures lists the vulnerabilities.
func (t WorkloadTable) exposures(out *bytes.Buffer, w *scan.WorkloadReport) {
	list := w.Exposures
	if len(list) == 0 {
		return
	}
	heading(out, "Vulnerabilities, the most urgent first")
	left := 0
	if t.Most > 0 && len(list) > t.Most {
		list, left = list[:t.Most], len(list)-t.Most
	}
	for i := range list {
		e := &list[i]
		v := e.Vulnerability
		fmt.Fprintf(out, "%d. %s %s in %s %s, %s %s, %s\n   %s\n", e.Rank, t.level(v.Severity), cell(v.ID),
			cell(v.Component.Name), cell(v.Component.Version), cell(e.Container.Object.Kind), cell(e.Container.Object.Name), cell(e.Container.Label()),
			reasons(e.Reasons()))
	}
	if left > 0 {
		fmt.Fprintf(out, "and %d more, which are less urgent.\n", left)
	}
}

// level is the label of l.
func (t WorkloadTable) level(l severity.Level) string {
	if t.Color {
		return colored(l.String(), l.String())
	}
	return l.String()
}

// reasons are joined on one line.
func reasons(list []string) string {
	if len(list) == 0 {
		return "-"
	}
	words := make([]string, len(list))
	for i, r := range list {
		words[i] = cell(r)
	}
	return strings.Join(words, ", ")
}

// diagnostics lists what rules found, the worst first.
func (t WorkloadTable) diagnostics(out *bytes.Buffer, list []lint.Diagnostic) {
	if len(list) == 0 {
		return
	}
	heading(out, "Diagnostics")
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b lint.Diagnostic) int { return int(b.Severity) - int(a.Severity) })
	left := 0
	if t.Most > 0 && len(list) > t.Most {
		list, left = list[:t.Most], len(list)-t.Most
	}
	for _, d := range list {
		fmt.Fprintf(out, "%s: %s %s: %s\n", cell(d.Span.Start.String()), t.level(d.Severity), cell(d.Rule), cell(d.Message))
	}
	if left > 0 {
		fmt.Fprintf(out, "and %d more, which are not worse.\n", left)
	}
}
