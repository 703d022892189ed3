package helm

import "fmt"

// The values of a chart and its subcharts become one tree: a subchart's are under
// its name, those of the chart above win, and what is under "global" is handed
// down. https://helm.sh/docs/chart_template_guide/subcharts_and_globals/
//
// Null takes a value away. While it is still to be seen by a later merge it is
// kept, which keep asks for.

const global = "global"

// merged is the values of c under those that are given, which are not changed.
func (c *chart) merged(given map[string]any, keep bool) (map[string]any, error) {
	values := clone(given).(map[string]any)
	if values == nil {
		values = make(map[string]any)
	}
	return values, c.mergeInto(values, keep)
}

func (c *chart) mergeInto(values map[string]any, keep bool) error {
	c.mergeOwn(values, keep)
	for _, sub := range c.charts {
		if _, ok := values[sub.name()]; !ok {
			values[sub.name()] = make(map[string]any)
		}
		below, ok := values[sub.name()].(map[string]any)
		if !ok {
			return fmt.Errorf("values of chart %s: want a map, got %T", sub.name(), values[sub.name()])
		}
		handDown(below, values)
		if err := sub.mergeInto(below, keep); err != nil {
			return err
		}
	}
	return nil
}

// mergeOwn adds to values what only the chart's own have.
func (c *chart) mergeOwn(values map[string]any, keep bool) {
	own := clone(c.values).(map[string]any)
	for key, value := range own {
		given, ok := values[key]
		table, isTable := value.(map[string]any)
		if isTable && !keep && (!ok || !c.has(key)) {
			dropNulls(table)
		}
		switch {
		case !ok && (value != nil || keep):
			values[key] = value
		case ok && given == nil && !keep:
			delete(values, key)
		case ok && isTable:
			if to, ok := given.(map[string]any); ok {
				mergeTables(to, table, keep || c.has(key))
			}
		}
	}
}

// has reports whether there is a subchart of that name.
func (c *chart) has(name string) bool {
	for _, sub := range c.charts {
		if sub.name() == name {
			return true
		}
	}
	return false
}

// mergeTables adds to "to" what only "from" has, which is used up.
func mergeTables(to, from map[string]any, keep bool) map[string]any {
	for key, value := range from {
		given, ok := to[key]
		table, isTable := value.(map[string]any)
		givenTable, bothTables := given.(map[string]any)
		switch {
		case !ok:
			to[key] = value
		case given == nil && value != nil && !keep:
			delete(to, key)
		case given != nil && isTable && bothTables:
			mergeTables(givenTable, table, keep)
		}
	}
	return to
}

// handDown gives a subchart the globals of the chart above, which win.
func handDown(below, above map[string]any) {
	to, ok := tableOrNew(below, global)
	if !ok {
		return
	}
	from, ok := tableOrNew(above, global)
	if !ok {
		return
	}
	for key, value := range from {
		table, isTable := value.(map[string]any)
		given, has := to[key]
		givenTable, givenIsTable := given.(map[string]any)
		switch {
		case isTable && !has:
			to[key] = shallow(table)
		case isTable && givenIsTable:
			to[key] = mergeTables(shallow(table), givenTable, true)
		case !isTable && !givenIsTable:
			to[key] = value
		}
	}
	below[global] = to
}

// tableOrNew is the table at key, a new one if there is nothing; false if there is
// something else.
func tableOrNew(m map[string]any, key string) (map[string]any, bool) {
	value, ok := m[key]
	if !ok {
		return make(map[string]any), true
	}
	table, ok := value.(map[string]any)
	return table, ok
}

func shallow(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for key, value := range m {
		out[key] = value
	}
	return out
}

func dropNulls(m map[string]any) {
	for key, value := range m {
		if value == nil {
			delete(m, key)
		} else if table, ok := value.(map[string]any); ok {
			dropNulls(table)
		}
	}
}
