package cache_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/cache"
)

var (
	_ scan.Cache = (*cache.MemoryCache)(nil)
	_ scan.Cache = (*cache.DirectoryCache)(nil)
)

// caches are new ones of both kinds.
func caches(t *testing.T, max int64) map[string]scan.Cache {
	return map[string]scan.Cache{"Memory": cache.Memory(max), "Directory": cache.Directory(filepath.Join(t.TempDir(), "new"), max)}
}

// get asks c for key, and reports whether it had to be filled.
func get(t *testing.T, c scan.Cache, key, value string) (got string, filled bool) {
	t.Helper()
	b, err := c.Get(t.Context(), key, func(context.Context) ([]byte, error) {
		filled = true
		return []byte(value), nil
	})
	if err != nil {
		t.Errorf("Get(%s) = %v", key, err)
	}
	return string(b), filled
}

func TestGet(t *testing.T) {
	t.Parallel()
	for name, c := range caches(t, 0) {
		if got, filled := get(t, c, "k", "v"); got != "v" || !filled {
			t.Errorf("%s: first Get = %q, filled %t", name, got, filled)
		}
		if got, filled := get(t, c, "k", "other"); got != "v" || filled {
			t.Errorf("%s: second Get = %q, filled %t, want what was kept", name, got, filled)
		}
		if got, filled := get(t, c, "k2", "v2"); got != "v2" || !filled {
			t.Errorf("%s: Get of another key = %q, filled %t", name, got, filled)
		}
		bad := errors.New("bad")
		if b, err := c.Get(t.Context(), "k3", func(context.Context) ([]byte, error) { return []byte("half"), bad }); err != bad || b != nil {
			t.Errorf("%s: Get whose fill fails = %q, %v", name, b, err)
		}
		if got, filled := get(t, c, "k3", "v3"); got != "v3" || !filled {
			t.Errorf("%s: Get after a failure = %q, filled %t", name, got, filled)
		}
	}
}

// One filler at a time makes a value; the others get it.
func TestOneFiller(t *testing.T) {
	t.Parallel()
	for name, c := range caches(t, 0) {
		var fills, running atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				b, err := c.Get(t.Context(), "k", func(context.Context) ([]byte, error) {
					if running.Add(1) > 1 {
						t.Errorf("%s: two fillers at once", name)
					}
					defer running.Add(-1)
					if fills.Add(1) < 3 {
						return nil, errors.New("not yet")
					}
					return []byte("v"), nil
				})
				if err == nil && string(b) != "v" {
					t.Errorf("%s: Get = %q", name, b)
				}
			})
		}
		wg.Wait()
		if n := fills.Load(); n != 3 {
			t.Errorf("%s: %d fills, want two that fail and one", name, n)
		}
	}
}

// Who waits for a filler stops when its context ends.
func TestWaitIsCancelled(t *testing.T) {
	t.Parallel()
	for name, c := range caches(t, 0) {
		inside, release := make(chan struct{}), make(chan struct{})
		go c.Get(t.Context(), "k", func(context.Context) ([]byte, error) {
			close(inside)
			<-release
			return []byte("v"), nil
		})
		<-inside
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.Get(ctx, "k", nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: Get = %v, want context.Canceled", name, err)
		}
		close(release)
		if got, _ := get(t, c, "k", "v"); got != "v" {
			t.Errorf("%s: Get = %q", name, got)
		}
	}
}

// What was not used for the longest time makes room, and what is too large
// stays out.
func TestBound(t *testing.T) {
	t.Parallel()
	value := strings.Repeat("x", 1000)
	for name, c := range caches(t, 3100) {
		for i := range 3 {
			get(t, c, fmt.Sprint(i), value)
			tick(c)
		}
		get(t, c, "0", value)
		tick(c)
		get(t, c, "3", value)
		for key, want := range map[string]bool{"0": false, "2": false, "3": false} {
			if _, filled := get(t, c, key, value); filled != want {
				t.Errorf("%s: Get(%s) filled %t, want %t", name, key, filled, want)
			}
		}
		if _, filled := get(t, c, "1", value); !filled {
			t.Errorf("%s: what was not used for the longest time is still there", name)
		}
		if _, filled := get(t, c, "large", strings.Repeat("x", 4000)); !filled {
			t.Errorf("%s: large was there", name)
		}
		if _, filled := get(t, c, "large", value); !filled {
			t.Errorf("%s: what is larger than the cache was kept", name)
		}
	}
	m := cache.Memory(10)
	get(t, m, "a", "12345678")
	get(t, m, "b", "12345678")
	if m.Size() != 8 {
		t.Errorf("Size = %d, want 8", m.Size())
	}
}

// tick makes what is kept in files older, by their times.
func tick(c scan.Cache) {
	d, ok := c.(*cache.DirectoryCache)
	if !ok {
		return
	}
	for _, name := range files(d) {
		if info, err := os.Stat(name); err == nil {
			os.Chtimes(name, time.Time{}, info.ModTime().Add(-time.Minute))
		}
	}
}

