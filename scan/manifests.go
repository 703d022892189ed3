package scan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Manifests judges the Kubernetes objects in a file, or in the files of a
// directory; see [InspectManifests]. Options.Matchers say by what: [Lint].
func Manifests(ctx context.Context, name string, opts Options) (*Report, error) {
	if opts.Database == nil && len(opts.Matchers) == 0 {
		return nil, ErrNoMatcher
	}
	inv, err := InspectManifests(ctx, opts, name)
	if err != nil {
		return nil, err
	}
	return Judge(ctx, inv, opts)
}

// InspectManifests reads the objects of all names, which are files or
// directories; see [manifest.Load] for what is read of a directory. A file that
// several names lead to is read once. Paths in the result start as the name does
// that led to the file.
//
// What cannot be read is a Problem; an error is a name that does not exist.
func InspectManifests(ctx context.Context, opts Options, names ...string) (*Inventory, error) {
	if err := checkGlobs(opts.SkipDirs, opts.SkipFiles); err != nil {
		return nil, err
	}
	inv := &Inventory{Target: Target{Kind: artifact.KindManifests, Name: strings.Join(names, ", ")}}
	read := make(map[string]bool)
	for _, name := range names {
		b, err := loadManifests(ctx, name, opts, read)
		if err != nil {
			return nil, err
		}
		inv.Objects = append(inv.Objects, b.Objects...)
		for _, p := range b.Problems {
			inv.Problems = append(inv.Problems, ManifestProblem(p))
		}
	}
	if len(inv.Objects) == 0 {
		inv.Problems = append(inv.Problems, Problem{Stage: artifact.StageResolve, Err: ErrNoObjects, Hides: artifact.HidesNothing})
	}
	return inv, nil
}

// ErrNoObjects is the error of the problem that manifests hold no object.
var ErrNoObjects = errors.New("no Kubernetes objects found")

// loadManifests reads one name, without the files in read, to which it adds.
func loadManifests(ctx context.Context, name string, opts Options, read map[string]bool) (*manifest.Bundle, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("read manifests: %w", err)
	}
	// The tree starts at the volume's root, since a kustomization may name what
	// lies beside its directory.
	volume := filepath.VolumeName(abs) + string(filepath.Separator)
	root := filepath.ToSlash(strings.TrimPrefix(abs, volume))
	if root == "" {
		root = "."
	}
	if read[root] {
		return new(manifest.Bundle), nil
	}
	m := opts.Manifests
	shown := m.Name
	m.Name = func(p string) string {
		switch below, ok := strings.CutPrefix(p, root+"/"); {
		case shown != nil:
			p = shown(p)
		case p == root:
			p = name
		case ok:
			p = path.Join(filepath.ToSlash(name), below)
		default:
			p = filepath.ToSlash(volume) + p
		}
		return p
	}
	skip := m.Skip
	m.Skip = func(p string, entry fs.DirEntry) bool {
		below := strings.TrimPrefix(p, root+"/")
		if read[p] || opts.Skips(below, entry.IsDir()) || skip != nil && skip(p, entry) {
			return true
		}
		if !entry.IsDir() {
			read[p] = true
		}
		return false
	}
	read[root] = true
	b, err := manifest.Load(ctx, os.DirFS(volume), root, m)
	if err != nil {
		if p := (*fs.PathError)(nil); errors.As(err, &p) {
			err = p.Err
		}
		return nil, fmt.Errorf("read manifests %s: %w", name, err)
	}
	return b, nil
}

// ManifestProblem is p as a problem of an inventory. A document that is no object
// hides nothing, and neither does a key that is there twice.
func ManifestProblem(p manifest.Problem) Problem {
	hides := artifact.HidesSome
	if errors.Is(p.Err, manifest.ErrNotObject) || errors.Is(p.Err, manifest.ErrDuplicateKey) {
		hides = artifact.HidesNothing
	}
	return Problem{Stage: artifact.StageRead, Path: p.Position.String(), Err: p.Err, Hides: hides}
}
