package source

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Registry returns the image that ref names in a registry: "nginx:1.18",
// "example.com/team/app@sha256:…". Docker Hub and the tag latest are understood
// where ref leaves them out; an error says that ref is malformed.
//
// Open fetches the manifest and the config. A layer is fetched each time it is
// walked, and nothing is stored. A download that is cut resumes where it
// stopped; if the registry cannot do that, the error of Walk matches
// [artifact.ErrInterrupted]. Requests are repeated, with pauses of seconds,
// while the registry is busy.
//
// Registries on the loopback host may be reached by plain HTTP, others only
// with Options.Insecure. A caller's own Transport verifies certificates as it
// likes, whatever Insecure says.
//
// Registry can be opened more than once, and by several goroutines.
func Registry(ref string, opts Options) (artifact.Source, error) {
	var naming []name.Option
	if opts.Insecure {
		naming = append(naming, name.Insecure)
	}
	parsed, err := name.ParseReference(ref, naming...)
	if err != nil {
		return nil, fmt.Errorf("parse image reference %q: %w", ref, err)
	}
	return &registry{given: ref, ref: parsed, opts: opts, wait: backoff}, nil
}

// A registry is an image by its reference. It implements artifact.Source.
type registry struct {
	given string
	ref   name.Reference
	opts  Options
	wait  func(ctx context.Context, attempt int) error
}

// String is the reference as the caller gave it.
func (r *registry) String() string { return r.given }

// Open implements artifact.Source.
func (r *registry) Open(ctx context.Context) (artifact.Artifact, error) {
	base, free := r.opts.Transport, func() error { return nil }
	if base == nil {
		own := newTransport(r.opts.Insecure)
		base, free = own, func() error { own.CloseIdleConnections(); return nil }
	}
	img, err := r.open(ctx, base, free)
	if err != nil {
		free()
		return nil, err
	}
	return img, nil
}

func (r *registry) open(ctx context.Context, base http.RoundTripper, free func() error) (*image, error) {
	full := r.ref.Name()
	repo, err := r.connect(ctx, base)
	if err != nil {
		return nil, fmt.Errorf("fetch manifest of %s: %w", full, err)
	}
	manifest, digest, named, err := r.manifest(ctx, repo)
	if err != nil {
		return nil, fmt.Errorf("fetch manifest of %s: %w", full, err)
	}
	config, err := repo.document(ctx, "blobs", manifest.Config.Digest.String())
	if err != nil {
		return nil, fmt.Errorf("fetch config of %s: %w", full, err)
	}
	target := artifact.Target{
		Kind:        artifact.KindImage,
		Name:        r.given,
		Reference:   full,
		RepoDigests: []string{familiar(r.ref.Context()) + "@" + string(named)},
		Digest:      digest,
	}
	if tag, ok := r.ref.(name.Tag); ok {
		target.RepoTags = []string{familiar(r.ref.Context()) + ":" + tag.TagStr()}
	}
	img, err := newImage(target, manifest, config, repo.blob, r.opts, free)
	if err != nil {
		return nil, fmt.Errorf("read image %s: %w", full, err)
	}
	return img, nil
}

// manifest returns the manifest for our platform, its digest, and the digest of
// what the reference names, which may be an index.
func (r *registry) manifest(ctx context.Context, repo *repository) (manifest *v1.Manifest, digest, named artifact.Digest, err error) {
	raw, err := repo.document(ctx, "manifests", r.ref.Identifier())
	if err != nil {
		return nil, "", "", err
	}
	if byDigest, ok := r.ref.(name.Digest); ok {
		named = artifact.Digest(byDigest.DigestStr())
		if err := checkBytes(raw, string(named), "manifest bytes"); err != nil {
			return nil, "", "", err
		}
	} else {
		named = artifact.Digest(fmt.Sprintf("sha256:%x", sha256.Sum256(raw)))
	}
	index, manifest, err := parseDocument(raw)
	if err != nil || manifest != nil {
		return manifest, named, named, err
	}
	f := &finder{platform: r.opts.Platform, fetch: func(ctx context.Context, desc v1.Descriptor) ([]byte, error) {
		return repo.document(ctx, "manifests", desc.Digest.String())
	}}
	manifest, digest, err = f.findIn(ctx, index)
	return manifest, digest, named, err
}

