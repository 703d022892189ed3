package remote

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/plimsoll-go/plimsoll/vuln/store"
)

// database builds a small one.
func database(tb testing.TB) string {
	tb.Helper()
	dir := tb.TempDir()
	record := `{"id": "T-1", "modified": "2024-01-02T03:04:05Z", "affected": [{"package": {"ecosystem": "npm", "name": "boats"},
		"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}`
	if err := os.WriteFile(filepath.Join(dir, "T-1.json"), []byte(record), 0o600); err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(dir, "x.db")
	if _, err := store.Build(context.Background(), path, []string{dir}, store.BuildOptions{Built: time.Unix(1e9, 0)}); err != nil {
		tb.Fatal(err)
	}
	return path
}

// serve starts a registry on the loopback interface and returns its host.
func serve(tb testing.TB, wrap func(http.Handler) http.Handler) string {
	tb.Helper()
	h := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	if wrap != nil {
		h = wrap(h)
	}
	s := httptest.NewServer(h)
	tb.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

func TestPushPull(t *testing.T) {
	t.Parallel()
	file, ref := database(t), serve(t, nil)+"/advisories:1"
	first, err := Push(t.Context(), file, ref, Options{Progress: func(int64, int64) {}})
	if err != nil {
		t.Fatal(err)
	}
	if second, err := Push(t.Context(), file, ref, Options{}); err != nil || second != first {
		t.Errorf("Push again = %s, %v, want %s", second, err, first)
	}
	dir := t.TempDir()
	var done int64
	for range 2 { // the second takes the place of the first
		p, err := Pull(t.Context(), ref, dir, Options{Progress: func(n, _ int64) { done = n }})
		if err != nil || p.Digest != first || p.Trivy {
			t.Fatalf("Pull = %+v, %v, want %s", p, err, first)
		}
		want, _ := os.ReadFile(file)
		if got, err := os.ReadFile(p.Path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("Pull wrote %d bytes, %v, want those pushed", len(got), err)
		}
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 || done == 0 {
		t.Errorf("the directory holds %v after progress to %d, want the database alone", names, done)
	}
}

// put uploads an artifact of one layer.
func put(t *testing.T, ref string, mediaType types.MediaType, layer []byte, annotations map[string]string) {
	t.Helper()
	img, err := mutate.Append(empty.Image, mutate.Addendum{Layer: static.NewLayer(layer, mediaType), MediaType: mediaType})
	if err != nil {
		t.Fatal(err)
	}
	r, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(r, mutate.Annotations(img, annotations).(v1.Image)); err != nil {
		t.Fatal(err)
	}
}

func tarGzip(t *testing.T, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	for _, file := range files {
		name, content, _ := strings.Cut(file, "=")
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPullTrivy(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	put(t, host+"/trivy:2", trivyLayerType, tarGzip(t, "../trivy.db=evil", "/trivy.db=evil", "trivy.db=good", "trivy.db=again", "metadata.json={}", "more=x"), nil)
	dir := t.TempDir()
	p, err := Pull(t.Context(), host+"/trivy:2", dir, Options{})
	if err != nil || !p.Trivy || filepath.Base(p.Path) != "trivy.db" {
		t.Fatalf("Pull = %+v, %v, want Trivy's", p, err)
	}
	for name, want := range map[string]string{"trivy.db": "good", "metadata.json": "{}"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v, want %q", name, got, err, want)
		}
	}
	if names, _ := os.ReadDir(dir); len(names) != 2 {
		t.Errorf("the directory holds %v, want two files", names)
	}
}

func TestPullRefuses(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	pack := func(data []byte) []byte {
		z, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		return z.EncodeAll(data, nil)
	}
	good := map[string]string{annotationSchema: fmt.Sprint(store.Schema), annotationSum: strings.Repeat("0", 64)}
	whole, err := os.ReadFile(database(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name        string
		mediaType   types.MediaType
		layer       []byte
		annotations map[string]string
		want        error
	}{
		{"an image", types.DockerLayer, tarGzip(t), nil, ErrNotArtifact},
		{"another schema", LayerType, pack(whole), map[string]string{annotationSchema: "1"}, store.ErrSchema},
		{"no schema", LayerType, pack(whole), nil, store.ErrSchema},
		{"another sum", LayerType, pack(whole), good, store.ErrDamaged},
		{"no zstd", LayerType, []byte("junk"), good, zstd.ErrMagicMismatch},
		{"a bomb", LayerType, pack(make([]byte, 64<<20)), good, errTooLarge},
		{"a tar bomb", trivyLayerType, tarGzip(t, "trivy.db="+strings.Repeat("\x00", 64<<20)), nil, errTooLarge},
		{"no database", trivyLayerType, tarGzip(t, "metadata.json={}"), nil, ErrNotArtifact},
		{"no metadata", trivyLayerType, tarGzip(t, "trivy.db=x"), nil, ErrNotArtifact},
		{"no gzip", trivyLayerType, []byte("more junk than a header"), nil, gzip.ErrHeader},
		{"a tar cut short", trivyLayerType, tarGzip(t, "trivy.db=x", "metadata.json={}")[:60], nil, io.ErrUnexpectedEOF},
	} {
		ref := host + "/" + strings.ReplaceAll(row.name, " ", "-") + ":1"
		put(t, ref, row.mediaType, row.layer, row.annotations)
		dir := t.TempDir()
		_, err := Pull(t.Context(), ref, dir, Options{MaxBytes: 1 << 20})
		if !errors.Is(err, row.want) || !strings.Contains(err.Error(), ref) {
			t.Errorf("%s: Pull = %v, want %v of %s", row.name, err, row.want, ref)
		}
		if names, _ := os.ReadDir(dir); len(names) > 0 {
			t.Errorf("%s: left behind: %v", row.name, names)
		}
	}
	for ref, want := range map[string]string{host + "/absent:1": "not found", "not a reference": "reference"} {
		if _, err := Pull(t.Context(), ref, t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Pull(%s) = %v, want %q", ref, err, want)
		}
	}
	if _, err := Pull(t.Context(), host+"/an-image:1", filepath.Join(t.TempDir(), "absent"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Pull into no directory = %v, want that it does not exist", err)
	}
	junk := filepath.Join(t.TempDir(), "junk.db")
	if err := os.WriteFile(junk, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Push(t.Context(), junk, host+"/junk:1", Options{}); !errors.Is(err, store.ErrNotDatabase) {
		t.Errorf("Push of junk = %v, want ErrNotDatabase", err)
	}
}

// A layer that is altered or cut on its way, and a registry that asks who it is.
func TestPullTransport(t *testing.T) {
	t.Parallel()
	mode := ""
	host := serve(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			blob := r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/")
			switch {
			case mode == "denied":
				w.WriteHeader(http.StatusForbidden)
			case mode == "altered" && blob:
				rec := httptest.NewRecorder()
				next.ServeHTTP(rec, r)
				body := rec.Body.Bytes()
				body[len(body)/2] ^= 1
				w.Write(body)
			case mode == "cut" && blob:
				rec := httptest.NewRecorder()
				next.ServeHTTP(rec, r)
				w.Header().Set("Content-Length", fmt.Sprint(rec.Body.Len()))
				w.Write(rec.Body.Bytes()[:rec.Body.Len()/2])
			default:
				next.ServeHTTP(w, r)
			}
		})
	})
	ref := host + "/advisories:1"
	if _, err := Push(t.Context(), database(t), ref, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, m := range []string{"altered", "cut", "denied"} {
		mode = m
		dir := t.TempDir()
		_, err := Pull(t.Context(), ref, dir, Options{})
		if err == nil || m == "denied" && !strings.Contains(err.Error(), "access is denied") {
			t.Errorf("%s: Pull = %v", m, err)
		}
		if names, _ := os.ReadDir(dir); len(names) > 0 {
			t.Errorf("%s: left behind: %v", m, names)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	mode = ""
	if _, err := Pull(ctx, ref, t.TempDir(), Options{Progress: func(int64, int64) { cancel() }}); !errors.Is(err, context.Canceled) {
		t.Errorf("Pull when cancelled = %v, want context.Canceled", err)
	}
}

func ExamplePush() {
	_, err := Push(context.Background(), "absent.db", "registry.example/advisories:latest", Options{})
	fmt.Println(errors.Is(err, os.ErrNotExist))
	// Output: true
}

func ExamplePull() {
	_, err := Pull(context.Background(), "registry.example/Advisories", ".", Options{})
	fmt.Println(err != nil)
	// Output: true
}
