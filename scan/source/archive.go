package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A format is a way to keep an image in a tar.
type format string

const (
	dockerFormat format = "docker-archive"
	ociFormat    format = "oci-archive"
	// anyFormat is told by the members: that of docker save if there is a
	// manifest.json, since docker writes both and only this one has all names.
	anyFormat format = ""
)

// An archive is a tar that holds an image. It implements artifact.Source.
type archive struct {
	file   string
	ref    string // of ociFormat
	format format
	opts   Options
}

// String names the archive as [Parse] would take it.
func (a *archive) String() string {
	name := withRef(a.file, a.ref)
	if a.format == anyFormat {
		return name
	}
	return string(a.format) + ":" + name
}

// Open reads the archive's index and the documents of its image; layers are
// read in place, as they are walked.
func (a *archive) Open(ctx context.Context) (artifact.Artifact, error) {
	f, size, err := openTar(ctx, a.file, a.opts)
	if err != nil {
		return nil, err
	}
	img, err := a.image(ctx, f, size)
	if err != nil {
		f.Close()
		return nil, err
	}
	return img, nil
}

func (a *archive) image(ctx context.Context, f *os.File, size int64) (*image, error) {
	ix, err := indexTar(ctx, f, size, a.opts.Limits.WithDefaults())
	if err != nil {
		return nil, err
	}
	isDocker, isOCI := ix.has("manifest.json"), ix.has("index.json")
	switch {
	case a.format == dockerFormat || a.format == anyFormat && isDocker:
		return openDocker(ctx, ix, a.file, a.opts, f.Close)
	case a.format == ociFormat || isOCI && ix.has("oci-layout"):
		return openLayout(ctx, ix, a.file, a.ref, a.opts, f.Close)
	}
	return nil, errors.New("neither an archive of docker save nor an OCI layout: no manifest.json, no index.json with an oci-layout; or it is cut short")
}

// openTar opens file, or a temporary one that it is inflated to: members of a
// compressed tar cannot be read in place.
func openTar(ctx context.Context, file string, opts Options) (*os.File, int64, error) {
	// Opening a pipe could wait for ever.
	info, err := os.Stat(file)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a regular file", file)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, 0, err
	}
	head := make([]byte, 4)
	if n, err := f.ReadAt(head, 0); err != nil && err != io.EOF {
		f.Close()
		return nil, 0, err
	} else if head = head[:n]; !isGzip(head) && !isZstd(head) {
		return f, info.Size(), nil
	}
	defer f.Close()
	tmp, size, err := inflateToTemp(ctx, f, info.Size(), opts)
	if err != nil {
		return nil, 0, fmt.Errorf("inflate %s: %w", file, err)
	}
	return tmp, size, nil
}

// inflateToTemp writes what f holds, uncompressed, to a file in opts.TempDir
// that has no name, so that nothing remains of it whatever happens.
func inflateToTemp(ctx context.Context, f *os.File, stored int64, opts Options) (*os.File, int64, error) {
	tmp, err := os.CreateTemp(opts.TempDir, "plimsoll-")
	if err != nil {
		return nil, 0, err
	}
	size := int64(0)
	if err = os.Remove(tmp.Name()); err == nil {
		size, err = inflateTo(ctx, tmp, f, stored, opts.Limits.WithDefaults())
	}
	if err != nil {
		tmp.Close()
		return nil, 0, err
	}
	return tmp, size, nil
}

func inflateTo(ctx context.Context, w io.Writer, f *os.File, size int64, limits artifact.Limits) (int64, error) {
	src := &stored{ctx: ctx, rc: f, size: size}
	r, free, err := inflate(src)
	if err != nil {
		return 0, err
	}
	defer free()
	in := &inflated{r: r, stored: src, limits: limits, total: new(atomic.Int64)}
	return io.CopyBuffer(w, in, make([]byte, bufferSize))
}
