package report

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// GitHubActions writes the findings of a report as commands of a GitHub workflow,
// a line each: GitHub shows them in the summary of a run, and in the changes of a
// pull request at the lines of lock files and manifests.
//
// CRITICAL and HIGH are errors, MEDIUM is a warning, others are notices; a problem
// that hides something is an error, others are notices. Problems come first, then
// the worst findings, because GitHub shows ten of each sort for a step.
// Diagnostics that are suppressed are left out, and so are the paths of files in
// an image.
//
// No text of a finding can be a command of its own: each is a part of one line.
//
// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
type GitHubActions struct {
	// Dir is the root of the repository, an absolute path: files are named from
	// there. Empty: as the report names them.
	Dir string
}

// Report implements [scan.Reporter].
func (a GitHubActions) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	out := newActionsWriter(a.Dir)
	for _, p := range problemsByWeight(r.Problems) {
		level := "error"
		if p.Hides == artifact.HidesNothing {
			level = "notice"
		}
		out.command(level, place{}, "problem", p.String())
	}
	for _, v := range BySeverity.sort(pointers(r.Vulnerabilities)) {
		at := placeOf(r, v.Component)
		if r.Target.Kind == artifact.KindImage {
			at = place{}
		}
		text := fmt.Sprintf("%s %s has %s: %s", v.Component.Name, v.Component.Version, v.ID, headline(v))
		if s := solution(v); s != "" {
			text += "\n" + s
		}
		if u := primaryURL(v); u != "" {
			text += "\n" + u
		}
		out.command(actionsLevel(v.Severity), at, v.Severity.String()+" "+v.ID, text)
	}
	list := pointers(r.Diagnostics)
	slices.SortStableFunc(list, func(a, b *lint.Diagnostic) int { return cmp.Compare(b.Severity, a.Severity) })
	for _, d := range list {
		text := d.Message
		if d.Object.Kind != "" {
			text += "\n" + d.Object.String()
		}
		out.command(actionsLevel(d.Severity), placeOfSpan(d.Span), d.Severity.String()+" "+d.Rule, text)
	}
	return write(ctx, w, out.text.Bytes())
}

// pointers are those to the elements of list.
func pointers[T any](list []T) []*T {
	to := make([]*T, len(list))
	for i := range list {
		to[i] = &list[i]
	}
	return to
}

// problemsByWeight puts what hides most first.
func problemsByWeight(list []scan.Problem) []scan.Problem {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b scan.Problem) int { return cmp.Compare(b.Hides, a.Hides) })
	return list
}

func actionsLevel(l severity.Level) string {
	switch l {
	case severity.Critical, severity.High:
		return "error"
	case severity.Medium:
		return "warning"
	}
	return "notice"
}

// An actionsWriter writes commands.
type actionsWriter struct {
	dir               string
	text              bytes.Buffer
	message, property *strings.Replacer // escapes of the end of a command, and of values
}

func newActionsWriter(dir string) *actionsWriter {
	return &actionsWriter{
		dir:      dir,
		message:  strings.NewReplacer("%", "%25", "\n", "%0A"),
		property: strings.NewReplacer("%", "%25", ":", "%3A", ",", "%2C"),
	}
}

// command writes "::error file=deploy.yaml,line=3,title=T::text".
func (o *actionsWriter) command(level string, at place, title, text string) {
	o.text.WriteString("::" + level + " ")
	if at.path != "" {
		fmt.Fprintf(&o.text, "file=%s,", o.property.Replace(printable(pathFrom(o.dir, at.path))))
		number := func(name string, n int) {
			if n > 0 {
				fmt.Fprintf(&o.text, "%s=%d,", name, n)
			}
		}
		number("line", at.line)
		number("endLine", at.endLine)
		if at.line == at.endLine { // GitHub takes columns of one line only
			number("col", at.column)
			number("endColumn", at.endColumn)
		}
	}
	fmt.Fprintf(&o.text, "title=%s::%s\n", o.property.Replace(printable(title)), o.message.Replace(printableLines(text)))
}
