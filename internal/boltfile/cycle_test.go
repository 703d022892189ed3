package boltfile_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/plimsoll-go/plimsoll/internal/boltfile"
)

// deep writes a file with pages that refer to pages.
func deep(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, PageSize: 4096})
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 { // freed pages lie about, with their old content
		err = errors.Join(err, db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("b"))
			for i := range 8_000 {
				err = errors.Join(err, b.Put(fmt.Appendf(nil, "key %06d", i*7919%8_000), fmt.Appendf(nil, "%0100d", round)))
			}
			return err
		}))
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestCheckTree(t *testing.T) {
	t.Parallel()
	whole := deep(t)
	if err := boltfile.CheckTree(open(t, whole)); err != nil {
		t.Errorf("CheckTree of a whole file = %v", err)
	}
	branches := 0
	for at := 2 * 4096; at < len(whole); at += 4096 {
		id := binary.NativeEndian.Uint64(whole[at:])
		if id != uint64(at/4096) || binary.NativeEndian.Uint16(whole[at+8:]) != 1 {
			continue
		}
		branches++
		data := append([]byte{}, whole...)
		binary.NativeEndian.PutUint64(data[at+16+8:], id) // the first reference is to itself
		if err := boltfile.CheckTree(open(t, data)); !errors.Is(err, boltfile.ErrDamaged) {
			t.Errorf("page %d refers to itself: CheckTree = %v, want ErrDamaged", id, err)
		}
	}
	if branches < 2 {
		t.Errorf("%d pages refer to others, want some", branches)
	}
}

func BenchmarkCheckTree(b *testing.B) {
	path := filepath.Join(b.TempDir(), "x.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, PageSize: 4096})
	if err != nil {
		b.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		bucket, err := tx.CreateBucket([]byte("b"))
		for i := range 200_000 {
			err = errors.Join(err, bucket.Put(fmt.Appendf(nil, "key %06d", i), make([]byte, 200)))
		}
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		if err := boltfile.CheckTree(f); err != nil {
			b.Fatal(err)
		}
	}
}
