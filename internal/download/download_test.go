package download

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var content = bytes.Repeat([]byte("0123456789abcdef"), 10_000)

// client waits for nothing.
func client() *Client {
	return &Client{sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
}

// serve answers the n-th request, from 1, by handle.
func serve(t *testing.T, handle func(n int, w http.ResponseWriter, r *http.Request)) (address string, requests *[]string) {
	t.Helper()
	requests = new([]string)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*requests = append(*requests, r.Header.Get("Range"))
		handle(len(*requests), w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, requests
}

// cut sends the first n bytes of an answer that says it has all.
func cut(w http.ResponseWriter, body []byte, n int) {
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.Write(body[:n])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func TestWhole(t *testing.T) {
	t.Parallel()
	at, _ := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"a"`)
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		if r.Header.Get("If-None-Match") == `"a"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Write(content)
	})
	last := int64(0)
	got, res, err := client().Bytes(t.Context(), Request{URL: at, MaxBytes: 1 << 20, Progress: func(done, _ int64) { last = done }})
	want := Response{ETag: `"a"`, LastModified: "Mon, 02 Jan 2006 15:04:05 GMT", Size: int64(len(content)), Tries: 1}
	if err != nil || !bytes.Equal(got, content) || res != want || last != want.Size {
		t.Errorf("Bytes = %d bytes, %+v, %v, progress %d, want the content and %+v", len(got), res, err, last, want)
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(strings.Repeat("old", 100_000)); err != nil {
		t.Fatal(err)
	}
	if res, err := client().File(t.Context(), Request{URL: at, MaxBytes: 1 << 20, ETag: `"a"`}, f); err != nil || !res.NotModified {
		t.Errorf("File with the tag = %+v, %v, want not modified", res, err)
	}
	if _, err := client().File(t.Context(), Request{URL: at, MaxBytes: 1 << 20}, f); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(f.Name()); err != nil || !bytes.Equal(got, content) {
		t.Errorf("the file has %d bytes, %v, want the content alone", len(got), err)
	}
}

// A body that is cut is gone on with, wherever that is.
func TestResume(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 4096, len(content) - 1} {
		at, requests := serve(t, func(i int, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"a"`)
			if i == 1 {
				cut(w, content, n)
			}
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
		})
		got, res, err := client().Bytes(t.Context(), Request{URL: at, MaxBytes: 1 << 20})
		if err != nil || !bytes.Equal(got, content) || res.Tries != 2 {
			t.Errorf("cut at %d: Bytes = %d bytes, %+v, %v, want the content by the second try", n, len(got), res, err)
		}
		want := ""
		if n > 0 {
			want = fmt.Sprintf("bytes=%d-", n)
		}
		if (*requests)[1] != want {
			t.Errorf("cut at %d: the second request has the range %q, want %q", n, (*requests)[1], want)
		}
	}
}

// What cannot be gone on with is fetched from the beginning.
func TestRestart(t *testing.T) {
	t.Parallel()
	other := bytes.ToUpper(content)
	for name, second := range map[string]func(w http.ResponseWriter, r *http.Request){
		"ranges are not known": func(w http.ResponseWriter, _ *http.Request) { w.Write(other) },
		"it has changed": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"b"`)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(other))
		},
		"another range": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 7-%d/%d", len(content)-1, len(content)))
			w.WriteHeader(http.StatusPartialContent)
			w.Write(content[7:])
		},
		"nonsense": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "bytes */*")
			w.WriteHeader(http.StatusPartialContent)
		},
		"no range": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusRequestedRangeNotSatisfiable) },
	} {
		at, _ := serve(t, func(i int, w http.ResponseWriter, r *http.Request) {
			switch i {
			case 1:
				w.Header().Set("ETag", `"a"`)
				cut(w, content, 5000)
			case 2:
				second(w, r)
			default:
				w.Write(other)
			}
		})
		if got, _, err := client().Bytes(t.Context(), Request{URL: at, MaxBytes: 1 << 20}); err != nil || !bytes.Equal(got, other) {
			t.Errorf("%s: Bytes = %d bytes, %v, want the new content", name, len(got), err)
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		tries int
		want  string
		err   error
		serve func(n int, w http.ResponseWriter)
	}{
		{"not there", 1, "the server answers 404", ErrNotFound, func(_ int, w http.ResponseWriter) { w.WriteHeader(404) }},
		{"not allowed", 1, "the server answers 403 Forbidden", nil, func(_ int, w http.ResponseWriter) { w.WriteHeader(403) }},
		{"always broken", 5, "the server answers 500 Internal Server Error", nil, func(_ int, w http.ResponseWriter) { w.WriteHeader(500) }},
		{"broken twice", 3, "", nil, func(n int, w http.ResponseWriter) {
			if n < 3 {
				w.WriteHeader(503)
			}
		}},
		{"busy", 2, "", nil, func(n int, w http.ResponseWriter) {
			if n == 1 {
				w.Header().Set("Retry-After", "3")
				w.WriteHeader(429)
			}
		}},
		{"busy for long", 1, "asks to wait 1h0m0s", nil, func(_ int, w http.ResponseWriter) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(429)
		}},
		{"too large", 1, "too large", ErrTooLarge, func(_ int, w http.ResponseWriter) {
			w.Header().Set("Content-Length", "2000000")
			w.WriteHeader(200)
		}},
		{"too large, unsaid", 1, "too large: more than 1000000 bytes", ErrTooLarge, func(_ int, w http.ResponseWriter) {
			for range 200 {
				w.Write(make([]byte, 10_000))
				w.(http.Flusher).Flush()
			}
		}},
		{"always cut", 5, "cut short", errCut, func(_ int, w http.ResponseWriter) { cut(w, content, 10) }},
		{"chunks cut", 5, "cut short", errCut, func(_ int, w http.ResponseWriter) {
			w.Write([]byte("some"))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}},
		{"compressed", 1, "gzip", nil, func(_ int, w http.ResponseWriter) { w.Header().Set("Content-Encoding", "gzip") }},
		{"unasked 304", 5, "was not asked", nil, func(_ int, w http.ResponseWriter) { w.WriteHeader(304) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			at, requests := serve(t, func(n int, w http.ResponseWriter, _ *http.Request) { row.serve(n, w) })
			at = strings.Replace(at, "http://", "http://user:secret@", 1) + "/file?token=secret"
			_, res, err := client().Bytes(t.Context(), Request{URL: at, MaxBytes: 1_000_000})
			if res.Tries != row.tries || len(*requests) != row.tries {
				t.Errorf("%d tries, %d requests, want %d", res.Tries, len(*requests), row.tries)
			}
			if row.want == "" && err != nil || !strings.Contains(fmt.Sprint(err), row.want) || row.err != nil && !errors.Is(err, row.err) {
				t.Errorf("Bytes: error is %v, want %q", err, row.want)
			}
			if strings.Contains(fmt.Sprint(err), "secret") {
				t.Errorf("Bytes: the error tells a secret: %v", err)
			}
		})
	}
}

