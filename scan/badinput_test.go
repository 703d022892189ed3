package scan_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

const debianRelease = "ID=debian\nVERSION_ID=12\n"

// stanza is one of a dpkg status file.
func stanza(name, version string) string {
	return fmt.Sprintf("Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n\n", name, version)
}

// twoLayers is a Debian image with package a in its base layer, and a and b in
// the layer above.
func twoLayers() imagetest.Image {
	return imagetest.Image{Layers: []imagetest.Layer{
		{Entries: []imagetest.Entry{
			imagetest.File("etc/os-release", debianRelease),
			imagetest.File("var/lib/dpkg/status", stanza("a", "1.0")),
		}},
		{Entries: []imagetest.Entry{imagetest.File("var/lib/dpkg/status", stanza("a", "1.0")+stanza("b", "1.0"))}},
	}}
}

// TestBrokenLayer breaks the upper layer of an image in each way. The base layer
// is reported, and a problem says what is missing and fails the gate.
func TestBrokenLayer(t *testing.T) {
	t.Parallel()
	img := twoLayers()
	upper := img.Build().Layers[1]
	blob := imagetest.BlobPath(upper.Digest)
	tests := []struct {
		name   string
		damage func(files imagetest.Files)
		limits scan.Limits
		is     error
		want   string // in the message
	}{
		{name: "truncated gzip", damage: func(f imagetest.Files) { f[blob] = f[blob][:len(f[blob])/2] }, is: io.ErrUnexpectedEOF},
		{name: "wrong digest", damage: func(f imagetest.Files) { f[blob] = imagetest.Gzip(imagetest.TarOf(imagetest.File("x", "y"))) }, is: artifact.ErrDigest},
		{name: "one more byte", damage: func(f imagetest.Files) { f[blob] = append(bytes.Clone(f[blob]), 0) }, is: artifact.ErrDigest},
		{name: "missing blob", damage: func(f imagetest.Files) { delete(f, blob) }, want: "sha256/" + strings.TrimPrefix(upper.Digest, "sha256:")},
	}
	for _, tt := range tests {
		for _, tar := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, tar %v", tt.name, tar), func(t *testing.T) {
				t.Parallel()
				files := imagetest.OCI(img)
				tt.damage(files)
				place := filepath.Join(t.TempDir(), "image")
				if tar {
					files.WriteTar(t, place)
				} else {
					files.WriteDir(t, place)
				}
				rep, err := scan.Image(t.Context(), place, scan.Options{Database: newFakeDB(), Limits: tt.limits})
				if err != nil {
					t.Fatal(err)
				}
				checkBroken(t, rep, tt.is, tt.want, upper.DiffID)
			})
		}
	}
}

// TestBrokenContent has upper layers that are as their digests say, but no layer.
func TestBrokenContent(t *testing.T) {
	t.Parallel()
	upper := twoLayers().Build().Layers[1].Tar
	zeros := make([]byte, 64<<20)
	for i := range zeros[:512] {
		zeros[i] = upper[i]
	}
	tests := []struct {
		name   string
		blob   []byte
		limits scan.Limits
		is     error
		want   string
	}{
		{name: "not a tar", blob: []byte(strings.Repeat("no tar at all ", 100)), want: "neither a tar"},
		{name: "not a tar in gzip", blob: imagetest.Gzip([]byte(strings.Repeat("no tar at all ", 100))), want: "neither a tar"},
		{name: "truncated tar", blob: imagetest.Gzip(upper[:600]), is: io.ErrUnexpectedEOF},
		{name: "truncated tar in a header", blob: imagetest.Plain(upper[:400]), is: io.ErrUnexpectedEOF},
		{name: "a bomb", blob: imagetest.Zstd(imagetest.TarOf(imagetest.File("zeros", string(make([]byte, 64<<20))))), is: scan.ErrLimit},
		{name: "a bomb after the end of the tar", blob: imagetest.Zstd(append(bytes.Clone(upper), zeros[512:]...)), is: scan.ErrLimit},
		{name: "a low ratio", blob: imagetest.Gzip(imagetest.TarOf(imagetest.File("zeros", string(make([]byte, 32<<20))))), limits: scan.Limits{Ratio: 100}, is: scan.ErrLimit},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			img := twoLayers()
			img.Layers[1] = imagetest.Layer{Raw: upper, Break: func([]byte) []byte { return tt.blob }}
			place := filepath.Join(t.TempDir(), "image.tar")
			imagetest.OCI(img).WriteTar(t, place)
			rep, err := scan.Image(t.Context(), place, scan.Options{Database: newFakeDB(), Limits: tt.limits})
			if err != nil {
				t.Fatal(err)
			}
			checkBroken(t, rep, tt.is, tt.want, img.Build().Layers[1].DiffID)
		})
	}
}

