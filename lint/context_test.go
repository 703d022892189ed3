package lint_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// contextRule reports the name of an object's context and the objects in it.
func contextRule() *lint.Rule {
	return &lint.Rule{Name: "context", Run: func(p *lint.Pass) error {
		var names []string
		for _, o := range p.Context.Objects {
			names = append(names, o.Name)
		}
		p.Reportf(nil, "%s sees %s in %q", p.Object.Name, strings.Join(names, " "), p.Context.Name)
		return nil
	}}
}

func TestContexts(t *testing.T) {
	t.Parallel()
	objects := []*manifest.Object{
		objectOf(t, "sea/x.yaml", "v1 Pod tug"), objectOf(t, "harbour/x.yaml", "v1 Pod crane"),
		objectOf(t, "sea/y.yaml", "v1 Pod buoy"), objectOf(t, "sea/north/x.yaml", "v1 Pod berg"), objectOf(t, "x.yaml", "v1 Pod gull"),
	}
	for _, row := range []struct {
		one  bool
		want []string
	}{
		{false, []string{
			`context gull sees gull in "."`, `context crane sees crane in "harbour"`,
			`context tug sees tug buoy in "sea"`, `context buoy sees tug buoy in "sea"`, `context berg sees berg in "sea/north"`,
		}},
		{true, []string{
			`context tug sees tug crane buoy berg gull in ""`, `context crane sees tug crane buoy berg gull in ""`,
			`context buoy sees tug crane buoy berg gull in ""`, `context berg sees tug crane buoy berg gull in ""`,
			`context gull sees tug crane buoy berg gull in ""`,
		}},
	} {
		if diff := cmp.Diff(row.want, found(run(t, objects, lint.Options{OneContext: row.one}, contextRule()))); diff != "" {
			t.Errorf("Run() with OneContext %t (-want +got):\n%s", row.one, diff)
		}
	}
}

func TestContextOf(t *testing.T) {
	t.Parallel()
	objects := []*manifest.Object{
		objectOf(t, "x.yaml", "apps/v1 Deployment a"), objectOf(t, "x.yaml", "v1 Service b"), objectOf(t, "x.yaml", "apps/v1beta1 Deployment c"),
		objectOf(t, "x.yaml", "extensions/v1beta1 Deployment d"), objectOf(t, "x.yaml", "v1 Pod e"), objectOf(t, "x.yaml", "argoproj.io/v1alpha1 Rollout f"),
		objectOf(t, "y/x.yaml", "apps/v1 Deployment g"),
	}
	for _, row := range []struct {
		compat bool
		want   string
	}{
		{false, "deployments a c; services b; ships ; first a; pods a c d e f; first a"},
		{true, "deployments a c; services b; ships ; first a; pods a c d e; first a"},
	} {
		var got string
		rule := &lint.Rule{Name: "a", Kinds: []lint.Kind{lint.Service}, Run: func(p *lint.Pass) error {
			c := p.Context
			for _, kind := range [][3]string{{"deployments", "apps", "Deployment"}, {"services", "", "Service"}, {"ships", "sea", "Ship"}} {
				got += kind[0] + " "
				for o := range c.Of(kind[1], kind[2]) {
					got += o.Name + " "
				}
				got = strings.TrimSuffix(got, " ") + "; "
			}
			got = strings.Replace(got, "ships;", "ships ;", 1)
			for o := range c.Of("apps", "Deployment") {
				got += "first " + o.Name
				break
			}
			got += "; pods"
			for pod := range c.Pods() {
				got += " " + pod.Object.Name
			}
			for pod := range c.Pods() {
				got += "; first " + pod.Object.Name
				break
			}
			return nil
		}}
		run(t, objects, lint.Options{Compat: row.compat}, rule)
		if got != row.want {
			t.Errorf("compat %t: a rule sees %q, want %q", row.compat, got, row.want)
		}
	}
}

func TestNamespaces(t *testing.T) {
	t.Parallel()
	objects := []*manifest.Object{
		objectOf(t, "x.yaml", "v1 Pod a"), objectOf(t, "x.yaml", "v1 Pod default/b"), objectOf(t, "x.yaml", "v1 Pod shop/c"), objectOf(t, "x.yaml", "v1 Pod shop/d"),
	}
	for _, row := range []struct {
		compat bool
		want   []string // pairs
	}{
		{false, []string{"ab", "cd"}},
		{true, []string{"cd"}},
	} {
		var got []string
		rule := &lint.Rule{Name: "a", Run: func(p *lint.Pass) error {
			for _, o := range p.Context.Objects {
				same, turned := p.Context.SameNamespace(p.Object, o), p.Context.SameNamespace(o, p.Object)
				if same != turned || o == p.Object && !same {
					return fmt.Errorf("SameNamespace(%s, %s) = %t, and the other way %t", p.Object, o, same, turned)
				}
				if pair := p.Object.Name + o.Name; same && p.Object.Name < o.Name {
					got = append(got, pair)
				}
			}
			return nil
		}}
		r := run(t, objects, lint.Options{Compat: row.compat, Workers: 1}, rule)
		if slices.Sort(got); !slices.Equal(got, row.want) || len(r.Problems) > 0 {
			t.Errorf("compat %t: in one namespace are %q, want %q; problems %v", row.compat, got, row.want, r.Problems)
		}
	}
}
