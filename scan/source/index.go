package source

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Bounds of what an index may nest. Indexes in use nest once.
const (
	maxIndexDepth = 4
	maxIndexes    = 64
)

// A finder looks for the manifest of one image in an index, or in the indexes
// that it lists.
type finder struct {
	// fetch returns the bytes of a document, at most Limits.MetadataBytes; the
	// finder checks their digest.
	fetch func(context.Context, v1.Descriptor) ([]byte, error)
	// platform is Options.Platform.
	platform string

	indexes    int
	candidates []v1.Descriptor
}

// findIn returns the manifest of the image that index holds for the finder's
// platform, and its digest.
func (f *finder) findIn(ctx context.Context, index *v1.IndexManifest) (*v1.Manifest, artifact.Digest, error) {
	if err := f.collect(ctx, index, 1); err != nil {
		return nil, "", err
	}
	desc, err := choose(f.candidates, f.platform)
	if err != nil {
		return nil, "", err
	}
	_, manifest, err := f.read(ctx, desc)
	if err != nil {
		return nil, "", err
	}
	if manifest == nil {
		return nil, "", fmt.Errorf("%s is an index, but is listed as a manifest", desc.Digest)
	}
	return manifest, artifact.Digest(desc.Digest.String()), nil
}

// collect gathers what may be images in index and the indexes that it lists.
func (f *finder) collect(ctx context.Context, index *v1.IndexManifest, depth int) error {
	for _, desc := range index.Manifests {
		if desc.Digest == (v1.Hash{}) {
			return errors.New("an index lists a manifest without a digest")
		}
		if !mayBeImage(desc) {
			continue
		}
		// Without a type or a platform, only the document tells what it is.
		if !desc.MediaType.IsIndex() && (desc.MediaType != "" || desc.Platform != nil) {
			f.candidates = append(f.candidates, desc)
			continue
		}
		if f.indexes++; f.indexes > maxIndexes || depth >= maxIndexDepth {
			return fmt.Errorf("%w: more than %d indexes, or %d in each other", artifact.ErrLimit, maxIndexes, maxIndexDepth)
		}
		nested, _, err := f.read(ctx, desc)
		if err != nil {
			return err
		}
		if nested == nil {
			f.candidates = append(f.candidates, desc)
			continue
		}
		if err := f.collect(ctx, nested, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (f *finder) read(ctx context.Context, desc v1.Descriptor) (*v1.IndexManifest, *v1.Manifest, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	raw, err := f.fetch(ctx, desc)
	if err == nil {
		err = checkBytes(raw, desc.Digest.String(), "manifest bytes")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read manifest %s: %w", desc.Digest, err)
	}
	index, manifest, err := parseDocument(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("manifest %s: %w", desc.Digest, err)
	}
	return index, manifest, nil
}

// mayBeImage reports whether desc can be an image: it is no attestation that a
// builder put beside one, nor any other artifact. Some tools write the type of
// an image's config as its artifact type.
// https://docs.docker.com/build/metadata/attestations/attestation-storage/
func mayBeImage(desc v1.Descriptor) bool {
	if desc.Annotations["vnd.docker.reference.type"] == "attestation-manifest" {
		return false
	}
	if desc.Platform != nil && desc.Platform.OS == "unknown" && desc.Platform.Architecture == "unknown" {
		return false
	}
	return desc.ArtifactType == "" || types.MediaType(desc.ArtifactType).IsConfig()
}

// choose returns the descriptor for the platform that is asked for: with its
// very variant if there is one, else the first with any if none was asked for.
// When nobody asked for a platform, or the only candidate names none, the only
// candidate is right; its config tells whether it contradicts what was asked.
func choose(candidates []v1.Descriptor, asked string) (v1.Descriptor, error) {
	want := defaultPlatform()
	if asked != "" {
		p, err := parsePlatform(asked)
		if err != nil {
			return v1.Descriptor{}, err
		}
		want = p
	}
	exact := platform{want.OS, want.Architecture, want.variant()}
	for _, p := range []platform{exact, want} {
		for _, desc := range candidates {
			if desc.Platform != nil && p.accepts(descPlatform(desc)) {
				return desc, nil
			}
		}
	}
	if len(candidates) == 1 && (asked == "" || candidates[0].Platform == nil) {
		return candidates[0], nil
	}
	if len(candidates) == 0 {
		return v1.Descriptor{}, errors.New("the index lists no image")
	}
	var there []string
	for _, desc := range candidates {
		name := "no platform"
		if desc.Platform != nil {
			name = descPlatform(desc).String()
		}
		if !slices.Contains(there, name) {
			there = append(there, name)
		}
	}
	return v1.Descriptor{}, fmt.Errorf("the index has no image for %s, only for %s", want, strings.Join(there, ", "))
}

func descPlatform(desc v1.Descriptor) platform {
	return platform{OS: desc.Platform.OS, Architecture: desc.Platform.Architecture, Variant: desc.Platform.Variant}
}
