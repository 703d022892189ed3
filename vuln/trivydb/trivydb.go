// Package trivydb reads the database that Trivy keeps, trivy.db of schema 2, in
// place, as a vuln.Database.
//
// It is a bbolt file of buckets: one for each release of an operating system
// ("debian 12") and each source of a language ("pip::GitHub Security Advisory
// pip"), in it one for each package, in it a JSON advisory for each vulnerability
// id; and one with what is known of each id.
// https://github.com/aquasecurity/trivy-db
package trivydb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"github.com/plimsoll-go/plimsoll/internal/boltfile"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Schema is the number of the layout that this package reads.
const Schema = 2

// The errors of [Open] and of reading.
var (
	// ErrNotDatabase is matched for a file that is no trivy.db.
	ErrNotDatabase = errors.New("not a Trivy database")
	// ErrSchema is matched for a database of another layout than [Schema].
	ErrSchema = errors.New("database of another schema")
	// ErrDamaged is matched for a database that is cut short or altered.
	ErrDamaged = boltfile.ErrDamaged
)

// The buckets that hold no advisories.
const (
	bucketVulnerability = "vulnerability"
	bucketDataSource    = "data-source"
	bucketRedHatCPE     = "Red Hat CPE"
)

// A DB is an open database. It implements [vuln.Database] and is safe for
// concurrent use; other processes may have the same file open.
type DB struct {
	path string
	info vuln.DatabaseInfo

	mu      sync.RWMutex // held for reading while the mapping is read
	closed  bool
	bolt    *bbolt.DB
	tx      *bbolt.Tx // one read transaction for the life of the handle
	details *bbolt.Bucket
	names   []string              // of buckets with advisories, sorted
	sources map[string]dataSource // by bucket
	cache   *packageCache

	pypiMu sync.Mutex
	pypi   map[string]map[string][]string // by bucket and folded name: as stored
}

var _ vuln.Database = (*DB)(nil)

// A dataSource says whose advisories a bucket holds.
type dataSource struct {
	ID     string
	Name   string
	URL    string
	BaseID string
}

// DefaultPath is where Trivy keeps its database, trivy/db/trivy.db in the user's
// cache. It reads the environment, as [os.UserCacheDir] does.
func DefaultPath() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user cache: %w", err)
	}
	return filepath.Join(dir, "trivy", "db", "trivy.db"), nil
}

// Recognize reports whether the file at path is one that [Open] can be asked to
// open, by its content: a bbolt file that no other program has marked as its own.
func Recognize(path string) (bool, error) {
	f, err := openRegular(path)
	if err != nil {
		return false, fmt.Errorf("recognize database %s: %w", path, err)
	}
	defer f.Close()
	return recognize(f), nil
}

// Of bbolt's first page, what lies at 512 is unused. A database of package store
// has a mark there.
func recognize(f *os.File) bool {
	var mark [8]byte
	if _, err := f.ReadAt(mark[:], 512); err != nil && err != io.EOF {
		return false
	}
	return boltfile.Recognize(f) && string(mark[:]) != "PLIMSOLL"
}

func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe could wait for ever
		return nil, fmt.Errorf("%w: not a file", ErrNotDatabase)
	}
	return os.Open(path)
}

// Open opens the file at path for reading. The file metadata.json beside it,
// which may be missing, says when it was made. The error of a file that is none
// matches [ErrNotDatabase], of another layout [ErrSchema], of one cut short
// [ErrDamaged].
func Open(path string) (*DB, error) {
	db, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return db, nil
}

