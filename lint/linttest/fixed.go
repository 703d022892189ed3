package linttest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// compareTexts holds the texts after all fixes against what the fixture says.
func compareTexts(t testing.TB, group []*file, texts map[string]string) {
	t.Helper()
	for _, m := range group {
		got := texts[m.name]
		switch {
		case m.fixed == nil:
		case m.fixed.text == m.text:
			t.Errorf("%s: the fixture is too weak: the fixed text is the text", m.fixed.at(1))
		case m.fixed.text != got:
			line, gotLine, wantLine := difference(got, m.fixed.text)
			t.Errorf("%s: after fixes got line %q, want %q; got all in all\n%s", m.fixed.at(line), gotLine, wantLine, got)
		}
	}
}

// difference is the first line in which two texts differ.
func difference(got, want string) (line int, gotLine, wantLine string) {
	for {
		line++
		gotLine, got = cutLine(got)
		wantLine, want = cutLine(want)
		if gotLine != wantLine {
			return line, gotLine, wantLine
		}
	}
}

// cutLine splits a text behind its first line feed.
func cutLine(text string) (line, rest string) {
	end := strings.IndexByte(text, '\n') + 1
	if end == 0 {
		end = len(text)
	}
	return text[:end], text[end:]
}

// updating reports whether the test binary has a flag update that is set.
func updating() bool {
	f := flag.Lookup("update")
	if f == nil {
		return false
	}
	g, ok := f.Value.(flag.Getter)
	if !ok {
		return false
	}
	set, _ := g.Get().(bool)
	return set
}

// update makes the texts after all fixes the ones that the fixture wants: those it
// has, and those of all files in the default mode that fixes change.
func (f *fixture) update(group []*file, texts map[string]string) {
	for _, m := range group {
		text := texts[m.name]
		switch {
		case m.fixed != nil:
			m.fixed.text = text
		case text != m.text && !m.compat():
			fixed := *m
			fixed.name, fixed.text = m.name+fixedSuffix, text
			m.fixed = &fixed
		}
	}
}

// write writes the fixture with its fixed texts where they have changed.
func (f *fixture) write() error {
	if len(f.files) == 1 && f.files[0].single {
		if m := f.files[0]; m.fixed != nil {
			return writeChanged(m.name+fixedSuffix, m.fixed.text)
		}
		return nil
	}
	comment, list := sections(f.text)
	var b strings.Builder
	b.WriteString(comment)
	add := func(name, text string) {
		b.WriteString("-- " + name + " --\n" + text)
		if text != "" && !strings.HasSuffix(text, "\n") {
			b.WriteByte('\n')
		}
	}
	has := make(map[string]bool)
	for _, s := range list {
		has[s.name] = true
	}
	for _, s := range list {
		of, isFixed := strings.CutSuffix(s.name, fixedSuffix)
		m := f.file(of)
		if isFixed {
			add(s.name, m.fixed.text)
			continue
		}
		add(s.name, s.text)
		if m != nil && m.fixed != nil && !has[s.name+fixedSuffix] {
			add(s.name+fixedSuffix, m.fixed.text)
		}
	}
	return writeChanged(f.path, b.String())
}

// writeChanged writes a file that does not hold text yet.
func writeChanged(name, text string) error {
	name = filepath.FromSlash(name)
	if old, err := os.ReadFile(name); err == nil && string(old) == text {
		return nil
	}
	return os.WriteFile(name, []byte(text), 0o644)
}
