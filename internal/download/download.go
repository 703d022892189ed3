// Package download fetches files over HTTP for a database that is kept up to
// date: conditional, retried, resumed where it was cut, and bounded.
package download

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// The errors of a fetch that is not tried again.
var (
	// ErrNotFound is matched for what the server does not have.
	ErrNotFound = errors.New("not found")
	// ErrTooLarge is matched for a body beyond Request.MaxBytes.
	ErrTooLarge = errors.New("too large")
)

// A StatusError is an answer that is neither the content nor a reason to go on.
type StatusError struct {
	Code  int
	after time.Duration // Retry-After; negative: the server said none
}

// Error says the status and, where the server asks to wait, how long.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("the server answers %d %s", e.Code, http.StatusText(e.Code))
	if e.after >= 0 {
		text += fmt.Sprintf(" and asks to wait %s", e.after)
	}
	return text
}

// temporary reports whether another try may succeed.
func (e *StatusError) temporary() bool {
	switch e.Code {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// A Client fetches. The zero value is ready for use. It is not changed, and safe
// for concurrent use, once it is in use.
type Client struct {
	// HTTP does the requests; nil: a client that follows redirects, but never
	// from https to http, and gives up on a server that does not answer within
	// 30 s.
	HTTP *http.Client
	// Attempts is how often a request is tried; 0: 5.
	Attempts int
	// Wait is the time before the second try, which doubles with each, with
	// jitter; 0: 500 ms. None is longer than MaxWait; 0: 30 s.
	Wait, MaxWait time.Duration
	// Idle is how long a body may send nothing; 0: 30 s.
	Idle time.Duration

	sleep func(context.Context, time.Duration) error // nil: by the clock
}

// A Request is a file to fetch.
type Request struct {
	URL      string
	MaxBytes int64 // bound on the content
	// ETag and LastModified are those of the copy that the caller has, if any:
	// while they hold, nothing is fetched.
	ETag, LastModified string
	// Progress, if set, is called now and then, with -1 for a total that is not
	// known.
	Progress func(done, total int64)
}

// A Response is how a fetch ended.
type Response struct {
	NotModified        bool // the caller's copy is still right
	ETag, LastModified string
	Size               int64
	Tries              int
}

// Bytes fetches into memory.
func (c *Client) Bytes(ctx context.Context, req Request) ([]byte, Response, error) {
	var m memory
	res, err := c.fetch(ctx, req, &m)
	return m.Bytes(), res, err
}

// File fetches into f, from its beginning; what was in it is gone after an
// error too, but not if it is not modified.
func (c *Client) File(ctx context.Context, req Request, f *os.File) (Response, error) {
	return c.fetch(ctx, req, file{f})
}

// A sink takes a body in order, and can begin again.
type sink interface {
	io.Writer
	restart() error
}

type memory struct{ bytes.Buffer }

func (m *memory) restart() error { m.Reset(); return nil }

type file struct{ *os.File }

func (f file) restart() error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.Seek(0, io.SeekStart)
	return err
}

// fetch tries until the body is whole.
func (c *Client) fetch(ctx context.Context, req Request, to sink) (Response, error) {
	t := &transfer{client: c, req: req, to: to, total: -1}
	wait := cmpOr(c.Wait, 500*time.Millisecond)
	most := cmpOr(c.MaxWait, 30*time.Second)
	for tries := 1; ; tries++ {
		t.res.Tries = tries
		err := t.try(ctx)
		if err == nil {
			return t.res, nil
		}
		if ctx.Err() != nil {
			return t.res, fmt.Errorf("fetch %s: %w", redacted(req.URL), ctx.Err())
		}
		var status *StatusError
		again := !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrTooLarge) && !errors.Is(err, errLocal) && !errors.Is(err, errRedirect)
		pause := rand.N(wait) + 1 // full jitter
		if errors.As(err, &status) {
			again = status.temporary() && status.after <= most
			pause = max(pause, status.after)
		}
		if !again || tries >= cmpOr(c.Attempts, 5) {
			return t.res, fmt.Errorf("fetch %s: %w", redacted(req.URL), err)
		}
		if err := c.pause(ctx, min(pause, most)); err != nil {
			return t.res, fmt.Errorf("fetch %s: %w", redacted(req.URL), err)
		}
		wait = min(2*wait, most)
	}
}

func cmpOr[T int | time.Duration](v, standard T) T {
	if v <= 0 {
		return standard
	}
	return v
}

func (c *Client) pause(ctx context.Context, d time.Duration) error {
	if c.sleep != nil {
		return c.sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) http() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout:   30 * time.Second,
			ResponseHeaderTimeout: 30 * time.Second,
			ForceAttemptHTTP2:     true,
			DisableKeepAlives:     true, // the client is for one fetch
		},
		CheckRedirect: checkRedirect,
	}
}

var errRedirect = errors.New("refused redirect")

// checkRedirect follows ten, but not to a connection that anyone can read.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) >= 10 {
		return fmt.Errorf("%w: more than 10", errRedirect)
	}
	if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return fmt.Errorf("%w: from https to %s", errRedirect, req.URL.Scheme)
	}
	return nil
}

// redacted is address without what may be secret in it.
func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that is none"
	}
	u.RawQuery, u.Fragment = "", ""
	return u.Redacted()
}
