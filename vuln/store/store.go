// Package store keeps advisories in one file on disk, built from OSV records
// and read in place.
//
// [Build] compiles records to a file, [Open] reads one, and [OpenDir] does both
// for a directory. A built file never changes: a new build takes its place by
// rename, and handles that are open keep the old one.
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// The errors of [Open], [Verify] and of reading.
var (
	// ErrNotDatabase is matched for a file that no build of ours wrote.
	ErrNotDatabase = errors.New("not a Plimsoll database")
	// ErrSchema is matched for a database of another layout than [Schema].
	ErrSchema = errors.New("database of another schema")
	// ErrDamaged is matched for a database that is cut short or altered.
	ErrDamaged = errors.New("database damaged")
)

// A DB is an open database. It implements [vuln.Database] and is safe for
// concurrent use by any number of goroutines; other processes may have the
// same file open.
type DB struct {
	path string
	info vuln.DatabaseInfo
	res  Result

	mu         sync.RWMutex // held for reading while the mapping is read
	closed     bool
	bolt       *bbolt.DB
	tx         *bbolt.Tx // one read transaction for the life of the handle
	ecosystems map[vuln.Ecosystem]*bbolt.Bucket
	details    *bbolt.Bucket
}

var _ vuln.Database = (*DB)(nil)

// Open opens the database file at path for reading. The error of a file that
// is empty or was not built by this package matches [ErrNotDatabase], of
// another layout [ErrSchema], and of a file cut short [ErrDamaged]; that of a
// missing file matches [fs.ErrNotExist]. The content is not read as a whole:
// [Verify] does that.
func Open(path string) (*DB, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	if _, err := checkFrame(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	// The very file that was checked is mapped: path may name another by now.
	bolt, err := openBolt(path, f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	db := &DB{path: path, bolt: bolt, ecosystems: make(map[vuln.Ecosystem]*bbolt.Bucket)}
	if err := guard(db.load); err != nil {
		db.Close()
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return db, nil
}

func openBolt(path string, f *os.File) (bolt *bbolt.DB, err error) {
	open := func(string, int, os.FileMode) (*os.File, error) { return f, nil }
	err = guard(func() error {
		bolt, err = bbolt.Open(path, 0, &bbolt.Options{ReadOnly: true, Timeout: time.Second, OpenFile: open, NoStatistics: true})
		return err
	})
	switch {
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrChecksum):
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return bolt, err
}

// load begins the transaction and finds the buckets. Bucket handles of a read
// transaction hold no cache, so all goroutines share them.
func (db *DB) load() error {
	tx, err := db.bolt.Begin(false)
	if err != nil {
		return err
	}
	db.tx = tx
	packages := tx.Bucket([]byte(bucketPackages))
	db.details = tx.Bucket([]byte(bucketDetails))
	meta := tx.Bucket([]byte(bucketMeta))
	if packages == nil || db.details == nil || meta == nil {
		return fmt.Errorf("%w: a bucket is missing", ErrDamaged)
	}
	if db.res, err = decodeResult(meta.Get([]byte(keyResult))); err != nil {
		return err
	}
	db.info = vuln.DatabaseInfo{Schema: Schema, Built: db.res.Built, Advisories: db.res.Advisories, Unread: len(db.res.Problems)}
	return packages.ForEachBucket(func(name []byte) error {
		eco := vuln.Ecosystem(name)
		db.ecosystems[eco] = packages.Bucket(name)
		db.info.Ecosystems = append(db.info.Ecosystems, eco)
		return nil
	})
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
	if db.tx != nil {
		db.tx.Rollback()
	}
	if err := db.bolt.Close(); err != nil {
		return fmt.Errorf("close database %s: %w", db.path, err)
	}
	return nil
}

// Info says what the database holds. The caller owns the slice.
func (db *DB) Info() vuln.DatabaseInfo {
	info := db.info
	info.Ecosystems = slices.Clone(info.Ecosystems)
	return info
}

// Result is that of the build which wrote the file, with the records it could
// not read. Its map and slice are the database's: they must not be changed.
func (db *DB) Result() Result { return db.res }

// Affected implements [vuln.Database]. An advisory with several entries for
// one package may yield a hit for each. The error of a version that has no
// order matches version.ErrInvalid.
//
// The release of os itself must be in the database: another one is no guess
// at it, and the error matches [vuln.ErrNoAdvisories]. Rows of a release that
// was not yet marked LTS ("Ubuntu:26.04") count for it, and so do those filed
// under Debian or Ubuntu alone, which are about every release. Those under
// Alpine alone do not: the schema demands a release there, and the records
// that lack it are another distribution's.
// https://ossf.github.io/osv-schema/#defined-ecosystems
func (db *DB) Affected(ctx context.Context, os vuln.OS, p *vuln.Package, yield func(vuln.Hit) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	lookup, err := vuln.LookupOf(os, p)
	if err != nil {
		return err
	}
	var buf [128]byte
	s := subject{version: lookup.Version}
	if s.key, err = lookup.Scheme.AppendKey(buf[:0], lookup.Version); err != nil {
		return err
	}
	// Nothing of the mapping may be in use while the caller's code runs: it
	// may panic, which is not our damage, or close the database.
	var hits []vuln.Hit
	err = db.read(func() error {
		hits, err = db.hits(lookup, &s)
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

// hits looks lookup up in each ecosystem that counts for its own.
func (db *DB) hits(lookup vuln.Lookup, s *subject) ([]vuln.Hit, error) {
	var early, every *bbolt.Bucket
	exact := db.ecosystems[lookup.Ecosystem]
	if unmarked, ok := strings.CutSuffix(string(lookup.Ecosystem), ":LTS"); ok {
		early = db.ecosystems[vuln.Ecosystem(unmarked)]
	}
	if exact == nil && early == nil {
		return nil, fmt.Errorf("%w for %s in the database", vuln.ErrNoAdvisories, lookup.Ecosystem)
	}
	if base := lookup.Ecosystem.Base(); base == "Debian" || base == "Ubuntu" {
		every = db.ecosystems[vuln.Ecosystem(base)]
	}
	var hits []vuln.Hit
	var err error
	for _, b := range [...]*bbolt.Bucket{exact, early, every} {
		if b == nil {
			continue
		}
		if hits, err = judge(b.Get([]byte(lookup.Name)), s, hits); err != nil {
			return nil, fmt.Errorf("%s of %s: %w", lookup.Name, lookup.Ecosystem, err)
		}
	}
	if early != nil || every != nil {
		slices.SortStableFunc(hits, func(a, b vuln.Hit) int { return strings.Compare(a.Advisory, b.Advisory) })
	}
	return hits, nil
}

// Details implements [vuln.Database].
func (db *DB) Details(ctx context.Context, id string) (vuln.Advisory, error) {
	if err := ctx.Err(); err != nil {
		return vuln.Advisory{}, err
	}
	var a vuln.Advisory
	err := db.read(func() error {
		packed := db.details.Get([]byte(id))
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

// read runs f while the mapping is there and can be trusted to stay.
func (db *DB) read(f func() error) error {
	db.mu.RLock()
	defer db.mu.RUnlock()
	if db.closed {
		return fmt.Errorf("read database %s: %w", db.path, fs.ErrClosed)
	}
	if err := guard(f); err != nil {
		return err
	}
	return nil
}

// guard runs f and turns what bbolt does on a bad page into an error: it
// panics, or follows an offset out of the mapping. A file that is cut while it
// is mapped faults as well. Not all damage shows in this way; [Verify] finds
// any.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	return f()
}
