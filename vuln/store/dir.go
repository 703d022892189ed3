package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// DefaultDir is the directory for databases in the user's cache, plimsoll
// below [os.UserCacheDir]. It is the one function here that reads the
// environment, and it does not create the directory.
func DefaultDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user cache: %w", err)
	}
	return filepath.Join(dir, "plimsoll"), nil
}

// OpenDir opens a database of the OSV records in the directory dir, an input
// as [Build] takes it. The build is kept in cacheDir, which is created, under
// a name that follows from the paths, sizes and times of the files in dir:
// while they stay, later calls open it at once. Builds of earlier states of
// dir are removed; who has one open keeps it. Processes may call it at the
// same time.
//
// The records that could not be read are in [DB.Result], also of a kept build.
func OpenDir(ctx context.Context, dir, cacheDir string, opts BuildOptions) (*DB, error) {
	if err := os.MkdirAll(cacheDir, 0o755); err != nil {
		return nil, fmt.Errorf("keep the database of %s: cannot write the cache: %w", dir, err)
	}
	// Another process may see dir change and remove our build before we open
	// it; then we look again.
	for attempt := 1; ; attempt++ {
		db, err := openDir(ctx, dir, cacheDir, opts)
		if errors.Is(err, fs.ErrNotExist) && attempt < 3 {
			continue
		}
		return db, err
	}
}

func openDir(ctx context.Context, dir, cacheDir string, opts BuildOptions) (*DB, error) {
	place, state, err := fingerprint(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("read OSV directory %s: %w", dir, err)
	}
	kept := filepath.Join(cacheDir, "osv-"+place+"-"+state+".db")
	db, err := Open(kept)
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrNotDatabase), errors.Is(err, ErrSchema), errors.Is(err, ErrDamaged):
		// A kept build that cannot be read is made again.
	default:
		return nil, err
	}
	if _, err := Build(ctx, kept, []string{dir}, opts); err != nil {
		return nil, err
	}
	removeOthers(cacheDir, "osv-"+place+"-*.db", kept)
	return Open(kept)
}

// removeOthers removes the files of that pattern but keep. What cannot be
// removed, because a process on Windows has it open, goes the next time.
func removeOthers(dir, pattern, keep string) {
	names, _ := filepath.Glob(filepath.Join(dir, pattern))
	for _, name := range names {
		if name != keep {
			os.Remove(name)
		}
	}
}

// fingerprint returns a name for dir and one for the state of its files.
func fingerprint(ctx context.Context, dir string) (place, state string, err error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "schema %d\n", Schema)
	err = walkInputs(dir, func(rel string) error {
		if info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(rel))); err == nil {
			fmt.Fprintf(h, "%q %d %d\n", rel, info.Size(), info.ModTime().UnixNano())
		} else {
			fmt.Fprintf(h, "%q cannot be read\n", rel)
		}
		return ctx.Err()
	})
	if err != nil {
		return "", "", err
	}
	at := sha256.Sum256([]byte(abs))
	return hex.EncodeToString(at[:8]), hex.EncodeToString(h.Sum(nil)[:16]), nil
}
