package lint

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// Options say how to run rules. The zero value is a default to start with.
type Options struct {
	// Compat asks for KubeLinter's answers where they are wrong too.
	Compat bool
	// OneContext makes all objects one context, whatever directory they are from.
	OneContext bool
	// Kubernetes is the version that the objects are for, "1.34"; empty: today's.
	Kubernetes string
	// Values are what fixes need and no rule can know.
	Values Values
	// Suppress keeps diagnostics of some objects from being reported.
	Suppress []Suppression
	// RequireReason makes a suppression without a reason a Problem. It suppresses
	// nevertheless. Annotations have no reasons in compat mode.
	RequireReason bool
	// Baseline holds what is known already, and is not to be reported again.
	Baseline *Baseline
	// Now is the time by which suppressions expire; zero: none does.
	Now time.Time
	// Workers is how many objects are looked at at a time; 0: as many as
	// processors. It does not change the result.
	Workers int
}

// Values are what fixes need and no rule can know. Where a field is empty there is
// no fix.
type Values struct {
	CPURequest, CPULimit       string // "100m"
	MemoryRequest, MemoryLimit string // "128Mi"
	ServiceAccount             string
	RunAsUser, RunAsGroup      int64
	Storage                    string // of a volume claim
}

// A Result is what a run found.
type Result struct {
	// Diagnostics are in the order of contexts by name, then objects as they were
	// given, then rules by name, then as the rule reported them.
	Diagnostics []Diagnostic
	// Suppressed are the diagnostics that an annotation, a comment, the
	// configuration or the baseline suppresses, in the same order; those of the
	// baseline stand last.
	Suppressed []Suppressed
	// Unused are the suppressions that suppressed nothing, sorted by position. There
	// are none in compat mode.
	Unused []Unused
	// Fixed are the entries of the baseline that nothing was found for, of the rules
	// that ran, in the order of [Baseline.Known]. What is in files that were not read
	// looks so too.
	Fixed []KnownCount
	// Problems are what could not be judged, beside what package manifest could not
	// read, then suppressions that have expired or
	// cannot be read. The latter suppress nothing.
	Problems []Problem
}

// A Problem is a rule that failed, an object that could not be judged, or a
// mistake in a configuration or a comment.
type Problem struct {
	Rule     string // empty where it is no rule's
	Object   ObjectRef
	Position manifest.Position
	Err      error
}

// Error is "path:line:column: object: rule: cause", as far as these are known.
func (p Problem) Error() string {
	text := ""
	if p.Position != (manifest.Position{}) {
		text = p.Position.String() + ": "
	}
	if p.Object.Kind != "" {
		text += p.Object.String() + ": "
	}
	if p.Rule != "" {
		text += "rule " + p.Rule + ": "
	}
	return text + p.Err.Error()
}

// Unwrap returns the cause.
func (p Problem) Unwrap() error { return p.Err }

// Run runs rules over objects. What the rules find is no error; an error means
// that a rule is not valid, see [Validate], or that ctx was cancelled.
//
// Of what one rule reports of one object 10,000 diagnostics are listed. More are a
// Problem that matches [manifest.ErrLimit].
func Run(ctx context.Context, objects []*manifest.Object, rules []*Rule, opts Options) (*Result, error) {
	if err := Validate(rules...); err != nil {
		return nil, fmt.Errorf("lint: %w", err)
	}
	e := engine{opts: &opts, rules: compile(rules, opts.Compat)}
	result := new(Result)
	var jobs []job
	for _, c := range contexts(objects, opts, result) {
		for _, o := range c.Objects {
			jobs = append(jobs, job{c, o})
		}
	}
	found := make([]Result, len(jobs))
	if err := e.run(ctx, jobs, found); err != nil {
		return nil, err
	}
	suppress := newSuppressor(&opts, e.rules, objects)
	total := 0
	for _, r := range found {
		total += len(r.Diagnostics)
	}
	result.Diagnostics = slices.Grow(result.Diagnostics, total)
	for i, r := range found {
		suppress.apply(&r, jobs[i].object)
		result.Diagnostics = append(result.Diagnostics, r.Diagnostics...)
		result.Suppressed = append(result.Suppressed, r.Suppressed...)
		result.Problems = append(result.Problems, r.Problems...)
	}
	suppress.report(result)
	opts.Baseline.apply(result, e.rules)
	return result, nil
}

