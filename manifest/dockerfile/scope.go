package dockerfile

import (
	"maps"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A scope holds the variables that instructions see. It is looked up in those that
// it is made from.
type scope struct {
	outer *scope
	depth int
	vars  map[string]variable
	// read and unknown note what a word asked for.
	unknown bool
}

// A variable is what ARG or ENV has set.
type variable struct {
	value   string
	unknown bool
	arg     bool // not inherited by other stages
}

// maxScopes bounds how long it takes to look up a name.
const maxScopes = 64

// newScope is an empty scope above outer, of which the environment alone is seen.
func newScope(outer *scope) *scope {
	s := &scope{vars: make(map[string]variable)}
	if outer == nil {
		return s
	}
	if outer.depth < maxScopes {
		s.outer, s.depth = outer, outer.depth+1
		return s
	}
	var all []*scope
	for o := outer; o != nil; o = o.outer {
		all = append(all, o)
	}
	for i := len(all) - 1; i >= 0; i-- {
		maps.Copy(s.vars, all[i].vars)
	}
	maps.DeleteFunc(s.vars, func(_ string, v variable) bool { return v.arg })
	return s
}

func (s *scope) find(name string) (variable, bool) {
	if v, ok := s.vars[name]; ok {
		return v, true
	}
	for o := s.outer; o != nil; o = o.outer {
		if v, ok := o.vars[name]; ok && !v.arg {
			return v, true
		}
	}
	return variable{}, false
}

// Get is what the shell's words ask for.
func (s *scope) Get(name string) (string, bool) {
	v, ok := s.find(name)
	s.unknown = s.unknown || !ok || v.unknown
	return v.value, ok && (!v.unknown || v.value != "")
}

// Keys are the names of the scope itself: nothing that is used here asks for them.
func (s *scope) Keys() []string { return nil }

// expand replaces the variables in w, removes quotes and escapes, and notes what
// cannot be known.
func (d *decoder) expand(w *manifest.Word, s *scope) {
	w.Value = w.Text
	if !strings.ContainsAny(w.Text, "$'\"\\`") {
		return
	}
	if n := strings.Count(w.Text, "$"); n > 0 && (n > maxNesting/10 || d.expanded > maxExpanded) {
		w.Unknown = true
		d.problem(w.Start, limitf(w.Start, "variables that are not replaced: there are too many, or they are too large"))
		return
	}
	s.unknown = false
	if d.lex == nil {
		d.lex = shell.NewLex(rune(d.out.Escape))
	}
	value, _, err := d.lex.ProcessWord(w.Text, s)
	if err != nil {
		w.Unknown = true
		if strings.Contains(w.Text, "?") {
			return // ${NAME:?message}: it has to be given
		}
		cause := err
		for u, ok := cause.(interface{ Unwrap() error }); ok && u.Unwrap() != nil; u, ok = cause.(interface{ Unwrap() error }) {
			cause = u.Unwrap()
		}
		d.problem(w.Start, syntaxf(w.Start, "%s", cause))
		return
	}
	w.Value, w.Unknown = value, s.unknown
	if len(value) > maxValue {
		w.Value, w.Unknown = value[:0], true
		d.problem(w.Start, limitf(w.Start, "a value of more than %d bytes", maxValue))
	}
	if strings.Contains(w.Text, "$") {
		d.expanded += len(w.Value)
	}
}
