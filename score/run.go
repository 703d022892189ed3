package score

import (
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// Run scores objects, a result for each in their order. In compat mode, as in Kubesec,
// the items of a list are not scored: a list is one object of a kind that no rule is
// for.
func Run(objects []*manifest.Object, opts Options) []Result {
	s := newScorer(opts)
	found := s.custom(objects)
	results := make([]Result, 0, len(objects))
	for i := 0; i < len(objects); i++ {
		o := objects[i]
		switch {
		case o.Node == nil, o.Compose() != nil: // a Dockerfile, or a Compose file
			results = append(results, Result{Object: o, Name: nameOf(o), File: o.File().Path, Threshold: opts.MinScore})
		case !opts.Compat:
			results = append(results, s.score(o, found[o]))
		case o.List == nil:
			results = append(results, s.compat(o, newDocument(o.Node), found[o]))
		default:
			d := o.Node.Document()
			for i+1 < len(objects) && objects[i+1].Node != nil && objects[i+1].Node.Document() == d {
				i++
			}
			results = append(results, s.compat(o, newDocument(d.Root), nil))
		}
	}
	return results
}

// A scorer scores one object after the other.
type scorer struct {
	opts   Options
	rules  []Rule // in Kubesec's order
	target target
	marks  []mark  // of one object, by rule
	places []Place // of one object, by rule
}

// A mark is how an object did by a rule.
type mark struct {
	list       list
	start, end int // of its places
}

// A list is one that an item stands in.
type list uint8

const (
	none list = iota
	critical
	passed
	advise
)

func newScorer(opts Options) *scorer {
	rules := opts.Rules
	if rules == nil {
		rules = builtin()
	}
	rules = slices.Clone(rules)
	slices.SortFunc(rules, byPoints)
	rules = slices.CompactFunc(rules, func(a, b Rule) bool { return a.ID == b.ID })
	return &scorer{opts: opts, rules: rules, marks: make([]mark, len(rules))}
}

// ErrNoContainers is matched by [Result.Err] of a workload without containers.
var ErrNoContainers = errors.New("a pod needs at least one container")

// score is the answer of the default mode.
func (s *scorer) score(o *manifest.Object, found *lintFound) Result {
	r := Result{Object: o, Name: nameOf(o), File: o.File().Path, Threshold: s.opts.MinScore, values: s.opts.Values}
	switch {
	case s.opts.Validate != nil:
		r.Err = s.opts.Validate(o)
	case len(o.Mismatches) > 0:
		r.Err = o.Mismatches[0]
	}
	if r.Err != nil {
		return r
	}
	t := &s.target
	if t.load(o); t.pod != nil && len(t.containers) == 0 {
		r.Err = manifest.Problem{Position: t.first(nil).Position(), Object: o, Err: ErrNoContainers}
		return r
	}
	t.places = s.places[:0]
	for i := range s.rules {
		rule := &s.rules[i]
		m := &s.marks[i]
		*m = mark{start: len(t.places), end: len(t.places)}
		switch {
		case rule.Lint != nil:
			if !found.has(rule) {
				continue
			}
			t.places = append(t.places, found.places[rule.ID]...)
		case !t.in(rule) || rule.linux && t.windows:
			continue
		default:
			t.rule = i
			rule.check(t)
		}
		m.end = len(t.places)
		m.list = listOf(rule, m.end == m.start)
		r.Supported = true
		r.Max += max(rule.Points, 0)
	}
	s.places = t.places
	s.fill(&r)
	r.Problems = found.failed()
	r.Containers = s.containerScores(r.Score)
	return r
}

// listOf is where a rule's item stands, given whether all is well.
func listOf(rule *Rule, well bool) list {
	switch {
	case rule.Points < 0 && !well:
		return critical
	case rule.Points < 0:
		return none
	case well:
		return passed
	}
	return advise
}

// fill makes the items of what is marked, and adds the points.
func (s *scorer) fill(r *Result) {
	var n [advise + 1]int
	for _, m := range s.marks {
		n[m.list]++
	}
	items := make([]Item, n[critical]+n[passed]+n[advise])
	places := slices.Clone(s.places)
	r.Critical, items = items[:0:n[critical]], items[n[critical]:]
	r.Passed, r.Advise = items[:0:n[passed]], items[n[passed]:][:0]
	for i, m := range s.marks {
		item := Item{&s.rules[i], places[m.start:m.end:m.end]}
		switch m.list {
		case critical:
			r.Critical = append(r.Critical, item)
			r.Score += item.Points
		case passed:
			r.Passed = append(r.Passed, item)
			r.Score += item.Points
		case advise:
			r.Advise = append(r.Advise, item)
		}
	}
}

// containerScores are what the object, which has a score, would have with one of its
// containers.
func (s *scorer) containerScores(score int) []ContainerScore {
	t := &s.target
	if t.pod == nil || len(t.containers) == 0 {
		return nil
	}
	list := make([]ContainerScore, len(t.containers))
	for i, c := range t.containers {
		own := score
		for n := range s.rules {
			m := s.marks[n]
			if s.rules[n].Lint != nil || s.rules[n].scope != containers || m.list == none || m.start == m.end {
				continue
			}
			if t.weak[i]&(1<<n) == 0 {
				if p := s.rules[n].Points; p < 0 {
					own -= p
				} else {
					own += p
				}
			}
		}
		list[i] = ContainerScore{c.Name.Value, c.Kind, own}
	}
	return list
}

// compat is Kubesec's answer. The object is nil where the document is none.
func (s *scorer) compat(o *manifest.Object, d *document, found *lintFound) Result {
	r := Result{Object: o, Name: d.name(printed), Threshold: s.opts.MinScore, values: s.opts.Values}
	if o != nil {
		r.File = o.File().Path
		if s.opts.Validate != nil {
			r.Err = s.opts.Validate(o)
		}
	}
	if r.Err == nil {
		r.Err = d.crash()
	}
	if r.Err != nil {
		return r
	}
	if o != nil {
		s.target.load(o)
	}
	s.places = s.places[:0]
	for i := range s.rules {
		rule := &s.rules[i]
		m := &s.marks[i]
		*m = mark{start: len(s.places), end: len(s.places)}
		well := false
		var at *manifest.Node
		switch {
		case rule.Lint != nil:
			if !found.has(rule) {
				continue
			}
			s.places = append(s.places, found.places[rule.ID]...)
			well = len(s.places) == m.start
		case d.kindless: // each rule is for it, and finds nothing
			if well = rule.Points < 0; !well {
				s.places = append(s.places, Place{Node: d.root})
			}
		case !slices.Contains(rule.Kinds, d.kind):
			continue
		default:
			var hit bool
			at, hit = rule.compat(d)
			well = hit == (rule.Points > 0)
			if !well {
				s.locate(rule, o, d, at)
			}
		}
		m.end = len(s.places)
		m.list = listOf(rule, well)
		r.Supported = true
		r.Max += max(rule.Points, 0)
	}
	s.fill(&r)
	r.Problems = found.failed()
	return r
}

// locate adds the places where something is wrong: those of the default mode, or else
// where the predicate was fulfilled.
func (s *scorer) locate(rule *Rule, o *manifest.Object, d *document, at *manifest.Node) {
	t := &s.target
	if o != nil && t.in(rule) {
		n := len(s.places)
		t.places, t.rule = s.places, 0
		rule.check(t)
		s.places = t.places
		if len(s.places) > n {
			return
		}
	}
	if at == nil {
		at = d.root
	}
	s.places = append(s.places, Place{Node: at})
}

// crash is an error where Kubesec panics: at a truth value of another type.
func (d *document) crash() error {
	if !slices.Contains(workloadKinds(), d.kind) {
		return nil
	}
	for _, field := range [...]string{"hostNetwork", "hostPID", "hostIPC"} {
		n := d.spec.Get(field)
		if n.Exists() && n.Kind() != manifest.Bool {
			return manifest.Problem{Position: n.Position(), Err: fmt.Errorf("%s: want a truth value, got a %s: %w", n.Path(), n.Kind(), manifest.ErrType)}
		}
	}
	return nil
}
