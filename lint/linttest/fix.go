package linttest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// fix returns the texts of a context's files, by name, after all fixes: of each
// diagnostic the first that is not refused. Those that cannot be applied together
// are applied one after the other, to what the rule then finds. It fails the test
// where a fix cannot be applied, or does not mend what it is for.
func fix(t testing.TB, rule *lint.Rule, opts lint.Options, group []*file, before *found) (texts map[string]string, ok bool) {
	t.Helper()
	texts = make(map[string]string)
	files := make([]*file, len(group))
	for i, m := range group {
		copied := *m
		files[i] = &copied
		texts[m.name] = m.text
	}
	if !before.checkFixes(t, group) {
		return nil, false
	}
	now := before
	for range 2 + 2*len(before.Diagnostics) {
		fixed, err := now.applyFixes()
		if err == nil && len(fixed) == 0 {
			return texts, now.compareFixed(t, group, before)
		}
		for _, m := range files {
			if text, ok := fixed[m.name]; ok {
				m.text, texts[m.name] = text, text
			}
		}
		if err == nil {
			now, err = check(rule, opts, files)
		}
		if err != nil {
			t.Errorf("%s: after fixes: %v", group[0].at(1), err)
			return nil, false
		}
	}
	t.Errorf("%s: the fixes come to no end, and have made\n%s", group[0].at(1), files[0].text)
	return nil, false
}

// firstFix is the fix of d that is applied, nil where there is none.
func firstFix(d *lint.Diagnostic) *lint.Fix {
	for i := range d.Fixes {
		if d.Fixes[i].Refused == nil {
			return &d.Fixes[i]
		}
	}
	return nil
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
			_, err := apply(one.Edits)
			switch {
			case one.Message == "":
				err = errors.New("it has no message")
			case len(one.Edits) == 0:
				err = errors.New("it has no edits")
			}
			if err != nil {
				t.Errorf("%s: fix %q of %q: %v", at(group, d.Span.Start), one.Message, d.Message, err)
				ok = false
			}
		}
	}
	return ok
}

// applyFixes returns the texts that change, by name, once all fixes are applied
// that go together.
func (f *found) applyFixes() (map[string]string, error) {
	var edits []manifest.Edit
	for i := range f.Diagnostics {
		one := firstFix(&f.Diagnostics[i])
		if one == nil {
			continue
		}
		if _, err := apply(one.Edits); err != nil {
			return nil, fmt.Errorf("fix %q: %w", one.Message, err)
		}
		more := append(edits[:len(edits):len(edits)], one.Edits...)
		if _, err := apply(more); err == nil {
			edits = more
		}
	}
	return apply(edits)
}

// apply makes edits, which may be of several files.
func apply(edits []manifest.Edit) (map[string]string, error) {
	byFile := make(map[*manifest.File][]manifest.Edit)
	for _, e := range edits {
		byFile[e.File] = append(byFile[e.File], e)
	}
	texts := make(map[string]string)
	for file, edits := range byFile {
		text, err := manifest.Apply(file, edits)
		if err != nil {
			return nil, err
		}
		texts[file.Path] = string(text)
	}
	return texts, nil
}

// A finding is what stays the same of a diagnostic when others are fixed.
type finding struct {
	object  lint.ObjectRef
	message string
}

// compareFixed fails the test where what had a fix is still found in f, which has
// no more fixes, or where there are more problems than there were.
func (f *found) compareFixed(t testing.TB, group []*file, before *found) bool {
	t.Helper()
	unfixed, fixed := make(map[finding]int), make(map[finding]bool)
	for i := range before.Diagnostics {
		d := &before.Diagnostics[i]
		if firstFix(d) == nil {
			unfixed[finding{d.Object, d.Message}]++
		} else {
			fixed[finding{d.Object, d.Message}] = true
		}
	}
	ok := true
	for _, d := range f.Diagnostics {
		is := finding{d.Object, d.Message}
		unfixed[is]--
		if fixed[is] && unfixed[is] < 0 {
			t.Errorf("%s: %q is still found after its fix", at(group, d.Span.Start), d.Message)
			ok = false
		}
	}
	if got, want := len(f.problems)+len(f.Problems), len(before.problems)+len(before.Problems); got > want {
		t.Errorf("%s: %d problems after fixes, want at most %d", group[0].at(1), got, want)
		ok = false
	}
	return ok
}
