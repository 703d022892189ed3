package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/score"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// workloadFlags are what the command line says about a workload.
type workloadFlags struct {
	manifestImageFlags
	charts   chartFlags
	config   string
	most     int
	minScore int
	byScore  bool // --min-score is given
}

func workloadCommand() *cobra.Command {
	var f workloadFlags
	cmd := &cobra.Command{
		Use:   "workload PATH",
		Short: "Judge manifests or a chart with the images that they name",
		Long: `Judge Kubernetes manifests, a Helm chart or a kustomization, and scan each image
that their containers name. Vulnerabilities are ranked by severity, by what is known
of their exploitation, and then by what the container may do and who can reach it: a
CVE in a privileged container that an Ingress leads to stands before the same CVE in a
hardened one. The reasons are in the report.

PATH is a file or a directory. Images are fetched from their registries, or from where
--image says. The rules are those of the lint command, with the configuration of
--config, else .kube-linter.yaml or .kube-linter.yml in the working directory.

Exit codes:
  0  the scan was done, and the gate of --exit-code, if any, passed
  N  the gate failed: vulnerabilities or diagnostics are left after --severity,
     --ignore-unfixed, --ignore-status, --ignorefile and --vex, or a score is below 0;
     or what --exit-on, --min-epss and --min-score are about, if they are given
  2  the command line is wrong
  3  the scan could not be done or, without --ignore-problems, an image could not
     be scanned or, with a gate, the report is not complete`,
		Example: `  plimsoll workload deploy/
  plimsoll workload --values prod.yaml --severity HIGH,CRITICAL --exit-code 1 charts/web
  plimsoll workload --image shop/web:2=oci:build/web deploy/web.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errOneManifest
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringSliceVarP(&f.severities, "severity", "s", nil, "report `LEVELS` only: UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL (default all)")
	flags.BoolVar(&f.ignoreUnfixed, "ignore-unfixed", false, "report vulnerabilities with a fixed version only")
	f.suppress.add(flags)
	flags.StringVarP(&f.format, "format", "f", "table", "`FORMAT` of the report: table or json")
	flags.StringVarP(&f.output, "output", "o", "", "write the report to `FILE`")
	flags.IntVar(&f.most, "top", 0, "show the `N` most urgent vulnerabilities in a table, and as many diagnostics (default all)")
	flags.IntVar(&f.exitCode, "exit-code", 0, "exit with `N` (1, or 4 to 125) if something is reported; 0 is no gate (default 1 with --exit-on, --min-epss or --min-score)")
	flags.StringSliceVar(&f.exitOn, "exit-on", nil, "fail on these `KINDS` alone: kev (vulnerabilities known to be exploited), eol (an operating system past its end of life)")
	flags.Float64Var(&f.minEPSS, "min-epss", 0, "fail on vulnerabilities with an EPSS probability of `P` or more alone")
	flags.IntVar(&f.minScore, "min-score", 0, "fail on objects with less than this `SCORE` alone")
	flags.StringVar(&f.config, "config", "", "`FILE` with the configuration of rules")
	f.manifestImageFlags.add(flags)
	f.charts.add(flags)
	return cmd
}

func (f *workloadFlags) run(cmd *cobra.Command, path string) error {
	ctx, stdout, stderr := cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr()
	f.byScore = cmd.Flags().Changed("min-score")
	if err := f.check(); err != nil {
		return err
	}
	sources, err := f.elsewhere()
	if err != nil {
		return err
	}
	opts, err := f.options()
	if err != nil {
		return err
	}
	if err := f.readManifests(cmd, &opts); err != nil {
		return failed(err)
	}
	if opts.Suppress, err = f.suppress.read(); err != nil {
		return failed(err)
	}
	var w *scan.WorkloadReport
	err = f.withDatabase(ctx, opts, stderr, func(opts scan.Options) error {
		var err error
		w, err = scan.Workload(ctx, path, scan.WorkloadOptions{Options: opts, Images: f.opener(sources, opts)})
		return failed(err)
	})
	if err != nil {
		return err
	}
	out := &output{path: f.output, stdout: stdout}
	err = out.write(ctx, f.reporterOf(w, stdout), w.Manifests)
	if err = errors.Join(err, out.close()); err != nil {
		return failed(err)
	}
	if !f.quiet {
		if f.format != "table" || f.output != "" {
			for _, p := range w.AllProblems() {
				warn(stderr, p.String())
			}
		}
		names := make([]string, len(w.Images))
		for i, img := range w.Images {
			names[i] = img.Name
		}
		for _, name := range unusedImages(sources, names) {
			warn(stderr, fmt.Sprintf("--image %s: no container has this image", name))
		}
	}
	return f.verdict(w, stderr)
}

func (f *workloadFlags) check() error {
	switch {
	case f.format != "table" && f.format != "json":
		return fmt.Errorf("--format %q: want table or json", f.format)
	case f.most < 0:
		return fmt.Errorf("--top %d: want 0 or more", f.most)
	case !isGateCode(f.exitCode):
		return fmt.Errorf("--exit-code %d: want 1, or 4 to 125; 2 and 3 say that the scan was not done", f.exitCode)
	case f.minEPSS < 0 || f.minEPSS > 1:
		return fmt.Errorf("--min-epss %g: want a probability, 0 to 1", f.minEPSS)
	case slices.ContainsFunc(f.exitOn, func(kind string) bool { return kind != "kev" && kind != "eol" }):
		return fmt.Errorf("--exit-on %s: want kev or eol", strings.Join(f.exitOn, ","))
	}
	return f.checkImages()
}

// readManifests completes opts with how manifests are read and judged.
func (f *workloadFlags) readManifests(cmd *cobra.Command, opts *scan.Options) error {
	linting := lintFlags{config: f.config, stderr: cmd.ErrOrStderr()}
	config, err := linting.readConfig(cmd)
	if err != nil {
		return err
	}
	rules, err := linting.rules(config)
	if err != nil {
		return err
	}
	dir, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the working directory: %w", err)
	}
	if opts.Manifests.Renderers, err = f.charts.renderers(false); err != nil {
		return err
	}
	root := filepath.ToSlash(filepath.VolumeName(dir)) + "/"
	opts.Manifests.Skip = func(path string, _ fs.DirEntry) bool {
		return config.Ignores(filepath.ToSlash(dir), root+path, false)
	}
	opts.Manifests.Workers = f.workers
	opts.Matchers = []scan.Matcher{
		levels{scan.Lint(rules, lint.Options{Suppress: config.Suppress, Workers: f.workers, Now: time.Now()}), opts.Filter.Severities},
		scan.Score(score.Options{MinScore: f.minScore}),
	}
	return nil
}

// levels is a matcher whose diagnostics are of some severities; nil is all.
type levels struct {
	scan.Matcher
	list []severity.Level
}

func (l levels) Match(ctx context.Context, inv *scan.Inventory) (scan.Results, error) {
	res, err := l.Matcher.Match(ctx, inv)
	if l.list != nil {
		res.Diagnostics = slices.DeleteFunc(slices.Clone(res.Diagnostics), func(d lint.Diagnostic) bool { return !slices.Contains(l.list, d.Severity) })
	}
	return res, err
}

// A workloadReporter writes a workload's report, whatever it is asked to write.
type workloadReporter func(ctx context.Context, out io.Writer) error

func (r workloadReporter) Report(ctx context.Context, out io.Writer, _ *scan.Report) error {
	return r(ctx, out)
}

// reporterOf is the format that the flags ask for, of w.
func (f *workloadFlags) reporterOf(w *scan.WorkloadReport, stdout io.Writer) scan.Reporter {
	return workloadReporter(func(ctx context.Context, out io.Writer) error {
		if f.format == "json" {
			return report.WorkloadJSON{Suppressed: f.suppress.show}.Report(ctx, out, w)
		}
		_, isTerminal := terminal(stdout)
		t := report.WorkloadTable{Most: f.most, Color: isTerminal && f.output == "" && os.Getenv("NO_COLOR") == ""}
		return t.Report(ctx, out, w)
	})
}

// verdict is the exit code.
func (f *workloadFlags) verdict(w *scan.WorkloadReport, stderr io.Writer) error {
	if n := hiding(w.Problems); n > 0 && !f.ignoreProblems {
		return failed(fmt.Errorf("not every image could be scanned: %d problems (--ignore-problems lets them pass)", n))
	}
	gate := scan.Gate{
		Exploited: slices.Contains(f.exitOn, "kev"), EndOfLife: slices.Contains(f.exitOn, "eol"), MinEPSS: f.minEPSS, Scores: f.byScore,
		IgnoreProblems: f.ignoreProblems,
	}
	if f.exitCode == 0 && len(f.exitOn) == 0 && f.minEPSS == 0 && !f.byScore {
		return nil
	}
	if n := hiding(w.AllProblems()); n > 0 && !f.ignoreProblems {
		return failed(fmt.Errorf("the report is not complete: problems that hide something: %d (--ignore-problems lets them pass)", n))
	}
	verdict := gate.JudgeWorkload(w)
	if !verdict.Failed {
		return nil
	}
	if f.exitCode == 0 {
		f.exitCode = 1
	}
	return f.fail(f.exitCode, verdict, stderr)
}
