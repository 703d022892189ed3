package imagetest

import (
	"crypto/sha256"
	"fmt"
)

// Media types of the documents and layers that this package builds.
const (
	TypeIndex     = "application/vnd.oci.image.index.v1+json"
	TypeManifest  = "application/vnd.oci.image.manifest.v1+json"
	TypeConfig    = "application/vnd.oci.image.config.v1+json"
	TypeLayer     = "application/vnd.oci.image.layer.v1.tar"
	TypeLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip"
	TypeLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd"
)

// A Descriptor names a blob.
type Descriptor struct {
	MediaType    string            `json:"mediaType,omitempty"`
	Digest       string            `json:"digest"`
	Size         int64             `json:"size"`
	Annotations  map[string]string `json:"annotations,omitempty"`
	Platform     *Platform         `json:"platform,omitempty"`
	ArtifactType string            `json:"artifactType,omitempty"`
}

// A Platform is what an index says of an image.
type Platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Variant      string `json:"variant,omitempty"`
}

// An Index is an OCI index, as a document.
type Index struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Manifests     []Descriptor `json:"manifests"`
}

// NewIndex returns an index that lists manifests, encoded.
func NewIndex(manifests ...Descriptor) []byte {
	return marshal(Index{SchemaVersion: 2, MediaType: TypeIndex, Manifests: manifests})
}

// Digest returns the digest of b: sha256:…
func Digest(b []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(b)) }

type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        Descriptor   `json:"config"`
	Layers        []Descriptor `json:"layers"`
}

type imageConfig struct {
	Platform
	Config  map[string]any `json:"config,omitempty"`
	RootFS  rootFS         `json:"rootfs"`
	History []Step         `json:"history,omitempty"`
}

type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

// A Step is an entry of an image's history.
type Step struct {
	CreatedBy  string `json:"created_by"`
	EmptyLayer bool   `json:"empty_layer,omitempty"`
}
