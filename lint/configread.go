package lint

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A configReader reads the nodes of a configuration.
type configReader struct {
	config *Config
	errs   []error
}

// A configField reads the value of one key.
type configField struct {
	key  string
	read func(*manifest.Node)
}

func (r *configReader) result() (*Config, error) {
	if err := errors.Join(r.errs...); err != nil {
		return nil, err
	}
	return r.config, nil
}

func (r *configReader) errorf(n *manifest.Node, format string, args ...any) {
	r.errs = append(r.errs, Problem{Position: n.Position(), Err: fmt.Errorf(format, args...)})
}

func (r *configReader) warnf(n *manifest.Node, format string, args ...any) {
	r.config.Warnings = append(r.config.Warnings, Problem{Position: n.Position(), Err: fmt.Errorf(format, args...)})
}

func (r *configReader) read(root *manifest.Node) {
	c := r.config
	r.fields(root, "the configuration",
		configField{"checks", func(n *manifest.Node) {
			r.fields(n, "checks",
				configField{"addAllBuiltIn", r.truth(&c.AddAllBuiltIn)},
				configField{"doNotAutoAddDefaults", r.truth(&c.DoNotAutoAddDefaults)},
				configField{"include", r.ruleNames(&c.Include)},
				configField{"exclude", r.ruleNames(&c.Exclude)},
				configField{"ignorePaths", r.patterns(&c.IgnorePaths)},
			)
		}},
		configField{"customChecks", func(n *manifest.Node) { r.items(n, "customChecks", r.customCheck) }},
		configField{"suppress", func(n *manifest.Node) { r.items(n, "suppress", r.suppression) }},
	)
}

func (r *configReader) customCheck(n *manifest.Node) {
	check := CustomCheck{Position: n.Position()}
	r.fields(n, "a custom check",
		configField{"name", r.text(&check.Name)},
		configField{"template", r.text(&check.Template)},
		configField{"description", r.text(&check.Description)},
		configField{"remediation", r.text(&check.Remediation)},
		configField{"severity", r.severity(&check.Severity)},
		configField{"params", func(n *manifest.Node) { check.Params = n }},
		configField{"scope", func(n *manifest.Node) {
			check.Kinds = []Kind{}
			r.fields(n, "a scope", configField{"objectKinds", r.kinds(&check.Kinds)})
		}},
	)
	r.config.CustomChecks = append(r.config.CustomChecks, check)
}

func (r *configReader) suppression(n *manifest.Node) {
	s := Suppression{Position: n.Position()}
	rules := func(n *manifest.Node) { r.list(&s.Rules)(n) }
	r.fields(n, "a suppression",
		configField{"rule", rules},
		configField{"rules", rules},
		configField{"kind", r.pattern(&s.Kind)},
		configField{"name", r.pattern(&s.Name)},
		configField{"namespace", r.pattern(&s.Namespace)},
		configField{"path", r.pattern(&s.Path)},
		configField{"reason", r.text(&s.Reason)},
		configField{"until", r.day(&s.Until)},
	)
	if len(s.Rules) == 0 {
		r.errorf(n, "a suppression names no rule")
	}
	r.config.Suppress = append(r.config.Suppress, s)
}

// fields reads the entries of a mapping. A key that there is not is a warning.
func (r *configReader) fields(n *manifest.Node, name string, fields ...configField) {
	if !n.Exists() {
		return
	}
	if n.Kind() != manifest.Mapping {
		r.errorf(n, "%s is %s, not an object", name, what(n))
		return
	}
	for key, value := range n.Entries() {
		i := slices.IndexFunc(fields, func(f configField) bool { return strings.EqualFold(f.key, key) })
		switch {
		case i < 0:
			at := value
			if value.Key() != nil {
				at = value.Key()
			}
			r.warnf(at, "%s has no key %q", name, key)
		case value.Exists():
			fields[i].read(value)
		}
	}
}

