package report_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// outline is a page without its style, its script and the hashes of both.
func outline(page string) string {
	for _, cut := range [][2]string{{"<style>", "</style>"}, {"<script>", "</script>"}, {"Content-Security-Policy\" content=\"", "\""}} {
		before, rest, _ := strings.Cut(page, cut[0])
		_, after, _ := strings.Cut(rest, cut[1])
		page = before + cut[0] + cut[1] + after
	}
	return page
}

// TestHTML holds the pages of all samples to golden files, without what is the same
// in each.
func TestHTML(t *testing.T) {
	t.Parallel()
	for name, r := range samples() {
		golden(t, name+".html", outline(render(t, report.HTML{}, r)))
	}
	gate := &scan.Gate{Severity: severity.High}
	golden(t, "findings.failed.html", outline(render(t, report.HTML{Gate: gate}, findings())))
	golden(t, "clean.passed.html", outline(render(t, report.HTML{Gate: gate}, clean())))
	golden(t, "manifests.html", outline(render(t, report.HTML{}, lintedReport(t))))
	golden(t, "scores.html", outline(render(t, report.HTML{}, scoredReport(t, false))))
}

func TestHTMLSameBytes(t *testing.T) {
	t.Parallel()
	for name, r := range samples() {
		first := render(t, report.HTML{}, r)
		if again := render(t, report.HTML{}, samples()[name]); again != first {
			t.Errorf("the page of %s differs from one before", name)
		}
		if diff := cmp.Diff(samples()[name], r, cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })); diff != "" {
			t.Errorf("%s was changed (-before +after):\n%s", name, diff)
		}
	}
}

// The policy names the style and the script that are there, and lets in no other.
func TestHTMLPolicy(t *testing.T) {
	t.Parallel()
	page := render(t, report.HTML{}, findings())
	between := func(start, end string) string {
		_, rest, _ := strings.Cut(page, start)
		content, _, _ := strings.Cut(rest, end)
		return content
	}
	policy := html.UnescapeString(between(`http-equiv="Content-Security-Policy" content="`, `"`))
	want := "default-src 'none'"
	for _, e := range []string{"style", "script"} {
		sum := sha256.Sum256([]byte(between("<"+e+">", "</"+e+">")))
		want += fmt.Sprintf("; %s-src 'sha256-%s'", e, base64.StdEncoding.EncodeToString(sum[:]))
	}
	want += "; img-src data:; base-uri 'none'; form-action 'none'"
	if policy != want {
		t.Errorf("policy %q, want %q", policy, want)
	}
	for _, bad := range []string{" src=", "url(", "@import", " style=", " onclick="} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
}