func open(path string) (*DB, error) {
	built, err := readMetadata(filepath.Join(filepath.Dir(path), "metadata.json"))
	if err != nil {
		return nil, err
	}
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	if !recognize(f) {
		f.Close()
		return nil, ErrNotDatabase
	}
	err = boltfile.CheckSize(f)
	if err == nil {
		err = boltfile.CheckTree(f)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	// The very file that was checked is mapped: path may name another by now.
	bolt, err := boltfile.Open(path, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	db := &DB{path: path, bolt: bolt, sources: make(map[string]dataSource), cache: newPackageCache()}
	if err := boltfile.Guard(db.load); err != nil {
		db.Close()
		return nil, err
	}
	db.info.Schema, db.info.Built = Schema, built
	return db, nil
}

// readMetadata returns the time at which a database was made, by the file that
// Trivy keeps beside it; the zero time where there is none.
func readMetadata(path string) (time.Time, error) {
	f, err := openRegular(path)
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return time.Time{}, err
	}
	var m struct {
		Version   int
		UpdatedAt time.Time
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return time.Time{}, fmt.Errorf("read %s: %w", path, err)
	}
	if m.Version != Schema {
		return time.Time{}, fmt.Errorf("%w: %s says %d, want %d", ErrSchema, path, m.Version, Schema)
	}
	return m.UpdatedAt.UTC().Truncate(time.Second), nil
}

func (db *DB) load() error {
	tx, err := db.bolt.Begin(false)
	if err != nil {
		return err
	}
	db.tx = tx
	if db.details = tx.Bucket([]byte(bucketVulnerability)); db.details == nil {
		return fmt.Errorf("%w: it has no bucket %q", ErrNotDatabase, bucketVulnerability)
	}
	err = tx.ForEach(func(name []byte, _ *bbolt.Bucket) error {
		switch s := string(name); s {
		case bucketVulnerability, bucketDataSource, bucketRedHatCPE:
		default:
			db.names = append(db.names, s)
			db.info.Ecosystems = append(db.info.Ecosystems, vuln.Ecosystem(s))
		}
		return nil
	})
	if err != nil {
		return err
	}
	b := tx.Bucket([]byte(bucketDataSource))
	if b == nil {
		return nil
	}
	known := make(map[string]bool)
	return b.ForEach(func(name, data []byte) error {
		var s dataSource
		if err := json.Unmarshal(data, &s); err != nil {
			return fmt.Errorf("%w: data source of %s: %w", ErrDamaged, name, err)
		}
		db.sources[string(name)] = s
		if !known[s.ID] {
			known[s.ID] = true
			db.info.Sources = append(db.info.Sources, vuln.DatabaseSource{Name: s.ID, URL: s.URL})
			slices.SortFunc(db.info.Sources, func(a, b vuln.DatabaseSource) int { return cmp.Compare(a.Name, b.Name) })
		}
		return nil
	})
}

// Close releases the file. It waits for lookups under way; later ones fail with
// an error that matches [fs.ErrClosed].
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

// Info says what the database holds. Ecosystems are the names of its buckets;
// the advisories are not counted, which would take reading them all. The caller
// owns the slices.
func (db *DB) Info() vuln.DatabaseInfo {
	info := db.info
	info.Ecosystems, info.Sources = slices.Clone(info.Ecosystems), slices.Clone(info.Sources)
	return info
}

// read runs f while the mapping is there and can be trusted to stay.
func (db *DB) read(f func() error) error {
	db.mu.RLock()
	defer db.mu.RUnlock()
	if db.closed {
		return fmt.Errorf("read database %s: %w", db.path, fs.ErrClosed)
	}
	return boltfile.Guard(f)
}

// Affected implements [vuln.Database], by Trivy's rules for each family. It
// departs from them where they lose or invent something:
//
//   - Amazon Linux compares as rpm, and AlmaLinux counts for every architecture.
//   - What Ubuntu said before a release went over to Ubuntu Pro counts still,
//     where Pro says nothing of the vulnerability.
//   - A package built in a module that it does not name is vuln.ErrUnknownModule;
//     at Oracle, packages of modules and others are not compared.
//   - A Red Hat release or repository that is not known makes no error of the
//     whole.
//   - A part of a pod is looked up as the pod.
//   - What cannot be compared is a hit that says so.
//
// The error for a release that the database does not have matches
// [vuln.ErrNoAdvisories].
//
// Of a hit, Advisory is the vulnerability's id, and VendorIDs are the ids of the
// announcements.
func (db *DB) Affected(ctx context.Context, os vuln.OS, p *vuln.Package, yield func(vuln.Hit) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var hits []vuln.Hit
	err := db.read(func() error {
		var err error
		hits, err = db.hits(os, p)
		return err
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(hits, func(a, b vuln.Hit) int { return strings.Compare(a.Advisory, b.Advisory) })
	for _, h := range hits {
		if !yield(h) {
			break
		}
	}
	return nil
}
