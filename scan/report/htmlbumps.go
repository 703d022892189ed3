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
	fixes                  []string              // the fixed versions that findings name, each text once
}

// bumps are those of r, the one that removes the most of the worst first. What is
// built from one package of a system moves together.
func bumps(r *scan.Report) []bump {
	type key struct {
		kind            vuln.PackageType
		name, installed string
	}
	at := make(map[key]int)
	type fix struct {
		of   key
		text string
	}
	seen := make(map[fix]bool)
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
		if f := (fix{k, v.Fixed}); !seen[f] {
			seen[f] = true
			b.fixes = append(b.fixes, v.Fixed)
		}
		if k.name != c.Name && !slices.Contains(b.packages, c.Name) {
			b.packages = append(b.packages, c.Name)
		}
	}
	for i := range list {
		list[i].choose()
	}
	slices.SortStableFunc(list, func(a, b bump) int {
		return cmp.Or(a.found.compare(b.found), strings.Compare(a.name, b.name), strings.Compare(a.installed, b.installed))
	})
	return list
}

// choose sets b.fixed to the least version that all fixes hold in. A fix is a
// version, or one for each line of releases: "1.2.9, 2.0.1".
func (b *bump) choose() {
	if b.order == nil {
		b.fixed = strings.Join(b.fixes, ", ")
		return
	}
	var lists [][]string // each in order
	var all []string
	for _, text := range b.fixes {
		var list, newer []string
		for v := range strings.SplitSeq(text, ",") {
			v = strings.TrimSpace(v)
			list = append(list, v)
			if b.order(v, b.installed) > 0 {
				newer = append(newer, v)
			}
		}
		slices.SortFunc(list, b.order)
		if newer == nil {
			list = list[len(list)-1:]
		} else {
			slices.SortFunc(newer, b.order)
			list = newer
		}
		lists = append(lists, list)
		all = append(all, list...)
	}
	// What most versions fail on is asked first.
	slices.SortStableFunc(lists, func(x, y []string) int { return b.order(y[len(y)-1], x[len(x)-1]) })
	slices.SortStableFunc(all, b.order)
	for _, v := range all { // the last one will do
		if !slices.ContainsFunc(lists, func(list []string) bool { return !b.holds(v, list) }) {
			b.fixed = v
			return
		}
	}
}

// holds reports whether v has a fix that was made in each version of list. Between
// two of them it has if its spelling is more like that of the lower one: 1.2.10 is
// of the line of 1.2.9, 2.0.0 of that of 2.0.1.
func (b *bump) holds(v string, list []string) bool {
	above := slices.IndexFunc(list, func(f string) bool { return b.order(f, v) > 0 })
	if above <= 0 {
		return above < 0
	}
	return b.order(list[above-1], v) == 0 || sharedParts(v, list[above-1]) > sharedParts(v, list[above])
}

// sharedParts is how many parts two versions start with that are the same.
func sharedParts(a, b string) int {
	x, y := strings.FieldsFunc(a, isSeparator), strings.FieldsFunc(b, isSeparator)
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	return n
}

func isSeparator(r rune) bool { return strings.ContainsRune(".-+~:_", r) }

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
