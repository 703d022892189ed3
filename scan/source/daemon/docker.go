package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// Docker is the image that Docker has under a name or an id. It is exported, to a
// file in opts.TempDir that is removed when the artifact is closed, when its
// first layer is walked: of an image whose layers are all in a cache, nothing is.
//
// Layers are named by their diff IDs alone, as in source.DockerArchive, and an
// export whose layers are not those of the image fails.
// https://docs.docker.com/reference/api/engine/
func Docker(ref string, opts Options) artifact.Source {
	opts.Socket = cmp.Or(opts.Socket, DockerSocket)
	return &docker{engine: "docker", ref: ref, opts: opts}
}

// Podman is as [Docker], by the API that Podman serves for Docker's clients. A
// user's own Podman listens at podman/podman.sock in $XDG_RUNTIME_DIR.
// https://docs.podman.io/en/latest/_static/api.html
func Podman(ref string, opts Options) artifact.Source {
	opts.Socket = cmp.Or(opts.Socket, PodmanSocket)
	return &docker{engine: "podman", ref: ref, opts: opts}
}

type docker struct {
	engine, ref string
	opts        Options
}

// String is the engine and the name: "docker:nginx:1.27".
func (d *docker) String() string { return d.engine + ":" + d.ref }

// inspection is what the API says of an image.
type inspection struct {
	ID           string `json:"Id"`
	RepoTags     []string
	RepoDigests  []string
	Architecture string
	Variant      string
	Os           string
	RootFS       struct{ Layers []artifact.DiffID }
}

func (d *docker) Open(ctx context.Context) (artifact.Artifact, error) {
	if !fs.ValidPath(d.ref) || d.ref == "." { // it would be another path of the API
		return nil, fmt.Errorf("%w: %q is no name of one", ErrNotFound, d.ref)
	}
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", d.opts.Socket)
		},
	}}
	img := &dockerImage{docker: d, client: client}
	if err := img.inspect(ctx); err != nil {
		client.CloseIdleConnections()
		return nil, err
	}
	return img, nil
}

// A dockerImage implements artifact.Artifact.
type dockerImage struct {
	*docker
	client *http.Client
	target artifact.Target
	layers []artifact.Layer

	mu       sync.Mutex
	exported artifact.Artifact // nil: not yet
	failed   error             // to export, for another reason than that it was cancelled
	file     string            // the export, where an open file keeps its name
}

func (i *dockerImage) Target() artifact.Target  { return i.target }
func (i *dockerImage) Layers() []artifact.Layer { return i.layers }

func (i *dockerImage) Close() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.client.CloseIdleConnections()
	var err error
	if i.exported != nil {
		err = i.exported.Close()
	}
	if i.file != "" {
		err = errors.Join(err, os.Remove(i.file))
	}
	return err
}

func (i *dockerImage) inspect(ctx context.Context) error {
	body, err := i.get(ctx, "/images/"+i.ref+"/json")
	if err != nil {
		return err
	}
	defer body.Close()
	limit := i.opts.Limits.WithDefaults().MetadataBytes
	text, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return err
	}
	if int64(len(text)) > limit {
		return fmt.Errorf("%w: more than %d bytes that describe an image", artifact.ErrLimit, limit)
	}
	var about inspection
	if err := json.Unmarshal(text, &about); err != nil {
		return fmt.Errorf("parse description of the image: %w", err)
	}
	if len(about.RootFS.Layers) == 0 {
		return errors.New("the description of the image names no layers")
	}
	platform := about.Os + "/" + about.Architecture
	if about.Variant != "" {
		platform += "/" + about.Variant
	}
	i.target = artifact.Target{
		Kind: artifact.KindImage, Name: i.ref, RepoTags: about.RepoTags, RepoDigests: about.RepoDigests,
		ImageID: imageID(about.ID), Platform: platform,
	}
	for at, id := range about.RootFS.Layers {
		i.layers = append(i.layers, &dockerLayer{image: i, index: at, info: artifact.LayerInfo{DiffID: id}})
	}
	return nil
}