// connect finds the credentials for the repository and logs in.
func (r *registry) connect(ctx context.Context, base http.RoundTripper) (*repository, error) {
	repo := r.ref.Context()
	auth := authn.Anonymous
	if r.opts.Keychain != nil {
		var err error
		if auth, err = authn.Resolve(ctx, r.opts.Keychain, repo); err != nil {
			return nil, fmt.Errorf("find credentials for %s: %w", repo, err)
		}
	}
	patient := &retrier{next: base, wait: r.wait, plain: r.opts.Insecure}
	authorized, err := transport.NewWithContext(ctx, repo.Registry, auth,
		transport.NewUserAgent(patient, "plimsoll"), []string{repo.Scope(transport.PullScope)})
	if err != nil {
		return nil, requestError(repo.Name(), err)
	}
	return &repository{
		name:   repo,
		client: &http.Client{Transport: authorized, CheckRedirect: checkRedirect},
		wait:   r.wait,
		limit:  r.opts.Limits.WithDefaults().MetadataBytes,
	}, nil
}

// familiar is the name of a repository as people write it: the hub and its
// official images go without saying.
func familiar(repo name.Repository) string {
	if repo.RegistryStr() == name.DefaultRegistry {
		return strings.TrimPrefix(repo.RepositoryStr(), "library/")
	}
	return repo.Name()
}

// A repository is a place in a registry that we are logged in to.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull
type repository struct {
	name   name.Repository
	client *http.Client
	wait   func(ctx context.Context, attempt int) error
	limit  int64 // bytes of a document
}

// document returns a manifest, or a blob that is one. Its digest is not checked.
func (r *repository) document(ctx context.Context, kind, id string) ([]byte, error) {
	for n := 1; ; n++ {
		resp, err := r.get(ctx, kind, id, http.Header{"Accept": {strings.Join([]string{
			string(types.OCIImageIndex), string(types.DockerManifestList),
			string(types.OCIManifestSchema1), string(types.DockerManifestSchema2), "*/*",
		}, ", ")}})
		if err != nil {
			return nil, err
		}
		raw, err := readDocument(resp.Body, r.limit)
		resp.Body.Close()
		if err == nil {
			return raw, nil
		}
		if n == attempts || !isCut(err) {
			return nil, clean(err)
		}
		if err := r.wait(ctx, n); err != nil {
			return nil, err
		}
	}
}

// blob returns how the blob of desc is opened.
func (r *repository) blob(desc v1.Descriptor) func(context.Context) (io.ReadCloser, error) {
	get := func(ctx context.Context, offset int64) (*http.Response, error) {
		// Offsets are of the stored bytes, which nobody may compress again.
		header := http.Header{"Accept-Encoding": {"identity"}}
		if offset > 0 {
			header.Set("Range", fmt.Sprintf("bytes=%d-%d", offset, desc.Size-1))
		}
		return r.get(ctx, "blobs", desc.Digest.String(), header)
	}
	return func(ctx context.Context) (io.ReadCloser, error) {
		d := &download{ctx: ctx, get: get, wait: r.wait, size: desc.Size}
		if err := d.connect(); err != nil {
			return nil, fmt.Errorf("fetch from %s: %w", r.name, err)
		}
		return d, nil
	}
}

// get requests a manifest or a blob. The status of the response is 200, or 206
// if header has a range; else the error is a *StatusError.
func (r *repository) get(ctx context.Context, kind, id string, header http.Header) (*http.Response, error) {
	u := url.URL{Scheme: r.name.Scheme(), Host: r.name.RegistryStr(), Path: "/v2/" + r.name.RepositoryStr() + "/" + kind + "/" + id}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header = header
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, requestError(r.name.Name(), err)
	}
	if resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusPartialContent && header.Get("Range") != "" {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, responseError(r.name.Name(), resp)
}
