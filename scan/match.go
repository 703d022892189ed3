package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// keeps reports whether f keeps v. It asks nothing of v.Advisory.
func (f Filter) keeps(v Vulnerability) bool {
	if f.IgnoreUnfixed && v.Fixed == "" {
		return false
	}
	return f.Severities == nil || slices.Contains(f.Severities, v.Severity)
}

// Advisories is the matcher that asks db for each package, as [Judge] runs it
// first when Options.Database is set. It reads the advisories of what filter
// keeps, and of nothing else.
func Advisories(db vuln.Database, filter Filter) Matcher {
	return &advisories{db, filter}
}

type advisories struct {
	db     vuln.Database
	filter Filter
}

func (m *advisories) Name() string { return "advisories" }

func (m *advisories) Match(ctx context.Context, inv *artifact.Inventory) (Results, error) {
	if len(inv.Components) == 0 {
		return Results{}, nil // which is a problem of the inventory already
	}
	if inv.OS == nil {
		return unmatched(ErrNoOS), nil
	}
	ecosystem, err := inv.OS.Ecosystem()
	if err != nil {
		return unmatched(err), nil
	}
	if p, ok := m.db.(vuln.Preparer); ok {
		if err := p.Prepare(ctx, []vuln.Ecosystem{ecosystem}); err != nil {
			return unmatched(fmt.Errorf("prepare database for %s: %w", ecosystem, err)), ctx.Err()
		}
	}
	packages := make([]*vuln.Package, len(inv.Components))
	components := make(map[*vuln.Package]*artifact.Component, len(inv.Components))
	for i := range inv.Components {
		c := &inv.Components[i]
		packages[i], components[&c.Package] = &c.Package, c
	}
	found, err := vuln.Match(ctx, m.db, *inv.OS, packages)
	if err != nil {
		if ctx.Err() != nil {
			return Results{}, ctx.Err()
		}
		return unmatched(err), nil
	}

	res := Results{Problems: unjudged(inv, found.Unjudged, components)}
	if n := m.db.Info().Unread; n > 0 {
		res.Problems = append(res.Problems, artifact.Problem{
			Stage: artifact.StageMatch, Hides: artifact.HidesSome,
			Err: fmt.Errorf("the database lacks %d %s that could not be read when it was built", n, plural(n, "advisory", "advisories")),
		})
	}
	for _, a := range found.Affected {
		v := Vulnerability{
			Component: components[a.Package], ID: a.ID, Advisories: a.Advisories,
			Status: a.Status, Fixed: a.FixedVersion, Severity: a.Severity,
		}
		if m.filter.keeps(v) {
			res.Vulnerabilities = append(res.Vulnerabilities, v)
		}
	}
	problems, err := m.describe(ctx, res.Vulnerabilities)
	res.Problems = append(res.Problems, problems...)
	return res, err
}

// describe reads the deciding advisory of each of list, once each.
func (m *advisories) describe(ctx context.Context, list []Vulnerability) ([]artifact.Problem, error) {
	var problems []artifact.Problem
	read := make(map[string]*vuln.Advisory)
	for i := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		id := list[i].Advisories[0]
		if _, ok := read[id]; !ok {
			read[id] = nil
			a, err := m.db.Details(ctx, id)
			if err == nil {
				read[id] = &a
			} else {
				problems = append(problems, artifact.Problem{
					Stage: artifact.StageMatch, Path: id, Err: fmt.Errorf("read advisory: %w", err),
				})
			}
		}
		list[i].Advisory = read[id]
	}
	return problems, nil
}

// unmatched says why nothing could be matched.
func unmatched(err error) Results {
	return Results{Problems: []artifact.Problem{{Stage: artifact.StageMatch, Err: err, Hides: artifact.HidesAll}}}
}

// unjudged makes a problem of each package that could not be judged, but one of
// all those that nothing is known for, for one reason.
func unjudged(inv *artifact.Inventory, list []vuln.Unjudged, components map[*vuln.Package]*artifact.Component) []artifact.Problem {
	var problems []artifact.Problem
	unknown := make(map[string]int)
	for _, u := range list {
		if errors.Is(u.Err, vuln.ErrNoAdvisories) {
			unknown[u.Err.Error()]++
		}
	}
	for _, u := range list {
		p := artifact.Problem{Stage: artifact.StageMatch, Err: u.Err, Hides: artifact.HidesSome}
		if n := unknown[u.Err.Error()]; n > 0 {
			delete(unknown, u.Err.Error())
			p.Err = fmt.Errorf("%d %s not matched: %w", n, plural(n, "package", "packages"), u.Err)
			if n == len(inv.Components) {
				p.Hides = artifact.HidesAll
			}
		} else if errors.Is(u.Err, vuln.ErrNoAdvisories) {
			continue // counted before
		} else {
			p.Path = u.Package.Name + "@" + u.Package.Version
			p.Layer = inv.Layers[components[u.Package].Layer].DiffID
			if u.Advisory != "" {
				p.Err = fmt.Errorf("advisory %s: %w", u.Advisory, u.Err)
			}
		}
		problems = append(problems, p)
	}
	return problems
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
