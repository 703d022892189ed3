package main

import (
	"archive/zip"
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
	"go.etcd.io/bbolt"
)

// export serves the advisories of the repository as OSV's export does.
func export(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(advisories, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		w, err := z.Create(filepath.Base(file))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ecosystems.txt":
			io.WriteString(w, "Debian\nAlpine\nNowhere\n")
		case "/Debian/all.zip", "/Alpine/all.zip":
			w.Header().Set("ETag", `"1"`)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(out.Bytes()))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// must runs the program, which must succeed, and returns what it prints.
func must(t *testing.T, args ...string) string {
	t.Helper()
	code, stdout, stderr := start(t, args...)
	if code != 0 {
		t.Fatalf("run(%q) = %d, stderr:\n%s", args, code, stderr)
	}
	return stdout
}

// The first scan fetches what the image needs; "db update" the rest.
func TestUpdateCommands(t *testing.T) {
	t.Parallel()
	cache, from := t.TempDir(), export(t)
	scan := []string{"image", "--cache-dir", cache, "-f", "count", "-q"}
	if got := must(t, append(scan, "--db-source", from, debian)...); got != "24\n" {
		t.Errorf("scan = %q, want 24", got)
	}
	if got := must(t, append(scan, "--skip-db-update", debian)...); got != "24\n" {
		t.Errorf("scan without update = %q, want 24", got)
	}
	code, _, stderr := start(t, append(scan, "--offline", "--exit-code", "1", alpine)...)
	if code != 3 || !strings.Contains(stderr, "not complete") {
		t.Errorf("scan of what was not fetched = %d, stderr %q, want 3", code, stderr)
	}
	if got := must(t, "db", "status", "--cache-dir", cache); !strings.Contains(got, "Debian ") || strings.Contains(got, "Alpine") {
		t.Errorf("status = %s, want Debian alone", got)
	}
	if got, want := must(t, "db", "update", "--ecosystem", "Alpine", "--source", from, "--cache-dir", cache), "Alpine: 25 records\nDebian: unchanged\n"; got != want {
		t.Errorf("update = %q, want %q", got, want)
	}
	if got := must(t, append(scan, "--offline", alpine)...); got == "0\n" {
		t.Errorf("scan after the update = %q, want some", got)
	}
	status := must(t, "db", "status", "--cache-dir", cache, "-f", "json")
	for _, want := range []string{`"Kind": "plimsoll"`, `"Name": "Alpine"`, `"Checked": "20`} {
		if !strings.Contains(status, want) {
			t.Errorf("status lacks %s:\n%s", want, status)
		}
	}
	if got := must(t, "db", "verify", "--cache-dir", cache); !strings.Contains(got, "checksum is right") || !strings.Contains(got, "by go-deb-version, 0 disagreements") {
		t.Errorf("verify = %s", got)
	}
	all := t.TempDir()
	if got := must(t, "db", "update", "--source", from, "--cache-dir", all); got != "Alpine: 25 records\nDebian: 25 records\n" {
		t.Errorf("update of all = %q", got)
	}

	s := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer s.Close()
	ref := strings.TrimPrefix(s.URL, "http://") + "/advisories:1"
	digest := must(t, "db", "push", ref, "--cache-dir", cache)
	pulled := t.TempDir()
	path := strings.TrimSpace(must(t, "db", "pull", ref, "--cache-dir", pulled))
	if got := must(t, "image", "--cache-dir", pulled, "--offline", "-f", "count", "-q", debian); got != "24\n" || !strings.HasPrefix(digest, "sha256:") {
		t.Errorf("scan with what was pulled = %q, want 24", got)
	}
	if got := must(t, "image", "--db", pulled, "-f", "count", "-q", debian); got != "24\n" {
		t.Errorf("scan with the directory = %q, want 24", got)
	}
	if err := os.Truncate(path, 5000); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := start(t, "db", "verify", path); code != 3 || !strings.Contains(stderr, "database damaged") {
		t.Errorf("verify of a cut file = %d, %q, want 3", code, stderr)
	}
	if code, _, stderr := start(t, "image", "--cache-dir", pulled, "--offline", debian); code != 3 || !strings.Contains(stderr, "database damaged") {
		t.Errorf("scan with a cut file = %d, %q, want 3", code, stderr)
	}
}

// A trivy.db is used where it lies, and from the cache.
func TestTrivyDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "trivy.db")
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		if _, err := tx.CreateBucket([]byte("vulnerability")); err != nil {
			return err
		}
		b, err := tx.CreateBucket([]byte("debian 12"))
		if err != nil {
			return err
		}
		b, err = b.CreateBucket([]byte("curl"))
		if err != nil {
			return err
		}
		return b.Put([]byte("CVE-2024-0001"), []byte(`{"FixedVersion": "99"}`))
	})
	if err != nil || db.Close() != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "metadata.json"), []byte(`{"Version": 2, "UpdatedAt": "2024-01-02T03:04:05Z"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	want := must(t, "image", "--db", path, "-f", "count", "-q", debian)
	if want == "0\n" {
		t.Fatal("a scan with trivy.db found nothing")
	}
	installed := strings.TrimSpace(must(t, "db", "import", path, "--cache-dir", cache))
	for _, args := range [][]string{{"--db", dir}, {"--cache-dir", cache}, {"--db", installed}} {
		if got := must(t, append([]string{"image", "-f", "count", "-q", debian}, args...)...); got != want {
			t.Errorf("scan %q = %q, want %q", args, got, want)
		}
	}
	if got := must(t, "db", "status", "--cache-dir", cache); !strings.Contains(got, "trivy, schema 2") || !strings.Contains(got, "2024-01-02 03:04 UTC") {
		t.Errorf("status = %s", got)
	}
	if got := must(t, "db", "verify", path); !strings.Contains(got, "no checksum") {
		t.Errorf("verify = %s", got)
	}
	if code, _, _ := start(t, "db", "import", filepath.Join(dir, "metadata.json"), "--cache-dir", cache); code != 3 {
		t.Errorf("import of another file = %d, want 3", code)
	}
}

// What is known of exploitation is shown, and gates.
func TestExploitation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	scores := filepath.Join(dir, "epss.csv")
	if err := os.WriteFile(scores, []byte("#model_version:1,score_date:2024-01-02\ncve,epss,percentile\nCVE-2011-3374,0.25,0.9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "x.db")
	must(t, "db", "build", "--from", advisories, "--enrich", scores, "-o", file)
	if got := must(t, "image", "--db", file, "--sort", "epss", debian); !strings.Contains(got, "0.250 (90 %)") || !strings.Contains(got, "EPSS") {
		t.Errorf("table by EPSS lacks the score:\n%s", got)
	}
	for _, row := range []struct {
		args []string
		want int
	}{
		{[]string{"--min-epss", "0.2"}, 1},
		{[]string{"--min-epss", "0.3"}, 0},
		{[]string{"--exit-on", "kev"}, 0},
		{[]string{"--exit-on", "kev", "--min-epss", "0.2", "--exit-code", "7"}, 7},
	} {
		args := append([]string{"image", "--db", file, "-f", "count", debian}, row.args...)
		if code, _, stderr := start(t, args...); code != row.want {
			t.Errorf("run(%q) = %d, want %d; stderr:\n%s", args, code, row.want, stderr)
		}
	}
	if got := must(t, "image", "--db", file, "--severity-source", "nobody", "-f", "count", debian); !strings.Contains(got, "UNKNOWN 24,") {
		t.Errorf("severities of nobody: %s, want 24 unknown", got)
	}
}
