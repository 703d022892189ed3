package report

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
)

// htmlManifests are the diagnostics, on the lines that they are about.
type htmlManifests struct {
	Total int
	Files []htmlFile
	More  int // diagnostics that are not shown
}

// An htmlFile is a file with diagnostics.
type htmlFile struct {
	Path     string
	Renderer string // what it was rendered by; line numbers are those of the source
	Found    []htmlCount
	Lines    []htmlLine
	Loose    []htmlNote // what is on no line that is known
}

// An htmlLine is a line of a file, or a gap.
type htmlLine struct {
	Gap    int    // lines that are left out here; nothing else is set then
	Number string // empty: not known
	Before string // text of the line, in three parts of which Marked is meant
	Marked string
	After  string
	Hit    bool
	Notes  []htmlNote
}

// An htmlNote is a diagnostic.
type htmlNote struct {
	Level   htmlLevel
	Rule    string
	Message string
	Object  string
	Field   string
	Place   string
	Fix     string
}

// Bounds of what is shown of manifests.
const (
	maxNotes     = 1000 // of all files
	contextLines = 2    // before and after a marked line
	maxLine      = 200  // bytes of each part of a line
)

// manifestsOf shows the diagnostics of r, files in the order in which they come.
func manifestsOf(r *scan.Report) htmlManifests {
	m := htmlManifests{Total: len(r.Diagnostics)}
	type group struct {
		path  string
		file  *manifest.File // nil: its text is not known
		found []*lint.Diagnostic
	}
	type key struct {
		path string
		file *manifest.File
	}
	at := make(map[key]int)
	var groups []group
	texts := make(map[string][]*manifest.File)
	for _, f := range r.Files {
		texts[f.Path] = append(texts[f.Path], f)
	}
	shown := worst(r.Diagnostics, maxNotes)
	m.More = m.Total - len(shown)
	for _, d := range shown {
		k := key{path: d.Span.Start.Path, file: fileOf(texts, d.Span)}
		n, ok := at[k]
		if !ok {
			n = len(groups)
			at[k] = n
			groups = append(groups, group{path: k.path, file: k.file})
		}
		groups[n].found = append(groups[n].found, d)
	}
	for _, g := range groups {
		f := htmlFile{Path: cell(g.path)}
		if g.path == "" {
			f.Path = "(no file)"
		}
		var found tally
		for _, d := range g.found {
			found.add(d.Severity)
		}
		for _, c := range found.counts() {
			if c.N > 0 {
				f.Found = append(f.Found, c)
			}
		}
		if g.file == nil {
			for _, d := range g.found {
				f.Loose = append(f.Loose, noteOf(d))
			}
		} else {
			f.Renderer = cell(g.file.Renderer)
			f.Lines = excerpt(g.file, g.found)
		}
		m.Files = append(m.Files, f)
	}
	return m
}

// worst are the most severe of list, at most n, in their order.
func worst(list []lint.Diagnostic, n int) []*lint.Diagnostic {
	chosen := make([]int, len(list))
	for i := range chosen {
		chosen[i] = i
	}
	if len(list) > n {
		slices.SortStableFunc(chosen, func(a, b int) int { return cmp.Compare(list[b].Severity, list[a].Severity) })
		chosen = chosen[:n]
		slices.Sort(chosen)
	}
	found := make([]*lint.Diagnostic, len(chosen))
	for i, at := range chosen {
		found[i] = &list[at]
	}
	return found
}

// fileOf is the one of texts that span is a part of, nil where there is none.
// Several may have one path: what a template was rendered to, twice.
func fileOf(texts map[string][]*manifest.File, span manifest.Span) *manifest.File {
	for _, f := range texts[span.Start.Path] {
		if span.Start.Offset <= len(f.Text) && f.Position(span.Start.Offset) == span.Start {
			return f
		}
	}
	return nil
}

// excerpt is the lines of f that found is about, with those around them.
func excerpt(f *manifest.File, found []*lint.Diagnostic) []htmlLine {
	starts := []int{0}
	for i, c := range f.Text {
		if c == '\n' && i+1 < len(f.Text) {
			starts = append(starts, i+1)
		}
	}
	lineOf := func(offset int) int {
		n, found := slices.BinarySearch(starts, offset)
		if !found {
			n--
		}
		return n
	}
	on := make(map[int][]*lint.Diagnostic)
	var hits []int
	for _, d := range found {
		n := lineOf(d.Span.Start.Offset)
		if on[n] == nil {
			hits = append(hits, n)
		}
		on[n] = append(on[n], d)
	}
	slices.Sort(hits)
	var lines []htmlLine
	next := 0 // the first line that is not shown yet
	for i, hit := range hits {
		from := max(next, hit-contextLines)
		if gap := from - next; gap == 1 {
			from = next // as long as saying so
		} else if gap > 1 {
			lines = append(lines, htmlLine{Gap: gap})
		}
		to := min(hit+contextLines+1, len(starts))
		if i+1 < len(hits) {
			to = min(to, hits[i+1])
		} else if to == len(starts)-1 {
			to++
		}
		for n := from; n < to; n++ {
			start, end := starts[n], len(f.Text)
			if n+1 < len(starts) {
				end = starts[n+1]
			}
			lines = append(lines, lineView(f, n, start, end, on[n]))
		}
		next = to
	}
	if gap := len(starts) - next; gap > 0 && len(lines) > 0 {
		lines = append(lines, htmlLine{Gap: gap})
	}
	return lines
}

