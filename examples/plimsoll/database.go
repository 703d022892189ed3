package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/store"
	"github.com/plimsoll-go/plimsoll/vuln/trivydb"
)

// A database is what a scan is done with: ours, or Trivy's.
type database interface {
	vuln.Database
	io.Closer
}

// databaseFlags say which database to use, and where it comes from.
type databaseFlags struct {
	path     string // a file or directory; empty: that in the cache
	cacheDir string // empty: the user's
	skip     bool   // do not update
	offline  bool
	source   string
	kev      string
	epss     string
	cvss     string
}

// addCache adds the flag that all commands have which use the cache.
func (f *databaseFlags) addCache(flags *pflag.FlagSet) {
	flags.StringVar(&f.cacheDir, "cache-dir", "", "keep databases in `DIR` (default plimsoll in the user's cache)")
}

// addSources adds the flags that say where records come from.
func (f *databaseFlags) addSources(flags *pflag.FlagSet, name string) {
	flags.StringVar(&f.source, name, "", "fetch advisories from `URL|DIR`, laid out as OSV's export (default "+store.PublicExport+")")
	flags.StringVar(&f.kev, "kev", "", "`URL|FILE` of CISA's catalogue of exploited vulnerabilities, or none")
	flags.StringVar(&f.epss, "epss", "", "`URL|FILE` of FIRST's scores of exploitability, or none")
	flags.StringVar(&f.cvss, "cvss", "", "`URL|FILE` of CVSS vectors by CVE, as CSV: cve,source,vector")
}

// dir is the directory of databases.
func (f *databaseFlags) dir() (string, error) {
	if f.cacheDir != "" {
		return f.cacheDir, nil
	}
	return store.DefaultDir()
}

func (f *databaseFlags) options(line *progress, stderr io.Writer, quiet bool) (store.Options, error) {
	dir, err := f.dir()
	return store.Options{
		Dir: dir, SkipUpdate: f.skip || f.offline,
		Source: f.source, KEV: f.kev, EPSS: f.epss, CVSS: f.cvss,
		Progress: func(p store.Progress) { line.update(p) },
		Logger:   newLogger(line, stderr, quiet),
	}, err
}

// open opens the database that the flags name. What a path is, is told by its
// content: a file or directory of ours, Trivy's, or OSV records, whose build is
// kept in the cache.
func (f *databaseFlags) open(ctx context.Context, line *progress, stderr io.Writer, quiet bool) (database, error) {
	opts, err := f.options(line, stderr, quiet)
	if err != nil && f.path == "" {
		return nil, err
	}
	if f.path == "" {
		return openCached(ctx, opts)
	}
	info, err := os.Stat(f.path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if !info.IsDir() {
		return openFile(f.path)
	}
	if file := filepath.Join(f.path, "trivy.db"); isTrivy(file) {
		return trivydb.Open(file)
	}
	if _, err := store.Current(f.path); !errors.Is(err, store.ErrNoDatabase) {
		return openCached(ctx, store.Options{Dir: f.path, SkipUpdate: true})
	}
	return store.OpenDir(ctx, f.path, opts.Dir, buildOptions(line))
}

// openWarned is open, and says what the database lacks.
func (f *databaseFlags) openWarned(ctx context.Context, line *progress, stderr io.Writer, quiet bool) (database, error) {
	db, err := f.open(ctx, line, stderr, quiet)
	if ours, ok := db.(*store.DB); err == nil && ok && !quiet {
		line.clear()
		warnRecords(stderr, ours.Result())
	}
	return db, err
}

func isTrivy(path string) bool {
	ok, err := trivydb.Recognize(path)
	return ok && err == nil
}

func openFile(path string) (database, error) {
	if isTrivy(path) {
		return trivydb.Open(path)
	}
	db, err := store.Open(path)
	if err != nil {
		if errors.Is(err, store.ErrNotDatabase) {
			err = fmt.Errorf("%w (of OSV JSON or zips, \"plimsoll db build --from\" makes one)", err)
		}
		return nil, err
	}
	return db, nil
}

// openCached opens the database of a cache. One of Trivy's that was imported is
// used as it is.
func openCached(ctx context.Context, opts store.Options) (database, error) {
	if path, err := store.Current(opts.Dir); err == nil && isTrivy(path) {
		return trivydb.Open(path)
	}
	db, err := store.Default(ctx, opts)
	if errors.Is(err, store.ErrNoDatabase) {
		return nil, fmt.Errorf("%w: make one with \"plimsoll db update\", or pass --db a database or a directory of OSV JSON", err)
	}
	if err != nil {
		return nil, err
	}
	return db, nil
}

func buildOptions(line *progress) store.BuildOptions {
	return store.BuildOptions{
		Progress: func(done, total int) { line.show("Reading advisories", done, total) },
	}
}

func databaseCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "db",
		Short: "Work with databases of advisories",
		Long:  "Work with databases of advisories." + holderCodes,
		Example: `  plimsoll db update
  plimsoll db status`,
		Args: suggestCommand,
		RunE: needCommand,
	}
	cmd.AddCommand(updateCommand(), statusCommand(), buildCommand(), importCommand(), pushCommand(), pullCommand(), verifyCommand())
	return cmd
}

