package source

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A blob is a layer as it is stored, wherever that is.
type blob struct {
	info artifact.LayerInfo
	// open returns the stored bytes from the start; Walk closes them. An error
	// that a new Walk may mend matches artifact.ErrInterrupted.
	open func(ctx context.Context) (io.ReadCloser, error)
}

// layer walks a blob as a tar stream. It implements artifact.Layer.
type layer struct {
	blob   blob
	limits artifact.Limits // with defaults
	total  *atomic.Int64   // uncompressed bytes of the whole artifact so far
}

// Info returns what the image says of the layer.
func (l *layer) Info() artifact.LayerInfo { return l.blob.info }

// Walk visits the entries of the layer's tar stream; see artifact.Layer. Errors
// of visit and of ctx are returned as they are; the others name the layer and
// match
//
//   - artifact.ErrDigest: the blob has another digest, diff ID or size;
//   - artifact.ErrLimit: Limits.Ratio was reached, or Limits.TotalBytes, which
//     matches artifact.ErrTotal as well;
//   - io.ErrUnexpectedEOF: the blob, or the tar stream in it, is cut short;
//   - artifact.ErrInterrupted: whatever opens the blob says so.
func (l *layer) Walk(ctx context.Context, visit func(*artifact.File) error) error {
	return l.walk(ctx, false, visit)
}

// WalkDiff is Walk, and holds the layer to its diff ID in any case.
func (l *layer) WalkDiff(ctx context.Context, visit func(*artifact.File) error) error {
	return l.walk(ctx, true, visit)
}

func (l *layer) walk(ctx context.Context, diff bool, visit func(*artifact.File) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s, err := openStream(ctx, l, diff)
	if err != nil {
		return l.wrap(ctx, err)
	}
	defer s.close()

	tr := tar.NewReader(s.inflated)
	for first := true; ; first = false {
		if err := ctx.Err(); err != nil {
			return err
		}
		hdr, err := tr.Next()
		if err == io.EOF {
			break
		}
		// Names that leave the root are cleaned below, so a program that makes
		// archive/tar refuse them loses nothing.
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			if first && errors.Is(err, tar.ErrHeader) {
				err = fmt.Errorf("neither a tar stream nor one compressed by gzip or zstd: %w", err)
			}
			return l.wrap(ctx, s.cause(err))
		}
		entry, ok := tarEntry(hdr)
		if !ok {
			continue
		}
		var content io.Reader
		if entry.Kind == artifact.KindRegular {
			content = tr
		}
		if err := visit(artifact.NewFile(entry, content)); err != nil {
			return err
		}
	}
	if err := s.finish(); err != nil {
		return l.wrap(ctx, s.cause(err))
	}
	return nil
}

// wrap names the layer in err, unless the context is what ended the walk.
func (l *layer) wrap(ctx context.Context, err error) error {
	if ctxErr := ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	name := string(l.blob.info.Digest)
	if name == "" {
		name = string(l.blob.info.DiffID)
	}
	return fmt.Errorf("read %s: %w", name, err)
}
