package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// An image is an opened image. It implements artifact.Artifact.
type image struct {
	target artifact.Target
	layers []artifact.Layer
	free   func() error
}

func (i *image) Target() artifact.Target  { return i.target }
func (i *image) Layers() []artifact.Layer { return i.layers }
func (i *image) Close() error             { return i.free() }

// newImage makes an image of its manifest and the config that the manifest
// names. The bytes of rawConfig are checked against the manifest, and the
// platform in it against opts.Platform.
//
// target comes with what the documents do not say: kind, name, references and
// the manifest's digest. open returns how the blob of a descriptor is opened;
// it is called once for each layer, and what it returns once for each walk.
// free is what the image's Close calls; newImage does not call it on error.
func newImage(target artifact.Target, manifest *v1.Manifest, rawConfig []byte,
	open func(v1.Descriptor) func(context.Context) (io.ReadCloser, error), opts Options, free func() error) (*image, error) {
	if err := checkBytes(rawConfig, manifest.Config.Digest.String(), "config bytes"); err != nil {
		return nil, err
	}
	config, err := parseConfig(rawConfig)
	if kind := manifest.Config.MediaType; !kind.IsConfig() && (err != nil || len(config.RootFS.DiffIDs) == 0) {
		return nil, fmt.Errorf("not an image: its config is of type %q", kind)
	}
	if err != nil {
		return nil, err
	}
	blobs := make([]blob, len(manifest.Layers))
	for i, desc := range manifest.Layers {
		if desc.Digest == (v1.Hash{}) || desc.Size < 0 {
			return nil, fmt.Errorf("layer %d: its descriptor has no digest, or a negative size", i)
		}
		blobs[i] = blob{
			info: artifact.LayerInfo{Digest: artifact.Digest(desc.Digest.String()), Size: desc.Size},
			open: open(desc),
		}
	}
	target.ImageID = artifact.Digest(manifest.Config.Digest.String())
	target.Config = rawConfig
	return assemble(target, config, blobs, opts, free)
}

// assemble makes an image of its config and its layers as they are stored; diff
// IDs and build steps come from the config.
func assemble(target artifact.Target, config *imageConfig, blobs []blob, opts Options, free func() error) (*image, error) {
	if opts.Platform != "" {
		want, err := parsePlatform(opts.Platform)
		if err != nil {
			return nil, err
		}
		if have := config.platform(); have.OS != "" && have.Architecture != "" && !want.accepts(have) {
			return nil, fmt.Errorf("the image is for %s, not for %s", have, want)
		}
	}
	if n := len(config.RootFS.DiffIDs); n != len(blobs) {
		return nil, fmt.Errorf("the image has %d layers, but its config lists %d diff IDs", len(blobs), n)
	}
	steps := config.buildSteps()
	limits := opts.Limits.WithDefaults()
	total := new(atomic.Int64)
	layers := make([]artifact.Layer, len(blobs))
	for i, b := range blobs {
		b.info.DiffID = artifact.DiffID(config.RootFS.DiffIDs[i].String())
		// A history that does not fit says nothing of a layer.
		if len(steps) == len(blobs) {
			b.info.CreatedBy = steps[i]
		}
		layers[i] = &layer{blob: b, limits: limits, total: total}
	}
	target.Platform = config.platform().String()
	return &image{target: target, layers: layers, free: free}, nil
}

// An imageConfig is the part of an image's config that describes its layers.
// https://github.com/opencontainers/image-spec/blob/main/config.md
type imageConfig struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant"`
	RootFS       struct {
		DiffIDs []v1.Hash `json:"diff_ids"`
	} `json:"rootfs"`
	History []struct {
		CreatedBy  string `json:"created_by"`
		EmptyLayer bool   `json:"empty_layer"`
	} `json:"history"`
}

func parseConfig(raw []byte) (*imageConfig, error) {
	var c imageConfig
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, fmt.Errorf("parse image config: %w", err)
	}
	return &c, nil
}

func (c *imageConfig) platform() platform {
	return platform{OS: c.OS, Architecture: c.Architecture, Variant: c.Variant}
}

// buildSteps returns the commands of the history that made a layer.
func (c *imageConfig) buildSteps() []string {
	var steps []string
	for _, h := range c.History {
		if !h.EmptyLayer {
			steps = append(steps, h.CreatedBy)
		}
	}
	return steps
}

// parseDocument parses an index or a manifest; one of the two is nil. What it
// is follows from the content, which may omit its media type.
func parseDocument(raw []byte) (*v1.IndexManifest, *v1.Manifest, error) {
	var fields struct {
		Manifests, Config, Layers, FSLayers json.RawMessage
	}
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, nil, fmt.Errorf("parse image manifest: %w", err)
	}
	isIndex, isManifest := fields.Manifests != nil, fields.Config != nil || fields.Layers != nil
	switch {
	case isIndex && isManifest:
		// One tool would read this as one image and another as another.
		// https://github.com/opencontainers/image-spec/security/advisories/GHSA-77vh-xpmg-72qh
		return nil, nil, errors.New("parse image manifest: it is an index and a manifest at once")
	case fields.FSLayers != nil:
		return nil, nil, errors.New("parse image manifest: docker's schema 1 is not supported")
	case isIndex:
		var index v1.IndexManifest
		if err := json.Unmarshal(raw, &index); err != nil {
			return nil, nil, fmt.Errorf("parse image index: %w", err)
		}
		return &index, nil, nil
	case isManifest:
		var manifest v1.Manifest
		if err := json.Unmarshal(raw, &manifest); err != nil {
			return nil, nil, fmt.Errorf("parse image manifest: %w", err)
		}
		if manifest.Config.Digest == (v1.Hash{}) {
			return nil, nil, errors.New("parse image manifest: it names no config")
		}
		return nil, &manifest, nil
	}
	return nil, nil, errors.New("parse image manifest: it is neither an index nor a manifest")
}
