package scan

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/source"
)

// ErrNoImages is the error of the problem that manifests name no image: there was
// nothing to scan.
var ErrNoImages = errors.New("no container names an image")

// defaultImages is how many images of one workload are scanned.
const defaultImages = 200

// maxExposures bounds those of one report.
const maxExposures = 1_000_000

// WorkloadOptions say how [Workload] does its work. The zero value lacks a
// Database, as that of Options does.
type WorkloadOptions struct {
	// Options say how manifests and images are read. Matchers judge the manifests
	// alone, see [Lint] and [Score], and Database the images alone. Workers bounds the
	// layers that are read at one time, of all images together. What is reported by
	// Progress is the sum over the images that were opened so far.
	Options
	// Images opens the image that a container names, as it is written. Nil is the
	// registry that the name says, by Options.Source; a path or a transport is never
	// taken from a manifest. It is called from several goroutines.
	Images func(name string) (Source, error)
	// MaxImages bounds the images that are scanned; 0 is 200. Of more, each that is
	// left out is a problem that matches [ErrLimit].
	MaxImages int
}

// A WorkloadReport is what was found in manifests and in the images that they
// name. It is read-only once it is made.
type WorkloadReport struct {
	// Manifests is the report on the objects: diagnostics, scores, and what could not
	// be read of them. It has no vulnerabilities.
	Manifests *Report
	// Images are those that containers name, each once, sorted by name. Two ways to
	// write one image are two images.
	Images []WorkloadImage
	// Containers are those of all objects, in the order of the manifests, and within an
	// object init containers, containers, ephemeral ones.
	Containers []WorkloadContainer
	// Exposures are the vulnerabilities of each container's image, the most urgent
	// first: see [Exposure.Rank] for the order. There are at most 1,000,000; of more,
	// those of the containers with the fewest points are left out, and a problem says
	// so.
	Exposures []Exposure
	// Problems are what keeps the above from being complete: images that could not be
	// scanned, with the workload that needs them, in the order of Containers. Manifests
	// and the reports of images have their own: see [WorkloadReport.AllProblems].
	Problems []Problem
}

// A WorkloadImage is an image that manifests name.
type WorkloadImage struct {
	Name   string  // as the manifests have it
	Report *Report // nil: the image could not be scanned
	Err    error   // why not
}

// A WorkloadContainer is a container of an object, and how exposed it is.
type WorkloadContainer struct {
	Object   *manifest.Object
	Name     string
	Kind     manifest.ContainerKind
	Position manifest.Position // of the image's name, or of the container that has none
	Image    *WorkloadImage    // in WorkloadReport.Images; nil: it names none
	// Points say how exposed it is: those of Reasons, which are in words, the most
	// points first: "privileged", "reachable through Service web and Ingress web". None
	// are a hardened container that nothing leads to. [Exposure.Rank] has the table.
	Points  int
	Reasons []string
}

// Label is c's name with what it is: "container app", "init container prepare",
// "ephemeral container debugger".
func (c *WorkloadContainer) Label() string {
	switch c.Kind {
	case manifest.InitContainer:
		return "init container " + c.Name
	case manifest.EphemeralContainer:
		return "ephemeral container " + c.Name
	}
	return "container " + c.Name
}

// String names c: "apps/v1 Deployment shop/web, container app".
func (c *WorkloadContainer) String() string { return c.Object.String() + ", " + c.Label() }