// checkBroken wants the base layer's package, one problem of the upper layer,
// and a gate that fails.
func checkBroken(t *testing.T, rep *scan.Report, is error, want, diffID string) {
	t.Helper()
	if len(rep.Components) != 1 || rep.Components[0].Name != "a" || len(rep.Vulnerabilities) != 3 {
		t.Errorf("report has packages %v and %d vulnerabilities, want a and 3", rep.Components, len(rep.Vulnerabilities))
	}
	if len(rep.Problems) != 1 {
		t.Fatalf("report has problems:\n%s\nwant one", problems(rep.Problems))
	}
	p := rep.Problems[0]
	var layer *scan.LayerError
	if !errors.As(p.Err, &layer) || layer.Index != 1 || p.Hides != artifact.HidesSome || string(p.Layer) != diffID {
		t.Errorf("problem is %v, want one of layer 1, %s", p, diffID)
	}
	if is != nil && !errors.Is(p.Err, is) || !strings.Contains(p.Err.Error(), want) {
		t.Errorf("problem is %v, want %v, %q", p.Err, is, want)
	}
	if v := (scan.Gate{Severity: 4}).Judge(rep); !v.Failed || v.Complete {
		t.Errorf("gate says %+v, want failed and not complete", v)
	}
}

// A limit that all layers share ends the scan.
func TestTotalBytes(t *testing.T) {
	t.Parallel()
	place := filepath.Join(t.TempDir(), "image.tar")
	imagetest.OCI(twoLayers()).WriteTar(t, place)
	_, err := scan.Image(t.Context(), place, scan.Options{Database: newFakeDB(), Limits: scan.Limits{TotalBytes: 4096}})
	if !errors.Is(err, scan.ErrLimit) || !errors.Is(err, artifact.ErrTotal) {
		t.Errorf("Image error is %v, want ErrTotal", err)
	}
}

