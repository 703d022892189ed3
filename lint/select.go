package lint

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// Rules makes the rules that c asks for, sorted by name: those that run by
// default, with compat without those for Dockerfiles, unless c leaves them out, or all of builtin, with compat all of the
// group [KubeLinter]; all custom checks; those included; without those excluded,
// which may be custom checks too.
//
// A name in Include or Exclude is that of a rule; else an alias, as another tool
// names it, KSV-0001 also as AVD-KSV-0001 or KSV001; else a group; the latter two
// whatever their case. A name that there is not is an error, unless it is one to
// exclude.
//
// A custom check with the name of a built-in rule changes it: it may give kinds,
// texts and a severity, and, with the same template or none, arguments in place of
// the rule's own. In KubeLinter, and with compat, it is an error.
//
// An error joins a [Problem] for each mistake.
func (c *Config) Rules(builtin []*Rule, templates []Template, compat bool) ([]*Rule, error) {
	s := selection{
		config: c, templates: templates, compat: compat,
		rules: make(ruleNames, len(builtin)), enabled: make(map[string]bool),
	}
	for _, r := range builtin {
		s.rules[r.Name] = r
		if c.AddAllBuiltIn && (!compat || slices.Contains(r.Groups, KubeLinter)) || r.Default && !c.DoNotAutoAddDefaults && (!compat || !unknownToKubeLinter(r)) {
			s.enabled[r.Name] = true
		}
	}
	s.custom()
	s.include()
	for _, name := range c.Exclude {
		for _, r := range s.rules.find(name) {
			delete(s.enabled, r.Name)
		}
	}
	if err := errors.Join(s.errs...); err != nil {
		return nil, err
	}
	var list []*Rule
	for name := range s.enabled {
		list = append(list, s.rules[name])
	}
	slices.SortFunc(list, func(a, b *Rule) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

// unknownToKubeLinter reports whether a rule looks at Dockerfiles or Compose files
// alone, which KubeLinter does not know.
func unknownToKubeLinter(r *Rule) bool {
	return len(r.Kinds) == 1 && (r.Kinds[0] == Dockerfile || r.Kinds[0] == Compose)
}

// A selection finds the rules that a configuration asks for.
type selection struct {
	config    *Config
	templates []Template
	compat    bool
	rules     ruleNames // all there are
	enabled   map[string]bool
	errs      []error
}

func (s *selection) errorf(at manifest.Position, format string, args ...any) {
	s.errs = append(s.errs, Problem{Position: at, Err: fmt.Errorf(format, args...)})
}

// custom makes the custom checks.
func (s *selection) custom() {
	seen := make(map[string]bool)
	for i := range s.config.CustomChecks {
		check := &s.config.CustomChecks[i]
		old := s.rules[check.Name]
		if seen[check.Name] || old != nil && s.compat {
			s.errorf(check.Position, "duplicate check name: %s", check.Name)
			continue
		}
		seen[check.Name] = true
		r, err := s.make(check, old)
		if err != nil {
			at := Problem{Position: check.Position, Err: err}
			errors.As(err, &at)
			s.errorf(at.Position, "custom check %q: %w", check.Name, at.Err)
			continue
		}
		s.rules[r.Name], s.enabled[r.Name] = r, true
	}
}

// make makes the rule of a check, which may change a built-in one, old.
func (s *selection) make(check *CustomCheck, old *Rule) (*Rule, error) {
	switch {
	case check.Name == "":
		return nil, errors.New("no name specified")
	case !isRuleName(check.Name):
		return nil, fmt.Errorf("invalid name %s, must match regex ^[a-zA-Z0-9-_]+$", check.Name)
	}
	known := Kinds()
	for _, k := range check.Kinds {
		if err := k.check(known); err != nil {
			return nil, err
		}
	}
	r := Rule{Name: check.Name}
	if old != nil {
		r = *old
	}
	if old == nil || check.Params != nil {
		if err := s.instantiate(&r, check, old); err != nil {
			return nil, err
		}
	} else if check.Template != "" && check.Template != old.Template {
		return nil, otherTemplate(check, old)
	}
	if check.Kinds != nil {
		r.Kinds, r.CompatKinds = check.Kinds, nil
	}
	if old == nil || check.Description != "" {
		r.Doc = check.Description
	}
	if old == nil || check.Remediation != "" {
		r.Remediation = check.Remediation
	}
	if check.Severity != 0 {
		r.Severity = check.Severity
	}
	return &r, nil
}

// instantiate makes what r runs from the template of check.
func (s *selection) instantiate(r *Rule, check *CustomCheck, old *Rule) error {
	name := check.Template
	if old != nil {
		if name == "" {
			name = old.Template
		}
		if name != old.Template {
			return otherTemplate(check, old)
		}
		if name == "" {
			return errors.New("the built-in rule of this name has no parameters")
		}
	}
	i := slices.IndexFunc(s.templates, func(t Template) bool { return t.Name == name })
	if i < 0 {
		return fmt.Errorf("template %q not found", name)
	}
	made, err := s.templates[i].Rule(check.Params)
	if err != nil {
		return err
	}
	r.Run, r.Template, r.Params, r.CompatUntyped = made.Run, made.Template, made.Params, made.CompatUntyped
	if old == nil {
		r.Title, r.Severity = s.templates[i].Title, made.Severity
		r.Kinds, r.CompatKinds = made.Kinds, made.CompatKinds
	}
	return nil
}

func otherTemplate(check *CustomCheck, old *Rule) error {
	if old.Template == "" {
		return fmt.Errorf("duplicate check name: the built-in rule of this name is not of the template %q", check.Template)
	}
	return fmt.Errorf("duplicate check name: the built-in rule of this name is of the template %q, not %q", old.Template, check.Template)
}

func (s *selection) include() {
	for _, name := range s.config.Include {
		found := s.rules.find(name)
		for _, r := range found {
			s.enabled[r.Name] = true
		}
		if len(found) == 0 && !slices.Contains(s.config.Exclude, name) {
			s.errorf(s.config.names[name], "check %q not found", name)
		}
	}
}
