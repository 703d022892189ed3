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

	"helm.sh/helm/v4/pkg/chart/common"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"sigs.k8s.io/yaml"
)

// chart makes a chart of its files. Subcharts are sorted by their names in charts/,
// and packages in there are unpacked.
func (l *loader) chart(ctx context.Context, files []file, depth int) (*chart.Chart, error) {
	if depth > l.limits.Depth {
		return nil, over("charts within charts", l.limits.Depth)
	}
	c := &chart.Chart{}
	for _, name := range []string{"Chart.yaml", "requirements.yaml"} { // the second adds to the first
		for _, f := range files {
			if f.name != name {
				continue
			}
			if c.Metadata == nil {
				c.Metadata = &chart.Metadata{}
			}
			if err := yaml.Unmarshal(f.data, c.Metadata); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		if c.Metadata == nil {
			return nil, errors.New("no Chart.yaml")
		}
		if c.Metadata.APIVersion == "" {
			c.Metadata.APIVersion = chart.APIVersionV1
		}
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}

	subcharts := make(map[string][]file)
	for _, f := range files {
		raw := &common.File{Name: f.name, Data: f.data}
		c.Raw = append(c.Raw, raw)
		below, inCharts := strings.CutPrefix(f.name, "charts/")
		switch {
		case f.name == "Chart.yaml" || f.name == "Chart.lock":
		case f.name == "values.yaml":
			values, err := ReadValues(bytes.NewReader(f.data))
			if err != nil {
				return nil, fmt.Errorf("values.yaml: %w", err)
			}
			c.Values = values
		case f.name == "values.schema.json":
			c.Schema = f.data
		case strings.HasPrefix(f.name, "templates/"):
			c.Templates = append(c.Templates, raw)
		case inCharts && path.Ext(f.name) != ".prov":
			name, rest, _ := strings.Cut(below, "/")
			subcharts[name] = append(subcharts[name], file{rest, f.data})
		default:
			c.Files = append(c.Files, raw)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(subcharts)) {
		sub, err := l.subchart(ctx, name, subcharts[name], depth+1)
		if err != nil {
			return nil, fmt.Errorf("charts/%s: %w", name, err)
		}
		if sub != nil {
			c.AddDependency(sub)
		}
	}
	return c, nil
}

// subchart makes a chart of what is in charts/ under one name; nil where that is
// not meant to be one, such as charts/README.md.
func (l *loader) subchart(ctx context.Context, name string, files []file, depth int) (*chart.Chart, error) {
	if strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") {
		return nil, nil
	}
	if path.Ext(name) == ".tgz" && files[0].name == "" {
		unpacked, err := l.archive(ctx, bytes.NewReader(files[0].data))
		if err != nil {
			return nil, err
		}
		return l.chart(ctx, unpacked, depth)
	}
	if files[0].name == "" {
		return nil, nil
	}
	return l.chart(ctx, files, depth)
}

// expanded is how many charts there are once each dependency that has several
// aliases is there several times, or anything above limit.
func expanded(c *chart.Chart, limit int) int {
	n := 1
	for _, sub := range c.Dependencies() {
		aliases := 0
		for _, d := range c.Metadata.Dependencies {
			if d != nil && d.Name == sub.Name() {
				aliases++
			}
		}
		if n += max(aliases, 1) * expanded(sub, limit); n > limit {
			return limit + 1
		}
	}
	return n
}
