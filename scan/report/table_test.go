package report_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func TestTableWidth(t *testing.T) {
	t.Parallel()
	for _, width := range []int{1, 20, 40, 60, 79, 120, 200} {
		out := render(t, report.Table{Width: width}, findings()) + render(t, report.Table{Width: width, Packages: true}, languages())
		for line := range strings.Lines(out) {
			line = strings.TrimSuffix(line, "\n")
			if strings.ContainsAny(line, "│─") && utf8.RuneCountInString(line) > width {
				t.Errorf("Table{Width: %d} has a line of %d columns: %s", width, utf8.RuneCountInString(line), line)
			}
		}
		for _, word := range []string{"CVE-2024-0001", "1:2.4-1+deb12u1", "CRITICAL"} {
			if width >= 120 && !strings.Contains(out, word) {
				t.Errorf("Table{Width: %d} breaks or lacks %s", width, word)
			}
		}
	}
}

// Only the severity column is coloured, whatever packages are called.
func TestTableColor(t *testing.T) {
	t.Parallel()
	r := findings()
	r.Components[1].Name = "HIGH"
	out := render(t, report.Table{Color: true}, r)
	if got, want := strings.Count(out, "\x1b["), 2*5; got != want { // the two of LOW are one cell
		t.Errorf("Table{Color: true} writes %d codes, want %d:\n%q", got, want, out)
	}
	if out := render(t, report.Table{}, r); strings.Contains(out, "\x1b") {
		t.Errorf("Table{} writes codes:\n%q", out)
	}
}

func BenchmarkTable(b *testing.B) {
	r := findings()
	v := r.Vulnerabilities[0]
	r.Vulnerabilities = nil
	for i := range 5000 {
		v.ID = fmt.Sprintf("CVE-2024-%04d", i)
		v.Severity = severity.Level(i % 5)
		r.Vulnerabilities = append(r.Vulnerabilities, v)
	}
	for _, f := range []scan.Reporter{report.Table{}, report.Table{Width: 120}, report.JSON{}} {
		b.Run(fmt.Sprintf("%T%+v", f, f), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var out strings.Builder
				if err := f.Report(b.Context(), &out, r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestTableMisconfigurations(t *testing.T) {
	t.Parallel()
	golden(t, "manifests.table", render(t, report.Table{Rules: lintRules()}, lintedReport(t)))
	golden(t, "manifests-bare.table", render(t, report.Table{}, lintedReport(t)))
}

func TestCountMisconfigurations(t *testing.T) {
	t.Parallel()
	const want = "deploy/pier.yaml (kubernetes): UNKNOWN 0, LOW 0, MEDIUM 0, HIGH 1, CRITICAL 0, total 1 (incomplete)\n"
	if got := render(t, report.Count{}, lintedReport(t)); got != want {
		t.Errorf("Count = %q, want %q", got, want)
	}
	if got := render(t, report.Count{Quiet: true}, lintedReport(t)); got != "1\n" {
		t.Errorf("Count of Quiet = %q, want 1", got)
	}
}
