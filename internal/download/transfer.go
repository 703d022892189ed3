package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// errLocal is matched by errors that no other try can mend.
var errLocal = errors.New("cannot store")

// errCut is matched for a body that is not whole.
var errCut = errors.New("the answer is cut short")

// A transfer is one file, over several tries.
type transfer struct {
	client *Client
	req    Request
	to     sink
	res    Response
	total  int64 // of the content; -1: not known
	// resumable is set when what was received can be gone on from: it had a
	// validator, which is in res.
	resumable bool
}

// try does one request.
func (t *transfer) try(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.req.URL, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", errLocal, withoutURL(err))
	}
	r.Header.Set("User-Agent", "plimsoll")
	r.Header.Set("Accept-Encoding", "identity") // sizes and ranges mean what they say
	from := int64(0)
	switch {
	case t.resumable && t.res.Size > 0:
		from = t.res.Size
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
		r.Header.Set("If-Range", t.validator())
	case t.res.Size == 0 && t.req.ETag != "":
		r.Header.Set("If-None-Match", t.req.ETag)
	case t.res.Size == 0 && t.req.LastModified != "":
		r.Header.Set("If-Modified-Since", t.req.LastModified)
	}
	answer, err := t.client.http().Do(r)
	if err != nil {
		return withoutURL(err)
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusNotModified:
		if t.req.ETag == "" && t.req.LastModified == "" {
			return errors.New("the server says that nothing has changed, which it was not asked")
		}
		t.res.NotModified = true
		return nil
	case http.StatusOK:
		if err := t.begin(answer); err != nil {
			return err
		}
	case http.StatusPartialContent:
		if err := t.resume(answer, from); err != nil {
			return err
		}
	case http.StatusNotFound, http.StatusGone:
		return fmt.Errorf("%w: the server answers %d", ErrNotFound, answer.StatusCode)
	case http.StatusRequestedRangeNotSatisfiable:
		t.resumable = false
		return errors.New("the server refuses to go on where it was cut")
	default:
		return &StatusError{Code: answer.StatusCode, after: retryAfter(answer.Header.Get("Retry-After"), time.Now())}
	}
	return t.body(answer, cancel)
}

// begin takes the head of a whole answer.
func (t *transfer) begin(answer *http.Response) error {
	if err := t.to.restart(); err != nil {
		return fmt.Errorf("%w: %w", errLocal, err)
	}
	t.total = answer.ContentLength
	if t.total > t.req.MaxBytes {
		return fmt.Errorf("%w: %d bytes, more than %d", ErrTooLarge, t.total, t.req.MaxBytes)
	}
	if encoding := answer.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return fmt.Errorf("%w: the server sends %.40q, which it was not asked for", errLocal, encoding)
	}
	t.res.Size = 0
	t.res.ETag, t.res.LastModified = answer.Header.Get("ETag"), answer.Header.Get("Last-Modified")
	t.resumable = t.validator() != "" && answer.Header.Get("Accept-Ranges") != "none"
	return nil
}

// validator is what tells that the file has not changed: a strong entity tag,
// else the time.
// https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5
func (t *transfer) validator() string {
	if t.res.ETag != "" && !strings.HasPrefix(t.res.ETag, "W/") {
		return t.res.ETag
	}
	return t.res.LastModified
}

// resume takes the head of a part, which must begin where the last one ended.
func (t *transfer) resume(answer *http.Response, from int64) error {
	begin, total, ok := contentRange(answer.Header.Get("Content-Range"))
	changed := answer.Header.Get("ETag") != "" && answer.Header.Get("ETag") != t.res.ETag
	if !ok || from == 0 || begin != from || changed || t.total >= 0 && total >= 0 && total != t.total {
		t.resumable = false
		return errors.New("the server goes on elsewhere than it was asked to")
	}
	if total >= 0 {
		t.total = total
	}
	if t.total > t.req.MaxBytes {
		return fmt.Errorf("%w: %d bytes, more than %d", ErrTooLarge, t.total, t.req.MaxBytes)
	}
	return nil
}

// body copies the body, and cancels the request when nothing comes for too long.
func (t *transfer) body(answer *http.Response, cancel context.CancelCauseFunc) error {
	idle := cmpOr(t.client.Idle, 30*time.Second)
	stalled := fmt.Errorf("the server sent nothing for %s", idle)
	timer := time.AfterFunc(idle, func() { cancel(stalled) })
	defer timer.Stop()
	buf := make([]byte, 64<<10)
	for {
		n, err := answer.Body.Read(buf)
		timer.Reset(idle)
		if t.res.Size+int64(n) > t.req.MaxBytes {
			return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, t.req.MaxBytes)
		}
		if n > 0 {
			if _, err := t.to.Write(buf[:n]); err != nil {
				return fmt.Errorf("%w: %w", errLocal, err)
			}
			t.res.Size += int64(n)
			if t.req.Progress != nil {
				t.req.Progress(t.res.Size, t.total)
			}
		}
		switch {
		case err == io.EOF && t.total >= 0 && t.res.Size != t.total:
			return fmt.Errorf("%w: %d of %d bytes", errCut, t.res.Size, t.total)
		case err == io.EOF:
			return nil
		case err != nil:
			if cause := context.Cause(answer.Request.Context()); cause == stalled {
				return stalled
			}
			return fmt.Errorf("%w after %d bytes: %w", errCut, t.res.Size, withoutURL(err))
		}
	}
}

// withoutURL takes the address, which may hold a secret, out of an error of
// package http.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// contentRange reads "bytes 5-9/10"; total is -1 for "*".
// https://www.rfc-editor.org/rfc/rfc9110#section-14.4
func contentRange(s string) (begin, total int64, ok bool) {
	s, ok = strings.CutPrefix(s, "bytes ")
	span, size, ok2 := strings.Cut(s, "/")
	first, last, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return 0, 0, false
	}
	const bits = 63 // digits alone: no sign
	from, err1 := strconv.ParseUint(first, 10, bits)
	to, err2 := strconv.ParseUint(last, 10, bits)
	total = -1
	var err3 error
	if size != "*" {
		var n uint64
		n, err3 = strconv.ParseUint(size, 10, bits)
		total = int64(n)
	}
	if err1 != nil || err2 != nil || err3 != nil || to < from || total >= 0 && int64(to) != total-1 {
		return 0, 0, false
	}
	return int64(from), total, true
}

// retryAfter reads seconds or a time; -1: there is none.
// https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
func retryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, at.Sub(now).Round(time.Second))
	}
	return -1
}
