package lint

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A Suppressed is a diagnostic that is not to be reported.
//
// An annotation of an object, or in the default mode of its pod template, is
// KubeLinter's: ignore-check.kube-linter.io/RULE or kube-linter.io/ignore-all. Its
// value is the reason; outside of compat mode RULE may be an alias or a group, and
// an annotation with the value "false" suppresses nothing.
//
// A comment is of the form
//
//	# plimsoll:ignore RULE[,RULE…] [until=2027-01-31] [reason]
//
// where RULE is a name, an alias or a group, and * or all is every rule. It covers
// what it is about, see [manifest.Comment], and all that is inside: what starts on
// its line, or, on a line of its own, on the next one; above the first field the
// whole document. It holds up to the end of its day in UTC. Comments suppress
// nothing in compat mode.
//
// A comment of Trivy's is one too: trivy:ignore:RULE, or several of these, with
// :exp:2027-01-31 behind the name where it expires.
type Suppressed struct {
	Diagnostic
	By     string // "annotation", "comment", "configuration" or "baseline"; "ignore file" in reports of package scan
	Reason string // as it is written, empty where none is
	Source string // file and line of an ignore file, else empty
}

// An Unused is a suppression that suppressed nothing, or of whose rules some did
// not report anything there.
type Unused struct {
	Position manifest.Position
	By       string // as for [Suppressed]
	// Rules are those that did run.
	Rules []string
	// Unknown are the names that no rule has that ran: they are misspelt, or left
	// out of the run.
	Unknown []string
}

// A suppression is one annotation, comment or entry of a configuration.
type suppression struct {
	by       string
	position manifest.Position
	reason   string
	rules    []string // as they are written
	used     []bool   // of each of rules
	from, to int      // what a comment covers
	entry    *Suppression
}

// everyRule stands for every rule; so does allRules, but in annotations.
const (
	everyRule = "*"
	allRules  = "all"
)

// covers reports whether a suppression names the rule of d, and marks the name as
// used. An alias must be one that fits d.
func (s *suppressor) covers(x *suppression, d *Diagnostic) bool {
	for i, name := range x.rules {
		if name == d.Rule || x.every(i) || (x.by != "annotation" || !s.opts.Compat) && slices.Contains(s.find(name), d.Rule) && s.fits(name, d) {
			x.used[i] = true
			return true
		}
	}
	return false
}

// fits reports whether a name of d's rule, which is one of those that run, is one of d.
func (s *suppressor) fits(name string, d *Diagnostic) bool {
	return d.Aliases == nil || !s.rules[d.Rule].HasAlias(name) ||
		slices.ContainsFunc(d.Aliases, func(alias string) bool { return isAlias(alias, name) })
}

// every reports whether rule i of x stands for every rule.
func (x *suppression) every(i int) bool {
	return x.rules[i] == everyRule || x.rules[i] == allRules && x.by != "annotation"
}

// find lists the names of the rules that name stands for.
func (s *suppressor) find(name string) []string {
	list, ok := s.found[name]
	if !ok {
		list = []string{}
		for _, r := range s.rules.find(name) {
			list = append(list, r.Name)
		}
		s.found[name] = list
	}
	return list
}

// A suppressor moves what is suppressed from the diagnostics of a result.
type suppressor struct {
	opts  *Options
	rules ruleNames
	found map[string][]string // of rules, by what is written

	all      []*suppression                  // that were seen
	byText   map[text][]*suppression         // comments
	byNode   map[*manifest.Node]*suppression // annotations, which anchors may share
	entries  []*suppression                  // of Options.Suppress
	problems []Problem
}

func newSuppressor(opts *Options, rules []compiledRule, objects []*manifest.Object) *suppressor {
	s := &suppressor{
		opts: opts, rules: make(ruleNames, len(rules)), found: make(map[string][]string),
		byNode: make(map[*manifest.Node]*suppression),
	}
	for _, r := range rules {
		s.rules[r.Name] = r.Rule
	}
	for i := range opts.Suppress {
		e := &opts.Suppress[i]
		if expired(e.Until, opts.Now) {
			s.problem(e.Position, fmt.Errorf("the suppression of %s expired on %s", strings.Join(e.Rules, ","), e.Until.Format(time.DateOnly)))
			continue
		}
		s.entries = append(s.entries, s.add(&suppression{
			by: "configuration", position: e.Position, reason: e.Reason, rules: e.Rules, entry: e,
		}))
	}
	if !opts.Compat {
		s.comments(objects)
	}
	return s
}

