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
	"github.com/plimsoll-go/plimsoll/score"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// Markdown writes a report for a comment on a pull request, in the Markdown of
// GitHub and GitLab: what was found in a sentence, a table of the targets, and
// behind a fold each the problems, the vulnerabilities, the diagnostics and the
// scores, the worst first. What is suppressed is only counted.
//
// Names, versions and titles are text, whatever they hold: no markup, no HTML, no
// cell of a table of their own, and no mention of a person or an issue.
//
// https://github.github.com/gfm/
type Markdown struct {
	// Limit is the most bytes that are written, about: where more would be, the rest
	// of a table is a line that says how much is left out. 0 is 60,000, which a
	// comment of GitHub can hold; less than 0 is no limit.
	Limit int
}

// Report implements [scan.Reporter].
func (m Markdown) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	b := markdownBuilder{limit: m.Limit}
	if m.Limit == 0 {
		b.limit = 60_000
	}
	list := results(r)
	fmt.Fprintf(&b.out, "## Plimsoll: %s\n\n", markdownCode(shortened(r.Target.Name, maxCell)))
	b.summary(r, list)
	b.problems(r)
	b.vulnerabilities(r, list)
	b.diagnostics(r)
	b.scores(r)
	return write(ctx, w, b.out.Bytes())
}

// A markdownBuilder writes one report.
type markdownBuilder struct {
	out   bytes.Buffer
	limit int // less than 0: none
}

func (b *markdownBuilder) summary(r *scan.Report, list []result) {
	words := "The packages were compared with no advisories."
	if judged(r) {
		fixed := 0
		for i := range r.Vulnerabilities {
			if r.Vulnerabilities[i].Fixed != "" {
				fixed++
			}
		}
		words = fmt.Sprintf("**%s**, %d with a fix", counted(len(r.Vulnerabilities), "vulnerability", "vulnerabilities"), fixed)
		if n := len(r.SuppressedVulnerabilities); n > 0 {
			words += fmt.Sprintf(", %d suppressed", n)
		}
		words += "."
	}
	if len(r.Diagnostics)+len(r.Suppressed)+len(r.Files) > 0 {
		words += fmt.Sprintf(" **%s**, %d suppressed.", counted(len(r.Diagnostics), "diagnostic", "diagnostics"), len(r.Suppressed))
	}
	b.out.WriteString(words + "\n")
	if incomplete(r) {
		b.out.WriteString("\n> **The report is incomplete**: see its problems.\n")
	}
	if r.Unsupported() {
		fmt.Fprintf(&b.out, "\n> %s", markdownText(endOfLife(r)))
		b.out.WriteByte('\n')
	}
	b.out.WriteString("\n| Target | Type | Critical | High | Medium | Low | Unknown |\n|---|---|--:|--:|--:|--:|--:|\n")
	levels := []severity.Level{severity.Critical, severity.High, severity.Medium, severity.Low, severity.Unknown}
	for i, e := range list {
		if b.full() {
			fmt.Fprintf(&b.out, "\n%s more.\n", counted(len(list)-i, "target", "targets"))
			break
		}
		fmt.Fprintf(&b.out, "| %s | %s |", markdownCode(cell(e.target)), markdownText(cell(e.kind)))
		by := make(map[severity.Level]int)
		for _, v := range e.vulnerabilities {
			by[v.Severity]++
		}
		for _, l := range levels {
			number := "-"
			if judged(r) {
				number = fmt.Sprint(by[l])
			}
			fmt.Fprintf(&b.out, " %s |", number)
		}
		b.out.WriteByte('\n')
	}
}

// counted is "1 finding" or "2 findings".
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (b *markdownBuilder) full() bool { return b.limit >= 0 && b.out.Len() > b.limit }

