package boltfile_test

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/plimsoll-go/plimsoll/internal/boltfile"
)

// create writes a file of some pages.
func create(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, PageSize: 4096})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("b"))
		if err != nil {
			return err
		}
		return b.Put([]byte("k"), make([]byte, 50_000))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// open writes data to a file and opens that.
func open(t *testing.T, data []byte) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "y.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestCheckSize(t *testing.T) {
	t.Parallel()
	whole := create(t)
	if f := open(t, whole); !boltfile.Recognize(f) || boltfile.CheckSize(f) != nil {
		t.Errorf("a whole file: Recognize = %t, CheckSize = %v", boltfile.Recognize(f), boltfile.CheckSize(f))
	}
	edit := func(at int) []byte {
		data := append([]byte{}, whole...)
		data[at] ^= 1
		return data
	}
	both := edit(16 + 20)
	both[4096+16+20] ^= 1
	for name, data := range map[string][]byte{
		"empty": nil, "a page": whole[:4096], "half": whole[:len(whole)/2], "both first pages altered": both, "magic altered": edit(16),
	} {
		f := open(t, data)
		if err := boltfile.CheckSize(f); !errors.Is(err, boltfile.ErrDamaged) {
			t.Errorf("%s: CheckSize = %v, want ErrDamaged", name, err)
		}
	}
	if f := open(t, edit(16+20)); boltfile.CheckSize(f) != nil {
		t.Errorf("one first page altered: CheckSize = %v, want nil by the other", boltfile.CheckSize(f))
	}
	// A second page that is whole and newer, but of another size, does not count.
	other := append([]byte{}, whole...)
	binary.NativeEndian.PutUint32(other[4096+16+8:], 0)
	binary.NativeEndian.PutUint64(other[4096+16+48:], 1<<40)
	h := fnv.New64a()
	h.Write(other[4096+16 : 4096+16+56])
	binary.NativeEndian.PutUint64(other[4096+16+56:], h.Sum64())
	if err := boltfile.CheckSize(open(t, other)); err != nil {
		t.Errorf("a second page without a size: CheckSize = %v, want nil by the first", err)
	}
	if boltfile.Recognize(open(t, []byte("text"))) {
		t.Error("Recognize of text = true")
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	if err := boltfile.Guard(func() error { panic("bad page") }); !errors.Is(err, boltfile.ErrDamaged) {
		t.Errorf("Guard of a panic = %v, want ErrDamaged", err)
	}
	// A mapping that is cut while it is read faults.
	data := create(t)
	f := open(t, data)
	db, err := boltfile.Open(f.Name(), f)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.Begin(false)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(f.Name(), 0); err != nil {
		t.Fatal(err)
	}
	err = boltfile.Guard(func() error { return tx.ForEach(func([]byte, *bbolt.Bucket) error { return nil }) })
	if !errors.Is(err, boltfile.ErrDamaged) {
		t.Errorf("Guard of a read beyond the file = %v, want ErrDamaged", err)
	}
}
