package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/internal/imagetest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// noise is n bytes that do not compress, the same at each call.
func noise(n int) string {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(b)
	return string(b)
}

// noisyImage has a layer of more than n stored bytes.
func noisyImage(n int, compress func([]byte) []byte) imagetest.Image {
	return imagetest.Image{Layers: []imagetest.Layer{{
		Entries:  []imagetest.Entry{imagetest.File("first", "1"), imagetest.File("noise", noise(n))},
		Compress: compress,
	}}}
}

func TestResume(t *testing.T) {
	t.Parallel()
	const size = 200_000
	for name, compress := range map[string]func([]byte) []byte{
		"gzip": imagetest.Gzip, "zstd": imagetest.Zstd, "plain": imagetest.Plain,
	} {
		for _, sent := range []int{0, 1, 100_001, size} {
			t.Run(fmt.Sprintf("%s cut at %d", name, sent), func(t *testing.T) {
				t.Parallel()
				image := noisyImage(size, compress)
				built := image.Build().Layers[0]
				cut := cutFront(built.Digest, sent, 1)
				l := startLoopback(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
					if got := r.Header.Get("Accept-Encoding"); strings.HasSuffix(r.URL.Path, built.Digest) && got != "identity" {
						t.Errorf("Accept-Encoding %q for a blob, want identity: offsets are of the stored bytes", got)
					}
					cut(w, r, next)
				})
				l.push(t, "1", image)
				got, err := layerFiles(openLoopback(t, l.host+"/app:1", Options{}).Layers()[0])
				if err != nil {
					t.Fatalf("Walk: %v", err)
				}
				if diff := cmp.Diff(map[string]string{"first": "1", "noise": noise(size)}, got); diff != "" {
					t.Errorf("files (-want +got):\n%s", diff)
				}
				path := "GET /v2/app/blobs/" + built.Digest
				want := []string{path, fmt.Sprintf("%s bytes=%d-%d", path, sent, len(built.Blob)-1)}
				if sent == 0 {
					want[1] = path
				}
				if diff := cmp.Diff(want, l.requests(built.Digest)); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// A connection that is always cut gets to the end, as long as each brings some.
func TestResumeOften(t *testing.T) {
	t.Parallel()
	image := noisyImage(100_000, imagetest.Plain)
	built := image.Build().Layers[0]
	piece := len(built.Blob)/20 + 1
	l := startLoopback(t, cutFront(built.Digest, piece, 1000))
	l.push(t, "1", image)
	got, err := layerFiles(openLoopback(t, l.host+"/app:1", Options{}).Layers()[0])
	if err != nil || got["noise"] != noise(100_000) {
		t.Errorf("Walk of a layer in 20 pieces: %d bytes of noise, %v", len(got["noise"]), err)
	}
	if n := len(l.requests(built.Digest)); n != 20 {
		t.Errorf("%d requests for 20 pieces", n)
	}
}

func TestResumeGivesUp(t *testing.T) {
	t.Parallel()
	image := noisyImage(100_000, imagetest.Plain)
	built := image.Build().Layers[0]
	for _, tt := range []struct {
		name     string
		sent     int
		requests int
		want     string
	}{
		{"nothing comes", 0, 1 + maxIdleResumes, fmt.Sprintf("cut after 0 of %d bytes, and resumed 5 times", len(built.Blob))},
		{"too little comes", 10, 1 + maxResumes, fmt.Sprintf("cut after 510 of %d bytes, and resumed 50 times", len(built.Blob))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := startLoopback(t, cutFront(built.Digest, tt.sent, 1000))
			l.push(t, "1", image)
			r, pauses := quickRegistry(t, l.host+"/app:1", Options{})
			art, err := r.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer art.Close()
			_, err = layerFiles(art.Layers()[0])
			checkMessage(t, "Walk", err, built.Digest, tt.want, "unexpected EOF")
			if errors.Is(err, artifact.ErrInterrupted) {
				t.Errorf("Walk: error %v matches ErrInterrupted, so the whole would be tried again", err)
			}
			if n := len(l.requests(built.Digest)); n != tt.requests {
				t.Errorf("%d requests, want %d", n, tt.requests)
			}
			if n := pauses.Load(); int(n) != tt.requests-1 {
				t.Errorf("%d pauses, want one before each of %d resumptions", n, tt.requests-1)
			}
		})
	}
}

// A registry that cannot send the rest is no error for good: a new walk may get
// all of it.
func TestResumeInterrupted(t *testing.T) {
	t.Parallel()
	const size = 100_000
	image := noisyImage(size, imagetest.Gzip)
	built := image.Build().Layers[0]
	const sent = 5000
	for name, rest := range map[string]http.HandlerFunc{
		"ignores the range": func(w http.ResponseWriter, r *http.Request) { w.Write(built.Blob) },
		"no such range":     func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusRequestedRangeNotSatisfiable) },
		"busy":              func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"gone":              func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"another range": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", sent+1, len(built.Blob)-1, len(built.Blob)))
			w.WriteHeader(http.StatusPartialContent)
			w.Write(built.Blob[sent+1:])
		},
		"a blob of another size": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", sent, len(built.Blob), len(built.Blob)+1))
			w.WriteHeader(http.StatusPartialContent)
			w.Write(built.Blob[sent:])
		},
		"no range": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusPartialContent)
			w.Write(built.Blob[sent:])
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int64
			l := startLoopback(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				switch {
				case !strings.HasSuffix(r.URL.Path, built.Digest):
					next.ServeHTTP(w, r)
				case r.Header.Get("Range") != "":
					rest(w, r)
				case n.Add(1) == 1:
					sendPart(w, r, next, sent)
					panic(http.ErrAbortHandler)
				default:
					next.ServeHTTP(w, r)
				}
			})
			l.push(t, "1", image)
			layer := openLoopback(t, l.host+"/app:1", Options{}).Layers()[0]
			_, err := layerFiles(layer)
			checkMessage(t, "Walk", err, built.Digest, fmt.Sprintf("resume at byte %d of %d: ", sent, len(built.Blob)))
			if !errors.Is(err, artifact.ErrInterrupted) {
				t.Errorf("Walk: error %v, want one that matches ErrInterrupted", err)
			}
			got, err := layerFiles(layer)
			if err != nil || got["noise"] != noise(size) {
				t.Errorf("second Walk: %d bytes of noise, %v", len(got["noise"]), err)
			}
		})
	}
}

