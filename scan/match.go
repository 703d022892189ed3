package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// keeps reports whether f keeps v. It asks nothing of v.Advisory.
func (f Filter) keeps(v Vulnerability) bool {
	if f.IgnoreUnfixed && v.Fixed == "" {
		return false
	}
	if slices.Contains(f.IgnoreStatuses, v.Status) {
		return false
	}
	return f.Severities == nil || slices.Contains(f.Severities, v.Severity)
}

// Advisories is the matcher that asks db for each package, as [Judge] runs it
// first when Options.Database is set. It reads the advisories of what filter
// keeps, and of nothing else.
//
// Severities are those of the first of sources, spelled as in
// vuln.Rating.Source, that rates a vulnerability; without one they are unknown.
// That reads the advisories of all vulnerabilities. "auto", which is meant
// where there are no sources, takes the first of these:
//
//  1. the severity that the deciding advisories give the package: the
//     distribution's own word before a vector, the worst of several
//  2. the rating of the highest CVSS version that db, a [vuln.Enricher], knows
//     of the CVE, "nvd" before others
func Advisories(db vuln.Database, filter Filter, sources ...string) Matcher {
	return &advisories{db: db, filter: filter, sources: sources}
}

type advisories struct {
	db      vuln.Database
	filter  Filter
	sources []string
}

func (m *advisories) Name() string { return "advisories" }

func (m *advisories) Match(ctx context.Context, inv *artifact.Inventory) (Results, error) {
	if len(inv.Components) == 0 {
		return Results{}, nil // which is a problem of the inventory already
	}
	packages := make([]*vuln.Package, 0, len(inv.Components))
	components := make(map[*vuln.Package]*artifact.Component, len(inv.Components))
	noOS := 0
	var os vuln.OS
	if inv.OS != nil {
		os = *inv.OS
	}
	for i := range inv.Components {
		c := &inv.Components[i]
		if c.Type.System() && inv.OS == nil {
			noOS++
			continue
		}
		packages = append(packages, &c.Package)
		components[&c.Package] = c
	}
	if len(packages) == 0 {
		return unmatched(ErrNoOS), nil
	}

	var res Results
	if p, ok := m.db.(vuln.Preparer); ok {
		// What it has is asked all the same.
		if err := p.Prepare(ctx, ecosystems(os, packages)); err != nil {
			if ctx.Err() != nil {
				return Results{}, ctx.Err()
			}
			res.Problems = append(res.Problems, artifact.Problem{
				Stage: artifact.StageMatch, Err: fmt.Errorf("prepare database: %w", err), Hides: artifact.HidesSome,
			})
		}
	}
	found, err := vuln.Match(ctx, m.db, os, packages)
	if err != nil {
		if ctx.Err() != nil {
			return Results{}, ctx.Err()
		}
		return unmatched(err), nil
	}
	res.Problems = append(res.Problems, unjudged(inv, found.Unjudged, components)...)
	if noOS > 0 {
		res.Problems = append(res.Problems, artifact.Problem{Stage: artifact.StageMatch, Err: ErrNoOS, Hides: artifact.HidesSome})
	}
	if n := m.db.Info().Unread; n > 0 {
		res.Problems = append(res.Problems, artifact.Problem{
			Stage: artifact.StageMatch, Hides: artifact.HidesSome,
			Err: fmt.Errorf("the database lacks %d %s that could not be read when it was built", n, plural(n, "advisory", "advisories")),
		})
	}
	d := &describer{db: m.db, read: make(map[string]*vuln.Advisory), known: make(map[string]vuln.Enrichment)}
	for _, a := range found.Affected {
		if err := ctx.Err(); err != nil {
			return Results{}, err
		}
		v := Vulnerability{
			Component: components[a.Package], ID: a.ID, Advisories: a.Advisories,
			Status: a.Status, Fixed: a.FixedVersion, Severity: a.Severity, SeveritySource: a.SeveritySource,
			Enrichment: d.enrich(ctx, a.ID),
		}
		v.Severity, v.SeveritySource = m.severity(ctx, d, &v)
		if m.filter.keeps(v) {
			v.Advisory = d.describe(ctx, a.Advisories[0])
			res.Vulnerabilities = append(res.Vulnerabilities, v)
		}
	}
	res.Problems = append(res.Problems, d.problems...)
	return res, ctx.Err()
}