// TestCannotScan has images of which there is no report at all.
func TestCannotScan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write := func(name string, b []byte) {
		if err := os.WriteFile(at(name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("empty", nil)
	write("text", []byte("hello"))
	write("notar.gz", imagetest.Gzip([]byte("hello")))
	write("other.tar", imagetest.TarOf(imagetest.File("x", "y")))
	noManifest := imagetest.Docker(twoLayers())
	delete(noManifest, "manifest.json")
	noManifest.WriteTar(t, at("nomanifest.tar"))
	noIndex := imagetest.OCI(twoLayers())
	delete(noIndex, "index.json")
	noIndex.WriteDir(t, at("noindex"))
	arm := twoLayers()
	arm.Architecture = "arm64"
	imagetest.OCI(arm, arm).WriteTar(t, at("arm.tar"))

	tests := []struct{ ref, want string }{
		{at("empty"), at("empty")},
		{at("text"), at("text")},
		{at("notar.gz"), at("notar.gz")},
		{at("other.tar"), at("other.tar")},
		{at("nomanifest.tar"), "manifest.json"},
		{at("noindex"), "index.json"},
		{at("absent"), "no such file"},
		{"oci:" + at("absent"), "no such file"},
		{"docker-archive:" + at("other.tar"), "manifest.json"},
		{at("arm.tar"), "linux/arm64"},
		{"not a reference", "not a reference"},
	}
	for _, tt := range tests {
		rep, err := scan.Image(t.Context(), tt.ref, scan.Options{Database: newFakeDB(), Source: scan.SourceOptions{Platform: "linux/amd64"}})
		if err == nil {
			t.Errorf("Image(%q) = %+v, want an error", tt.ref, rep)
		} else if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Image(%q) error is %q, want %q in it", tt.ref, err, tt.want)
		}
	}
}

// TestBrokenFiles has images that can be read, with files that cannot.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	file := imagetest.File
	release := file("etc/os-release", debianRelease)
	tests := []struct {
		name    string
		entries []imagetest.Entry
		want    []string // in the problems, one each
		hides   artifact.Hides
		list    string
	}{
		{"a broken stanza", []imagetest.Entry{release, file("var/lib/dpkg/status", stanza("a", "1.0")+"Package: half\n no version\nStatus: install ok installed\n\n"+stanza("b", "1.0"))},
			[]string{"half"}, artifact.HidesSome, "[a=1.0@0 b=1.0@0]"},
		{"an empty image", nil, []string{scan.ErrNoOS.Error()}, artifact.HidesAll, "[]"},
		{"no operating system", []imagetest.Entry{file("var/lib/dpkg/status", stanza("a", "1.0"))},
			[]string{scan.ErrNoOS.Error()}, artifact.HidesAll, "[a=1.0@0]"},
		{"no packages", []imagetest.Entry{release}, []string{scan.ErrNoPackages.Error()}, artifact.HidesAll, "[]"},
		{"an unknown family", []imagetest.Entry{file("etc/os-release", "ID=plan9\nVERSION_ID=4\n"), file("var/lib/dpkg/status", stanza("a", "1.0"))},
			[]string{"plan9"}, artifact.HidesAll, "[a=1.0@0]"},
		{"a version that is none", []imagetest.Entry{release, file("var/lib/dpkg/status", stanza("a", "1.0")+stanza("b", "1_0"))},
			[]string{"1_0"}, artifact.HidesSome, "[a=1.0@0 b=1_0@0]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			place := filepath.Join(t.TempDir(), "image.tar")
			imagetest.Docker(imagetest.Image{Layers: []imagetest.Layer{{Entries: tt.entries}}}).WriteTar(t, place)
			rep, err := scan.Image(t.Context(), place, scan.Options{Database: newFakeDB()})
			if err != nil {
				t.Fatal(err)
			}
			if len(rep.Problems) != len(tt.want) {
				t.Fatalf("report has problems:\n%s\nwant %d", problems(rep.Problems), len(tt.want))
			}
			for i, want := range tt.want {
				if p := rep.Problems[i]; !strings.Contains(p.Err.Error(), want) || p.Hides != tt.hides {
					t.Errorf("problem is %v, want %q, that hides %s", p, want, tt.hides)
				}
			}
			inv := &scan.Inventory{Components: rep.Components}
			if got := fmt.Sprint(listing(inv)); got != tt.list {
				t.Errorf("report lists %s, want %s", got, tt.list)
			}
		})
	}
}

// TestRegistryFails has registries that answer with an error, or not to the end.
func TestRegistryFails(t *testing.T) {
	t.Parallel()
	upper := twoLayers().Build().Layers[1]
	fail := func(status int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/manifests/") {
				return false
			}
			w.WriteHeader(status)
			return true
		}
	}
	tests := []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request) bool
		want   string // of the error; empty: a problem of the upper layer
	}{
		{"401", fail(http.StatusUnauthorized), "denied"},
		{"404", fail(http.StatusNotFound), "not found"},
		{"429", fail(http.StatusTooManyRequests), "429"},
		{"500", fail(http.StatusInternalServerError), "500"},
		{"cut in mid-layer, each time", func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, upper.Digest) || r.Method != http.MethodGet {
				return false
			}
			w.Header().Set("Content-Length", strconv.Itoa(len(upper.Blob)))
			_, _ = w.Write(upper.Blob[:len(upper.Blob)/2])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			host := newFailingRegistry(t, tt.answer)
			rep, err := scan.Image(t.Context(), host+"/app:1", scan.Options{Database: newFakeDB(), Source: scan.SourceOptions{Insecure: true}})
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				checkBroken(t, rep, artifact.ErrInterrupted, "", twoLayers().Build().Layers[1].DiffID)
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), host) {
				t.Errorf("Image error is %v, want %q and %s in it", err, tt.want, host)
			}
		})
	}
}

// newFailingRegistry serves the image app:1, but for the requests that answer
// answers itself.
func newFailingRegistry(t *testing.T, answer func(http.ResponseWriter, *http.Request) bool) (host string) {
	t.Helper()
	upstream := newRegistry(t)
	place := filepath.Join(t.TempDir(), "image.tar")
	imagetest.OCI(twoLayers()).WriteTar(t, place)
	ref, err := name.ParseReference(upstream+"/app:1", name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, readArchive(t, place)); err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer(w, r) {
			return
		}
		r.URL.Scheme, r.URL.Host, r.RequestURI = "http", upstream, ""
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		for k, v := range resp.Header {
			w.Header()[k] = v
		}
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	t.Cleanup(proxy.Close)
	return strings.TrimPrefix(proxy.URL, "http://")
}
