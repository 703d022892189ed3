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

	"github.com/plimsoll-go/plimsoll/scan/source"
	"github.com/plimsoll-go/plimsoll/vuln/store"
	"github.com/plimsoll-go/plimsoll/vuln/store/remote"
	"github.com/plimsoll-go/plimsoll/vuln/store/verify"
	"github.com/plimsoll-go/plimsoll/vuln/trivydb"
)

func importCommand() *cobra.Command {
	var f databaseFlags
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Put a database in the cache, for scans to use",
		Long: `Put a database in the cache, for scans to use: one of ours, or Trivy's trivy.db,
with the metadata.json beside it. Its content tells which. The file is copied.`,
		Example: `  plimsoll db import ~/.cache/trivy/db/trivy.db`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := f.install(cmd.Context(), args[0])
			if err == nil {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), path)
			}
			return failed(err)
		},
	}
	f.addCache(cmd.Flags())
	return cmd
}

// install copies the database at path to the cache.
func (f *databaseFlags) install(ctx context.Context, path string) (string, error) {
	dir, err := f.dir()
	if err != nil {
		return "", err
	}
	if !isTrivy(path) {
		return store.Install(ctx, dir, path, store.Verify)
	}
	installed, err := store.Install(ctx, dir, path, func(copied string) error {
		db, err := trivydb.Open(copied)
		if err != nil {
			return err
		}
		return db.Close()
	})
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(path), "metadata.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return installed, nil
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "metadata.json"), text, 0o644)
	}
	return installed, err
}

func pushCommand() *cobra.Command {
	var f databaseFlags
	var opts remote.Options
	var file string
	cmd := &cobra.Command{
		Use:   "push REF",
		Short: "Push the database to a registry",
		Long: `Push the database in the cache, or another, to a registry, for "db pull". What is
printed is its digest.`,
		Example: `  plimsoll db push registry.example/plimsoll-db:1`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if file == "" {
				path, err := f.pathOf(nil)
				if err != nil {
					return failed(err)
				}
				file = path
			}
			opts.Keychain = source.DefaultKeychain()
			digest, err := remote.Push(cmd.Context(), file, args[0], opts)
			if err == nil {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), digest)
			}
			return failed(err)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&file, "db", "", "`FILE` to push (default the database in the cache)")
	flags.BoolVar(&opts.Insecure, "insecure", false, "allow plain HTTP and unverified certificates of registries")
	f.addCache(flags)
	return cmd
}

func pullCommand() *cobra.Command {
	var f databaseFlags
	var opts remote.Options
	cmd := &cobra.Command{
		Use:   "pull REF",
		Short: "Pull a database from a registry into the cache",
		Long: `Pull a database from a registry into the cache, for scans to use: one that "db
push" pushed, or Trivy's (` + remote.TrivyMirror + `,
` + remote.TrivyDB + `).`,
		Example: `  plimsoll db pull registry.example/plimsoll-db:1`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.Keychain = source.DefaultKeychain()
			path, err := f.pull(cmd.Context(), args[0], opts, cmd.ErrOrStderr())
			if err == nil {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), path)
			}
			return failed(err)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&opts.Insecure, "insecure", false, "allow plain HTTP and unverified certificates of registries")
	f.addCache(flags)
	return cmd
}

func (f *databaseFlags) pull(ctx context.Context, ref string, opts remote.Options, stderr io.Writer) (string, error) {
	line := newProgress(stderr, false)
	defer line.clear()
	opts.Progress = func(done, total int64) { line.show("Pulling", int(done), int(total)) }
	tmp, err := os.MkdirTemp("", "plimsoll-pull-*")
	if err != nil {
		return "", fmt.Errorf("pull database: %w", err)
	}
	defer os.RemoveAll(tmp)
	p, err := remote.Pull(ctx, ref, tmp, opts)
	if err != nil {
		return "", err
	}
	return f.install(ctx, p.Path)
}

func verifyCommand() *cobra.Command {
	var f databaseFlags
	var seed uint64
	cmd := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Check a database against its checksum and other comparators",
		Long: `Check a database, that in the cache or FILE: its checksum, and the order of its
versions by comparators that are not ours (go-deb-version, go-rpm-version,
Masterminds/semver).

Exit codes:
  0  all agree
  1  one disagrees
  2  the command line is wrong
  3  the database could not be read, or its checksum is wrong`,
		Example: `  plimsoll db verify
  plimsoll db verify plimsoll.db`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := f.pathOf(args)
			if err != nil {
				return failed(err)
			}
			return verifyFile(cmd.Context(), path, seed, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.Uint64Var(&seed, "seed", 0, "`N` chooses the versions that are tried around the bounds")
	f.addCache(flags)
	return cmd
}

func verifyFile(ctx context.Context, path string, seed uint64, w io.Writer) error {
	if isTrivy(path) {
		db, err := trivydb.Open(path)
		if err != nil {
			return failed(err)
		}
		defer db.Close()
		_, err = fmt.Fprintf(w, "%s: Trivy's, which has no checksum and no keys to compare; it is not cut short\n", path)
		return failed(err)
	}
	if err := store.Verify(path); err != nil {
		return failed(err)
	}
	db, err := store.Open(path)
	if err != nil {
		return failed(err)
	}
	defer db.Close()
	res, err := verify.Database(ctx, db, verify.Options{Seed: seed})
	if err != nil {
		return failed(err)
	}
	fmt.Fprintf(w, "%s: the checksum is right\n", path)
	bad := 0
	for _, e := range res.Ecosystems {
		by := "not compared, there is no other comparator; keys and their order are right"
		if e.Comparator != "" {
			by = fmt.Sprintf("%d comparisons by %s", e.Judged, e.Comparator)
		}
		fmt.Fprintf(w, "%s: %d intervals, %s, %d disagreements\n", printable(e.Name), e.Intervals, by, e.Disagree)
		for _, f := range e.Faults {
			fmt.Fprintf(w, "  %d differences by a known fault: %s (%s)\n", f.Count, f.Name, f.Evidence)
		}
		for _, d := range e.Disagreements {
			fmt.Fprintf(w, "  %s\n", printable(d.String()))
		}
		bad += e.Disagree
	}
	if bad > 0 {
		return &exit{code: exitInvalid, err: fmt.Errorf("%s: %d disagreements", path, bad)}
	}
	return nil
}
