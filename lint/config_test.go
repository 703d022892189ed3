package lint_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// labelTemplate makes rules that want a label.
func labelTemplate() lint.Template {
	type params struct {
		Key  string   `yaml:"key" doc:"the label" required:""`
		Mode string   `yaml:"mode" doc:"how it is compared" enum:"exact,fold"`
		Skip []string `yaml:"skip" doc:"names of objects to pass over"`
	}
	return lint.NewTemplate("wants-label", "Reports objects without a label.", params{Mode: "exact"}, func(p params) (*lint.Rule, error) {
		return &lint.Rule{Run: func(pass *lint.Pass) error {
			if _, ok := pass.Object.Metadata().Labels.Get(p.Key); !ok {
				pass.Reportf(nil, "no label %q", p.Key)
			}
			return nil
		}}, nil
	}).For(lint.Service, lint.DeploymentLike).Titled("label wanted")
}

// TestConfigRulesAll holds that in compat mode all rules are those of KubeLinter.
func TestConfigRulesAll(t *testing.T) {
	t.Parallel()
	builtin := append(testRules(t), &lint.Rule{Name: "ours", Run: func(*lint.Pass) error { return nil }})
	for _, test := range []struct {
		config lint.Config
		compat bool
		want   bool
	}{
		{lint.Config{AddAllBuiltIn: true}, false, true},
		{lint.Config{AddAllBuiltIn: true}, true, false},
		{lint.Config{AddAllBuiltIn: true, Include: []string{"ours"}}, true, true},
	} {
		list, err := test.config.Rules(builtin, nil, test.compat)
		if err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(list, func(r *lint.Rule) bool { return r.Name == "ours" })
		if got != test.want || len(list) < len(builtin)-1 {
			t.Errorf("%+v, compat %v: %d rules, ours %v, want %v", test.config, test.compat, len(list), got, test.want)
		}
	}
}

// testRules are the built-in rules of these tests.
func testRules(t testing.TB) []*lint.Rule {
	t.Helper()
	owner, err := labelTemplate().With(map[string]any{"key": "owner"})
	if err != nil {
		t.Fatal(err)
	}
	owner.Groups = []string{lint.KubeLinter}
	owner.Name, owner.Default, owner.Doc, owner.Severity = "wants-owner", true, "An object says who owns it.", severity.Low
	nothing := func(*lint.Pass) error { return nil }
	return []*lint.Rule{
		owner,
		{Name: "moored", Default: true, Aliases: []string{"HBR-0001", "HBR-0002"}, Groups: []string{"harbour", lint.KubeLinter}, Run: nothing},
		{Name: "afloat", Aliases: []string{"HBR-0003"}, Groups: []string{"harbour", "deep-water", lint.KubeLinter}, Run: nothing},
		{Name: "harbour-lit", Groups: []string{lint.KubeLinter}, Run: nothing},
	}
}

