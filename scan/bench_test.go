package scan_test

import (
	"archive/tar"
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// BenchmarkImage scans debian12-web cold, with the database built, and in the
// same loop inflates and hashes the same compressed layers with as many
// workers: what no scanner can do without. The median of the ratio of the two is
// x-inflate.
func BenchmarkImage(b *testing.B) {
	dir := corpus.Dir(b)
	file := filepath.Join(dir, "images", "debian12-web.oci.tar")
	opts := scan.Options{Database: corpusDatabase(b, dir), Workers: runtime.GOMAXPROCS(0)}
	layers := compressedLayers(b, file)
	var ratios []float64
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		rep, err := scan.Image(b.Context(), file, opts)
		scanned := time.Since(start)
		if err != nil || len(rep.Vulnerabilities) != 158 {
			b.Fatalf("Image finds %d vulnerabilities, error %v", len(rep.Vulnerabilities), err)
		}
		b.StopTimer()
		start = time.Now()
		inflateAll(b, file, layers, opts.Workers)
		ratios = append(ratios, float64(scanned)/float64(time.Since(start)))
		b.StartTimer()
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "x-inflate")
}

// A section is where a blob lies in an archive.
type section struct{ offset, size int64 }

// compressedLayers finds the layers of the one image in an OCI archive.
func compressedLayers(b *testing.B, file string) []section {
	b.Helper()
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	blobs := make(map[string]section)
	var manifest struct {
		Layers []struct{ Digest string }
	}
	for tr := tar.NewReader(f); ; {
		hdr, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		offset, err := f.Seek(0, io.SeekCurrent)
		if err != nil {
			b.Fatal(err)
		}
		blobs[filepath.Base(hdr.Name)] = section{offset, hdr.Size}
		if hdr.Size < 1<<16 && manifest.Layers == nil {
			_ = json.NewDecoder(tr).Decode(&manifest)
		}
	}
	var layers []section
	for _, l := range manifest.Layers {
		layers = append(layers, blobs[strings.TrimPrefix(l.Digest, "sha256:")])
	}
	if len(layers) != 2 {
		b.Fatalf("%s has %d layers, want 2", file, len(layers))
	}
	return layers
}

// inflateAll inflates and hashes layers, at most workers at a time.
func inflateAll(b *testing.B, file string, layers []section, workers int) {
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var group sync.WaitGroup
	slots := make(chan struct{}, workers)
	for _, l := range layers {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			hashed := io.TeeReader(io.NewSectionReader(f, l.offset, l.size), sha256.New())
			zr, err := gzip.NewReader(bufio.NewReaderSize(hashed, 64<<10))
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := io.Copy(io.Discard, zr); err != nil {
				b.Error(err)
			}
		})
	}
	group.Wait()
}

// BenchmarkMatch matches the 131 packages of debian12-web against the whole
// database, without reading advisories.
func BenchmarkMatch(b *testing.B) {
	dir := corpus.Dir(b)
	db := corpusDatabase(b, dir)
	inv, err := scan.Inspect(b.Context(), parse(b, filepath.Join(dir, "images", "debian12-web.oci.tar")), scan.Options{})
	if err != nil {
		b.Fatal(err)
	}
	packages := make([]*vuln.Package, len(inv.Components))
	for i := range inv.Components {
		packages[i] = &inv.Components[i].Package
	}
	b.ReportAllocs()
	for b.Loop() {
		res, err := vuln.Match(b.Context(), db, *inv.OS, packages)
		if err != nil || len(res.Affected) != 158 {
			b.Fatalf("Match finds %d, error %v", len(res.Affected), err)
		}
	}
}
