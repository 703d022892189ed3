package report_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// tags are snapshots of three tags of an image.
func tags() []*scan.Snapshot {
	day := func(n int) time.Time { return time.Date(2024, 3, n, 0, 0, 0, 0, time.UTC) }
	v := func(id, name, version, fixed string, level severity.Level) scan.KnownVulnerability {
		return scan.KnownVulnerability{ID: id, System: true, Package: name, Version: version, Fixed: fixed, Severity: level}
	}
	mast := scan.KnownVulnerability{ID: "CVE-2024-0009", Package: "mast", Version: "1.0.0", Path: "app/package-lock.json", Severity: severity.High, Exploited: true}
	return []*scan.Snapshot{
		{Name: "shop:1", OS: "debian 9.13", EndOfLife: true, Complete: true, Size: 123456789, Built: day(1), Reported: day(11), Vulnerabilities: []scan.KnownVulnerability{
			v("CVE-2024-0001", "keel", "1.0", "2.0", severity.Low), v("CVE-2024-0002", "keel", "1.0", "", severity.Critical)}},
		{Name: "shop:2", OS: "debian 12.5", Complete: true, Size: 2345678901, Built: day(2), Vulnerabilities: []scan.KnownVulnerability{
			v("CVE-2024-0001", "keel", "2.0", "2.1", severity.Low), mast},
			Diagnostics: []scan.KnownDiagnostic{{Rule: "host-pid", Path: "web.yaml", Message: "shares the host's processes", Severity: severity.High}}},
		{Name: "shop:cut\x1b[2J", Size: 12345, Vulnerabilities: []scan.KnownVulnerability{v("CVE-2024-0001", "keel", "2.0", "2.1", severity.Low)}},
	}
}

func TestComparison(t *testing.T) {
	t.Parallel()
	c := scan.Compare(tags()...)
	show := func(f func(context.Context, *strings.Builder) error) string {
		var out strings.Builder
		if err := f(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	table := show(func(ctx context.Context, out *strings.Builder) error { return report.Table{}.Comparison(ctx, out, c) })
	golden(t, "comparison.table", table)
	golden(t, "comparison.json", show(func(ctx context.Context, out *strings.Builder) error { return report.JSON{}.Comparison(ctx, out, c) }))
	golden(t, "comparison-none.table", show(func(ctx context.Context, out *strings.Builder) error {
		return report.Table{}.Comparison(ctx, out, scan.Compare())
	}))
	golden(t, "comparison-none.json", show(func(ctx context.Context, out *strings.Builder) error {
		return report.JSON{}.Comparison(ctx, out, scan.Compare())
	}))
	d := scan.Diff(tags()[0], tags()[1])
	golden(t, "difference.table", show(func(ctx context.Context, out *strings.Builder) error { return report.Table{}.Difference(ctx, out, d) }))
	golden(t, "difference.json", show(func(ctx context.Context, out *strings.Builder) error { return report.JSON{}.Difference(ctx, out, d) }))
	hostile := show(func(ctx context.Context, out *strings.Builder) error {
		return report.Table{}.Difference(ctx, out, scan.Diff(tags()[2], tags()[0]))
	})
	for _, text := range []string{table, hostile} {
		for _, r := range text {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("a table has %q:\n%s", r, text)
			}
		}
	}
	if err := (report.JSON{}).Comparison(t.Context(), full{}, c); !errors.Is(err, errFull) {
		t.Errorf("Comparison to a full disk = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (report.Table{}).Difference(ctx, full{}, d); !errors.Is(err, context.Canceled) {
		t.Errorf("Difference with a cancelled context = %v", err)
	}
}

func ExampleTable_Comparison() {
	c := scan.Compare(
		&scan.Snapshot{Name: "shop:1", Complete: true, Vulnerabilities: []scan.KnownVulnerability{{ID: "CVE-2024-0001", Package: "keel", Severity: severity.Critical}}},
		&scan.Snapshot{Name: "shop:2", Complete: true},
	)
	var out strings.Builder
	if err := (report.Table{}).Comparison(context.Background(), &out, c); err != nil {
		fmt.Println(err)
		return
	}
	_, answers, _ := strings.Cut(out.String(), "no other target has.\n\n")
	fmt.Print(answers)
	// Output:
	// Critical vulnerabilities: shop:1 (1)
	// Fewest vulnerabilities: shop:2 (0)
	// Least risk: shop:2
	// In all of them: 0
}

func ExampleTable_Difference() {
	d := scan.Diff(
		&scan.Snapshot{Name: "shop:1", Complete: true, Vulnerabilities: []scan.KnownVulnerability{{ID: "CVE-2024-0001", Package: "keel", Severity: severity.Critical}}},
		&scan.Snapshot{Name: "shop:2", Complete: true},
	)
	if err := (report.Table{}).Difference(context.Background(), os.Stdout, d); err != nil {
		fmt.Println(err)
	}
	// Output:
	// From shop:1 to shop:2: 0 appeared, 1 went
	//
	// Gone
	// ====
	// ┌─────────┬───────────────┬──────────┬───────────────────┬───────────────┐
	// │ Library │ Vulnerability │ Severity │ Installed Version │ Fixed Version │
	// ├─────────┼───────────────┼──────────┼───────────────────┼───────────────┤
	// │ keel    │ CVE-2024-0001 │ CRITICAL │                   │               │
	// └─────────┴───────────────┴──────────┴───────────────────┴───────────────┘
}
