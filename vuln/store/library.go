package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// A directory of databases holds
//
//	plimsoll-<build>.db  databases, which never change
//	current              the name of the one to use, replaced by rename
//	lock                 locked by who changes the directory
//
// and names that begin with a dot while something is written. Readers need no
// lock: they open what current names.
const (
	currentName = "current"
	lockName    = "lock"
	buildPrefix = "plimsoll-"
	tempPrefix  = ".plimsoll-"
)

// ErrNoDatabase is matched by the error for a directory that no database was
// put in.
var ErrNoDatabase = errors.New("no database")

// A pointer is what the file current says.
type pointer struct {
	File string `json:"file"` // in the same directory
	// Checked is when each source was last found unchanged, where that is later
	// than the file.
	Checked map[string]time.Time `json:"checked,omitempty"`
}

// Current is the path of the database to use in dir; empty is [DefaultDir]. It
// does not open it. The error for a directory without one matches
// [ErrNoDatabase].
func Current(dir string) (string, error) {
	dir, err := directory(dir)
	if err != nil {
		return "", err
	}
	p, err := readPointer(dir)
	if err != nil {
		return "", fmt.Errorf("find the database in %s: %w", dir, err)
	}
	return filepath.Join(dir, p.File), nil
}

func directory(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	return DefaultDir()
}

func readPointer(dir string) (pointer, error) {
	data, err := os.ReadFile(filepath.Join(dir, currentName))
	if errors.Is(err, fs.ErrNotExist) {
		return pointer{}, ErrNoDatabase
	}
	if err != nil {
		return pointer{}, err
	}
	var p pointer
	if err := json.Unmarshal(data, &p); err != nil {
		return pointer{}, fmt.Errorf("%w: read %s: %w", ErrDamaged, currentName, err)
	}
	if p.File != filepath.Base(p.File) || !strings.HasSuffix(p.File, ".db") {
		return pointer{}, fmt.Errorf("%w: %s names %q", ErrDamaged, currentName, p.File)
	}
	return p, nil
}

func writePointer(dir string, p pointer) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return replace(filepath.Join(dir, currentName), func(tmp string) error {
		f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_TRUNC, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		if _, err := f.Write(append(data, '\n')); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
		return f.Close()
	})
}

// openCurrent opens what current names in dir. Another process may put another
// database in its place between the two steps; then it looks again.
func openCurrent(dir string) (path string, file *snapshot, p pointer, err error) {
	for attempt := 1; ; attempt++ {
		if p, err = readPointer(dir); err != nil {
			return "", nil, p, err
		}
		path = filepath.Join(dir, p.File)
		file, err = openSnapshot(path)
		if errors.Is(err, fs.ErrNotExist) && attempt < 5 {
			continue
		}
		return path, file, p, err
	}
}

// lock waits until nobody else changes dir, which it makes if need be. The
// system releases the lock of a process that dies.
func lock(ctx context.Context, dir string, wait func()) (release func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	l := flock.New(filepath.Join(dir, lockName))
	ok, err := l.TryLock()
	if err == nil && !ok {
		wait()
		ok, err = l.TryLockContext(ctx, 50*time.Millisecond)
	}
	if err != nil || !ok {
		l.Close()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("another process is at work in %s: %w", dir, ctx.Err())
		}
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return func() { l.Close() }, nil
}

// sweep removes what a process that died left in dir, and databases other than
// keep. What cannot be removed, because a process on Windows has it open, goes
// the next time. The caller holds the lock.
func sweep(dir, keep string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		name := e.Name()
		if isBuild(name) && name != keep || strings.HasPrefix(name, tempPrefix) || strings.HasPrefix(name, "."+currentName+".") {
			os.Remove(filepath.Join(dir, name))
		}
	}
}

// isBuild tells the names that install gives; other files are somebody's own.
func isBuild(name string) bool {
	sum, ok := strings.CutPrefix(name, buildPrefix)
	sum, ok2 := strings.CutSuffix(sum, ".db")
	return ok && ok2 && len(sum) == 16 && strings.Trim(sum, "0123456789abcdef") == ""
}

// Install makes a copy of the database at path the one to use in dir; empty is
// [DefaultDir]. Check, which may be nil, is asked about the copy first: [Verify]
// for a database of this package. It returns the path of the copy.
func Install(ctx context.Context, dir, path string, check func(path string) error) (string, error) {
	dir, err := directory(dir)
	if err != nil {
		return "", err
	}
	release, err := lock(ctx, dir, func() {})
	if err != nil {
		return "", fmt.Errorf("install database %s: %w", path, err)
	}
	defer release()
	in, err := openRegular(path)
	if err != nil {
		return "", fmt.Errorf("install database: %w", err)
	}
	defer in.Close()
	installed, err := install(dir, func(tmp string) error {
		if err := copyTo(ctx, tmp, in); err != nil {
			return err
		}
		if check == nil {
			return nil
		}
		return check(tmp)
	}, nil)
	if err != nil {
		return "", fmt.Errorf("install database %s: %w", path, err)
	}
	return installed, nil
}

// install has fill write a database and makes it the one to use in dir. The
// caller holds the lock.
func install(dir string, fill func(tmp string) error, checked map[string]time.Time) (string, error) {
	tmp, err := os.CreateTemp(dir, tempPrefix+"*.tmp")
	if err != nil {
		return "", err
	}
	defer os.Remove(tmp.Name())
	if err := tmp.Close(); err != nil {
		return "", err
	}
	if err := fill(tmp.Name()); err != nil {
		return "", err
	}
	name, err := buildName(tmp.Name())
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	// The same content has the same name. A file that is there and right may be in
	// use, and some systems do not let it be replaced.
	if Verify(path) != nil {
		if err := replace(path, func(to string) error { return os.Rename(tmp.Name(), to) }); err != nil {
			return "", err
		}
	}
	if err := writePointer(dir, pointer{File: name, Checked: checked}); err != nil {
		return "", err
	}
	sweep(dir, name)
	return path, nil
}

// buildName is the name of a database by its content.
func buildName(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum, err := checkFrame(f)
	if errors.Is(err, ErrNotDatabase) { // another's, which a caller answers for
		info, err := f.Stat()
		if err != nil {
			return "", err
		}
		sum, err = sumOf(f, info.Size())
		if err != nil {
			return "", err
		}
	} else if err != nil {
		return "", err
	}
	return buildPrefix + hex.EncodeToString(sum[:8]) + ".db", nil
}

func copyTo(ctx context.Context, path string, in *os.File) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := out.ReadFrom(contextReader{ctx, in}); err != nil {
		return err
	}
	if err := out.Sync(); err != nil {
		return err
	}
	return out.Close()
}
