package lint_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

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
