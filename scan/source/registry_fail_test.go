package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

func TestRegistryBusy(t *testing.T) {
	t.Parallel()
	image := smallImage("amd64")
	blob := image.Build().Layers[0].Digest
	for _, tt := range []struct {
		part   string
		status int
		text   string
	}{
		{"/v2/", 429, "429 Too Many Requests"},
		{"/manifests/1", 429, "429 Too Many Requests"},
		{"/manifests/1", 500, "500 Internal Server Error"},
		{"/manifests/1", 503, "503 Service Unavailable"},
		{"/blobs/" + blob, 502, "502 Bad Gateway"},
	} {
		t.Run(fmt.Sprintf("%s %d", tt.part[:4], tt.status), func(t *testing.T) {
			t.Parallel()
			open := func(times int64) (*loopback, int64, error) {
				l := startLoopback(t, busyFront(tt.part, tt.status, times))
				l.push(t, "1", image)
				r, pauses := quickRegistry(t, l.host+"/app:1", Options{})
				art, err := r.Open(t.Context())
				if err == nil {
					defer art.Close()
					_, err = layerFiles(art.Layers()[0])
				}
				return l, pauses.Load(), err
			}
			if _, pauses, err := open(3); err != nil || pauses != 3 {
				t.Errorf("with a registry busy 3 times: %v after %d pauses, want nil after 3", err, pauses)
			}
			l, pauses, err := open(1000)
			checkMessage(t, "with a registry that stays busy", err,
				": the registry answers "+tt.text+", \"TOOMANYREQUESTS: come back\\x1b[31m later\", 4 times")
			if errors.Is(err, artifact.ErrInterrupted) {
				t.Errorf("with a registry that stays busy: error %v matches ErrInterrupted", err)
			}
			if n := len(l.requests(tt.part)); pauses != 3 || tt.part != "/v2/" && n != 4 {
				t.Errorf("with a registry that stays busy: %d requests, %d pauses, want 4 and 3", n, pauses)
			}
		})
	}
}

func TestRegistryRefuses(t *testing.T) {
	t.Parallel()
	image := smallImage("amd64")
	for _, tt := range []struct {
		name   string
		part   string
		status int
		want   []string
	}{
		{"denied", "/manifests/1", 403, []string{"fetch manifest of %s/app:1: access to %s/app is denied (403 Forbidden"}},
		{"teapot", "/manifests/1", 418, []string{"fetch manifest of %s/app:1: the registry answers 418 I'm a teapot"}},
		{"config", "/blobs/" + imagetest.Digest(image.Build().Config), 404, []string{"fetch config of %s/app:1: not found in %s/app (404 Not Found"}},
		{"partial document", "/manifests/1", 206, []string{"the registry answers 206 Partial Content"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := startLoopback(t, busyFront(tt.part, tt.status, 1000))
			l.push(t, "1", image)
			r, pauses := quickRegistry(t, l.host+"/app:1", Options{})
			_, err := r.Open(t.Context())
			for _, want := range tt.want {
				checkMessage(t, "Open", err, strings.ReplaceAll(want, "%s", l.host))
			}
			if answer := (*StatusError)(nil); !errors.As(err, &answer) || answer.Status != tt.status || answer.Repository != l.host+"/app" {
				t.Errorf("Open: error %#v is no StatusError with %d", err, tt.status)
			}
			if n := pauses.Load(); n != 0 {
				t.Errorf("Open paused %d times for a status that stays", n)
			}
		})
	}
	t.Run("no such tag", func(t *testing.T) {
		t.Parallel()
		l := startLoopback(t, nil)
		l.push(t, "1", image)
		checkMessage(t, "Open", openError(t, l.host+"/app:2", Options{}),
			"fetch manifest of "+l.host+"/app:2: not found in "+l.host+"/app (404 Not Found, \"MANIFEST_UNKNOWN: Unknown manifest\")")
	})
	t.Run("no such layer", func(t *testing.T) {
		t.Parallel()
		l := startLoopback(t, nil)
		built := image.Build()
		l.pushBlob(t, built.Config)
		l.pushManifest(t, "1", built.Descriptor.MediaType, built.Manifest)
		_, err := layerFiles(openLoopback(t, l.host+"/app:1", Options{}).Layers()[0])
		checkMessage(t, "Walk", err, built.Layers[0].Digest, "fetch from "+l.host+"/app: not found", "404")
	})
	t.Run("nobody there", func(t *testing.T) {
		t.Parallel()
		l := startLoopback(t, nil)
		l.server.Close()
		checkMessage(t, "Open", openError(t, l.host+"/app:1", Options{}), "fetch manifest of "+l.host+"/app:1: ", "refused")
	})
}

