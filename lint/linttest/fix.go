package linttest

import (
	"errors"
	"slices"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
)

// fix returns the texts of a context's files, by name, after all fixes. Those that
// [lint.ApplyFixes] skips are applied to what the rule finds then. It fails the
// test where a fix cannot be applied, or does not mend what it is for.
func fix(t testing.TB, rule *lint.Rule, s settings, group []*file, before *found) (texts map[string]string, ok bool) {
	t.Helper()
	if !before.checkFixes(t, group) {
		return nil, false
	}
	texts = make(map[string]string)
	files := make([]*file, len(group))
	for i, m := range group {
		copied := *m
		files[i] = &copied
		texts[m.name] = m.text
	}
	now := before
	for range 2 + 2*len(before.Diagnostics) {
		fixes := lint.ApplyFixes(now.Diagnostics)
		if len(fixes.Files) == 0 {
			return texts, now.compareFixed(t, group, before)
		}
		for _, fixed := range fixes.Files {
			texts[fixed.File.Path] = string(fixed.Text)
		}
		for _, m := range files {
			m.text = texts[m.name]
		}
		var err error
		if now, err = check(rule, s, files); err != nil {
			t.Errorf("%s: after fixes: %v", group[0].at(1), err)
			return nil, false
		}
	}
	t.Errorf("%s: the fixes come to no end, and have made\n%s", group[0].at(1), files[0].text)
	return nil, false
}

// checkFixes applies each fix alone, those too that are not the first.
func (f *found) checkFixes(t testing.TB, group []*file) bool {
	t.Helper()
	ok := true
	for _, d := range f.Diagnostics {
		for _, one := range d.Fixes {
			if one.Refused != nil {
				continue
			}
			if err := checkFix(d, one); err != nil {
				t.Errorf("%s: fix %q of %q: %v", at(group, d.Span.Start), one.Message, d.Message, err)
				ok = false
			}
		}
	}
	return ok
}

func checkFix(d lint.Diagnostic, one lint.Fix) error {
	if one.Message == "" {
		return errors.New("it has no message")
	}
	d.Fixes = []lint.Fix{one}
	fixes := lint.ApplyFixes([]lint.Diagnostic{d})
	if len(fixes.Skipped) > 0 {
		return fixes.Skipped[0].Err
	}
	return nil
}

// hasFix reports whether there is a fix of d to be applied.
func hasFix(d lint.Diagnostic) bool {
	return slices.ContainsFunc(d.Fixes, func(f lint.Fix) bool { return f.Refused == nil })
}

// A finding is what stays the same of a diagnostic when others are fixed.
type finding struct {
	object  lint.ObjectRef
	message string
}

// compareFixed fails the test where what had a fix is still found in f, to which
// no fix can be applied, or where there are more problems than there were.
func (f *found) compareFixed(t testing.TB, group []*file, before *found) bool {
	t.Helper()
	unfixed, fixed := make(map[finding]int), make(map[finding]bool)
	for _, d := range before.Diagnostics {
		is := finding{d.Object, d.Message}
		if hasFix(d) {
			fixed[is] = true
		} else {
			unfixed[is]++
		}
	}
	ok := true
	for _, d := range f.Diagnostics {
		is := finding{d.Object, d.Message}
		unfixed[is]--
		if hasFix(d) || fixed[is] && unfixed[is] < 0 {
			t.Errorf("%s: %q is still found after its fix", at(group, d.Span.Start), d.Message)
			ok = false
		}
	}
	if got, want := len(f.problems)+len(f.Problems), len(before.problems)+len(before.Problems); got > want {
		t.Errorf("%s: %d problems after fixes, want at most %d: %v", group[0].at(1), got, want, f.allProblems())
		ok = false
	}
	return ok
}

// allProblems are those of reading, then those of rules.
func (f *found) allProblems() []error {
	var all []error
	for _, p := range f.problems {
		all = append(all, p)
	}
	for _, p := range f.Problems {
		all = append(all, p)
	}
	return all
}
