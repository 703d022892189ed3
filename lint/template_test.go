package lint_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// cargo are parameters of all types.
type cargo struct {
	Name   string   `yaml:"name" doc:"what it is" required:"" regexp:"" negation:""`
	Sealed bool     `yaml:"sealed"`
	Tons   int      `yaml:"tons" doc:"its weight"`
	Worth  int64    `yaml:"worth"`
	Height float64  `yaml:"heightInMetres"`
	Ports  []string `yaml:"ports" enum:"bergen,oslo"`
	Mode   string   `yaml:"mode" enum:"sea,air"`
	Deck   *string  `yaml:"deck" enum:"fore,aft"`
	Crew   *int     `yaml:"crew"`
	Frozen *bool    `yaml:"frozen"`
}

// cargoTemplate makes rules that report what they were made of.
func cargoTemplate(defaults cargo) lint.Template {
	return lint.NewTemplate("cargo", "Reports its arguments.", defaults, func(c cargo) (*lint.Rule, error) {
		if c.Tons < 0 {
			return nil, errors.New("tons are less than none")
		}
		text := fmt.Sprintf("%s %t %d %d %v %v %s", c.Name, c.Sealed, c.Tons, c.Worth, c.Height, c.Ports, c.Mode)
		if c.Deck != nil {
			text += " deck " + *c.Deck
		}
		if c.Crew != nil {
			text += fmt.Sprint(" crew ", *c.Crew)
		}
		if c.Frozen != nil {
			text += fmt.Sprint(" frozen ", *c.Frozen)
		}
		return &lint.Rule{Name: "cargo", Run: func(p *lint.Pass) error { p.Reportf(nil, "%s", text); return nil }}, nil
	})
}

// argsOf reads arguments from line 4 of a file.
func argsOf(t *testing.T, text string) *manifest.Node {
	t.Helper()
	return objectsIn(t, "args.yaml", "apiVersion: v1\nkind: Args\nargs:\n"+text)[0].Get("args")
}