// A download asks again after any error of the network, and after an end that
// comes too early without one.
func TestDownloadCauses(t *testing.T) {
	t.Parallel()
	content := noise(1000)
	for _, cause := range []error{io.EOF, io.ErrUnexpectedEOF, errors.New("stream error")} {
		d := &download{
			ctx:  t.Context(),
			size: int64(len(content)),
			wait: func(context.Context, int) error { return nil },
			get: func(_ context.Context, offset int64) (*http.Response, error) {
				resp := &http.Response{StatusCode: http.StatusOK, ContentLength: -1, Header: http.Header{}}
				if offset > 0 {
					resp.StatusCode = http.StatusPartialContent
					resp.Header.Set("Content-Range", fmt.Sprintf("bytes %d-999/*", offset))
				}
				end := min(offset+300, 1000)
				resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(content[offset:end]), errorReader{cause}))
				return resp, nil
			},
		}
		if err := d.connect(); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(d)
		if err != nil || string(got) != content || d.resumes != 3 {
			t.Errorf("cut by %v: %d of %d bytes, %d resumptions, %v; want all, 3, nil", cause, len(got), len(content), d.resumes, err)
		}
		if err := d.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := d.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

// An attempt to connect that fails is one of those without a byte.
func TestDownloadCannotConnect(t *testing.T) {
	t.Parallel()
	refused := errors.New("connection refused")
	var attempts []int
	d := &download{
		ctx: t.Context(), size: 10, body: io.NopCloser(strings.NewReader("abc")),
		get: func(context.Context, int64) (*http.Response, error) { return nil, refused },
		wait: func(_ context.Context, attempt int) error {
			attempts = append(attempts, attempt)
			return nil
		},
	}
	got, err := io.ReadAll(d)
	if string(got) != "abc" || !errors.Is(err, refused) {
		t.Errorf("read %q, %v; want abc, %v", got, err, refused)
	}
	checkMessage(t, "Read", err, "cut after 3 of 10 bytes, and resumed 5 times: connection refused")
	if diff := cmp.Diff([]int{1, 2, 3, 4, 5}, attempts); diff != "" {
		t.Errorf("attempts before which it paused (-want +got):\n%s", diff)
	}
}