func TestReadConfig(t *testing.T) {
	t.Parallel()
	ignorePositions := cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "CustomChecks.Params" }, cmp.Ignore())
	at := func(offset, line, column int) manifest.Position {
		return manifest.Position{Path: "c.yaml", Offset: offset, Line: line, Column: column}
	}
	for _, test := range []struct {
		name, text string
		want       lint.Config
	}{
		{"empty", "", lint.Config{}},
		{"comments alone", "# nothing\n", lint.Config{}},
		{"null fields", "checks:\ncustomChecks:\nsuppress:\n", lint.Config{}},
		{"checks", "checks:\n  addAllBuiltIn: true\n  doNotAutoAddDefaults: true\n  include: [a]\n  exclude: [b, c]\n  ignorePaths: ['x/**']\n",
			lint.Config{AddAllBuiltIn: true, DoNotAutoAddDefaults: true, Include: []string{"a"}, Exclude: []string{"b", "c"}, IgnorePaths: []string{"x/**"}}},
		{"keys of any case", "CHECKS:\n  addallbuiltin: true\n  Include: [a]\n", lint.Config{AddAllBuiltIn: true, Include: []string{"a"}}},
		{"lists with commas", "checks:\n  include: a,b\n  exclude: c\n", lint.Config{Include: []string{"a", "b"}, Exclude: []string{"c"}}},
		{"truth values as text and numbers", "checks:\n  addAllBuiltIn: 'true'\n  doNotAutoAddDefaults: 1\n", lint.Config{AddAllBuiltIn: true, DoNotAutoAddDefaults: true}},
		{"json", `{"checks": {"include": ["a"]}}`, lint.Config{Include: []string{"a"}}},
		{"custom check", "customChecks:\n- name: n\n  template: t\n  description: d\n  remediation: r\n  severity: high\n  scope: {objectKinds: [Service]}\n",
			lint.Config{CustomChecks: []lint.CustomCheck{{
				Name: "n", Template: "t", Description: "d", Remediation: "r", Severity: severity.High,
				Kinds: []lint.Kind{"Service"}, Position: at(16, 2, 3),
			}}}},
		{"scope of nothing", "customChecks:\n- {name: n, scope: {}}\n",
			lint.Config{CustomChecks: []lint.CustomCheck{{Name: "n", Kinds: []lint.Kind{}, Position: at(16, 2, 3)}}}},
		{"suppression", "suppress:\n- rules: [a, b]\n  kind: Deployment\n  name: old-*\n  namespace: docks\n  path: vendor/**\n  reason: not ours\n  until: 2027-01-31\n",
			lint.Config{Suppress: []lint.Suppression{{
				Rules: []string{"a", "b"}, Kind: "Deployment", Name: "old-*", Namespace: "docks", Path: "vendor/**",
				Reason: "not ours", Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC), Position: at(12, 2, 3),
			}}}},
	} {
		got, err := lint.ReadConfig("c.yaml", []byte(test.text))
		if err != nil {
			t.Errorf("%s: ReadConfig: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(&test.want, got, ignorePositions, cmp.FilterPath(unexported, cmp.Ignore())); diff != "" {
			t.Errorf("%s: ReadConfig (-want +got):\n%s", test.name, diff)
		}
	}
}

// unexported reports whether a path ends in the one field of Config that is not
// compared.
func unexported(p cmp.Path) bool { return p.Last().String() == ".names" }

func TestReadConfigWarnings(t *testing.T) {
	t.Parallel()
	text := "check: {}\nchecks:\n  includes: [a]\n  include: [b]\ncustomChecks:\n- name: n\n  params: {what: ever}\n  scope: {kinds: []}\n---\nchecks: {}\n"
	want := []string{
		`c.yaml:1:1: the configuration has no key "check"`,
		`c.yaml:3:3: checks has no key "includes"`,
		`c.yaml:8:11: a scope has no key "kinds"`,
		`c.yaml:10:1: only the first document is read`,
	}
	c, err := lint.ReadConfig("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range c.Warnings {
		got = append(got, w.Error())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestReadConfigErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"- a\n", "c.yaml:1:1: the configuration is a list, not an object"},
		{"checks: [a]\n", "c.yaml:1:9: checks is a list, not an object"},
		{"checks:\n  include: {a: b}\n", "c.yaml:2:12: want a list of strings, got an object"},
		{"checks:\n  include: [a, [b]]\n", "c.yaml:2:16: want a string, got a list"},
		{"checks:\n  addAllBuiltIn: perhaps\n", `c.yaml:2:18: want a boolean, got "perhaps"`},
		{"checks:\n  addAllBuiltIn: []\n", `c.yaml:2:18: want a boolean, got a list`},
		{"checks:\n  ignorePaths: ['a[']\n", `c.yaml:2:16: pattern "a[": syntax error in pattern`},
		{"checks:\n  ignorePaths: ['a{b']\n", `c.yaml:2:16: pattern "a{b": syntax error in pattern`},
		{"customChecks: {}\n", "c.yaml:1:15: customChecks is an object, not a list"},
		{"customChecks:\n- severity: dire\n", `c.yaml:2:13: invalid severity "dire": want UNKNOWN, LOW, MEDIUM, HIGH or CRITICAL`},
		{"suppress:\n- name: a\n", "c.yaml:2:3: a suppression names no rule"},
		{"suppress:\n- rule: a\n  until: tomorrow\n", `c.yaml:3:10: want a day such as 2027-01-31, got "tomorrow"`},
		{"checks: {}\nchecks: {}\n", `c.yaml:2:1: duplicate key "checks": the last one counts`},
		{"checks: [\n", "c.yaml:1"},
		{"suppress:\n- name: a\n- name: b\n", "c.yaml:2:3: a suppression names no rule\nc.yaml:3:3: a suppression names no rule"},
	} {
		_, err := lint.ReadConfig("c.yaml", []byte(test.text))
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("ReadConfig(%q) = %v, want %s", test.text, err, test.want)
		}
		if p := (lint.Problem{}); !errors.As(err, &p) || p.Position.Line == 0 {
			t.Errorf("ReadConfig(%q): %v is no Problem with a position", test.text, err)
		}
	}
}

