package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// origins are what brings the vulnerabilities of a report: the layers of an image,
// else the files that list packages.
type origins struct {
	layers bool
	list   []origin // layers from the base up, files in the order of the report
	// base is how many of the layers are the base image's, 0 where that is not
	// known; baseName is what the image calls it.
	base     int
	baseName string

	byPath map[string]int
}

type origin struct {
	name     string // "Layer 2", or a path
	by       string // the build step
	size     int64
	packages int
	found    tally
}

func originsOf(r *scan.Report) *origins {
	o := &origins{layers: r.Target.Kind == artifact.KindImage && len(r.Layers) > 0, byPath: make(map[string]int)}
	if o.layers {
		for i, l := range r.Layers {
			o.list = append(o.list, origin{name: fmt.Sprintf("Layer %d", i+1), by: l.CreatedBy, size: l.Size})
		}
		o.base, o.baseName = baseImage(r.Target.Config, len(r.Layers))
	}
	for i := range r.Components {
		if at := o.of(&r.Components[i]); at >= 0 {
			o.list[at].packages++
		}
	}
	for i := range r.Vulnerabilities {
		if at := o.of(r.Vulnerabilities[i].Component); at >= 0 {
			o.list[at].found.add(r.Vulnerabilities[i].Severity)
		}
	}
	return o
}

// of is the index in o.list of what brings c, which is added for a file that is
// not there yet; -1 for a layer that there is not.
func (o *origins) of(c *scan.Component) int {
	if o.layers {
		if c.Layer < 0 || c.Layer >= len(o.list) {
			return -1
		}
		return c.Layer
	}
	at, ok := o.byPath[c.Path]
	if !ok {
		at = len(o.list)
		o.byPath[c.Path] = at
		name := c.Path
		if name == "" {
			name = "(no file)"
		}
		o.list = append(o.list, origin{name: name})
	}
	return at
}

// where is what the table calls an origin: the number of a layer, or a path.
func (o *origins) where(i int) string { return cell(strings.TrimPrefix(o.list[i].name, "Layer ")) }

// baseImage tells from an image's config how many of its layers are those of the
// image it was built on: those before the last command of an image (CMD) that
// another layer follows. It is a guess, and right for images that set one. 0 is
// that nothing tells, or that the config does not fit the layers. The name is the
// label that some builders set.
// https://github.com/opencontainers/image-spec/blob/main/annotations.md
func baseImage(config json.RawMessage, layers int) (count int, name string) {
	var c struct {
		Config struct {
			Labels map[string]string `json:"Labels"`
		} `json:"config"`
		History []struct {
			CreatedBy string `json:"created_by"`
			Empty     bool   `json:"empty_layer"`
		} `json:"history"`
	}
	if json.Unmarshal(config, &c) != nil {
		return 0, ""
	}
	filled := 0
	for _, h := range c.History {
		if h.Empty {
			if isCommand(h.CreatedBy) && filled < layers {
				count = filled
			}
			continue
		}
		filled++
	}
	if filled != layers || count == 0 {
		return 0, ""
	}
	return count, c.Config.Labels["org.opencontainers.image.base.name"]
}

// isCommand reports whether a step of a history sets the command: as BuildKit
// writes it, or the builder before.
func isCommand(step string) bool {
	step = strings.TrimSpace(strings.TrimPrefix(step, "/bin/sh -c #(nop)"))
	return strings.HasPrefix(step, "CMD ") || strings.HasPrefix(step, "CMD[")
}

// htmlOrigins is the chart of what brings what.
type htmlOrigins struct {
	Layers  bool
	Summary string // a sentence, may be empty
	Rows    []htmlOrigin
	Quiet   string // what is not in Rows, a sentence, may be empty
}

type htmlOrigin struct {
	Name  string
	Where string // as the table has it
	By    string
	Note  string // "base image, 12 packages, 3.4 MB"
	Bar   htmlBar
	First bool // is the first one that is not the base image's
}

// maxOrigins bounds the bars of the chart.
const maxOrigins = 60

// view is the chart: layers from the base up, files with the worst first.
func (o *origins) view() htmlOrigins {
	v := htmlOrigins{Layers: o.layers}
	var all, base tally
	most, quiet := 0, 0
	var rows []int
	for i := range o.list {
		found := o.list[i].found
		if i < o.base {
			base.addAll(found)
		}
		all.addAll(found)
		if found.total() == 0 {
			quiet++
			continue
		}
		most = max(most, found.total())
		rows = append(rows, i)
	}
	if len(rows) == 0 {
		return v
	}
	worst := func(a, b int) int { return o.list[a].found.compare(o.list[b].found) }
	if !o.layers {
		slices.SortStableFunc(rows, worst)
	}
	hidden := 0
	if len(rows) > maxOrigins {
		hidden = len(rows) - maxOrigins
		slices.SortStableFunc(rows, worst)
		rows = rows[:maxOrigins]
		if o.layers {
			slices.Sort(rows)
		}
	}
	for n, i := range rows {
		e := &o.list[i]
		row := htmlOrigin{Name: cell(e.name), Where: o.where(i), By: cell(e.by), Bar: e.found.bar(most)}
		var notes []string
		if o.base > 0 {
			if i < o.base {
				notes = append(notes, "base image")
			}
			row.First = i >= o.base && n > 0 && rows[n-1] < o.base
		}
		notes = append(notes, plural(e.packages, "package", "packages"))
		if e.size > 0 {
			notes = append(notes, sizeText(e.size))
		}
		row.Note = strings.Join(notes, ", ")
		v.Rows = append(v.Rows, row)
	}
	if o.base > 0 {
		name := "the base image"
		if o.baseName != "" {
			name += " " + cell(o.baseName)
		}
		v.Summary = fmt.Sprintf("As far as the history of the image tells, %s (%s) brings %d of %s: %s.",
			name, plural(o.base, "layer", "layers"), base.total(), plural(all.total(), "vulnerability", "vulnerabilities"), base)
	}
	what := [2]string{"file", "files"}
	if o.layers {
		what = [2]string{"layer", "layers"}
	}
	var rest []string
	if quiet > 0 {
		rest = append(rest, plural(quiet, what[0], what[1])+" without any")
	}
	if hidden > 0 {
		rest = append(rest, fmt.Sprintf("%d more with fewer or less severe ones", hidden))
	}
	if len(rest) > 0 {
		v.Quiet = "Not shown: " + strings.Join(rest, ", ") + "."
	}
	return v
}

// sizeText is a number of bytes in decimal units, "3.4 MB".
func sizeText(n int64) string {
	f, unit := float64(n), "B"
	for _, next := range []string{"kB", "MB", "GB", "TB"} {
		if f < 1000 {
			break
		}
		f, unit = f/1000, next
	}
	if unit == "B" || f >= 100 {
		return fmt.Sprintf("%.0f %s", f, unit)
	}
	return fmt.Sprintf("%.1f %s", f, unit)
}