func TestPauses(t *testing.T) {
	t.Parallel()
	at, _ := serve(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 2 {
			w.Header().Set("Retry-After", "7")
		}
		w.WriteHeader(429)
	})
	var pauses []time.Duration
	c := &Client{Wait: time.Second, MaxWait: 10 * time.Second, Attempts: 6, sleep: func(_ context.Context, d time.Duration) error {
		pauses = append(pauses, d)
		return nil
	}}
	c.Bytes(t.Context(), Request{URL: at, MaxBytes: 10})
	for i, most := range []time.Duration{1, 7, 4, 8, 10} {
		if pauses[i] <= 0 || pauses[i] > most*time.Second+1 {
			t.Errorf("pause %d is %s, want more than nothing and at most %ds", i, pauses[i], most)
		}
	}
	if pauses[1] != 7*time.Second {
		t.Errorf("pause after Retry-After: 7 is %s", pauses[1])
	}
}

// A server that stops sending is left, and gone on with.
func TestStall(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	defer close(release)
	at, _ := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"a"`)
		if n > 1 {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		w.Write(content[:100])
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-release:
		}
	})
	c := client()
	c.Idle = time.Millisecond // of a server that would stall for ever
	c.Attempts = 100
	if got, res, err := c.Bytes(t.Context(), Request{URL: at, MaxBytes: 1 << 20}); err != nil || !bytes.Equal(got, content) || res.Tries < 2 {
		t.Errorf("Bytes = %d bytes, %+v, %v, want the content by a later try", len(got), res, err)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	at, requests := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "10")
		w.Write([]byte("x"))
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	if _, _, err := client().Bytes(ctx, Request{URL: at, MaxBytes: 10}); !errors.Is(err, context.Canceled) || len(*requests) != 1 {
		t.Errorf("Bytes when cancelled: %v after %d requests, want context.Canceled after 1", err, len(*requests))
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		if err := (&Client{}).pause(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("pause = %v after %s, want the deadline after 1s", err, time.Since(begin))
		}
		if err := (&Client{}).pause(t.Context(), time.Hour); err != nil || time.Since(begin) != time.Hour+time.Second {
			t.Errorf("pause = %v after %s, want nil after an hour more", err, time.Since(begin))
		}
	})
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	at, requests := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) })
	if _, _, err := client().Bytes(t.Context(), Request{URL: at, MaxBytes: 10}); !errors.Is(err, errRedirect) || len(*requests) > 11 {
		t.Errorf("Bytes of a loop: %v after %d requests, want a refusal after 10 redirects", err, len(*requests))
	}
	plain, _ := http.NewRequest(http.MethodGet, "http://example.com/", nil)
	secret, _ := http.NewRequest(http.MethodGet, "https://example.com/", nil)
	if err := checkRedirect(plain, []*http.Request{secret}); !errors.Is(err, errRedirect) {
		t.Errorf("checkRedirect from https to http = %v, want a refusal", err)
	}
	if err := checkRedirect(secret, []*http.Request{plain}); err != nil {
		t.Errorf("checkRedirect from http to https = %v", err)
	}
}

func FuzzHeaders(f *testing.F) {
	for _, s := range []string{"bytes 5-9/10", "bytes 0-0/*", "bytes */10", "bytes 9-5/10", "bytes 5-9/-10", "bytes 0-0/-1", "bytes +5-9/10", "120", "Mon, 02 Jan 2006 15:04:05 GMT", ""} {
		f.Add(s)
	}
	now := time.Date(2006, 1, 2, 15, 4, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if begin, total, ok := contentRange(s); ok && (begin < 0 || total < -1 || total >= 0 && begin >= total) {
			t.Errorf("contentRange(%q) = %d, %d", s, begin, total)
		}
		if d := retryAfter(s, now); d < -1 {
			t.Errorf("retryAfter(%q) = %s", s, d)
		}
	})
}

func ExampleClient_Bytes() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "advisories") }))
	defer server.Close()
	var c Client
	data, res, err := c.Bytes(context.Background(), Request{URL: server.URL, MaxBytes: 1 << 20})
	fmt.Println(string(data), res.Size, err)
	// Output: advisories 10 <nil>
}
