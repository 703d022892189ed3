package report_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
)

// A long list of problems is cut after those that hide most, and says so.
func TestManyProblems(t *testing.T) {
	t.Parallel()
	r := languages()
	r.Problems = nil
	for i := range 300 {
		r.Problems = append(r.Problems, scan.Problem{
			Stage: artifact.StageMatch, Path: fmt.Sprintf("keel@%d", i), Err: errors.New("odd version"), Hides: artifact.HidesNothing,
		})
	}
	r.Problems[299].Hides, r.Problems[250].Hides = artifact.HidesSome, artifact.HidesSome
	r.Problems[298].Hides = artifact.HidesAll
	r.Problems[0].Err = errors.New(strings.Repeat("long\n", 10000))
	out := render(t, report.Table{}, r)
	_, list, _ := strings.Cut(out, "\nProblems\n========\n")
	lines := strings.Split(strings.TrimSuffix(list, "\n"), "\n")
	if len(lines) != 51 || lines[50] != "and 250 more, which a report in JSON lists." {
		t.Fatalf("%d lines of problems, want 51, the last of which counts 250:\n%s", len(lines), list)
	}
	for i, want := range []string{"keel@298: odd version (hides all)", "keel@250: odd version (hides some)", "keel@299: odd version (hides some)", "keel@0: long long "} {
		if !strings.HasPrefix(lines[i], "- match "+want) {
			t.Errorf("problem %d is %.80q, want %q", i, lines[i], want)
		}
	}
	if n := len(lines[3]); n > 900 || !strings.HasSuffix(lines[3], "...") {
		t.Errorf("a long problem has %d bytes: %.80q", n, lines[3])
	}
	if r.Problems[0].Path != "keel@0" {
		t.Error("the table sorted the report's own problems")
	}
	if n := len(read(t, render(t, report.JSON{}, r)).Problems); n != 300 {
		t.Errorf("JSON has %d problems, want 300", n)
	}
	r.Problems = r.Problems[:50]
	if out := render(t, report.Table{}, r); strings.Contains(out, " more, which") {
		t.Errorf("50 problems are cut:\n%s", out)
	}
}
