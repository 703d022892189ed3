package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// OCILayout is an image of the OCI layout in dir.
// https://github.com/opencontainers/image-spec/blob/main/image-layout.md
//
// ref chooses one of several images: the tag or the whole name that the layout
// gives it (org.opencontainers.image.ref.name), or the digest of a manifest or
// index in it, "sha256:…". Empty is the only image, which may be an index for
// several platforms; opts.Platform chooses among those.
//
// Every document and layer is checked against its digest, and nothing outside
// dir is read. Open fails with an error matching fs.ErrNotExist if a document
// is missing; artifact.ErrDigest if it is not what its digest says;
// artifact.ErrLimit if a limit was reached. A layer that is missing fails when
// it is walked.
func OCILayout(dir, ref string, opts Options) artifact.Source {
	return &layout{dir: dir, ref: ref, opts: opts}
}

// OCIArchive is an image of the OCI layout in file, a tar. ref and errors are as
// for [OCILayout]. A compressed tar is inflated as by [DockerArchive].
func OCIArchive(file, ref string, opts Options) artifact.Source {
	return &archive{file: file, ref: ref, format: ociFormat, opts: opts}
}

// OCIFunc is an image of an OCI layout whose files open opens, by their names in
// the layout: "index.json", "blobs/sha256/…". That is how a content store of any
// kind becomes a source: its index.json may be made up, and lists what the store
// has under ref. name is what the target is called. ref and errors are as for
// [OCILayout]. open may be called from several goroutines, and for one name more
// than once.
func OCIFunc(name, ref string, open func(ctx context.Context, name string) (io.ReadCloser, error), opts Options) artifact.Source {
	return &openedLayout{name: name, ref: ref, files: openFunc(open), opts: opts}
}

// An openedLayout is an OCI layout behind a function. It implements
// artifact.Source.
type openedLayout struct {
	name, ref string
	files     openFunc
	opts      Options
}

// String is the name that was given.
func (l *openedLayout) String() string { return l.name }

func (l *openedLayout) Open(ctx context.Context) (artifact.Artifact, error) {
	img, err := openLayout(ctx, l.files, l.name, l.ref, l.opts, func() error { return nil })
	if err != nil {
		return nil, err
	}
	img.target.Name = l.name
	return img, nil
}

type openFunc func(ctx context.Context, name string) (io.ReadCloser, error)

func (f openFunc) open(ctx context.Context, name string) (io.ReadCloser, error) { return f(ctx, name) }

// A layout is an OCI layout in a directory. It implements artifact.Source.
type layout struct {
	dir, ref string
	opts     Options
}

// String names the layout as [Parse] would take it.
func (l *layout) String() string { return "oci:" + withRef(l.dir, l.ref) }

// Open reads the documents of the image.
func (l *layout) Open(ctx context.Context) (artifact.Artifact, error) {
	root, err := os.OpenRoot(l.dir)
	if err != nil {
		return nil, err
	}
	img, err := openLayout(ctx, directory{root}, l.dir, l.ref, l.opts, root.Close)
	if err != nil {
		root.Close()
		return nil, err
	}
	return img, nil
}

// files are what an image is kept in; names are slash-separated.
type files interface {
	open(ctx context.Context, name string) (io.ReadCloser, error)
}

// A directory is files on disk.
type directory struct{ root *os.Root }

func (d directory) open(_ context.Context, name string) (io.ReadCloser, error) {
	name = filepath.FromSlash(name)
	// Opening a pipe could wait for ever.
	info, err := d.root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	return d.root.Open(name)
}

