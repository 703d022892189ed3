package lint_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// cargo is a struct of parameters with one of each type.
type cargo struct {
	Name   string   `yaml:"name" doc:"what it is called" required:"" regexp:"" negation:""`
	Kind   string   `yaml:"kind" enum:"dry,liquid"`
	Tons   int      `yaml:"tons"`
	Most   *int     `yaml:"most"`
	Share  float64  `yaml:"share"`
	Sealed bool     `yaml:"sealed"`
	Ports  []string `yaml:"ports"`
}

// load is a template that keeps what it was given.
func load(into *cargo) lint.Template {
	return lint.NewTemplate("load", "Takes cargo.", cargo{Tons: 7}, func(c cargo) (*lint.Rule, error) {
		if c.Tons > 100 {
			return nil, errors.New("too heavy")
		}
		*into = c
		return &lint.Rule{Run: func(*lint.Pass) error { return nil }}, nil
	}).For(lint.Pod)
}

func args(t *testing.T, text string) *manifest.Node {
	t.Helper()
	docs, problems := manifest.ReadDocuments("args.yaml", []byte(text), manifest.Options{})
	if len(docs) != 1 || len(problems) > 0 {
		t.Fatalf("read %q: %d documents, %v", text, len(docs), problems)
	}
	return docs[0].Root
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	var got cargo
	rule, err := load(&got).Rule(args(t, "NAME: coal\nkind: dry\nmost: 0\nshare: 2\nsealed: true\nports: [a, b]\n"))
	if err != nil {
		t.Fatal(err)
	}
	zero := 0
	want := cargo{Name: "coal", Kind: "dry", Tons: 7, Most: &zero, Share: 2, Sealed: true, Ports: []string{"a", "b"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]lint.Kind{lint.Pod}, rule.Kinds); diff != "" || rule.Template != "load" {
		t.Errorf("rule of template %q, kinds (-want +got):\n%s", rule.Template, diff)
	}
	if _, err := load(&got).With(map[string]any{"name": "tea", "ports": []string{"c"}}); err != nil || got.Name != "tea" || got.Ports[0] != "c" {
		t.Errorf("With = %v, arguments %+v", err, got)
	}
}

func TestTemplateErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"name: x\nweight: 3\n":      "args.yaml:2:1: template load: has invalid keys: weight",
		"name: x\ntons: '3'\n":      "args.yaml:2:7: template load: param tons: want integer, got string",
		"name: 3\n":                 "args.yaml:1:7: template load: param name: want string, got integer",
		"name: x\nports: a\n":       "param ports: want array of strings, got string",
		"name: x\nports: [[]]\n":    "param ports: item 0: want string, got list",
		"name: x\nkind: gas\n":      `invalid value "gas", want one of dry, liquid`,
		"tons: 3\n":                 "required param name not found",
		"[]\n":                      "arguments are a list, not an object",
		"name: x\ntons: 101\n":      "too heavy",
		"name: x\nsealed: [true]\n": "param sealed: want boolean, got list",
	} {
		var got cargo
		if _, err := load(&got).Rule(args(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Rule(%q) = %v, want %q in it", text, err, want)
		}
	}
}

func TestTemplateParams(t *testing.T) {
	t.Parallel()
	var got cargo
	want := []lint.Param{
		{Name: "name", Type: "string", Doc: "what it is called", Required: true, Regexp: true, Negation: true},
		{Name: "kind", Type: "string", Enum: []string{"dry", "liquid"}},
		{Name: "tons", Type: "integer", Default: 7},
		{Name: "most", Type: "integer"},
		{Name: "share", Type: "number"},
		{Name: "sealed", Type: "boolean"},
		{Name: "ports", Type: "array of strings"},
	}
	if diff := cmp.Diff(want, load(&got).Params); diff != "" {
		t.Errorf("Params (-want +got):\n%s", diff)
	}
}