// fold writes a table of n rows that is shown on demand.
func (b *markdownBuilder) fold(title string, n int, row func(i int) []string, columns ...string) {
	if n == 0 {
		return
	}
	fmt.Fprintf(&b.out, "\n<details><summary>%s</summary>\n\n", title)
	fmt.Fprintf(&b.out, "| %s |\n|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
	for i := range n {
		if b.full() {
			fmt.Fprintf(&b.out, "\n%d more are not shown.\n", n-i)
			break
		}
		fmt.Fprintf(&b.out, "| %s |\n", strings.Join(row(i), " | "))
	}
	b.out.WriteString("\n</details>\n")
}

func (b *markdownBuilder) problems(r *scan.Report) {
	list := problemsByWeight(r.Problems)
	b.fold(counted(len(list), "problem", "problems"), len(list), func(i int) []string {
		p := list[i]
		hides := p.Hides.String()
		if p.Hides != artifact.HidesNothing {
			hides = "**" + hides + "**"
		}
		return []string{hides, markdownCode(cell(p.Path)), markdownText(cell(fmt.Sprint(p.Err)))}
	}, "Hides", "Where", "What")
}

func (b *markdownBuilder) vulnerabilities(r *scan.Report, results []result) {
	targets := make(map[*scan.Vulnerability]string)
	for _, e := range results {
		for _, v := range e.vulnerabilities {
			targets[v] = e.target
		}
	}
	list := BySeverity.sort(pointers(r.Vulnerabilities))
	columns := []string{"Severity", "Vulnerability", "Package", "Installed", "Fixed", "Title"}
	if len(results) > 1 {
		columns = append(columns, "Target")
	}
	b.fold(counted(len(list), "vulnerability", "vulnerabilities"), len(list), func(i int) []string {
		v := list[i]
		id := markdownLink(cell(v.ID), webURL(primaryURL(v)))
		if v.Exploited != nil {
			id += " (exploited)"
		}
		row := []string{
			v.Severity.String(), id, markdownCode(cell(v.Component.Name)), markdownCode(cell(v.Component.Version)), markdownCode(cell(v.Fixed)),
			markdownText(shortTitle(headline(v))), markdownCode(cell(targets[v])),
		}
		return row[:len(columns)]
	}, columns...)
}

func (b *markdownBuilder) diagnostics(r *scan.Report) {
	list := pointers(r.Diagnostics)
	slices.SortStableFunc(list, func(a, b *lint.Diagnostic) int { return cmp.Compare(b.Severity, a.Severity) })
	b.fold(counted(len(list), "diagnostic", "diagnostics"), len(list), func(i int) []string {
		d := list[i]
		object := ""
		if d.Object.Kind != "" {
			object = d.Object.String()
		}
		where := cell(d.Span.Start.Path)
		if d.Span.Start.Line > 0 {
			where += fmt.Sprintf(":%d", d.Span.Start.Line)
		}
		return []string{d.Severity.String(), markdownCode(cell(d.Rule)), markdownCode(where), markdownCode(cell(object)), markdownText(cell(d.Message))}
	}, "Severity", "Rule", "Where", "Object", "Message")
}

func (b *markdownBuilder) scores(r *scan.Report) {
	list := pointers(r.Scores)
	slices.SortStableFunc(list, func(a, b *score.Result) int { return cmp.Compare(a.Score, b.Score) })
	b.fold(counted(len(list), "score", "scores"), len(list), func(i int) []string {
		s := list[i]
		points := fmt.Sprintf("%d of %d", s.Score, s.Max)
		switch {
		case s.Err != nil:
			points = markdownText(cell(s.Err.Error()))
		case !s.Supported:
			points = "-"
		}
		if s.Failed() {
			points = "**" + points + "**"
		}
		var takes, gives []string
		for _, item := range s.Critical {
			takes = append(takes, markdownCode(cell(item.ID)))
		}
		for _, item := range s.Advise {
			gives = append(gives, markdownCode(cell(item.ID)))
		}
		return []string{points, markdownCode(cell(s.Name)), markdownCode(cell(s.File)), strings.Join(takes, " "), strings.Join(gives, " ")}
	}, "Score", "Object", "File", "Takes points", "Would give points")
}

// markdownText is a printable text in which nothing is markup. Characters are
// written as references, which GFM, section 6.2, never takes for structure; a
// space of no width after @ and # keeps them from being mentions. An address is
// no link.
func markdownText(s string) string {
	return markdownEscape(s, "&#8203;")
}

// markdownCode is a name, shown as code, where nothing is a mention; "" for "".
func markdownCode(s string) string {
	if s == "" {
		return ""
	}
	return "<code>" + markdownEscape(s, "") + "</code>"
}

func markdownEscape(s, afterMention string) string {
	s = printable(s)
	var b strings.Builder
	for i, c := range s {
		address := c == ':' && strings.HasPrefix(s[i:], "://") || c == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www")
		if address || strings.ContainsRune("&<>`*_~[]|\\${}@#", c) {
			fmt.Fprintf(&b, "&#%d;", c)
		} else {
			b.WriteRune(c)
		}
		if c == '@' || c == '#' {
			b.WriteString(afterMention)
		}
	}
	return b.String()
}

// markdownLink is a link to url, or the text alone where there is none.
func markdownLink(text, url string) string {
	if url == "" {
		return markdownText(text)
	}
	url = strings.NewReplacer("(", "%28", ")", "%29", "|", "%7C", "<", "%3C", ">", "%3E", "`", "%60", `\`, "%5C", " ", "%20", "[", "%5B", "]", "%5D", "&", "&amp;").Replace(url)
	return "[" + markdownText(text) + "](" + url + ")"
}