func (r *configReader) items(n *manifest.Node, name string, read func(*manifest.Node)) {
	if n.Kind() != manifest.Sequence {
		r.errorf(n, "%s is %s, not a list", name, what(n))
		return
	}
	for item := range n.Items() {
		read(item)
	}
}

func (r *configReader) text(into *string) func(*manifest.Node) {
	return func(n *manifest.Node) {
		if n.Kind() >= manifest.Sequence {
			r.errorf(n, "want a string, got %s", what(n))
			return
		}
		*into = n.Text()
	}
}

func (r *configReader) truth(into *bool) func(*manifest.Node) {
	return func(n *manifest.Node) {
		if b, ok := n.Bool(); ok {
			*into = b
			return
		}
		if i, ok := n.Int(); ok {
			*into = i != 0
			return
		}
		b, err := strconv.ParseBool(n.Text())
		if err != nil {
			r.errorf(n, "want a boolean, got %s", what(n))
			return
		}
		*into = b
	}
}

// list reads a list of strings, or a string that is one with commas.
func (r *configReader) list(into *[]string) func(*manifest.Node) {
	return func(n *manifest.Node) {
		switch {
		case n.Kind() == manifest.Mapping:
			r.errorf(n, "want a list of strings, got an object")
		case n.Kind() == manifest.Sequence:
			for item := range n.Items() {
				var s string
				r.text(&s)(item)
				*into = append(*into, s)
			}
		case n.Text() != "":
			*into = append(*into, strings.Split(n.Text(), ",")...)
		}
	}
}

func (r *configReader) kinds(into *[]Kind) func(*manifest.Node) {
	return func(n *manifest.Node) {
		var names []string
		r.list(&names)(n)
		for _, name := range names {
			*into = append(*into, Kind(name))
		}
	}
}

// ruleNames reads a list of rules and notes where each stands.
func (r *configReader) ruleNames(into *[]string) func(*manifest.Node) {
	return func(n *manifest.Node) {
		before := len(*into)
		r.list(into)(n)
		if r.config.names == nil {
			r.config.names = make(map[string]manifest.Position)
		}
		for _, name := range (*into)[before:] {
			r.config.names[name] = n.Position()
		}
		for item := range n.Items() {
			r.config.names[item.Text()] = item.Position()
		}
	}
}

func (r *configReader) patterns(into *[]string) func(*manifest.Node) {
	return func(n *manifest.Node) {
		r.list(into)(n)
		for _, p := range *into {
			r.checkPattern(n, p)
		}
	}
}

func (r *configReader) pattern(into *string) func(*manifest.Node) {
	return func(n *manifest.Node) {
		r.text(into)(n)
		r.checkPattern(n, *into)
	}
}

func (r *configReader) checkPattern(n *manifest.Node, pattern string) {
	if err := checkGlob(pattern); err != nil {
		r.errorf(n, "pattern %q: %w", pattern, err)
	}
}

func (r *configReader) severity(into *severity.Level) func(*manifest.Node) {
	return func(n *manifest.Node) {
		level, err := severity.Parse(n.Text())
		if err != nil {
			r.errorf(n, "%w", err)
		}
		*into = level
	}
}

func (r *configReader) day(into *time.Time) func(*manifest.Node) {
	return func(n *manifest.Node) {
		day, err := time.Parse(time.DateOnly, n.Text())
		if err != nil {
			r.errorf(n, "want a day such as 2027-01-31, got %s", what(n))
		}
		*into = day
	}
}

// what is n for messages: its kind, or the text of a scalar.
func what(n *manifest.Node) string {
	switch n.Kind() {
	case manifest.Sequence:
		return "a list"
	case manifest.Mapping:
		return "an object"
	}
	return strconv.Quote(n.Text())
}

// checkGlob returns [path.ErrBadPattern] for what [matchGlob] cannot read.
func checkGlob(pattern string) error {
	alternatives, err := braces(pattern)
	for _, p := range alternatives {
		if _, bad := path.Match(p, ""); bad != nil {
			return bad
		}
	}
	return err
}
