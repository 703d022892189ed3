// Package imagetest builds container images for tests: layers from a list of
// entries, and images as OCI layouts and docker save archives.
//
// What it builds is the same on every run. An entry that cannot be written as
// tar is a mistake in the test and panics.
package imagetest

import (
	"encoding/json"
	"fmt"
	"maps"
)

// An Image is an image to build. Zero fields are defaults.
type Image struct {
	Layers       []Layer
	OS           string   // "linux"
	Architecture string   // "amd64"
	Variant      string   // none
	Tags         []string // full names, "example.com/app:1.0"
	User         string   // whom the config runs as; empty leaves it out
	DiffIDs      []string // that the config claims; nil: those of the layers
	// Config is what containers start with: "User", "Env". Nil: the document says
	// nothing of it.
	Config map[string]any
	// History are the steps that the config tells of; nil: one for each layer, and some
	// between them.
	History []Step
	// NoPlatform leaves the platform out of the descriptor in an index; it stays
	// in the config.
	NoPlatform bool
	// Annotations are those of the descriptor in an index; nil names the first
	// tag.
	Annotations map[string]string
}

// A Built is an image's documents and layers.
type Built struct {
	Config     []byte
	Manifest   []byte
	Layers     []BuiltLayer
	Descriptor Descriptor // of the manifest, as an index lists it
}

// Build makes the documents and layers of i.
func (i Image) Build() Built {
	platform := Platform{OS: or(i.OS, "linux"), Architecture: or(i.Architecture, "amd64"), Variant: i.Variant}
	config := imageConfig{Platform: platform, Config: i.Config, RootFS: rootFS{Type: "layers", DiffIDs: []string{}}}
	manifest := manifest{SchemaVersion: 2, MediaType: TypeManifest, Layers: []Descriptor{}}
	if i.User != "" {
		config.Config = map[string]any{"User": i.User}
	}
	var built Built
	for n, l := range i.Layers {
		b := l.Build()
		built.Layers = append(built.Layers, b)
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, b.DiffID)
		// A step that makes no layer comes before every second one that does.
		if n%2 == 1 {
			config.History = append(config.History, Step{CreatedBy: "ENV x=y", EmptyLayer: true})
		}
		config.History = append(config.History, Step{CreatedBy: fmt.Sprintf("step %d", n)})
		manifest.Layers = append(manifest.Layers, describe(b.Blob, b.MediaType))
	}
	if i.History != nil {
		config.History = i.History
	}
	if i.DiffIDs != nil {
		config.RootFS.DiffIDs = i.DiffIDs
	}
	built.Config = marshal(config)
	manifest.Config = describe(built.Config, TypeConfig)
	built.Manifest = marshal(manifest)
	built.Descriptor = describe(built.Manifest, TypeManifest)
	if !i.NoPlatform {
		built.Descriptor.Platform = &platform
	}
	built.Descriptor.Annotations = maps.Clone(i.Annotations)
	if len(i.Tags) > 0 && built.Descriptor.Annotations == nil {
		built.Descriptor.Annotations = map[string]string{"org.opencontainers.image.ref.name": i.Tags[0]}
	}
	return built
}

func describe(blob []byte, mediaType string) Descriptor {
	return Descriptor{MediaType: mediaType, Digest: Digest(blob), Size: int64(len(blob))}
}

func or(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

// marshal encodes documents of this package, which always can be.
func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
