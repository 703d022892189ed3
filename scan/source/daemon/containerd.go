package daemon

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/containerd/containerd/api/services/content/v1"
	"github.com/containerd/containerd/api/services/images/v1"
	"github.com/containerd/containerd/api/types"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// Containerd is the image that containerd has under a name in opts.Namespace:
// "docker.io/library/nginx:1.27". A name that is not whole is completed as
// Docker's are: "nginx" is docker.io/library/nginx:latest.
//
// Layers are read from the content store, each when it is walked. One that the
// store has thrown away after it was unpacked fails then.
// https://pkg.go.dev/github.com/containerd/containerd/api
func Containerd(ref string, opts Options) artifact.Source {
	opts.Socket = cmp.Or(opts.Socket, ContainerdSocket)
	opts.Namespace = cmp.Or(opts.Namespace, "default")
	return &containerd{ref: ref, opts: opts}
}

type containerd struct {
	ref  string
	opts Options
}

// String is the engine and the name.
func (c *containerd) String() string { return "containerd:" + c.ref }

func (c *containerd) Open(ctx context.Context) (artifact.Artifact, error) {
	conn, err := grpc.NewClient("unix:"+c.opts.Socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	s := &contentStore{conn: conn, namespace: c.opts.Namespace}
	name := fullName(c.ref)
	found, err := images.NewImagesClient(conn).Get(s.in(ctx), &images.GetImageRequest{Name: name})
	if err != nil {
		conn.Close()
		return nil, engineError(err, name)
	}
	s.target = found.GetImage().GetTarget()
	if s.target == nil {
		conn.Close()
		return nil, fmt.Errorf("the engine names no content of %s", name)
	}
	art, err := source.OCIFunc(c.ref, "", s.open, source.Options{Platform: c.opts.Platform, TempDir: c.opts.TempDir, Limits: c.opts.Limits}).Open(ctx)
	if err != nil {
		conn.Close()
		return nil, err
	}
	target := art.Target()
	target.RepoTags = []string{name}
	return &containerdImage{art, target, conn}, nil
}

// fullName completes a name as Docker's are.
// https://github.com/distribution/reference
func fullName(ref string) string {
	host, rest, ok := strings.Cut(ref, "/")
	if !ok || !strings.ContainsAny(host, ".:") && host != "localhost" {
		host, rest = "docker.io", ref
	}
	if host == "docker.io" && !strings.Contains(rest, "/") {
		rest = "library/" + rest
	}
	if last := rest[strings.LastIndexByte(rest, '/')+1:]; !strings.ContainsAny(last, ":@") {
		rest += ":latest"
	}
	return host + "/" + rest
}

type containerdImage struct {
	artifact.Artifact
	target artifact.Target
	conn   io.Closer
}

func (i *containerdImage) Target() artifact.Target { return i.target }

func (i *containerdImage) Close() error { return errors.Join(i.Artifact.Close(), i.conn.Close()) }

// A contentStore shows containerd's content as an OCI layout of one image.
type contentStore struct {
	conn      *grpc.ClientConn
	namespace string
	target    *types.Descriptor
}

// in is ctx with the namespace that calls are made in.
func (s *contentStore) in(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "containerd-namespace", s.namespace)
}

// open opens a file of the layout: the index that names the image, or a blob.
func (s *contentStore) open(ctx context.Context, name string) (io.ReadCloser, error) {
	if name == "index.json" {
		return s.index()
	}
	algorithm, hex, ok := strings.Cut(strings.TrimPrefix(name, "blobs/"), "/")
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	digest := algorithm + ":" + hex
	ctx, cancel := context.WithCancel(s.in(ctx))
	client := content.NewContentClient(s.conn)
	if _, err := client.Info(ctx, &content.InfoRequest{Digest: digest}); err != nil {
		cancel()
		return nil, contentError(err, digest)
	}
	stream, err := client.Read(ctx, &content.ReadContentRequest{Digest: digest})
	if err != nil {
		cancel()
		return nil, contentError(err, digest)
	}
	return &contentReader{stream: stream, digest: digest, cancel: cancel}, nil
}

// index is made up: the layout of one image.
func (s *contentStore) index() (io.ReadCloser, error) {
	type descriptor struct {
		MediaType string `json:"mediaType"`
		Digest    string `json:"digest"`
		Size      int64  `json:"size"`
	}
	b, err := json.Marshal(struct {
		SchemaVersion int          `json:"schemaVersion"`
		Manifests     []descriptor `json:"manifests"`
	}{2, []descriptor{{s.target.GetMediaType(), s.target.GetDigest(), s.target.GetSize()}}})
	return io.NopCloser(bytes.NewReader(b)), err
}

// A contentReader reads a blob as it comes.
type contentReader struct {
	stream content.Content_ReadClient
	digest string
	rest   []byte
	cancel func()
}

func (r *contentReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		part, err := r.stream.Recv()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return 0, io.EOF
			}
			return 0, contentError(err, r.digest)
		}
		r.rest = part.GetData()
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *contentReader) Close() error {
	r.cancel()
	return nil
}

// engineError says in words what a call for an image failed with.
func engineError(err error, name string) error {
	s := status.Convert(err)
	if s.Code() == codes.NotFound {
		return fmt.Errorf("%w: %s", ErrNotFound, name)
	}
	return callError(s)
}

func contentError(err error, digest string) error {
	s := status.Convert(err)
	if s.Code() == codes.NotFound {
		return fmt.Errorf("the engine has no content %s: %w", digest, fs.ErrNotExist)
	}
	return callError(s)
}

func callError(s *status.Status) error {
	switch s.Code() {
	case codes.Canceled:
		return context.Canceled
	case codes.DeadlineExceeded:
		return context.DeadlineExceeded
	}
	return errors.New(s.Message())
}
