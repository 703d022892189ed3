package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// The buckets of a database:
//
//	meta      "result"     the Result of the build, JSON
//	          "sources"    the sources, JSON
//	packages  a bucket for each ecosystem as OSV spells it, "Debian:12":
//	          package name -> rows (packed.go)
//	details   advisory id -> details (details.go)
//	records   a bucket for each source that updates keep: record id -> state
//	          (source.go)
//	enrich    CVE id -> what is known of it (enrichment.go)
const (
	bucketMeta     = "meta"
	bucketPackages = "packages"
	bucketDetails  = "details"
	bucketRecords  = "records"
	bucketEnrich   = "enrich"
	keyResult      = "result"
	keySources     = "sources"
)

// pageSize is fixed so that every machine writes the same file.
const pageSize = 4096

// A pair is a key and a value of a bucket.
type pair = iter.Seq2[[]byte, []byte]

// A content is all that a database file is written from. Its sequences yield
// keys in ascending order and may end early, with fail set.
type content struct {
	ecosystems map[vuln.Ecosystem]pair
	details    pair
	records    map[string]pair // by source
	enrich     pair            // nil: none
	// meta is called at the end for what the sequences may have counted.
	meta func() (Result, []source)
	fail func() error
}

// write writes c to a new database file at path.
//
// Each bucket is a transaction of its own: bbolt writes the dirty buckets of
// one in random order, and keeps them in memory. Keys go in sorted, so pages
// are filled to the brim.
func write(ctx context.Context, path string, c *content) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		PageSize: pageSize, NoSync: true, NoGrowSync: true, FreelistType: bbolt.FreelistArrayType,
	})
	if err != nil {
		return err
	}
	defer db.Close()
	put := func(seq pair, names ...string) error {
		err := putAll(ctx, db, seq, names)
		if err == nil && c.fail != nil {
			err = c.fail()
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", names[len(names)-1], err)
		}
		return nil
	}
	if err := put(none, bucketPackages); err != nil {
		return err
	}
	for _, eco := range sortedKeys(c.ecosystems) {
		if err := put(c.ecosystems[eco], bucketPackages, string(eco)); err != nil {
			return err
		}
	}
	if err := put(c.details, bucketDetails); err != nil {
		return err
	}
	for _, name := range sortedKeys(c.records) {
		if err := put(c.records[name], bucketRecords, name); err != nil {
			return err
		}
	}
	if c.enrich != nil {
		if err := put(c.enrich, bucketEnrich); err != nil {
			return err
		}
	}
	res, sources := c.meta()
	meta := make(map[string][]byte)
	for key, v := range map[string]any{keyResult: res, keySources: sources} {
		if meta[key], err = json.Marshal(v); err != nil {
			return err
		}
	}
	if err := put(sorted(meta), bucketMeta); err != nil {
		return err
	}
	var size int64
	if err := db.View(func(tx *bbolt.Tx) error { size = tx.Size(); return nil }); err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	return seal(path, size)
}

// putAll fills the bucket that lies at names, one in the other. One that would
// stay empty is not made, but for those at the top.
func putAll(ctx context.Context, db *bbolt.DB, seq pair, names []string) error {
	return db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists([]byte(names[0]))
		if err != nil {
			return err
		}
		n := 0
		for k, v := range seq {
			if n == 0 {
				for _, name := range names[1:] {
					if b, err = b.CreateBucketIfNotExists([]byte(name)); err != nil {
						return err
					}
				}
				b.FillPercent = 1
			}
			if n++; n%4096 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if err := b.Put(k, v); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
}

func none(func(k, v []byte) bool) {}

// sorted yields m by key.
func sorted(m map[string][]byte) pair {
	return func(yield func(k, v []byte) bool) {
		for _, k := range sortedKeys(m) {
			if !yield([]byte(k), m[k]) {
				return
			}
		}
	}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// decodeMeta reads the value at key of the bucket meta into v.
func decodeMeta(meta *bbolt.Bucket, key string, v any) error {
	if err := json.Unmarshal(meta.Get([]byte(key)), v); err != nil {
		return fmt.Errorf("%w: read the %s: %w", ErrDamaged, key, err)
	}
	return nil
}

// rowsOf sorts the rows of recs, which are sorted by id, into their ecosystems.
func rowsOf(recs []*record) map[vuln.Ecosystem][]packedRow {
	rows := make(map[vuln.Ecosystem][]packedRow)
	for _, rec := range recs {
		for _, r := range rec.rows {
			rows[r.ecosystem] = append(rows[r.ecosystem], r)
		}
	}
	for _, list := range rows {
		slices.SortStableFunc(list, func(a, b packedRow) int { return cmp.Compare(a.name, b.name) })
	}
	return rows
}

// packagesOf yields each package of rows, which are sorted by name, with its
// value. It lets go of what it has yielded: it is for one use.
func packagesOf(rows []packedRow) pair {
	return func(yield func(k, v []byte) bool) {
		for rest := rows; len(rest) > 0; {
			n := 1
			for n < len(rest) && rest[n].name == rest[0].name {
				n++
			}
			if !yield([]byte(rest[0].name), join(rest[:n])) {
				return
			}
			clear(rest[:n])
			rest = rest[n:]
		}
	}
}

// join concatenates the rows of one package. Some records list one affected
// entry several times; equal neighbours count once.
func join(rows []packedRow) []byte {
	var value []byte
	for i, r := range rows {
		if i == 0 || !bytes.Equal(r.data, rows[i-1].data) {
			value = append(value, r.data...)
		}
	}
	return value
}

// detailsOf yields the details of recs. It lets go of what it has yielded: it is
// for one use.
func detailsOf(recs []*record) pair {
	return func(yield func(k, v []byte) bool) {
		for i, r := range recs {
			if r.details != nil && !yield([]byte(r.id), r.details) {
				return
			}
			recs[i] = nil
		}
	}
}
