package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// fuzzLimits keep a fuzzer from what is slow, not from what is wrong.
func fuzzLimits() artifact.Limits {
	return artifact.Limits{TotalBytes: 4 << 20, MetadataBytes: 1 << 20}.WithDefaults()
}

// fuzzWalk walks l and checks what no bytes may break: every path stays below
// the root, and content is what the entry says.
func fuzzWalk(t *testing.T, l artifact.Layer) error {
	inside := func(p string) bool {
		return p != "" && path.Clean(p) == p && p != ".." && !strings.HasPrefix(p, "../") && !path.IsAbs(p)
	}
	return l.Walk(t.Context(), func(f *artifact.File) error {
		if !inside(f.Path) || f.Kind == artifact.KindHardlink && !inside(f.Link) {
			t.Errorf("Walk visits path %q, link %q", f.Path, f.Link)
		}
		if f.Kind != artifact.KindRegular && f.Size != 0 {
			t.Errorf("Walk visits %s, a %s of %d bytes", f.Path, f.Kind, f.Size)
		}
		f.Bind(t.Context(), 1<<20, nil)
		if b, err := f.Bytes(); err == nil && int64(len(b)) != f.Size {
			t.Errorf("%s has %d bytes, its entry says %d", f.Path, len(b), f.Size)
		}
		return nil
	})
}

func FuzzLayerWalk(f *testing.F) {
	whole := imagetest.TarOf(
		imagetest.Dir("etc"), imagetest.File("etc/passwd", "root"), imagetest.Symlink("link", "../etc"),
		imagetest.Hardlink("hard", "etc/passwd"), imagetest.Whiteout("etc/gone"), imagetest.Opaque("var"),
		imagetest.File(strings.Repeat("long/", 60)+"name", "PAX"),
	)
	for _, compress := range []func([]byte) []byte{imagetest.Plain, imagetest.Gzip, imagetest.Zstd} {
		b := compress(whole)
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	f.Add(slices.Concat(imagetest.Gzip(whole[:512]), imagetest.Gzip(whole[512:])))
	f.Fuzz(func(t *testing.T, b []byte) {
		l := &layer{limits: fuzzLimits(), total: new(atomic.Int64), blob: blob{
			info: artifact.LayerInfo{Digest: artifact.Digest(imagetest.Digest(b)), Size: int64(len(b))},
			open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil },
		}}
		if err := fuzzWalk(t, l); errors.Is(err, artifact.ErrDigest) {
			t.Errorf("Walk = %v, but the digest is right", err)
		}
	})
}

func FuzzDockerArchive(f *testing.F) {
	b := imagetest.Docker(threeLayers()).Tar()
	f.Add(b)
	f.Add(imagetest.Gzip(b))
	f.Add(b[:len(b)/2])
	f.Add(imagetest.TarOf(imagetest.Symlink("a", "b"), imagetest.Symlink("b", "a"), imagetest.File("manifest.json", `[{"Config":"a"}]`)))
	fuzzSource(f, func(file string, opts Options) artifact.Source { return DockerArchive(file, opts) })
}

func FuzzOCIArchive(f *testing.F) {
	b := imagetest.OCI(threeLayers(), platformImage("linux/s390x")).Tar()
	f.Add(b)
	f.Add(imagetest.Zstd(b))
	f.Add(b[:len(b)/2])
	fuzzSource(f, func(file string, opts Options) artifact.Source { return OCIArchive(file, "", opts) })
}

// fuzzSource opens files of any bytes, and walks what is in them.
func fuzzSource(f *testing.F, source func(file string, opts Options) artifact.Source) {
	dir, temp := f.TempDir(), f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		file := filepath.Join(dir, "image.tar")
		if err := os.WriteFile(file, b, 0o644); err != nil {
			t.Fatal(err)
		}
		if a, err := source(file, Options{TempDir: temp, Limits: fuzzLimits()}).Open(t.Context()); err == nil {
			for _, l := range a.Layers() {
				_ = fuzzWalk(t, l)
			}
			if err := a.Close(); err != nil {
				t.Errorf("Close = %v", err)
			}
		}
		if names, err := os.ReadDir(temp); len(names) != 0 || err != nil {
			t.Errorf("the directory for temporary files lists %v, %v, want nothing", names, err)
		}
	})
}
