package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/store"
)

// temporary makes a directory that the example removes.
func temporary() (string, func()) {
	dir, err := os.MkdirTemp("", "plimsoll")
	if err != nil {
		panic(err)
	}
	return dir, func() { os.RemoveAll(dir) }
}

func ExampleBuild() {
	dir, remove := temporary()
	defer remove()

	res, err := store.Build(context.Background(), filepath.Join(dir, "plimsoll.db"), []string{"testdata/osv"}, store.BuildOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d records, %d withdrawn, %d advisories kept, %d bad\n", res.Records, res.Withdrawn, res.Advisories, len(res.Problems))
	// Output: 8 records, 1 withdrawn, 7 advisories kept, 0 bad
}

func ExampleOpen() {
	dir, remove := temporary()
	defer remove()
	path := filepath.Join(dir, "plimsoll.db")
	built := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	if _, err := store.Build(context.Background(), path, []string{"testdata/osv/Debian"}, store.BuildOptions{Built: built}); err != nil {
		fmt.Println(err)
		return
	}

	db, err := store.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	info := db.Info()
	fmt.Println(info.Built.Format(time.DateOnly), info.Advisories, info.Ecosystems)

	bookworm := vuln.OS{Family: vuln.Debian, Version: "12"}
	p := &vuln.Package{Type: vuln.TypeDeb, Name: "harbour-bin", Version: "1.2-3", SourceName: "harbour", SourceVersion: "1.2-3"}
	err = db.Affected(context.Background(), bookworm, p, func(h vuln.Hit) bool {
		fmt.Printf("%s %s %s %s %q\n", h.Advisory, h.IDs, h.Severity, h.Status, h.Fixed)
		return true
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 2024-05-01 4 [Debian Debian:11 Debian:12]
	// DEBIAN-CVE-2024-90003 [CVE-2024-90003] UNKNOWN end_of_life ""
	// TEST-2024-0001 [CVE-2024-90001 CVE-2024-90002] CRITICAL fixed "1.2-3+deb12u1"
}

func ExampleOpenDir() {
	cache, remove := temporary()
	defer remove()

	for range 2 { // the second time it is only opened
		db, err := store.OpenDir(context.Background(), "testdata/osv/Alpine", cache, store.BuildOptions{})
		if err != nil {
			fmt.Println(err)
			return
		}
		a, err := db.Details(context.Background(), "TEST-2024-0201")
		fmt.Println(a.ID, a.Upstream, a.Source, err)
		if err := db.Close(); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// TEST-2024-0201 [CVE-2024-90201] Alpine <nil>
	// TEST-2024-0201 [CVE-2024-90201] Alpine <nil>
}

func ExampleVerify() {
	dir, remove := temporary()
	defer remove()
	path := filepath.Join(dir, "plimsoll.db")
	if _, err := store.Build(context.Background(), path, []string{"testdata/osv/npm"}, store.BuildOptions{}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(store.Verify(path))
	// Output: <nil>
}

func ExampleDefaultDir() {
	dir, err := store.DefaultDir()
	fmt.Println(err != nil || filepath.Base(dir) == "plimsoll")
	// Output: true
}