func TestTemplateArguments(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		defaults cargo
		args     string
		want     string // what the rule reports, or a part of the error
	}{
		{"all", cargo{}, "  name: tar\n  sealed: yes\n  tons: 3\n  worth: 9000000000\n  heightInMetres: 1.5\n  ports: [oslo, bergen]\n  mode: air\n  deck: aft\n  crew: 0\n  frozen: off\n",
			"tar true 3 9000000000 1.5 [oslo bergen] air deck aft crew 0 frozen false"},
		{"few", cargo{}, "  name: tar\n", "tar false 0 0 0 [] "},
		{"whatever the case", cargo{}, "  NAME: tar\n  heightinmetres: 2\n", "tar false 0 0 2 [] "},
		{"defaults", cargo{Name: "coal", Tons: 5, Ports: []string{"oslo"}, Mode: "sea"}, "  sealed: true\n", "coal true 5 0 0 [oslo] sea"},
		{"in place of defaults", cargo{Name: "coal", Tons: 5, Ports: []string{"oslo"}}, "  name: tar\n  tons: 0\n  ports: []\n", "tar false 0 0 0 [] "},
		{"null is left out", cargo{Name: "coal", Tons: 5}, "  name: null\n  tons:\n", "coal false 5 0 0 [] "},
		{"merged", cargo{}, "  <<: {name: tar, tons: 1}\n  tons: 2\n", "tar false 2 0 0 [] "},
		{"alias", cargo{}, "  name: &n oslo\n  ports: [*n]\n", "oslo false 0 0 0 [oslo] "},
		{"whole float", cargo{}, "  name: tar\n  tons: 3.0\n", "tar false 3 0 0 [] "},
		{"truth value of YAML 1.1 as text", cargo{}, "  name: on\n", "on false 0 0 0 [] "},

		{"required", cargo{}, "  tons: 1\n", "template cargo: required param name not found"},
		{"required, empty", cargo{}, "  name: \"\"\n", "template cargo: required param name not found"},
		{"required, null", cargo{}, "  name:\n", "template cargo: required param name not found"},
		{"unknown", cargo{}, "  name: tar\n  colour: black\n", "args.yaml:5:3: template cargo: has invalid keys: colour"},
		{"unknown, merged", cargo{}, "  <<: {name: tar, colour: black}\n", "args.yaml:4:19: template cargo: has invalid keys: colour"},
		{"string", cargo{}, "  name: 3\n", "args.yaml:4:9: template cargo: param name: want string, got integer"},
		{"string, true", cargo{}, "  name: true\n", "param name: want string, got boolean"},
		{"boolean", cargo{}, "  name: x\n  sealed: \"true\"\n", "args.yaml:5:11: template cargo: param sealed: want boolean, got string"},
		{"integer", cargo{}, "  name: x\n  tons: \"3\"\n", "param tons: want integer, got string"},
		{"integer, not whole", cargo{}, "  name: x\n  worth: 1.5\n", "param worth: want integer, got number"},
		{"number", cargo{}, "  name: x\n  heightInMetres: []\n", "param heightInMetres: want number, got list"},
		{"list", cargo{}, "  name: x\n  ports: oslo\n", "param ports: want array of strings, got string"},
		{"item", cargo{}, "  name: x\n  ports: [oslo, {}]\n", "param ports: item 1: want string, got object"},
		{"pointer", cargo{}, "  name: x\n  crew: many\n", "param crew: want integer, got string"},
		{"enum", cargo{}, "  name: x\n  mode: rail\n", `param mode: invalid value "rail", want one of sea, air`},
		{"enum of a list", cargo{}, "  name: x\n  ports: [oslo, rome]\n", `param ports: invalid value "rome", want one of bergen, oslo`},
		{"enum of a pointer", cargo{}, "  name: x\n  deck: low\n", `param deck: invalid value "low", want one of fore, aft`},
		{"not an object", cargo{}, "  - name\n", "args.yaml:4:3: template cargo: arguments are a list, not an object"},
		{"refused by the rule", cargo{}, "  name: x\n  tons: -1\n", "template cargo: tons are less than none"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r, err := cargoTemplate(row.defaults).Rule(argsOf(t, row.args))
			if err != nil {
				if !strings.Contains(err.Error(), row.want) {
					t.Errorf("Rule(\n%s) = %v, want %q", row.args, err, row.want)
				}
				return
			}
			got := found(run(t, []*manifest.Object{objectOf(t, "a.yaml", "v1 Pod x")}, lint.Options{}, r))
			if diff := cmp.Diff([]string{"cargo " + row.want}, got); diff != "" {
				t.Errorf("Rule(\n%s) reports (-want +got):\n%s", row.args, diff)
			}
		})
	}
}

// A number that is asked for may be given as 0, and one that is not given is missed.
func TestRequiredNumber(t *testing.T) {
	t.Parallel()
	type params struct {
		Least int   `yaml:"least" required:""`
		Sure  bool  `yaml:"sure" required:""`
		Most  *int  `yaml:"most" required:""`
		Maybe *bool `yaml:"maybe"`
	}
	template := lint.NewTemplate("t", "", params{}, func(params) (*lint.Rule, error) { return new(lint.Rule), nil })
	for _, row := range []struct {
		args map[string]any
		want string
	}{
		{map[string]any{"least": 0, "sure": false, "most": 0}, ""},
		{map[string]any{"sure": false, "most": 0}, "required param least not found"},
		{map[string]any{"least": 0, "most": 0}, "required param sure not found"},
		{map[string]any{"least": 0, "sure": false}, "required param most not found"},
		{nil, "required param least not found"},
	} {
		_, err := template.With(row.args)
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("With(%v) = %v, want %q", row.args, err, row.want)
		}
	}
}

