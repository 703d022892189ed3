package scan_test

import (
	"archive/tar"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/compression"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln/store"
)

// An image scanned from a registry, as it is and with its layers compressed by
// zstd, has the findings and introducing layers of its archive.
func TestRegistry(t *testing.T) {
	t.Parallel()
	t.Run("own", func(t *testing.T) {
		t.Parallel()
		db, done, err := openExample(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(done)
		compareTransports(t, filepath.Join("..", "testdata", "images", "debian12.tar"), db)
	})
	t.Run("corpus", func(t *testing.T) {
		if corpus.Race {
			t.Skip("compressing the image anew takes minutes under the race detector")
		}
		t.Parallel()
		dir := corpus.Dir(t)
		compareTransports(t, filepath.Join(dir, "images", "debian12-web.oci.tar"), corpusDatabase(t, dir, "Debian"))
	})
}

// compareTransports pushes the one image of an OCI archive to a registry, twice,
// and scans all three.
func compareTransports(t *testing.T, archive string, db *store.DB) {
	want, err := scan.Image(t.Context(), archive, scan.Options{Database: db})
	if err != nil {
		t.Fatal(err)
	}
	if len(want.Vulnerabilities) == 0 || len(want.Problems) > 0 {
		t.Fatalf("%s has %d vulnerabilities and problems %v, want some and none", archive, len(want.Vulnerabilities), want.Problems)
	}
	host := newRegistry(t)
	img := readArchive(t, archive)
	for repo, img := range map[string]v1.Image{"gzip": img, "zstd": recompress(t, img)} {
		ref, err := name.ParseReference(host+"/"+repo+":1", name.Insecure)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(ref, img, remote.WithContext(t.Context())); err != nil {
			t.Fatal(err)
		}
		got, err := scan.Image(t.Context(), ref.Name(), scan.Options{Database: db, Source: scan.SourceOptions{Insecure: true}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Vulnerabilities, got.Vulnerabilities); diff != "" {
			t.Errorf("%s: vulnerabilities (-archive +registry):\n%s", repo, diff)
		}
		if diff := cmp.Diff(want.Components, got.Components); diff != "" {
			t.Errorf("%s: components (-archive +registry):\n%s", repo, diff)
		}
		if len(got.Problems) > 0 {
			t.Errorf("%s: problems %v, want none", repo, got.Problems)
		}
		for i, l := range got.Layers {
			if l.DiffID != want.Layers[i].DiffID || (l.Digest == want.Layers[i].Digest) != (repo == "gzip") {
				t.Errorf("%s: layer %d is %+v, of the archive %+v", repo, i, l, want.Layers[i])
			}
		}
	}
}

// newRegistry serves an empty registry on loopback until the test ends.
func newRegistry(tb testing.TB) (host string) {
	srv := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	tb.Cleanup(srv.Close)
	return strings.TrimPrefix(srv.URL, "http://")
}

// readArchive returns the first image of an OCI archive.
func readArchive(tb testing.TB, archive string) v1.Image {
	tb.Helper()
	dir := tb.TempDir()
	f, err := os.Open(archive)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	for tr := tar.NewReader(f); ; {
		hdr, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			tb.Fatal(err)
		}
		if hdr.Typeflag != tar.TypeReg {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(hdr.Name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			tb.Fatal(err)
		}
		b, err := io.ReadAll(tr)
		if err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(file, b, 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		tb.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		tb.Fatal(err)
	}
	img, err := index.Image(manifest.Manifests[0].Digest)
	if err != nil {
		tb.Fatal(err)
	}
	return img
}

// recompress returns img with its layers compressed by zstd.
func recompress(tb testing.TB, img v1.Image) v1.Image {
	tb.Helper()
	layers, err := img.Layers()
	if err != nil {
		tb.Fatal(err)
	}
	var additions []mutate.Addendum
	for _, l := range layers {
		zl, err := tarball.LayerFromOpener(l.Uncompressed, tarball.WithCompression(compression.ZStd), tarball.WithMediaType(types.OCILayerZStd))
		if err != nil {
			tb.Fatal(err)
		}
		additions = append(additions, mutate.Addendum{Layer: zl})
	}
	out, err := mutate.Append(empty.Image, additions...)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}
