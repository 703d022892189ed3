package score

import (
	"context"
	"slices"
	"sync"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// A lintFound is what the lint rules of custom rules say of an object.
type lintFound struct {
	ran      map[string]bool    // rules that looked at the object
	places   map[string][]Place // by rule
	problems []lint.Problem
}

func (f *lintFound) has(r *Rule) bool { return f != nil && f.ran[r.ID] }

// custom runs the custom rules, each over the objects of its kinds.
func (s *scorer) custom(objects []*manifest.Object) map[*manifest.Object]*lintFound {
	var mu sync.Mutex
	found := make(map[*manifest.Object]*lintFound)
	var rules []*lint.Rule
	for i := range s.rules {
		if s.rules[i].Lint == nil {
			continue
		}
		rule := *s.rules[i].Lint
		run := rule.Run
		rule.Run = func(p *lint.Pass) error {
			f := found[p.Object]
			if f == nil {
				return nil
			}
			mu.Lock()
			f.ran[rule.Name] = true
			mu.Unlock()
			return run(p)
		}
		rules = append(rules, &rule)
	}
	if len(rules) == 0 {
		return nil
	}
	byPath := make(map[string][]*manifest.Object)
	for _, o := range objects {
		if o.Node == nil {
			continue
		}
		found[o] = &lintFound{ran: make(map[string]bool), places: make(map[string][]Place)}
		byPath[o.File().Path] = append(byPath[o.File().Path], o)
	}
	result, err := lint.Run(context.Background(), objects, rules, lint.Options{Compat: s.opts.Compat, Values: s.opts.Values})
	if err != nil { // a rule that Custom did not make
		for o, f := range found {
			f.problems = []lint.Problem{{Object: lint.Ref(o), Position: o.Position(), Err: err}}
		}
		return found
	}
	for _, d := range result.Diagnostics {
		for _, o := range byPath[d.Span.Start.Path] {
			if span := o.Node.Span(); d.Span.Start.Offset >= span.Start.Offset && d.Span.Start.Offset <= span.End.Offset && lint.Ref(o) == d.Object {
				found[o].places[d.Rule] = append(found[o].places[d.Rule], placeOf(o, d))
				break
			}
		}
	}
	for _, p := range result.Problems {
		for o, f := range found {
			if lint.Ref(o) == p.Object && o.File().Path == p.Position.Path {
				f.problems = append(f.problems, p)
			}
		}
	}
	return found
}

// placeOf is where a diagnostic of an object stands.
func placeOf(o *manifest.Object, d lint.Diagnostic) Place {
	p := Place{Node: nodeAt(o.Node, d.Span.Start.Offset), Message: d.Message}
	if i := slices.IndexFunc(d.Fixes, func(f lint.Fix) bool { return f.Refused == nil }); i >= 0 {
		p.fix = &d.Fixes[i]
	}
	if pod := o.Pod(); pod != nil {
		for c := range pod.AllContainers() {
			if span := c.Node.Span(); span.Start.Offset <= d.Span.Start.Offset && d.Span.Start.Offset < span.End.Offset {
				p.Container = c.Name.Value
			}
		}
	}
	return p
}

// nodeAt is the innermost value that an offset is in, or whose key it is in.
func nodeAt(n *manifest.Node, offset int) *manifest.Node {
	for {
		next := (*manifest.Node)(nil)
		for key, value := range n.Pairs() {
			if key.Span().Start.Offset <= offset && offset < value.Span().End.Offset {
				next = value
			}
		}
		for item := range n.Items() {
			if span := item.Span(); span.Start.Offset <= offset && offset < span.End.Offset {
				next = item
			}
		}
		if next == nil {
			return n
		}
		n = next
	}
}

func (f *lintFound) failed() []lint.Problem {
	if f == nil {
		return nil
	}
	return f.problems
}