func TestHTMLHostile(t *testing.T) {
	t.Parallel()
	const evil = "</script><script>alert(1)</script>\"'><img src=x>\u202e\x1b[2J\xff{{.}}"
	r := hostile()
	r.Target.Name += evil
	r.Layers[1].CreatedBy = evil
	r.Components[1].Name = evil
	r.Problems[0].Path = evil
	r.Vulnerabilities[1].Advisory.Title, r.Vulnerabilities[1].Advisory.Description = evil, evil
	r.Vulnerabilities[1].Advisory.References = []string{"javascript:alert(1)", " JAVASCRIPT:alert(1)", "data:text/html,x", "//example.com", "https://example.com/\"><script>"}
	page := render(t, report.HTML{}, r)
	for _, c := range page {
		if c != '\n' && !unicode.IsPrint(c) {
			t.Errorf("the page has %q", c)
			break
		}
	}
	if !utf8.ValidString(page) {
		t.Error("the page is not UTF-8")
	}
	for _, bad := range []string{"<script>alert", "<img", `href="javascript`, `href="JAVA`, `href="data:text`, `href="//`, `"link":"java`, "ZgotmplZ"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if n := strings.Count(page, "</script>"); n != 2 {
		t.Errorf("the page ends %d scripts, want its own two", n)
	}
}

// data is what is in the page for its script.
func data(t *testing.T, page string) (d struct {
	Findings []struct{ ID, Pkg, Fix string }
	Details  []struct{ Title string }
}) {
	t.Helper()
	_, rest, _ := strings.Cut(page, `<script type="application/json" id="data">`)
	text, _, _ := strings.Cut(rest, "</script>")
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// many is a report of n findings, ten of each package, each two of one advisory.
func many(n int) *scan.Report {
	r := shop()
	r.Components = make([]scan.Component, (n+9)/10)
	for i := range r.Components {
		r.Components[i].Package = vuln.Package{Type: vuln.TypeDeb, Name: fmt.Sprintf("boat%d", i), Version: "1.0-1"}
	}
	for i := range n {
		id := fmt.Sprintf("CVE-2098-%05d", i/20*10+i%10)
		r.Vulnerabilities = append(r.Vulnerabilities, scan.Vulnerability{
			Component: &r.Components[i/10], ID: id, Severity: severity.Level(i % 5), Status: vuln.StatusFixed, Fixed: "1.0-2",
			Advisory: &vuln.Advisory{ID: id, Title: "title", Description: strings.Repeat("What is known of it. ", 20)},
		})
	}
	return r
}

func TestHTMLMany(t *testing.T) {
	t.Parallel()
	page := render(t, report.HTML{}, many(1000))
	if n := strings.Count(page, `<tr class="finding">`); n != 100 {
		t.Errorf("%d rows, want 100", n)
	}
	if !strings.Contains(page, "Without scripts the first 100 of 1000 are shown, and 900 are not.") {
		t.Error("nothing says how many rows are not there without scripts")
	}
	d := data(t, page)
	if len(d.Findings) != 1000 || len(d.Details) != 500 {
		t.Errorf("%d findings and %d details, want 1000 and 500", len(d.Findings), len(d.Details))
	}
}

func BenchmarkHTML(b *testing.B) {
	r := many(20_000)
	b.ReportAllocs()
	for b.Loop() {
		if err := (report.HTML{}).Report(b.Context(), discard{}, r); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func TestHTMLErrors(t *testing.T) {
	t.Parallel()
	if err := (report.HTML{}).Report(t.Context(), full{}, findings()); !errors.Is(err, errFull) {
		t.Errorf("to a full disk: %v, want %v", err, errFull)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out strings.Builder
	if err := (report.HTML{}).Report(ctx, &out, findings()); !errors.Is(err, context.Canceled) || out.Len() > 0 {
		t.Errorf("with a cancelled context: %v after %d bytes", err, out.Len())
	}
}

// What a rendered text is from is what line numbers and places are of.
func TestHTMLRendered(t *testing.T) {
	t.Parallel()
	f := &manifest.File{Path: "chart/web.yaml", Text: []byte("a: 1\nb:\n  c: 22\n\td: 3\n"), Renderer: "helm", Source: []int{3, 0, 9, 10}}
	other := &manifest.File{Path: f.Path, Text: []byte("other: 0\n"), Renderer: "helm", Source: []int{1}}
	span := func(start, end int) manifest.Span {
		return manifest.Span{Start: f.Position(start), End: f.Position(end)}
	}
	r := &scan.Report{
		Target: scan.Target{Kind: artifact.KindManifests, Name: "chart"},
		Files:  []*manifest.File{other, f},
		Diagnostics: []lint.Diagnostic{
			{Rule: "r", Message: "low", Severity: severity.Low, Span: span(13, 15)},
			{Rule: "r", Message: "high", Severity: severity.High, Span: span(10, 11)},
			{Rule: "r", Message: "lost", Severity: severity.High, Span: manifest.Span{Start: manifest.Position{Path: "gone.yaml", Line: 7, Column: 1}}},
			{Rule: "r", Message: "too far", Severity: severity.High, Span: manifest.Span{Start: manifest.Position{Path: f.Path, Offset: 99}}},
		},
	}
	page := render(t, report.HTML{}, r)
	for _, want := range []string{
		`rendered by helm`,
		`<span class="no">9</span><code>  <mark>c: 22</mark></code>`,
		`<span class="no"></span><code>b:</code>`,
		`<span class="no">10</span><code>    d: 3</code>`,
		`gone.yaml:7:1`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "other: 0") {
		t.Error("the page shows the other text of that path")
	}
	high, low := strings.Index(page, `class="message">high`), strings.Index(page, `class="message">low`)
	if high < 0 || low < high {
		t.Errorf("of one line high is at %d, low at %d: want the worst first", high, low)
	}
}

func ExampleHTML() {
	var page strings.Builder
	gate := scan.Gate{Severity: severity.High}
	if err := (report.HTML{Gate: &gate}).Report(context.Background(), &page, boat()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.Contains(page.String(), "Fails the gate"))
	// Output: true
}
