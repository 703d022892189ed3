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
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/manifest/dockerfile"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// lintFlags are what the command line says about linting.
type lintFlags struct {
	compat         bool
	config         string
	selection      lint.Config // of the flags
	formats        []string
	outputs        []string
	noObjectsFail  bool
	unreadFail     bool
	ignoreProblems bool
	verbose        bool
	color          bool
	severity       string
	exitCode       int
	oneContext     bool
	kubernetes     string
	fix            bool
	fixValues      []string
	baseline       string
	writeBaseline  string
	showSuppressed bool
	requireReason  bool
	ignoreFiles    []string
	workers        int
	charts         chartFlags
	schemas        []string

	stdin          io.Reader
	stdout, stderr io.Writer
}

func lintCommand() *cobra.Command {
	var f lintFlags
	cmd := &cobra.Command{
		Use:   "lint [--compat] PATH...",
		Short: "Find what is wrong in Kubernetes manifests, charts and Dockerfiles",
		Long: `Find what is wrong in Kubernetes manifests, Helm charts, kustomizations and
Dockerfiles.

PATH is a file, a directory, or "-" for standard input. The configuration is that
of --config, else .kube-linter.yaml or .kube-linter.yml in the working directory.
A comment "# plimsoll:ignore RULE[,RULE] [until=DATE] [REASON]" keeps a finding
from being reported.

With --compat the answers are KubeLinter's, where they are wrong too.

Exit codes:
  0  nothing was found
  1  something was found (--exit-code chooses another), or the configuration is
     wrong and --compat is given
  2  the command line is wrong
  3  the work could not be done or, without --ignore-problems, not in full`,
		Example: `  plimsoll lint deploy/
  plimsoll lint --include pss-restricted --values prod.yaml charts/web
  plimsoll lint --fix --fix-values memory-limit=256Mi deploy/`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.stdin, f.stdout, f.stderr = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
			if len(args) == 0 {
				return errors.New("what to lint is missing: plimsoll lint PATH")
			}
			return f.run(cmd, args)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.compat, "compat", false, "give KubeLinter's answers, where they are wrong too")
	flags.StringVar(&f.config, "config", "", "`FILE` with the configuration")
	flags.BoolVar(&f.selection.AddAllBuiltIn, "add-all-built-in", false, "run all built-in rules")
	flags.BoolVar(&f.selection.DoNotAutoAddDefaults, "do-not-auto-add-defaults", false, "do not run the rules that run by default")
	flags.StringSliceVar(&f.selection.Include, "include", nil, "run these `RULES` too: names, aliases or groups such as pss-restricted")
	flags.StringSliceVar(&f.selection.Exclude, "exclude", nil, "do not run these `RULES`")
	flags.StringSliceVar(&f.selection.IgnorePaths, "ignore-paths", nil, "leave out files that match `GLOBS`")
	flags.BoolVar(&f.noObjectsFail, "fail-if-no-objects-found", false, "fail if there is no object")
	flags.BoolVar(&f.unreadFail, "fail-on-invalid-resource", false, "report what cannot be read as a finding")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "say what could not be read, with --compat too")
	flags.StringSliceVar(&f.formats, "format", []string{"plain"}, "`FORMAT` of the output: plain, json, sarif or html; several with an --output each")
	flags.StringSliceVarP(&f.outputs, "output", "o", nil, "write the output to `FILE`")
	flags.BoolVar(&f.color, "with-color", false, "use colours, wherever the output goes")
	flags.StringVarP(&f.severity, "severity", "s", "", "report findings of `LEVEL` and above: LOW, MEDIUM, HIGH, CRITICAL")
	flags.IntVar(&f.exitCode, "exit-code", 1, "exit with `N` if something is found; 0 for reports alone")
	flags.BoolVar(&f.ignoreProblems, "ignore-problems", false, "do not fail because something could not be read or judged")
	flags.BoolVar(&f.oneContext, "one-context", false, "let objects refer to others of any directory")
	flags.StringVar(&f.kubernetes, "kubernetes-version", "", "`VERSION` that the manifests are for (default today's)")
	flags.BoolVar(&f.fix, "fix", false, "mend what can be mended, in the files themselves")
	flags.StringSliceVar(&f.fixValues, "fix-values", nil, "what --fix may write: `NAME=VALUE` of cpu-request, cpu-limit, memory-request, memory-limit, service-account, run-as-user, run-as-group")
	flags.StringVar(&f.baseline, "baseline", "", "report what is not in `FILE` alone")
	flags.StringVar(&f.writeBaseline, "write-baseline", "", "write what is found to `FILE`, for --baseline")
	flags.BoolVar(&f.showSuppressed, "show-suppressed", false, "say what is suppressed, and why")
	flags.BoolVar(&f.requireReason, "require-reason", false, "suppressions need a reason")
	flags.StringArrayVar(&f.ignoreFiles, "ignorefile", nil, "suppress what `FILE` lists, lines or YAML by its name: Trivy's, or ours")
	flags.StringSliceVar(&f.schemas, "schema-location", nil, "`PATHS` of JSON schemas, for the rule schema-validation")
	f.charts.add(flags)
	flags.IntVar(&f.workers, "workers", 0, "read `N` files at one time (default one for each processor)")
	cmd.AddCommand(checksCommand(), templatesCommand(), explainCommand())
	return cmd
}

