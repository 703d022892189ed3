// Package verify checks a built database against comparators that are not ours.
//
// A database keeps the bounds of affected ranges as keys whose bytes are in
// order. Whether they are, for the versions that a database really holds, is
// judged here by go-deb-version, go-rpm-version and Masterminds/semver, which
// parse both sides of each comparison.
package verify

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/plimsoll-go/plimsoll/vuln/osv"
	"github.com/plimsoll-go/plimsoll/vuln/store"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// Options are the options of [Database]. The zero value is right for most.
type Options struct {
	// Seed varies the versions that are tried around the bounds.
	Seed uint64
	// Neighbours is how many are tried around each bound; 0: 6.
	Neighbours int
	// Limit is how many disagreements of an ecosystem are kept; 0: 100. They are
	// counted beyond it.
	Limit int
	// Workers is the number of intervals judged at a time; 0: GOMAXPROCS. It
	// cannot change the result.
	Workers int
}

// A Result is what was found, by ecosystem without its release, sorted.
type Result struct {
	Ecosystems []Ecosystem
}

// OK reports whether nobody disagrees.
func (r Result) OK() bool {
	return !slices.ContainsFunc(r.Ecosystems, func(e Ecosystem) bool { return e.Disagree > 0 })
}

// An Ecosystem is what was found of one.
type Ecosystem struct {
	Name string
	// Comparator judged it, as a module and its version order; "" where there is
	// none: keys were held against their spelling and each other alone.
	Comparator string
	Rows       int
	Intervals  int
	// Judged counts the comparisons of a version with an interval by both.
	Judged int
	// Faults are known faults of the comparator that explain differences.
	Faults   []Fault
	Disagree int // what nothing explains
	// Disagreements are the first of them, in the order of the database.
	Disagreements []Disagreement
}

// A Fault is a class of versions that a comparator is known to judge wrongly.
type Fault struct {
	Name     string
	Evidence string // what says so
	Count    int    // differences that it explains
}

// A Disagreement is an interval on which the database and a check differ.
type Disagreement struct {
	Ecosystem, Package, Advisory string
	Lower, Upper                 string // as they are spelled; "" is no bound
	Version                      string // that was tried; "" of the interval itself
	Cause                        string
}

// String is one line for people.
func (d Disagreement) String() string {
	s := fmt.Sprintf("%s of %s %s, from %q to %q: ", d.Advisory, d.Ecosystem, d.Package, d.Lower, d.Upper)
	if d.Version != "" {
		s += d.Version + " "
	}
	return s + d.Cause
}

// Rows is a database; [store.DB] is one.
type Rows interface {
	Rows(ctx context.Context, yield func(*store.Row) bool) error
}

