package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/transport/http"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/source/daemon"
	"github.com/plimsoll-go/plimsoll/scan/source/git"
)

// registries is where images are looked for by default: a registry, or a path.
const registries = "remote"

// engines are the sources of images that container engines have, by the word
// before a name.
func engines() map[string]func(string, daemon.Options) scan.Source {
	return map[string]func(string, daemon.Options) scan.Source{
		"docker": daemon.Docker, "podman": daemon.Podman, "containerd": daemon.Containerd,
	}
}

func isImageSource(word string) bool { return word == registries || engines()[word] != nil }

// scanImage scans the image that ref names, in the first place that has it.
func scanImage(ctx context.Context, f *scanFlags, ref string, opts scan.Options) (*scan.Report, error) {
	engine, name, _ := strings.Cut(ref, ":")
	if open := engines()[engine]; open != nil && name != "" && !exists(ref) {
		return scan.Run(ctx, open(name, f.engineOptions()), opts)
	}
	if len(f.imageSource) == 0 || exists(ref) {
		return scan.Image(ctx, ref, opts)
	}
	var errs []error
	for _, place := range f.imageSource {
		var rep *scan.Report
		var err error
		if place == registries {
			rep, err = scan.Image(ctx, ref, opts)
		} else {
			rep, err = scan.Run(ctx, engines()[place](ref, f.engineOptions()), opts)
		}
		if err == nil || ctx.Err() != nil {
			return rep, err
		}
		errs = append(errs, fmt.Errorf("%s: %w", place, err))
	}
	return nil, oneLine(errs)
}

func (f *scanFlags) engineOptions() daemon.Options { return daemon.Options{Platform: f.platform} }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// oneLine joins errors as errors.Join does, on one line.
func oneLine(errs []error) error {
	err := errs[0]
	for _, e := range errs[1:] {
		err = fmt.Errorf("%w; %w", err, e)
	}
	return err
}

// scanRepository scans a checkout, or fetches what a URL names.
func scanRepository(ctx context.Context, f *scanFlags, ref string, opts scan.Options) (*scan.Report, error) {
	if !isURL(ref) {
		skipBelow(&opts, ref)
		return scan.Repository(ctx, ref, opts)
	}
	from := git.Options{Branch: f.branch, Tag: f.tag, Commit: f.commit}
	if token := os.Getenv("PLIMSOLL_GIT_TOKEN"); token != "" && isHTTP(ref) { // ssh has keys
		from.Auth = &http.BasicAuth{Username: "token", Password: token}
	}
	from.Skip = opts.Skips
	return scan.Run(ctx, git.Repository(ref, from), opts)
}

func isHTTP(ref string) bool {
	return strings.HasPrefix(ref, "https://") || strings.HasPrefix(ref, "http://")
}

// checkRevision looks at the flags that choose what is fetched.
func (f *scanFlags) checkRevision(args []string) error {
	given := 0
	for _, flag := range []string{f.branch, f.tag, f.commit} {
		if flag != "" {
			given++
		}
	}
	switch {
	case given > 1:
		return errors.New("--branch, --tag and --commit: only one of them can be fetched")
	case given == 1 && slices.ContainsFunc(args, func(ref string) bool { return !isURL(ref) }):
		return errors.New("--branch, --tag and --commit are for a URL: a checkout is scanned as it is")
	}
	return nil
}

// isURL reports whether ref names a repository elsewhere: what is there as a path
// is a path.
func isURL(ref string) bool {
	scheme, _, ok := strings.Cut(ref, "://")
	if ok {
		return slices.Contains([]string{"https", "http", "ssh", "git"}, scheme)
	}
	user, rest, ok := strings.Cut(ref, "@")
	return ok && user != "" && strings.Contains(rest, ":") && !exists(ref)
}
