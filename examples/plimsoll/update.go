package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/store"
	"github.com/plimsoll-go/plimsoll/vuln/trivydb"
)

func updateCommand() *cobra.Command {
	var f databaseFlags
	var ecosystems []string
	var quiet bool
	cmd := &cobra.Command{
		Use:   "update [--ecosystem NAME...] [--source URL|DIR]",
		Short: "Bring the database in the cache up to date",
		Long: `Bring the database in the cache up to date: the ecosystems named, as OSV names
them (Debian, npm, PyPI), and those that it has already. Without a database and
without names, all are fetched. Later updates fetch what has changed.

A scan of an image does the same for the ecosystems that the image has, once a
day, unless it is told to skip that.`,
		Example: `  plimsoll db update --ecosystem Debian,npm`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return failed(f.update(cmd.Context(), ecosystems, quiet, cmd.OutOrStdout(), cmd.ErrOrStderr()))
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringSliceVar(&ecosystems, "ecosystem", nil, "`NAMES` of ecosystems to have (default those it has, or all)")
	f.addSources(flags, "source")
	f.addCache(flags)
	flags.BoolVarP(&quiet, "quiet", "q", false, "print errors only")
	return cmd
}

func (f *databaseFlags) update(ctx context.Context, ecosystems []string, quiet bool, stdout, stderr io.Writer) error {
	line := newProgress(stderr, quiet)
	defer line.clear()
	opts, err := f.options(line, stderr, quiet)
	if err != nil {
		return err
	}
	up, err := store.Update(ctx, opts, ecosystems...)
	line.clear()
	if quiet {
		return err
	}
	for _, s := range up.Sources {
		for i, p := range s.Problems {
			if i == 5 {
				warn(stderr, fmt.Sprintf("%s: %d more records could not be read", s.Name, len(s.Problems)-i))
				break
			}
			warn(stderr, fmt.Sprintf("advisory %s: %s", p.File, p.Cause))
		}
		if _, err := fmt.Fprintf(stdout, "%s: %s\n", s.Name, updated(s)); err != nil {
			return err
		}
	}
	return err
}

// updated says what an update did about a source.
func updated(s store.UpdatedSource) string {
	switch {
	case s.Err != nil:
		return "not updated"
	case s.Unchanged && s.Backwards:
		return fmt.Sprintf("the source is older than the database; %d records kept", s.Records)
	case s.Unchanged:
		return "unchanged"
	case s.Whole:
		return fmt.Sprintf("%d records", s.Records)
	}
	return fmt.Sprintf("%d fetched, %d deleted, %d records", s.Fetched, s.Deleted, s.Records)
}

func statusCommand() *cobra.Command {
	var f databaseFlags
	var format string
	cmd := &cobra.Command{
		Use:   "status [PATH]",
		Short: "Say what a database holds and how old it is",
		Long: `Say what a database holds and how old it is: that at PATH, ours or Trivy's, or
else the one in the cache.`,
		Example: `  plimsoll db status
  plimsoll db status --format json ~/.cache/trivy/db/trivy.db`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("--format %q: want text or json", format)
			}
			path, err := f.pathOf(args)
			if err != nil {
				return failed(err)
			}
			return failed(status(path, format, time.Now(), cmd.OutOrStdout()))
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&format, "format", "f", "text", "`FORMAT`: text or json")
	f.addCache(flags)
	return cmd
}

// pathOf is the database that a command is about.
func (f *databaseFlags) pathOf(args []string) (string, error) {
	if len(args) > 0 {
		return args[0], nil
	}
	dir, err := f.dir()
	if err != nil {
		return "", err
	}
	path, err := store.Current(dir)
	if errors.Is(err, store.ErrNoDatabase) {
		err = fmt.Errorf("%w; \"plimsoll db update\" makes one", err)
	}
	return path, err
}

// A statusReport is what "db status" prints as JSON.
type statusReport struct {
	Path string
	Kind string // "plimsoll" or "trivy"
	vuln.DatabaseInfo
}

func status(path, format string, now time.Time, w io.Writer) error {
	db, err := openFile(path)
	if err != nil {
		return err
	}
	defer db.Close()
	r := statusReport{Path: path, Kind: "plimsoll", DatabaseInfo: db.Info()}
	if _, ok := db.(*trivydb.DB); ok {
		r.Kind = "trivy"
	}
	if format == "json" {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "Database:\t%s (%s, schema %d)\n", r.Path, r.Kind, r.Schema)
	fmt.Fprintf(t, "Built:\t%s\n", ago(r.Built, now))
	fmt.Fprintf(t, "Ecosystems:\t%d\n", len(r.Ecosystems))
	if r.Kind == "plimsoll" {
		fmt.Fprintf(t, "Advisories:\t%d\n", r.Advisories)
		fmt.Fprintf(t, "Not read:\t%d\n", r.Unread)
	}
	fmt.Fprintf(t, "\nSource\tRecords\tState\tChecked\n")
	for _, s := range r.Sources {
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\n", printable(s.Name), s.Records, printable(s.Stamp), ago(s.Checked, now))
	}
	return t.Flush()
}

// ago is a time, and how long it is past.
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	text := t.UTC().Format("2006-01-02 15:04 MST")
	switch d := now.Sub(t); {
	case d < time.Hour:
		return text + ", just now"
	case d < 48*time.Hour:
		return fmt.Sprintf("%s, %d hours ago", text, int(d.Hours()))
	default:
		return fmt.Sprintf("%s, %d days ago", text, int(d.Hours()/24))
	}
}
