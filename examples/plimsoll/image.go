package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/store"
)

// imageFlags are what the command line says about a scan.
type imageFlags struct {
	input          string
	severities     []string
	ignoreUnfixed  bool
	format         string
	output         string
	exitCode       int
	ignoreProblems bool
	database       databaseFlags
	sources        []string
	sort           string
	exitOn         []string
	minEPSS        float64
	platform       string
	insecure       bool
	workers        int
	quiet          bool
}

func imageCommand() *cobra.Command {
	var f imageFlags
	cmd := &cobra.Command{
		Use:   "image [--input FILE | REF]",
		Short: "Scan an image",
		Long: `Scan an image and report its known vulnerabilities.

REF is a reference in a registry, the path of an archive or OCI layout, or
either with its transport: docker-archive:FILE, oci:DIR[:TAG],
oci-archive:FILE, registry:REF.

Exit codes:
  0      the scan was done, and the gate of --exit-code, if any, passed
  N      the gate failed: vulnerabilities are left after --severity and
         --ignore-unfixed and, if they are given, --exit-on or --min-epss
  2      the command line is wrong
  3      the scan could not be done or, with a gate and without
         --ignore-problems, the report is not complete`,
		Example: `  plimsoll image --db osv/ nginx:1.27
  plimsoll image --input app.tar --severity HIGH,CRITICAL --exit-code 1`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&f.input, "input", "i", "", "`FILE` to scan in place of REF: an archive of docker save, an OCI archive or an OCI layout")
	flags.StringSliceVarP(&f.severities, "severity", "s", nil, "report `LEVELS` only: UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL (default all)")
	flags.BoolVar(&f.ignoreUnfixed, "ignore-unfixed", false, "report vulnerabilities with a fixed version only")
	flags.StringVarP(&f.format, "format", "f", "table", "`FORMAT` of the report: table, json or count")
	flags.StringVarP(&f.output, "output", "o", "", "write the report to `FILE`")
	flags.IntVar(&f.exitCode, "exit-code", 0, "exit with `N` (1, or 4 to 125) if vulnerabilities are reported; 0 is no gate (default 1 with --exit-on or --min-epss)")
	flags.BoolVar(&f.ignoreProblems, "ignore-problems", false, "let the gate pass a report that is not complete")
	flags.StringSliceVar(&f.exitOn, "exit-on", nil, "fail on vulnerabilities of these `KINDS` alone: kev (known to be exploited)")
	flags.Float64Var(&f.minEPSS, "min-epss", 0, "fail on vulnerabilities with an EPSS probability of `P` or more alone")
	flags.StringVar(&f.sort, "sort", "package", "`ORDER` of a table: package, severity, or epss, which shows it and what is known to be exploited")
	flags.StringSliceVar(&f.sources, "severity-source", nil, "take severities from the first of `SOURCES` that rates: auto,nvd,ghsa,debian,... (default auto)")
	flags.StringVar(&f.database.path, "db", "", "`PATH` of a database, ours or Trivy's, or of a directory of OSV JSON (default the one in the cache)")
	flags.BoolVar(&f.database.skip, "skip-db-update", false, "use the database in the cache as it is")
	flags.BoolVar(&f.database.offline, "offline", false, "fetch nothing but the image")
	f.database.addCache(flags)
	f.database.addSources(flags, "db-source")
	flags.StringVar(&f.platform, "platform", "", "choose `OS/ARCH[/VARIANT]` from an image for several")
	flags.BoolVar(&f.insecure, "insecure", false, "allow plain HTTP and unverified certificates of registries")
	flags.IntVar(&f.workers, "workers", 0, "read `N` layers at one time (default one for each processor)")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print the report and errors only; with count, its number alone")
	return cmd
}

// run does the scan. Errors about the flags come before any work.
func (f *imageFlags) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	filter, err := f.filter()
	if err != nil {
		return err
	}
	reporter, err := f.reporter(stdout)
	if err != nil {
		return err
	}
	if err := f.check(args); err != nil {
		return err
	}
	if f.exitCode == 0 && (len(f.exitOn) > 0 || f.minEPSS > 0) {
		f.exitCode = 1
	}

	line := newProgress(stderr, f.quiet)
	defer line.clear()
	report, err := f.scan(ctx, args, filter, line, stderr)
	line.clear()
	if err != nil {
		return failed(err)
	}
	if err := writeReport(ctx, reporter, report, f.output, stdout); err != nil {
		return failed(err)
	}
	// A table on the screen shows the problems itself.
	if !f.quiet && (f.format != "table" || f.output != "") {
		for _, p := range report.Problems {
			warn(stderr, p.String())
		}
	}
	return f.judge(report, stderr)
}