func (f *lintFlags) run(cmd *cobra.Command, args []string) error {
	outputs, err := f.pairs()
	if err != nil {
		return err
	}
	opts, err := f.options()
	if err != nil {
		return err
	}
	config, err := f.readConfig(cmd)
	if err != nil {
		return f.misconfigured(err)
	}
	rules, err := f.rules(config)
	if err != nil {
		return f.misconfigured(err)
	}
	if len(rules) == 0 {
		warn(f.stderr, "no checks enabled.")
		return nil
	}
	opts.Suppress = config.Suppress
	suppressors, err := readIgnoreFiles(f.ignoreFiles, rules...)
	if err != nil {
		return failed(err)
	}
	if f.fix {
		if err := f.mend(cmd.Context(), config, rules, opts, suppressors, args); err != nil {
			return failed(err)
		}
	}
	inv, err := f.inspect(cmd.Context(), config, args)
	if err != nil {
		return failed(err)
	}
	if len(inv.Objects) == 0 && !f.unreadFail {
		f.warnProblems(inv.Problems)
		if f.noObjectsFail {
			return &exit{code: 1, err: errors.New("no valid objects found")}
		}
		warn(f.stderr, "no valid objects found.")
		return f.incomplete(inv.Problems)
	}
	found, err := lint.Run(cmd.Context(), inv.Objects, rules, opts)
	if err != nil {
		return failed(err)
	}
	report, err := scan.Judge(cmd.Context(), inv, scan.Options{Matchers: []scan.Matcher{scan.Linted(found)}, Suppress: suppressors})
	if err != nil {
		return failed(err)
	}
	f.filter(report)
	if err := f.write(cmd.Context(), outputs, rules, report); err != nil {
		return failed(err)
	}
	f.notes(found, report)
	if f.writeBaseline != "" {
		if err := writeBaseline(f.writeBaseline, found); err != nil {
			return failed(err)
		}
		return nil
	}
	n := len(report.Diagnostics)
	if f.unreadFail {
		n += len(unread(report.Problems))
	}
	switch {
	case n > 0 && f.exitCode != 0:
		return &exit{code: f.exitCode, err: fmt.Errorf("found %d lint errors", n)}
	case f.exitCode == 0:
		return nil
	}
	return f.incomplete(report.Problems)
}

// misconfigured is the exit of a configuration that is wrong. KubeLinter has one
// code for all that goes wrong.
func (f *lintFlags) misconfigured(err error) error {
	if f.compat {
		return &exit{code: 1, err: err}
	}
	return failed(err)
}

// incomplete is the exit of a run that could not read or judge everything.
func (f *lintFlags) incomplete(problems []scan.Problem) error {
	if f.compat || f.ignoreProblems {
		return nil
	}
	if n := hiding(problems); n > 0 {
		return failed(fmt.Errorf("not everything could be read or judged: %d problems", n))
	}
	return nil
}

// options are those of the rules.
func (f *lintFlags) options() (lint.Options, error) {
	opts := lint.Options{
		Compat: f.compat, OneContext: f.oneContext, Kubernetes: f.kubernetes,
		RequireReason: f.requireReason, Workers: f.workers, Now: time.Now(),
	}
	switch {
	case f.exitCode < 0 || f.exitCode > 125:
		return opts, fmt.Errorf("--exit-code %d: want 0 to 125", f.exitCode)
	case f.workers < 0:
		return opts, fmt.Errorf("--workers %d: want 0 or more", f.workers)
	}
	if f.severity != "" {
		if _, err := lintSeverity(f.severity); err != nil {
			return opts, err
		}
	}
	var err error
	if opts.Values, err = fixValues(f.fixValues); err != nil {
		return opts, err
	}
	if f.baseline != "" {
		text, err := os.ReadFile(f.baseline)
		if err != nil {
			return opts, failed(fmt.Errorf("read baseline: %w", err))
		}
		if opts.Baseline, err = lint.ReadBaseline(f.baseline, text); err != nil {
			return opts, failed(err)
		}
	}
	return opts, nil
}

