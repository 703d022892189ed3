// Package helm renders Helm charts, so that their manifests can be read as any
// others.
//
// It is a module of its own, since it brings along the functions of templates. Of
// helm itself it has the syntax of --set and .helmignore alone: helm's charts bring
// the clients of Kubernetes, 5 ms and 20 MiB at each start of a program, and print
// warnings, and its engine cannot be interrupted and bounds nothing. Tests hold what
// is done here against helm.
package helm

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A Renderer renders charts as "helm template" does, without a cluster. The zero
// value is ready to use.
//
// Nothing but the given file system is read: there is no network, no environment,
// lookup finds nothing, and no name has an address. What a template asks the clock
// or chance for differs from one call to the next.
type Renderer struct {
	Values map[string]any // over those of the chart; see ReadValues
	// What helm takes with the options of these names, in its syntax: "a.b=c". They
	// go over Values, in the order SetJSON, Set, SetString, SetFile.
	Set, SetString, SetJSON, SetFile []string
	Files                            fs.FS // has the files of SetFile; nil: they are errors

	ReleaseName string   // empty: "test-release"
	Namespace   string   // empty: "default"
	KubeVersion string   // empty: DefaultKubeVersion
	APIVersions []string // more than those that Kubernetes itself has: "monitoring.coreos.com/v1/ServiceMonitor"

	Lint        bool // required and fail do not end a template
	IncludeCRDs bool // those in crds/ too
	SkipTests   bool // leaves out templates/tests

	// Compat renders as KubeLinter does: as Lint, and a chart that has no
	// values.yaml is an error matching ErrNoValues.
	Compat bool

	Limits Limits
}

// DefaultKubeVersion is the version of Kubernetes that templates are told.
const DefaultKubeVersion = "v1.37.0"

// ErrNoValues is matched by the error of a chart without values.yaml, if
// Renderer.Compat is set.
var ErrNoValues = errors.New("chart has no values.yaml")

var _ manifest.Renderer = Renderer{}

// Name is "helm".
func (Renderer) Name() string { return "helm" }

// Detect reports whether there is a Chart.yaml in the directory, or path ends in
// ".tgz" and is a package with one.
func (r Renderer) Detect(fsys fs.FS, name string, entry fs.DirEntry) bool {
	if entry.IsDir() {
		info, err := fs.Lstat(fsys, path.Join(name, "Chart.yaml"))
		return err == nil && info.Mode().IsRegular()
	}
	if !isPackage(name) || !entry.Type().IsRegular() {
		return false
	}
	f, err := fsys.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	l := &loader{limits: r.Limits.withDefaults()}
	err = l.walkArchive(context.Background(), f, func(name string, _ *tar.Header, _ io.Reader) error {
		if name == "Chart.yaml" {
			return errFound
		}
		return nil
	})
	return errors.Is(err, errFound)
}

var errFound = errors.New("found")

func isPackage(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".tgz") }

// Render returns what each template becomes, sorted by path. Partials, NOTES.txt
// and templates that leave nothing but space are not among them.
//
// The path is that of the template below the chart's directory, where a subchart
// has its name, or its alias: "app/charts/db/templates/db.yaml". That is not the
// file's own path where the subchart is in a package or in a directory of another
// name.
//
// A template that fails does not keep the others from being rendered: the error
// joins those of all, each with the template and the line.
func (r Renderer) Render(ctx context.Context, fsys fs.FS, name string) (list []manifest.Rendered, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.Join(err, fmt.Errorf("render chart: panic: %v", p))
		}
	}()
	limits := r.Limits.withDefaults()
	c, left, err := r.load(ctx, fsys, name, limits)
	if err != nil {
		return nil, fmt.Errorf("load chart: %w", err)
	}
	values, problems, err := r.prepare(ctx, c)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("values of the chart: %w", err)
	}
	e := &execution{limits: limits, stopped: ctx.Err, lint: r.Lint || r.Compat}
	list, failed := e.all(r.sources(c, values))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.IncludeCRDs {
		for _, crd := range c.crds() {
			list = append(list, manifest.Rendered{Path: crd.name, Text: crd.data, Source: same(crd.data)})
		}
	}
	for i := range list {
		if isPackage(name) {
			list[i].Path = path.Join(name, list[i].Path)
		} else {
			_, below, _ := strings.Cut(list[i].Path, "/")
			list[i].Path = path.Join(name, below)
		}
	}
	slices.SortFunc(list, func(a, b manifest.Rendered) int { return strings.Compare(a.Path, b.Path) })
	return list, errors.Join(slices.Concat(left, problems, failed)...)
}

// load reads the chart. Its second result is what was left out.
func (r Renderer) load(ctx context.Context, fsys fs.FS, name string, limits Limits) (*chart, []error, error) {
	l := &loader{limits: limits}
	var files []file
	var left []error
	var err error
	if isPackage(name) {
		var f io.ReadCloser
		if f, err = fsys.Open(name); err == nil {
			files, err = l.archive(ctx, f)
			f.Close()
		}
	} else {
		files, left, err = l.directory(ctx, fsys, name)
	}
	if err != nil {
		return nil, nil, err
	}
	if r.Compat && !slices.ContainsFunc(files, func(f file) bool { return f.name == "values.yaml" }) {
		return nil, nil, ErrNoValues
	}
	c, err := l.chart(ctx, files, 0)
	if err != nil {
		return nil, nil, err
	}
	if c.expanded(limits.Charts) > limits.Charts {
		return nil, nil, over("charts", limits.Charts)
	}
	return c, left, nil
}

// prepare settles which subcharts there are, and returns what templates see at
// the top. Its second result is the schemas that could not be used.
func (r Renderer) prepare(ctx context.Context, c *chart) (map[string]any, []error, error) {
	given, err := r.values()
	if err != nil {
		return nil, nil, err
	}
	if err := c.settle(ctx, given); err != nil {
		return nil, nil, err
	}
	cluster, err := newCapabilities(or(r.KubeVersion, DefaultKubeVersion), r.APIVersions)
	if err != nil {
		return nil, nil, err
	}
	if want := c.meta.KubeVersion; want != "" && r.KubeVersion != "" && !compatible(want, cluster.KubeVersion.String()) {
		return nil, nil, fmt.Errorf("chart wants Kubernetes %s, not %s", want, r.KubeVersion)
	}
	values, err := c.merged(given, false)
	if err != nil {
		return nil, nil, err
	}
	var unused, invalid []error
	for _, err := range validate(c, values) {
		if errors.Is(err, ErrSchema) {
			unused = append(unused, err)
		} else {
			invalid = append(invalid, err)
		}
	}
	return map[string]any{
		"Values":       values,
		"Capabilities": cluster,
		"Release": map[string]any{
			"Name": or(r.ReleaseName, "test-release"), "Namespace": or(r.Namespace, "default"),
			"IsUpgrade": false, "IsInstall": true, "Revision": 1, "Service": "Helm",
		},
	}, unused, errors.Join(invalid...)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