// contexts puts each object in its context.
func contexts(objects []*manifest.Object, opts Options, result *Result) []*Context {
	if opts.Compat {
		objects = slices.DeleteFunc(slices.Clone(objects), func(o *manifest.Object) bool {
			err := undecodable(o)
			if err != nil {
				result.Problems = append(result.Problems, Problem{Object: Ref(o), Position: o.Position(), Err: err})
			}
			return err != nil
		})
	}
	byName := make(map[string][]*manifest.Object)
	for _, o := range objects {
		name := o.Context
		if opts.OneContext {
			name = ""
		}
		byName[name] = append(byName[name], o)
	}
	var list []*Context
	for name, objects := range byName {
		list = append(list, newContext(name, objects, opts.Compat))
	}
	slices.SortFunc(list, func(a, b *Context) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// undecodable says why KubeLinter drops o, nil where it does not: a field is of
// another type, o is of a Compose file, it is a list, or it is in one that cannot be
// decoded as a whole. An object with a value that cannot be parsed is one of an
// unknown kind for it.
func undecodable(o *manifest.Object) error {
	if o.Compose() != nil {
		return fmt.Errorf("%w: a Compose file is none in compat mode", manifest.ErrNotObject)
	}
	if errors.Is(o.Undecodable, manifest.ErrType) || errors.Is(o.Undecodable, manifest.ErrNotObject) {
		return o.Undecodable
	}
	if items := o.Get("items"); !typed(o) && items.Exists() {
		return fmt.Errorf("%w: what has items is a list in compat mode", manifest.ErrNotObject)
	}
	for l := o.List; l != nil; l = l.Outer {
		if l.Kind != "List" || l.Outer != nil {
			return fmt.Errorf("%w: an item of a %s is not read in compat mode", manifest.ErrNotObject, l.Kind)
		}
		if l.Other {
			return fmt.Errorf("%w: the list holds something else", manifest.ErrNotObject)
		}
		for _, item := range l.Items {
			if !item.Known || len(item.Mismatches) > 0 {
				return fmt.Errorf("%w: the list holds %s, which cannot be decoded", manifest.ErrNotObject, item)
			}
		}
	}
	return nil
}

// A compiledRule is a rule with the kinds that it looks at.
type compiledRule struct {
	*Rule
	kinds kindSet
}

// compile sorts rules by name.
func compile(rules []*Rule, compat bool) []compiledRule {
	list := make([]compiledRule, len(rules))
	rows := kindRows()
	for i, r := range rules {
		kinds := r.Kinds
		if compat && r.CompatKinds != nil {
			kinds = r.CompatKinds
		}
		list[i] = compiledRule{r, newKindSet(kinds, rows, compat)}
	}
	slices.SortFunc(list, func(a, b compiledRule) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// A job is one object to look at.
type job struct {
	context *Context
	object  *manifest.Object
}

type engine struct {
	opts  *Options
	rules []compiledRule
}

// batch is how many objects a worker takes at a time.
const batch = 8

// Diagnostics of several objects lie in one chunk: one is begun when there is not
// enough to spare in the last.
const (
	chunk = 256
	spare = 32
)

func (e *engine) run(ctx context.Context, jobs []job, found []Result) error {
	workers := e.opts.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	next := make(chan int)
	var group sync.WaitGroup
	for range min(workers, (len(jobs)+batch-1)/batch) {
		group.Go(func() {
			var space []Diagnostic
			for i := range next {
				for k := i; k < min(i+batch, len(jobs)) && ctx.Err() == nil; k++ {
					if cap(space)-len(space) < spare {
						space = make([]Diagnostic, 0, chunk)
					}
					found[k], space = e.object(ctx, jobs[k], space)
				}
			}
		})
	}
	for i := 0; i < len(jobs); i += batch {
		next <- i
	}
	close(next)
	group.Wait()
	return ctx.Err()
}

// maxDiagnostics bounds what one rule reports of one object.
const maxDiagnostics = 10_000

// object runs all rules over one object. Diagnostics are added to space, which is
// returned to be added to.
func (e *engine) object(ctx context.Context, j job, space []Diagnostic) (Result, []Diagnostic) {
	var r Result
	pass := Pass{Object: j.object, Context: j.context, Options: e.opts, ctx: ctx, found: space}
	problem := func(rule string, err error) {
		r.Problems = append(r.Problems, Problem{Rule: rule, Object: Ref(j.object), Position: j.object.Position(), Err: err})
	}
	kind := kindOf(j.object, e.opts.Compat)
	untyped := e.opts.Compat && j.object.Dockerfile() == nil && !typed(j.object)
	for i := range e.rules {
		rule := &e.rules[i]
		if !rule.kinds.has(kind) || untyped && rule.Template != "" && !rule.CompatUntyped {
			continue
		}
		pass.Rule, pass.reported = rule.Rule, 0
		if err := runRule(&pass); err != nil {
			problem(rule.Name, err)
		}
		if pass.Full() {
			problem(rule.Name, fmt.Errorf("%w: more than %d diagnostics, the rest of which are not listed", manifest.ErrLimit, maxDiagnostics))
		}
	}
	if n := len(pass.found); n > len(space) {
		r.Diagnostics = pass.found[len(space):n:n]
	}
	return r, pass.found
}

// ErrPanic is matched by the error of a rule that panicked.
var ErrPanic = errors.New("panic")

func runRule(p *Pass) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%w: %v\n%s", ErrPanic, v, debug.Stack())
		}
	}()
	return p.Rule.Run(p)
}
