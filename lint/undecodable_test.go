package lint_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// In compat mode a rule of a template that reads fields is not run on an object of
// which KubeLinter has none; one that reads metadata is.
func TestUntyped(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		object string
		compat bool // rules that read fields are run in compat mode
	}{
		{"apiVersion: apps/v1\nkind: Deployment\n", true},
		{"apiVersion: apps/v9\nkind: Deployment\n", false},
		{"apiVersion: apps/v1\nkind: Deployment\nmetadata: {creationTimestamp: soon}\n", false},
	} {
		objects := manifest.ReadFile("a.yaml", []byte(row.object), manifest.Options{}).Objects
		for _, compat := range []bool{false, true} {
			var ran []string
			rule := func(template string) *lint.Rule {
				return &lint.Rule{Name: "of-" + template, Template: template, CompatUntyped: template == "required-label", Kinds: []lint.Kind{lint.DeploymentLike}, Run: func(*lint.Pass) error {
					ran = append(ran, template)
					return nil
				}}
			}
			if _, err := lint.Run(t.Context(), objects, []*lint.Rule{rule("minimum-replicas"), rule("required-label")}, lint.Options{Compat: compat, Workers: 1}); err != nil {
				t.Fatal(err)
			}
			want := []string{"required-label"}
			if row.compat || !compat {
				want = []string{"minimum-replicas", "required-label"}
			}
			if diff := cmp.Diff(want, ran); diff != "" {
				t.Errorf("rules run on %q, compat %t (-want +got):\n%s", row.object, compat, diff)
			}
		}
	}
}

// What KubeLinter drops, or has the metadata of alone.
func TestUndecodable(t *testing.T) {
	t.Parallel()
	pods := &lint.Rule{Name: "pods", Run: func(p *lint.Pass) error {
		p.Reportf(nil, "%s %t", p.Object.Name, p.Pod() != nil)
		return nil
	}}
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
	for _, test := range []struct {
		name, text   string
		want, compat []string
	}{
		{"good", pod, []string{"a true"}, []string{"a true"}},
		{"mismatch", pod + "spec: {hostPID: 'yes'}\n", []string{"a true"}, nil},
		{"value", pod + "spec: {containers: [{name: a, resources: {limits: {cpu: much}}}]}\n", []string{"a true"}, []string{"a false"}},
		{"no version", "kind: Pod\nmetadata: {name: a}\n", []string{"a true"}, []string{"a false"}},
		{"unknown", "apiVersion: x.example/v1\nkind: Pod\nmetadata: {name: a}\n", []string{"a false"}, []string{"a false"}},
		{"list", "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]\n", []string{"a true"}, []string{"a true"}},
		{"typed list", "apiVersion: v1\nkind: PodList\nitems: [{metadata: {name: a}}]\n", []string{"a true"}, nil},
		{"list with another", "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: a}}, {apiVersion: x/v1, kind: X, metadata: {name: b}}]\n", []string{"a true", "b false"}, nil},
		{"list in a list", "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: a}}, {apiVersion: v1, kind: List, items: []}]\n", []string{"a true"}, nil},
		{"items of an unknown kind", "apiVersion: x.example/v1\nkind: X\nmetadata: {name: a}\nitems: []\n", []string{"a false"}, nil},
		{"no items of an unknown kind", "apiVersion: x.example/v1\nkind: X\nmetadata: {name: a}\nitems:\n", []string{"a false"}, []string{"a false"}},
		{"items of a known kind", pod + "items: []\n", []string{"a true"}, []string{"a true"}},
		{"no object", "apiVersion: v1\nkind: DeleteOptions\nmetadata: {name: a}\n", []string{"a false"}, nil},
		{"list without items", "apiVersion: v1\nkind: PodList\nmetadata: {name: a}\n", []string{"a false"}, nil},
		{"resource definition", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\nspec: {versions: v1}\n", []string{"a false"}, nil},
	} {
		objects := manifest.ReadFile("a.yaml", []byte(test.text), manifest.Options{}).Objects
		for _, compat := range []bool{false, true} {
			r, err := lint.Run(t.Context(), objects, []*lint.Rule{pods}, lint.Options{Compat: compat})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range r.Diagnostics {
				got = append(got, d.Message)
			}
			want := test.want
			if compat {
				want = test.compat
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, compat %t (-want +got):\n%s", test.name, compat, diff)
			}
			if compat && want == nil && len(r.Problems) == 0 {
				t.Errorf("%s: dropped without a problem", test.name)
			}
		}
	}
}
