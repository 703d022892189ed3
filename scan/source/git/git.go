// Package git is a source of scans for git repositories that are not checked
// out: it fetches one commit, and shows its files as one layer.
//
// It is a module of its own, since it brings go-git along. A directory that is
// checked out already needs none of it: see scan.Repository.
package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Options say what is fetched, and how. At most one of Branch, Tag and Commit may
// be set; if none is, it is the commit that the remote's HEAD names.
type Options struct {
	Branch string
	Tag    string
	Commit string // the whole id, 40 hexadecimal digits
	// Auth has the credentials; nil is those in the URL, or none. Nothing is read
	// from the environment, nor from any file, but for ssh: nil is the agent that
	// SSH_AUTH_SOCK names, and the user's config and known_hosts count.
	Auth transport.AuthMethod
	// Insecure lets https have a certificate that is not verified.
	Insecure bool
	// TempDir is where the objects are kept until the artifact is closed; empty
	// is os.TempDir.
	TempDir string
	// Skip reports whether the entry at that path is left out, and all below it
	// if it is a directory. Nil leaves out nothing.
	Skip func(path string, dir bool) bool
}

// ErrOptions is matched when more than one of Branch, Tag and Commit is set, or
// Commit is no id.
var ErrOptions = errors.New("git: want at most one of Branch, Tag and Commit, a whole id")

// ErrSubmodule is matched by the problem of a submodule: it is another repository,
// which is not fetched.
var ErrSubmodule = errors.New("submodule is not fetched")

// Repository is the repository at a URL, https, ssh or git, or at a path. Only the
// commit that is asked for is fetched, without its history; where a server does
// not let a commit be asked for by its id, all branches and tags are.
//
// Nothing is checked out: files are read from git's objects, in the order of
// their paths, with mode 0o755 or 0o644. Links are entries, and never followed by
// the source. A submodule is an entry that cannot be read.
//
// The target's name is the URL without credentials; it has the commit, and the
// branch or the tag that it was fetched by.
func Repository(url string, opts Options) artifact.Source {
	return repository{url, opts}
}

type repository struct {
	url  string
	opts Options
}

// String is the URL without credentials.
func (r repository) String() string { return withoutCredentials(r.url) }

// withoutCredentials takes out what must not be in a report: the user and the
// password, or of ssh the password alone. It need not be a URL that can be parsed.
func withoutCredentials(text string) string {
	secret := credentials(text)
	if secret == "" {
		return text
	}
	keep := ""
	if user, _, _ := strings.Cut(secret, ":"); strings.HasPrefix(text, "ssh://") {
		keep = strings.TrimSuffix(user, "@") + "@"
	}
	return strings.Replace(text, secret, keep, 1)
}

// credentials is what stands before the host of a URL, with the @; "" if nothing
// does.
func credentials(text string) string {
	_, rest, ok := strings.Cut(text, "://")
	if !ok {
		return ""
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return rest[:strings.LastIndexByte(rest, '@')+1]
}

// A hidingError is an error without the credentials in its text.
type hidingError struct {
	text string
	err  error
}

func (e *hidingError) Error() string { return e.text }
func (e *hidingError) Unwrap() error { return e.err }

// hide takes the credentials of r's URL out of err's text.
func (r repository) hide(err error) error {
	text := strings.ReplaceAll(err.Error(), r.url, r.String())
	if secret := credentials(r.url); secret != "" && !strings.HasPrefix(r.url, "ssh://") {
		text = strings.ReplaceAll(text, secret, "")
	}
	return &hidingError{text, err}
}

func (r repository) Open(ctx context.Context) (_ artifact.Artifact, err error) {
	if err := r.opts.check(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(r.opts.TempDir, "plimsoll-git-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
		}
	}()
	repo, err := initIn(dir)
	if err != nil {
		return nil, err
	}
	if _, err := repo.CreateRemote(&config.RemoteConfig{Name: remote, URLs: []string{r.url}}); err != nil {
		return nil, r.hide(err)
	}
	target := artifact.Target{Kind: artifact.KindRepository, Name: r.String(), Branch: r.opts.Branch}
	if r.opts.Tag != "" {
		target.Tags = []string{r.opts.Tag}
	}
	var hash plumbing.Hash
	switch {
	case r.opts.Commit != "":
		hash, err = r.fetchCommit(ctx, repo)
	case r.opts.Tag != "":
		hash, err = r.fetchRef(ctx, repo, plumbing.NewTagReferenceName(r.opts.Tag))
	case r.opts.Branch != "":
		hash, err = r.fetchRef(ctx, repo, plumbing.NewBranchReferenceName(r.opts.Branch))
	default:
		hash, err = r.fetchHead(ctx, repo, &target)
	}
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", r, r.hide(err))
	}
	commit, err := commitOf(repo, hash)
	if err != nil {
		return nil, fmt.Errorf("read commit %s: %w", hash, err)
	}
	tree, err := commit.Tree()
	if err != nil {
		return nil, fmt.Errorf("read tree of commit %s: %w", commit.Hash, err)
	}
	target.Commit = commit.Hash.String()
	return &checkout{target: target, repo: repo, tree: tree, dir: dir, skip: r.opts.Skip}, nil
}