// Database judges every interval of db: that its keys are those of its spelled
// bounds, that the intervals of a row are in order and apart, that its lower
// bound is not above its upper one, and that the database and the comparator
// agree whether the bounds and versions near them are in it. Intervals with the
// same bounds are judged once and counted each time.
func Database(ctx context.Context, db Rows, opts Options) (Result, error) {
	if opts.Neighbours <= 0 {
		opts.Neighbours = 6
	}
	if opts.Limit <= 0 {
		opts.Limit = 100
	}
	c := &collection{index: make(map[string]int), ecosystems: make(map[string]*Ecosystem)}
	if err := db.Rows(ctx, c.add); err != nil {
		return Result{}, fmt.Errorf("verify database: %w", err)
	}
	workers := opts.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	verdicts := make([]verdict, len(c.jobs))
	g, ctx := errgroup.WithContext(ctx)
	for w := range workers {
		g.Go(func() error {
			for i := w; i < len(c.jobs); i += workers {
				if err := ctx.Err(); err != nil {
					return err
				}
				verdicts[i] = c.jobs[i].judge(opts)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Result{}, fmt.Errorf("verify database: %w", err)
	}
	return c.result(verdicts, opts.Limit), nil
}

// A job is an interval to judge, with the row that has it first.
type job struct {
	ecosystem string // without its release
	scheme    version.Scheme
	interval  osv.Interval
	first     Disagreement
	count     int
}

// A collection is all that is to be judged.
type collection struct {
	jobs       []job
	index      map[string]int // of jobs
	ecosystems map[string]*Ecosystem
	inRows     []Disagreement // about the order in a row
}

// add takes the intervals of r.
func (c *collection) add(r *store.Row) bool {
	base := r.Ecosystem.Base()
	e := c.ecosystems[base]
	if e == nil {
		e = &Ecosystem{Name: base}
		c.ecosystems[base] = e
	}
	e.Rows++
	scheme, err := r.Scheme()
	where := Disagreement{Ecosystem: string(r.Ecosystem), Package: r.Package, Advisory: r.Advisory}
	if err != nil {
		where.Cause = err.Error()
		c.inRows = append(c.inRows, where)
		return true
	}
	for _, list := range []struct {
		scheme    version.Scheme
		intervals []osv.Interval
	}{{scheme, r.Intervals}, {version.Semver, r.SemVer}} {
		for i, interval := range list.intervals {
			e.Intervals++
			where.Lower, where.Upper = interval.LowerText, interval.UpperText
			if i > 0 && !apart(&list.intervals[i-1], &interval) {
				d := where
				d.Cause = "begins before the interval before it ends"
				c.inRows = append(c.inRows, d)
			}
			c.job(base, list.scheme, interval, where)
		}
	}
	return true
}

// apart reports whether b begins after a has ended.
func apart(a, b *osv.Interval) bool {
	return a.Upper != nil && b.Lower != nil && string(a.Upper) <= string(b.Lower)
}

func (c *collection) job(base string, scheme version.Scheme, i osv.Interval, where Disagreement) {
	key := fmt.Sprintf("%s\x00%s\x00%x\x00%x\x00%s\x00%s\x00%t%t", base, scheme, i.Lower, i.Upper, i.LowerText, i.UpperText, i.UpperInclusive, i.AnyRelease)
	if at, ok := c.index[key]; ok {
		c.jobs[at].count++
		return
	}
	c.index[key] = len(c.jobs)
	c.jobs = append(c.jobs, job{ecosystem: base, scheme: scheme, interval: i, first: where, count: 1})
}

// result adds up the verdicts.
func (c *collection) result(verdicts []verdict, limit int) Result {
	disagree := func(base string, d Disagreement, count int) {
		e := c.ecosystems[base]
		e.Disagree += count
		if len(e.Disagreements) < limit {
			e.Disagreements = append(e.Disagreements, d)
		}
	}
	for _, d := range c.inRows {
		base, _, _ := strings.Cut(d.Ecosystem, ":")
		disagree(base, d, 1)
	}
	faults := make(map[string]map[string]*Fault)
	for i, v := range verdicts {
		j := &c.jobs[i]
		e := c.ecosystems[j.ecosystem]
		if v.comparator != "" && e.Comparator == "" {
			e.Comparator = v.comparator
		}
		e.Judged += v.judged * j.count
		for _, f := range v.faults {
			if faults[j.ecosystem] == nil {
				faults[j.ecosystem] = make(map[string]*Fault)
			}
			known := faults[j.ecosystem][f.name]
			if known == nil {
				known = &Fault{Name: f.name, Evidence: f.evidence}
				faults[j.ecosystem][f.name] = known
			}
			known.Count += j.count
		}
		for _, d := range v.disagreements {
			disagree(j.ecosystem, d, j.count)
		}
	}
	var res Result
	for base, e := range c.ecosystems {
		for _, f := range faults[base] {
			e.Faults = append(e.Faults, *f)
		}
		slices.SortFunc(e.Faults, func(a, b Fault) int { return strings.Compare(a.Name, b.Name) })
		res.Ecosystems = append(res.Ecosystems, *e)
	}
	slices.SortFunc(res.Ecosystems, func(a, b Ecosystem) int { return strings.Compare(a.Name, b.Name) })
	return res
}