// lineView is line n of f, from 0, which is the bytes from start up to end.
func lineView(f *manifest.File, n, start, end int, found []*lint.Diagnostic) htmlLine {
	l := htmlLine{Number: fmt.Sprint(n + 1)}
	if f.Renderer != "" {
		l.Number = ""
		if n < len(f.Source) && f.Source[n] > 0 {
			l.Number = fmt.Sprint(f.Source[n])
		}
	}
	end = start + len(bytes.TrimRight(f.Text[start:end], "\r\n"))
	from, to := end, end
	if len(found) > 0 {
		l.Hit, to = true, start
		for _, d := range found {
			from = min(from, max(d.Span.Start.Offset, start))
			to = max(to, min(d.Span.End.Offset, end))
		}
		to = max(to, from)
		slices.SortStableFunc(found, func(a, b *lint.Diagnostic) int { return cmp.Compare(b.Severity, a.Severity) })
		for _, d := range found {
			note := noteOf(d)
			note.Place = "" // the path is above, and the line here
			l.Notes = append(l.Notes, note)
		}
	}
	text := func(from, to int) string { return visible(string(f.Text[from:to])) }
	if from-start > maxLine {
		l.Before = "…" + text(from-maxLine, from)
	} else {
		l.Before = text(start, from)
	}
	if to-from > maxLine {
		l.Marked, l.After = text(from, from+maxLine), "…"
		return l
	}
	l.Marked = text(from, to)
	if end-to > maxLine {
		l.After = text(to, to+maxLine) + "…"
	} else {
		l.After = text(to, end)
	}
	return l
}

// visible is a part of a line, printable, its spaces kept and tabs as spaces.
func visible(s string) string {
	var b strings.Builder
	for part := range strings.SplitAfterSeq(s, " ") {
		word, space := strings.CutSuffix(part, " ")
		for i, w := range strings.Split(word, "\t") {
			if i > 0 {
				b.WriteString("    ")
			}
			b.WriteString(printable(w))
		}
		if space {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// maxMessage bounds the bytes of a message.
const maxMessage = 2000

func noteOf(d *lint.Diagnostic) htmlNote {
	n := htmlNote{
		Level: levelOf(d.Severity), Rule: cell(d.Rule), Message: shortened(d.Message, maxMessage),
		Object: cell(d.Object.String()), Field: cell(cmp.Or(d.NamedField, d.Field)),
	}
	if d.Span.Start.Line > 0 {
		n.Place = cell(d.Span.Start.String())
	}
	for _, fix := range d.Fixes {
		if fix.Refused == nil {
			n.Fix = shortened(fix.Message, maxMessage)
			break
		}
	}
	return n
}

// htmlSuppressed are the findings that somebody decided not to be shown.
type htmlSuppressed struct {
	Total int
	Shown []htmlSilent
	More  int
}

type htmlSilent struct {
	htmlNote
	By, Reason string
}

// silencedOf are the suppressed vulnerabilities of r, then the diagnostics.
func silencedOf(r *scan.Report) htmlSuppressed {
	s := htmlSuppressed{Total: len(r.SuppressedVulnerabilities) + len(r.Suppressed)}
	for i := range r.SuppressedVulnerabilities {
		v := &r.SuppressedVulnerabilities[i]
		s.add(htmlNote{
			Level: levelOf(v.Severity), Rule: cell(v.ID), Message: cell(v.Component.Name + " " + v.Component.Version), Place: cell(v.Component.Path),
		}, v.By, v.Reason, v.Source)
	}
	for i := range r.Suppressed {
		e := &r.Suppressed[i]
		s.add(noteOf(&e.Diagnostic), e.By, e.Reason, e.Source)
	}
	s.More = s.Total - len(s.Shown)
	return s
}

func (s *htmlSuppressed) add(note htmlNote, by, reason, source string) {
	if len(s.Shown) == maxNotes {
		return
	}
	if source != "" {
		by += " " + source
	}
	s.Shown = append(s.Shown, htmlSilent{note, cell(by), shortened(reason, maxMessage)})
}
