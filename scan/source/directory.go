package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// DirectoryOptions say how a directory is walked. Each zero field is a sensible
// default.
type DirectoryOptions struct {
	// Kind is what the directory is: KindFilesystem where it is empty,
	// KindRootfs or KindRepository.
	Kind artifact.TargetKind
	// Skip reports whether the entry at that path is left out, and all below it
	// if it is a directory. Nil leaves out nothing. It is called from a goroutine
	// of each walk.
	Skip func(path string, dir bool) bool
}

// Directory is a directory of this machine, seen as one layer without a digest,
// or a single file of it. Its files can be read at any offset; their mode and
// size are asked for when they are wanted.
//
// Nothing outside the directory is read: links are entries like others, and are
// followed, by whoever follows them, from the directory as root. Only what is
// named may be a link itself, to a directory or a file anywhere. Directories
// called .git are left out; so are proc, sys and dev at the root of a system,
// be it KindRootfs or the directory "/".
//
// A directory's entries are visited in the order of their names, its
// directories last. A directory that may not be listed is an [artifact.Unreadable]
// entry. Open fails if there is no such directory.
//
// The target of a KindRepository has the commit and the branch that its .git
// names as checked out, where there is one.
func Directory(dir string, opts DirectoryOptions) artifact.Source {
	if opts.Kind == "" {
		opts.Kind = artifact.KindFilesystem
	}
	return dirSource{dir, opts}
}

type dirSource struct {
	dir  string
	opts DirectoryOptions
}

// String is the path as it was given.
func (d dirSource) String() string { return d.dir }

func (d dirSource) Open(ctx context.Context) (artifact.Artifact, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	info, err := os.Stat(d.dir)
	if err != nil {
		return nil, err
	}
	o := &openDirectory{target: artifact.Target{Kind: d.opts.Kind, Name: d.dir}, skip: d.opts.Skip}
	name := d.dir
	switch {
	case info.IsDir():
	case info.Mode().IsRegular():
		// What is named may be a link, which may lead anywhere; it is still the
		// name that says what the file is.
		real, err := filepath.EvalSymlinks(d.dir)
		if err != nil {
			return nil, err
		}
		o.single = filepath.Base(d.dir)
		name, o.real = filepath.Dir(real), filepath.Base(real)
	default:
		return nil, fmt.Errorf("%s is neither a directory nor a regular file", d.dir)
	}
	if o.root, err = os.OpenRoot(name); err != nil {
		return nil, err
	}
	o.dir = name
	abs, err := filepath.Abs(name)
	o.system = d.opts.Kind == artifact.KindRootfs || err == nil && isRoot(abs, info)
	if d.opts.Kind == artifact.KindRepository {
		o.target.Commit, o.target.Branch = checkedOut(name)
	}
	return o, nil
}

// isRoot reports whether the directory at abs is the root of this machine, by its
// own name or by another.
func isRoot(abs string, info fs.FileInfo) bool {
	root, err := os.Stat(filepath.VolumeName(abs) + string(filepath.Separator))
	return err == nil && os.SameFile(root, info)
}

// An openDirectory is both the artifact and its one layer.
type openDirectory struct {
	target artifact.Target
	dir    string // the path of root
	root   *os.Root
	single string // the path of the only file to visit; "" for all
	real   string // its name in root
	system bool   // the root of a system
	skip   func(path string, dir bool) bool
}

func (o *openDirectory) Target() artifact.Target  { return o.target }
func (o *openDirectory) Layers() []artifact.Layer { return []artifact.Layer{o} }
func (o *openDirectory) Close() error             { return o.root.Close() }

// FS is the directory as a file system, for what is not read as layers.
func (o *openDirectory) FS() fs.FS { return o.root.FS() }

func (o *openDirectory) Info() artifact.LayerInfo { return artifact.LayerInfo{} }

