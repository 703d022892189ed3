package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/plimsoll-go/plimsoll/vuln"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(fixture(t))
	if err != nil {
		t.Fatal(err)
	}
	edit := func(f func(b []byte)) []byte {
		b := bytes.Clone(whole)
		f(b)
		return b
	}
	for _, row := range []struct {
		name string
		data []byte
		want error
		text string
	}{
		{"empty", []byte{}, ErrNotDatabase, "the file is empty"},
		{"short text", []byte("hello"), ErrNotDatabase, ""},
		{"long text", []byte(strings.Repeat("hello ", 1000)), ErrNotDatabase, ""},
		{"plain bbolt", plainBolt(t), ErrNotDatabase, ""},
		{"no mark", edit(func(b []byte) { b[markOffset] = 'p' }), ErrNotDatabase, ""},
		{"cut in the mark", whole[:markOffset+4], ErrNotDatabase, ""},
		{"cut after the mark", whole[:markOffset+markSize], ErrDamaged, "cut short"},
		{"cut in the first page", whole[:pageSize-1], ErrDamaged, "cut short"},
		{"cut at a page", whole[:4*pageSize], ErrDamaged, "cut short"},
		{"cut by half", whole[:len(whole)/2], ErrDamaged, "cut short"},
		{"no footer", whole[:len(whole)-footerSize], ErrDamaged, "cut short"},
		{"cut by a byte", whole[:len(whole)-1], ErrDamaged, "cut short"},
		{"a byte too many", append(whole[:len(whole):len(whole)], 0), ErrDamaged, "cut short"},
		{"a page lost", append(whole[:pageSize:pageSize], whole[2*pageSize:]...), ErrDamaged, "cut short"},
		{"footer altered", edit(func(b []byte) { b[len(b)-20] ^= 1 }), ErrDamaged, "cut short"},
		{"newer schema", edit(func(b []byte) { binary.BigEndian.PutUint32(b[markOffset+8:], 7) }), ErrSchema,
			"schema 7, want 4: rebuild it with plimsoll db build"},
		{"newer schema, cut", edit(func(b []byte) { b[markOffset+11] = 9 })[:pageSize], ErrSchema, "schema 9"},
		{"meta pages gone", edit(func(b []byte) { clear(b[:markOffset]); clear(b[pageSize : 2*pageSize]) }), ErrDamaged, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "x.db")
			if err := os.WriteFile(path, row.data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(path)
			if !errors.Is(err, row.want) || !strings.Contains(fmt.Sprint(err), row.text) || !strings.Contains(fmt.Sprint(err), path) {
				t.Errorf("Open = %v, want %v with %q", err, row.want, row.text)
			}
			for _, other := range []error{ErrNotDatabase, ErrSchema, ErrDamaged} {
				if other != row.want && errors.Is(err, other) {
					t.Errorf("Open = %v matches %v as well", err, other)
				}
			}
			if err := Verify(path); !errors.Is(err, row.want) {
				t.Errorf("Verify = %v, want %v", err, row.want)
			}
		})
	}
	dir := t.TempDir()
	if _, err := Open(dir); !errors.Is(err, ErrNotDatabase) {
		t.Errorf("Open of a directory = %v, want ErrNotDatabase", err)
	}
	if _, err := Open(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of nothing = %v, want fs.ErrNotExist", err)
	}
	if err := Verify(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Verify of nothing = %v, want fs.ErrNotExist", err)
	}
}

// plainBolt is a bbolt file of somebody else's.
func plainBolt(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plain.db")
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestVerify(t *testing.T) {
	t.Parallel()
	path := fixture(t)
	if err := Verify(path); err != nil {
		t.Fatalf("Verify of a whole file: %v", err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// Every byte before the footer counts; these are far apart.
	for at := 600; at < len(data)-footerSize; at += 997 {
		data[at] ^= 0x10
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Verify(path); !errors.Is(err, ErrDamaged) {
			t.Errorf("Verify with byte %d altered = %v, want ErrDamaged", at, err)
		}
		data[at] ^= 0x10
	}
}

// What a damaged page makes bbolt do is an error of ours, or goes unnoticed;
// it does not end the process. Pages with the headers of buckets are left
// alone: bbolt copies those to the heap, where the race detector stops a
// program that reads beyond them.
func TestDamagedPages(t *testing.T) {
	t.Parallel()
	path := large(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var pages []int
	for at := 2 * pageSize; at+pageSize <= len(whole); at += pageSize {
		page := whole[at : at+pageSize]
		if !bytes.Contains(page, []byte(bucketMeta)) && !bytes.Contains(page, []byte("Debian:12")) {
			pages = append(pages, at)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	noticed := 0
	for range 200 {
		data := bytes.Clone(whole)
		for range 1 + random.IntN(32) {
			// In every other case the header of the page or of an element.
			at := pages[random.IntN(len(pages))] + random.IntN([]int{64, pageSize}[random.IntN(2)])
			data[at] = byte(random.IntN(256))
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := exercise(path); err != nil {
			noticed++
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, vuln.ErrNotFound) {
				t.Errorf("a damaged file: %v, want ErrDamaged", err)
			}
		}
	}
	if noticed == 0 {
		t.Error("no damage was ever noticed: the test tests nothing")
	}
}

// exercise opens and reads the database at path and returns the first error.
func exercise(path string) error {
	db, err := Open(path)
	if err != nil {
		return err
	}
	defer db.Close()
	for i := range largeRecords {
		hits, err := lookUp(db, vuln.OS{Family: vuln.Debian, Version: "12"}, largeName(i), "1.0.0-1")
		if err != nil {
			return err
		}
		for _, h := range hits {
			if _, err := db.Details(context.Background(), h.Advisory); err != nil {
				return err
			}
		}
	}
	return nil
}

// A pipe that nobody writes to is refused, not waited for.
func TestOpenPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	if out, err := exec.Command("mkfifo", path).CombinedOutput(); err != nil {
		t.Skipf("mkfifo: %v: %s", err, out)
	}
	if _, err := Open(path); !errors.Is(err, ErrNotDatabase) {
		t.Errorf("Open of a pipe = %v, want ErrNotDatabase", err)
	}
	if err := Verify(path); !errors.Is(err, ErrNotDatabase) {
		t.Errorf("Verify of a pipe = %v, want ErrNotDatabase", err)
	}
}
