package corpus

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TrivyDatabase inflates Trivy's database of the corpus, and returns the file.
func TrivyDatabase(tb testing.TB) string {
	tb.Helper()
	in, err := os.Open(filepath.Join(Dir(tb), "trivy-db", "trivy.db.gz"))
	if err != nil {
		tb.Fatal(err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "trivy.db")
	out, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := io.Copy(out, z); err != nil {
		tb.Fatal(err)
	}
	if err := out.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}
