package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
)

// A lintOutput is a format and the file it goes to, empty for stdout.
type lintOutput struct {
	format report.KubeLinterFormat
	path   string
}

// pairs puts each format to its file.
func (f *lintFlags) pairs() ([]lintOutput, error) {
	known := []string{"html", "json", "plain", "sarif"}
	switch {
	case len(f.outputs) == 0 && len(f.formats) > 1:
		return nil, errors.New("several formats need an --output each")
	case len(f.outputs) > 0 && len(f.outputs) != len(f.formats):
		return nil, fmt.Errorf("%d --format, but %d --output: want one for each", len(f.formats), len(f.outputs))
	}
	var list []lintOutput
	for i, format := range f.formats {
		if !slices.Contains(known, format) {
			return nil, fmt.Errorf("--format %q: want %s", format, strings.Join(known, ", "))
		}
		out := lintOutput{format: report.KubeLinterFormat(format)}
		if len(f.outputs) > 0 {
			out.path = f.outputs[i]
			if slices.Contains(f.outputs[:i], out.path) {
				return nil, fmt.Errorf("--output %s is given twice", out.path)
			}
		}
		list = append(list, out)
	}
	return list, nil
}

// write writes the report in each format.
func (f *lintFlags) write(ctx context.Context, outputs []lintOutput, rules []*lint.Rule, r *scan.Report) error {
	dir, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the working directory: %w", err)
	}
	for _, o := range outputs {
		reporter := report.KubeLinter{
			Format: o.format, Rules: rules, Version: buildVersion(), Exact: f.compat, Unread: f.unreadFail, Dir: dir,
		}
		if _, ok := terminal(f.stdout); f.color || ok && o.path == "" && os.Getenv("NO_COLOR") == "" {
			reporter.Color = true
		}
		out := &output{path: o.path, stdout: f.stdout}
		err := out.write(ctx, f.reporter(o.format, reporter), r)
		if err = errors.Join(err, out.close()); err != nil {
			return err
		}
		if o.path != "" {
			fmt.Fprintf(f.stderr, "Wrote %s output to %s\n", o.format, o.path)
		}
	}
	return nil
}

// reporter is k, or the page where that is the format.
func (f *lintFlags) reporter(format report.KubeLinterFormat, k report.KubeLinter) scan.Reporter {
	if format != "html" {
		return k
	}
	if f.exitCode == 0 {
		return report.HTML{}
	}
	return report.HTML{Gate: &scan.Gate{IgnoreProblems: f.ignoreProblems}}
}

// buildVersion is the version of the program.
func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown)"
}
