package report_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func render(t *testing.T, f scan.Reporter, r *scan.Report) string {
	t.Helper()
	var out strings.Builder
	if err := f.Report(t.Context(), &out, r); err != nil {
		t.Fatalf("Report() = %v", err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, r := range samples() {
		golden(t, name+".table", render(t, report.Table{}, r))
		golden(t, name+".json", render(t, report.JSON{}, r))
		golden(t, name+".count", render(t, report.Count{}, r))
		golden(t, name+".quiet", render(t, report.Count{Quiet: true}, r))
	}
	for _, name := range []string{"languages", "repository", "clean"} {
		golden(t, name+".packages.table", render(t, report.Table{Packages: true}, samples()[name]))
	}
	golden(t, "languages.nopackages.json", render(t, report.JSON{NoPackages: true}, languages()))
	golden(t, "findings.80.table", render(t, report.Table{Width: 80}, findings()))
	golden(t, "findings.epss.table", render(t, report.Table{Sort: report.ByEPSS}, findings()))
	golden(t, "findings.severity.table", render(t, report.Table{Sort: report.BySeverity}, findings()))
	golden(t, "findings.color.table", render(t, report.Table{Color: true}, findings()))
	golden(t, "findings.130.table", render(t, report.Table{Width: 130}, findings()))
	golden(t, "findings.color.60.table", render(t, report.Table{Color: true, Width: 60}, findings()))
}

// What a report holds is its own: formats do not change it, and the bytes are
// the same each time.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	for name, r := range samples() {
		for _, f := range []scan.Reporter{report.Table{Color: true, Width: 100}, report.JSON{}, report.Count{}} {
			first := render(t, f, r)
			if again := render(t, f, samples()[name]); again != first {
				t.Errorf("%T of %s differs from a run before:\n%s", f, name, cmp.Diff(first, again))
			}
			if again := render(t, f, r); again != first {
				t.Errorf("%T of %s changed the report:\n%s", f, name, cmp.Diff(first, again))
			}
		}
	}
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	for _, f := range []scan.Reporter{report.Table{}, report.Table{Width: 70}, report.Count{}} {
		out := render(t, f, hostile())
		if !utf8.ValidString(out) {
			t.Errorf("%+v of a hostile report is not UTF-8:\n%q", f, out)
		}
		for _, r := range out {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%+v of a hostile report has %q", f, r)
			}
		}
		if strings.Contains(out, "\n- forged") {
			t.Errorf("%+v of a hostile report has a line of its own:\n%s", f, out)
		}
	}
}

type full struct{}

var errFull = errors.New("disk full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestErrors(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, f := range []scan.Reporter{report.Table{}, report.JSON{}, report.Count{}, report.Count{Quiet: true}} {
		if err := f.Report(t.Context(), full{}, findings()); !errors.Is(err, errFull) {
			t.Errorf("%T to a full disk = %v, want %v", f, err, errFull)
		}
		var out strings.Builder
		if err := f.Report(ctx, &out, findings()); !errors.Is(err, context.Canceled) || out.Len() > 0 {
			t.Errorf("%T with a cancelled context = %v after %d bytes, want %v after none", f, err, out.Len(), context.Canceled)
		}
	}
}
