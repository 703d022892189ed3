// Package kustomize renders kustomizations, so that their manifests can be read as
// any others.
//
// It is a module of its own, since it brings kustomize along. Kustomize can load
// plugins, and so a program that is built with cgo keeps all code that a plugin may
// call. The build tag kustomize_disable_go_plugin_support, or CGO_ENABLED=0, makes it
// smaller by a quarter.
package kustomize

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A Renderer renders kustomizations as "kustomize build" does. The zero value is
// ready to use.
//
// Nothing but the given file system is read, and no program is run: what lies
// elsewhere, plugins and charts are errors. Bases may lie beside and above the
// directory; other files must lie in it, or in the base that names them.
//
// Kustomize keeps the schema of Kubernetes in a global variable, so kustomizations
// are rendered one at a time in a process. It warns of deprecated fields on the
// standard error.
type Renderer struct {
	// Compat detects what KubeLinter does: not the file name Kustomization.
	Compat bool
	Limits Limits
}

// Limits bound what one kustomization may cost. Zero is the default of each.
//
// They do not bound the time of what kustomize makes of the files that it has read.
type Limits struct {
	FileBytes   int64 // of one file; 5 MiB
	Bytes       int64 // of all files, each as often as it is read; 64 MiB
	Reads       int   // of files and directories; 20,000
	Nodes       int   // of the YAML in one file, with each alias written out; 1 million
	OutputBytes int64 // of what is rendered; 64 MiB
}

// ErrLimit is matched by the errors of kustomizations that go beyond a limit.
var ErrLimit = errors.New("kustomization is over a limit")

var _ manifest.Renderer = Renderer{}

// Name is "kustomize".
func (Renderer) Name() string { return "kustomize" }

// Detect reports whether there is a kustomization.yaml, kustomization.yml or
// Kustomization in the directory.
func (r Renderer) Detect(fsys fs.FS, name string, entry fs.DirEntry) bool {
	if !entry.IsDir() {
		return false
	}
	return slices.ContainsFunc(konfig.RecognizedKustomizationFileNames(), func(base string) bool {
		if r.Compat && path.Ext(base) == "" {
			return false
		}
		info, err := fs.Lstat(fsys, path.Join(name, base))
		return err == nil && info.Mode().IsRegular()
	})
}

// Render returns a text for each resource, sorted by path; those of one path stay in
// the order of kustomize. The path is that of the file the resource was read from. Of
// one that was generated it is the directory and "<kind>-<name>.yaml", in lower case.
// No line has a known source: kustomize writes each text anew.
func (r Renderer) Render(ctx context.Context, fsys fs.FS, name string) (list []manifest.Rendered, err error) {
	select {
	case one <- struct{}{}:
		defer func() { <-one }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() {
		if p := recover(); p != nil {
			list, err = nil, fmt.Errorf("render kustomization: panic: %v", p)
		}
	}()
	limits := r.Limits.withDefaults()
	t := &tree{stopped: ctx.Err, fsys: fsys, root: path.Join("/", name), limits: limits}
	m, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(t, t.root)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case t.refused != nil: // kustomize may have lost it, or gone on
		return nil, fmt.Errorf("render kustomization: %w", t.refused)
	case err != nil:
		return nil, fmt.Errorf("render kustomization: %w", err)
	}
	return texts(m, name, !t.origins, limits.OutputBytes)
}

// one is held by who renders. It is not state, but guards that of kustomize.
var one = make(chan struct{}, 1)

// texts are the resources, without the origins that were asked for here.
func texts(m resmap.ResMap, dir string, hide bool, most int64) ([]manifest.Rendered, error) {
	var list []manifest.Rendered
	for _, res := range m.Resources() {
		source, err := sourceOf(res, dir)
		if err != nil {
			return nil, err
		}
		if hide {
			if err := res.SetOrigin(nil); err != nil {
				return nil, err
			}
		}
		text, err := res.AsYAML()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", source, err)
		}
		if most -= int64(len(text)); most < 0 {
			return nil, over("bytes of output")
		}
		list = append(list, manifest.Rendered{Path: source, Text: text})
	}
	slices.SortStableFunc(list, func(a, b manifest.Rendered) int { return strings.Compare(a.Path, b.Path) })
	return list, nil
}

func sourceOf(res *resource.Resource, dir string) (string, error) {
	origin, err := res.GetOrigin()
	if err != nil {
		return "", err
	}
	if origin != nil && origin.Path != "" {
		return path.Join(dir, origin.Path), nil
	}
	name := strings.ReplaceAll(res.GetKind()+"-"+res.GetName(), "/", "-")
	return path.Join(dir, strings.ToLower(name)+".yaml"), nil
}

func (l Limits) withDefaults() Limits {
	if l.FileBytes == 0 {
		l.FileBytes = 5 << 20
	}
	if l.Bytes == 0 {
		l.Bytes = 64 << 20
	}
	if l.Reads == 0 {
		l.Reads = 20_000
	}
	if l.Nodes == 0 {
		l.Nodes = 1_000_000
	}
	if l.OutputBytes == 0 {
		l.OutputBytes = 64 << 20
	}
	return l
}

func over(what string) error { return fmt.Errorf("%w: too many %s", ErrLimit, what) }
