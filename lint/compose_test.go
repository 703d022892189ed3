package lint_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// everyService reports each service.
func everyService(kinds ...lint.Kind) *lint.Rule {
	return &lint.Rule{Name: "service", Kinds: kinds, Run: func(p *lint.Pass) error {
		c := p.Object.Compose()
		if c == nil {
			p.Reportf(nil, "not a Compose file")
			return nil
		}
		for _, s := range c.Services {
			p.Reportf(s.Node, "service %s", s.Name)
		}
		return nil
	}}
}

// Rules look at Compose files where they say so, and never in compat mode.
func TestRulesOfComposeFiles(t *testing.T) {
	t.Parallel()
	objects := objectsIn(t, "shop/x.yaml", "apiVersion: v1\nkind: Compose\nmetadata: {name: mirage}\n")
	objects = append(objects, objectsIn(t, "shop/compose.yaml", "services:\n  web: {image: web}\n  db: {image: db} # plimsoll:ignore service\n")...)
	for _, row := range []struct {
		name         string
		kinds        []lint.Kind
		want, compat []string
	}{
		{"Compose files", []lint.Kind{lint.Compose}, []string{"shop/compose.yaml:2:3 service web"}, nil},
		{"every object", nil, []string{"shop/x.yaml:3:18 not a Compose file"}, []string{"shop/x.yaml:3:18 not a Compose file"}},
		{"any", []lint.Kind{lint.Any}, []string{"shop/x.yaml:3:18 not a Compose file"}, []string{"shop/x.yaml:3:18 not a Compose file"}},
		{"both", []lint.Kind{lint.Any, lint.Compose}, []string{"shop/x.yaml:3:18 not a Compose file", "shop/compose.yaml:2:3 service web"}, []string{"shop/x.yaml:3:18 not a Compose file"}},
		{"workloads and Dockerfiles", []lint.Kind{lint.DeploymentLike, lint.Dockerfile, lint.Service}, nil, nil},
	} {
		for _, compat := range []bool{false, true} {
			r := run(t, objects, lint.Options{Compat: compat}, everyService(row.kinds...))
			var got []string
			for _, d := range r.Diagnostics {
				got = append(got, fmt.Sprintf("%s %s", d.Span.Start, d.Message))
			}
			want := row.want
			if compat {
				want = row.compat
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, compat %t (-want +got):\n%s", row.name, compat, diff)
			}
			if compat && (len(r.Problems) != 1 || !errors.Is(r.Problems[0], manifest.ErrNotObject)) {
				t.Errorf("%s: problems %v in compat mode, want one of ErrNotObject", row.name, r.Problems)
			}
		}
	}
}

// A rule for Compose files alone is none that KubeLinter has.
func TestSelectRulesOfComposeFiles(t *testing.T) {
	t.Parallel()
	rule := everyService(lint.Compose)
	rule.Default = true
	for compat, want := range map[bool]int{false: 1, true: 0} {
		list, err := new(lint.Config).Rules([]*lint.Rule{rule}, nil, compat)
		if err != nil || len(list) != want {
			t.Errorf("compat %t: %d rules, %v; want %d", compat, len(list), err, want)
		}
	}
}
