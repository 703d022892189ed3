package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
)

func convertCommand() *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "convert FILE",
		Short: "Write a saved report in another format",
		Long: `Write a saved report in another format, without a scan.

FILE is a report of --format plimsoll-json, of which nothing is lost but the texts
of manifests; or one of --format json, ours or Trivy's, which has less: no
manifests' objects, and of packages what Trivy lists. "-" is standard input.

Exit codes:
  0  it was written, and the gate of --exit-code, if any, passed
  N  vulnerabilities are left after --severity, --ignore-unfixed, --ignore-status,
     --ignorefile and --vex, with --exit-code N
  2  the command line is wrong
  3  FILE is no report, or could not be read; or, with a gate, it says itself that
     it is not complete`,
		Example: `  plimsoll image --format plimsoll-json --output app.json registry.example/app:1
  plimsoll convert --format sarif app.json
  trivy image --format json app:1 | plimsoll convert --format html --output app.html -`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.stdin = cmd.InOrStdin()
			return f.convert(cmd.Context(), args[0], cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&f.format, "format", "f", "table", "`FORMAT` of the report: "+formatNames())
	flags.StringVarP(&f.template, "template", "t", "", "`TEMPLATE` of --format template, or @FILE")
	flags.StringVarP(&f.output, "output", "o", "", "write the report to `FILE`")
	flags.StringSliceVarP(&f.severities, "severity", "s", nil, "keep vulnerabilities of `LEVELS` only: UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL (default all)")
	flags.BoolVar(&f.ignoreUnfixed, "ignore-unfixed", false, "keep vulnerabilities with a fixed version only")
	flags.IntVar(&f.exitCode, "exit-code", 0, "exit with `N` (1, or 4 to 125) if vulnerabilities are left")
	flags.BoolVar(&f.ignoreProblems, "ignore-problems", false, "let the gate pass a report that is not complete")
	f.suppress.add(flags)
	flags.Var(&f.packages, "list-all-pkgs", "list all packages, with vulnerabilities or without (default true with json)")
	flags.Lookup("list-all-pkgs").NoOptDefVal = "true"
	flags.StringVar(&f.sort, "sort", "package", "`ORDER` of a table: package, severity, or epss")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print the report and errors only; with count, its number alone")
	return cmd
}

// convert reads the report at path and writes it.
func (f *scanFlags) convert(ctx context.Context, path string, stdout, stderr io.Writer) error {
	opts, err := f.options()
	if err != nil {
		return err
	}
	reporter, err := f.reporter(stdout)
	if err != nil {
		return err
	}
	if !isGateCode(f.exitCode) {
		return fmt.Errorf("--exit-code %d: want 1, or 4 to 125; 2 and 3 say that it was not done", f.exitCode)
	}
	if opts.Suppress, err = f.suppress.read(); err != nil {
		return failed(err)
	}
	r, rules, err := f.readReport(path)
	if err != nil {
		return failed(err)
	}
	r.Vulnerabilities = slices.DeleteFunc(r.Vulnerabilities, func(v scan.Vulnerability) bool { return !keeps(opts.Filter, &v) })
	if r, err = scan.Suppress(ctx, r, opts.Suppress...); err != nil {
		return failed(err)
	}
	reporter = withRules(reporter, rules)
	out := &output{path: f.output, stdout: stdout}
	if err := out.write(ctx, reporter, r); err != nil {
		out.close()
		return failed(err)
	}
	if err := out.close(); err != nil {
		return failed(err)
	}
	if !f.quiet {
		for _, p := range r.Problems {
			if p.Stage == artifact.StageRead && p.Hides == artifact.HidesNothing {
				warn(stderr, p.String())
			}
		}
	}
	return f.judge(r, stderr)
}

// readReport reads the report at path; "-" is standard input.
func (f *scanFlags) readReport(path string) (*scan.Report, []*lint.Rule, error) {
	text, err := f.readDocument(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read report: %w", err)
	}
	return report.Read(path, text)
}

// keeps reports whether the flags leave v in the report.
func keeps(f scan.Filter, v *scan.Vulnerability) bool {
	return (f.Severities == nil || slices.Contains(f.Severities, v.Severity)) &&
		(!f.IgnoreUnfixed || v.Fixed != "") && !slices.Contains(f.IgnoreStatuses, v.Status)
}

func (f *scanFlags) readDocument(path string) ([]byte, error) {
	if path != "-" {
		return readFile(path, maxDocument)
	}
	text, err := io.ReadAll(io.LimitReader(f.stdin, maxDocument+1))
	if err == nil && int64(len(text)) > maxDocument {
		err = fmt.Errorf("read standard input: more than %d bytes", maxDocument)
	}
	return text, err
}
