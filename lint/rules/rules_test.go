package rules_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/linttest"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// Package linttest looks for it.
var _ = flag.Bool("update", false, "rewrite the fixed sections of testdata")

// TestRules holds each rule against testdata/<rule>.txtar, but for those that look at
// Dockerfiles: the module that decodes these does it for them.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, r := range rules.All() {
		if slices.Contains(r.Groups, rules.Dockerfile) {
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			linttest.Run(t, r)
		})
	}
}

// TestKubeLinterGroup counts the checks of KubeLinter: all but schema-validation,
// which is in a package of its own.
func TestKubeLinterGroup(t *testing.T) {
	t.Parallel()
	const want = 62
	got := 0
	for _, r := range rules.All() {
		isOurs := !slices.Contains(r.Groups, lint.KubeLinter)
		if !isOurs {
			got++
		}
		if isOurs && r.Default && !slices.Contains(r.Groups, rules.Dockerfile) && !slices.Contains(r.Groups, rules.Compose) {
			t.Errorf("%s runs by default, but is no check of KubeLinter, and not for Dockerfiles or Compose files", r.Name)
		}
	}
	if got != want {
		t.Errorf("the group %s has %d rules, want %d", lint.KubeLinter, got, want)
	}
}

// TestUntyped has a deployment of a version that KubeLinter does not know: in compat
// mode only rules that read metadata or the text see it, a check of a configuration
// among them.
func TestUntyped(t *testing.T) {
	t.Parallel()
	config, err := lint.ReadConfig("config.yaml", []byte("checks: {addAllBuiltIn: true}\n"+
		"customChecks: [{name: custom-label, template: required-label, params: {key: team}}, {name: custom-replicas, template: minimum-replicas, params: {minReplicas: 9}}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := config.Rules(rules.All(), rules.Templates(), true)
	if err != nil {
		t.Fatal(err)
	}
	const text = "spec: {template: {}, replicas: 1}\nmetadata: {name: a}\nkind: Deployment\napiVersion: %s\n"
	found := func(apiVersion string) []string {
		b := manifest.ReadFile("a.yaml", fmt.Appendf(nil, text, apiVersion), manifest.Options{})
		r, err := lint.Run(t.Context(), b.Objects, list, lint.Options{Compat: true})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, d := range r.Diagnostics {
			names = append(names, d.Rule)
		}
		slices.Sort(names)
		return slices.Compact(names)
	}
	want := []string{"custom-label", "required-annotation-email", "required-label-owner", "sorted-keys", "use-namespace"}
	if got := found("apps/v9"); !slices.Equal(got, want) {
		t.Errorf("of a version that is not known, %q report something, want %q", got, want)
	}
	for _, name := range append(want, "custom-replicas", "mismatching-selector") {
		if got := found("apps/v1"); !slices.Contains(got, name) {
			t.Errorf("of a version that is known, %q report something, want %s among them", got, name)
		}
	}
}

// TestTemplates holds each template against testdata/template-<name>.txtar. One
// that a built-in rule is made of need not have it.
func TestTemplates(t *testing.T) {
	t.Parallel()
	used := make(map[string]bool)
	for _, r := range rules.All() {
		used[r.Template] = true
	}
	for _, template := range rules.Templates() {
		if used[template.Name] && !exists(t, "template-"+template.Name) {
			continue
		}
		t.Run(template.Name, func(t *testing.T) {
			t.Parallel()
			linttest.RunTemplate(t, template)
		})
	}
}

// TestFixtures finds the fixtures that no test reads.
func TestFixtures(t *testing.T) {
	t.Parallel()
	names := make(map[string]bool)
	for _, r := range rules.All() {
		names[r.Name] = true
	}
	for _, template := range rules.Templates() {
		names["template-"+template.Name] = true
	}
	files, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name, _, _ := strings.Cut(filepath.Base(file), "."); !names[name] {
			t.Errorf("%s is the fixture of no rule and no template", file)
		}
	}
}

// exists reports whether there are fixtures of that name.
func exists(t *testing.T, name string) bool {
	t.Helper()
	for _, pattern := range []string{name + ".txtar", name + ".*.txtar"} {
		files, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) > 0 {
			return true
		}
	}
	return false
}
