package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// A bump is a newer version of a package, and what it would remove.
type bump struct {
	name, installed, fixed string
	packages               []string // of a system: those built from the one of that name
	found                  tally
	order                  func(a, b string) int // of versions; nil: there is none
}

// bumps are those of r, the one that removes the most of the worst first. What is
// built from one package of a system moves together.
func bumps(r *scan.Report) []bump {
	type key struct {
		kind            vuln.PackageType
		name, installed string
	}
	at := make(map[key]int)
	var list []bump
	for i := range r.Vulnerabilities {
		v := &r.Vulnerabilities[i]
		if v.Fixed == "" {
			continue
		}
		c := v.Component
		k := key{c.Type, c.Name, c.Version}
		if c.Type.System() && c.SourceName != "" && c.SourceVersion != "" {
			k.name, k.installed = c.SourceName, c.SourceVersion
		}
		n, ok := at[k]
		if !ok {
			n = len(list)
			at[k] = n
			b := bump{name: k.name, installed: k.installed}
			if scheme, err := c.Type.Scheme(); err == nil {
				b.order = scheme.Compare
			}
			list = append(list, b)
		}
		b := &list[n]
		b.found.add(v.Severity)
		b.raise(v.Fixed)
		if k.name != c.Name && !slices.Contains(b.packages, c.Name) {
			b.packages = append(b.packages, c.Name)
		}
	}
	slices.SortStableFunc(list, func(a, b bump) int {
		return cmp.Or(a.found.compare(b.found), strings.Compare(a.name, b.name), strings.Compare(a.installed, b.installed))
	})
	return list
}

// raise makes b's version one that is fixed in the sense of fixed too: a version,
// or one for each line of releases, "1.2.9, 2.0.1", of which the next counts.
func (b *bump) raise(fixed string) {
	next := ""
	for _, v := range strings.Split(fixed, ",") {
		v = strings.TrimSpace(v)
		if b.order == nil {
			next = fixed
			break
		}
		if b.order(v, b.installed) > 0 && (next == "" || b.order(v, next) < 0) {
			next = v
		}
	}
	switch {
	case next == "": // none is newer than what is installed
		next = fixed
		fallthrough
	case b.order == nil:
		if b.fixed == "" {
			b.fixed = next
		} else if !slices.Contains(strings.Split(b.fixed, ", "), next) {
			b.fixed += ", " + next
		}
	case b.fixed == "" || b.order(next, b.fixed) > 0:
		b.fixed = next
	}
}

// htmlBumps are what newer versions would remove.
type htmlBumps struct {
	Fixed, Total int // findings
	Packages     int
	First, Then  []htmlBump
	More         int
}

type htmlBump struct {
	Name, Installed, Fixed, Packages string
	Bar                              htmlBar
}

// The bars that are seen at first, and those that can be asked for.
const (
	firstBumps = 15
	maxBumps   = 100
)

func bumpsOf(r *scan.Report) htmlBumps {
	v := htmlBumps{Total: len(r.Vulnerabilities)}
	list := bumps(r)
	v.Packages = len(list)
	most := 0
	for _, b := range list {
		v.Fixed += b.found.total()
		most = max(most, b.found.total())
	}
	for i, b := range list {
		row := htmlBump{
			Name: cell(b.name), Installed: cell(b.installed), Fixed: cell(b.fixed),
			Packages: cell(strings.Join(b.packages, ", ")), Bar: b.found.bar(most),
		}
		switch {
		case i < firstBumps:
			v.First = append(v.First, row)
		case i < maxBumps:
			v.Then = append(v.Then, row)
		default:
			v.More++
		}
	}
	return v
}
