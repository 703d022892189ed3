package remote

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/plimsoll-go/plimsoll/vuln/store"
)

// A fileLayer is a layer whose compressed bytes are a temporary file.
type fileLayer struct {
	path           string
	digest, diffID v1.Hash
	size           int64
}

var _ v1.Layer = (*fileLayer)(nil)

func (l *fileLayer) Digest() (v1.Hash, error)             { return l.digest, nil }
func (l *fileLayer) DiffID() (v1.Hash, error)             { return l.diffID, nil }
func (l *fileLayer) Compressed() (io.ReadCloser, error)   { return os.Open(l.path) }
func (l *fileLayer) Size() (int64, error)                 { return l.size, nil }
func (l *fileLayer) MediaType() (types.MediaType, error)  { return LayerType, nil }
func (l *fileLayer) Uncompressed() (io.ReadCloser, error) { return nil, errors.New("not kept") }
func (l *fileLayer) remove()                              { os.Remove(l.path) }

// compress writes the layer for a database, and the annotations about it.
func compress(ctx context.Context, file string) (_ *fileLayer, annotations map[string]string, err error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	out, err := os.CreateTemp("", "plimsoll-push-*.zst")
	if err != nil {
		return nil, nil, err
	}
	defer out.Close()
	l := &fileLayer{path: out.Name()}
	defer func() {
		if err != nil {
			l.remove()
		}
	}()
	packed, plain := sha256.New(), sha256.New()
	// One goroutine, so that the same file gives the same bytes.
	z, err := zstd.NewWriter(io.MultiWriter(out, packed), zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, nil, err
	}
	size, err := io.Copy(io.MultiWriter(z, plain), &counter{ctx: ctx, r: in})
	if err := errors.Join(err, z.Close()); err != nil {
		return nil, nil, err
	}
	if l.size, err = out.Seek(0, io.SeekCurrent); err != nil {
		return nil, nil, err
	}
	sum := hex.EncodeToString(plain.Sum(nil))
	l.digest = v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(packed.Sum(nil))}
	l.diffID = v1.Hash{Algorithm: "sha256", Hex: sum}
	return l, map[string]string{annotationSum: sum, annotationSize: strconv.FormatInt(size, 10)}, out.Close()
}

// imageOf is the artifact of a layer.
func imageOf(layer v1.Layer, annotations map[string]string) (v1.Image, error) {
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), ConfigType)
	img, err := mutate.Append(base, mutate.Addendum{Layer: layer, MediaType: LayerType})
	if err != nil {
		return nil, err
	}
	annotated, ok := mutate.Annotations(img, annotations).(v1.Image)
	if !ok {
		return nil, errors.New("annotate the manifest")
	}
	return annotated, nil
}

// inflate writes the database in a layer of ours to path, and verifies it.
func (o *Options) inflate(ctx context.Context, layer v1.Layer, size int64, annotations map[string]string, path string) error {
	r, err := layer.Compressed()
	if err != nil {
		return err
	}
	defer r.Close()
	z, err := zstd.NewReader(&counter{ctx: ctx, r: r, total: size, report: o.Progress}, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
	if err != nil {
		return err
	}
	defer z.Close()
	h := sha256.New()
	if err := writeFile(path, io.TeeReader(z, h), o.maxBytes()); err != nil {
		return err
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != annotations[annotationSum] {
		return fmt.Errorf("%w: its sum is %s, want %q", store.ErrDamaged, sum, annotations[annotationSum])
	}
	return store.Verify(path)
}

// untar writes trivy.db and metadata.json of a layer of Trivy's into dir, and
// nothing else of it.
func (o *Options) untar(ctx context.Context, layer v1.Layer, size int64, dir string) error {
	r, err := layer.Compressed()
	if err != nil {
		return err
	}
	defer r.Close()
	in := &counter{ctx: ctx, r: r, total: size, report: o.Progress}
	z, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	defer z.Close()
	left := o.maxBytes()
	t := tar.NewReader(io.LimitReader(z, left+1<<20))
	missing := map[string]bool{"trivy.db": true, "metadata.json": true}
	for {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read the layer: %w", err)
		}
		if !missing[h.Name] || h.Typeflag != tar.TypeReg {
			continue
		}
		delete(missing, h.Name)
		if err := writeFile(filepath.Join(dir, h.Name), t, left); err != nil {
			return err
		}
	}
	for name := range missing {
		return fmt.Errorf("%w: its layer has no %s", ErrNotArtifact, name)
	}
	// The digest of the layer is known at its end.
	_, err = io.Copy(io.Discard, in)
	return err
}

var errTooLarge = errors.New("the database is too large")

// writeFile writes and syncs a new file of at most that many bytes.
func writeFile(path string, r io.Reader, most int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := io.Copy(f, io.LimitReader(r, most+1))
	if err != nil {
		return err
	}
	if n > most {
		return fmt.Errorf("%w: more than %d bytes", errTooLarge, most)
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}
