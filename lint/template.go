package lint

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A Template makes rules that differ in their parameters. See [NewTemplate].
type Template struct {
	Name  string // "required-label"
	Title string
	Doc   string
	// Kinds are what the template's rules look at unless they say otherwise.
	Kinds []Kind
	// CompatKinds are those in compat mode; nil: Kinds.
	CompatKinds []Kind
	Params      []Param

	make func(args *manifest.Node) (*Rule, error)
}

// A Param is a parameter of a template.
type Param struct {
	Name     string
	Type     string // "string", "boolean", "integer", "array of strings"
	Doc      string
	Required bool
	Default  any      // nil where it is the type's zero value
	Enum     []string // the values there are, nil: any
	Regexp   bool     // a regular expression
	Negation bool     // may start with !
}

// NewTemplate makes a template whose parameters are the fields of the struct P.
// Its tags describe them:
//
//	type params struct {
//		Key string `yaml:"key" doc:"the label" required:"" regexp:"" negation:""`
//	}
//
// Beside strings, numbers and truth values, fields may be slices of strings, and
// pointers, nil where an argument is left out; a P that has anything else in it, or
// a field without a name, panics. The tag required:"" asks for an argument, and one
// that is not empty; enum:"a,b" lists the strings there are. Names of arguments are
// compared whatever their case. The value defaults is what P is before the
// arguments are read. make is given the arguments, and returns a rule whose Run is set, and that
// may set more; name, kinds and texts are set by who asks for the rule.
func NewTemplate[P any](name, doc string, defaults P, make func(P) (*Rule, error)) Template {
	t := Template{Name: name, Doc: doc, Params: describe(reflect.ValueOf(defaults))}
	t.make = func(args *manifest.Node) (*Rule, error) {
		p := defaults
		if err := decode(args, reflect.ValueOf(&p).Elem()); err != nil {
			return nil, err
		}
		return make(p)
	}
	return t
}

// For returns t with the kinds that its rules look at.
func (t Template) For(kinds ...Kind) Template {
	t.Kinds = kinds
	return t
}

// CompatFor returns t with the kinds that its rules look at in compat mode.
func (t Template) CompatFor(kinds ...Kind) Template {
	t.CompatKinds = kinds
	return t
}

// Titled returns t with a title.
func (t Template) Titled(title string) Template {
	t.Title = title
	return t
}

// Rule makes a rule of arguments, a mapping or nil. An error about an argument is
// a [Problem] with its position. The rule has the template's kinds, and no name.
// Who gives it other kinds sets both Kinds and CompatKinds.
func (t Template) Rule(args *manifest.Node) (*Rule, error) {
	r, err := t.make(args)
	if p := (Problem{}); errors.As(err, &p) {
		p.Err = fmt.Errorf("template %s: %w", t.Name, p.Err)
		return nil, p
	}
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", t.Name, err)
	}
	r.Template = t.Name
	if r.Kinds == nil {
		r.Kinds, r.CompatKinds = t.Kinds, t.CompatKinds
	}
	if args.Exists() {
		r.Params = args.Any().(map[string]any)
	}
	return r, nil
}

// describe lists the fields of a struct of parameters.
func describe(v reflect.Value) []Param {
	var params []Param
	for i := range v.NumField() {
		f := v.Type().Field(i)
		p := Param{Name: f.Tag.Get("yaml"), Doc: f.Tag.Get("doc"), Type: paramType(f.Type)}
		if p.Name == "" || !f.IsExported() {
			panic(fmt.Sprintf("lint: the parameter %s is not exported, or has no yaml tag", f.Name))
		}
		_, p.Required = f.Tag.Lookup("required")
		_, p.Regexp = f.Tag.Lookup("regexp")
		_, p.Negation = f.Tag.Lookup("negation")
		if enum := f.Tag.Get("enum"); enum != "" {
			p.Enum = strings.Split(enum, ",")
			if p.Type != "string" && p.Type != "array of strings" {
				panic(fmt.Sprintf("lint: the parameter %s is %s, and its enum are strings", p.Name, p.Type))
			}
		}
		if !v.Field(i).IsZero() {
			p.Default = reflect.Indirect(v.Field(i)).Interface()
		}
		params = append(params, p)
	}
	return params
}

func paramType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return paramType(t.Elem())
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.String {
			return "array of strings"
		}
	}
	panic(fmt.Sprintf("lint: a parameter cannot be a %s", t))
}

