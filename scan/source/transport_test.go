package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestCheckRedirect(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from, to string
		ok       bool
	}{
		{"registry.example", "cdn.example", true},
		{"registry.example", "8.8.8.8", true},
		{"registry.example", "169.254.169.254", false},
		{"registry.example", "10.0.0.1:9000", true}, // the blob store behind a registry
		{"registry.example", "[::ffff:127.0.0.1]", false},
		{"registry.example", "[fe80::1%25eth0]", false},
		{"registry.example", "2852039166", false},
		{"registry.example", "127.1", false},
		{"registry.example", "localhost", false},
		{"10.0.0.1:5000", "10.0.0.2:9000", true},
		{"127.0.0.1:5000", "127.0.0.1:9000", true},
	} {
		first := &http.Request{URL: &url.URL{Scheme: "https", Host: tt.from}}
		next, err := http.NewRequest(http.MethodGet, "https://"+tt.to+"/blob", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkRedirect(next, []*http.Request{first}); (err == nil) != tt.ok {
			t.Errorf("checkRedirect from %s to %s: %v, want ok %t", tt.from, tt.to, err, tt.ok)
		}
	}
	r := &http.Request{URL: &url.URL{Host: "a.example"}}
	if err := checkRedirect(r, slices.Repeat([]*http.Request{r}, 10)); err == nil {
		t.Error("checkRedirect after 10 redirects: nil, want an error")
	}
}

func TestRetrier(t *testing.T) {
	t.Parallel()
	post, err := http.NewRequest(http.MethodPost, "https://a.example/token", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	get, err := http.NewRequest(http.MethodGet, "https://a.example/v2/", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		req   *http.Request
		err   error
		calls int64
	}{
		{"hung up", get, io.EOF, attempts},
		{"reset", get, fmt.Errorf("read: %w", syscall.ECONNRESET), attempts},
		{"refused", get, syscall.ECONNREFUSED, 1},
		{"cancelled", get, context.Canceled, 1},
		{"with a body", post, io.EOF, 1},
	} {
		count := &countingTransport{next: func(*http.Request) (*http.Response, error) { return nil, tt.err }}
		r := &retrier{next: count, wait: func(context.Context, int) error { return nil }}
		if _, err := r.RoundTrip(tt.req); !errors.Is(err, tt.err) {
			t.Errorf("%s: RoundTrip: error %v, want %v", tt.name, err, tt.err)
		}
		if got := count.requests.Load(); got != tt.calls {
			t.Errorf("%s: %d requests, want %d", tt.name, got, tt.calls)
		}
	}
}

func TestBackoffEndsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, attempt := range []int{1, 5} {
		if err := backoff(ctx, attempt); !errors.Is(err, context.Canceled) {
			t.Errorf("backoff(cancelled, %d) = %v, want context.Canceled", attempt, err)
		}
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`Get "https://a.example/x?sig=hush&t=1": EOF`:   `Get "https://a.example/x?…": EOF`,
		`Get "https://a/?a=hush": Get "https://b?hush"`: `Get "https://a/?…": Get "https://b?…"`,
		"redirect to https://a.example/x?sig=hush":      "redirect to https://a.example/x?…",
		"no token in bearer response:\n{hush}":          "no token in bearer response:",
		"connection refused":                            "connection refused",
		strings.Repeat("é", 200):                        strings.Repeat("é", 150) + "…",
	} {
		base := errors.New(in)
		got := clean(base)
		if got.Error() != want || !errors.Is(got, base) {
			t.Errorf("clean(%q) = %q, want %q, matching what it cleans", in, got, want)
		}
	}
	if clean(nil) != nil {
		t.Error("clean(nil) is not nil")
	}
}
