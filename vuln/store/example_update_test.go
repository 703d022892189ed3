package store_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/store"
)

// exportDir makes a directory laid out as OSV's export, with one record.
func exportDir(dir string) error {
	record := `{"id": "T-1", "modified": "2024-01-02T03:04:05Z", "affected": [{"package": {"ecosystem": "npm", "name": "boats"},
		"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}]}]}`
	if err := os.MkdirAll(filepath.Join(dir, "npm"), 0o755); err != nil {
		return err
	}
	return writeZip(filepath.Join(dir, "npm", "all.zip"), "T-1.json", record)
}

func writeZip(path, name, content string) error {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(content)); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

func ExampleUpdate() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := exportDir(filepath.Join(dir, "osv")); err != nil {
		fmt.Println(err)
		return
	}
	opts := store.Options{Dir: filepath.Join(dir, "cache"), Source: filepath.Join(dir, "osv")}
	for range 2 {
		up, err := store.Update(context.Background(), opts, "npm")
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(up.Changed, up.Sources[0].Records, "records")
	}
	// Output:
	// true 1 records
	// false 1 records
}

func ExampleDefault() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := exportDir(filepath.Join(dir, "osv")); err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	db, err := store.Default(ctx, store.Options{Dir: filepath.Join(dir, "cache"), Source: filepath.Join(dir, "osv")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	// A scan does this for the ecosystems that an image has.
	if err := db.Prepare(ctx, []vuln.Ecosystem{"npm"}); err != nil {
		fmt.Println(err)
		return
	}
	boats := &vuln.Package{Type: vuln.TypeNPM, Name: "boats", Version: "1.0.0"}
	err = db.Affected(ctx, vuln.OS{}, boats, func(h vuln.Hit) bool {
		fmt.Println(h.Advisory, "fixed in", h.Fixed)
		return true
	})
	if err != nil {
		fmt.Println(err)
	}
	e, err := db.Enrich(ctx, "CVE-2024-0001")
	fmt.Println(e.Exploited != nil, err)
	// Output:
	// T-1 fixed in 2.0.0
	// false <nil>
}

func ExampleInstall() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := exportDir(filepath.Join(dir, "osv")); err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	file, cache := filepath.Join(dir, "x.db"), filepath.Join(dir, "cache")
	if _, err := store.Build(ctx, file, []string{filepath.Join(dir, "osv")}, store.BuildOptions{}); err != nil {
		fmt.Println(err)
		return
	}
	_, err = store.Current(cache)
	fmt.Println("before:", errors.Is(err, store.ErrNoDatabase))
	installed, err := store.Install(ctx, cache, file, store.Verify)
	if err != nil {
		fmt.Println(err)
		return
	}
	current, err := store.Current(cache)
	fmt.Println("after:", current == installed, err)
	// Output:
	// before: true
	// after: true <nil>
}

func ExampleDB_Rows() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := exportDir(dir); err != nil {
		fmt.Println(err)
		return
	}
	db, err := store.OpenDir(context.Background(), dir, filepath.Join(dir, "cache"), store.BuildOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	err = db.Rows(context.Background(), func(r *store.Row) bool {
		scheme, err := r.Scheme()
		fmt.Println(r.Ecosystem, r.Package, r.Advisory, "below", r.Intervals[0].UpperText, "by", scheme, err)
		return true
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: npm boats T-1 below 2.0.0 by npm <nil>
}
