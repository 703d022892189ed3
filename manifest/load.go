package manifest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Options say what to read, and how. The zero value is a default to start with.
type Options struct {
	// Renderers turn directories and files into manifests, each asked in turn; nil:
	// nothing is rendered.
	Renderers []Renderer
	// Decoders read files that are neither YAML nor JSON, each asked in turn; nil:
	// there are none. A file that one of them claims is read whatever its extension.
	Decoders []Decoder
	// KubernetesOnly makes documents of Compose files what they are to Kubernetes: no
	// objects. Else they are objects of the kind Compose, found by the name of the file
	// (compose.yaml, docker-compose*.yml, *.compose.yaml) or by what they hold.
	KubernetesOnly bool
	// Extensions are those of the files that are read of a directory, whatever
	// their case; nil: .yaml, .yml and .json. A file that is named itself is read
	// whatever its extension.
	Extensions []string
	// Name is what to show for a path of the file system; nil: the path itself.
	Name func(path string) string
	// Skip reports whether a directory, or a file that would be read, is left out;
	// nil: none is. It is given the path in the file system.
	Skip func(path string, entry fs.DirEntry) bool
	// Limits bound what is read.
	Limits Limits
	// Workers is how many files are read at a time; 0: as many as processors. It
	// does not change the result.
	Workers int
}

// Load reads the manifests at root, a file or directory of fsys, and below it.
// Links to directories are not followed. Files are in the order of [fs.WalkDir].
//
// A document that is no object is a Problem only in a file that was
// named itself or rendered: a tree holds other YAML.
//
// An error means that root cannot be read, or that ctx was cancelled.
func Load(ctx context.Context, fsys fs.FS, root string, opts Options) (*Bundle, error) {
	l := &loader{ctx: ctx, fsys: fsys, root: root, opts: opts}
	l.opts.Limits = opts.Limits.withDefaults()
	if opts.Name == nil {
		l.opts.Name = func(path string) string { return path }
	}
	if opts.Extensions == nil {
		l.opts.Extensions = []string{".yaml", ".yml", ".json"}
	}
	if err := fs.WalkDir(fsys, root, l.visit); err != nil && !errors.Is(err, errFull) {
		return nil, err
	}
	return l.read()
}

// errFull ends a walk that reached [Limits].Files.
var errFull = errors.New("too many files")

type loader struct {
	ctx  context.Context
	fsys fs.FS
	root string
	opts Options
	jobs []job
}

// A job reads one file, or renders one chart.
type job func() Bundle

func (l *loader) visit(name string, entry fs.DirEntry, err error) error {
	if ctxErr := l.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	if err != nil {
		if name == l.root {
			return fmt.Errorf("read %s: %w", name, err)
		}
		l.problem(name, err)
		return nil
	}
	renderer := l.renderer(name, entry)
	if renderer == nil && !entry.IsDir() && !l.wanted(name, entry) {
		return nil
	}
	if name != l.root && l.opts.Skip != nil && l.opts.Skip(name, entry) {
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	}
	if len(l.jobs) >= l.opts.Limits.Files {
		l.problem(name, fmt.Errorf("%w: more than %d files", ErrLimit, l.opts.Limits.Files))
		return errFull
	}
	switch {
	case renderer != nil:
		l.jobs = append(l.jobs, func() Bundle { return l.render(renderer, name) })
		if entry.IsDir() {
			return fs.SkipDir
		}
	case !entry.IsDir():
		l.jobs = append(l.jobs, func() Bundle { return l.file(name) })
	}
	return nil
}

// renderer is the one for name, nil where there is none.
func (l *loader) renderer(name string, entry fs.DirEntry) Renderer {
	for _, r := range l.opts.Renderers {
		if r.Detect(l.fsys, name, entry) {
			return r
		}
	}
	return nil
}

