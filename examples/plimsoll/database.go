package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/plimsoll-go/plimsoll/vuln/store"
)

// defaultDatabase is where "db build" writes, and "image" reads, unless told.
func defaultDatabase() (string, error) {
	dir, err := store.DefaultDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "advisories.db"), nil
}

// openDatabase opens the database at path: a file, or a directory of OSV JSON,
// whose build is kept in the user's cache. Empty is the default.
func openDatabase(ctx context.Context, path string, line *progress) (*store.DB, error) {
	if path == "" {
		return openDefault()
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if !info.IsDir() {
		db, err := store.Open(path)
		if errors.Is(err, store.ErrNotDatabase) {
			err = fmt.Errorf("%w (of OSV JSON or zips, \"plimsoll db build --from\" makes one)", err)
		}
		return db, err
	}
	cache, err := store.DefaultDir()
	if err != nil {
		return nil, fmt.Errorf("keep the database of %s: %w", path, err)
	}
	return store.OpenDir(ctx, path, cache, buildOptions(line))
}

func openDefault() (*store.DB, error) {
	path, err := defaultDatabase()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no advisories: pass --db a database or a directory of OSV JSON, " +
			"or make the default database with \"plimsoll db build --from DIR\"; " +
			"https://google.github.io/osv.dev/data/ says where the records are")
	}
	return db, err
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
		Args:  cobra.NoArgs,
		RunE:  needCommand,
	}
	cmd.AddCommand(buildCommand())
	return cmd
}

func buildCommand() *cobra.Command {
	var from []string
	var output string
	var quiet bool
	cmd := &cobra.Command{
		Use:   "build --from DIR|ZIP... [--output FILE]",
		Short: "Build a database of OSV records",
		Long: `Build a database of advisories.

DIR holds OSV records (*.json) and zips of them, at any depth, as the public
export does: <Ecosystem>/all.zip. Several may follow --from, which may also be
given several times.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, more []string) error {
			if len(from) == 0 {
				return errors.New("--from is missing")
			}
			from := append(from, more...)
			return failed(build(cmd.Context(), from, output, quiet, cmd.OutOrStdout(), cmd.ErrOrStderr()))
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&from, "from", nil, "`DIR|ZIP` to read records from")
	flags.StringVarP(&output, "output", "o", "", "write the database to `FILE` (default in the user's cache)")
	flags.BoolVarP(&quiet, "quiet", "q", false, "print errors only")
	return cmd
}

// build makes the database and says what it holds.
func build(ctx context.Context, from []string, output string, quiet bool, stdout, stderr io.Writer) error {
	if output == "" {
		path, err := defaultDatabase()
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("build database: %w", err)
		}
		output = path
	}
	line := newProgress(stderr, quiet)
	defer line.clear()
	res, err := store.Build(ctx, output, from, buildOptions(line))
	if err != nil {
		return err
	}
	line.clear()
	if !quiet {
		warnRecords(stderr, res)
	}
	if res.Advisories == 0 && len(res.Problems) > 0 {
		return fmt.Errorf("build database %s: none of %d records could be read", output, res.Records)
	}
	if quiet {
		return nil
	}
	_, err = fmt.Fprintf(stdout, "%s: %d advisories of %d records\n", output, res.Advisories, res.Records)
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
