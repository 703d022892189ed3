package linttest

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// Run holds a rule against fixtures, archives or manifests; none: those of the
// rule, testdata/<rule>.txtar and testdata/<rule>.*.txtar. Together they must be
// strong enough: see the package comment.
func Run(t testing.TB, rule *lint.Rule, files ...string) {
	t.Helper()
	RunDecoded(t, nil, rule, files...)
}

// RunDecoded is [Run] with decoders: what they claim, such as Dockerfiles, are
// manifests too.
func RunDecoded(t testing.TB, decoders []manifest.Decoder, rule *lint.Rule, files ...string) {
	t.Helper()
	run(t, rule.Name, decoders, files, func(*fixture) (*lint.Rule, error) { return rule, nil })
}

// RunTemplate is [Run] for rules that are made of a template, of the arguments
// that each archive gives. Without files, they are testdata/template-<name>.txtar
// and testdata/template-<name>.*.txtar.
func RunTemplate(t testing.TB, template lint.Template, files ...string) {
	t.Helper()
	run(t, "template-"+template.Name, nil, files, func(f *fixture) (*lint.Rule, error) {
		rule, err := template.Rule(f.args)
		if err == nil && rule.Name == "" {
			rule.Name = template.Name
		}
		return rule, err
	})
}

// run holds the rules that make returns against files, or the ones of that name.
func run(t testing.TB, name string, decoders []manifest.Decoder, files []string, rule func(*fixture) (*lint.Rule, error)) {
	t.Helper()
	if len(files) == 0 {
		files = append(files, filepath.Join("testdata", name+".txtar"))
		more, _ := filepath.Glob(filepath.Join("testdata", name+".*.txtar")) // the pattern is well formed
		files = append(files, more...)
	}
	var s strength
	for _, path := range files {
		f, err := read(path, decoders)
		if err != nil {
			t.Errorf("read fixture: %v", err)
			s.broken = true
			continue
		}
		r, err := rule(f)
		if err != nil {
			t.Errorf("make rule for %s: %v", f.path, err)
			s.broken = true
			continue
		}
		s.compatOnly = s.compatOnly || f.compatOnly
		for _, group := range f.groups() {
			if err := hold(t, r, f, group, &s); err != nil {
				t.Errorf("%s: %v", f.path, err)
				s.broken = true
				break
			}
		}
		if !updating() {
			continue
		}
		if err := f.write(); err != nil {
			t.Errorf("update fixture: %v", err)
		}
	}
	s.judge(t, name)
}

// hold holds a rule against the files of a context.
func hold(t testing.TB, rule *lint.Rule, f *fixture, group []*file, s *strength) error {
	t.Helper()
	found, err := check(rule, f.settings, group)
	if err != nil {
		return err
	}
	found.compare(t, group)
	if texts, ok := fix(t, rule, f.settings, group, found); ok {
		if updating() {
			f.update(group, texts)
		}
		compareTexts(t, group, texts)
	} else {
		s.broken = true
	}
	s.add(found, group)
	return nil
}

// found is what linting the files of a context gave.
type found struct {
	objects  []*manifest.Object
	looked   map[*manifest.Object]bool // those that the rule was run on
	problems []manifest.Problem        // of reading
	*lint.Result
}

// check lints the files of a context.
func check(rule *lint.Rule, s settings, group []*file) (*found, error) {
	f := &found{looked: make(map[*manifest.Object]bool)}
	for _, m := range group {
		b := manifest.ReadFile(m.name, []byte(m.text), manifest.Options{Decoders: s.decoders})
		f.objects = append(f.objects, b.Objects...)
		f.problems = append(f.problems, b.Problems...)
	}
	spied := *rule
	if rule.Run != nil {
		var mu sync.Mutex
		spied.Run = func(p *lint.Pass) error {
			mu.Lock()
			f.looked[p.Object] = true
			mu.Unlock()
			return rule.Run(p)
		}
	}
	opts := s.options
	opts.Compat = group[0].compat()
	result, err := lint.Run(context.Background(), f.objects, []*lint.Rule{&spied}, opts)
	f.Result = result
	return f, err
}

// compare fails the test where what was found is not what is wanted.
func (f *found) compare(t testing.TB, group []*file) {
	t.Helper()
	got := func(at manifest.Position, problem bool, kind, text string) {
		i := slices.IndexFunc(group, func(m *file) bool { return m.name == at.Path })
		if i < 0 {
			t.Errorf("%s: got %s %q, which is in no file of the fixture", at, kind, text)
			return
		}
		if m := group[i]; !match(m.wants, at.Line, problem, text) {
			t.Errorf("%s: got %s %q, want none", m.at(at.Line), kind, text)
		}
	}
	for _, d := range f.Diagnostics {
		got(d.Span.Start, false, "diagnostic", d.Message)
	}
	for _, p := range f.problems {
		got(p.Position, true, "problem", p.Err.Error())
	}
	for _, p := range f.Problems {
		if errors.Is(p.Err, lint.ErrPanic) {
			t.Errorf("%v", p)
			continue
		}
		got(p.Position, true, "problem", p.Err.Error())
	}
	for _, m := range group {
		for _, w := range m.wants {
			if !w.used {
				kind := "diagnostic"
				if w.problem {
					kind = "problem"
				}
				t.Errorf("%s: got no %s, want one that matches %s", m.at(w.line), kind, w.quoted)
			}
		}
	}
}