// check looks at the flags that stand alone.
func (f *imageFlags) check(args []string) error {
	switch {
	case f.input == "" && len(args) == 0:
		return errors.New("an image is missing: REF or --input FILE")
	case f.input != "" && len(args) > 0:
		return fmt.Errorf("--input %s and %s: only one image can be scanned", f.input, args[0])
	case f.exitCode != 0 && f.exitCode != 1 && (f.exitCode < 4 || f.exitCode > 125):
		return fmt.Errorf("--exit-code %d: want 1, or 4 to 125; 2 and 3 say that the scan was not done", f.exitCode)
	case f.platform != "" && !isPlatform(f.platform):
		return fmt.Errorf("--platform %s: want OS/ARCH[/VARIANT]", f.platform)
	case f.minEPSS < 0 || f.minEPSS > 1:
		return fmt.Errorf("--min-epss %g: want a probability, 0 to 1", f.minEPSS)
	case slices.ContainsFunc(f.exitOn, func(kind string) bool { return kind != "kev" }):
		return fmt.Errorf("--exit-on %s: want kev", strings.Join(f.exitOn, ","))
	case f.workers < 0:
		return fmt.Errorf("--workers %d: want 0 or more", f.workers)
	}
	return nil
}

func isPlatform(s string) bool {
	parts := strings.Split(s, "/")
	return (len(parts) == 2 || len(parts) == 3) && !slices.Contains(parts, "")
}

func (f *imageFlags) filter() (scan.Filter, error) {
	filter := scan.Filter{IgnoreUnfixed: f.ignoreUnfixed}
	for _, word := range f.severities {
		level, err := severity.Parse(strings.TrimSpace(word))
		if err != nil {
			return filter, fmt.Errorf("--severity: %w", err)
		}
		filter.Severities = append(filter.Severities, level)
	}
	return filter, nil
}

func (f *imageFlags) scan(ctx context.Context, args []string, filter scan.Filter, line *progress, stderr io.Writer) (*scan.Report, error) {
	ref := f.input
	if ref == "" {
		ref = args[0]
	} else if err := checkInput(&ref); err != nil {
		return nil, err
	}
	db, err := f.database.open(ctx, line, stderr, f.quiet)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if ours, ok := db.(*store.DB); ok && !f.quiet {
		line.clear()
		warnRecords(stderr, ours.Result())
	}
	return scan.Image(ctx, ref, scan.Options{
		Source: scan.SourceOptions{
			Platform: f.platform,
			Insecure: f.insecure,
			Keychain: source.DefaultKeychain(),
		},
		Workers:  f.workers,
		Database: db,

		SeveritySources: f.sources,
		Filter:          filter,
		Progress:        func(p scan.Progress) { line.show("Reading layers", p.Layers, p.Total) },
	})
}

// checkInput makes sure that path, which is never an image's name, is taken as a
// path: one that does not exist would be asked of a registry, and one with a
// colon may look like a transport.
func checkInput(path *string) error {
	if _, err := os.Stat(*path); err != nil {
		return fmt.Errorf("find image: %w", err)
	}
	if strings.Contains(*path, ":") && !filepath.IsAbs(*path) {
		*path = "." + string(filepath.Separator) + *path
	}
	return nil
}

// judge applies the gate. That the report is not complete weighs more than what
// it holds.
func (f *imageFlags) judge(report *scan.Report, stderr io.Writer) error {
	if f.exitCode == 0 {
		return nil
	}
	verdict := scan.Gate{Exploited: len(f.exitOn) > 0, MinEPSS: f.minEPSS, IgnoreProblems: f.ignoreProblems}.Judge(report)
	if !verdict.Complete && !f.ignoreProblems {
		n := 0
		for _, p := range report.Problems {
			if p.Hides != artifact.HidesNothing {
				n++
			}
		}
		return failed(fmt.Errorf("the report is not complete: problems that hide packages or vulnerabilities: %d (--ignore-problems lets them pass)", n))
	}
	if !verdict.Failed {
		return nil
	}
	if !f.quiet {
		fmt.Fprintf(stderr, "gate: %s\n", strings.Join(verdict.Reasons, ", "))
	}
	return &exit{code: f.exitCode}
}
