package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plimsoll-go/plimsoll/scan"
)

// compareFlags are what the command line says about comparing targets.
type compareFlags struct {
	scanFlags
	compare bool // of compare; else of diff
}

func compareImagesCommand() *cobra.Command {
	f := compareFlags{compare: true}
	cmd := &cobra.Command{
		Use:   "compare REF REF...",
		Short: "Put images side by side, the least risk first",
		Long: `Put images side by side: how many vulnerabilities they have by severity, fixed
and not, and for themselves alone; how large and how old they are. The least
risk stands first. It says which have a critical one, and which have the fewest.

REF is as for "plimsoll image", or the file of a report in JSON, ours or Trivy's.

Exit codes:
  0  all were compared
  2  the command line is wrong
  3  one could not be scanned, or not in full; the others are compared`,
		Example: `  plimsoll compare nginx:1.27 nginx:1.27-alpine nginx:1.28
  plimsoll compare --format json nginx:1.28 old.json`,
		Args: cobra.MinimumNArgs(2),
	}
	f.command(cmd)
	return cmd
}

func diffCommand() *cobra.Command {
	f := compareFlags{}
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Show which vulnerabilities came and went between two images",
		Long: `Show which vulnerabilities came and went between two images. One is the same in
both if its id and the name of its package are.

OLD and NEW are as for "plimsoll image", or files of reports in JSON, ours or
Trivy's.

Exit codes:
  0  they were compared and, with --exit-code, nothing appeared
  N  something appeared, with --exit-code N
  2  the command line is wrong
  3  one could not be scanned, or with --exit-code not in full`,
		Example: `  plimsoll diff nginx:1.27 nginx:1.28
  plimsoll diff --exit-code 1 last.json registry.example/app:new`,
		Args: cobra.ExactArgs(2),
	}
	f.command(cmd)
	cmd.Flags().IntVar(&f.exitCode, "exit-code", 0, "exit with `N` (1, or 4 to 125) if something appeared")
	cmd.Flags().BoolVar(&f.ignoreProblems, "ignore-problems", false, "let a report pass that is not complete")
	return cmd
}

