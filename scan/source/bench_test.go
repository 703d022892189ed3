package source

import (
	"crypto/sha256"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// BenchmarkWalk walks the largest layer of the corpus. "ratio" is its time to
// that of inflating the same blob and hashing it as it is stored, which is the
// least that any reader has to do; each is the best of all rounds, since other
// work on the machine only adds.
func BenchmarkWalk(b *testing.B) {
	a, err := OCIArchive(filepath.Join(corpus.Dir(b), "images", "debian12-web.oci.tar"), "", Options{}).Open(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	largest := a.Layers()[0].(*layer)
	for _, l := range a.Layers() {
		if l.Info().Size > largest.Info().Size {
			largest = l.(*layer)
		}
	}
	walk, least := time.Hour, time.Hour
	for b.Loop() {
		start := time.Now()
		if err := inflateAndHash(b, largest); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		if err := largest.Walk(b.Context(), func(*artifact.File) error { return nil }); err != nil {
			b.Fatal(err)
		}
		least = min(least, middle.Sub(start))
		walk = min(walk, time.Since(middle))
	}
	b.SetBytes(largest.Info().Size)
	b.ReportMetric(walk.Seconds()/least.Seconds(), "ratio")
}

func inflateAndHash(b *testing.B, l *layer) error {
	rc, err := l.blob.open(b.Context())
	if err != nil {
		return err
	}
	defer rc.Close()
	zr, err := gzip.NewReader(io.TeeReader(rc, sha256.New()))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, zr)
	return err
}
