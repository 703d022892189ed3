package source

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// DockerArchive is the image in file, a tar as docker save writes it. Of an
// archive of several images it is the first. A file compressed by gzip or zstd
// is inflated once, to an unnamed file in opts.TempDir: at most
// Limits.TotalBytes, freed when the artifact is closed.
// https://github.com/moby/docker-image-spec/blob/main/spec.md#combined-image-json--filesystem-changeset-format
//
// The archive does not say how its layers are named where they came from:
// their Digest is empty, and their content is checked against the diff IDs.
//
// Open fails with an error matching fs.ErrNotExist if there is no such file, no
// manifest.json in it, or no config; io.ErrUnexpectedEOF if it is cut short;
// artifact.ErrLimit if a limit was reached. A layer that is missing fails when
// it is walked.
func DockerArchive(file string, opts Options) artifact.Source {
	return &archive{file: file, format: dockerFormat, opts: opts}
}

// dockerImage is an element of manifest.json.
type dockerImage struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// openDocker opens the first image of a docker save archive. free is what the
// image's Close calls; it is not called on error.
func openDocker(ctx context.Context, ix *tarIndex, name string, opts Options, free func() error) (*image, error) {
	raw, err := readFile(ctx, ix, "manifest.json", opts)
	if err != nil {
		return nil, err
	}
	var images []dockerImage
	if err := json.Unmarshal(raw, &images); err != nil {
		return nil, fmt.Errorf("parse manifest.json: %w", err)
	}
	if len(images) == 0 || images[0].Config == "" {
		return nil, errors.New("parse manifest.json: it lists no image")
	}
	first := images[0]
	rawConfig, err := readFile(ctx, ix, first.Config, opts)
	if err != nil {
		return nil, err
	}
	config, err := parseConfig(rawConfig)
	if err != nil {
		return nil, err
	}
	blobs := make([]blob, len(first.Layers))
	for i, layer := range first.Layers {
		blobs[i].open = func(ctx context.Context) (io.ReadCloser, error) { return ix.open(ctx, layer) }
		if m, err := ix.find(layer); err == nil {
			blobs[i].info.Size = m.size
		}
	}
	return assemble(artifact.Target{
		Kind:     artifact.KindImage,
		Name:     name,
		RepoTags: first.RepoTags,
		ImageID:  artifact.Digest(fmt.Sprintf("sha256:%x", sha256.Sum256(rawConfig))),
		Config:   rawConfig,
	}, config, blobs, opts, free)
}
