package source

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A seen is an entry as a walk shows it.
type seen struct {
	artifact.Entry
	Content string
}

// readLayer returns what a walk of l visits before it ends.
func readLayer(ctx context.Context, l artifact.Layer) ([]seen, error) {
	var all []seen
	err := l.Walk(ctx, func(f *artifact.File) error {
		content, err := f.Bytes()
		all = append(all, seen{f.Entry, string(content)})
		return err
	})
	return all, err
}

// readImage opens src and returns what is in its layers.
func readImage(t *testing.T, src artifact.Source) (artifact.Target, []artifact.LayerInfo, [][]seen) {
	t.Helper()
	a := openSource(t, src)
	var infos []artifact.LayerInfo
	var layers [][]seen
	for _, l := range a.Layers() {
		got, err := readLayer(t.Context(), l)
		if err != nil {
			t.Fatalf("%s: Walk of layer %s = %v", src, l.Info().DiffID, err)
		}
		infos = append(infos, l.Info())
		layers = append(layers, got)
	}
	return a.Target(), infos, layers
}

func openSource(t *testing.T, src artifact.Source) artifact.Artifact {
	t.Helper()
	a, err := src.Open(t.Context())
	if err != nil {
		t.Fatalf("Open(%s) = %v", src, err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Errorf("Close of %s = %v", src, err)
		}
	})
	return a
}

// tempFile writes content to a new file and returns its path.
func tempFile(t testing.TB, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// ociImage opens img from a tar.
func ociImage(t *testing.T, opts Options, img imagetest.Image) artifact.Artifact {
	t.Helper()
	return openSource(t, OCIArchive(tempFile(t, imagetest.OCI(img).Tar()), "", opts))
}

// openedBelow counts the files that this process has open below dir, also those
// that have no name any more.
func openedBelow(t *testing.T, dir string) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux lists open files in /proc")
	}
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, fd := range fds {
		// One that was closed since, by another test, is none of ours.
		if target, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && strings.HasPrefix(target, dir+"/") {
			n++
		}
	}
	return n
}

// A countdown is a context that is cancelled after its Err was asked some times.
type countdown struct {
	context.Context
	left   int
	cancel context.CancelFunc
}

func newCountdown(t *testing.T, left int) *countdown {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return &countdown{ctx, left, cancel}
}

func (c *countdown) Err() error {
	if c.left--; c.left == 0 {
		c.cancel()
	}
	return c.Context.Err()
}