// An early end is not the end, even if the connection says so.
func TestDownloadEndsEarly(t *testing.T) {
	t.Parallel()
	empty := &http.Response{StatusCode: http.StatusOK, ContentLength: -1, Body: http.NoBody}
	d := &download{
		ctx: t.Context(), size: 10, body: http.NoBody,
		get:  func(context.Context, int64) (*http.Response, error) { return empty, nil },
		wait: func(context.Context, int) error { return nil },
	}
	if got, err := io.ReadAll(d); len(got) != 0 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read %q, %v; want nothing, %v", got, err, io.ErrUnexpectedEOF)
	}
}

// A context that ends in a read or in a pause ends the download.
func TestDownloadCancel(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"read", "pause"} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		cancelIn := func(where string) error {
			if where != in {
				return nil
			}
			cancel()
			return ctx.Err()
		}
		pauses := 0
		d := &download{
			ctx: ctx, size: 10,
			body: io.NopCloser(readerFunc(func([]byte) (int, error) {
				cancelIn("read")
				return 0, errors.New("use of closed network connection")
			})),
			wait: func(context.Context, int) error { pauses++; return cancelIn("pause") },
			get: func(context.Context, int64) (*http.Response, error) {
				t.Errorf("cancelled in a %s, and connects again", in)
				return nil, io.EOF
			},
		}
		if n, err := d.Read(make([]byte, 10)); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled in a %s: Read = %d, %v, want 0, context.Canceled", in, n, err)
		}
		if want := map[string]int{"read": 0, "pause": 1}[in]; pauses != want {
			t.Errorf("cancelled in a %s: %d pauses, want %d", in, pauses, want)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Whatever follows the blob's bytes is not read.
func TestDownloadStopsAtSize(t *testing.T) {
	t.Parallel()
	body := strings.NewReader(strings.Repeat("x", 100))
	d := &download{ctx: t.Context(), size: 10, get: func(context.Context, int64) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, ContentLength: -1, Body: io.NopCloser(body)}, nil
	}}
	if err := d.connect(); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(d)
	if err != nil || !bytes.Equal(got, []byte("xxxxxxxxxx")) || body.Len() != 90 {
		t.Errorf("read %q with %d bytes left, %v; want 10 bytes with 90 left", got, body.Len(), err)
	}
}

func TestParseContentRange(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in          string
		start, size int64
		ok          bool
	}{
		{"bytes 0-0/1", 0, 1, true},
		{"bytes 5-9/10", 5, 10, true},
		{"bytes 5-9/*", 5, -1, true},
		{"bytes */10", 0, 0, false},
		{"bytes 5-/10", 0, 0, false},
		{"bytes 5-4/10", 0, 0, false},
		{"bytes -5-9/10", 0, 0, false},
		{"bytes 5-9/-1", 0, 0, false},
		{"bytes 5-9/x", 0, 0, false},
		{"bytes 5-9", 0, 0, false},
		{"items 5-9/10", 0, 0, false},
		{"bytes 99999999999999999999-9/10", 0, 0, false},
		{"", 0, 0, false},
	} {
		start, size, ok := parseContentRange(tt.in)
		if ok != tt.ok || ok && (start != tt.start || size != tt.size) {
			t.Errorf("parseContentRange(%q) = %d, %d, %t, want %d, %d, %t", tt.in, start, size, ok, tt.start, tt.size, tt.ok)
		}
	}
}
