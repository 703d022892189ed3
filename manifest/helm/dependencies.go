package helm

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// settle decides which subcharts there are, and imports values from them.
// https://helm.sh/docs/topics/charts/#chart-dependencies
func (c *chart) settle(ctx context.Context, values map[string]any) error {
	if err := c.enable(ctx, values, ""); err != nil {
		return err
	}
	return c.importValues(ctx)
}

// enable gives subcharts their aliases, and takes away those that tags and
// conditions do not want. A condition goes before a tag. The prefix is the path of
// the chart's values, with a dot after it.
func (c *chart) enable(ctx context.Context, values map[string]any, prefix string) error {
	if err := ctx.Err(); err != nil || c.meta.Dependencies == nil {
		return err
	}
	c.setCharts(c.aliased())
	all, err := c.merged(values, false)
	if err != nil {
		return err
	}
	unwanted := make(map[string]bool)
	for _, d := range c.meta.Dependencies {
		if d.Enabled = d.wanted(all, prefix); !d.Enabled {
			unwanted[d.Name] = true
		}
	}
	charts := slices.DeleteFunc(slices.Clone(c.charts), func(sub *chart) bool { return unwanted[sub.name()] })
	for _, sub := range charts {
		if err := sub.enable(ctx, all, prefix+sub.name()+"."); err != nil {
			return err
		}
	}
	// Of what was named by one dependency and wanted by another, none is left.
	c.meta.Dependencies = slices.DeleteFunc(c.meta.Dependencies, func(d *dependency) bool { return unwanted[d.Name] })
	if len(c.meta.Dependencies) == 0 {
		c.meta.Dependencies = nil
	}
	c.setCharts(charts)
	return nil
}

// aliased is the subcharts that no dependency names, then those that one does, in
// the order of the dependencies, which then have the name of the alias.
func (c *chart) aliased() []*chart {
	var list []*chart
	for _, sub := range c.charts {
		named := slices.ContainsFunc(c.meta.Dependencies, func(d *dependency) bool {
			return sub.name() == d.Name && compatible(d.Version, sub.meta.Version)
		})
		if !named {
			list = append(list, sub)
		}
	}
	for _, d := range c.meta.Dependencies {
		for _, sub := range c.charts {
			if sub.name() == d.Name && compatible(d.Version, sub.meta.Version) {
				list = append(list, sub.as(or(d.Alias, d.Name)))
				break
			}
		}
		d.Name = or(d.Alias, d.Name)
	}
	return list
}

// as is a copy of the chart, and of those below it, with another name.
func (c *chart) as(name string) *chart {
	out := *c
	meta := *c.meta
	meta.Name = name
	meta.Dependencies = nil
	for _, d := range c.meta.Dependencies {
		d := *d
		d.ImportValues = slices.Clone(d.ImportValues)
		meta.Dependencies = append(meta.Dependencies, &d)
	}
	out.meta = &meta
	var charts []*chart
	for _, sub := range c.charts {
		charts = append(charts, sub.as(sub.name()))
	}
	out.setCharts(charts)
	return &out
}

// wanted reports whether values want the dependency. The first condition that has a
// value decides; else tags do, if all that have one are false.
func (d *dependency) wanted(values map[string]any, prefix string) bool {
	for condition := range strings.SplitSeq(strings.TrimSpace(d.Condition), ",") {
		if condition == "" {
			continue
		}
		if wanted, ok := valueAt(values, prefix+condition).(bool); ok {
			return wanted
		}
	}
	tags, _ := values["tags"].(map[string]any)
	wanted := true
	for _, tag := range d.Tags {
		value, ok := tags[tag].(bool)
		if value {
			return true
		}
		wanted = wanted && !ok
	}
	return wanted
}

// importValues merges into the values of each chart those that its dependencies
// export, the deepest first. The chart's own win. What several dependencies export
// to one place is not seen by the dependencies themselves, as it may be in helm.
func (c *chart) importValues(ctx context.Context) error {
	for _, sub := range c.charts {
		if err := sub.importValues(ctx); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil || c.meta.Dependencies == nil {
		return err
	}
	all, err := c.merged(nil, true)
	if err != nil {
		return err
	}
	imported := make(map[string]any)
	for _, d := range c.meta.Dependencies {
		for i, item := range d.ImportValues {
			child, parent := "", "."
			switch item := item.(type) {
			case string:
				child = "exports." + item
			case map[string]any:
				child, parent = fmt.Sprint(item["child"]), fmt.Sprint(item["parent"])
			default:
				continue
			}
			d.ImportValues[i] = map[string]string{"child": child, "parent": parent}
			if table, ok := tableAt(all, d.Name+"."+child); ok {
				imported = mergeTables(imported, under(parent, clone(table).(map[string]any)), true)
			}
		}
	}
	c.values = mergeTables(all, imported, true)
	return nil
}

// under is a table at a path: "." or "a.b".
func under(name string, table map[string]any) map[string]any {
	if name == "." {
		return table
	}
	for _, key := range slices.Backward(strings.Split(name, ".")) {
		table = map[string]any{key: table}
	}
	return table
}

// tableAt is the table at the path "a.b".
func tableAt(values map[string]any, name string) (map[string]any, bool) {
	for key := range strings.SplitSeq(name, ".") {
		table, ok := values[key].(map[string]any)
		if !ok {
			return nil, false
		}
		values = table
	}
	return values, true
}

// valueAt is what is at the path "a.b", nil if there is nothing.
func valueAt(values map[string]any, name string) any {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		values, _ = tableAt(values, name[:i])
		name = name[i+1:]
	}
	return values[name]
}
