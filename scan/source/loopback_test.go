package source

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	ggcr "github.com/google/go-containerregistry/pkg/registry"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A loopback is a registry that a test runs.
type loopback struct {
	host    string // 127.0.0.1:port
	server  *httptest.Server
	handler http.Handler // the registry itself, whatever stands before it

	mu   sync.Mutex
	seen []string // method, path and Range header of requests for documents and blobs
}

// startLoopback starts a registry. front, if it is not nil, stands before it.
func startLoopback(t *testing.T, front func(w http.ResponseWriter, r *http.Request, next http.Handler)) *loopback {
	t.Helper()
	l := &loopback{handler: ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0)))}
	l.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		l.seen = append(l.seen, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("Range")))
		l.mu.Unlock()
		if front != nil {
			front(w, r, l.handler)
			return
		}
		l.handler.ServeHTTP(w, r)
	}))
	l.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	l.server.Start()
	l.host = l.server.Listener.Addr().String()
	t.Cleanup(l.server.Close)
	return l
}

// requests returns the requests so far whose path has the part.
func (l *loopback) requests(part string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []string
	for _, s := range l.seen {
		if strings.Contains(s, part) {
			found = append(found, s)
		}
	}
	return found
}

// push puts an image into the repository app, by its digest and its tag.
func (l *loopback) push(t *testing.T, tag string, img imagetest.Image) imagetest.Built {
	t.Helper()
	built := img.Build()
	l.pushBlob(t, built.Config)
	for _, layer := range built.Layers {
		l.pushBlob(t, layer.Blob)
	}
	l.pushManifest(t, tag, built.Descriptor.MediaType, built.Manifest)
	return built
}

func (l *loopback) pushBlob(t *testing.T, b []byte) {
	t.Helper()
	l.send(t, http.MethodPost, "/v2/app/blobs/uploads/?digest="+imagetest.Digest(b), "", b)
}

func (l *loopback) pushManifest(t *testing.T, tag, mediaType string, b []byte) {
	t.Helper()
	l.send(t, http.MethodPut, "/v2/app/manifests/"+tag, mediaType, b)
}

func (l *loopback) send(t *testing.T, method, target, mediaType string, b []byte) {
	t.Helper()
	req := httptest.NewRequest(method, target, bytes.NewReader(b))
	req.Header.Set("Content-Type", mediaType)
	w := httptest.NewRecorder()
	l.handler.ServeHTTP(w, req)
	if w.Code != http.StatusCreated {
		t.Fatalf("%s %s: status %d: %s", method, target, w.Code, w.Body)
	}
}

// quickRegistry is Registry without pauses, which it counts.
func quickRegistry(t *testing.T, ref string, opts Options) (*registry, *atomic.Int64) {
	t.Helper()
	src, err := Registry(ref, opts)
	if err != nil {
		t.Fatalf("Registry(%q): %v", ref, err)
	}
	pauses := new(atomic.Int64)
	r := src.(*registry)
	r.wait = func(ctx context.Context, attempt int) error {
		if attempt < 1 {
			t.Errorf("wait for attempt %d, want at least 1", attempt)
		}
		pauses.Add(1)
		return ctx.Err()
	}
	return r, pauses
}

// openLoopback opens an image that must be there.
func openLoopback(t *testing.T, ref string, opts Options) artifact.Artifact {
	t.Helper()
	r, _ := quickRegistry(t, ref, opts)
	art, err := r.Open(t.Context())
	if err != nil {
		t.Fatalf("Open(%q): %v", ref, err)
	}
	t.Cleanup(func() {
		if err := art.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return art
}

// openError returns the error of an image that cannot be opened.
func openError(t *testing.T, ref string, opts Options) error {
	t.Helper()
	r, _ := quickRegistry(t, ref, opts)
	art, err := r.Open(t.Context())
	if err == nil {
		art.Close()
		t.Fatalf("Open(%q) = %+v, want an error", ref, art.Target())
	}
	return err
}

// layerFiles walks a layer and returns its files' content by path. It goes on
// after a file that cannot be read, as a scan does: Walk must fail then.
func layerFiles(l artifact.Layer) (map[string]string, error) {
	files := map[string]string{}
	var unread error
	err := l.Walk(context.Background(), func(f *artifact.File) error {
		b, err := f.Bytes()
		if err != nil {
			unread = fmt.Errorf("Walk returns nil after: %w", err)
		}
		files[f.Path] = string(b)
		return nil
	})
	if err == nil {
		err = unread
	}
	return files, err
}

// checkMessage checks that err says all of wants.
func checkMessage(t *testing.T, what string, err error, wants ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("%s: no error, want one with %q", what, wants)
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %q, want %q in it", what, err, want)
		}
	}
}

// smallImage has two layers with a file each.
func smallImage(arch string) imagetest.Image {
	return imagetest.Image{Architecture: arch, Layers: []imagetest.Layer{
		{Entries: []imagetest.Entry{imagetest.File("etc/arch", arch)}},
		{Entries: []imagetest.Entry{imagetest.File("etc/more", "more")}, Compress: imagetest.Zstd},
	}}
}

// A countingTransport counts what it is asked.
type countingTransport struct {
	requests, closed atomic.Int64
	next             func(*http.Request) (*http.Response, error)
}

func (c *countingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	c.requests.Add(1)
	return c.next(r)
}

func (c *countingTransport) CloseIdleConnections() { c.closed.Add(1) }

// busyFront answers the first times requests whose path has the part with
// status.
func busyFront(part string, status int, times int64) func(http.ResponseWriter, *http.Request, http.Handler) {
	var n atomic.Int64
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if strings.HasSuffix(r.URL.Path, part) && n.Add(1) <= times {
			w.WriteHeader(status)
			fmt.Fprint(w, `{"errors":[{"code":"TOOMANYREQUESTS","message":"come back\u001b[31m later"}]}`)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// replaceFront serves other bytes for the paths that it has.
func replaceFront(bodies map[string][]byte) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		for part, body := range bodies {
			if strings.HasSuffix(r.URL.Path, part) {
				w.Write(body)
				return
			}
		}
		next.ServeHTTP(w, r)
	}
}

// cutFront sends only the first bytes of the first times requests whose path
// has the end, and cuts the connection.
func cutFront(end string, sent int, times int64) func(http.ResponseWriter, *http.Request, http.Handler) {
	var n atomic.Int64
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !strings.HasSuffix(r.URL.Path, end) || n.Add(1) > times {
			next.ServeHTTP(w, r)
			return
		}
		sendPart(w, r, next, sent)
		panic(http.ErrAbortHandler)
	}
}

// sendPart sends next's response but only the first bytes of its body.
func sendPart(w http.ResponseWriter, r *http.Request, next http.Handler, sent int) {
	whole := httptest.NewRecorder()
	next.ServeHTTP(whole, r)
	for name, values := range whole.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(whole.Code)
	w.Write(whole.Body.Bytes()[:min(sent, whole.Body.Len())])
	http.NewResponseController(w).Flush()
}

// waitForGoroutines waits until no more than n goroutines are left.
func waitForGoroutines(t *testing.T, n int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > n {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), n, stacks[:runtime.Stack(stacks, true)])
		}
		runtime.Gosched()
	}
}
