package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/term"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
)

// reporter is the format that the flags ask for, as stdout can show it.
func (f *imageFlags) reporter(stdout io.Writer) (scan.Reporter, error) {
	switch f.format {
	case "json":
		return report.JSON{}, nil
	case "count":
		return report.Count{Quiet: f.quiet}, nil
	case "table":
		var t report.Table
		if fd, ok := terminal(stdout); ok && f.output == "" {
			t.Color = os.Getenv("NO_COLOR") == "" // https://no-color.org/
			if width, _, err := term.GetSize(fd); err == nil {
				t.Width = width
			}
		}
		return t, nil
	}
	return nil, fmt.Errorf("--format %q: want table, json or count", f.format)
}

// terminal returns the descriptor of w if that is a terminal.
func terminal(w io.Writer) (int, bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

// writeReport writes r to the file at path, or to stdout where path is empty.
// After an error there is no part of a report in path.
func writeReport(ctx context.Context, reporter scan.Reporter, r *scan.Report, path string, stdout io.Writer) error {
	if path == "" {
		return reporter.Report(ctx, stdout, r)
	}
	// Not for reading as well: we would be a reader of our own pipe, and never
	// learn that there is no other.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	err = reporter.Report(ctx, f, r)
	if closeErr := f.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("write report: %w", closeErr)
	}
	if err != nil {
		if info, statErr := os.Lstat(path); statErr == nil && info.Mode().IsRegular() { // not /dev/stdout
			os.Remove(path)
		}
	}
	return err
}

// warn writes one line about what is not as it should be.
func warn(w io.Writer, text string) {
	fmt.Fprintf(w, "warning: %s\n", printable(text))
}

// printable escapes what could steer a terminal: names in problems and errors
// come from the image.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}
