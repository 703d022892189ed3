package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A LayerError is the error of a problem that concerns a whole layer.
type LayerError struct {
	Index  int // base is 0
	Digest artifact.Digest
	DiffID artifact.DiffID
	Err    error
}

// Error names the layer by its index; Err is expected to name the digest.
func (e *LayerError) Error() string { return fmt.Sprintf("layer %d: %v", e.Index, e.Err) }

// Unwrap returns the cause.
func (e *LayerError) Unwrap() error { return e.Err }

// A layerContent is what one layer carries: each of its entries, and what
// analyzers made of the files they wanted.
type layerContent struct {
	info    artifact.LayerInfo
	entries []entry      // in stream order
	facts   []fact       // by entry, then by analyzer
	wanted  []wantedLink // by entry
	err     error        // the layer was not read to its end; the rest is empty
	// unproven is set where the layer was not shown to have its diff ID.
	unproven bool
	kept     int64 // bytes of entries and facts, roughly
}

// An entry is what is kept of an artifact.Entry.
type entry struct {
	Path, Link string
	Kind       artifact.Kind
}

// A fact is what one analyzer made of one entry, even if that is nothing.
type fact struct {
	entry    int    // in layerContent.entries
	analyzer int    // noAnalyzer: the source says that it cannot be read
	path     string // that the analyzer was given: the entry's, or that of a link to it
	via      bool   // it is that of a link
	artifact.Facts
	err error
}

const noAnalyzer = -1

// A wantedLink is a link at a path that analyzers want a file at.
type wantedLink struct {
	entry     int
	analyzers []int
}

// A reader reads layers with the analyzers of one scan.
type reader struct {
	dispatch *dispatch
	limits   artifact.Limits
	memory   *artifact.Memory
	cache    Cache // nil: none
	logger   *slog.Logger
	kept     atomic.Int64 // bytes of all contents, roughly
	walks    atomic.Int64 // of layers, second ones and further tries too
	hits     atomic.Int64 // of the cache
}

// A walk is a way to walk a layer.
type walk = func(l artifact.Layer, ctx context.Context, visit func(*artifact.File) error) error

// attempts is how often a layer is read when its source is interrupted.
const attempts = 3

// readAll reads all layers, at most workers at a time, and calls done after
// each, from one goroutine at a time. The result is in the order of layers.
// Layers that cannot be read have an err; an error means that the scan cannot
// go on.
func (r *reader) readAll(ctx context.Context, layers []artifact.Layer, workers int, done func()) ([]layerContent, error) {
	contents := make([]layerContent, len(layers))
	group, ctx := errgroup.WithContext(ctx)
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	group.SetLimit(workers)
	var mu sync.Mutex
	for i, l := range layers {
		group.Go(func() error {
			content, err := r.layer(ctx, l)
			if err != nil {
				return err
			}
			contents[i] = content
			mu.Lock()
			defer mu.Unlock()
			done()
			return nil
		})
	}
	return contents, group.Wait()
}

// read reads one layer.
func (r *reader) read(ctx context.Context, l artifact.Layer, w walk) (layerContent, error) {
	for attempt := 1; ; attempt++ {
		content := layerContent{info: l.Info()}
		err := r.walk(ctx, l, w, func(f *artifact.File) error { return r.visit(ctx, &content, f) })
		switch {
		case err == nil:
			return content, nil
		case ctx.Err() != nil:
			return layerContent{}, ctx.Err()
		case errors.Is(err, artifact.ErrTotal):
			return layerContent{}, err
		}
		r.kept.Add(-content.kept)
		if !errors.Is(err, artifact.ErrInterrupted) || attempt == attempts {
			return layerContent{info: content.info, err: err}, nil
		}
	}
}

// walk walks l with a panic turned into an error: the source may be anybody's.
func (r *reader) walk(ctx context.Context, l artifact.Layer, w walk, visit func(*artifact.File) error) (err error) {
	defer catch(&err)
	r.walks.Add(1)
	return w(l, ctx, visit)
}

