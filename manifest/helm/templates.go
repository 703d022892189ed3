package helm

import (
	"cmp"
	"encoding/base64"
	"path"
	"slices"
	"strings"

	"github.com/gobwas/glob"
)

// A source is a template before it is parsed.
type source struct {
	name string // "app/charts/db/templates/db.yaml"
	text string
	data map[string]any // what it sees as the dot; templates of one chart share it
	base string         // "app/charts/db/templates"
	skip bool           // is not executed: partials, notes, tests that are not wanted
}

// sources are the templates of a chart and its subcharts, in the order in which
// they are parsed: the deeper ones first, so that a chart can define a template of
// its subchart anew.
func (r Renderer) sources(c *chart, values map[string]any) []source {
	var list []source
	r.addSources(&list, c, values)
	slices.SortFunc(list, func(a, b source) int {
		return cmp.Or(
			cmp.Compare(strings.Count(b.name, "/"), strings.Count(a.name, "/")),
			strings.Compare(b.name, a.name),
		)
	})
	return list
}

// addSources adds the templates of c, and returns what they see. In parent is what
// those of the chart above see, or for the top chart what helm starts with.
func (r Renderer) addSources(list *[]source, c *chart, parent map[string]any) map[string]any {
	metadata := c.meta.asMap()
	metadata["IsRoot"] = c.parent == nil
	files := make(chartFiles)
	for _, f := range c.files {
		files[f.name] = f.data
	}
	subcharts := make(map[string]any)
	data := map[string]any{
		"Chart":        metadata,
		"Files":        files,
		"Release":      parent["Release"],
		"Capabilities": parent["Capabilities"],
		"Values":       map[string]any{},
		"Subcharts":    subcharts,
	}
	if c.parent == nil {
		data["Values"] = parent["Values"]
	} else if own, ok := tableAt(parent, "Values."+c.name()); ok {
		data["Values"] = own
	}
	for _, sub := range c.charts {
		subcharts[sub.name()] = r.addSources(list, sub, data)
	}
	for _, t := range c.templates {
		base := path.Base(t.name)
		partial := strings.HasPrefix(base, "_")
		if c.meta.Type == library && !partial {
			continue
		}
		*list = append(*list, source{
			name: path.Join(c.path(), t.name),
			text: string(t.data),
			data: data,
			base: path.Join(c.path(), "templates"),
			skip: partial || base == "NOTES.txt" || r.SkipTests && strings.HasPrefix(t.name, "templates/tests/"),
		})
	}
	return data
}

// chartFiles are the files of a chart that are no templates: .Files. Its methods
// are called by templates.
type chartFiles map[string][]byte

// GetBytes is a file's content, empty if there is none.
func (f chartFiles) GetBytes(name string) []byte { return append([]byte{}, f[name]...) }

// Get is a file's content, empty if there is none.
func (f chartFiles) Get(name string) string { return string(f[name]) }

// Glob is the files whose paths match a pattern. One that is malformed matches all.
func (f chartFiles) Glob(pattern string) chartFiles {
	g, err := glob.Compile(pattern, '/')
	if err != nil {
		g = glob.MustCompile("**")
	}
	matching := make(chartFiles)
	for name, data := range f {
		if g.Match(name) {
			matching[name] = data
		}
	}
	return matching
}

// AsConfig is the files as the data of a ConfigMap, by their base names.
func (f chartFiles) AsConfig() string {
	return f.asMap(func(data []byte) string { return string(data) })
}

// AsSecrets is the files as the data of a Secret, by their base names.
func (f chartFiles) AsSecrets() string { return f.asMap(base64.StdEncoding.EncodeToString) }

func (f chartFiles) asMap(text func([]byte) string) string {
	m := make(map[string]string)
	for name, data := range f {
		m[path.Base(name)] = text(data)
	}
	return toYAML(m)
}

// Lines is the lines of a file.
func (f chartFiles) Lines(name string) []string {
	if len(f[name]) == 0 {
		return []string{}
	}
	return strings.Split(strings.TrimSuffix(string(f[name]), "\n"), "\n")
}