func (f *compareFlags) command(cmd *cobra.Command) {
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return f.runCompare(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringSliceVarP(&f.severities, "severity", "s", nil, "compare vulnerabilities of `LEVELS` only: UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL (default all)")
	flags.BoolVar(&f.ignoreUnfixed, "ignore-unfixed", false, "compare vulnerabilities with a fixed version only")
	f.suppress.add(flags)
	flags.Lookup("show-suppressed").Hidden = true
	flags.StringVarP(&f.format, "format", "f", "table", "`FORMAT` of the comparison: table or json")
	flags.StringVarP(&f.output, "output", "o", "", "write the comparison to `FILE`")
	flags.StringVar(&f.database.path, "db", "", "`PATH` of a database, ours or Trivy's, or of a directory of OSV JSON (default the one in the cache)")
	flags.BoolVar(&f.database.skip, "skip-db-update", false, "use the database in the cache as it is")
	flags.BoolVar(&f.database.offline, "offline", false, "fetch nothing but the images")
	f.database.addCache(flags)
	f.database.addSources(flags, "db-source")
	flags.BoolVar(&f.noCache, "no-cache", false, "read all layers, and keep nothing of them")
	flags.StringSliceVar(&f.imageSource, "image-src", nil, "look for images in these `PLACES`, in order: docker,podman,containerd,remote (default remote)")
	flags.StringVar(&f.platform, "platform", "", "choose `OS/ARCH[/VARIANT]` from an image for several")
	flags.BoolVar(&f.insecure, "insecure", false, "allow plain HTTP and unverified certificates of registries")
	flags.IntVar(&f.workers, "workers", 0, "read `N` layers at one time (default one for each processor)")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print the comparison and errors only")
}

func (f *compareFlags) runCompare(ctx context.Context, refs []string, stdout, stderr io.Writer) error {
	opts, err := f.options()
	if err != nil {
		return err
	}
	if f.format != "table" && f.format != "json" {
		return fmt.Errorf("--format %q: want table or json", f.format)
	}
	if err := f.check(target{use: "compare REF", image: true}, refs); err != nil {
		return err
	}
	if opts.Suppress, err = f.suppress.read(); err != nil {
		return failed(err)
	}
	list, failure := f.snapshots(ctx, refs, opts, stderr)
	if len(list) == 0 || !f.compare && failure != nil {
		return failed(failure)
	}
	appeared, err := f.writeComparison(ctx, list, stdout)
	switch {
	case err != nil || failure != nil:
		return failed(errors.Join(err, failure))
	case f.compare || f.exitCode != 0 && !f.ignoreProblems:
		if err := unfinished(list); err != nil {
			return failed(err)
		}
	}
	if appeared > 0 && f.exitCode != 0 {
		return &exit{code: f.exitCode, err: fmt.Errorf("%d findings appeared", appeared)}
	}
	return nil
}

// unfinished is the error of snapshots that are not complete.
func unfinished(list []*scan.Snapshot) error {
	var names []string
	for _, s := range list {
		if !s.Complete {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("not complete: %s", strings.Join(names, ", "))
}

// snapshots scans the images that refs name, one after the other, and reads those
// that are saved reports. One that cannot be done does not keep the others from it.
func (f *compareFlags) snapshots(ctx context.Context, refs []string, opts scan.Options, stderr io.Writer) ([]*scan.Snapshot, error) {
	line := newProgress(stderr, f.quiet)
	defer line.clear()
	if slices.ContainsFunc(refs, func(ref string) bool { return !isSavedReport(ref) }) {
		db, err := f.database.open(ctx, line, stderr, f.quiet)
		if err != nil {
			return nil, err
		}
		defer db.Close()
		opts.Database = db
	}
	opts.Progress = func(p scan.Progress) { line.show("Reading layers", p.Layers, p.Total) }
	if !f.noCache {
		opts.Cache = f.layerCache()
	}
	var list []*scan.Snapshot
	var errs []error
	for _, ref := range refs {
		s, err := f.snapshot(ctx, ref, opts, stderr)
		line.clear()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		list = append(list, s)
	}
	if errs == nil {
		return list, nil
	}
	return list, oneLine(errs)
}

func (f *compareFlags) snapshot(ctx context.Context, ref string, opts scan.Options, stderr io.Writer) (*scan.Snapshot, error) {
	if isSavedReport(ref) {
		s, err := readSnapshot(ref)
		if err != nil {
			return nil, err
		}
		s.Vulnerabilities = slices.DeleteFunc(s.Vulnerabilities, func(v scan.KnownVulnerability) bool {
			return opts.Filter.Severities != nil && !slices.Contains(opts.Filter.Severities, v.Severity) ||
				opts.Filter.IgnoreUnfixed && v.Fixed == ""
		})
		if s.Name == "" {
			s.Name = ref
		}
		return s, nil
	}
	r, err := scanImage(ctx, &f.scanFlags, ref, opts)
	if err != nil {
		return nil, err
	}
	if !f.quiet {
		for _, p := range r.Problems {
			warn(stderr, ref+": "+p.String())
		}
	}
	return scan.SnapshotOf(r), nil
}

// isSavedReport reports whether ref is a file that starts as JSON does, which no
// archive of an image does.
func isSavedReport(ref string) bool {
	info, err := os.Stat(ref)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(ref)
	if err != nil {
		return false
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for {
		switch b, err := r.ReadByte(); {
		case err != nil:
			return false
		case b != ' ' && b != '\t' && b != '\r' && b != '\n':
			return b == '{'
		}
	}
}

// writeComparison writes what the command is for, and returns how many findings
// appeared.
func (f *compareFlags) writeComparison(ctx context.Context, list []*scan.Snapshot, stdout io.Writer) (appeared int, err error) {
	reporter, err := f.reporter(stdout)
	if err != nil {
		return 0, err
	}
	format, ok := reporter.(comparer)
	if !ok {
		return 0, fmt.Errorf("--format %q: want table or json", f.format)
	}
	out := &output{path: f.output, stdout: stdout}
	if f.compare {
		err = out.write(ctx, writer(func(w io.Writer) error { return format.Comparison(ctx, w, scan.Compare(list...)) }), nil)
	} else {
		d := scan.Diff(list[0], list[1])
		appeared = len(d.Appeared) + len(d.AppearedDiagnostics)
		err = out.write(ctx, writer(func(w io.Writer) error { return format.Difference(ctx, w, d) }), nil)
	}
	return appeared, errors.Join(err, out.close())
}

// A writer writes what is no report.
type writer func(io.Writer) error

func (f writer) Report(_ context.Context, w io.Writer, _ *scan.Report) error { return f(w) }

// A comparer is a format that comparisons have too: a table, or JSON.
type comparer interface {
	Comparison(context.Context, io.Writer, *scan.Comparison) error
	Difference(context.Context, io.Writer, *scan.Difference) error
}