// imageID is the digest that an engine may write without its algorithm.
func imageID(id string) artifact.Digest {
	if id != "" && !strings.Contains(id, ":") {
		id = "sha256:" + id
	}
	return artifact.Digest(id)
}

// get asks the API. The path needs no version: an engine answers with its own.
func (i *dockerImage) get(ctx context.Context, path string) (io.ReadCloser, error) {
	at := url.URL{Scheme: "http", Host: i.engine, Path: path} // the slashes of a name are the path's
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := i.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	var said struct{ Message string }
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if json.Unmarshal(text, &said) != nil || said.Message == "" {
		said.Message = resp.Status
	}
	if resp.StatusCode == http.StatusNotFound {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, said.Message)
	}
	return nil, errors.New(said.Message)
}

// export writes the image to a file and opens that, once. It is asked for by its
// id: a name may be another image's by now.
func (i *dockerImage) export(ctx context.Context) (artifact.Artifact, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.exported != nil || i.failed != nil {
		return i.exported, i.failed
	}
	art, name, err := i.tryExport(ctx)
	if err != nil {
		err = fmt.Errorf("export: %w", err)
		if ctx.Err() == nil {
			i.failed = err
		}
		return nil, err
	}
	i.exported, i.file = art, name
	return art, nil
}

// tryExport returns the name of the file as well, if it could not be taken off.
func (i *dockerImage) tryExport(ctx context.Context) (artifact.Artifact, string, error) {
	name, err := i.save(ctx)
	if err != nil {
		return nil, "", err
	}
	art, err := source.DockerArchive(name, source.Options{Platform: i.opts.Platform, TempDir: i.opts.TempDir, Limits: i.opts.Limits}).Open(ctx)
	if err == nil && len(art.Layers()) != len(i.layers) {
		art.Close()
		err = fmt.Errorf("%d layers were exported, of %d", len(art.Layers()), len(i.layers))
	}
	// Without a name, nothing is left of it whatever happens; it is open.
	if os.Remove(name) == nil {
		name = ""
	}
	return art, name, err
}

func (i *dockerImage) save(ctx context.Context) (name string, err error) {
	body, err := i.get(ctx, "/images/"+cmp.Or(string(i.target.ImageID), i.ref)+"/get")
	if err != nil {
		return "", err
	}
	defer body.Close()
	f, err := os.CreateTemp(i.opts.TempDir, "plimsoll-export-")
	if err != nil {
		return "", err
	}
	limit := i.opts.Limits.WithDefaults().TotalBytes
	n, err := io.Copy(f, io.LimitReader(body, limit+1))
	if n > limit {
		err = fmt.Errorf("%w: more than %d bytes in an export", artifact.ErrTotal, limit)
	}
	if err = cmp.Or(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// A dockerLayer is a layer that is exported when it is walked.
type dockerLayer struct {
	image *dockerImage
	index int
	info  artifact.LayerInfo
}

func (l *dockerLayer) Info() artifact.LayerInfo { return l.info }

func (l *dockerLayer) Walk(ctx context.Context, visit func(*artifact.File) error) error {
	return l.walk(ctx, visit, artifact.Layer.Walk)
}

// WalkDiff is Walk, which checks the diff ID in any case.
func (l *dockerLayer) WalkDiff(ctx context.Context, visit func(*artifact.File) error) error {
	return l.walk(ctx, visit, func(in artifact.Layer, ctx context.Context, visit func(*artifact.File) error) error {
		return in.(artifact.DiffWalker).WalkDiff(ctx, visit)
	})
}

func (l *dockerLayer) walk(ctx context.Context, visit func(*artifact.File) error, walk func(artifact.Layer, context.Context, func(*artifact.File) error) error) error {
	art, err := l.image.export(ctx)
	if err != nil {
		return err
	}
	in := art.Layers()[l.index]
	if id := in.Info().DiffID; id != l.info.DiffID {
		return fmt.Errorf("%w: layer %d was exported as %s, want %s", artifact.ErrDigest, l.index, id, l.info.DiffID)
	}
	return walk(in, ctx, visit)
}
