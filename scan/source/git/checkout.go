package git

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A checkout is the files of a commit. It is both the artifact and its one layer.
type checkout struct {
	target artifact.Target
	repo   *git.Repository
	tree   *object.Tree
	dir    string // of the objects
	skip   func(path string, dir bool) bool
}

func (c *checkout) Target() artifact.Target  { return c.target }
func (c *checkout) Layers() []artifact.Layer { return []artifact.Layer{c} }

// Close removes the objects.
func (c *checkout) Close() error { return os.RemoveAll(c.dir) }

func (c *checkout) Info() artifact.LayerInfo { return artifact.LayerInfo{} }

func (c *checkout) Walk(ctx context.Context, visit func(*artifact.File) error) error {
	if err := visit(artifact.NewFile(artifact.Entry{Path: ".", Kind: artifact.KindDir}, nil)); err != nil {
		return err
	}
	return c.walk(ctx, c.tree, "", 0, visit)
}

// maxDepth bounds the directories in each other. Paths are bounded by the engine
// too, but a tree may contain itself by name only as deep as it was written.
const maxDepth = 4096

func (c *checkout) walk(ctx context.Context, tree *object.Tree, prefix string, depth int, visit func(*artifact.File) error) error {
	for i := range tree.Entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		e := &tree.Entries[i]
		path := prefix + e.Name
		if !isName(e.Name) {
			return fmt.Errorf("read tree: the name %q is not one of a file", e.Name)
		}
		if c.skip != nil && c.skip(path, e.Mode == filemode.Dir) {
			continue
		}
		if err := c.visitEntry(ctx, e, path, depth, visit); err != nil {
			return err
		}
	}
	return nil
}

// isName reports whether name, which need not be UTF-8, can be that of a file.
func isName(name string) bool {
	return name != "" && name != "." && name != ".." && name != ".git" && !strings.ContainsAny(name, "/\x00")
}

func (c *checkout) visitEntry(ctx context.Context, e *object.TreeEntry, path string, depth int, visit func(*artifact.File) error) error {
	switch e.Mode {
	case filemode.Dir:
		entry := artifact.Entry{Path: path, Kind: artifact.KindDir}
		if depth == maxDepth {
			return visit(artifact.Unreadable(entry, fmt.Errorf("read %s: %w: more than %d directories in each other", path, artifact.ErrLimit, maxDepth)))
		}
		sub, err := c.repo.TreeObject(e.Hash)
		if err != nil {
			return visit(artifact.Unreadable(entry, fmt.Errorf("read %s: %w", path, err)))
		}
		if err := visit(artifact.NewFile(entry, nil)); err != nil {
			return err
		}
		return c.walk(ctx, sub, path+"/", depth+1, visit)
	case filemode.Submodule:
		entry := artifact.Entry{Path: path, Kind: artifact.KindDir}
		return visit(artifact.Unreadable(entry, fmt.Errorf("read %s: %w", path, ErrSubmodule)))
	case filemode.Symlink:
		entry := artifact.Entry{Path: path, Kind: artifact.KindSymlink}
		link, err := c.link(e)
		if err != nil {
			return visit(artifact.Unreadable(entry, fmt.Errorf("read %s: %w", path, err)))
		}
		entry.Link = link
		return visit(artifact.NewFile(entry, nil))
	}
	b := &blob{repo: c.repo, entry: e}
	defer b.close()
	return visit(artifact.NewLateFile(path, b))
}

// maxLink bounds a link, as systems do.
const maxLink = 4096

func (c *checkout) link(e *object.TreeEntry) (string, error) {
	obj, err := c.repo.BlobObject(e.Hash)
	if err != nil {
		return "", err
	}
	if obj.Size > maxLink {
		return "", fmt.Errorf("%w: a link of %d bytes, of %d", artifact.ErrLimit, obj.Size, maxLink)
	}
	r, err := obj.Reader()
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	return string(b), cmp.Or(err, r.Close())
}

// A blob is a file's content. It implements artifact.Late.
type blob struct {
	repo  *git.Repository
	entry *object.TreeEntry
	obj   *object.Blob
	open  io.ReadCloser
}

func (b *blob) Stat() (fs.FileMode, int64, error) {
	mode := fs.FileMode(0o644)
	if b.entry.Mode == filemode.Executable {
		mode = 0o755
	}
	obj, err := b.repo.BlobObject(b.entry.Hash)
	if err != nil {
		return 0, 0, err
	}
	b.obj = obj
	return mode, obj.Size, nil
}

func (b *blob) Open() (io.Reader, error) {
	if b.obj == nil {
		return nil, errors.New("opened before its size was asked for")
	}
	r, err := b.obj.Reader()
	if err != nil {
		return nil, err
	}
	b.open = r
	return struct{ io.Reader }{r}, nil
}

func (b *blob) close() {
	if b.open != nil {
		b.open.Close()
	}
}