// maxHeld is the size of the largest object that is held as a whole: others are
// inflated as they are read.
const maxHeld = 1 << 20

// initIn makes an empty repository in dir.
func initIn(dir string) (*git.Repository, error) {
	repo, err := git.PlainInit(dir, true)
	if err != nil {
		return nil, err
	}
	made, ok := repo.Storer.(*filesystem.Storage)
	if !ok {
		return nil, fmt.Errorf("objects are kept in a %T, want files", repo.Storer)
	}
	objects := cache.NewObjectLRU(16 * cache.MiByte)
	return git.Open(filesystem.NewStorageWithOptions(made.Filesystem(), objects, filesystem.Options{LargeObjectThreshold: maxHeld}), nil)
}

func (o *Options) check() error {
	set := 0
	for _, s := range []string{o.Branch, o.Tag, o.Commit} {
		if s != "" {
			set++
		}
	}
	if set > 1 || o.Commit != "" && !plumbing.IsHash(o.Commit) {
		return ErrOptions
	}
	return nil
}

const remote = "origin"

// fetched is the name that what is fetched has here.
const fetched = plumbing.ReferenceName("refs/plimsoll/fetched")

func (r repository) fetch(ctx context.Context, repo *git.Repository, from string, depth int) (plumbing.Hash, error) {
	err := repo.FetchContext(ctx, &git.FetchOptions{
		RemoteName: remote, Depth: depth, Auth: r.opts.Auth, Tags: git.NoTags, InsecureSkipTLS: r.opts.Insecure,
		RefSpecs: []config.RefSpec{config.RefSpec("+" + from + ":" + string(fetched))},
	})
	if err != nil && !errors.Is(err, git.NoErrAlreadyUpToDate) {
		return plumbing.ZeroHash, err
	}
	ref, err := repo.Reference(fetched, true)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return ref.Hash(), nil
}

func (r repository) fetchRef(ctx context.Context, repo *git.Repository, name plumbing.ReferenceName) (plumbing.Hash, error) {
	return r.fetch(ctx, repo, string(name), 1)
}

// fetchHead fetches what the remote's HEAD names, and notes the branch.
func (r repository) fetchHead(ctx context.Context, repo *git.Repository, target *artifact.Target) (plumbing.Hash, error) {
	origin, err := repo.Remote(remote)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	refs, err := origin.ListContext(ctx, &git.ListOptions{Auth: r.opts.Auth, InsecureSkipTLS: r.opts.Insecure})
	if err != nil {
		return plumbing.ZeroHash, err
	}
	for _, ref := range refs {
		if ref.Name() != plumbing.HEAD {
			continue
		}
		if ref.Type() == plumbing.SymbolicReference {
			target.Branch = ref.Target().Short()
			return r.fetchRef(ctx, repo, ref.Target())
		}
		return r.fetch(ctx, repo, string(plumbing.HEAD), 1)
	}
	return plumbing.ZeroHash, errors.New("the remote has no HEAD")
}

// fetchCommit fetches a commit by its id or, from a server that does not allow
// that, with all that has a name.
func (r repository) fetchCommit(ctx context.Context, repo *git.Repository) (plumbing.Hash, error) {
	hash := plumbing.NewHash(r.opts.Commit)
	_, err := r.fetch(ctx, repo, r.opts.Commit, 1)
	if err == nil || ctx.Err() != nil || errors.Is(err, transport.ErrAuthenticationRequired) || errors.Is(err, transport.ErrRepositoryNotFound) {
		return hash, err
	}
	err = repo.FetchContext(ctx, &git.FetchOptions{
		RemoteName: remote, Auth: r.opts.Auth, Tags: git.NoTags, InsecureSkipTLS: r.opts.Insecure,
		RefSpecs: []config.RefSpec{"+refs/heads/*:refs/plimsoll/heads/*", "+refs/tags/*:refs/plimsoll/tags/*"},
	})
	if errors.Is(err, git.NoErrAlreadyUpToDate) {
		err = nil
	}
	return hash, err
}

// maxTags bounds the tags of tags.
const maxTags = 10

// commitOf is the commit of that id, or that a tag of that id is of, or a tag of
// a tag.
func commitOf(repo *git.Repository, hash plumbing.Hash) (*object.Commit, error) {
	for range maxTags {
		tag, err := repo.TagObject(hash)
		switch {
		case err != nil:
			return repo.CommitObject(hash)
		case tag.TargetType != plumbing.TagObject && tag.TargetType != plumbing.CommitObject:
			return nil, fmt.Errorf("tag %s is of a %s, not of a commit", tag.Name, tag.TargetType)
		}
		hash = tag.Target
	}
	return nil, fmt.Errorf("%w: more than %d tags of tags", artifact.ErrLimit, maxTags)
}