// add notes a suppression that is to be reported if it is not used.
func (s *suppressor) add(x *suppression) *suppression {
	x.used = make([]bool, len(x.rules))
	s.all = append(s.all, x)
	if s.opts.RequireReason && x.reason == "" {
		s.problem(x.position, errors.New("a suppression without a reason"))
	}
	return x
}

func (s *suppressor) problem(at manifest.Position, err error) {
	s.problems = append(s.problems, Problem{Position: at, Err: err})
}

// apply moves what is suppressed of what was found in o.
func (s *suppressor) apply(r *Result, o *manifest.Object) {
	annotations := s.annotations(o)
	if len(r.Diagnostics) == 0 {
		return
	}
	comments := s.byText[textOf(o)]
	if len(annotations)+len(comments)+len(s.entries) == 0 {
		return
	}
	kept := r.Diagnostics[:0]
	for _, d := range r.Diagnostics {
		x := s.first(annotations, comments, o, &d)
		if x == nil {
			kept = append(kept, d)
			continue
		}
		r.Suppressed = append(r.Suppressed, Suppressed{Diagnostic: d, By: x.by, Reason: x.reason})
	}
	clear(r.Diagnostics[len(kept):])
	r.Diagnostics = kept
}

// first is what suppresses d, nil where nothing does.
func (s *suppressor) first(annotations, comments []*suppression, o *manifest.Object, d *Diagnostic) *suppression {
	for _, x := range annotations {
		if s.covers(x, d) {
			return x
		}
	}
	for _, x := range comments {
		at := d.Span.Start
		if at.Path == x.position.Path && x.from <= at.Offset && at.Offset < x.to && s.covers(x, d) {
			return x
		}
	}
	for _, x := range s.entries {
		if x.entry.fits(o) && s.covers(x, d) {
			return x
		}
	}
	return nil
}

// fits reports whether o is one of the objects that e is about.
func (e *Suppression) fits(o *manifest.Object) bool {
	fits := func(pattern, s string) bool { return pattern == "" || matchGlob(pattern, s) }
	return fits(e.Kind, o.Kind) && fits(e.Name, o.Name) &&
		fits(e.Namespace, cmp.Or(o.Namespace, "default")) && fits(e.Path, o.File().Path)
}

const (
	ignoreAll   = "kube-linter.io/ignore-all"
	ignoreCheck = "ignore-check.kube-linter.io/"
)

// annotations are the suppressions that o's annotations are.
func (s *suppressor) annotations(o *manifest.Object) []*suppression {
	list := s.annotationsIn(nil, o.Metadata().Annotations)
	if p := o.Pod(); p != nil && !s.opts.Compat && p.Metadata.Node != o.Metadata().Node {
		list = s.annotationsIn(list, p.Metadata.Annotations)
	}
	return list
}

func (s *suppressor) annotationsIn(list []*suppression, annotations manifest.Strings) []*suppression {
	for _, a := range annotations.Entries {
		x := &suppression{by: "annotation", reason: a.Value, rules: []string{everyRule}}
		if a.Key != ignoreAll {
			rule, ok := strings.CutPrefix(a.Key, ignoreCheck)
			if !ok {
				continue
			}
			x.rules = []string{rule}
		}
		if s.opts.Compat {
			x.used = make([]bool, 1)
			list = append(list, x)
			continue
		}
		if strings.EqualFold(a.Node.Text(), "false") {
			continue
		}
		if shared := s.byNode[a.Node]; shared != nil {
			list = append(list, shared)
			continue
		}
		if strings.EqualFold(x.reason, "true") {
			x.reason = "" // says that it holds, not why
		}
		x.position = a.Node.Position()
		s.byNode[a.Node] = s.add(x)
		list = append(list, x)
	}
	return list
}

// report adds to a result what is wrong with the suppressions.
func (s *suppressor) report(r *Result) {
	r.Problems = append(r.Problems, s.problems...)
	if s.opts.Compat {
		return
	}
	for _, x := range s.all {
		u := Unused{Position: x.position, By: x.by}
		for i, name := range x.rules {
			switch {
			case x.used[i]:
			case x.every(i), len(s.find(name)) > 0:
				u.Rules = append(u.Rules, name)
			default:
				u.Unknown = append(u.Unknown, name)
			}
		}
		if len(u.Rules)+len(u.Unknown) > 0 {
			r.Unused = append(r.Unused, u)
		}
	}
	slices.SortStableFunc(r.Unused, func(a, b Unused) int {
		return cmp.Or(cmp.Compare(a.Position.Path, b.Position.Path), cmp.Compare(a.Position.Offset, b.Position.Offset))
	})
}