func TestRegistryDigests(t *testing.T) {
	t.Parallel()
	image, other := smallImage("amd64"), smallImage("arm64")
	built, others := image.Build(), other.Build()
	longer := append(bytes.Clone(built.Layers[0].Blob), 0)
	for _, tt := range []struct {
		name string
		path string
		body []byte
		ref  string
	}{
		{"manifest", "/manifests/" + built.Descriptor.Digest, others.Manifest, "@" + built.Descriptor.Digest},
		{"config", "/blobs/" + imagetest.Digest(built.Config), others.Config, ":1"},
		{"layer", "/blobs/" + built.Layers[0].Digest, others.Layers[0].Blob, ":1"},
		{"longer layer", "/blobs/" + built.Layers[0].Digest, longer, ":1"},
		{"shorter layer", "/blobs/" + built.Layers[0].Digest, built.Layers[0].Blob[:40], ":1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := startLoopback(t, replaceFront(map[string][]byte{tt.path: tt.body}))
			l.push(t, "1", image)
			r, _ := quickRegistry(t, l.host+"/app"+tt.ref, Options{})
			art, err := r.Open(t.Context())
			if err == nil {
				defer art.Close()
				_, err = layerFiles(art.Layers()[0])
			}
			if !errors.Is(err, artifact.ErrDigest) {
				t.Errorf("with a wrong %s: error %v, want one that matches ErrDigest", tt.name, err)
			}
		})
	}
}

func TestRegistryDocumentLimit(t *testing.T) {
	t.Parallel()
	l := startLoopback(t, nil)
	built := l.push(t, "1", smallImage("amd64"))
	if len(built.Config) >= len(built.Manifest) {
		t.Fatalf("config of %d bytes, manifest of %d; the test needs it smaller", len(built.Config), len(built.Manifest))
	}
	open := func(limit int) error {
		r, _ := quickRegistry(t, l.host+"/app:1", Options{Limits: artifact.Limits{MetadataBytes: int64(limit)}})
		art, err := r.Open(t.Context())
		if err == nil {
			art.Close()
		}
		return err
	}
	if err := open(len(built.Manifest)); err != nil {
		t.Errorf("Open with MetadataBytes of the manifest's length: %v", err)
	}
	err := open(len(built.Manifest) - 1)
	checkMessage(t, "Open with MetadataBytes one less", err, "fetch manifest of ")
	if !errors.Is(err, artifact.ErrLimit) {
		t.Errorf("Open with MetadataBytes one less: error %v, want one that matches ErrLimit", err)
	}
}

func TestRegistryDocumentCut(t *testing.T) {
	t.Parallel()
	image := smallImage("amd64")
	for _, end := range []string{"/manifests/1", "/blobs/" + imagetest.Digest(image.Build().Config)} {
		l := startLoopback(t, cutFront(end, 20, 2))
		l.push(t, "1", image)
		openLoopback(t, l.host+"/app:1", Options{})

		l = startLoopback(t, cutFront(end, 20, 1000))
		l.push(t, "1", image)
		checkMessage(t, "Open", openError(t, l.host+"/app:1", Options{}), "unexpected EOF")
		if got := l.requests(end); len(got) != attempts {
			t.Errorf("%d requests of a document that is always cut, want %d", len(got), attempts)
		}
	}
}