// visit records f and analyzes it.
func (r *reader) visit(ctx context.Context, content *layerContent, f *artifact.File) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	switch {
	case len(content.entries) >= r.limits.Entries:
		return fmt.Errorf("%w: more than %d entries", ErrLimit, r.limits.Entries)
	case len(f.Path) > r.limits.PathLength || len(f.Link) > r.limits.PathLength:
		return fmt.Errorf("%w: a path of %d bytes, of %d", ErrLimit, max(len(f.Path), len(f.Link)), r.limits.PathLength)
	case !isClean(f.Path):
		return fmt.Errorf("entry path %q is not clean", f.Path)
	}
	if err := r.keep(content, entrySize+len(f.Path)+len(f.Link)); err != nil {
		return err
	}
	at := len(content.entries)
	if at == cap(content.entries) {
		content.entries = slices.Grow(content.entries, max(at, 64)) // double it, where append would add a quarter
	}
	content.entries = append(content.entries, entry{f.Path, f.Link, f.Kind})
	if err := f.Err(); err != nil {
		return cmp.Or(r.unreadable(content, at, f, err), ctx.Err())
	}
	switch f.Kind {
	case artifact.KindSymlink, artifact.KindHardlink:
		if chosen := r.dispatch.chooseLink(f.Path); len(chosen) > 0 {
			content.wanted = append(content.wanted, wantedLink{at, chosen})
		}
	case artifact.KindRegular:
		chosen := r.dispatch.choose(f)
		if err := f.Err(); err != nil && len(chosen) == 0 && !errors.Is(err, fs.ErrNotExist) {
			// It does not say whether it is wanted. One that is gone is not.
			return cmp.Or(r.unreadable(content, at, f, err), ctx.Err())
		}
		if len(chosen) > 0 {
			f.Bind(ctx, r.limits.FileBytes, r.memory)
			defer f.Release()
			facts := r.analyze(ctx, at, f, chosen)
			if !slices.ContainsFunc(facts, fact.says) {
				f.Recycle()
			}
			content.facts = append(content.facts, facts...)
			for i := range facts {
				if err := r.keep(content, facts[i].size()); err != nil {
					return err
				}
			}
		}
	}
	return ctx.Err()
}

// says reports whether f holds anything that could be a part of the content.
func (f fact) says() bool { return f.err != nil || !f.Empty() }

// unreadable records that f, entry number at, cannot be read.
func (r *reader) unreadable(content *layerContent, at int, f *artifact.File, err error) error {
	lost := fact{entry: at, analyzer: noAnalyzer, path: f.Path, err: err}
	content.facts = append(content.facts, lost)
	return r.keep(content, lost.size())
}

// What a value takes in memory beside its strings, with what squashing adds.
const (
	entrySize     = 256
	factSize      = 256
	componentSize = 384
)

// keep counts n bytes that content holds.
func (r *reader) keep(content *layerContent, n int) error {
	content.kept += int64(n)
	if total := r.kept.Add(int64(n)); total > r.limits.Kept {
		return fmt.Errorf("%w: more than %d bytes of names, packages and problems", artifact.ErrTotal, r.limits.Kept)
	}
	return nil
}

// size is the memory that f takes, roughly.
func (f *fact) size() int {
	n := factSize
	for i := range f.Components {
		c := &f.Components[i]
		n += componentSize + len(c.Name) + len(c.Version) + len(c.Arch) + len(c.SourceName) + len(c.SourceVersion) + len(c.Maintainer)
		n += len(c.Inside) + stringsSize(c.Licenses) + stringsSize(c.DependsOn) + 16*len(c.Lines)
	}
	n += stringsSize(f.Owned) + stringsSize(f.ContentSets)
	for name, value := range f.Custom {
		n += len(name) + len(value)
	}
	if f.err != nil {
		n += len(f.err.Error())
	}
	return n
}

func stringsSize(list []string) int {
	n := 16 * len(list)
	for _, s := range list {
		n += len(s)
	}
	return n
}

