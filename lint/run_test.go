package lint_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// fleet is n pods in each of some directories.
func fleet(n int, dirs ...string) []*manifest.Object {
	var objects []*manifest.Object
	for _, dir := range dirs {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "---\napiVersion: v1\nkind: Pod\nmetadata: {name: ship%d}\n", i)
		}
		objects = append(objects, manifest.ReadFile(dir+"/fleet.yaml", []byte(text.String()), manifest.Options{}).Objects...)
	}
	return objects
}

// reporter is a rule that reports each object, with how many are in its context.
func reporter(name string) *lint.Rule {
	return &lint.Rule{Name: name, Severity: severity.Low, Run: func(p *lint.Pass) error {
		p.Reportf(nil, "%s of %d", p.Object.Name, len(p.Context.Objects))
		return nil
	}}
}

func lines(r *lint.Result) []string {
	var list []string
	for _, d := range r.Diagnostics {
		list = append(list, fmt.Sprintf("%s %s %s", d.Span.Start, d.Rule, d.Message))
	}
	return list
}

func TestRunOrder(t *testing.T) {
	t.Parallel()
	rules := []*lint.Rule{reporter("b"), reporter("a")}
	got, err := lint.Run(t.Context(), fleet(2, "south", "north"), rules, lint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"north/fleet.yaml:4:18 a ship0 of 2", "north/fleet.yaml:4:18 b ship0 of 2",
		"north/fleet.yaml:8:18 a ship1 of 2", "north/fleet.yaml:8:18 b ship1 of 2",
		"south/fleet.yaml:4:18 a ship0 of 2", "south/fleet.yaml:4:18 b ship0 of 2",
		"south/fleet.yaml:8:18 a ship1 of 2", "south/fleet.yaml:8:18 b ship1 of 2",
	}
	if diff := cmp.Diff(want, lines(got)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	got, err = lint.Run(t.Context(), fleet(2, "south", "north"), rules[:1], lint.Options{OneContext: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("south/fleet.yaml:4:18 b ship0 of 4", lines(got)[0]); diff != "" {
		t.Errorf("of one context (-want +got):\n%s", diff)
	}
}

func TestRunWorkers(t *testing.T) {
	t.Parallel()
	objects := fleet(100, "a", "b")
	var want []string
	for _, workers := range []int{1, 2, 7, 64} {
		got, err := lint.Run(t.Context(), objects, []*lint.Rule{reporter("a"), reporter("b")}, lint.Options{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = lines(got)
		}
		if diff := cmp.Diff(want, lines(got)); diff != "" || len(want) != 400 {
			t.Errorf("%d workers found %d (-want +got):\n%s", workers, len(got.Diagnostics), diff)
		}
	}
}

func TestRunProblems(t *testing.T) {
	t.Parallel()
	sunk := errors.New("sunk")
	rules := []*lint.Rule{
		{Name: "fails", Run: func(*lint.Pass) error { return sunk }},
		{Name: "panics", Run: func(p *lint.Pass) error { panic("iceberg") }},
		reporter("works"),
	}
	got, err := lint.Run(t.Context(), fleet(1, "a"), rules, lint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Diagnostics) != 1 || len(got.Problems) != 2 {
		t.Fatalf("%d diagnostics and %d problems, want 1 and 2", len(got.Diagnostics), len(got.Problems))
	}
	for i, want := range []error{sunk, lint.ErrPanic} {
		p := got.Problems[i]
		if !errors.Is(p, want) || p.Position.Line != 2 || !strings.Contains(p.Error(), "v1 Pod ship0: rule "+rules[i].Name) {
			t.Errorf("problem %v, want one of rule %s that matches %v", p, rules[i].Name, want)
		}
	}
}

func TestRunCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	rule := &lint.Rule{Name: "cancels", Run: func(p *lint.Pass) error { cancel(); return nil }}
	if _, err := lint.Run(ctx, fleet(100, "a"), []*lint.Rule{rule}, lint.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Run of a cancelled context: %v, want %v", err, context.Canceled)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	nothing := func(*lint.Pass) error { return nil }
	err := lint.Validate(
		&lint.Rule{Name: "good", Run: nothing},
		nil,
		&lint.Rule{Name: "two words", Run: nothing},
		&lint.Rule{Name: "idle"},
		&lint.Rule{Name: "good", Run: nothing},
		&lint.Rule{Name: "boats", Run: nothing, Kinds: []lint.Kind{"Boat", "harbour.example/Boat"}},
	)
	for _, want := range []string{
		"rule 2 of 6 is nil", `"two words"`, `rule "idle": nothing to run`, `rule "good": the name is that of another rule`, "unknown object kind: Boat",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate = %v, want %q in it", err, want)
		}
	}
	if _, err := lint.Run(t.Context(), nil, []*lint.Rule{{Name: "idle"}}, lint.Options{}); err == nil {
		t.Error("Run took a rule that has nothing to run")
	}
}

// Which objects a kind stands for, by default and in compat mode.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		apiVersion, kind string
		word             lint.Kind
		want, compat     bool
	}{
		{"v1", "Pod", lint.DeploymentLike, true, true},
		{"apps/v1beta1", "Deployment", lint.DeploymentLike, true, true},
		{"extensions/v1beta1", "Deployment", lint.DeploymentLike, true, false},
		{"argoproj.io/v1alpha1", "Rollout", lint.DeploymentLike, true, false},
		{"v1", "Service", lint.DeploymentLike, false, false},
		{"batch/v1beta1", "CronJob", lint.JobLike, true, false},
		{"policy/v1beta1", "PodDisruptionBudget", lint.PodDisruptionBudget, true, false},
		{"policy/v1", "PodDisruptionBudget", lint.PodDisruptionBudget, true, true},
		{"autoscaling/v2beta2", "HorizontalPodAutoscaler", lint.HorizontalPodAutoscaler, true, true},
		{"harbour.example/v7", "Boat", "harbour.example/Boat", true, true},
		{"harbour.example/v7", "Boat", lint.Any, true, true},
		{"other.example/v7", "Boat", "harbour.example/Boat", false, false},
	} {
		text := fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata: {name: a}\n", test.apiVersion, test.kind)
		objects := manifest.ReadFile("a.yaml", []byte(text), manifest.Options{}).Objects
		rule := reporter("a")
		rule.Kinds = []lint.Kind{test.word}
		for _, compat := range []bool{false, true} {
			got, err := lint.Run(t.Context(), objects, []*lint.Rule{rule}, lint.Options{Compat: compat})
			if err != nil {
				t.Fatal(err)
			}
			if want := map[bool]bool{false: test.want, true: test.compat}[compat]; len(got.Diagnostics) == 1 != want {
				t.Errorf("%s %s is %s: %t, want %t (compat %t)", test.apiVersion, test.kind, test.word, !want, want, compat)
			}
		}
	}
	if !slices.IsSorted(lint.Kinds()) || len(lint.Kinds()) != 26 {
		t.Errorf("Kinds() = %v, want 26 sorted words", lint.Kinds())
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
