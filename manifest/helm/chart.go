package helm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// A chart is what one Chart.yaml stands for.
type chart struct {
	meta      *metadata
	templates []file // below templates/
	files     []file // all others: what templates may read
	values    map[string]any
	schema    []byte
	parent    *chart
	charts    []*chart
}

func (c *chart) name() string { return c.meta.Name }

// path is the chart's name; of a subchart it goes on from the chart above:
// "app/charts/db".
func (c *chart) path() string {
	if c.parent == nil {
		return c.name()
	}
	return path.Join(c.parent.path(), "charts", c.name())
}

// setCharts makes list the subcharts.
func (c *chart) setCharts(list []*chart) {
	c.charts = list
	for _, sub := range list {
		sub.parent = c
	}
}

// chart makes a chart of its files. Subcharts are sorted by their names in charts/,
// and packages in there are unpacked.
func (l *loader) chart(ctx context.Context, files []file, depth int) (*chart, error) {
	if depth > l.limits.Depth {
		return nil, over("charts within charts", l.limits.Depth)
	}
	c := &chart{}
	var err error
	if c.meta, err = readMetadata(files); err != nil {
		return nil, err
	}
	subcharts := make(map[string][]file)
	for _, f := range files {
		below, inCharts := strings.CutPrefix(f.name, "charts/")
		switch {
		case f.name == "Chart.yaml" || f.name == "Chart.lock":
		case f.name == "values.yaml":
			if c.values, err = ReadValues(bytes.NewReader(f.data)); err != nil {
				return nil, fmt.Errorf("values.yaml: %w", err)
			}
		case f.name == "values.schema.json":
			c.schema = f.data
		case strings.HasPrefix(f.name, "templates/"):
			c.templates = append(c.templates, f)
		case inCharts && path.Ext(f.name) != ".prov":
			name, rest, _ := strings.Cut(below, "/")
			subcharts[name] = append(subcharts[name], file{rest, f.data})
		default:
			c.files = append(c.files, f)
		}
	}
	var charts []*chart
	for _, name := range slices.Sorted(maps.Keys(subcharts)) {
		sub, err := l.subchart(ctx, name, subcharts[name], depth+1)
		if err != nil {
			return nil, fmt.Errorf("charts/%s: %w", name, err)
		}
		if sub != nil {
			charts = append(charts, sub)
		}
	}
	c.setCharts(charts)
	return c, nil
}

func readMetadata(files []file) (*metadata, error) {
	var m *metadata
	for _, name := range []string{"Chart.yaml", "requirements.yaml"} { // the second adds to the first
		for _, f := range files {
			if f.name != name {
				continue
			}
			if m == nil {
				m = &metadata{}
			}
			if err := yaml.Unmarshal(f.data, m); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		if m == nil {
			return nil, errors.New("no Chart.yaml")
		}
	}
	m.APIVersion = or(m.APIVersion, "v1")
	return m, m.check()
}

// subchart makes a chart of what is in charts/ under one name; nil where that is
// not meant to be one, such as charts/README.md.
func (l *loader) subchart(ctx context.Context, name string, files []file, depth int) (*chart, error) {
	isFile := files[0].name == ""
	switch {
	case strings.HasPrefix(name, "_") || strings.HasPrefix(name, "."):
		return nil, nil
	case isFile && path.Ext(name) == ".tgz":
		unpacked, err := l.archive(ctx, bytes.NewReader(files[0].data))
		if err != nil {
			return nil, err
		}
		return l.chart(ctx, unpacked, depth)
	case isFile:
		return nil, nil
	}
	return l.chart(ctx, files, depth)
}

// crds are the manifests in crds/ of a chart and its subcharts, by their whole
// paths.
func (c *chart) crds() []file {
	var list []file
	for _, f := range c.files {
		switch strings.ToLower(path.Ext(f.name)) {
		case ".yaml", ".yml", ".json":
			if strings.HasPrefix(f.name, "crds/") {
				list = append(list, file{path.Join(c.path(), f.name), f.data})
			}
		}
	}
	for _, sub := range c.charts {
		list = append(list, sub.crds()...)
	}
	return list
}

// expanded is how many charts there are once each dependency that has several
// aliases is there several times, or anything above limit.
func (c *chart) expanded(limit int) int {
	n := 1
	for _, sub := range c.charts {
		uses := 0
		for _, d := range c.meta.Dependencies {
			if d.Name == sub.name() {
				uses++
			}
		}
		if n += max(uses, 1) * sub.expanded(limit); n > limit {
			return limit + 1
		}
	}
	return n
}
