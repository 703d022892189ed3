package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Bounds of how often one reading of a blob is resumed: in a row without a byte
// in between, and in all.
const (
	maxIdleResumes = 5
	maxResumes     = 50
)

// A download reads a blob from a registry. When the connection is cut it asks
// for the rest, so that who reads does not notice. An error matches
// artifact.ErrInterrupted if the registry would not send just the rest.
//
// Exactly size bytes are read; whether they are the blob is for their digest to
// tell.
type download struct {
	ctx context.Context // of the one reading that this is
	// get requests the blob's bytes from offset on, which is all of it for 0.
	// The status is 200 or 206, else the error is a *StatusError.
	get  func(ctx context.Context, offset int64) (*http.Response, error)
	wait func(ctx context.Context, attempt int) error
	size int64

	body    io.ReadCloser // nil: not connected
	offset  int64         // bytes read so far
	idle    int           // resumptions since the last of them
	resumes int
}

// Read implements io.Reader.
func (d *download) Read(p []byte) (int, error) {
	for d.offset < d.size {
		if d.body == nil {
			return 0, io.ErrClosedPipe
		}
		n, err := d.body.Read(p[:min(int64(len(p)), d.size-d.offset)])
		if n > 0 {
			d.offset += int64(n)
			d.idle = 0
			return n, nil // an error comes again
		}
		if err == nil {
			return 0, nil
		}
		if err := d.resume(err); err != nil {
			return 0, err
		}
	}
	return 0, io.EOF
}

// Close ends the download.
func (d *download) Close() error {
	if d.body == nil {
		return nil
	}
	body := d.body
	d.body = nil
	return body.Close()
}

// resume connects again after cause ended the connection.
func (d *download) resume(cause error) error {
	d.Close()
	for {
		if err := d.ctx.Err(); err != nil {
			return err
		}
		if d.idle == maxIdleResumes || d.resumes == maxResumes {
			if cause == io.EOF {
				cause = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("cut after %d of %d bytes, and resumed %d times: %w", d.offset, d.size, d.resumes, clean(cause))
		}
		d.idle++
		d.resumes++
		if err := d.wait(d.ctx, d.idle); err != nil {
			return err
		}
		err := d.connect()
		var refused *StatusError
		if errors.As(err, &refused) || errors.Is(err, errRange) {
			return fmt.Errorf("resume at byte %d of %d: %w: %w", d.offset, d.size, artifact.ErrInterrupted, err)
		}
		if err == nil || errors.Is(err, artifact.ErrDigest) {
			return err
		}
		cause = err
	}
}

// errRange is matched when a response is not the range that was asked for.
var errRange = errors.New("the registry does not send the rest")

// connect requests the bytes from d.offset on.
func (d *download) connect() error {
	resp, err := d.get(d.ctx, d.offset)
	if err != nil {
		return err
	}
	if err := d.check(resp); err != nil {
		resp.Body.Close()
		return err
	}
	d.body = resp.Body
	return nil
}

// check returns nil if resp has the bytes from d.offset on.
// https://www.rfc-editor.org/rfc/rfc9110#section-15.3.7
func (d *download) check(resp *http.Response) error {
	if d.offset == 0 && resp.StatusCode == http.StatusOK {
		if n := resp.ContentLength; n >= 0 && n != d.size {
			return fmt.Errorf("%w: the registry has %d bytes, want %d", artifact.ErrDigest, n, d.size)
		}
		return nil
	}
	if resp.StatusCode != http.StatusPartialContent {
		return fmt.Errorf("%w, but answers %s", errRange, statusText(resp.StatusCode))
	}
	start, size, ok := parseContentRange(resp.Header.Get("Content-Range"))
	if !ok || start != d.offset || size >= 0 && size != d.size {
		return fmt.Errorf("%w, but the range %q", errRange, resp.Header.Get("Content-Range"))
	}
	return nil
}

// parseContentRange parses "bytes <start>-<end>/<size>"; a size of * is -1.
// https://www.rfc-editor.org/rfc/rfc9110#section-14.4
func parseContentRange(s string) (start, size int64, ok bool) {
	s, ok = strings.CutPrefix(s, "bytes ")
	if !ok {
		return 0, 0, false
	}
	span, total, _ := strings.Cut(s, "/")
	first, last, _ := strings.Cut(span, "-")
	start, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return 0, 0, false
	}
	if end, err := strconv.ParseInt(last, 10, 64); err != nil || end < start {
		return 0, 0, false
	}
	if total == "*" {
		return start, -1, true
	}
	size, err = strconv.ParseInt(total, 10, 64)
	return start, size, err == nil && size >= 0
}
