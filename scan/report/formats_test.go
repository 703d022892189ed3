package report_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// formats are those that have golden files for [voyage] and [pirates], by the end
// of the files' names.
func formats() map[string]scan.Reporter {
	return map[string]scan.Reporter{
		"json":          report.JSON{Rules: brigRules()},
		"plimsoll.json": report.Plimsoll{Rules: brigRules()},
		"sarif":         report.SARIF{Version: "1.2.3", Rules: brigRules()},
		"spdx":          report.SPDX{Version: "1.2.3", TagValue: true},
		"spdx.json":     report.SPDX{Version: "1.2.3"},
		"junit.xml":     report.JUnit{Rules: brigRules()},
		"github.json":   report.GitHub{Version: "1.2.3", Commit: strings.Repeat("a", 40), Ref: "refs/heads/main", Job: "ci_scan", JobID: "7"},
		"actions":       report.GitHubActions{},
		"csv":           report.CSV{},
		"md":            report.Markdown{},
		"page":          page(),
		"gitlab.json":   report.GitLab{Version: "1.2.3"},
		"quality.json":  report.GitLabCodeQuality{},
		"cdx.json":      report.CycloneDX{Version: "1.2.3"},
	}
}

// allFormats are those and the ones that have golden files of their own.
func allFormats() map[string]scan.Reporter {
	all := formats()
	all["table"], all["count"], all["html"], all["openvex.json"] = report.Table{Width: 120}, report.Count{}, report.HTML{}, report.OpenVEX{}
	return all
}

func TestFormats(t *testing.T) {
	t.Parallel()
	for name, f := range formats() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, "voyage."+name, render(t, f, voyage(t)))
			golden(t, "pirates."+name, render(t, f, pirates(t)))
			for kind, r := range samples() {
				if out := render(t, f, r); kind != "clean" && kind != "no-data" && out == "" && len(r.Vulnerabilities) > 0 {
					t.Errorf("a report of %s is empty", kind)
				}
			}
		})
	}
}

// The same report gives the same bytes, and a report is not changed.
func TestFormatsSameBytes(t *testing.T) {
	t.Parallel()
	for name, f := range allFormats() {
		r := voyage(t)
		first := render(t, f, r)
		for range 3 {
			if again := render(t, f, r); again != first {
				t.Errorf("%s changes the report, or differs from run to run:\n%s", name, cmp.Diff(first, again))
				break
			}
		}
		if again := render(t, f, voyage(t)); again != first {
			t.Errorf("%s differs for the same report made anew:\n%s", name, cmp.Diff(first, again))
		}
	}
}

// No format lets a text of the image steer a terminal: all are UTF-8 without
// control characters.
func TestFormatsTerminal(t *testing.T) {
	t.Parallel()
	for name, f := range allFormats() {
		out := render(t, f, pirates(t))
		if !utf8.ValidString(out) {
			t.Errorf("%s of a hostile report is not UTF-8", name)
		}
		for line := range strings.Lines(out) {
			for _, c := range strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r") {
				if c != '\t' && unicode.IsControl(c) {
					t.Errorf("%s of a hostile report has %q in %q", name, c, line)
					break
				}
			}
		}
	}
}

func TestFormatsErrors(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, f := range allFormats() {
		if err := f.Report(t.Context(), full{}, voyage(t)); !errors.Is(err, errFull) {
			t.Errorf("%s to a full disk = %v, want %v", name, err, errFull)
		}
		var out strings.Builder
		if err := f.Report(ctx, &out, voyage(t)); !errors.Is(err, context.Canceled) || out.Len() > 0 {
			t.Errorf("%s with a cancelled context = %v after %d bytes, want %v after none", name, err, out.Len(), context.Canceled)
		}
	}
}

// fleet is voyage with n vulnerabilities more, of n/10 packages.
func fleet(t testing.TB, n int) *scan.Report {
	r := voyage(t)
	r.Components = slices.Clone(r.Components)
	template := r.Components[len(r.Components)-4]
	for i := range n / 10 {
		c := template
		c.Name = fmt.Sprintf("plank-%d", i)
		c.SourceName = c.Name
		r.Components = append(r.Components, c)
	}
	first := len(r.Components) - n/10
	r.Vulnerabilities = nil
	v := findings().Vulnerabilities[0]
	for i := range n {
		v.Component = &r.Components[first+i/10]
		v.ID, v.Severity = fmt.Sprintf("CVE-2024-%d", i%5000), severity.Level(i%5)
		r.Vulnerabilities = append(r.Vulnerabilities, v)
	}
	return r
}

// BenchmarkFormats renders 20,000 findings.
func BenchmarkFormats(b *testing.B) {
	list := allFormats()
	r := fleet(b, 20_000)
	for _, name := range slices.Sorted(maps.Keys(list)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var out bytes.Buffer
			for b.Loop() {
				out.Reset()
				if err := list[name].Report(b.Context(), &out, r); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(out.Len())/(1<<20), "MiB-out")
		})
	}
}
