package source

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

// attempts is how often a request is made at most.
const attempts = 4

// newTransport returns a transport of our own; insecure does without verified
// certificates.
func newTransport(insecure bool) *http.Transport {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // the program put another in its place
		t = &http.Transport{Proxy: http.ProxyFromEnvironment}
	}
	t = t.Clone()
	if insecure {
		if t.TLSClientConfig == nil {
			t.TLSClientConfig = new(tls.Config)
		}
		t.TLSClientConfig.InsecureSkipVerify = true
	}
	return t
}

// A retrier repeats requests while the server is busy or hangs up, and keeps
// them off plain HTTP.
type retrier struct {
	next http.RoundTripper
	wait func(ctx context.Context, attempt int) error
	// plain lets requests go by plain HTTP to any host. The loopback host may
	// always be reached so: nobody listens in between.
	plain bool
}

// RoundTrip implements http.RoundTripper.
func (t *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == "http" && !t.plain && !isLoopback(req.URL.Hostname()) {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, errors.New("plain HTTP is not allowed without Options.Insecure")
	}
	for n := 1; ; n++ {
		resp, err := t.next.RoundTrip(req)
		busy := resp != nil && isBusy(resp.StatusCode)
		// A body was read, and cannot be sent again.
		if n == attempts || req.Body != nil || !busy && !isCut(err) {
			return resp, err
		}
		if resp != nil {
			// Reading the rest lets the connection be used again.
			io.CopyN(io.Discard, resp.Body, 4<<10)
			resp.Body.Close()
		}
		if err := t.wait(req.Context(), n); err != nil {
			return nil, err
		}
	}
}

// isBusy reports whether a status says that the same request may succeed later.
func isBusy(status int) bool { return status == http.StatusTooManyRequests || status >= 500 }

// isCut reports whether err is a connection that ended early.
func isCut(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// backoff waits before an attempt is followed by the next: half a second after
// the first, then twice as long each time, up to 5 seconds.
func backoff(ctx context.Context, attempt int) error {
	timer := time.NewTimer(min(time.Second/4<<attempt, 5*time.Second))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// checkRedirect follows up to ten redirects, but does not let a registry send
// us to an address of this machine or link, where clouds keep secrets, unless it
// is there itself. The private addresses of a network may be its blob store.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) >= 10 {
		return errors.New("more than 10 redirects")
	}
	from, to := via[0].URL.Hostname(), req.URL.Hostname()
	if isLocal(to) && !isLocal(from) {
		return fmt.Errorf("redirected to the local address %s", to)
	}
	return nil
}

// isLocal reports whether host is an address of this machine, or of the link it
// is on, and not a name.
func isLocal(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		addr = addr.WithZone("").Unmap()
		return addr.IsLoopback() || addr.IsLinkLocalUnicast() || addr.IsUnspecified()
	}
	// Resolvers also take 127.1 or 2130706433 for an address. No top-level
	// domain starts with a digit.
	last := host[strings.LastIndexByte(host, '.')+1:]
	return isLoopback(host) || last != "" && '0' <= last[0] && last[0] <= '9'
}

// isLoopback reports whether host is this machine.
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
