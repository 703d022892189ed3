package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/manifest/dockerfile"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// configFlags are what the command line says about configuration files.
type configFlags struct {
	scan       scanFlags // those of the output
	scanners   []string
	allRules   bool
	deprecated bool
	kubernetes string
	fix        bool
	fixValues  []string
	charts     chartFlags
}

func configCommand() *cobra.Command {
	var f configFlags
	cmd := &cobra.Command{
		Use:     "config PATH...",
		Aliases: []string{"conf"},
		Short:   "Find what is wrong in Dockerfiles, Compose files, manifests and charts",
		Long: `Find what is wrong in Dockerfiles, Compose files, Kubernetes manifests, Helm charts
and kustomizations, by the checks of "trivy config" with their ids and severities.

PATH is a file or a directory. A comment "# trivy:ignore:ID" or "# plimsoll:ignore
ID [until=DATE] [REASON]" keeps a finding from being reported.

Exit codes:
  0  the files were judged, whatever was found, unless --exit-code is given
  N  something was found (--exit-code N)
  2  the command line is wrong
  3  the work could not be done or, with --exit-code and without --ignore-problems,
     not in full`,
		Example: `  plimsoll config .
  plimsoll config --severity HIGH,CRITICAL --exit-code 1 Dockerfile deploy/
  plimsoll config --fix Dockerfile`,

		Annotations: map[string]string{scans: "true"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("what to look at is missing: plimsoll config PATH")
			}
			return f.run(cmd, args)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		switch name {
		case "helm-values", "helm-set", "helm-set-string", "helm-set-file", "helm-api-versions", "helm-kube-version":
			name = strings.TrimPrefix(name, "helm-") // Trivy's names
		}
		return pflag.NormalizedName(name)
	})
	s := &f.scan
	flags.StringSliceVarP(&s.severities, "severity", "s", nil, "report `LEVELS` only: UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL (default all)")
	flags.StringVarP(&s.format, "format", "f", "table", "`FORMAT` of the report: "+formatNames())
	flags.StringVarP(&s.template, "template", "t", "", "`TEXT` of a Go template for --format template, or @FILE")
	flags.StringVarP(&s.output, "output", "o", "", "write the report to `FILE`")
	flags.IntVar(&s.exitCode, "exit-code", 0, "exit with `N` if something is found; 0 is no gate")
	flags.BoolVar(&s.ignoreProblems, "ignore-problems", false, "let the gate pass a report that is not complete")
	flags.StringSliceVar(&s.skipDirs, "skip-dirs", nil, "leave out directories that match `GLOBS`")
	flags.StringSliceVar(&s.skipFiles, "skip-files", nil, "leave out files that match `GLOBS`")
	flags.StringArrayVar(&s.suppress.ignoreFiles, "ignorefile", nil, "suppress what `FILE` lists (default .trivyignore and .plimsollignore.yaml, where they are)")
	flags.BoolVar(&s.suppress.show, "show-suppressed", false, "show what is suppressed, and why")
	flags.StringSliceVar(&f.scanners, "misconfig-scanners", []string{"dockerfile", "kubernetes", "helm", "compose"}, "the `SORTS` of files to look at")
	flags.BoolVar(&f.allRules, "all-rules", false, "run all rules, and not those alone that are checks of Trivy")
	flags.BoolVar(&f.deprecated, "include-deprecated-checks", false, "run the checks too that Trivy has given up")
	flags.StringVar(&f.kubernetes, "k8s-version", "", "the `VERSION` of Kubernetes that manifests are for")
	flags.BoolVar(&f.fix, "fix", false, "mend the files where that is safe")
	flags.StringSliceVar(&f.fixValues, "fix-values", nil, "`VALUES` for --fix: cpu-request, cpu-limit, memory-request, memory-limit, run-as-user, run-as-group, each NAME=VALUE")
	f.charts.add(flags)
	flags.IntVar(&s.workers, "workers", 0, "read `N` files at one time (default one for each processor)")
	flags.BoolVarP(&s.quiet, "quiet", "q", false, "say nothing on stderr but errors")
	return cmd
}

func (f *configFlags) run(cmd *cobra.Command, args []string) error {
	ctx, stdout, stderr := cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr()
	levels, err := f.check(args)
	if err != nil {
		return err
	}
	reporter, err := f.scan.reporter(stdout)
	if err != nil {
		return err
	}
	trivy := rules.NewTrivy()
	list := f.rules(trivy)
	opts := lint.Options{Kubernetes: f.kubernetes, Workers: f.scan.workers, Now: time.Now()}
	if opts.Values, err = fixValues(f.fixValues); err != nil {
		return err
	}
	read, err := f.options()
	if err != nil {
		return failed(err)
	}
	skipBelow(&read, args...)
	look := func(ctx context.Context) (*scan.Inventory, *lint.Result, error) {
		inv, err := scan.InspectManifests(ctx, read, args...)
		if err != nil {
			return nil, nil, err
		}
		inv.Objects = f.wanted(inv.Objects)
		found, err := lint.Run(ctx, inv.Objects, list, opts)
		return inv, found, err
	}
	suppressors, err := f.scan.suppress.read(list...)
	if err != nil {
		return failed(err)
	}
	if f.fix {
		said, err := mendAll(ctx, suppressors, func(ctx context.Context) (*scan.Inventory, *lint.Result, error) {
			inv, found, err := look(ctx)
			if err == nil {
				found.Diagnostics = f.mendable(trivy, found.Diagnostics, levels)
			}
			return inv, found, err
		})
		if err != nil {
			return failed(err)
		}
		if !f.scan.quiet {
			fmt.Fprintln(stderr, said)
		}
	}
	inv, found, err := look(ctx)
	if err != nil {
		return failed(err)
	}
	found.Diagnostics = f.asTrivy(trivy, found.Diagnostics)
	rep, err := scan.Judge(ctx, inv, scan.Options{Matchers: []scan.Matcher{scan.Linted(found)}})
	if err != nil {
		return failed(err)
	}
	keepSevere(rep, levels)
	if rep, err = scan.Suppress(ctx, rep, suppressors...); err != nil {
		return failed(err)
	}
	out := &output{path: f.scan.output, stdout: stdout}
	err = out.write(ctx, withRules(reporter, list), rep)
	if err = errors.Join(err, out.close()); err != nil {
		return failed(err)
	}
	if _, ok := reporter.(report.Table); !ok && !f.scan.quiet { // which has them
		warnProblems(stderr, rep.Problems)
	}
	if f.scan.exitCode == 0 {
		return nil
	}
	verdict := scan.Gate{IgnoreProblems: true}.Judge(rep)
	switch {
	case verdict.Failed:
		return f.scan.fail(f.scan.exitCode, verdict, stderr)
	case !verdict.Complete && !f.scan.ignoreProblems:
		return failed(errors.New("not everything could be read or judged"))
	}
	return nil
}

