package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// The buckets of a database:
//
//	meta      "result"     the Result of the build, JSON
//	packages  a bucket for each ecosystem as OSV spells it, "Debian:12":
//	          package name -> rows (packed.go)
//	details   advisory id -> details (details.go)
const (
	bucketMeta     = "meta"
	bucketPackages = "packages"
	bucketDetails  = "details"
	keyResult      = "result"
)

// pageSize is fixed so that every machine writes the same file.
const pageSize = 4096

// write writes recs, which are sorted by id, to a database file at path.
//
// Each bucket is a transaction of its own: bbolt writes the dirty buckets of
// one in random order, and keeps them in memory. Keys go in sorted, so pages
// are filled to the brim.
func write(ctx context.Context, path string, recs []*record, res *Result) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		PageSize: pageSize, NoSync: true, NoGrowSync: true, FreelistType: bbolt.FreelistArrayType,
	})
	if err != nil {
		return err
	}
	defer db.Close()
	for _, eco := range group(recs) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := writePackages(db, eco); err != nil {
			return fmt.Errorf("write %s: %w", eco.name, err)
		}
	}
	if err := writeDetails(ctx, db, recs); err != nil {
		return fmt.Errorf("write details: %w", err)
	}
	text, err := json.Marshal(res)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		if _, err := tx.CreateBucketIfNotExists([]byte(bucketPackages)); err != nil {
			return err
		}
		b, err := tx.CreateBucket([]byte(bucketMeta))
		if err != nil {
			return err
		}
		return b.Put([]byte(keyResult), text)
	})
	if err != nil {
		return fmt.Errorf("write result: %w", err)
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

func decodeResult(text []byte) (Result, error) {
	var res Result
	if err := json.Unmarshal(text, &res); err != nil {
		return Result{}, fmt.Errorf("%w: read the build's result: %w", ErrDamaged, err)
	}
	return res, nil
}

// An ecosystem is the rows of one ecosystem, by package name, then as the
// records are sorted.
type ecosystem struct {
	name vuln.Ecosystem
	rows []packedRow
}

// group sorts the rows of recs into their ecosystems, sorted by name.
func group(recs []*record) []ecosystem {
	index := make(map[vuln.Ecosystem]int)
	var list []ecosystem
	for _, rec := range recs {
		for _, r := range rec.rows {
			i, ok := index[r.ecosystem]
			if !ok {
				i = len(list)
				index[r.ecosystem] = i
				list = append(list, ecosystem{name: r.ecosystem})
			}
			list[i].rows = append(list[i].rows, r)
		}
	}
	for _, e := range list {
		slices.SortStableFunc(e.rows, func(a, b packedRow) int { return cmp.Compare(a.name, b.name) })
	}
	slices.SortFunc(list, func(a, b ecosystem) int { return cmp.Compare(a.name, b.name) })
	return list
}

func writePackages(db *bbolt.DB, eco ecosystem) error {
	return db.Update(func(tx *bbolt.Tx) error {
		packages, err := tx.CreateBucketIfNotExists([]byte(bucketPackages))
		if err != nil {
			return err
		}
		b, err := packages.CreateBucket([]byte(eco.name))
		if err != nil {
			return err
		}
		b.FillPercent = 1
		for rows := eco.rows; len(rows) > 0; {
			n := 1
			for n < len(rows) && rows[n].name == rows[0].name {
				n++
			}
			if err := b.Put([]byte(rows[0].name), join(rows[:n])); err != nil {
				return err
			}
			rows = rows[n:]
		}
		return nil
	})
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

func writeDetails(ctx context.Context, db *bbolt.DB, recs []*record) error {
	return db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(bucketDetails))
		if err != nil {
			return err
		}
		b.FillPercent = 1
		for _, r := range recs {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := b.Put([]byte(r.id), r.details); err != nil {
				return err
			}
		}
		return nil
	})
}
