package vuln

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/version"
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
	// SeveritySource is who rates it so, as in Rating.Source; "" with Unknown.
	SeveritySource string
}

// An Unjudged is a package for which the database could not be asked, or one
// of its advisories not evaluated: neither affected nor clean.
type Unjudged struct {
	Package  *Package
	Advisory string // "" when no advisory could be judged for the package
	// Err matches ErrNoAdvisories, ErrUnknownVersion or version.ErrInvalid where
	// it is about the package, and is Hit.Err where it is about the advisory.
	Err error
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
// A package whose version cannot be ordered, that nothing is known for, or that
// a third party built, is Unjudged, not clean. One that has no version
// ([Package.Unversioned]) is Unjudged, once, if advisories name it. An error
// means that there is no result.
func Match(ctx context.Context, db Database, os OS, packages []*Package) (Result, error) {
	var res Result
	orders := make(map[PackageType]order)
	var named struct { // the advisories that name a package without a version
		n    int
		last string
	}
	for _, p := range packages {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		o, ok := orders[p.Type]
		if !ok {
			o = orderOf(os, p.Type)
			orders[p.Type] = o
		}
		if err := o.check(p); err != nil {
			res.Unjudged = append(res.Unjudged, Unjudged{Package: p, Err: err})
			continue
		}
		first := len(res.Affected)
		named.n = 0
		err := db.Affected(ctx, os, p, func(h Hit) bool {
			if h.Err != nil && errors.Is(h.Err, ErrUnknownVersion) {
				if named.n == 0 || h.Advisory != named.last {
					named.n, named.last = named.n+1, h.Advisory
				}
				return true
			}
			if h.Err != nil {
				res.Unjudged = append(res.Unjudged, Unjudged{Package: p, Advisory: h.Advisory, Err: h.Err})
				return true
			}
			for _, id := range h.IDs {
				res.Affected = merge(res.Affected, first, o.scheme, p, id, h)
			}
			return true
		})
		if errors.Is(err, ErrNoAdvisories) || errors.Is(err, version.ErrInvalid) {
			res.Unjudged = append(res.Unjudged, Unjudged{Package: p, Err: err})
		} else if err != nil {
			return Result{}, fmt.Errorf("look up %s %s: %w", p.Name, p.Version, err)
		}
		if named.n > 0 {
			res.Unjudged = append(res.Unjudged, Unjudged{Package: p, Err: unversioned(named.n)})
		}
		slices.SortFunc(res.Affected[first:], func(a, b Affected) int { return cmp.Compare(a.ID, b.ID) })
	}
	return res, nil
}

// unversioned is the error for a package without a version that n advisories
// name.
func unversioned(n int) error {
	if n == 1 {
		return fmt.Errorf("%w, and 1 advisory names the package", ErrUnknownVersion)
	}
	return fmt.Errorf("%w, and %d advisories name the package", ErrUnknownVersion, n)
}

// An order is how the versions of packages of one type are compared.
type order struct {
	scheme version.Scheme
	lookup *Lookup // nil: OSV files none of them, a database may all the same
	err    error
}

func orderOf(os OS, t PackageType) order {
	var o order
	o.scheme, o.err = t.Scheme()
	if lookup, err := LookupOf(os, t); err == nil {
		o.lookup = &lookup
	}
	return o
}

var errThirdParty = fmt.Errorf("%w for what the distribution did not build", ErrNoAdvisories)

// check makes sure that p can be judged, whether or not the database does.
func (o order) check(p *Package) error {
	if o.err != nil {
		return o.err
	}
	if p.ThirdParty {
		return errThirdParty
	}
	if p.Unversioned() {
		return nil // the database tells whether that matters
	}
	v := p.Version
	if o.lookup != nil {
		_, v = o.lookup.Of(p)
	}
	return o.scheme.Check(v)
}

// merge adds hit h for the vulnerability id of p to list, whose elements from
// first on belong to p.
func merge(list []Affected, first int, scheme version.Scheme, p *Package, id string, h Hit) []Affected {
	i := slices.IndexFunc(list[first:], func(a Affected) bool { return a.ID == id })
	if i < 0 {
		return append(list, Affected{
			Package: p, ID: id, Advisories: append([]string{h.Advisory}, h.VendorIDs...),
			Status: h.Status, FixedVersion: h.Fixed, Severity: h.Severity, SeveritySource: h.SeveritySource,
		})
	}
	a := &list[first+i]
	if h.Severity > a.Severity {
		a.Severity, a.SeveritySource = h.Severity, h.SeveritySource
	}
	known := slices.Index(a.Advisories, h.Advisory)
	switch {
	case h.Fixed != "" && (a.FixedVersion == "" || scheme.Compare(h.Fixed, a.FixedVersion) > 0):
		a.FixedVersion, a.Status = h.Fixed, h.Status
		if known >= 0 {
			a.Advisories = slices.Delete(a.Advisories, known, known+1)
		}
		a.Advisories = slices.Insert(a.Advisories, 0, h.Advisory)
	case known < 0:
		a.Advisories = append(a.Advisories, h.Advisory)
	}
	for _, id := range h.VendorIDs {
		if !slices.Contains(a.Advisories, id) {
			a.Advisories = append(a.Advisories, id)
		}
	}
	return list
}
