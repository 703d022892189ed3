package helm

import (
	"cmp"
	"encoding/base64"
	"path"
	"slices"
	"strings"

	"github.com/gobwas/glob"
	ci "helm.sh/helm/v4/pkg/chart"
	"helm.sh/helm/v4/pkg/chart/common"
	chart "helm.sh/helm/v4/pkg/chart/v2"
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
func (r Renderer) sources(c *chart.Chart, values common.Values) []source {
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
func (r Renderer) addSources(list *[]source, c *chart.Chart, parent common.Values) map[string]any {
	accessor, err := ci.NewAccessor(c)
	if err != nil {
		return nil // it is a chart
	}
	metadata := accessor.MetadataAsMap()
	metadata["IsRoot"] = c.IsRoot()
	files := make(chartFiles)
	for _, f := range c.Files {
		files[f.Name] = f.Data
	}
	subcharts := make(map[string]any)
	data := map[string]any{
		"Chart":        metadata,
		"Files":        files,
		"Release":      parent["Release"],
		"Capabilities": parent["Capabilities"],
		"Values":       common.Values{},
		"Subcharts":    subcharts,
	}
	if c.IsRoot() {
		data["Values"] = parent["Values"]
	} else if own, err := parent.Table("Values." + c.Name()); err == nil {
		data["Values"] = own
	}
	for _, sub := range c.Dependencies() {
		subcharts[sub.Name()] = r.addSources(list, sub, data)
	}
	for _, t := range c.Templates {
		base := path.Base(t.Name)
		partial := strings.HasPrefix(base, "_")
		if accessor.IsLibraryChart() && !partial {
			continue
		}
		*list = append(*list, source{
			name: path.Join(c.ChartFullPath(), t.Name),
			text: string(t.Data),
			data: data,
			base: path.Join(c.ChartFullPath(), "templates"),
			skip: partial || base == "NOTES.txt" || r.SkipTests && strings.HasPrefix(t.Name, "templates/tests/"),
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