// openLayout opens the image of the OCI layout in f that ref and opts.Platform
// choose. free is what the image's Close calls; it is not called on error.
func openLayout(ctx context.Context, f files, name, ref string, opts Options, free func() error) (*image, error) {
	raw, err := readFile(ctx, f, "index.json", opts)
	if err != nil {
		return nil, err
	}
	index, _, err := parseDocument(raw)
	if err != nil {
		return nil, fmt.Errorf("index.json: %w", err)
	}
	if index == nil {
		return nil, errors.New("index.json: it is a manifest, want an index")
	}
	chosen, err := byRef(index.Manifests, ref)
	if err != nil {
		return nil, fmt.Errorf("index.json: %w", err)
	}
	find := finder{platform: opts.Platform, fetch: func(ctx context.Context, desc v1.Descriptor) ([]byte, error) {
		return readFile(ctx, f, blobPath(desc.Digest), opts)
	}}
	manifest, digest, err := find.findIn(ctx, &v1.IndexManifest{Manifests: chosen})
	if err != nil {
		return nil, err
	}
	config, err := readFile(ctx, f, blobPath(manifest.Config.Digest), opts)
	if err != nil {
		return nil, err
	}
	target := artifact.Target{
		Kind: artifact.KindImage, Name: withRef(name, ref), Digest: digest,
		RepoTags: fullNames(index.Manifests, chosen),
	}
	return newImage(target, manifest, config, func(desc v1.Descriptor) func(context.Context) (io.ReadCloser, error) {
		return func(ctx context.Context) (io.ReadCloser, error) { return f.open(ctx, blobPath(desc.Digest)) }
	}, opts, free)
}

// byRef returns the descriptors that ref chooses. They are one image, perhaps
// for several platforms.
func byRef(manifests []v1.Descriptor, ref string) ([]v1.Descriptor, error) {
	if digest, err := v1.NewHash(ref); err == nil {
		// Not only what the layout lists: also what an index in it does.
		return []v1.Descriptor{{Digest: digest}}, nil
	}
	var chosen []v1.Descriptor
	var names, digests []string
	for _, desc := range manifests {
		name := refName(desc)
		if ref != "" && name != ref && tagOf(name) != ref || !mayBeImage(desc) {
			continue
		}
		if d := desc.Digest.String(); !slices.Contains(digests, d) {
			digests = append(digests, d)
			chosen = append(chosen, desc) // once, however many names it has
		}
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(chosen) == 0 && ref != "" {
		return nil, fmt.Errorf("no image is named %q", ref)
	}
	if len(names) > 1 && len(digests) > 1 {
		return nil, fmt.Errorf("there are %d images, choose one: %s", len(names), strings.Join(names[:min(len(names), 20)], ", "))
	}
	return chosen, nil
}

// refName is the name that a layout gives to an image: a tag or a whole name.
// containerd keeps the whole name apart from the tag.
// https://github.com/opencontainers/image-spec/blob/main/annotations.md
func refName(desc v1.Descriptor) string {
	if name := desc.Annotations["io.containerd.image.name"]; name != "" {
		return name
	}
	return desc.Annotations["org.opencontainers.image.ref.name"]
}

// tagOf is what follows the last colon of name; all of it if there is none.
func tagOf(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

// fullNames returns the names with a tag that manifests give to the images
// chosen.
func fullNames(manifests, chosen []v1.Descriptor) []string {
	var names []string
	for _, desc := range manifests {
		same := func(c v1.Descriptor) bool { return c.Digest == desc.Digest }
		name := refName(desc)
		if strings.Contains(name, ":") && slices.ContainsFunc(chosen, same) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// readFile reads a document of at most Limits.MetadataBytes.
func readFile(ctx context.Context, f files, name string, opts Options) ([]byte, error) {
	rc, err := f.open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	b, err := readDocument(rc, opts.Limits.WithDefaults().MetadataBytes)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return b, nil
}

// blobPath is where a layout keeps the blob of that digest.
func blobPath(digest v1.Hash) string { return path.Join("blobs", digest.Algorithm, digest.Hex) }

// withRef joins a path and what chooses an image in it.
func withRef(file, ref string) string {
	switch {
	case ref == "":
		return file
	case strings.HasPrefix(ref, "sha256:"):
		return file + "@" + ref
	}
	return file + ":" + ref
}