// wanted reports whether a file is read: it was named itself, or it is a regular
// one, or a link, with one of the extensions or for a decoder.
func (l *loader) wanted(name string, entry fs.DirEntry) bool {
	if name == l.root {
		return true
	}
	if mode := entry.Type(); !mode.IsRegular() && mode&fs.ModeSymlink == 0 {
		return false
	}
	if l.opts.decoderOf(name) != nil {
		return true
	}
	return slices.ContainsFunc(l.opts.Extensions, func(ext string) bool { return strings.EqualFold(path.Ext(name), ext) })
}

func (l *loader) problem(name string, err error) {
	l.jobs = append(l.jobs, func() Bundle {
		return Bundle{Problems: []Problem{{Position: Position{Path: l.opts.Name(name)}, Err: err}}}
	})
}

// read runs the jobs and puts their results in order.
func (l *loader) read() (*Bundle, error) {
	workers := l.opts.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	results := make([]Bundle, len(l.jobs))
	next := make(chan int)
	var group sync.WaitGroup
	for range min(workers, len(l.jobs)) {
		group.Go(func() {
			for i := range next {
				if l.ctx.Err() == nil {
					results[i] = l.jobs[i]()
				}
			}
		})
	}
	for i := range l.jobs {
		next <- i
	}
	close(next)
	group.Wait()
	if err := l.ctx.Err(); err != nil {
		return nil, err
	}
	all := new(Bundle)
	for _, b := range results {
		all.Objects = append(all.Objects, b.Objects...)
		all.Problems = append(all.Problems, b.Problems...)
	}
	return all, nil
}

func (l *loader) file(name string) Bundle {
	text, err := readAll(l.fsys, name, l.opts.Limits.FileBytes)
	switch {
	case errors.Is(err, ErrLimit):
		return Bundle{Problems: []Problem{tooLarge(l.opts.Name(name), l.opts.Limits.FileBytes)}}
	case errors.Is(err, errDirectory): // a link to one
		return Bundle{}
	case err != nil:
		return Bundle{Problems: []Problem{{Position: Position{Path: l.opts.Name(name)}, Err: err}}}
	}
	b := ReadFile(l.opts.Name(name), text, l.opts)
	b.Documents = nil // those of no object would be held to the end
	if name != l.root {
		b.Problems = slices.DeleteFunc(b.Problems, func(p Problem) bool { return p.Object == nil && errors.Is(p.Err, ErrNotObject) })
	}
	return b
}

var errDirectory = errors.New("is a directory")

// readAll reads a file of at most limit bytes.
func readAll(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errDirectory
	case info.Size() > limit:
		return nil, ErrLimit
	}
	text := make([]byte, 0, info.Size()+1)
	for {
		n, err := f.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		switch {
		case int64(len(text)) > limit:
			return nil, ErrLimit
		case err == io.EOF:
			return text, nil
		case err != nil:
			return nil, err
		case len(text) == cap(text):
			text = slices.Grow(text, 4<<10)
		}
	}
}

// render reads what a renderer makes of name.
func (l *loader) render(r Renderer, name string) Bundle {
	texts, err := r.Render(l.ctx, l.fsys, name)
	var all Bundle
	for _, t := range texts {
		f := &File{Path: l.opts.Name(t.Path), Text: t.Text, Renderer: r.Name(), Source: t.Source}
		if int64(len(t.Text)) > l.opts.Limits.FileBytes {
			all.Problems = append(all.Problems, tooLarge(l.opts.Name(t.Path), l.opts.Limits.FileBytes))
			continue
		}
		b := readText(f, l.opts.Name(name), l.opts)
		all.Objects = append(all.Objects, b.Objects...)
		all.Problems = append(all.Problems, b.Problems...)
	}
	if err != nil {
		all.Problems = append(all.Problems, Problem{
			Position: Position{Path: l.opts.Name(name)},
			Err:      fmt.Errorf("render with %s: %w", r.Name(), err),
		})
	}
	return all
}