func (o *openDirectory) Walk(ctx context.Context, visit func(*artifact.File) error) error {
	if o.single != "" {
		if o.leavesOut(o.single, false) {
			return nil
		}
		in := &openedDir{root: o.root, path: "."}
		defer in.close()
		f := &dirFile{dir: in, name: o.real}
		defer f.close()
		return visit(artifact.NewLateFile(o.single, f))
	}
	// Directories are listed ahead of the visits: half of the time is the system's.
	walk, cancel := context.WithCancel(ctx)
	listings := make(chan listing, 16)
	var panicked any // in Skip
	go func() {
		defer close(listings)
		defer func() { panicked = recover() }()
		o.list(walk, listings)
	}()
	defer func() {
		cancel()
		for range listings { // until that has ended
		}
		if panicked != nil {
			panic(panicked) // where it can be caught
		}
	}()
	for l := range listings {
		if err := o.visit(ctx, l, visit); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// A listing is what is in a directory but for directories, by name.
type listing struct {
	dir     string
	entries []fs.DirEntry
	err     error
}

// list sends the listing of each directory, a directory before those in it.
func (o *openDirectory) list(ctx context.Context, to chan<- listing) {
	for dirs := []string{"."}; len(dirs) > 0; {
		l := listing{dir: dirs[len(dirs)-1]}
		dirs = dirs[:len(dirs)-1]
		l.entries, l.err = o.readDir(l.dir)
		first := len(dirs)
		l.entries = slices.DeleteFunc(l.entries, func(e fs.DirEntry) bool {
			name := join(l.dir, e.Name())
			if o.leavesOut(name, e.IsDir()) {
				return true
			}
			if e.IsDir() {
				dirs = append(dirs, name)
			}
			return e.IsDir()
		})
		slices.Reverse(dirs[first:])
		select {
		case to <- l:
		case <-ctx.Done():
			return
		}
	}
}

// readDir lists a directory by name. It is opened by its path, since os.Root would
// ask each entry for its mode: what takes the directory's place meanwhile, a link
// or a pipe, is not opened. Should a link take the place of one of its parents at
// that moment, the names could be others', but never what is opened by them, which
// goes through root.
func (o *openDirectory) readDir(dir string) ([]fs.DirEntry, error) {
	flags := os.O_RDONLY | syscall.O_NONBLOCK
	if dir != "." { // which may be a link, as it was given
		flags |= noFollow
	}
	f, err := os.OpenFile(filepath.Join(o.dir, filepath.FromSlash(dir)), flags, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return entries, err
}

func join(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}

// visit visits a directory and what was listed of it.
func (o *openDirectory) visit(ctx context.Context, l listing, visit func(*artifact.File) error) error {
	entry := artifact.Entry{Path: l.dir, Kind: artifact.KindDir}
	if l.err != nil {
		return visit(artifact.Unreadable(entry, fmt.Errorf("read %s: %w", l.dir, bare(l.err))))
	}
	if err := visit(artifact.NewFile(entry, nil)); err != nil {
		return err
	}
	in := &openedDir{root: o.root, path: l.dir}
	defer in.close()
	for _, e := range l.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := in.visit(join(l.dir, e.Name()), e, visit); err != nil {
			return err
		}
	}
	return nil
}

func (o *openDirectory) leavesOut(name string, dir bool) bool {
	if dir && path.Base(name) == ".git" {
		return true
	}
	if o.system && (name == "proc" || name == "sys" || name == "dev") {
		return true
	}
	return o.skip != nil && o.skip(name, dir)
}

// An openedDir is the directory at path, opened when a file in it is asked for
// something.
type openedDir struct {
	root *os.Root
	path string
	at   *os.Root
	err  error
	late dirFile       // of the entry that is visited
	file artifact.File // valid until visit returns, so one serves all
}

func (d *openedDir) get() (*os.Root, error) {
	if d.at == nil && d.err == nil {
		d.at, d.err = d.root.OpenRoot(filepath.FromSlash(d.path))
	}
	return d.at, d.err
}

func (d *openedDir) close() {
	if d.at != nil {
		d.at.Close()
	}
}

// visit visits the entry at name, which is no directory.
func (d *openedDir) visit(name string, e fs.DirEntry, visit func(*artifact.File) error) error {
	switch e.Type() {
	case 0:
		d.late = dirFile{dir: d, name: e.Name()}
		defer d.late.close()
		d.file = *artifact.NewLateFile(name, &d.late)
		return visit(&d.file)
	case fs.ModeSymlink:
		entry := artifact.Entry{Path: name, Kind: artifact.KindSymlink}
		link, err := d.readlink(e.Name())
		if err != nil {
			return visit(artifact.Unreadable(entry, fmt.Errorf("read %s: %w", name, bare(err))))
		}
		entry.Link = filepath.ToSlash(link)
		return visit(artifact.NewFile(entry, nil))
	}
	return visit(artifact.NewFile(artifact.Entry{Path: name, Kind: artifact.KindOther}, nil))
}

func (d *openedDir) readlink(name string) (string, error) {
	at, err := d.get()
	if err != nil {
		return "", err
	}
	return at.Readlink(name)
}

// A dirFile is a file of a directory. It implements artifact.Late.
type dirFile struct {
	dir  *openedDir
	name string
	open *os.File
}

func (f *dirFile) Stat() (fs.FileMode, int64, error) {
	at, err := f.dir.get()
	if err != nil {
		return 0, 0, bare(err)
	}
	info, err := at.Lstat(f.name)
	if err != nil {
		return 0, 0, bare(err)
	}
	return info.Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky), info.Size(), nil
}

// Open does not wait, should a pipe have taken the file's place.
func (f *dirFile) Open() (io.Reader, error) {
	at, err := f.dir.get()
	if err != nil {
		return nil, bare(err)
	}
	file, err := at.OpenFile(f.name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, bare(err)
	}
	f.open = file
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, cmp.Or(err, errors.New("no longer a regular file"))
	}
	return file, nil
}