func buildCommand() *cobra.Command {
	var from, enrich []string
	var output string
	var quiet bool
	var f databaseFlags
	cmd := &cobra.Command{
		Use:   "build --from DIR|ZIP... [--output FILE]",
		Short: "Build a database of OSV records",
		Long: `Build a database of advisories.

DIR holds OSV records (*.json) and zips of them, at any depth, as the public
export does: <Ecosystem>/all.zip. Several may follow --from, which may also be
given several times.`,
		Example: `  plimsoll db build --from osv/ --output plimsoll.db
  plimsoll db build --from Debian/all.zip npm/all.zip`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, more []string) error {
			if len(from) == 0 {
				return errors.New("--from is missing")
			}
			from := append(from, more...)
			if output == "" {
				return failed(f.buildCached(cmd.Context(), from, enrich, quiet, cmd.OutOrStdout(), cmd.ErrOrStderr()))
			}
			return failed(build(cmd.Context(), from, enrich, output, output, quiet, cmd.OutOrStdout(), cmd.ErrOrStderr()))
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&from, "from", nil, "`DIR|ZIP` to read records from")
	flags.StringArrayVar(&enrich, "enrich", nil, "`FILE|DIR` of CISA's catalogue, EPSS scores or CVSS vectors to add")
	flags.StringVarP(&output, "output", "o", "", "write the database to `FILE` (default in the cache, for scans to use)")
	f.addCache(flags)
	flags.BoolVarP(&quiet, "quiet", "q", false, "print errors only")
	return cmd
}

// buildCached makes a database and puts it in the cache.
func (f *databaseFlags) buildCached(ctx context.Context, from, enrich []string, quiet bool, stdout, stderr io.Writer) error {
	dir, err := f.dir()
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "plimsoll-build-*")
	if err != nil {
		return fmt.Errorf("build database: %w", err)
	}
	defer os.RemoveAll(tmp)
	file := filepath.Join(tmp, "plimsoll.db")
	if err := build(ctx, from, enrich, file, dir, quiet, stdout, stderr); err != nil {
		return err
	}
	_, err = store.Install(ctx, dir, file, store.Verify)
	return err
}

// build makes the database and says what it holds. Shown is where people find it.
func build(ctx context.Context, from, enrich []string, output, shown string, quiet bool, stdout, stderr io.Writer) error {
	line := newProgress(stderr, quiet)
	defer line.clear()
	opts := buildOptions(line)
	opts.Enrich = enrich
	res, err := store.Build(ctx, output, from, opts)
	if err != nil {
		return err
	}
	line.clear()
	if !quiet {
		warnRecords(stderr, res)
	}
	if res.Advisories == 0 && len(res.Problems) > 0 {
		return fmt.Errorf("build database %s: none of %d records could be read", shown, res.Records)
	}
	if quiet {
		return nil
	}
	_, err = fmt.Fprintf(stdout, "%s: %d advisories of %d records\n", shown, res.Advisories, res.Records)
	return err
}

// warnRecords says which records a database lacks because they could not be
// read: the first few, and how many.
func warnRecords(stderr io.Writer, res store.Result) {
	const shown = 5
	for i, p := range res.Problems {
		if i == shown {
			warn(stderr, fmt.Sprintf("%d more advisories could not be read", len(res.Problems)-shown))
			break
		}
		warn(stderr, fmt.Sprintf("advisory %s: %s", p.File, p.Cause))
	}
}
