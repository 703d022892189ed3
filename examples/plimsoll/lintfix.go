package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
)

// maxMends bounds how often files are linted again because fixes overlapped.
const maxMends = 20

// mend writes the fixes of what is found into the files.
func (f *lintFlags) mend(ctx context.Context, config *lint.Config, rules []*lint.Rule, opts lint.Options, suppressors []scan.Suppressor, args []string) error {
	if slices.Contains(args, "-") {
		return errors.New("--fix: standard input cannot be mended")
	}
	least, _ := lintSeverity(f.severity)
	said, err := mendAll(ctx, suppressors, func(ctx context.Context) (*scan.Inventory, *lint.Result, error) {
		inv, err := f.inspect(ctx, config, args)
		if err != nil {
			return nil, nil, err
		}
		found, err := lint.Run(ctx, inv.Objects, rules, opts)
		if err != nil {
			return nil, nil, err
		}
		if f.severity != "" {
			found.Diagnostics = slices.DeleteFunc(found.Diagnostics, func(d lint.Diagnostic) bool { return d.Severity < least })
		}
		return inv, found, nil
	})
	if err == nil {
		fmt.Fprintln(f.stderr, said)
	}
	return err
}

// mendAll writes the fixes of what find finds into the files, and says how many. Fixes
// that overlap are applied one after the other, and the files are read again in
// between. What suppressors decide is not mended either.
func mendAll(ctx context.Context, suppressors []scan.Suppressor, find func(context.Context) (*scan.Inventory, *lint.Result, error)) (string, error) {
	applied, files := 0, make(map[string]bool)
	for range maxMends {
		inv, found, err := find(ctx)
		if err != nil {
			return "", err
		}
		left, err := scan.Judge(ctx, inv, scan.Options{Matchers: []scan.Matcher{scan.Linted(found)}, Suppress: suppressors})
		if err != nil {
			return "", err
		}
		fixes := lint.ApplyFixes(left.Diagnostics)
		for _, file := range fixes.Files {
			if err := rewrite(file.File.Path, file.File.Text, file.Text); err != nil {
				return "", err
			}
			applied += len(file.Applied)
			files[file.File.Path] = true
		}
		overlap := slices.ContainsFunc(fixes.Skipped, func(s lint.SkippedFix) bool { return errors.Is(s.Err, manifest.ErrOverlap) })
		if len(fixes.Files) == 0 || !overlap {
			break
		}
	}
	return fmt.Sprintf("fixed %d findings in %d files", applied, len(files)), nil
}

// rewrite replaces the text of a file, which must still be what was read. The file
// is the old one or the new one, whatever happens.
func rewrite(path string, old, text []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("fix: %w", err)
	}
	now, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("fix: %w", err)
	}
	if !bytes.Equal(now, old) {
		return fmt.Errorf("fix %s: the file has changed since it was read", path)
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("fix: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(target), ".plimsoll-*")
	if err != nil {
		return fmt.Errorf("fix: %w", err)
	}
	defer os.Remove(tmp.Name()) // which fails once it has its name
	_, err = tmp.Write(text)
	err = errors.Join(err, tmp.Chmod(info.Mode().Perm()), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), target)
	}
	if err != nil {
		return fmt.Errorf("fix %s: %w", path, err)
	}
	return nil
}

// writeBaseline writes what was found.
func writeBaseline(path string, found *lint.Result) error {
	var text bytes.Buffer
	if err := found.Baseline().Write(&text); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o666); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	return nil
}
