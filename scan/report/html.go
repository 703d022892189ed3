package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan"
)

// HTML writes one page for people, complete in itself: it loads nothing, and its
// content security policy lets no other script or style in than its own. It follows
// the light or dark scheme of the reader's system, and can be printed.
//
// At its head is the verdict, then what could not be read or judged; which layer
// or file brings what, and how much of it the base image, as far as the image's
// history tells; what newer versions of packages would remove; all
// vulnerabilities, in a table to sort and to filter; and each diagnostic on its own
// lines, where the report has the text ([scan.Report.Files]).
//
// The rows of the table are in the page as JSON, and a script shows a hundred at a
// time. Without scripts the first hundred are there, with the number of the rest;
// other lists end at a bound, and say how many they leave out. JSON has all.
//
// Names and texts come from the image, manifests and advisories, which may be
// hostile. They are escaped; what would be invisible or change the direction of
// text is written as an escape (\u202e), and only addresses of http and https are
// links.
type HTML struct {
	// Gate is what the verdict is by. Nil is none: then the page tells what was
	// found, and neither passes nor fails.
	Gate *scan.Gate
}

//go:embed html/page.tmpl
var htmlTemplate string

//go:embed html/page.css
var htmlStyle string

//go:embed html/page.js
var htmlScript string

var _ embed.FS // the compiler wants the package imported where something is embedded

// An htmlPage is what the template shows. All its texts are printable.
type htmlPage struct {
	Title      string
	Policy     string
	Style      template.CSS
	Script     template.JS
	Verdict    htmlVerdict
	Facts      []htmlFact
	Problems   htmlProblems
	Scores     []htmlScore
	Origins    htmlOrigins
	Bumps      htmlBumps
	Findings   htmlFindings
	Manifests  htmlManifests
	Suppressed htmlSuppressed
}

// Report implements [scan.Reporter].
func (h HTML) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	var out bytes.Buffer
	if err := ctx.Err(); err == nil {
		if err := h.page(r).write(&out); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	return write(ctx, w, out.Bytes())
}

// page is what is shown of r.
func (h HTML) page(r *scan.Report) *htmlPage {
	origins := originsOf(r)
	return &htmlPage{
		Title:      cell(r.Target.Name),
		Verdict:    h.verdict(r),
		Facts:      factsOf(r),
		Problems:   problemsOf(r),
		Scores:     scoresOf(r),
		Origins:    origins.view(),
		Bumps:      bumpsOf(r),
		Findings:   findingsOf(r, origins),
		Manifests:  manifestsOf(r),
		Suppressed: silencedOf(r),
	}
}

func (p *htmlPage) write(w io.Writer) error {
	// These two are ours, and nothing of a report is in them.
	p.Style, p.Script = template.CSS(htmlStyle), template.JS(htmlScript)
	p.Policy = fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; img-src data:; base-uri 'none'; form-action 'none'",
		hashSource(htmlStyle), hashSource(htmlScript))
	t, err := template.New("page").Parse(htmlTemplate)
	if err != nil {
		return err
	}
	return t.Execute(w, p)
}

// hashSource names the content of an element in a policy.
// https://www.w3.org/TR/CSP3/#grammardef-hash-source
func hashSource(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// maxText bounds the bytes of a description.
const maxText = 8000

// paragraphs is s with its line breaks, each line printable.
func paragraphs(s string) string {
	cut := ""
	if len(s) > maxText {
		s, cut = s[:maxText], "\n..."
	}
	var lines []string
	for line := range strings.Lines(s) {
		line = printable(line)
		if line == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		lines = append(lines, line)
	}
	return strings.TrimSpace(strings.Join(lines, "\n")) + cut
}

// plural is n with the word for as many.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
