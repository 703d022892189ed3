// Package remote keeps advisory databases in registries: it pushes and pulls a
// database of package store as an OCI artifact, and pulls the one that Trivy
// publishes.
package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/plimsoll-go/plimsoll/vuln/store"
)

// Media types of an artifact of ours: an OCI manifest whose only layer is the
// database file, compressed by zstd, with the annotations below.
const (
	ConfigType types.MediaType = "application/vnd.plimsoll.db.config.v1+json"
	LayerType  types.MediaType = "application/vnd.plimsoll.db.layer.v1+zstd"
)

// The annotations of the manifest.
const (
	annotationSchema  = "com.github.plimsoll-go.plimsoll.schema" // store.Schema
	annotationSum     = "com.github.plimsoll-go.plimsoll.sha256" // of the file
	annotationSize    = "com.github.plimsoll-go.plimsoll.size"   // of the file
	annotationCreated = "org.opencontainers.image.created"       // when it was built
)

// trivyLayerType is that of Trivy's: a gzipped tar with trivy.db and
// metadata.json.
const trivyLayerType types.MediaType = "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip"

// Where Trivy publishes its database: the first is a mirror of the second.
const (
	TrivyMirror = "mirror.gcr.io/aquasec/trivy-db:2"
	TrivyDB     = "ghcr.io/aquasecurity/trivy-db:2"
)

// ErrNotArtifact is matched for a reference to something else than a database.
var ErrNotArtifact = errors.New("not an artifact with a database")

// Options are the options of [Push] and [Pull].
type Options struct {
	// Keychain gives the credentials for registries; nil is anonymous.
	Keychain authn.Keychain
	// Transport reaches registries; nil is one like http.DefaultTransport.
	Transport http.RoundTripper
	// Insecure allows plain HTTP and unverified certificates.
	Insecure bool
	// MaxBytes bounds the database that Pull writes; 0 is 4 GiB.
	MaxBytes int64
	// Progress is called now and then with the bytes of the layer that are done
	// and that there are; nil is never.
	Progress func(done, total int64)
}

func (o *Options) maxBytes() int64 {
	if o.MaxBytes <= 0 {
		return 4 << 30
	}
	return o.MaxBytes
}

// connect returns the reference and how to reach its registry.
func (o *Options) connect(ctx context.Context, ref string) (name.Reference, []remote.Option, error) {
	names := []name.Option{name.StrictValidation}
	if o.Insecure {
		names = append(names, name.Insecure)
	}
	r, err := name.ParseReference(ref, names...)
	if err != nil {
		return nil, nil, err
	}
	rt := o.Transport
	if rt == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		if o.Insecure {
			t.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
		}
		defer t.CloseIdleConnections()
		rt = t
	}
	keys := o.Keychain
	if keys == nil {
		keys = authn.NewMultiKeychain()
	}
	return r, []remote.Option{remote.WithContext(ctx), remote.WithTransport(rt), remote.WithAuthFromKeychain(keys)}, nil
}

// failure says what the answer of a registry means.
func failure(err error) error {
	var answer *transport.Error
	if !errors.As(err, &answer) {
		return err
	}
	switch answer.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("access is denied: %w", err)
	case http.StatusNotFound:
		return fmt.Errorf("not found: %w", err)
	}
	return err
}

// Push uploads the database file, which is verified first, and returns the
// digest of its manifest. The same file gives the same digest.
func Push(ctx context.Context, file, ref string, opts Options) (digest string, err error) {
	digest, err = push(ctx, file, ref, opts)
	if err != nil {
		return "", fmt.Errorf("push database %s to %s: %w", file, ref, failure(err))
	}
	return digest, nil
}

