package linttest

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// strength is what fixtures show of a rule.
type strength struct {
	broken     bool // a fixture could not be run
	compatOnly bool
	wants      bool // a line must be flagged
	unflagged  bool // an object that the rule looks at must not be
	fixes      bool // there is a fix
	fixed      bool // it is said what a text is after fixes
}

// add counts what the files of a context show. Those for compat mode show
// something only of a rule that is for nothing else.
func (s *strength) add(f *found, group []*file) {
	for _, d := range f.Diagnostics {
		s.fixes = s.fixes || hasFix(d)
	}
	for _, m := range group {
		s.fixed = s.fixed || m.fixed != nil
	}
	if group[0].compat() != s.compatOnly {
		return
	}
	for _, m := range group {
		for _, w := range m.wants {
			s.wants = s.wants || !w.problem
		}
	}
	for o := range f.looked {
		s.unflagged = s.unflagged || !f.about(o)
	}
}

// about reports whether something was found of o, or o could not be judged.
func (f *found) about(o *manifest.Object) bool {
	file, start, end := o.File(), 0, len(o.File().Text)+1
	if doc := o.Node.Document(); doc != nil {
		start, end = doc.Start, doc.End
	}
	is := func(at manifest.Position, ref lint.ObjectRef) bool {
		return ref == lint.Ref(o) && at.Path == file.Path && start <= at.Offset && at.Offset < end
	}
	for _, d := range f.Diagnostics {
		if is(d.Span.Start, d.Object) {
			return true
		}
	}
	for _, d := range f.Suppressed {
		if is(d.Span.Start, d.Object) {
			return true
		}
	}
	for _, p := range f.Problems {
		if is(p.Position, p.Object) {
			return true
		}
	}
	return false
}

// judge fails the test where a rule that does nothing, or one that always reports,
// would do as well.
func (s *strength) judge(t testing.TB, name string) {
	t.Helper()
	if s.broken {
		return
	}
	mode := "the default mode"
	if s.compatOnly {
		mode = "compat mode"
	}
	if !s.wants {
		t.Errorf("%s: the fixture is too weak: nothing is wanted in %s, so a rule that never reports would pass", name, mode)
	}
	if !s.unflagged {
		t.Errorf("%s: the fixture is too weak: each object that the rule looks at in %s is flagged, so a rule that always reports would pass", name, mode)
	}
	if s.fixes && !s.fixed {
		t.Errorf("%s: the fixture is too weak: the rule has fixes, and no section %s says what they give", name, fixedSuffix)
	}
}
