package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/plimsoll-go/plimsoll/scan"
)

// baselineFlags say what a report may have, since an earlier one had it.
type baselineFlags struct {
	path, writePath string
	known           *scan.Snapshot // nil: there is none
}

func (f *baselineFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.path, "baseline", "", "fail on findings alone that the report in `FILE` has not: JSON of an earlier scan, ours or Trivy's, or of --write-baseline")
	flags.StringVar(&f.writePath, "write-baseline", "", "write what is found to `FILE`, for --baseline")
}

// check looks at the flags, with as many things to scan as n.
func (f *baselineFlags) check(n int) error {
	if f.writePath != "" && n > 1 {
		return errors.New("--write-baseline: only one target can be scanned")
	}
	return nil
}

func (f *baselineFlags) read() (err error) {
	if f.path != "" {
		f.known, err = readSnapshot(f.path)
	}
	return err
}

// readSnapshot reads a saved report.
func readSnapshot(path string) (*scan.Snapshot, error) {
	text, err := readFile(path, maxDocument)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	return scan.ReadSnapshot(path, text)
}

// write writes the baseline that r is for later, in place of the old one.
func (f *baselineFlags) write(r *scan.Report) (err error) {
	if f.writePath == "" {
		return nil
	}
	file, err := os.CreateTemp(filepath.Dir(f.writePath), "."+filepath.Base(f.writePath)+"-*")
	if err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	err = scan.SnapshotOf(r).Write(file)
	if err == nil {
		err = file.Chmod(0o644)
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), f.writePath)
	}
	if err != nil {
		os.Remove(file.Name())
		return fmt.Errorf("write baseline: %w", err)
	}
	return nil
}