// Workload judges the Kubernetes objects at path, a file, a directory or what
// opts.Manifests.Renderers render, and scans the images that their containers name,
// each once. It tells which vulnerability is the most urgent by what its container
// may do and who can reach it.
//
// An image that cannot be scanned is a [Problem] that hides all, so a gate fails on
// it; see [Gate.JudgeWorkload]. An error means that there is no report: path does not
// exist, ctx was cancelled, or there is no opts.Database ([ErrNoMatcher]).
func Workload(ctx context.Context, path string, opts WorkloadOptions) (*WorkloadReport, error) {
	if opts.Database == nil {
		return nil, ErrNoMatcher
	}
	if opts.Now.IsZero() {
		opts.Now = time.Now()
	}
	inv, err := InspectManifests(ctx, opts.Options, path)
	if err != nil {
		return nil, err
	}
	judge := opts.Options
	judge.Database = nil
	if len(judge.Matchers) == 0 {
		judge.Matchers = []Matcher{Linted(new(lint.Result))} // which finds nothing
	}
	w := new(WorkloadReport)
	if w.Manifests, err = Judge(ctx, inv, judge); err != nil {
		return nil, err
	}
	uses := w.collect(inv.Objects)
	if err := w.scan(ctx, opts); err != nil {
		return nil, fmt.Errorf("scan the images of %s: %w", path, err)
	}
	w.problems()
	if err := w.weigh(ctx, uses, inv.Objects); err != nil {
		return nil, err
	}
	if err := w.expose(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

// collect lists the containers of objects and the images that they name. It returns
// what each of w.Containers is in the manifests.
func (w *WorkloadReport) collect(objects []*manifest.Object) []*manifest.Container {
	var uses []*manifest.Container
	var names []string
	for _, o := range objects {
		pod := o.Pod()
		if pod == nil {
			continue
		}
		for c := range pod.AllContainers() {
			at := c.Image.Node
			if at == nil {
				at = c.Node
			}
			w.Containers = append(w.Containers, WorkloadContainer{
				Object: o, Name: c.Name.Value, Kind: c.Kind, Position: at.Position(),
			})
			uses = append(uses, c)
			if c.Image.Value != "" {
				names = append(names, c.Image.Value)
			}
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		w.Images = append(w.Images, WorkloadImage{Name: name})
	}
	for i, c := range uses {
		if n, ok := slices.BinarySearchFunc(w.Images, c.Image.Value, func(img WorkloadImage, name string) int {
			return strings.Compare(img.Name, name)
		}); ok {
			w.Containers[i].Image = &w.Images[n]
		}
	}
	return uses
}

// scan reads the images, several at a time, and then judges one after the other: a
// database is asked by one goroutine, and prepares itself once.
func (w *WorkloadReport) scan(ctx context.Context, opts WorkloadOptions) error {
	most := opts.MaxImages
	if most <= 0 {
		most = defaultImages
	}
	for i := range w.Images {
		if i >= most {
			w.Images[i].Err = fmt.Errorf("%w: %d images, of %d", ErrLimit, len(w.Images), most)
		}
	}
	images := w.Images[:min(most, len(w.Images))]
	if len(images) == 0 {
		return ctx.Err()
	}
	workers := opts.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	atOnce := min(workers, len(images))
	each := opts.Options
	each.Workers = workers / atOnce
	each.Matchers = nil
	total := &workloadProgress{to: opts.Progress}

	inventories := make([]*Inventory, len(images))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i := range images {
		g.Go(func() error {
			one := each
			one.Progress = total.image()
			inventories[i], images[i].Err = inspectNamed(gctx, images[i].Name, one, opts.Images)
			return gctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, inv := range inventories {
		inventories[i] = nil
		if images[i].Err != nil {
			continue
		}
		var err error
		if images[i].Report, err = Judge(ctx, inv, each); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// inspectNamed lists what is in the image of that name.
func inspectNamed(ctx context.Context, name string, opts Options, open func(string) (Source, error)) (inv *Inventory, err error) {
	defer catch(&err) // of a caller's code
	if open == nil {
		open = func(name string) (Source, error) {
			from := opts.Source
			from.Limits = opts.Limits
			return source.Registry(name, from)
		}
	}
	src, err := open(name)
	if err != nil {
		return nil, err
	}
	if src == nil {
		return nil, errors.New("there is no source of it")
	}
	return Inspect(ctx, src, opts)
}

// A workloadProgress adds up the progress of several images.
type workloadProgress struct {
	to  func(Progress)
	mu  sync.Mutex
	sum Progress
}

// image is where one image reports to; nil where nobody listens.
func (w *workloadProgress) image() func(Progress) {
	if w.to == nil {
		return nil
	}
	var last Progress
	return func(p Progress) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.sum.Layers += p.Layers - last.Layers
		w.sum.Total += p.Total - last.Total
		last = p
		w.to(w.sum)
	}
}

// problems says what could not be scanned, and which container needs it.
func (w *WorkloadReport) problems() {
	if len(w.Images) == 0 {
		w.Problems = append(w.Problems, Problem{Stage: artifact.StageResolve, Path: w.Manifests.Target.Name, Err: ErrNoImages, Hides: artifact.HidesAll})
	}
	for i := range w.Containers {
		c := &w.Containers[i]
		p := Problem{Stage: artifact.StageRead, Path: c.Position.String(), Hides: artifact.HidesAll}
		switch {
		case c.Image == nil:
			p.Err = fmt.Errorf("%s: %w", c, errUnnamed)
		case c.Image.Err != nil:
			p.Err = fmt.Errorf("%s: image %s is not scanned: %w", c, c.Image.Name, c.Image.Err)
		default:
			continue
		}
		w.Problems = append(w.Problems, p)
	}
}

var errUnnamed = errors.New("names no image")

// AllProblems are those of w, then those of its manifests, then those of its images,
// whose path starts with the image.
func (w *WorkloadReport) AllProblems() []Problem {
	list := slices.Concat(w.Problems, w.Manifests.Problems)
	for _, img := range w.Images {
		if img.Report == nil {
			continue
		}
		for _, p := range img.Report.Problems {
			p.Path = strings.TrimSuffix("image "+img.Name+": "+p.Path, ": ")
			list = append(list, p)
		}
	}
	return list
}

// JudgeWorkload applies g to all of w: to the report of each image, to that of the
// manifests, and to the problems of w. Reasons are in that order, and start with what
// they are about: "image nginx:1.18: 2 vulnerabilities of severity CRITICAL".
func (g Gate) JudgeWorkload(w *WorkloadReport) Verdict {
	all := Verdict{Complete: true}
	add := func(about string, v Verdict) {
		all.Failed = all.Failed || v.Failed
		all.Complete = all.Complete && v.Complete
		for _, reason := range v.Reasons {
			all.Reasons = append(all.Reasons, about+reason)
		}
		all.Rules = append(all.Rules, v.Rules...)
	}
	for _, img := range w.Images {
		if img.Report != nil {
			add("image "+img.Name+": ", g.Judge(img.Report))
		}
	}
	add("manifests: ", g.Judge(w.Manifests))
	add("", g.Judge(&Report{Problems: w.Problems}))
	return all
}