// isClean is fs.ValidPath but for names that are not UTF-8, which layers hold.
func isClean(path string) bool {
	if path == "." {
		return true
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return true
}

// analyze hands f, which is bound, to the chosen analyzers.
func (r *reader) analyze(ctx context.Context, entry int, f *artifact.File, chosen []int) []fact {
	facts := make([]fact, 0, len(chosen))
	for _, i := range chosen {
		a := r.dispatch.analyzers[i]
		got, err := safeAnalyze(ctx, a, f)
		if err != nil {
			err = fmt.Errorf("%s: %w", a.Name(), err)
		}
		facts = append(facts, fact{entry: entry, analyzer: i, path: f.Path, Facts: got, err: err})
	}
	return facts
}

// reread walks again the layers that hold files, and adds to their contents what
// analyzers make of them at the paths where they are wanted. It returns how many
// layers it walked. Layers beyond Limits.Links are left, which the error says,
// as it says what could not be read; ctx's error is returned alone.
func (r *reader) reread(ctx context.Context, layers []artifact.Layer, contents []layerContent, files []unread) (walked int, err error) {
	byLayer := make(map[int][]unread)
	for _, f := range files {
		byLayer[f.layer] = append(byLayer[f.layer], f)
	}
	var errs []error
	for _, i := range slices.Sorted(maps.Keys(byLayer)) {
		if walked == r.limits.Links {
			errs = append(errs, fmt.Errorf("%w: more than %d second reads", ErrLimit, walked))
			break
		}
		walked++
		facts, err := r.found(ctx, layers[i], byLayer[i])
		if ctx.Err() != nil || errors.Is(err, artifact.ErrTotal) {
			return walked, cmp.Or(ctx.Err(), err)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("read again: %w", contents[i].fail(i, err)))
			continue
		}
		for at := range facts {
			if err := r.keep(&contents[i], facts[at].size()); err != nil {
				return walked, err
			}
		}
		contents[i].facts = append(contents[i].facts, facts...)
		slices.SortStableFunc(contents[i].facts, func(a, b fact) int { return cmp.Compare(a.entry, b.entry) })
	}
	return walked, join(errs...)
}

// find walks l and analyzes files, which are all in it.
func (r *reader) find(ctx context.Context, l artifact.Layer, files []unread, w walk) ([]fact, error) {
	byEntry := make(map[int][]unread)
	for _, f := range files {
		byEntry[f.entry] = append(byEntry[f.entry], f)
	}
	for attempt := 1; ; attempt++ {
		var facts []fact
		entry := -1
		err := r.walk(ctx, l, w, func(f *artifact.File) error {
			entry++
			if at := byEntry[entry]; len(at) > 0 {
				f.Bind(ctx, r.limits.FileBytes, r.memory)
				defer f.Release()
				for _, u := range at {
					f.Path = u.path
					for _, found := range r.analyze(ctx, entry, f, u.analyzers) {
						found.via = true
						facts = append(facts, found)
					}
				}
			}
			return ctx.Err()
		})
		if err == nil || !errors.Is(err, artifact.ErrInterrupted) || attempt == attempts || ctx.Err() != nil {
			return facts, err
		}
	}
}

// fail is err as that of layer i.
func (l *layerContent) fail(i int, err error) *LayerError {
	return &LayerError{Index: i, Digest: l.info.Digest, DiffID: l.info.DiffID, Err: err}
}

// safeAnalyze is a.Analyze with a panic turned into an error.
func safeAnalyze(ctx context.Context, a artifact.Analyzer, f *artifact.File) (facts artifact.Facts, err error) {
	defer catch(&err)
	return a.Analyze(ctx, f)
}

// join is errors.Join on one line.
func join(errs ...error) error {
	var all error
	for _, err := range errs {
		switch {
		case all == nil:
			all = err
		case err != nil:
			all = fmt.Errorf("%w; %w", all, err)
		}
	}
	return all
}

// catch turns a panic of the function that defers it into an error.
func catch(err *error) {
	if p := recover(); p != nil {
		*err = &PanicError{Value: p, Stack: debug.Stack()}
	}
}

// A PanicError is a panic of an analyzer, a matcher or a layer.
type PanicError struct {
	Value any    // what was panicked with
	Stack []byte // of the goroutine, for a log; not part of the message
}

// Error is the value alone, so that it does not differ from run to run.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }
