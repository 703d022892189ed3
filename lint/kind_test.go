package lint_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// TestKinds asks rules of some kinds for the objects that they look at.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		kinds         []lint.Kind
		object        string // API version and kind
		looks, compat bool
	}{
		{nil, "sea/v1 Ship", true, true},
		{[]lint.Kind{}, "v1 Pod", false, false},
		{[]lint.Kind{lint.Any}, "sea/v1 Ship", true, true},
		{[]lint.Kind{lint.Any}, "v1 Pod", true, true},

		{[]lint.Kind{lint.DeploymentLike}, "v1 Pod", true, true},
		{[]lint.Kind{lint.DeploymentLike}, "apps/v1 Deployment", true, true},
		{[]lint.Kind{lint.DeploymentLike}, "batch/v1 CronJob", true, true},
		{[]lint.Kind{lint.DeploymentLike}, "v1 ReplicationController", true, true},
		{[]lint.Kind{lint.DeploymentLike}, "apps.openshift.io/v1 DeploymentConfig", true, true},
		{[]lint.Kind{lint.DeploymentLike}, "v1 DeploymentConfig", true, false},
		{[]lint.Kind{lint.DeploymentLike}, "extensions/v1beta1 Deployment", true, false},
		{[]lint.Kind{lint.DeploymentLike}, "argoproj.io/v1alpha1 Rollout", true, false},
		{[]lint.Kind{lint.DeploymentLike}, "v1 Service", false, false},

		{[]lint.Kind{lint.JobLike}, "batch/v1 Job", true, true},
		{[]lint.Kind{lint.JobLike}, "batch/v1 CronJob", true, true},
		{[]lint.Kind{lint.JobLike}, "batch/v1beta1 CronJob", true, false},
		{[]lint.Kind{lint.JobLike}, "v1 Pod", false, false},

		{[]lint.Kind{lint.Deployment}, "apps/v1 Deployment", true, true},
		{[]lint.Kind{lint.Deployment}, "apps/v1beta2 Deployment", true, false},
		{[]lint.Kind{lint.Deployment}, "extensions/v1beta1 Deployment", true, false},
		{[]lint.Kind{lint.Deployment}, "v1 Deployment", false, false},
		{[]lint.Kind{lint.HorizontalPodAutoscaler}, "autoscaling/v2beta2 HorizontalPodAutoscaler", true, true},
		{[]lint.Kind{lint.Service}, "v1 Service", true, true},
		{[]lint.Kind{lint.Service}, "v1/v1 Service", false, false}, // in a group that is called v1
		{[]lint.Kind{lint.Service}, "serving.knative.dev/v1 Service", false, false},
		{[]lint.Kind{lint.Role, lint.Service}, "rbac.authorization.k8s.io/v1beta1 Role", true, false},
		{[]lint.Kind{lint.Role, lint.Service}, "v1 Service", true, true},

		{[]lint.Kind{"sea/Ship"}, "sea/v1 Ship", true, true},
		{[]lint.Kind{"sea/Ship"}, "sea/v2 Ship", true, true},
		{[]lint.Kind{"sea/Ship"}, "land/v1 Ship", false, false},
		{[]lint.Kind{"/ConfigMap"}, "v1 ConfigMap", true, true},
		{[]lint.Kind{"/ConfigMap"}, "sea/v1 ConfigMap", false, false},
	} {
		for _, compat := range []bool{false, true} {
			want := row.looks
			if compat {
				want = row.compat
			}
			if got := looksAt(t, row.object, lint.Rule{Kinds: row.kinds}, compat); got != want {
				t.Errorf("a rule of the kinds %q looks at %s: %t, want %t (compat: %t)", row.kinds, row.object, got, want, compat)
			}
		}
	}
}

// CompatKinds are the kinds in compat mode alone.
func TestCompatKinds(t *testing.T) {
	t.Parallel()
	r := lint.Rule{Kinds: []lint.Kind{lint.Service}, CompatKinds: []lint.Kind{lint.Pod}}
	for _, row := range []struct {
		object       string
		compat, want bool
	}{
		{"v1 Service", false, true}, {"v1 Service", true, false},
		{"v1 Pod", false, false}, {"v1 Pod", true, true},
	} {
		if got := looksAt(t, row.object, r, row.compat); got != row.want {
			t.Errorf("a rule with CompatKinds looks at %s: %t, want %t (compat: %t)", row.object, got, row.want, row.compat)
		}
	}
}

func TestKindsAreSorted(t *testing.T) {
	t.Parallel()
	got := lint.Kinds()
	want := slices.Clone(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" || len(got) != 28 {
		t.Errorf("Kinds() = %d, want 28, sorted (-want +got):\n%s", len(got), diff)
	}
}

// looksAt reports whether r is run on an object: "v1 Pod".
func looksAt(t *testing.T, object string, r lint.Rule, compat bool) bool {
	t.Helper()
	looked := false
	r.Name, r.Run = "look", func(*lint.Pass) error { looked = true; return nil }
	run(t, []*manifest.Object{objectOf(t, "a.yaml", object+" x")}, lint.Options{Compat: compat}, &r)
	return looked
}
