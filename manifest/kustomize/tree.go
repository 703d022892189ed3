package kustomize

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// ErrLink is matched by the error of a kustomization that reads through a link: what
// it leads to may be anywhere.
var ErrLink = errors.New("link is not followed")

// A tree shows a file system to kustomize, below "/", and holds it to the limits. It
// is where kustomize learns what a kustomization refers to, so it is where
// references to other places are refused.
type tree struct {
	stopped func() error // the context's error
	fsys    fs.FS
	root    string // the directory that is rendered
	limits  Limits

	reads   int
	bytes   int64
	refused error // the first error that is not kustomize's own
	origins bool  // the kustomization itself asks for origins
	configs []string
}

// refuse keeps the first error, and returns it.
func (t *tree) refuse(err error) error {
	if t.refused == nil {
		t.refused = err
	}
	return err
}

// within is the path in the file system, if no part of it is a link.
func (t *tree) within(name string) (string, fs.FileInfo, error) {
	if err := t.stopped(); err != nil {
		return "", nil, t.refuse(err)
	}
	if t.reads++; t.reads > t.limits.Reads {
		return "", nil, t.refuse(over("reads"))
	}
	name = strings.TrimPrefix(path.Join("/", filepath.ToSlash(name)), "/")
	if name == "" {
		name = "."
	}
	var info fs.FileInfo
	for i := range len(name) + 1 {
		if i < len(name) && name[i] != '/' {
			continue
		}
		var err error
		if info, err = fs.Lstat(t.fsys, name[:i]); err != nil {
			return "", nil, err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return "", nil, t.refuse(fmt.Errorf("%s: %w", name[:i], ErrLink))
		}
	}
	return name, info, nil
}

// ReadFile reads a file, and checks what kustomize would follow in it.
func (t *tree) ReadFile(name string) ([]byte, error) {
	name, info, err := t.within(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", name)
	}
	f, err := t.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, t.limits.FileBytes+1))
	if err != nil {
		return nil, t.refuse(fmt.Errorf("%s: %w", name, err))
	}
	if int64(len(text)) > t.limits.FileBytes {
		return nil, t.refuse(fmt.Errorf("%s: %w", name, over("bytes of a file")))
	}
	if t.bytes += int64(len(text)); t.bytes > t.limits.Bytes {
		return nil, t.refuse(fmt.Errorf("%s: %w", name, over("bytes")))
	}
	if err := t.checkYAML(text, t.isConfig("/"+name)); err != nil {
		return nil, t.refuse(fmt.Errorf("%s: %w", name, err))
	}
	if slices.Contains(konfig.RecognizedKustomizationFileNames(), path.Base(name)) {
		return t.kustomization("/"+name, text)
	}
	return text, nil
}

// kustomization checks the references of a kustomization. Of the one that is
// rendered it asks for origins too.
func (t *tree) kustomization(name string, text []byte) ([]byte, error) {
	var k types.Kustomization
	if err := k.Unmarshal(text); err != nil {
		return text, nil // kustomize says so better
	}
	if err := t.checkReferences(path.Dir(name), &k); err != nil {
		return nil, t.refuse(fmt.Errorf("%s: %w", name[1:], err))
	}
	if path.Dir(name) != t.root {
		return text, nil
	}
	if slices.Contains(k.BuildMetadata, types.OriginAnnotations) {
		t.origins = true
		return text, nil
	}
	k.BuildMetadata = append(k.BuildMetadata, types.OriginAnnotations)
	return yaml.Marshal(k)
}

// IsDir reports whether there is a directory.
func (t *tree) IsDir(name string) bool {
	_, info, err := t.within(name)
	return err == nil && info.IsDir()
}

// Exists reports whether there is a file or directory.
func (t *tree) Exists(name string) bool {
	_, _, err := t.within(name)
	return err == nil
}

// CleanedAbs splits a path into a directory and the name of a file, empty if the
// path is that of a directory.
func (t *tree) CleanedAbs(name string) (filesys.ConfirmedDir, string, error) {
	clean, info, err := t.within(name)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", strings.TrimPrefix(name, "/"), err)
	}
	clean = path.Join("/", clean)
	if info.IsDir() {
		return filesys.ConfirmedDir(clean), "", nil
	}
	return filesys.ConfirmedDir(path.Dir(clean)), path.Base(clean), nil
}

// ReadDir lists a directory.
func (t *tree) ReadDir(name string) ([]string, error) {
	name, _, err := t.within(name)
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(t.fsys, name)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names, err
}

// What follows is not needed to build, or would change something.

var errReadOnly = errors.New("file system is read-only")

// Glob is refused.
func (t *tree) Glob(string) ([]string, error) { return nil, errReadOnly }

// Walk is refused.
func (t *tree) Walk(string, filepath.WalkFunc) error { return errReadOnly }

// Open is refused.
func (t *tree) Open(string) (filesys.File, error) { return nil, errReadOnly }

// Create is refused.
func (t *tree) Create(string) (filesys.File, error) { return nil, errReadOnly }

// Mkdir is refused.
func (t *tree) Mkdir(string) error { return errReadOnly }

// MkdirAll is refused.
func (t *tree) MkdirAll(string) error { return errReadOnly }

// RemoveAll is refused.
func (t *tree) RemoveAll(string) error { return errReadOnly }

// WriteFile is refused.
func (t *tree) WriteFile(string, []byte) error { return errReadOnly }
