package scan_test

import (
	"path/filepath"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/cache"
)

// BenchmarkCold scans images with a database that is open, without a cache and
// with one that is empty, which costs a hash of each uncompressed layer.
func BenchmarkCold(b *testing.B) {
	dir := corpus.Dir(b)
	db := corpusDatabase(b, dir)
	for _, name := range []string{"debian12-web", "node-app-removed", "java-app"} {
		ref := filepath.Join(dir, "images", name+".oci.tar")
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				benchmarkImage(b, ref, scan.Options{Database: db})
			}
		})
		b.Run(name+"-filling", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				benchmarkImage(b, ref, scan.Options{Database: db, Cache: cache.Memory(0)})
			}
		})
	}
}

// BenchmarkCached scans images of which a cache has all layers. It opens none.
func BenchmarkCached(b *testing.B) {
	dir := corpus.Dir(b)
	db := corpusDatabase(b, dir)
	files := b.TempDir()
	for _, name := range []string{"debian12-web", "node-app-removed", "java-app"} {
		ref := filepath.Join(dir, "images", name+".oci.tar")
		for kind, c := range map[string]scan.Cache{"memory": cache.Memory(0), "directory": cache.Directory(files, 0)} {
			opts := scan.Options{Database: db, Cache: c}
			benchmarkImage(b, ref, opts)
			b.Run(name+"-"+kind, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if rep := benchmarkImage(b, ref, opts); rep.Stats.Walks != 0 {
						b.Fatalf("Image made %d walks of layers, want none", rep.Stats.Walks)
					}
				}
			})
		}
	}
}

func benchmarkImage(b *testing.B, ref string, opts scan.Options) *scan.Report {
	rep, err := scan.Image(b.Context(), ref, opts)
	if err != nil {
		b.Fatal(err)
	}
	return rep
}