func files(d *cache.DirectoryCache) []string {
	list, _ := filepath.Glob(filepath.Join(d.Dir(), "*", "*"))
	return list
}

// A file that is damaged in any way counts as absent.
func TestDamage(t *testing.T) {
	t.Parallel()
	d := cache.Directory(t.TempDir(), 0)
	get(t, d, "k", "value")
	list := files(d)
	if len(list) != 1 {
		t.Fatalf("the cache has the files %q, want one", list)
	}
	good, err := os.ReadFile(list[0])
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		for _, bad := range [][]byte{good[:i], append(bytes.Clone(good[:i]), append([]byte{good[i] ^ 0x40}, good[i+1:]...)...)} {
			if err := os.WriteFile(list[0], bad, 0o644); err != nil {
				t.Fatal(err)
			}
			if got, filled := get(t, d, "k", "value"); got != "value" || !filled {
				t.Fatalf("Get of the file %q = %q, filled %t", bad, got, filled)
			}
		}
	}
	if got := files(d); len(got) != 1 {
		t.Errorf("the cache has the files %q, want one", got)
	}
	if err := d.Clear(); err != nil || len(files(d)) != 0 {
		t.Errorf("Clear = %v, and leaves %q", err, files(d))
	}
}

// A cache that cannot be written still gives values, and says why.
func TestNotWritable(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	d := cache.Directory(filepath.Join(file, "below"), 0)
	b, err := d.Get(t.Context(), "k", func(context.Context) ([]byte, error) { return []byte("v"), nil })
	if string(b) != "v" || err == nil || !strings.Contains(err.Error(), "keep in cache") {
		t.Errorf("Get = %q, %v, want the value and an error", b, err)
	}
}

// TestProcesses fills one cache from several processes, of which some are killed
// while they do.
func TestProcesses(t *testing.T) {
	if dir := os.Getenv("PLIMSOLL_TEST_CACHE"); dir != "" {
		fillAsProcess(t, dir)
		return
	}
	t.Parallel()
	dir := t.TempDir()
	var killed, fills atomic.Int32
	for range 3 {
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				cmd := exec.Command(os.Args[0], "-test.run=^TestProcesses$")
				cmd.Env = append(os.Environ(), "PLIMSOLL_TEST_CACHE="+dir)
				out, err := cmd.StdoutPipe()
				if err != nil || cmd.Start() != nil {
					t.Error(err)
					return
				}
				buf := make([]byte, 4096)
				n, _ := out.Read(buf) // it has begun
				if i == 0 {
					cmd.Process.Kill()
					killed.Add(1)
				}
				rest := new(bytes.Buffer)
				rest.ReadFrom(out)
				if err := cmd.Wait(); err != nil && i != 0 {
					t.Errorf("process: %v: %s%s", err, buf[:n], rest)
				}
				fills.Add(int32(strings.Count(string(buf[:n])+rest.String(), "filled")))
			})
		}
		wg.Wait()
	}
	if n := fills.Load(); n < 10 || n > 10+10*killed.Load() {
		t.Errorf("%d fills of 10 keys by 12 processes, of which %d were killed", n, killed.Load())
	}
}

func fillAsProcess(t *testing.T, dir string) {
	c := cache.Directory(dir, 0)
	for i := range 10 {
		want := strings.Repeat(fmt.Sprint(i), 100_000)
		b, err := c.Get(t.Context(), fmt.Sprint(i), func(context.Context) ([]byte, error) {
			fmt.Println("filled")
			return []byte(want), nil
		})
		if err != nil || string(b) != want {
			t.Errorf("Get(%d) = %d bytes, %v", i, len(b), err)
		}
	}
}

// A value of no bytes is a value: it is made once, and takes no more memory the
// more often it is asked for.
func TestEmptyValue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]scan.Cache{"memory": cache.Memory(0), "directory": cache.Directory(t.TempDir(), 0)} {
		for _, value := range [][]byte{nil, {}} {
			fills := 0
			for range 3 {
				data, err := c.Get(t.Context(), fmt.Sprint("key", value == nil), func(context.Context) ([]byte, error) {
					fills++
					return value, nil
				})
				if err != nil || len(data) != 0 {
					t.Errorf("%s: Get = %q, %v", name, data, err)
				}
			}
			if fills != 1 {
				t.Errorf("%s: the value was made %d times", name, fills)
			}
		}
	}
}

// A fill that panics does not keep others from making the value.
func TestFillPanics(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]scan.Cache{"memory": cache.Memory(0), "directory": cache.Directory(dir, 0)} {
		func() {
			defer func() { _ = recover() }()
			c.Get(t.Context(), "key", func(context.Context) ([]byte, error) { panic("ahoy") })
		}()
		if data, err := c.Get(t.Context(), "key", func(context.Context) ([]byte, error) { return []byte("x"), nil }); err != nil || string(data) != "x" {
			t.Errorf("%s: Get after a panic = %q, %v", name, data, err)
		}
	}
}