// Who makes a rule may set more than what it runs; the rest is the template's.
func TestTemplateRule(t *testing.T) {
	t.Parallel()
	args := map[string]any{"name": "tar", "tons": 3, "ports": []string{"oslo"}}
	for _, row := range []struct {
		name  string
		made  lint.Rule
		want  lint.Rule
		extra func(lint.Template) lint.Template
	}{
		{"kinds of the template", lint.Rule{}, lint.Rule{Kinds: []lint.Kind{lint.Pod}, CompatKinds: []lint.Kind{lint.Job}},
			func(t lint.Template) lint.Template { return t.For(lint.Pod).CompatFor(lint.Job) }},
		{"kinds of its own", lint.Rule{Kinds: []lint.Kind{lint.Service}}, lint.Rule{Kinds: []lint.Kind{lint.Service}},
			func(t lint.Template) lint.Template { return t.For(lint.Pod).CompatFor(lint.Job) }},
		{"no kinds", lint.Rule{Name: "n", Title: "t"}, lint.Rule{Name: "n", Title: "t"},
			func(t lint.Template) lint.Template { return t.Titled("cargo") }},
	} {
		template := row.extra(lint.NewTemplate("cargo", "", cargo{}, func(cargo) (*lint.Rule, error) { r := row.made; return &r, nil }))
		got, err := template.With(args)
		if err != nil {
			t.Errorf("%s: With() = %v", row.name, err)
			continue
		}
		row.want.Template = "cargo"
		row.want.Params = map[string]any{"name": "tar", "tons": int64(3), "ports": []any{"oslo"}}
		if diff := cmp.Diff(&row.want, got); diff != "" {
			t.Errorf("%s: With() (-want +got):\n%s", row.name, diff)
		}
	}
	if _, err := cargoTemplate(cargo{}).With(map[string]any{"name": func() {}}); err == nil || !strings.Contains(err.Error(), "template cargo: ") {
		t.Errorf("With() of a function = %v, want an error that names the template", err)
	}
	r, err := cargoTemplate(cargo{Name: "coal"}).With(nil)
	if err != nil || r.Params != nil || r.Template != "cargo" {
		t.Errorf("With(nil) = %+v, %v, want a rule without arguments", r, err)
	}
}

func TestTemplateParams(t *testing.T) {
	t.Parallel()
	deck := "aft"
	got := cargoTemplate(cargo{Tons: 5, Ports: []string{"oslo"}, Deck: &deck}).Params
	want := []lint.Param{
		{Name: "name", Type: "string", Doc: "what it is", Required: true, Regexp: true, Negation: true},
		{Name: "sealed", Type: "boolean"},
		{Name: "tons", Type: "integer", Doc: "its weight", Default: 5},
		{Name: "worth", Type: "integer"},
		{Name: "heightInMetres", Type: "number"},
		{Name: "ports", Type: "array of strings", Default: []string{"oslo"}, Enum: []string{"bergen", "oslo"}},
		{Name: "mode", Type: "string", Enum: []string{"sea", "air"}},
		{Name: "deck", Type: "string", Default: "aft", Enum: []string{"fore", "aft"}},
		{Name: "crew", Type: "integer"},
		{Name: "frozen", Type: "boolean"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Params (-want +got):\n%s", diff)
	}
}

// Parameters that no arguments can set are a mistake of who writes the template.
func TestTemplateMisuse(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(){
		"map": func() {
			misuse(struct {
				A map[string]string `yaml:"a"`
			}{})
		},
		"numbers": func() {
			misuse(struct {
				A []int `yaml:"a"`
			}{})
		},
		"no tag": func() { misuse(struct{ A string }{}) },
		"hidden": func() {
			misuse(struct {
				a string `yaml:"a"`
			}{})
		},
		"enum": func() {
			misuse(struct {
				A int `yaml:"a" enum:"1,2"`
			}{})
		},
	} {
		got := func() (v any) {
			defer func() { v = recover() }()
			make()
			return nil
		}()
		if text, ok := got.(string); !ok || !strings.HasPrefix(text, "lint: ") {
			t.Errorf("NewTemplate with a parameter that is wrong (%s) panics with %v, want a text", name, got)
		}
	}
}

func misuse[P any](params P) {
	lint.NewTemplate("t", "", params, func(P) (*lint.Rule, error) { return new(lint.Rule), nil })
}