// inspect reads the objects of all paths.
func (f *lintFlags) inspect(ctx context.Context, config *lint.Config, args []string) (*scan.Inventory, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find the working directory: %w", err)
	}
	read := manifest.Options{Workers: f.workers, KubernetesOnly: f.compat}
	if read.Renderers, err = f.charts.renderers(f.compat); err != nil {
		return nil, err
	}
	if f.compat {
		read.Extensions = []string{".yaml", ".yml"}
	} else {
		read.Decoders = []manifest.Decoder{dockerfile.Decoder{}}
	}
	root := filepath.ToSlash(filepath.VolumeName(dir)) + "/"
	read.Skip = func(path string, entry fs.DirEntry) bool {
		if f.compat && entry.IsDir() {
			return false // its files are looked at one by one
		}
		return config.Ignores(filepath.ToSlash(dir), root+path, f.compat)
	}
	var paths []string
	for _, arg := range args {
		if arg == "-" {
			continue
		}
		if f.compat { // whose paths are absolute
			if arg, err = filepath.Abs(arg); err != nil {
				return nil, fmt.Errorf("find %s: %w", arg, err)
			}
		}
		paths = append(paths, arg)
	}
	inv := &scan.Inventory{Target: scan.Target{Kind: artifact.KindManifests, Name: "standard input"}}
	if len(paths) > 0 {
		if inv, err = scan.InspectManifests(ctx, scan.Options{Manifests: read}, paths...); err != nil {
			return nil, err
		}
	}
	if !slices.Contains(args, "-") {
		return inv, nil
	}
	b, err := manifest.Read("<standard input>", f.stdin, read)
	if err != nil {
		return nil, err
	}
	inv.Objects = append(inv.Objects, b.Objects...)
	for _, p := range b.Problems {
		inv.Problems = append(inv.Problems, scan.ManifestProblem(p))
	}
	return inv, nil
}

// filter leaves out what is not severe enough.
func (f *lintFlags) filter(report *scan.Report) {
	if f.severity == "" {
		return
	}
	least, _ := lintSeverity(f.severity)
	report.Diagnostics = slices.DeleteFunc(report.Diagnostics, func(d lint.Diagnostic) bool { return d.Severity < least })
}

// notes says on stderr what the report does not show.
func (f *lintFlags) notes(found *lint.Result, report *scan.Report) {
	f.warnProblems(report.Problems)
	if f.showSuppressed {
		for _, s := range report.Suppressed {
			reason := "without a reason"
			if s.Reason != "" {
				reason = "because: " + s.Reason
			}
			fmt.Fprintln(f.stderr, printable(fmt.Sprintf("suppressed: %s: %s (check: %s, by %s %s)", s.Span.Start, s.Message, s.Rule, s.By, reason)))
		}
	}
	if f.compat {
		return
	}
	for _, u := range found.Unused {
		warn(f.stderr, fmt.Sprintf("%s: this suppresses nothing: %s", u.Position, strings.Join(slices.Concat(u.Rules, u.Unknown), ", ")))
	}
	if n := len(found.Fixed); n > 0 {
		fmt.Fprintf(f.stderr, "%d entries of the baseline are not found any more\n", n)
	}
}

func (f *lintFlags) warnProblems(problems []scan.Problem) {
	if f.verbose || !f.compat {
		warnProblems(f.stderr, problems)
	}
}

// warnProblems says what could not be read or judged. That there is no object is said
// by the exit.
func warnProblems(stderr io.Writer, problems []scan.Problem) {
	for _, p := range problems {
		if !errors.Is(p.Err, scan.ErrNoObjects) {
			warn(stderr, fmt.Sprintf("%s: %v", p.Path, p.Err))
		}
	}
}

// unread are the problems of documents that could not be read.
func unread(problems []scan.Problem) []scan.Problem {
	return slices.DeleteFunc(slices.Clone(problems), func(p scan.Problem) bool { return p.Stage != artifact.StageRead })
}
