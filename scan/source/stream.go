package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

const (
	bufferSize = 64 << 10
	// maxWindow bounds the memory of one zstd decoder. It is what zstd itself
	// accepts with --long; every level without it needs at most 8 MiB.
	// https://github.com/facebook/zstd/blob/dev/programs/zstd.1.md
	maxWindow = 128 << 20
)

// A stream is one reading of a layer: the stored bytes, what they inflate to,
// and a hash of each.
type stream struct {
	stored   *stored
	inflated *inflated
	info     artifact.LayerInfo
	free     func() // of the decompressor
}

// openStream opens l's blob and stands at the start of its tar stream.
func openStream(ctx context.Context, l *layer, diff bool) (*stream, error) {
	storedHash, err := newHash(string(l.blob.info.Digest))
	if err != nil {
		return nil, fmt.Errorf("digest: %w", err)
	}
	// The digest of the stored bytes says all: to hash what they inflate to as
	// well would take an eighth of the time of a scan. The diff ID is what the
	// layer is held to where there is none, in archives of docker save, and where
	// something is to be filed under it.
	var diffHash hash.Hash
	if storedHash == nil || diff {
		if diffHash, err = newHash(string(l.blob.info.DiffID)); err != nil {
			return nil, fmt.Errorf("diff ID: %w", err)
		}
	}
	rc, err := l.blob.open(ctx)
	if err != nil {
		return nil, err
	}
	s := &stream{info: l.blob.info}
	s.stored = &stored{ctx: ctx, rc: rc, hash: storedHash, size: l.blob.info.Size}
	r, free, err := inflate(s.stored)
	if err != nil {
		rc.Close()
		return nil, s.cause(err)
	}
	s.free = free
	s.inflated = &inflated{r: r, hash: diffHash, stored: s.stored, limits: l.limits, total: l.total}
	return s, nil
}

// finish reads what follows the end of the tar stream, which the digests cover
// too, and checks size and digests.
func (s *stream) finish() error {
	if _, err := io.Copy(io.Discard, s.inflated); err != nil {
		return err
	}
	if s.info.Size > 0 && s.stored.n != s.info.Size {
		return fmt.Errorf("%w: %d bytes are stored, want %d", artifact.ErrDigest, s.stored.n, s.info.Size)
	}
	if err := checkHash(s.stored.hash, string(s.info.Digest), "stored bytes"); err != nil {
		return err
	}
	return checkHash(s.inflated.hash, string(s.info.DiffID), "uncompressed bytes")
}

// cause returns the error that err stems from: decompressors and archive/tar do
// not always hand on what their reader told them.
func (s *stream) cause(err error) error {
	if s.stored.err != nil {
		return s.stored.err
	}
	if s.inflated != nil && s.inflated.err != nil {
		return s.inflated.err
	}
	return err
}

func (s *stream) close() {
	s.free()
	s.stored.rc.Close()
}

// stored reads a blob as it is stored.
type stored struct {
	ctx  context.Context // of this one reading
	rc   io.ReadCloser
	hash hash.Hash // nil: not asked for
	size int64     // what the blob must have; 0: unknown
	n    int64
	err  error // what ended it, but for io.EOF
}

func (r *stored) Read(p []byte) (int, error) {
	if r.err == nil {
		r.err = r.ctx.Err()
	}
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.rc.Read(p)
	r.n += int64(n)
	if r.hash != nil {
		r.hash.Write(p[:n])
	}
	if r.size > 0 && r.n > r.size {
		err = fmt.Errorf("%w: more than the %d bytes that should be stored", artifact.ErrDigest, r.size)
	}
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

// inflated reads the uncompressed bytes of a blob and counts them against the
// limits.
type inflated struct {
	r      io.Reader
	hash   hash.Hash // nil: not asked for
	stored *stored
	limits artifact.Limits
	total  *atomic.Int64 // of all blobs
	n      int64
	err    error // what ended it, but for io.EOF
}

func (r *inflated) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.r.Read(p)
	r.n += int64(n)
	if r.hash != nil {
		r.hash.Write(p[:n])
	}
	// An unknown size is at least what was read of it.
	if size := max(r.stored.size, r.stored.n); r.n > artifact.RatioFloor && r.n/r.limits.Ratio > size {
		err = fmt.Errorf("%w: more than %d uncompressed bytes for each of %d stored", artifact.ErrLimit, r.limits.Ratio, size)
	}
	// Last, since it ends more than this layer.
	if total := r.total.Add(int64(n)); total > r.limits.TotalBytes {
		err = fmt.Errorf("%w: more than %d uncompressed bytes", artifact.ErrTotal, r.limits.TotalBytes)
	}
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

// inflate returns what r holds, uncompressed. How r is compressed is told by
// its first bytes, since media types are often wrong. The function that is
// returned frees the decompressor.
func inflate(r io.Reader) (io.Reader, func(), error) {
	buf := bufio.NewReaderSize(r, bufferSize)
	head, err := buf.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	switch {
	case isGzip(head):
		zr, err := gzip.NewReader(buf)
		if err != nil {
			return nil, nil, fmt.Errorf("inflate gzip: %w", err)
		}
		return zr, func() {}, nil
	case isZstd(head):
		zr, err := zstd.NewReader(buf, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, fmt.Errorf("inflate zstd: %w", err)
		}
		return zr, zr.Close, nil
	}
	return buf, func() {}, nil
}

// isGzip reports whether head starts a gzip stream of deflate blocks.
// https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1f, 0x8b, 8}) }

// isZstd reports whether head starts a zstd frame or a skippable one.
// https://www.rfc-editor.org/rfc/rfc8878#section-3.1
func isZstd(head []byte) bool {
	return bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) ||
		len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18})
}
