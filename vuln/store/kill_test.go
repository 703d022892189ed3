package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// TestUpdateKilled kills processes that update at random moments while readers
// look up. None may ever see another state than one that an update has put in
// place, and the next update must succeed.
func TestUpdateKilled(t *testing.T) {
	if os.Getenv("PLIMSOLL_TEST_UPDATE") != "" {
		updateForEver(t)
		return
	}
	t.Parallel()
	kills := 100
	if testing.Short() {
		kills = 10
	}
	// Each state of the mirror has one fixed version in all its records.
	m, dir := newMirror(t), t.TempDir()
	const records = 300
	publish := func(n int) {
		for i := range records {
			id := fmt.Sprintf("D-%03d", i)
			m.put("Debian", id, n, about("Debian:12", id, n, fmt.Sprint(n+2)))
		}
	}
	publish(0)
	if _, err := Update(t.Context(), options(m, dir), "Debian"); err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	var reads atomic.Int64
	for range 4 {
		readers.Go(func() {
			for ctx.Err() == nil {
				if err := readWhole(ctx, dir, records); err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
				reads.Add(1)
			}
		})
	}
	random := rand.New(rand.NewPCG(1, 2))
	for n := range kills {
		publish(n + 1)
		child := exec.Command(os.Args[0], "-test.run=^TestUpdateKilled$")
		child.Env = append(os.Environ(), "PLIMSOLL_TEST_UPDATE="+dir, "PLIMSOLL_TEST_SOURCE="+m.url)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		// The moment is random, not a wait for anything.
		time.AfterFunc(time.Duration(random.IntN(150))*time.Millisecond, func() { child.Process.Kill() })
		child.Wait()
		if path, err := Current(dir); err != nil {
			t.Error(err)
		} else if err := Verify(path); err != nil {
			t.Error(err)
		}
	}
	stop()
	readers.Wait()
	publish(kills + 1)
	if _, err := Update(t.Context(), options(m, dir)); err != nil {
		t.Error(err)
	}
	current(t, dir, func(db *DB) {
		n, fixed := 0, ""
		if err := db.Affected(t.Context(), bookworm, harbour, func(h vuln.Hit) bool { n, fixed = n+1, h.Fixed; return true }); err != nil || n != records || fixed != fmt.Sprint(kills+3) {
			t.Errorf("after %d kills: %d records fixed in %s, %v, want %d in %d", kills, n, fixed, err, records, kills+3)
		}
	})
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("the directory holds %v, %v, want current, lock and one database", entries, err)
	}
	t.Logf("%d kills, %d reads", kills, reads.Load())
}

// readWhole opens the current database and makes sure that all its records are
// of one state.
func readWhole(ctx context.Context, dir string, records int) error {
	db, err := Default(ctx, Options{Dir: dir, SkipUpdate: true})
	if err != nil {
		return err
	}
	defer db.Close()
	fixed := make(map[string]int)
	if err := db.Affected(ctx, bookworm, harbour, func(h vuln.Hit) bool { fixed[h.Fixed]++; return true }); err != nil {
		return err
	}
	for version, n := range fixed {
		if n != records {
			return fmt.Errorf("a torn read: %d of %d records are fixed in %s", n, records, version)
		}
	}
	if len(fixed) != 1 {
		return errors.New("a read of nothing")
	}
	return nil
}

// updateForEver is what the processes do.
func updateForEver(t *testing.T) {
	opts := Options{Dir: os.Getenv("PLIMSOLL_TEST_UPDATE"), Source: os.Getenv("PLIMSOLL_TEST_SOURCE"), Now: built}
	for {
		if _, err := Update(t.Context(), opts, "Debian"); err != nil {
			t.Fatal(err)
		}
		opts.Now = opts.Now.Add(time.Second) // another file each time
	}
}
