package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// manifestImageFlags are what the command line says about the images that manifests
// name. Of scanFlags they are those of an image's source and of the database.
type manifestImageFlags struct {
	scanFlags
	mapped []string // --image
}

func (f *manifestImageFlags) add(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.mapped, "image", nil, "take an image from elsewhere: `NAME=SOURCE`, the name as the manifest has it, and a REF, oci:DIR, oci-archive:FILE, docker-archive:FILE, docker:NAME, podman:NAME or containerd:NAME")
	flags.StringSliceVar(&f.sources, "severity-source", nil, "take severities from the first of `SOURCES` that rates: auto,nvd,ghsa,debian,... (default auto)")
	flags.StringVar(&f.database.path, "db", "", "`PATH` of a database, ours or Trivy's, or of a directory of OSV JSON (default the one in the cache)")
	flags.BoolVar(&f.database.skip, "skip-db-update", false, "use the database in the cache as it is")
	flags.BoolVar(&f.database.offline, "offline", false, "fetch nothing but images")
	f.database.addCache(flags)
	f.database.addSources(flags, "db-source")
	flags.BoolVar(&f.noCache, "no-cache", false, "read all layers, and keep nothing of them")
	flags.StringVar(&f.platform, "platform", "", "choose `OS/ARCH[/VARIANT]` from an image for several")
	flags.BoolVar(&f.insecure, "insecure", false, "allow plain HTTP and unverified certificates of registries")
	flags.BoolVar(&f.ignoreProblems, "ignore-problems", false, "let pass what is not complete")
	flags.IntVar(&f.workers, "workers", 0, "read `N` layers at one time (default one for each processor)")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print the result and errors only")
}

// elsewhere is what --image says: sources, by the name of an image.
func (f *manifestImageFlags) elsewhere() (map[string]string, error) {
	sources := make(map[string]string)
	for _, pair := range f.mapped {
		name, from, ok := strings.Cut(pair, "=")
		if !ok || name == "" || from == "" {
			return nil, fmt.Errorf("--image %s: want NAME=SOURCE", pair)
		}
		if _, twice := sources[name]; twice {
			return nil, fmt.Errorf("--image %s: given twice", name)
		}
		sources[name] = from
	}
	return sources, nil
}

// opener opens images: those of sources there, all others in the registry that their
// name says. Nothing but the command line chooses a path.
func (f *manifestImageFlags) opener(sources map[string]string, opts scan.Options) func(string) (scan.Source, error) {
	return func(name string) (scan.Source, error) {
		from, ok := sources[name]
		if !ok {
			return source.Registry(name, opts.Source)
		}
		engine, local, _ := strings.Cut(from, ":")
		if open := engines()[engine]; open != nil && local != "" && !exists(from) {
			return open(local, f.engineOptions()), nil
		}
		return source.Parse(from, opts.Source)
	}
}

// checkImages looks at the flags that stand alone.
func (f *manifestImageFlags) checkImages() error {
	switch {
	case f.platform != "" && !isPlatform(f.platform):
		return fmt.Errorf("--platform %s: want OS/ARCH[/VARIANT]", f.platform)
	case f.workers < 0:
		return fmt.Errorf("--workers %d: want 0 or more", f.workers)
	}
	return nil
}

// withDatabase completes opts with the database and the cache, and does the work.
func (f *manifestImageFlags) withDatabase(ctx context.Context, opts scan.Options, stderr io.Writer, do func(scan.Options) error) error {
	line := newProgress(stderr, f.quiet)
	defer line.clear()
	db, err := f.database.openWarned(ctx, line, stderr, f.quiet)
	if err != nil {
		return failed(err)
	}
	defer db.Close()
	opts.Database = db
	opts.Progress = func(p scan.Progress) {
		line.show("Reading layers", p.Layers, p.Total)
		if p.Layers == p.Total {
			line.clear() // others may write
		}
	}
	if !f.noCache {
		opts.Cache = f.layerCache()
	}
	return do(opts)
}

// hiding is how many of list hide something.
func hiding(list []scan.Problem) int {
	n := 0
	for _, p := range list {
		if p.Hides != artifact.HidesNothing {
			n++
		}
	}
	return n
}

// errOneManifest is for commands that take a single path.
var errOneManifest = errors.New("one PATH is wanted")

// unusedImages are the names of sources that are not among those of manifests.
func unusedImages(sources map[string]string, names []string) []string {
	var unused []string
	for name := range sources {
		if !slices.Contains(names, name) {
			unused = append(unused, name)
		}
	}
	slices.Sort(unused)
	return unused
}
