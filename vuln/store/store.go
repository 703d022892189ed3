// Package store keeps advisories in one file on disk, built from OSV records
// and read in place.
//
// [Build] compiles records to a file, [Open] reads one, and [OpenDir] does both
// for a directory. [Update] keeps a database in a directory of its own, fed from
// OSV's export, and [Default] opens that and fetches what a scan lacks. A file
// never changes once it is written: a new one takes its place by rename, and
// handles that are open keep the old one.
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/plimsoll-go/plimsoll/internal/boltfile"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// The errors of [Open], [Verify] and of reading.
var (
	// ErrNotDatabase is matched for a file that no build of ours wrote.
	ErrNotDatabase = errors.New("not a Plimsoll database")
	// ErrSchema is matched for a database of another layout than [Schema].
	ErrSchema = errors.New("database of another schema")
	// ErrDamaged is matched for a database that is cut short or altered.
	ErrDamaged = boltfile.ErrDamaged
)

// A DB is an open database. It implements [vuln.Database] and [vuln.Enricher],
// and is safe for concurrent use by any number of goroutines; other processes
// may have the same file open.
//
// One that [Default] opened is a [vuln.Preparer] too: it fetches what is asked
// of it, and goes on with the new file. Every DB has the method; for the others
// it does nothing.
type DB struct {
	update *Options // nil: the file is what it is

	mu     sync.RWMutex // held for reading while the mapping is read
	closed bool
	file   *snapshot // nil: closed, or there is no database yet
	path   string
	info   vuln.DatabaseInfo
	res    Result
}

var (
	_ vuln.Database = (*DB)(nil)
	_ vuln.Enricher = (*DB)(nil)
	_ vuln.Preparer = (*DB)(nil)
)

// Open opens the database file at path for reading. The error of a file that
// is empty or was not built by this package matches [ErrNotDatabase], of
// another layout [ErrSchema], and of a file cut short [ErrDamaged]; that of a
// missing file matches [fs.ErrNotExist]. The content is not read as a whole:
// [Verify] does that.
func Open(path string) (*DB, error) {
	file, err := openSnapshot(path)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	db := &DB{}
	db.use(path, file)
	return db, nil
}

// use makes file what db reads. The caller holds the lock or is alone.
func (db *DB) use(path string, file *snapshot) {
	db.path, db.file, db.info, db.res = path, file, file.info(), file.res
}

// Close releases the file. It waits for lookups under way; later ones fail
// with an error that matches [fs.ErrClosed].
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		return nil
	}
	db.closed = true
	if db.file == nil {
		return nil
	}
	err := db.file.close()
	db.file = nil
	if err != nil {
		return fmt.Errorf("close database %s: %w", db.path, err)
	}
	return nil
}

// Info says what the database holds. The caller owns the slices.
func (db *DB) Info() vuln.DatabaseInfo {
	db.mu.RLock()
	defer db.mu.RUnlock()
	info := db.info
	info.Ecosystems = slices.Clone(info.Ecosystems)
	info.Sources = slices.Clone(info.Sources)
	return info
}

// Result is that of the build which wrote the file, with the records it could
// not read; of an updated database, all its sources together. Its map and slice
// are the database's: they must not be changed.
func (db *DB) Result() Result {
	db.mu.RLock()
	defer db.mu.RUnlock()
	return db.res
}

// Affected implements [vuln.Database]. An advisory with several entries for
// one package may yield a hit for each. The error of a version that has no
// order matches version.ErrInvalid.
//
// An ecosystem that [vuln.LookupOf] names must be in the database: another
// release is no guess at it, and the error matches [vuln.ErrNoAdvisories].
func (db *DB) Affected(ctx context.Context, os vuln.OS, p *vuln.Package, yield func(vuln.Hit) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Nothing of the mapping may be in use while the caller's code runs: it
	// may panic, which is not our damage, or close the database.
	var hits []vuln.Hit
	err := db.read(func(file *snapshot) error {
		var err error
		hits, err = file.affected(os, p)
		return err
	})
	if err != nil {
		return err
	}
	for _, h := range hits {
		if !yield(h) {
			break
		}
	}
	return nil
}

// Details implements [vuln.Database].
func (db *DB) Details(ctx context.Context, id string) (vuln.Advisory, error) {
	if err := ctx.Err(); err != nil {
		return vuln.Advisory{}, err
	}
	var a vuln.Advisory
	err := db.read(func(file *snapshot) error {
		packed := file.details.Get([]byte(id))
		if packed == nil {
			return vuln.ErrNotFound
		}
		var err error
		a, err = unpackDetails(id, packed)
		return err
	})
	if err != nil {
		return vuln.Advisory{}, fmt.Errorf("read advisory %s: %w", id, err)
	}
	return a, nil
}

// Enrich implements [vuln.Enricher].
func (db *DB) Enrich(ctx context.Context, cve string) (vuln.Enrichment, error) {
	if err := ctx.Err(); err != nil {
		return vuln.Enrichment{}, err
	}
	var e vuln.Enrichment
	err := db.read(func(file *snapshot) error {
		var err error
		e, err = file.enrichment(cve)
		return err
	})
	if err != nil {
		return vuln.Enrichment{}, fmt.Errorf("read what is known of %s: %w", cve, err)
	}
	return e, nil
}

// read runs f while the mapping is there and can be trusted to stay.
func (db *DB) read(f func(*snapshot) error) error {
	db.mu.RLock()
	defer db.mu.RUnlock()
	if db.closed {
		return fmt.Errorf("read database %s: %w", db.path, fs.ErrClosed)
	}
	if db.file == nil {
		return fmt.Errorf("%w in the database: it is empty", vuln.ErrNoAdvisories)
	}
	return boltfile.Guard(func() error { return f(db.file) })
}