// check says what is wrong with the flags; levels are the severities to report, nil
// for all.
func (f *configFlags) check(args []string) (levels []severity.Level, err error) {
	switch {
	case f.scan.exitCode < 0 || f.scan.exitCode > 125 || f.scan.exitCode == exitUsage || f.scan.exitCode == exitError:
		return nil, fmt.Errorf("--exit-code %d: want 0, 1, or 4 to 125", f.scan.exitCode)
	case f.scan.workers < 0:
		return nil, fmt.Errorf("--workers %d: want 0 or more", f.scan.workers)
	}
	for _, s := range f.scanners {
		if !slices.Contains([]string{"dockerfile", "kubernetes", "helm", "compose"}, s) {
			return nil, fmt.Errorf("--misconfig-scanners %s: want dockerfile, kubernetes, helm or compose", s)
		}
	}
	for _, word := range f.scan.severities {
		l, err := severity.Parse(word)
		if err != nil {
			return nil, fmt.Errorf("--severity: %w", err)
		}
		levels = append(levels, l)
	}
	return levels, nil
}

// rules are those to run.
func (f *configFlags) rules(trivy *rules.Trivy) []*lint.Rule {
	return slices.DeleteFunc(rules.All(), func(r *lint.Rule) bool {
		return !trivy.Answers(r) && !f.allRules && !(f.deprecated && r.HasAlias("DS-0024"))
	})
}

// options say what is read.
func (f *configFlags) options() (scan.Options, error) {
	renderers, err := f.charts.renderers(false)
	if err != nil {
		return scan.Options{}, err
	}
	if !slices.Contains(f.scanners, "helm") {
		renderers = nil
	}
	return scan.Options{
		SkipDirs: f.scan.skipDirs, SkipFiles: f.scan.skipFiles,
		Manifests: manifest.Options{
			Renderers: renderers, Decoders: []manifest.Decoder{dockerfile.Decoder{}}, Workers: f.scan.workers,
		},
	}, nil
}

// wanted are the objects of the sorts of files to look at.
func (f *configFlags) wanted(objects []*manifest.Object) []*manifest.Object {
	return slices.DeleteFunc(objects, func(o *manifest.Object) bool {
		sort := "kubernetes"
		switch {
		case o.Kind == manifest.DockerfileKind && o.Dockerfile() != nil:
			sort = "dockerfile"
		case o.Kind == manifest.ComposeKind && o.Compose() != nil:
			sort = "compose"
		case o.File().Renderer == "helm":
			sort = "helm"
		}
		return !slices.Contains(f.scanners, sort)
	})
}

// asTrivy are diagnostics as Trivy has them, then those that answer no check of its
// own, where they are asked for.
func (f *configFlags) asTrivy(trivy *rules.Trivy, found []lint.Diagnostic) []lint.Diagnostic {
	list := trivy.Diagnostics(found)
	if !f.beyond() {
		return list
	}
	for i := range found {
		if len(trivy.Checks(&found[i])) == 0 {
			list = append(list, found[i])
		}
	}
	return list
}

// beyond reports whether more is asked for than Trivy's checks.
func (f *configFlags) beyond() bool { return f.allRules || f.deprecated }

// mendable are the diagnostics that are behind what is reported, of these severities;
// nil is all. Of those with the same check and lines Trivy reports one, and each has
// its fix.
func (f *configFlags) mendable(trivy *rules.Trivy, found []lint.Diagnostic, levels []severity.Level) []lint.Diagnostic {
	return slices.DeleteFunc(found, func(d lint.Diagnostic) bool {
		checks := trivy.Checks(&d)
		if len(checks) == 0 {
			return !f.beyond() || levels != nil && !slices.Contains(levels, d.Severity)
		}
		return levels != nil && !slices.ContainsFunc(checks, func(c rules.TrivyCheck) bool { return slices.Contains(levels, c.Severity) })
	})
}

// withRules gives a format the texts of the rules.
func withRules(r scan.Reporter, list []*lint.Rule) scan.Reporter {
	switch r := r.(type) {
	case report.JSON:
		r.Rules = list
		return r
	case report.SARIF:
		r.Rules = list
		return r
	case report.Table:
		r.Rules = list
		return r
	case report.Plimsoll:
		r.Rules = list
		return r
	case report.JUnit:
		r.Rules = list
		return r
	}
	return r
}