func push(ctx context.Context, file, ref string, opts Options) (string, error) {
	if err := store.Verify(file); err != nil {
		return "", err
	}
	db, err := store.Open(file)
	if err != nil {
		return "", err
	}
	built := db.Info().Built
	if err := db.Close(); err != nil {
		return "", err
	}
	r, options, err := opts.connect(ctx, ref)
	if err != nil {
		return "", err
	}
	layer, annotations, err := compress(ctx, file)
	if err != nil {
		return "", err
	}
	defer layer.remove()
	annotations[annotationSchema] = strconv.Itoa(store.Schema)
	annotations[annotationCreated] = built.Format(time.RFC3339)
	img, err := imageOf(layer, annotations)
	if err != nil {
		return "", err
	}
	if opts.Progress != nil {
		updates := make(chan v1.Update, 16)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for u := range updates {
				opts.Progress(u.Complete, u.Total)
			}
		}()
		defer func() { <-done }()
		options = append(options, remote.WithProgress(updates)) // which closes it
	}
	if err := remote.Write(r, img, options...); err != nil {
		return "", err
	}
	hash, err := img.Digest()
	return hash.String(), err
}

// A Pulled is a database that was pulled.
type Pulled struct {
	Path   string // of the file
	Trivy  bool   // it is Trivy's; metadata.json lies beside it
	Digest string // of the manifest
}

// Pull downloads the database that ref names into the directory dir, which must
// exist: "plimsoll.db", or Trivy's "trivy.db" and "metadata.json", in the place
// of files of these names. One of ours is verified. The error of one of another
// layout matches store.ErrSchema, and nothing is downloaded for it. After an
// error nothing is left in dir that was not there.
func Pull(ctx context.Context, ref, dir string, opts Options) (Pulled, error) {
	p, err := pull(ctx, ref, dir, opts)
	if err != nil {
		return Pulled{}, fmt.Errorf("pull database %s: %w", ref, failure(err))
	}
	return p, nil
}

func pull(ctx context.Context, ref, dir string, opts Options) (Pulled, error) {
	r, options, err := opts.connect(ctx, ref)
	if err != nil {
		return Pulled{}, err
	}
	img, err := remote.Image(r, options...)
	if err != nil {
		return Pulled{}, err
	}
	manifest, err := img.Manifest()
	if err != nil {
		return Pulled{}, err
	}
	digest, err := img.Digest()
	if err != nil {
		return Pulled{}, err
	}
	p := Pulled{Digest: digest.String()}
	if len(manifest.Layers) != 1 {
		return Pulled{}, fmt.Errorf("%w: it has %d layers", ErrNotArtifact, len(manifest.Layers))
	}
	desc := manifest.Layers[0]
	layer, err := img.LayerByDigest(desc.Digest)
	if err != nil {
		return Pulled{}, err
	}
	tmp, err := os.MkdirTemp(dir, ".plimsoll-pull-*.tmp")
	if err != nil {
		return Pulled{}, err
	}
	defer os.RemoveAll(tmp)
	var names []string
	switch desc.MediaType {
	case LayerType:
		if schema := manifest.Annotations[annotationSchema]; schema != strconv.Itoa(store.Schema) {
			return Pulled{}, fmt.Errorf("%w: %q, want %d", store.ErrSchema, schema, store.Schema)
		}
		names = []string{"plimsoll.db"}
		err = opts.inflate(ctx, layer, desc.Size, manifest.Annotations, filepath.Join(tmp, names[0]))
	case trivyLayerType:
		p.Trivy, names = true, []string{"metadata.json", "trivy.db"} // the database last
		err = opts.untar(ctx, layer, desc.Size, tmp)
	default:
		err = fmt.Errorf("%w: its layer has the type %q", ErrNotArtifact, desc.MediaType)
	}
	if err != nil {
		return Pulled{}, err
	}
	for _, name := range names {
		p.Path = filepath.Join(dir, name)
		if err := os.Rename(filepath.Join(tmp, name), p.Path); err != nil {
			return Pulled{}, err
		}
	}
	return p, nil
}

// A counter counts what is read, ends with ctx, and tells of its progress.
type counter struct {
	ctx    context.Context
	r      io.Reader
	done   int64
	total  int64
	report func(done, total int64)
}

func (c *counter) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.done += int64(n)
	if c.report != nil {
		c.report(c.done, c.total)
	}
	return n, err
}