func TestConfigRules(t *testing.T) {
	t.Parallel()
	const custom = "customChecks:\n- {name: team, template: wants-label, params: {KEY: team}}\n"
	for _, test := range []struct{ name, text, want string }{
		{"defaults", "", "moored wants-owner"},
		{"no defaults", "checks: {doNotAutoAddDefaults: true}", ""},
		{"all", "checks: {addAllBuiltIn: true}", "afloat harbour-lit moored wants-owner"},
		{"all without defaults", "checks: {addAllBuiltIn: true, doNotAutoAddDefaults: true}", "afloat harbour-lit moored wants-owner"},
		{"include", "checks: {include: [afloat]}", "afloat moored wants-owner"},
		{"include twice", "checks: {include: [afloat, afloat]}", "afloat moored wants-owner"},
		{"exclude wins", "checks: {include: [afloat], exclude: [afloat, moored]}", "wants-owner"},
		{"exclude what there is not", "checks: {exclude: [sunk]}", "moored wants-owner"},
		{"include and exclude what there is not", "checks: {include: [sunk], exclude: [sunk]}", "moored wants-owner"},
		{"custom", custom, "moored team wants-owner"},
		{"custom without defaults", custom + "checks: {doNotAutoAddDefaults: true}", "team"},
		{"custom excluded", custom + "checks: {exclude: [team]}", "moored wants-owner"},
		{"alias", "checks: {doNotAutoAddDefaults: true, include: [hbr-0003]}", "afloat"},
		{"group", "checks: {doNotAutoAddDefaults: true, include: [Harbour]}", "afloat moored"},
		{"alias as Trivy once wrote it", "checks: {doNotAutoAddDefaults: true, include: [AVD-HBR-0003, hbr002]}", "afloat moored"},
		{"group without one", "checks: {doNotAutoAddDefaults: true, include: [harbour], exclude: [HBR-0001]}", "afloat"},
		{"exclude group", "checks: {addAllBuiltIn: true, exclude: [harbour]}", "harbour-lit wants-owner"},
	} {
		for _, compat := range []bool{false, true} {
			c, err := lint.ReadConfig("c.yaml", []byte(test.text))
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			rules, err := c.Rules(testRules(t), []lint.Template{labelTemplate()}, compat)
			if err != nil {
				t.Errorf("%s: Rules: %v", test.name, err)
			}
			var names []string
			for _, r := range rules {
				names = append(names, r.Name)
			}
			if got := strings.Join(names, " "); got != test.want {
				t.Errorf("%s, compat %v: Rules = %s, want %s", test.name, compat, got, test.want)
			}
			if err := lint.Validate(rules...); err != nil {
				t.Errorf("%s: Validate: %v", test.name, err)
			}
		}
	}
}

func TestConfigRulesErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"checks:\n  include:\n  - sunk\n", `c.yaml:3:5: check "sunk" not found`},
		{"checks:\n  include: moored,sunk\n", `c.yaml:2:12: check "sunk" not found`},
		{"customChecks:\n- template: wants-label\n", `c.yaml:2:3: custom check "": no name specified`},
		{"customChecks:\n- {name: a b, template: wants-label}\n", `c.yaml:2:3: custom check "a b": invalid name a b, must match regex ^[a-zA-Z0-9-_]+$`},
		{"customChecks:\n- {name: a, template: wants-crew}\n", `c.yaml:2:3: custom check "a": template "wants-crew" not found`},
		{"customChecks:\n- {name: a}\n", `c.yaml:2:3: custom check "a": template "" not found`},
		{"customChecks:\n- {name: a, template: wants-label, params: {key: x}, scope: {objectKinds: [Ship]}}\n", `c.yaml:2:3: custom check "a": unknown object kind: Ship`},
		{"customChecks:\n- {name: a, template: wants-label, params: {key: x}}\n- {name: a, template: wants-label, params: {key: y}}\n", "c.yaml:3:3: duplicate check name: a"},
		{"customChecks:\n- {name: a, template: wants-label}\n", `c.yaml:2:3: custom check "a": template wants-label: required param key not found`},
		{"customChecks:\n- name: a\n  template: wants-label\n  params:\n    key: x\n    kye: y\n", `c.yaml:6:5: custom check "a": template wants-label: has invalid keys: kye`},
		{"customChecks:\n- name: a\n  template: wants-label\n  params:\n    key: [x]\n", `c.yaml:5:10: custom check "a": template wants-label: param key: want string, got list`},
		{"customChecks:\n- name: a\n  template: wants-label\n  params: [x]\n", `c.yaml:4:11: custom check "a": template wants-label: arguments are a list, not an object`},
		{"customChecks:\n- {name: moored, template: wants-label, params: {key: x}}\n", `c.yaml:2:3: custom check "moored": duplicate check name: the built-in rule of this name is not of the template "wants-label"`},
		{"customChecks:\n- {name: moored, params: {key: x}}\n", `c.yaml:2:3: custom check "moored": the built-in rule of this name has no parameters`},
		{"customChecks:\n- {name: wants-owner, template: other}\n", `c.yaml:2:3: custom check "wants-owner": duplicate check name: the built-in rule of this name is of the template "wants-label", not "other"`},
	} {
		c, err := lint.ReadConfig("c.yaml", []byte(test.text))
		if err != nil {
			t.Fatalf("ReadConfig(%q): %v", test.text, err)
		}
		if _, err := c.Rules(testRules(t), []lint.Template{labelTemplate()}, false); err == nil || err.Error() != test.want {
			t.Errorf("Rules of %q:\n got %v\nwant %s", test.text, err, test.want)
		}
	}
}

