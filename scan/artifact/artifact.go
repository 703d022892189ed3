// Package artifact holds the contracts of the first half of a scan: a [Source]
// opens an [Artifact] of layers, an [Analyzer] turns files into [Facts], and the
// facts of all layers become an [Inventory].
//
// Package scan re-exports the types that most programs need.
package artifact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

// A Digest names bytes by their hash, "sha256:<64 hex digits>". For a layer it
// is the digest of the blob as stored, compressed or not.
// https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests
type Digest string

// A DiffID is the digest of a layer's uncompressed tar stream.
// https://github.com/opencontainers/image-spec/blob/main/config.md#layer-diffid
type DiffID string

// A Source can open something to scan. It is also a fmt.Stringer where errors
// should name it.
type Source interface {
	Open(ctx context.Context) (Artifact, error)
}

// An Artifact is an opened source: an image, or a directory seen as one layer.
type Artifact interface {
	Target() Target
	Layers() []Layer // base first
	// Close frees what Open took. The artifact, its layers and their files must
	// not be used afterwards.
	Close() error
}

// A Layer is one file system change set.
type Layer interface {
	Info() LayerInfo
	// Walk calls visit for each entry, in stream order, from one goroutine. It
	// may be called again, and for several layers at once. It stops with
	// visit's error, or ctx's. The stream's digest is verified at its end, so
	// what visit has seen counts only when Walk returns nil; the diff ID only where
	// no digest is known.
	//
	// An error matching [ErrInterrupted] means that a new Walk may succeed.
	Walk(ctx context.Context, visit func(*File) error) error
}

// A DiffWalker is a Layer whose stream can be held to its diff ID. What was made
// of another layer may be kept under that name and used in place of reading it.
type DiffWalker interface {
	// WalkDiff is as Walk, but returns an error that matches [ErrDigest] unless
	// the uncompressed stream, to its end, hashes to Info's DiffID.
	WalkDiff(ctx context.Context, visit func(*File) error) error
}

// LayerInfo describes a layer. Fields that a source does not know are zero.
type LayerInfo struct {
	Digest    Digest
	DiffID    DiffID
	Size      int64  // bytes of the blob as stored
	CreatedBy string // the build step, from the image's history
}

// A TargetKind says what sort of thing was scanned.
type TargetKind string

// The kinds of target there are.
const (
	KindImage      TargetKind = "image"
	KindFilesystem TargetKind = "filesystem" // a directory of a project, or of anything
	KindRootfs     TargetKind = "rootfs"     // a directory that is the root of a system
	KindRepository TargetKind = "repository" // a checkout of a version control system
	KindCycloneDX  TargetKind = "cyclonedx"  // a bill of materials
	KindSPDX       TargetKind = "spdx"
	KindManifests  TargetKind = "manifests" // Kubernetes objects, as text
)

// A Target identifies what was scanned. Fields that do not apply are zero.
type Target struct {
	Kind TargetKind
	Name string // as the caller named it: a reference or a path
	// Reference is the full name of the image in its registry.
	Reference   string
	RepoTags    []string // names with a tag that the source gives the image
	RepoDigests []string // names with a digest
	ImageID     Digest   // the digest of the image's config
	Digest      Digest   // the digest of the image's manifest
	Platform    string   // os/architecture[/variant]
	// Config is the image's config document: environment, entrypoint, history.
	// https://github.com/opencontainers/image-spec/blob/main/config.md
	Config json.RawMessage
	// Commit is the revision of a repository; Branch and Tags are what names it.
	Commit string
	Branch string
	Tags   []string
}

// Below is the path of a file from where t begins: "web.yaml" for the file
// "deploy/web.yaml" of the target "deploy", and for the target "deploy/web.yaml". A
// file that is elsewhere keeps its path.
func (t *Target) Below(file string) string {
	root := path.Clean(filepath.ToSlash(t.Name))
	if file == root || file == t.Name {
		return path.Base(file)
	}
	if inside, ok := strings.CutPrefix(file, strings.TrimSuffix(root, "/")+"/"); ok {
		return inside
	}
	return file
}

// Errors that callers branch on.
var (
	// ErrLimit is matched when a bound of [Limits] was reached.
	ErrLimit = errors.New("limit reached")
	// ErrTotal is matched, beside ErrLimit, when the bound is one for all layers
	// together, and so ends the scan: which of them would be cut depended on
	// timing.
	ErrTotal = fmt.Errorf("%w by all layers together", ErrLimit)
	// ErrInterrupted is matched by an error of Walk that a new Walk may mend: a
	// connection that was cut.
	ErrInterrupted = errors.New("interrupted")
	// ErrDigest is matched when bytes do not have the digest they are named by.
	ErrDigest = errors.New("digest mismatch")
)
