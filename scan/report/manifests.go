package report

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/internal/imageconfig"
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
)

// A manifestResult is the part of a report that is about one manifest.
type manifestResult struct {
	path        string
	kind        string         // Trivy's word: "kubernetes", "helm", "dockerfile"; and "compose", which it does not have
	file        *manifest.File // nil: the report has it not
	starts      []int          // of the lines of file, once they are known
	diagnostics []*lint.Diagnostic
}

// manifests splits the diagnostics of r by file. Files without any are there too,
// where the report has them. They are sorted by path; the diagnostics of each are
// in the order of the report.
func manifests(r *scan.Report) []*manifestResult {
	var list []*manifestResult
	byPath := make(map[string]*manifestResult)
	of := func(path string) *manifestResult {
		e, ok := byPath[path]
		if !ok {
			e = &manifestResult{path: path}
			byPath[path] = e
			list = append(list, e)
		}
		return e
	}
	for _, f := range r.Files {
		if e := of(f.Path); e.file == nil {
			e.file = f
		}
	}
	for i := range r.Diagnostics {
		d := &r.Diagnostics[i]
		e := of(d.Span.Start.Path)
		e.diagnostics = append(e.diagnostics, d)
	}
	slices.SortFunc(list, func(a, b *manifestResult) int { return strings.Compare(a.path, b.path) })
	for _, e := range list {
		e.kind = manifestKind(e)
	}
	return list
}

// manifestKind is Trivy's word for what sort of file e is.
func manifestKind(e *manifestResult) string {
	base := strings.ToLower(path.Base(e.path))
	switch {
	case len(e.diagnostics) > 0 && e.diagnostics[0].Object.Kind == "Dockerfile":
		return "dockerfile"
	case len(e.diagnostics) > 0 && e.diagnostics[0].Object.Kind == "Compose":
		return "compose"
	case e.file != nil && e.file.Renderer == "helm":
		return "helm"
	case strings.HasPrefix(base, "dockerfile"), strings.HasPrefix(base, "containerfile"), strings.HasSuffix(base, ".dockerfile"),
		strings.HasSuffix(base, imageconfig.Suffix):
		return "dockerfile"
	}
	return "kubernetes"
}

// extent is all that is wrong: the cause, or what points to it.
func extent(d *lint.Diagnostic) manifest.Span {
	if d.Cause == (manifest.Span{}) {
		return d.Span
	}
	return d.Cause
}

// A codeLine is a line of a manifest.
type codeLine struct {
	number int // from 1; 0 where a rendered line is from no line of its source
	text   string
}

// Bounds of a snippet: of its lines, and of the bytes of each.
const (
	mostLines      = 10
	maxSnippetLine = 400
)

// snippet is the lines of span in e's file, at most mostLines, and whether there
// are more. There are none where the report has not the file, or it does not hold
// the span.
func (e *manifestResult) snippet(span manifest.Span) (lines []codeLine, more bool) {
	f := e.file
	if f == nil || span.Start.Line == 0 && f.Renderer == "" || span.Start.Offset < 0 || max(span.Start.Offset, span.End.Offset) > len(f.Text) {
		return nil, false
	}
	if e.starts == nil {
		e.starts = lineStarts(f.Text)
	}
	first := e.lineAt(span.Start.Offset)
	last := max(first, e.lineAt(span.End.Offset-1))
	for n := first; n <= last; n++ {
		if len(lines) == mostLines {
			return lines, true
		}
		end := len(f.Text)
		if n+1 < len(e.starts) {
			end = e.starts[n+1]
		}
		l := codeLine{number: n + 1, text: string(bytes.TrimRight(f.Text[e.starts[n]:end], "\r\n"))}
		if f.Renderer != "" {
			l.number = 0
			if n < len(f.Source) {
				l.number = f.Source[n]
			}
		}
		if len(l.text) > maxSnippetLine {
			l.text = strings.ToValidUTF8(l.text[:maxSnippetLine], "") + "..."
		}
		lines = append(lines, l)
	}
	return lines, false
}

// lineAt is the index of the line that an offset is in.
func (e *manifestResult) lineAt(offset int) int {
	i, found := slices.BinarySearch(e.starts, offset)
	if !found {
		i--
	}
	return max(i, 0)
}

// lineStarts are the offsets at which the lines of text start.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, c := range text {
		if c == '\n' && i+1 < len(text) {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// rulesByName finds the rules that diagnostics name.
func rulesByName(rules []*lint.Rule) map[string]*lint.Rule {
	by := make(map[string]*lint.Rule, len(rules))
	for _, r := range rules {
		by[r.Name] = r
	}
	return by
}

// trivyIDs are the names that Trivy has for what d says: "KSV-0012". They are those
// of the rule's that fit, and none where Trivy has no such check.
func trivyIDs(d *lint.Diagnostic, rule *lint.Rule) []string {
	names := d.Aliases
	if names == nil && rule != nil {
		names = rule.Aliases
	}
	var ids []string
	for _, alias := range names {
		if prefix, _, ok := strings.Cut(alias, "-"); ok && (prefix == "KSV" || prefix == "KCV" || prefix == "DS") {
			ids = append(ids, alias)
		}
	}
	return ids
}

// ruleTitle is a diagnostic's rule in a few words.
func ruleTitle(rule *lint.Rule, name string) string {
	if rule == nil {
		return name
	}
	return cmp.Or(rule.Title, rule.Name)
}