// TestConfigChangesBuiltin has custom checks with the name of a built-in rule.
func TestConfigChangesBuiltin(t *testing.T) {
	t.Parallel()
	const text = `customChecks:
- name: wants-owner
  params: {key: captain}
- name: afloat
  severity: critical
  remediation: bail
  scope: {objectKinds: [Service]}
`
	c, err := lint.ReadConfig("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	builtin := testRules(t)
	if _, err := c.Rules(builtin, []lint.Template{labelTemplate()}, true); err == nil || !strings.Contains(err.Error(), "duplicate check name: wants-owner") {
		t.Errorf("in compat mode: %v, want a duplicate name", err)
	}
	rules, err := c.Rules(builtin, []lint.Template{labelTemplate()}, false)
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Name, Doc, Remediation string
		Severity               severity.Level
		Kinds                  []lint.Kind
		Params                 map[string]any
	}
	var got []row
	for _, r := range rules {
		got = append(got, row{r.Name, r.Doc, r.Remediation, r.Severity, r.Kinds, r.Params})
	}
	want := []row{
		{"afloat", "", "bail", severity.Critical, []lint.Kind{"Service"}, nil},
		{Name: "moored"},
		{"wants-owner", "An object says who owns it.", "", severity.Low, []lint.Kind{"Service", "DeploymentLike"}, map[string]any{"key": "captain"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if builtin[0].Params["key"] != "owner" {
		t.Errorf("the built-in rule itself has changed: %v", builtin[0].Params)
	}
}

// TestConfigParamsOfYAML12 has arguments that are strings in YAML 1.2 alone.
func TestConfigParamsOfYAML12(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"on": true, "yes": true, "'true'": true, "true": false, "False": false} {
		c, err := lint.ReadConfig("c.yaml", []byte("customChecks:\n- {name: a, template: wants-label, params: {key: "+text+"}}\n"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Rules(nil, []lint.Template{labelTemplate()}, true); (err == nil) != want {
			t.Errorf("the argument %s is a string: %v, want %v (%v)", text, err == nil, want, err)
		}
	}
}

func TestConfigIgnores(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pattern, path   string
		want, andCompat bool
	}{
		{"docks/**", "docks/a/b.yaml", true, true},
		{"docks/**", "docks", true, true},
		{"docks", "docks", true, true},
		{"docks", "docks/a/b.yaml", true, false},
		{"docks", "docks-old/a.yaml", false, false},
		{"**/a.yaml", "a.yaml", true, true},
		{"**/a.yaml", "x/y/a.yaml", true, true},
		{"**/x/**/a.yaml", "w/x/y/z/a.yaml", true, true},
		{"**/x/**/a.yaml", "w/y/z/a.yaml", false, false},
		{"*.yaml", "a.yaml", true, true},
		{"*.yaml", "x/a.yaml", false, false},
		{"{a,b{1,2}}.yaml", "b2.yaml", true, true},
		{"{a,b{1,2}}.yaml", "b3.yaml", false, false},
		{"/srv/a.yaml", "a.yaml", true, true},
		{"/other/a.yaml", "a.yaml", false, false},
		{"./a.yaml", "x/../a.yaml", true, true},
		{`\{a\}.yaml`, "{a}.yaml", true, true},
	} {
		c := lint.Config{IgnorePaths: []string{test.pattern}}
		if got := c.Ignores("/srv", test.path, false); got != test.want {
			t.Errorf("Ignores(%q) with %q = %v, want %v", test.path, test.pattern, got, test.want)
		}
		if got := c.Ignores("/srv", test.path, true); got != test.andCompat {
			t.Errorf("Ignores(%q) with %q in compat mode = %v, want %v", test.path, test.pattern, got, test.andCompat)
		}
	}
}

func FuzzReadConfig(f *testing.F) {
	f.Add("checks:\n  include: [a]\ncustomChecks:\n- {name: a, template: wants-label, params: {key: x}}\n")
	f.Add("suppress:\n- {rule: '*', name: 'a-{b,c}', until: 2027-01-31}\n")
	f.Add("checks: &a {ignorePaths: ['{{a,b},[}']}\ncustomChecks: [*a]\n")
	rules := testRules(f)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := lint.ReadConfig("c.yaml", []byte(text))
		if err != nil {
			if c != nil {
				t.Errorf("ReadConfig(%q) gives a configuration beside %v", text, err)
			}
			return
		}
		c.Ignores("/srv", "a/b.yaml", false)
		made, err := c.Rules(rules, []lint.Template{labelTemplate()}, false)
		if err == nil {
			if err := lint.Validate(made...); err != nil {
				t.Errorf("Rules of %q are not valid: %v", text, err)
			}
		}
	})
}
