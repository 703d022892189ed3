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

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/schema"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/score"
)

// scoreFlags are what the command line says about scoring.
type scoreFlags struct {
	compat         bool
	format         string
	template       string
	output         string
	rules          []string
	minScore       int
	exitCode       int
	absolutePath   bool
	kubernetes     string
	schemas        []string
	ignoreProblems bool
	fix            bool
	ids            []string
	fixValues      []string
	workers        int
	debug          bool
	charts         chartFlags

	stdin          io.Reader
	stdout, stderr io.Writer
}

// scoreCommand is given all arguments of the program: with --compat a mistake in any
// of them has another exit code, wherever the flag stands.
func scoreCommand(all []string) *cobra.Command {
	var f scoreFlags
	cmd := &cobra.Command{
		Use:   "score [--compat] PATH...",
		Short: "Score how hardened Kubernetes manifests are",
		Long: `Score how hardened Kubernetes manifests, Helm charts and kustomizations are, as
Kubesec does: points for what protects, and less for what endangers.

PATH is a file, a directory, or "-" for standard input. With --fix the advice is
written into the files.

With --compat the answers are Kubesec's, where they are wrong too.

Exit codes:
  0  every score is at least --min-score
  1  a score is lower, or an object is not valid (--exit-code chooses another)
  2  the command line is wrong
  3  the work could not be done or, without --ignore-problems, not in full
With --compat:
  0  every score is above 0, or at least --min-score
  2  one is not, or the object is of a kind without rules (--exit-code chooses another)
  3  the command line is wrong, or the work could not be done`,
		Example: `  plimsoll score deploy/
  plimsoll score --min-score 10 --format table web.yaml
  plimsoll score --fix --id RunAsNonRoot --id CapDropAll web.yaml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.stdin, f.stdout, f.stderr = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
			err := f.run(cmd, args)
			if e := (*exit)(nil); err != nil && f.compat && !errors.As(err, &e) {
				return failed(err)
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.compat, "compat", false, "give Kubesec's answers, where they are wrong too")
	flags.StringVarP(&f.format, "format", "f", "json", "`FORMAT` of the output: json, table, sarif, html or template")
	flags.StringVarP(&f.template, "template", "t", "", "Go `TEMPLATE` for --format template, or a file that has it")
	flags.StringVarP(&f.output, "output", "o", "", "write to `FILE`")
	flags.StringSliceVarP(&f.rules, "rules", "r", nil, "apply these `RULES` alone")
	flags.IntVar(&f.minScore, "min-score", 0, "the least `SCORE` that passes (with --compat default 1)")
	flags.IntVar(&f.exitCode, "exit-code", 1, "exit with `N` when a score is too low (with --compat default 2)")
	flags.BoolVar(&f.absolutePath, "absolute-path", false, "show absolute paths of files")
	flags.StringVar(&f.kubernetes, "kubernetes-version", "", "`VERSION` of Kubernetes whose schemas are taken (default master)")
	flags.StringSliceVar(&f.schemas, "schema-location", nil, "`PATHS` of JSON schemas to hold objects against")
	flags.BoolVar(&f.ignoreProblems, "ignore-problems", false, "exit as if everything could be read")
	flags.BoolVar(&f.fix, "fix", false, "write the advice into the files")
	flags.StringSliceVar(&f.ids, "id", nil, "the `RULES` whose advice --fix writes (default all)")
	flags.StringSliceVar(&f.fixValues, "fix-values", nil, "`VALUES` for --fix: cpu-request, cpu-limit, memory-request, memory-limit, storage, service-account, run-as-user, run-as-group, each NAME=VALUE")
	f.charts.add(flags)
	flags.IntVar(&f.workers, "workers", 0, "read `N` files at one time (default one for each processor)")
	flags.BoolVar(&f.debug, "debug", false, "has no effect; Kubesec has it")
	_ = flags.MarkHidden("debug")
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if f.compat || slices.Contains(all, "--compat") {
			return failed(err)
		}
		return suggestFlag(cmd, err)
	})
	cmd.AddCommand(scoreRulesCommand())
	return cmd
}

func (f *scoreFlags) run(cmd *cobra.Command, args []string) error {
	opts, err := f.options(cmd, args)
	if err != nil {
		return err
	}
	if f.fix {
		return failed(f.mend(cmd.Context(), opts, args))
	}
	found, err := f.score(cmd.Context(), opts, args)
	if err != nil {
		return failed(err)
	}
	if err := f.write(cmd.Context(), opts, found); err != nil {
		return failed(err)
	}
	return f.verdict(cmd, found)
}

// options are those of the score.
func (f *scoreFlags) options(cmd *cobra.Command, args []string) (score.Options, error) {
	opts := score.Options{Compat: f.compat, MinScore: f.minScore}
	formats := []string{"json", "table", "sarif", "html", "template"}
	switch {
	case len(args) == 0:
		return opts, errors.New("what to score is missing: plimsoll score PATH")
	case !slices.Contains(formats, f.format):
		return opts, fmt.Errorf("--format %q: want %s", f.format, strings.Join(formats, ", "))
	case (f.format == "template") != (f.template != ""):
		return opts, errors.New("--format template and --template belong together")
	case f.exitCode < 0 || f.exitCode > 125:
		return opts, fmt.Errorf("--exit-code %d: want 0 to 125", f.exitCode)
	case f.workers < 0:
		return opts, fmt.Errorf("--workers %d: want 0 or more", f.workers)
	case len(f.ids) > 0 && !f.fix:
		return opts, errors.New("--id is for --fix")
	case f.fix && slices.Contains(args, "-"):
		return opts, errors.New("--fix: standard input cannot be mended")
	}
	var err error
	if opts.Rules = score.Rules(); len(f.rules) > 0 {
		if opts.Rules, err = score.Select(opts.Rules, f.rules...); err != nil {
			return opts, fmt.Errorf("--rules: %w%s", err, alike(f.rules, scoreNames()))
		}
	}
	if _, err := score.Select(opts.Rules, f.ids...); err != nil {
		return opts, fmt.Errorf("--id: %w%s", err, alike(f.ids, scoreNames()))
	}
	if opts.Values, err = fixValues(f.fixValues); err != nil {
		return opts, err
	}
	if len(f.schemas) > 0 {
		if opts.Validate, err = f.validator(cmd.Context()); err != nil {
			return opts, fmt.Errorf("--schema-location: %w", err)
		}
	}
	if !cmd.Flags().Changed("exit-code") && f.compat {
		f.exitCode = 2
	}
	return opts, nil
}

// validator holds objects against schemas.
func (f *scoreFlags) validator(ctx context.Context) (func(*manifest.Object) error, error) {
	rule, err := schema.Template().With(map[string]any{
		"schemaLocations": f.schemas, "kubernetesVersion": f.kubernetes, "strict": true, "ignoreMissingSchemas": !f.compat,
	})
	if err != nil {
		return nil, err
	}
	rule.Name = "schema-validation"
	return func(o *manifest.Object) error {
		found, err := lint.Run(ctx, []*manifest.Object{o}, []*lint.Rule{rule}, lint.Options{Workers: 1})
		if err != nil {
			return err
		}
		for _, p := range found.Problems {
			return p.Err
		}
		var errs []error
		for _, d := range found.Diagnostics {
			errs = append(errs, manifest.Problem{Position: d.Span.Start, Object: o, Err: errors.New(d.Message)})
		}
		return errors.Join(errs...)
	}, nil
}

// scores are what was found in all paths.
type scores struct {
	results  []score.Result
	problems []scan.Problem
}

// score reads and scores all paths.
func (f *scoreFlags) score(ctx context.Context, opts score.Options, args []string) (*scores, error) {
	found := new(scores)
	var paths []string
	for _, arg := range args {
		if arg == "-" || arg == "/dev/stdin" {
			text, err := io.ReadAll(io.LimitReader(f.stdin, maxStdin+1))
			if err != nil {
				return nil, fmt.Errorf("read standard input: %w", err)
			}
			if len(text) > maxStdin {
				return nil, fmt.Errorf("read standard input: more than %d bytes: %w", maxStdin, manifest.ErrLimit)
			}
			found.add(score.Read("STDIN", text, opts))
			continue
		}
		if f.absolutePath {
			abs, err := filepath.Abs(arg)
			if err != nil {
				return nil, fmt.Errorf("find %s: %w", arg, err)
			}
			arg = abs
		}
		if f.compat {
			if err := found.addFiles(arg, opts); err != nil {
				return nil, err
			}
			continue
		}
		paths = append(paths, arg)
	}
	if len(paths) == 0 {
		return found, nil
	}
	inv, err := f.inspect(ctx, paths)
	if err != nil {
		return nil, err
	}
	found.problems = append(found.problems, inv.Problems...)
	found.results = append(found.results, score.Run(inv.Objects, opts)...)
	return found, nil
}

// maxStdin is the most that is read of standard input.
const maxStdin = 64 << 20

func (s *scores) add(results []score.Result, problems []manifest.Problem) {
	s.results = append(s.results, results...)
	for _, p := range problems {
		s.problems = append(s.problems, scan.ManifestProblem(p))
	}
}

// addFiles adds a file, or those of a directory, each as Kubesec reads it.
func (s *scores) addFiles(name string, opts score.Options) error {
	return filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		ext := strings.ToLower(filepath.Ext(path))
		if entry.IsDir() || path != name && ext != ".yaml" && ext != ".yml" && ext != ".json" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s.add(score.Read(path, text, opts))
		return nil
	})
}

func (f *scoreFlags) inspect(ctx context.Context, paths []string) (*scan.Inventory, error) {
	read := manifest.Options{Workers: f.workers, KubernetesOnly: true}
	var err error
	if read.Renderers, err = f.charts.renderers(f.compat); err != nil {
		return nil, err
	}
	return scan.InspectManifests(ctx, scan.Options{Manifests: read}, paths...)
}

// write writes the scores, and says on stderr what could not be read.
func (f *scoreFlags) write(ctx context.Context, opts score.Options, found *scores) error {
	dir, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the working directory: %w", err)
	}
	kubesec := report.Kubesec{
		Format: report.KubesecFormat(f.format), Rules: opts.Rules, Version: buildVersion(), Exact: f.compat, Dir: dir,
	}
	if f.template != "" {
		kubesec.Template = f.template
		if text, err := os.ReadFile(f.template); err == nil {
			kubesec.Template = string(text)
		}
	}
	if fd, ok := terminal(f.stdout); ok && f.output == "" {
		kubesec.Color = os.Getenv("NO_COLOR") == ""
		if width, _, err := term.GetSize(fd); err == nil {
			kubesec.Width = width
		}
	}
	var reporter scan.Reporter = kubesec
	if f.format == "html" {
		reporter = report.HTML{}
	}
	inv := &scan.Inventory{Target: scan.Target{Kind: artifact.KindManifests, Name: "manifests"}, Problems: found.problems}
	r, err := scan.Judge(ctx, inv, scan.Options{Matchers: []scan.Matcher{scan.Scored(found.results)}})
	if err != nil {
		return err
	}
	out := &output{path: f.output, stdout: f.stdout}
	err = out.write(ctx, reporter, r)
	if err = errors.Join(err, out.close()); err != nil {
		return err
	}
	warnProblems(f.stderr, found.problems)
	return nil
}

// verdict is the exit code.
func (f *scoreFlags) verdict(cmd *cobra.Command, found *scores) error {
	low := 0
	for i := range found.results {
		if r := &found.results[i]; f.tooLow(cmd, r) {
			low++
		}
	}
	switch {
	case f.compat && len(found.results) == 0:
		return failed(errors.New("invalid input"))
	case f.compat && slices.ContainsFunc(found.problems, failsKubesec):
		return failed(errors.New("not everything could be read"))
	case low > 0 && f.exitCode != 0:
		return &exit{code: f.exitCode, err: fmt.Errorf("%d of %d objects have a score that is too low", low, len(found.results))}
	case f.compat || f.ignoreProblems:
		return nil
	}
	if n := hiding(found.problems); n > 0 {
		return failed(fmt.Errorf("not everything could be read: %d problems", n))
	}
	if len(found.results) == 0 {
		return failed(scan.ErrNoObjects)
	}
	return nil
}

// failsKubesec reports whether Kubesec ends at a problem: it passes over fields of
// another type, and what it does not see.
func failsKubesec(p scan.Problem) bool {
	for _, passed := range []error{score.ErrUnseen, manifest.ErrType, manifest.ErrValue, manifest.ErrDuplicateKey, manifest.ErrNotObject} {
		if errors.Is(p.Err, passed) {
			return false
		}
	}
	return true
}

// tooLow reports whether a score fails. In Kubesec one of 0 does, whatever its
// message says, and every kind without rules.
func (f *scoreFlags) tooLow(cmd *cobra.Command, r *score.Result) bool {
	if f.compat && !cmd.Flags().Changed("min-score") {
		return r.Score <= 0
	}
	return r.Failed()
}
