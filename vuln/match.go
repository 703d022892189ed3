package vuln

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// An Affected is a package together with one vulnerability it has.
type Affected struct {
	Package *Package
	// ID is the vulnerability: a CVE id where the advisories name one, else
	// the advisory's own id.
	ID string
	// Advisories are the ids of the advisories that say so, the one that
	// decided FixedVersion first.
	Advisories   []string
	Status       Status
	FixedVersion string // "" while there is none
	Severity     severity.Level
}

// An Unjudged is a package for which the database could not be asked, or one
// of its advisories not evaluated: neither affected nor clean.
type Unjudged struct {
	Package  *Package
	Advisory string // "" when no advisory could be judged for the package
	Err      error
}

// Result is what [Match] found.
type Result struct {
	Affected []Affected // by package in the order given, then by ID
	Unjudged []Unjudged // by package in the order given
}

// Match asks db for each of the packages installed on os. Several advisories
// for one vulnerability of one package become one Affected: the highest fixed
// version and the worst severity count. Details are not read.
//
// A package whose version cannot be ordered, or that nothing is known for, is
// Unjudged, not clean. An error means that there is no result.
func Match(ctx context.Context, db Database, os OS, packages []*Package) (Result, error) {
	var res Result
	for _, p := range packages {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		lookup, err := LookupOf(os, p)
		if err != nil {
			res.Unjudged = append(res.Unjudged, Unjudged{Package: p, Err: err})
			continue
		}
		if err := lookup.Scheme.Check(lookup.Version); err != nil {
			res.Unjudged = append(res.Unjudged, Unjudged{Package: p, Err: err})
			continue
		}
		first := len(res.Affected)
		err = db.Affected(ctx, os, p, func(h Hit) bool {
			if h.Err != nil {
				res.Unjudged = append(res.Unjudged, Unjudged{Package: p, Advisory: h.Advisory, Err: h.Err})
				return true
			}
			for _, id := range h.IDs {
				res.Affected = merge(res.Affected, first, lookup, p, id, h)
			}
			return true
		})
		if errors.Is(err, ErrNoAdvisories) {
			res.Unjudged = append(res.Unjudged, Unjudged{Package: p, Err: err})
		} else if err != nil {
			return Result{}, fmt.Errorf("look up %s %s: %w", p.Name, p.Version, err)
		}
		slices.SortFunc(res.Affected[first:], func(a, b Affected) int { return cmp.Compare(a.ID, b.ID) })
	}
	return res, nil
}

// merge adds hit h for the vulnerability id of p to list, whose elements from
// first on belong to p.
func merge(list []Affected, first int, lookup Lookup, p *Package, id string, h Hit) []Affected {
	i := slices.IndexFunc(list[first:], func(a Affected) bool { return a.ID == id })
	if i < 0 {
		return append(list, Affected{
			Package: p, ID: id, Advisories: []string{h.Advisory},
			Status: h.Status, FixedVersion: h.Fixed, Severity: h.Severity,
		})
	}
	a := &list[first+i]
	a.Severity = max(a.Severity, h.Severity)
	known := slices.Index(a.Advisories, h.Advisory)
	switch {
	case h.Fixed != "" && (a.FixedVersion == "" || lookup.Scheme.Compare(h.Fixed, a.FixedVersion) > 0):
		a.FixedVersion, a.Status = h.Fixed, h.Status
		if known >= 0 {
			a.Advisories = slices.Delete(a.Advisories, known, known+1)
		}
		a.Advisories = slices.Insert(a.Advisories, 0, h.Advisory)
	case known < 0:
		a.Advisories = append(a.Advisories, h.Advisory)
	}
	return list
}
