package rules_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/linttest"
	"github.com/plimsoll-go/plimsoll/lint/rules"
)

// TestArguments holds templates that built-in rules are made of against fixtures
// with other arguments: testdata/args/<template>.txtar.
func TestArguments(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "args", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("find fixtures: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			linttest.RunTemplate(t, template(t, name), file)
		})
	}
}

// TestArgumentErrors gives templates arguments that they do not take.
func TestArgumentErrors(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		template string
		args     map[string]any
		want     string
	}{
		{"anti-affinity", map[string]any{"topologyKey": "("}, "invalid topologyKey"},
		{"update-configuration", nil, "required param strategyTypeRegex not found"},
		{"update-configuration", map[string]any{"strategyTypeRegex": "("}, "invalid regex ("},
		{"update-configuration", map[string]any{"strategyTypeRegex": "x", "maxSurge": "few"}, "invalid MaxSurge: few is neither"},
		{"update-configuration", map[string]any{"strategyTypeRegex": "x", "minPodsUnavailable": "101%"}, "invalid MinPodsUnavailable: 101% is out of range"},
		{"update-configuration", map[string]any{"strategyTypeRegex": "x", "minSurge": "-1"}, "invalid MinSurge: -1 is out of range"},
		{"trusted-registry", nil, "required param registries not found"},
		{"trusted-registry", map[string]any{"registries": []string{"a["}}, "syntax error in pattern"},
		{"high-id", map[string]any{"field": "fsGroup"}, `invalid value "fsGroup"`},
		{"minimum-replicas", map[string]any{"minReplicas": "3"}, "want integer, got string"},
	} {
		if _, err := template(t, row.template).With(row.args); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s with %v: got error %v, want one that has %q", row.template, row.args, err, row.want)
		}
	}
}

func template(t *testing.T, name string) lint.Template {
	t.Helper()
	all := rules.Templates()
	i := slices.IndexFunc(all, func(t lint.Template) bool { return t.Name == name })
	if i < 0 {
		t.Fatalf("no template %s", name)
	}
	return all[i]
}
