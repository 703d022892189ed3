package scan

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A Cache keeps what was made of a layer. Package cache has implementations. It
// is safe for concurrent use.
type Cache interface {
	// Get returns the value of key. Where there is none, it calls fill, which
	// makes it, and keeps what that returns; of several callers with one key, one
	// at a time does. An error of fill is returned as it is, and nothing is kept
	// then. An error beside a value says that it could not be kept.
	//
	// Values must be changed by nobody.
	Get(ctx context.Context, key string, fill func(context.Context) ([]byte, error)) ([]byte, error)
}

// cacheSchema is raised when the form of what is kept changes.
const cacheSchema = 2

// errNotKept is the fill's error for what may be used once but not kept.
var errNotKept = errors.New("not to be kept")

// key names what the reader makes of a layer: it depends on the content, on the
// analyzers, with the files they want, and on the limits.
func (r *reader) key(id artifact.DiffID) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %q %+v\n", cacheSchema, id, r.limits)
	for _, a := range r.dispatch.analyzers {
		fmt.Fprintf(h, "%q %d %#v\n", a.Name(), a.Version(), a.Patterns())
	}
	return fmt.Sprintf("layer %x", h.Sum(nil))
}

// cacheable reports whether what is made of l can be kept: it must be known, and
// proven, what it is made of.
func (r *reader) cacheable(l artifact.Layer) bool {
	_, ok := l.(artifact.DiffWalker)
	return ok && r.cache != nil && l.Info().DiffID != ""
}

// layer is what the cache has of l, or else what is read.
func (r *reader) layer(ctx context.Context, l artifact.Layer) (layerContent, error) {
	if !r.cacheable(l) {
		return r.read(ctx, l, artifact.Layer.Walk)
	}
	content := layerContent{info: l.Info()}
	kept, own, err := r.fromCache(ctx, r.key(content.info.DiffID), func(ctx context.Context) (*layerContent, error) {
		read, err := r.read(ctx, l, walkDiff)
		if err == nil && errors.Is(read.err, artifact.ErrDigest) {
			// Its diff ID may be all that is wrong: then it is what it would be
			// without a cache, but not to be filed under that name.
			read, err = r.read(ctx, l, artifact.Layer.Walk)
			read.unproven = true
		}
		return &read, err
	})
	if own != nil || err != nil {
		if own == nil {
			own = &layerContent{}
		}
		return *own, err
	}
	if err := content.decode(kept, r.dispatch); err != nil {
		log(r.logger).WarnContext(ctx, "cache is not of this program", "error", err)
		return r.read(ctx, l, artifact.Layer.Walk)
	}
	return content, r.keep(&content, content.size())
}

// found is as layer, for the files that are found in l by a second walk.
func (r *reader) found(ctx context.Context, l artifact.Layer, files []unread) ([]fact, error) {
	if !r.cacheable(l) {
		return r.find(ctx, l, files, artifact.Layer.Walk)
	}
	h := sha256.New()
	io.WriteString(h, r.key(l.Info().DiffID))
	for _, f := range files {
		fmt.Fprintf(h, "%d %q %d\n", f.entry, f.path, f.analyzers)
	}
	var findErr error
	kept, own, err := r.fromCache(ctx, fmt.Sprintf("links %x", h.Sum(nil)), func(ctx context.Context) (*layerContent, error) {
		var c layerContent
		c.facts, findErr = r.find(ctx, l, files, walkDiff)
		if errors.Is(findErr, artifact.ErrDigest) {
			c.unproven = true
			c.facts, findErr = r.find(ctx, l, files, artifact.Layer.Walk)
		}
		if findErr != nil {
			c.err = findErr // so that it is not kept
		}
		return &c, ctx.Err()
	})
	switch {
	case err != nil:
		return nil, err
	case own != nil:
		return own.facts, findErr
	}
	var c layerContent
	if err := c.decode(kept, r.dispatch); err != nil {
		return r.find(ctx, l, files, artifact.Layer.Walk)
	}
	return c.facts, nil
}

// fromCache is what the cache keeps under key, or own, which was read just now.
func (r *reader) fromCache(ctx context.Context, key string, read func(context.Context) (*layerContent, error)) (kept []byte, own *layerContent, err error) {
	var readErr error
	kept, err = r.cache.Get(ctx, key, func(ctx context.Context) ([]byte, error) {
		var content *layerContent
		if content, readErr = read(ctx); readErr != nil {
			return nil, readErr
		}
		own = content
		if !own.keepable() {
			return nil, errNotKept
		}
		return own.encode()
	})
	switch {
	case readErr != nil:
		return nil, nil, readErr
	case own != nil:
		if err != nil && !errors.Is(err, errNotKept) {
			log(r.logger).WarnContext(ctx, "cache", "error", err)
		}
		return nil, own, nil
	case err == nil:
		r.hits.Add(1)
		return kept, nil, nil
	case ctx.Err() != nil:
		return nil, nil, ctx.Err()
	}
	// The cache fails in a way of its own; the scan goes on without.
	log(r.logger).WarnContext(ctx, "cache", "error", err)
	own, err = read(ctx)
	return nil, own, err
}

// walkDiff is l.Walk, held to the diff ID.
func walkDiff(l artifact.Layer, ctx context.Context, visit func(*artifact.File) error) error {
	return l.(artifact.DiffWalker).WalkDiff(ctx, visit)
}

// keepable reports whether c is what every scan would make of the layer: it was
// read to its end, nothing was cut short, and nothing could not be read.
func (c *layerContent) keepable() bool {
	if c.err != nil || c.unproven {
		return false
	}
	for i := range c.facts {
		err := c.facts[i].err
		var panicked *PanicError
		if c.facts[i].analyzer == noAnalyzer || errors.Is(err, artifact.ErrLimit) || errors.As(err, &panicked) {
			return false
		}
	}
	return true
}

// size is what was kept of c, as visit counts it.
func (c *layerContent) size() int {
	n := 0
	for i := range c.entries {
		n += entrySize + len(c.entries[i].Path) + len(c.entries[i].Link)
	}
	for i := range c.facts {
		n += c.facts[i].size()
	}
	return n
}
