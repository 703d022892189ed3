package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln"
)

func TestOpenDir(t *testing.T) {
	t.Parallel()
	dir, cache := t.TempDir(), filepath.Join(t.TempDir(), "a/b")
	writeFile(t, filepath.Join(dir, "Debian/A.json"), debian("A", "", "1"))
	writeFile(t, filepath.Join(dir, "Debian/bad.json"), `{`)
	builds := 0
	openIt := func() *DB {
		t.Helper()
		db, err := OpenDir(t.Context(), dir, cache, BuildOptions{Built: built, Progress: func(done, total int) {
			if done == total {
				builds++
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	kept := func() string {
		t.Helper()
		entries, err := os.ReadDir(cache)
		if err != nil || len(entries) != 1 {
			t.Fatalf("the cache holds %v, %v, want one build", entries, err)
		}
		return filepath.Join(cache, entries[0].Name())
	}
	expect := func(step string, db *DB, advisories, wantBuilds int) {
		t.Helper()
		if got := db.Info().Advisories; got != advisories || builds != wantBuilds {
			t.Errorf("%s: %d advisories after %d builds, want %d after %d", step, got, builds, advisories, wantBuilds)
		}
		if got := db.Result().Problems; len(got) != 1 || filepath.Base(got[0].File) != "bad.json" {
			t.Errorf("%s: problems %+v, want bad.json", step, got)
		}
	}

	first := openIt()
	expect("first", first, 1, 1)
	expect("again", openIt(), 1, 1)
	name := kept()

	writeFile(t, filepath.Join(dir, "Debian/B.json"), debian("B", "", "1"))
	expect("changed", openIt(), 2, 2)
	if kept() == name {
		t.Errorf("the build of another state is kept under the same name %s", name)
	}
	if hits, err := lookUp(first, vuln.OS{Family: vuln.Debian, Version: "12"}, "harbour", "0"); err != nil || len(hits) != 1 {
		t.Errorf("the handle of the removed build: %v, %v, want its one hit", hits, err)
	}

	if err := os.WriteFile(kept(), []byte("junk"), 0o644); err != nil {
		t.Fatal(err)
	}
	expect("damaged", openIt(), 2, 3)

	other := t.TempDir()
	writeFile(t, filepath.Join(other, "Z.json"), debian("Z", "", "1"))
	db, err := OpenDir(t.Context(), other, cache, BuildOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if entries, err := os.ReadDir(cache); err != nil || len(entries) != 2 {
		t.Errorf("the cache holds %v, %v, want the builds of both directories", entries, err)
	}
}

func TestOpenDirAtOnce(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			db, err := OpenDir(context.Background(), "testdata/osv", cache, BuildOptions{})
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			if got := db.Info().Advisories; got != 7 {
				t.Errorf("%d advisories, want 7", got)
			}
		})
	}
	wg.Wait()
	if entries, err := os.ReadDir(cache); err != nil || len(entries) != 1 {
		t.Errorf("the cache holds %v, %v, want one build", entries, err)
	}
}

func TestOpenDirErrors(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file, "")
	if _, err := OpenDir(t.Context(), "testdata/osv", filepath.Join(file, "cache"), BuildOptions{}); err == nil || !strings.Contains(err.Error(), "cannot write the cache") {
		t.Errorf("OpenDir with a file for a cache = %v", err)
	}
	if _, err := OpenDir(t.Context(), filepath.Join(file, "none"), t.TempDir(), BuildOptions{}); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("OpenDir of nothing = %v", err)
	}
	if _, err := OpenDir(t.Context(), t.TempDir(), t.TempDir(), BuildOptions{}); err == nil || !strings.Contains(err.Error(), "no OSV records") {
		t.Errorf("OpenDir of an empty directory = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cache := t.TempDir()
	if _, err := OpenDir(ctx, "testdata/osv", cache, BuildOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("OpenDir with a cancelled context = %v", err)
	}
	if entries, err := os.ReadDir(cache); err != nil || len(entries) != 0 {
		t.Errorf("the cache holds %v, %v, want nothing", entries, err)
	}
}

func TestDefaultDir(t *testing.T) {
	t.Setenv("HOME", "/nonexistent")
	t.Setenv("XDG_CACHE_HOME", "/nonexistent/cache")
	dir, err := DefaultDir()
	if err != nil || filepath.Base(dir) != "plimsoll" || !strings.HasPrefix(dir, "/nonexistent") {
		t.Errorf("DefaultDir = %q, %v", dir, err)
	}
}
