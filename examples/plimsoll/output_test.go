package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
)

func TestOutputFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(path, bytes.Repeat([]byte("old"), 1<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"image", "--db", advisories, alpine, "-f", "json"}
	_, want, _ := start(t, args...)
	code, stdout, stderr := start(t, append(args, "--output", path)...)
	if code != 0 || stdout != "" || stderr != "" {
		t.Errorf("run() with --output = %d, stdout %q, stderr %q, want 0 and none", code, stdout, stderr)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want || want == "" {
		t.Errorf("--output has %d bytes, want the %d that go to stdout else", len(got), len(want))
	}
}

// A scan that fails leaves the old report alone.
func TestOutputOfFailedScan(t *testing.T) {
	t.Parallel()
	path := file(t, "report", []byte("old"))
	if code, _, _ := start(t, "image", "--db", advisories, "./nosuch.tar", "--output", path); code != exitError {
		t.Errorf("run() of no image = %d, want %d", code, exitError)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "old" {
		t.Errorf("--output of a failed scan holds %q, %v, want it as it was", got, err)
	}
}

// half writes a part of a report and fails.
type half struct{}

var errHalf = errors.New("half is all there is")

func (half) Report(_ context.Context, w io.Writer, _ *scan.Report) error {
	if _, err := io.WriteString(w, "half"); err != nil {
		return err
	}
	return errHalf
}

func TestNoHalfReport(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "report")
	out := &output{path: path}
	if err := out.write(t.Context(), half{}, &scan.Report{}); !errors.Is(err, errHalf) {
		t.Errorf("write() = %v, want %v", err, errHalf)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after an error the report is there: %v", err)
	}
}

// Colours, width and the progress line are for terminals.
func TestTerminal(t *testing.T) {
	tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no terminal to be had: %v", err)
	}
	defer tty.Close()
	table := func(f scanFlags, w io.Writer) report.Table {
		t.Helper()
		f.format = "table"
		r, err := f.reporter(w)
		if err != nil {
			t.Fatal(err)
		}
		return r.(report.Table)
	}
	t.Setenv("CI", "") // where nothing is drawn
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	if !table(scanFlags{}, tty).Color {
		t.Error("a terminal has no colours, want them")
	}
	if table(scanFlags{output: "report"}, tty).Color || table(scanFlags{}, new(bytes.Buffer)).Color {
		t.Error("a file has colours, want none")
	}
	t.Setenv("NO_COLOR", "1")
	if table(scanFlags{}, tty).Color {
		t.Error("NO_COLOR=1 and colours, want none")
	}
	if newProgress(tty, false).w == nil {
		t.Error("a terminal shows no progress, want it")
	}
	if newProgress(tty, true).w != nil || newProgress(new(bytes.Buffer), false).w != nil {
		t.Error("with --quiet, or no terminal, progress is shown, want none")
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &progress{w: &out}
	p.show("Reading layers", 1, 4)
	if !strings.Contains(out.String(), "Reading layers") || !strings.Contains(out.String(), "1/4") {
		t.Errorf("progress writes %q, want what is done and how far", &out)
	}
	p.clear()
	if !strings.HasSuffix(out.String(), "\r") || strings.Contains(out.String(), "\n") {
		t.Errorf("progress writes %q, want one line, cleared at the end", &out)
	}
	n := out.Len()
	p.clear()
	p.show("Reading layers", 4, 4)
	if out.Len() != n {
		t.Errorf("progress writes %q after it was cleared, want nothing", out.String()[n:])
	}
}

// A report that goes to a pipe nobody reads fails; it does not wait for ever.
func TestOutputToClosedPipe(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	path := fmt.Sprintf("/proc/self/fd/%d", w.Fd())
	if _, err := os.Stat(path); err != nil {
		t.Skip(err)
	}
	r.Close()
	code, _, stderr := start(t, "image", "--db", advisories, debian, "-f", "json", "-o", path)
	if code != exitError || !strings.Contains(stderr, "pipe") {
		t.Errorf("run() with --output to a closed pipe = %d, stderr %q, want %d", code, stderr, exitError)
	}
}
