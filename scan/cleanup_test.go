package scan_test

import (
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/plimsoll-go/plimsoll/scan"
)

// A scan leaves no goroutine, no open file and no temporary file behind, whether
// it ends well, is cancelled, or cannot be done. It is not parallel: it counts
// what the process has.
func TestLeavesNothing(t *testing.T) {
	images := filepath.Join("..", "testdata", "images")
	gzipped := filepath.Join(t.TempDir(), "alpine.tar.gz")
	compress(t, filepath.Join(images, "alpine319.tar"), gzipped)
	broken := filepath.Join(t.TempDir(), "broken.tar.gz")
	cutFile(t, gzipped, broken)

	tests := []struct {
		name, ref string
		cancel    bool
		fails     bool
	}{
		{"OCI archive", filepath.Join(images, "debian12.tar"), false, false},
		{"OCI archive, cancelled", filepath.Join(images, "debian12.tar"), true, true},
		{"gzipped archive", gzipped, false, false},
		{"gzipped archive, cancelled", gzipped, true, true},
		{"gzipped archive, cut short", broken, false, true},
		{"no image", filepath.Join(images, "make.go"), false, true},
	}
	for _, tt := range tests {
		temp := t.TempDir()
		files, goroutines := openFiles(t), runtime.NumGoroutine()
		ctx, cancel := context.WithCancel(t.Context())
		opts := scan.Options{Source: scan.SourceOptions{TempDir: temp}, Workers: 4}
		if tt.cancel {
			opts.Progress = func(p scan.Progress) {
				if p.Layers > 0 {
					cancel()
				}
			}
		}
		_, err := scan.Inspect(ctx, parseIn(t, tt.ref, temp), opts)
		cancel()
		if (err != nil) != tt.fails || tt.cancel != errors.Is(err, context.Canceled) {
			t.Errorf("%s: Inspect error is %v", tt.name, err)
		}
		left, err := os.ReadDir(temp)
		if err != nil || len(left) > 0 {
			t.Errorf("%s: temporary files %v are left, error %v", tt.name, left, err)
		}
		if n := openFiles(t); n != files {
			t.Errorf("%s: %d files are open, before %d", tt.name, n, files)
		}
		if n := settle(goroutines); n > goroutines {
			t.Errorf("%s: %d goroutines are left, before %d", tt.name, n, goroutines)
		}
	}
}

// openFiles counts the open files of this process, where the system tells.
func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil && runtime.GOOS == "linux" {
		t.Fatal(err)
	}
	return len(entries)
}

// settle waits until no more than want goroutines run, and gives up after ten
// seconds: one that was told to end may take a moment to do so.
func settle(want int) int {
	n := runtime.NumGoroutine()
	for deadline := time.Now().Add(10 * time.Second); n > want && time.Now().Before(deadline); n = runtime.NumGoroutine() {
		runtime.Gosched()
	}
	return n
}

func compress(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zw := gzip.NewWriter(f)
	if _, err := zw.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
}

// cutFile copies the first half of a file.
func cutFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b[:len(b)/2], 0o644); err != nil {
		t.Fatal(err)
	}
}