// ecosystems are those that packages installed on os are looked up in, sorted.
func ecosystems(os vuln.OS, packages []*vuln.Package) []vuln.Ecosystem {
	var list []vuln.Ecosystem
	seen := make(map[vuln.PackageType]bool)
	for _, p := range packages {
		if seen[p.Type] {
			continue
		}
		seen[p.Type] = true
		if lookup, err := vuln.LookupOf(os, p.Type); err == nil {
			list = append(list, lookup.Ecosystems...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// unmatched says why nothing could be matched.
func unmatched(err error) Results {
	return Results{Problems: []artifact.Problem{{Stage: artifact.StageMatch, Err: err, Hides: artifact.HidesAll}}}
}

// unjudged makes a problem of each package that could not be judged, but one of
// all those that nothing is known for, for one reason, and one of the same package
// in several places.
func unjudged(inv *artifact.Inventory, list []vuln.Unjudged, components map[*vuln.Package]*artifact.Component) []artifact.Problem {
	unknown := make(map[string][]*vuln.Package)
	for _, u := range list {
		if errors.Is(u.Err, vuln.ErrNoAdvisories) {
			unknown[u.Err.Error()] = append(unknown[u.Err.Error()], u.Package)
		}
	}
	type key struct {
		path, text string
		layer      artifact.DiffID
	}
	var problems []artifact.Problem
	places := make(map[key]int)
	for _, u := range list {
		p := artifact.Problem{Stage: artifact.StageMatch, Err: u.Err, Hides: artifact.HidesSome}
		if packages := unknown[u.Err.Error()]; len(packages) > 0 {
			delete(unknown, u.Err.Error())
			p.Err = unknownError(packages, u.Err)
			if len(packages) == len(inv.Components) {
				p.Hides = artifact.HidesAll
			}
		} else if errors.Is(u.Err, vuln.ErrNoAdvisories) {
			continue // counted before
		} else {
			p.Path = u.Package.Name + "@" + u.Package.Version
			if l := components[u.Package].Layer; l >= 0 && l < len(inv.Layers) {
				p.Layer = inv.Layers[l].DiffID
			}
			if u.Advisory != "" {
				p.Err = fmt.Errorf("advisory %s: %w", u.Advisory, u.Err)
			}
		}
		k := key{p.Path, p.Err.Error(), p.Layer}
		if places[k]++; places[k] == 1 {
			problems = append(problems, p)
		}
	}
	for i := range problems {
		p := &problems[i]
		if n := places[key{p.Path, p.Err.Error(), p.Layer}]; n > 1 {
			p.Err = fmt.Errorf("%w, in %d places", p.Err, n)
		}
	}
	return problems
}

// unknownError says how many packages nothing is known for, and names those that
// the distribution did not build: they are few, and somebody else's.
func unknownError(packages []*vuln.Package, err error) error {
	n := len(packages)
	text := fmt.Sprintf("%d %s not matched", n, plural(n, "package", "packages"))
	if packages[0].ThirdParty {
		var names []string
		for _, p := range packages {
			names = append(names, p.Name)
		}
		slices.Sort(names)
		text += " (" + listed(slices.Compact(names)) + ")"
	}
	return fmt.Errorf("%s: %w", text, err)
}

// listed is names, the first of them if they are many.
func listed(names []string) string {
	more := ""
	if n := len(names) - maxNames; n > 0 {
		names, more = names[:maxNames], fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(names, ", ") + more
}

func sortVulnerabilities(list []Vulnerability) {
	slices.SortStableFunc(list, func(a, b Vulnerability) int {
		return cmp.Or(
			cmp.Compare(a.Component.Name, b.Component.Name),
			cmp.Compare(a.Component.Version, b.Component.Version),
			cmp.Compare(b.Severity, a.Severity),
			cmp.Compare(a.ID, b.ID),
			cmp.Compare(a.Component.Arch, b.Component.Arch),
			cmp.Compare(a.Component.Path, b.Component.Path),
		)
	})
}
