// Package scan finds the known vulnerabilities of images, directories,
// repositories and bills of materials, and what is wrong in the manifests that run
// them.
//
// [Image] does all of it, and so do [Filesystem], [Rootfs], [Repository] and
// [SBOM]; [Manifests] asks rules of Kubernetes manifests. They are made of stages that can be used, stored, replaced and tested
// alone:
//
//	Source ──layers──▶ Analyzer ──facts──▶ squash, resolve ──inventory──▶ Matcher ──results──▶ Reporter
//
// [Run] takes any [Source]; [Inspect] ends at the inventory, and [Judge] starts
// there. A [Gate] turns a report into a verdict, and package report writes it.
//
// What cannot be read or judged is a [Problem] in the report, and a gate fails
// on one that hides something. An error means that there is no report.
package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// ErrNoMatcher is the error of a scan that has neither a Database nor Matchers:
// it would find nothing, whatever there is. [Inspect] lists packages without.
var ErrNoMatcher = errors.New("nothing to judge with: Options has neither Database nor Matchers")

// Image scans the image that ref names: a registry's reference, a path, or
// either after a transport; see source.Parse. It is [Run] of that source.
func Image(ctx context.Context, ref string, opts Options) (*Report, error) {
	from := opts.Source
	from.Limits = opts.Limits
	src, err := source.Parse(ref, from)
	if err != nil {
		return nil, err
	}
	return Run(ctx, src, opts)
}

// Run scans what src opens: [Inspect], then [Judge].
func Run(ctx context.Context, src Source, opts Options) (*Report, error) {
	if opts.Database == nil && len(opts.Matchers) == 0 {
		return nil, ErrNoMatcher // before an image is fetched for nothing
	}
	inv, err := Inspect(ctx, src, opts)
	if err != nil {
		return nil, err
	}
	return Judge(ctx, inv, opts)
}

// Inspect opens src and lists what is in it. Each layer is read once, as a
// stream; a layer that holds a wanted file which is only reached by a link is
// read a second time.
//
// Layers and files that cannot be read become Problems of the inventory. An
// error means that there is none: src cannot be opened, ctx was cancelled,
// Limits.Layers was reached, or a limit of all layers together.
func Inspect(ctx context.Context, src Source, opts Options) (inv *Inventory, err error) {
	if err := checkGlobs(opts.SkipDirs, opts.SkipFiles); err != nil {
		return nil, err
	}
	art, err := src.Open(ctx)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", label(src), err)
	}
	defer func() {
		if cerr := art.Close(); cerr != nil && err == nil {
			inv, err = nil, fmt.Errorf("close %s: %w", label(src), cerr)
		}
	}()

	target := art.Target()
	analyzers := opts.analyzers(target.Kind)
	dispatch, err := newDispatch(analyzers)
	if err != nil {
		return nil, err
	}
	limits := opts.Limits.WithDefaults()
	layers := art.Layers()
	if len(layers) > limits.Layers {
		return nil, fmt.Errorf("read %s: %w: %d layers, of %d", label(src), ErrLimit, len(layers), limits.Layers)
	}
	r := &reader{dispatch: dispatch, limits: limits, memory: artifact.NewMemory(limits.Memory), cache: opts.Cache, logger: opts.Logger}
	progress := Progress{Total: len(layers)}
	tell := opts.Progress
	if tell == nil {
		tell = func(Progress) {}
	}
	tell(progress) // the first layer may take long
	contents, err := r.readAll(ctx, layers, opts.Workers, func() {
		progress.Layers++
		tell(progress)
	})
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return nil, fmt.Errorf("read %s: %w", label(src), err)
	}

	t, err := squash(ctx, contents, limits.Links)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", label(src), err)
	}
	files, linkErr := t.unread(dispatch)
	walked := 0
	if len(files) > 0 {
		walked, err = r.reread(ctx, layers, contents, files)
		linkErr = join(linkErr, err)
		if !errors.Is(err, artifact.ErrTotal) {
			t, err = squash(ctx, contents, limits.Links)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", label(src), err)
		}
	}
	inv = resolve(target, contents, analyzers, t, &opts)
	inv.Stats.SecondReads = walked
	inv.Stats.Walks, inv.Stats.Cached = int(r.walks.Load()), int(r.hits.Load())
	if linkErr != nil {
		inv.Problems = append(inv.Problems, artifact.Problem{
			Stage: artifact.StageResolve, Err: linkErr, Hides: artifact.HidesSome,
		})
	}
	sortProblems(inv.Problems, inv.Layers)
	log(opts.Logger).InfoContext(ctx, "inspected", "target", inv.Target.Name, "layers", len(layers),
		"entries", inv.Stats.Entries, "packages", len(inv.Components), "problems", len(inv.Problems))
	return inv, nil
}

