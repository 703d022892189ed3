package suppress

import (
	"github.com/plimsoll-go/plimsoll/internal/packageurl"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln/vex"
)

// A projects knows which packages of languages need which, in each file.
type projects struct {
	report  *scan.Report
	parents map[*scan.Component][]*scan.Component // what needs a package
	roots   map[place][]*scan.Component           // what a file is for
}

// A place is a package of a file, or the file where ID is empty.
type place struct{ file, analyzer, id string }

// place is that of c, or of its file where id is empty. A bill of materials is one
// file, wherever it found a package.
func (p *projects) place(c *scan.Component, id string) place {
	switch {
	case p.report.Target.Kind == artifact.KindCycloneDX || p.report.Target.Kind == artifact.KindSPDX:
		return place{"", "", id}
	case c.Analyzer == "sbom":
		return place{c.Path, c.Analyzer, id}
	}
	return place{file(c), c.Analyzer, id}
}

func newProjects(r *scan.Report) *projects {
	p := &projects{r, make(map[*scan.Component][]*scan.Component), make(map[place][]*scan.Component)}
	byID := make(map[place][]*scan.Component)
	for i := range r.Components {
		c := &r.Components[i]
		if c.Type.System() {
			continue
		}
		byID[p.place(c, c.ID())] = append(byID[p.place(c, c.ID())], c)
		if c.Relationship == artifact.Root {
			p.roots[p.place(c, "")] = append(p.roots[p.place(c, "")], c)
		}
	}
	for i := range r.Components {
		c := &r.Components[i]
		if c.Type.System() {
			continue
		}
		for _, id := range c.DependsOn {
			for _, needed := range byID[p.place(c, id)] {
				p.parents[needed] = append(p.parents[needed], c)
			}
		}
	}
	return p
}

// find returns what says of the products that c is in, where all of them are covered:
// on every way from c up to what nothing needs there is a package that suppressed says
// yes to, given its URL. Where nothing is known to need c, what the file is for does.
func (p *projects) find(c *scan.Component, suppressed func(url string) (vex.Match, bool)) (found vex.Match, ok bool) {
	if c.Type.System() {
		return found, false
	}
	seen := map[*scan.Component]bool{c: true}
	queue := p.above(c)
	if len(queue) == 0 {
		return found, false
	}
	for len(queue) > 0 {
		at := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if seen[at] {
			continue
		}
		seen[at] = true
		if url := packageurl.Of(p.report.OS, at); url != "" {
			if m, yes := suppressed(url); yes {
				found, ok = m, true
				continue
			}
		}
		more := p.above(at)
		if len(more) == 0 {
			return vex.Match{}, false // a way without a statement
		}
		queue = append(queue, more...)
	}
	return found, ok
}

// above are what needs c.
func (p *projects) above(c *scan.Component) []*scan.Component {
	if list := p.parents[c]; len(list) > 0 || c.Relationship == artifact.Root {
		return list
	}
	return p.roots[p.place(c, "")]
}