func TestRegistryForbiddenRedirect(t *testing.T) {
	t.Parallel()
	image := smallImage("amd64")
	blob := image.Build().Layers[0]
	for location, want := range map[string]string{
		"https://169.254.169.254/secrets": "local address 169.254.169.254",
		"http://storage.example/blob":     "plain HTTP is not allowed",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			l := startLoopback(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if strings.HasSuffix(r.URL.Path, blob.Digest) {
					next = http.RedirectHandler(location, http.StatusTemporaryRedirect)
				}
				next.ServeHTTP(w, r)
			})
			l.push(t, "1", image)
			own := newTransport(false)
			t.Cleanup(own.CloseIdleConnections)
			// The registry stands at a public name, with HTTPS.
			public := &countingTransport{next: func(r *http.Request) (*http.Response, error) {
				if r.URL.Scheme != "https" || r.URL.Host != "registry.example" {
					t.Errorf("request to %s", r.URL)
					return nil, errors.New("not found")
				}
				local := r.Clone(r.Context())
				local.URL.Scheme, local.URL.Host = "http", l.host
				resp, err := own.RoundTrip(local)
				if resp != nil {
					resp.Request = r
				}
				return resp, err
			}}
			_, err := layerFiles(openLoopback(t, "registry.example/app:1", Options{Transport: public}).Layers()[0])
			checkMessage(t, "Walk", err, "fetch from registry.example/app: ", want)
		})
	}
}

func TestRegistryCancel(t *testing.T) {
	t.Parallel()
	image := imagetest.Image{Layers: []imagetest.Layer{{
		Entries:  []imagetest.Entry{imagetest.File("a", strings.Repeat("a", 200<<10)), imagetest.File("b", strings.Repeat("b", 200<<10))},
		Compress: imagetest.Plain,
	}}}
	blob := image.Build().Layers[0].Digest
	for _, end := range []string{"/v2/", "/manifests/1", blob} {
		t.Run(end[:4], func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			// The request is answered in part, and then nothing comes.
			l := startLoopback(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if !strings.HasSuffix(r.URL.Path, end) {
					next.ServeHTTP(w, r)
					return
				}
				if end == blob {
					sendPart(w, r, next, 250<<10)
				}
				cancel()
				<-r.Context().Done()
			})
			l.push(t, "1", image)
			r, pauses := quickRegistry(t, l.host+"/app:1", Options{})
			art, err := r.Open(ctx)
			if end == blob {
				if err != nil {
					t.Fatal(err)
				}
				defer art.Close()
				err = art.Layers()[0].Walk(ctx, func(f *artifact.File) error {
					_, err := f.Bytes()
					return err
				})
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled at %s: error %v, want context.Canceled", end, err)
			}
			if n := pauses.Load(); n != 0 {
				t.Errorf("cancelled at %s: paused %d times", end, n)
			}
		})
	}
	t.Run("pause", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		l := startLoopback(t, busyFront("/manifests/1", 503, 1000))
		l.push(t, "1", image)
		src, err := Registry(l.host+"/app:1", Options{})
		if err != nil {
			t.Fatal(err)
		}
		src.(*registry).wait = func(ctx context.Context, attempt int) error {
			cancel()
			return backoff(ctx, attempt)
		}
		if _, err := src.Open(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled in a pause: error %v, want context.Canceled", err)
		}
		if n := len(l.requests("/manifests/1")); n != 1 {
			t.Errorf("cancelled in a pause: %d requests, want 1", n)
		}
	})
}

// It runs alone, so that it counts only its own goroutines. The registry stays
// up, so that connections end only if this side closes them.
func TestRegistryLeavesNoGoroutine(t *testing.T) {
	image := smallImage("amd64")
	l := startLoopback(t, cutFront(image.Build().Layers[0].Digest, 30, 1))
	l.push(t, "1", image)
	before := runtime.NumGoroutine()

	r, _ := quickRegistry(t, l.host+"/app:1", Options{})
	art, err := r.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, layer := range art.Layers() {
		if _, err := layerFiles(layer); err != nil {
			t.Errorf("Walk: %v", err)
		}
		stop := errors.New("stop")
		if err := layer.Walk(t.Context(), func(*artifact.File) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("Walk that is stopped: %v", err)
		}
	}
	if err := art.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	waitForGoroutines(t, before)
	openError(t, l.host+"/app:2", Options{})
	openError(t, l.host+"/app:1", Options{Platform: "linux/s390x"})
	waitForGoroutines(t, before)
}