func (f *dirFile) close() {
	if f.open != nil {
		f.open.Close()
	}
}

// bare takes off err the operation and the path, which are named already.
func bare(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// checkedOut are the commit and the branch that are checked out in dir, as far
// as its .git tells: a branch that is there but has no commit yet has none, and
// a commit that no branch stands for is alone.
// https://git-scm.com/docs/gitrepository-layout
func checkedOut(dir string) (commit, branch string) {
	git := filepath.Join(dir, ".git")
	if link := gitText(git); strings.HasPrefix(link, "gitdir: ") { // a work tree of its own
		git = strings.TrimPrefix(link, "gitdir: ")
		if !filepath.IsAbs(git) {
			git = filepath.Join(dir, git)
		}
	}
	head := gitText(filepath.Join(git, "HEAD"))
	ref, ok := strings.CutPrefix(head, "ref: ")
	if !ok {
		return commitID(head), ""
	}
	branch, ok = strings.CutPrefix(ref, "refs/heads/")
	if !ok || !filepath.IsLocal(filepath.FromSlash(ref)) {
		return "", ""
	}
	shared := git
	if common := gitText(filepath.Join(git, "commondir")); common != "" {
		if shared = common; !filepath.IsAbs(common) {
			shared = filepath.Join(git, common)
		}
	}
	for _, base := range []string{git, shared} {
		if id := commitID(gitText(filepath.Join(base, filepath.FromSlash(ref)))); id != "" {
			return id, branch
		}
	}
	for line := range strings.Lines(gitText(filepath.Join(shared, "packed-refs"))) {
		if id, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == ref {
			return commitID(id), branch
		}
	}
	return "", branch
}

// maxGitText bounds a file of .git that is read: one of references, at most.
const maxGitText = 16 << 20

// gitText is the content of a small file; "" if it cannot be read.
func gitText(name string) string {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxGitText {
		return ""
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// commitID is s if it is the id of a commit, by SHA-1 or SHA-256.
func commitID(s string) string {
	if len(s) != 40 && len(s) != 64 || strings.Trim(s, "0123456789abcdef") != "" {
		return ""
	}
	return s
}