// decode reads arguments into a struct of parameters.
func decode(args *manifest.Node, into reflect.Value) error {
	if args.Exists() && args.Kind() != manifest.Mapping {
		return argumentf(args, "arguments are a %s, not an object", args.Kind())
	}
	given := make(map[int]bool)
	for key, value := range args.Entries() {
		i := fieldOf(into.Type(), key)
		if i < 0 {
			return argumentf(value.Key(), "has invalid keys: %s", key)
		}
		if !value.Exists() {
			continue
		}
		given[i] = true
		if err := decodeValue(value, into.Field(i)); err != nil {
			return argumentf(value, "param %s: %w", key, err)
		}
	}
	for i := range into.NumField() {
		f := into.Type().Field(i)
		name := f.Tag.Get("yaml")
		if _, required := f.Tag.Lookup("required"); required && isMissing(into.Field(i), given[i]) {
			return fmt.Errorf("required param %s not found", name)
		}
		enum := f.Tag.Get("enum")
		if enum == "" {
			continue
		}
		if err := checkEnum(into.Field(i), strings.Split(enum, ",")); err != nil {
			return fmt.Errorf("param %s: %w", name, err)
		}
	}
	return nil
}

// isMissing reports whether a parameter is empty that must not be. Numbers and truth
// values are never empty once they are given.
func isMissing(v reflect.Value, given bool) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return v.IsNil() || isMissing(v.Elem(), given)
	case reflect.String, reflect.Slice:
		return v.Len() == 0
	}
	return v.IsZero() && !given
}

// argumentf makes an error about an argument.
func argumentf(n *manifest.Node, format string, args ...any) error {
	return Problem{Position: n.Position(), Err: fmt.Errorf(format, args...)}
}

func fieldOf(t reflect.Type, key string) int {
	for i := range t.NumField() {
		if strings.EqualFold(t.Field(i).Tag.Get("yaml"), key) {
			return i
		}
	}
	return -1
}

func decodeValue(n *manifest.Node, into reflect.Value) error {
	mismatch := fmt.Errorf("want %s, got %s", paramType(into.Type()), n.Kind())
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return decodeValue(n, into.Elem())
	case reflect.String:
		s, ok := n.Str()
		if !ok && n.Kind() == manifest.Bool && !isTrueFalse(n.Text()) {
			s, ok = n.Text(), true // on, yes: a string in YAML 1.2, and to KubeLinter
		}
		if !ok {
			return mismatch
		}
		into.SetString(s)
	case reflect.Bool:
		b, ok := n.Bool()
		if !ok {
			return mismatch
		}
		into.SetBool(b)
	case reflect.Int, reflect.Int64:
		i, ok := n.Int()
		if !ok {
			return mismatch
		}
		into.SetInt(i)
	case reflect.Float64:
		f, ok := n.Float()
		if !ok {
			return mismatch
		}
		into.SetFloat(f)
	case reflect.Slice:
		if n.Kind() != manifest.Sequence {
			return mismatch
		}
		list := reflect.MakeSlice(into.Type(), n.Len(), n.Len())
		i := 0
		for item := range n.Items() {
			if err := decodeValue(item, list.Index(i)); err != nil {
				return fmt.Errorf("item %d: %w", i, err)
			}
			i++
		}
		into.Set(list)
	}
	return nil
}

// isTrueFalse reports whether s is a truth value in YAML 1.2 too.
func isTrueFalse(s string) bool { return strings.EqualFold(s, "true") || strings.EqualFold(s, "false") }

func checkEnum(v reflect.Value, enum []string) error {
	check := func(s string) error {
		for _, e := range enum {
			if s == e {
				return nil
			}
		}
		return fmt.Errorf("invalid value %q, want one of %s", s, strings.Join(enum, ", "))
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return checkEnum(v.Elem(), enum)
	case reflect.String:
		if v.Len() == 0 {
			return nil
		}
		return check(v.String())
	}
	for i := range v.Len() {
		if err := check(v.Index(i).String()); err != nil {
			return err
		}
	}
	return nil
}

// With makes a rule of arguments that are Go values: see [Template.Rule].
func (t Template) With(args map[string]any) (*Rule, error) {
	if args == nil {
		return t.Rule(nil)
	}
	n, err := manifest.NodeOf(args)
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", t.Name, err)
	}
	return t.Rule(n)
}
