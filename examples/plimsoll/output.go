package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/term"

	"github.com/plimsoll-go/plimsoll/scan"
)

// terminal returns the descriptor of w if that is a terminal.
func terminal(w io.Writer) (int, bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

// An output is where the reports of one run go: stdout, or a file.
type output struct {
	path   string // empty: stdout
	stdout io.Writer
	file   *os.File // once a report was there to write
}

// write writes r. The file is made anew for the first. After an error there is no
// part of a report left in it.
func (o *output) write(ctx context.Context, reporter scan.Reporter, r *scan.Report) error {
	if o.path == "" {
		return reporter.Report(ctx, o.stdout, r)
	}
	if o.file == nil {
		// Not for reading as well: we would be a reader of our own pipe, and never
		// learn that there is no other.
		f, err := os.OpenFile(o.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
		if err != nil {
			return fmt.Errorf("write report: %w", err)
		}
		o.file = f
	}
	err := reporter.Report(ctx, o.file, r)
	if err != nil {
		o.remove()
	}
	return err
}

// close ends the file, if there is one.
func (o *output) close() error {
	if o.file == nil {
		return nil
	}
	if err := o.file.Close(); err != nil {
		o.remove()
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (o *output) remove() {
	if info, err := os.Lstat(o.path); err == nil && info.Mode().IsRegular() { // not /dev/stdout
		os.Remove(o.path)
	}
}

// warn writes one line about what is not as it should be.
func warn(w io.Writer, text string) {
	fmt.Fprintf(w, "warning: %s\n", printable(text))
}

// newLogger passes on what the library logs: warnings, and notes.
func newLogger(line *progress, stderr io.Writer, quiet bool) *slog.Logger {
	if quiet {
		return nil
	}
	return slog.New(&logger{line, stderr, slog.LevelInfo})
}

// A logger is a handler that writes a line for people.
type logger struct {
	line   *progress
	stderr io.Writer
	least  slog.Level
}

func (l *logger) Enabled(_ context.Context, level slog.Level) bool { return level >= l.least }
func (l *logger) WithAttrs([]slog.Attr) slog.Handler               { return l }
func (l *logger) WithGroup(string) slog.Handler                    { return l }

func (l *logger) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += fmt.Sprintf("; %s: %s", a.Key, a.Value)
		return true
	})
	l.line.clear()
	if r.Level >= slog.LevelWarn {
		warn(l.stderr, text)
	} else {
		fmt.Fprintf(l.stderr, "note: %s\n", printable(text))
	}
	return nil
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