// analyzers are those that a target of that kind is read with.
func (o *Options) analyzers(kind artifact.TargetKind) []Analyzer {
	switch {
	case o.Analyzers != nil:
		return o.Analyzers
	case o.Everything:
		return analyze.Everything()
	}
	switch kind {
	case artifact.KindFilesystem:
		return analyze.Filesystem()
	case artifact.KindRepository:
		return analyze.Repository()
	case artifact.KindRootfs:
		return analyze.Rootfs()
	}
	return analyze.Image()
}

// Judge matches inv with the advisories of opts.Database, then with
// opts.Matchers in their order, filters what they find, and suppresses what
// opts.Suppress decides. A matcher that
// fails is a Problem that hides all; an error is ctx's, or [ErrNoMatcher].
func Judge(ctx context.Context, inv *Inventory, opts Options) (*Report, error) {
	matchers := opts.Matchers
	rep := &Report{
		Target: inv.Target, Layers: inv.Layers, OS: inv.OS, Components: inv.Components,
		Files: filesOf(inv), Problems: append([]Problem(nil), inv.Problems...), Stats: inv.Stats, Created: opts.Now,
	}
	if rep.Created.IsZero() {
		rep.Created = time.Now()
	}
	if inv.OS != nil {
		if end, known := inv.OS.EndOfLife(); known {
			rep.EndOfLife = &end
		}
	}
	if opts.Database != nil {
		matchers = append([]Matcher{Advisories(opts.Database, opts.Filter, opts.SeveritySources...)}, matchers...)
	}
	if len(matchers) == 0 {
		return nil, ErrNoMatcher
	}
	for _, m := range matchers {
		res, err := safeMatch(ctx, m, inv)
		if ctx.Err() != nil {
			return nil, fmt.Errorf("judge %s: %w", inv.Target.Name, ctx.Err())
		}
		if err != nil {
			rep.Problems = append(rep.Problems, Problem{
				Stage: artifact.StageMatch, Path: m.Name(), Err: err, Hides: artifact.HidesAll,
			})
		}
		for _, v := range res.Vulnerabilities {
			if opts.Filter.keeps(v) {
				rep.Vulnerabilities = append(rep.Vulnerabilities, v)
			}
		}
		rep.Diagnostics = append(rep.Diagnostics, res.Diagnostics...)
		rep.Suppressed = append(rep.Suppressed, res.Suppressed...)
		rep.Scores = append(rep.Scores, res.Scores...)
		rep.Files = append(rep.Files, res.Files...)
		rep.Problems = append(rep.Problems, res.Problems...)
	}
	if opts.Database != nil {
		info := opts.Database.Info() // after it was prepared
		rep.Database = &info
	}
	sortVulnerabilities(rep.Vulnerabilities)
	rep, err := Suppress(ctx, rep, opts.Suppress...)
	if err != nil {
		return nil, err
	}
	log(opts.Logger).InfoContext(ctx, "judged", "target", rep.Target.Name,
		"vulnerabilities", len(rep.Vulnerabilities), "problems", len(rep.Problems))
	return rep, nil
}

// filesOf are the files that the objects of inv are from.
func filesOf(inv *Inventory) []*manifest.File {
	var list []*manifest.File
	seen := make(map[*manifest.File]bool)
	for _, o := range inv.Objects {
		if o.Node == nil && o.Dockerfile() == nil { // a caller's own
			continue
		}
		if f := o.File(); f != nil && !seen[f] {
			seen[f] = true
			list = append(list, f)
		}
	}
	return list
}

// safeMatch is m.Match with a panic turned into an error.
func safeMatch(ctx context.Context, m Matcher, inv *Inventory) (res Results, err error) {
	defer catch(&err)
	return m.Match(ctx, inv)
}

// label names src in errors.
func label(src Source) string {
	if s, ok := src.(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprintf("%T", src)
}

// log returns l, or a logger that drops all.
func log(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return l
}
