package manifest_test

import (
	"fmt"
	"testing"

	"github.com/plimsoll-go/plimsoll/manifest"
)

func TestAutoscaler(t *testing.T) {
	t.Parallel()
	show := func(o *manifest.Object) []string {
		a := o.Autoscaler()
		if a == nil {
			return nil
		}
		target := a.Target
		return []string{
			fmt.Sprintf("spec %s, scales %q %q %q at %s", at(a.Node), target.APIVersion, target.Kind, target.Name, at(target.Node)),
			fmt.Sprintf("from %s to %s, least %d, KEDA %t", text(a.MinReplicas), text(a.MaxReplicas), a.Least(), a.IsScaledObject()),
		}
	}
	checkViews(t, show, []viewRow{
		{"HorizontalPodAutoscaler", `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: crane}
  minReplicas: 2
  maxReplicas: 5
`, []string{`spec 4:3, scales "apps/v1" "StatefulSet" "crane" at 4:19`, "from 2@5:16 to 5@6:16, least 2, KEDA false"}},
		{"HorizontalPodAutoscaler of nothing", "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler", []string{`spec -, scales "" "" "" at -`, "from - to -, least 1, KEDA false"}},
		{"ScaledObject", `apiVersion: keda.sh/v1alpha1
kind: ScaledObject
spec:
  scaleTargetRef: {name: crane}
  minReplicaCount: 3
  maxReplicaCount: 9
`, []string{`spec 4:3, scales "apps/v1" "Deployment" "crane" at 4:19`, "from 3@5:20 to 9@6:20, least 3, KEDA true"}},
		{"ScaledObject down to nothing", "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nspec: {scaleTargetRef: {apiVersion: a.example/v1, kind: Tug, name: t}, minReplicas: 4}", []string{
			`spec 3:7, scales "a.example/v1" "Tug" "t" at 3:24`, "from - to -, least 0, KEDA true",
		}},
		{"other", "apiVersion: keda.sh/v1alpha1\nkind: ScaledJob", nil},
	})
}

func TestScaleTarget(t *testing.T) {
	t.Parallel()
	deployment := object(t, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: crane, namespace: quay}")
	controller := object(t, "apiVersion: v1\nkind: ReplicationController\nmetadata: {name: crane}")
	for _, row := range []struct {
		target manifest.ScaleTarget
		group  string
		o      *manifest.Object
		want   bool
	}{
		{manifest.ScaleTarget{APIVersion: "apps/v1", Kind: "Deployment", Name: "crane"}, "apps", deployment, true},
		{manifest.ScaleTarget{APIVersion: "apps/v1beta1", Kind: "Deployment", Name: "crane"}, "apps", deployment, true},
		{manifest.ScaleTarget{APIVersion: "apps/v1", Kind: "Deployment", Name: "tug"}, "apps", deployment, false},
		{manifest.ScaleTarget{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "crane"}, "apps", deployment, false},
		{manifest.ScaleTarget{APIVersion: "v1", Kind: "Deployment", Name: "crane"}, "", deployment, false},
		{manifest.ScaleTarget{APIVersion: "v1", Kind: "ReplicationController", Name: "crane"}, "", controller, true},
		{manifest.ScaleTarget{Kind: "ReplicationController", Name: "crane"}, "", controller, true},
	} {
		if group, got := row.target.Group(), row.target.Is(row.o); group != row.group || got != row.want {
			t.Errorf("%+v: group %q, is %s: %t; want %q, %t", row.target, group, row.o, got, row.group, row.want)
		}
	}
}

func TestDisruptionBudget(t *testing.T) {
	t.Parallel()
	labels := object(t, "apiVersion: v1\nkind: Pod\nmetadata: {labels: {app: crane}}").Metadata().Labels
	show := func(o *manifest.Object) []string {
		b := o.DisruptionBudget()
		if b == nil {
			return nil
		}
		return []string{
			fmt.Sprintf("spec %s, available %s, unavailable %s", at(b.Node), text(b.MinAvailable), text(b.MaxUnavailable)),
			fmt.Sprintf("pods %s@%s, policy %s, selects %t", b.Selector, at(b.Selector.Node), text(b.UnhealthyPodEvictionPolicy), b.Selects(labels)),
		}
	}
	budget := func(version, spec string) string {
		return "apiVersion: policy/" + version + "\nkind: PodDisruptionBudget\nspec: " + spec
	}
	checkViews(t, show, []viewRow{
		{"number", budget("v1", "{minAvailable: 2, selector: {matchLabels: {app: crane}}, unhealthyPodEvictionPolicy: AlwaysAllow}"), []string{
			"spec 3:7, available 2@3:22, unavailable -", "pods app=crane@3:35, policy AlwaysAllow@3:92, selects true",
		}},
		{"percentage", budget("v1", "{maxUnavailable: 50%, selector: {matchLabels: {app: tug}}}"), []string{
			"spec 3:7, available -, unavailable 50%@3:24", "pods app=tug@3:39, policy -, selects false",
		}},
		{"all pods", budget("v1", "{selector: {}}"), []string{"spec 3:7, available -, unavailable -", "pods @3:18, policy -, selects true"}},
		{"none, before v1", budget("v1beta1", "{selector: {}}"), []string{"spec 3:7, available -, unavailable -", "pods @3:18, policy -, selects false"}},
		{"some, before v1", budget("v1beta1", "{selector: {matchLabels: {app: crane}}}"), []string{"spec 3:7, available -, unavailable -", "pods app=crane@3:18, policy -, selects true"}},
		{"no selector", budget("v1", "{}"), []string{"spec 3:7, available -, unavailable -", "pods @-, policy -, selects false"}},
		{"other", "apiVersion: a.example/v1\nkind: PodDisruptionBudget", nil},
	})
}

func TestUpdateStrategy(t *testing.T) {
	t.Parallel()
	show := func(o *manifest.Object) []string {
		s := o.UpdateStrategy()
		if s == nil {
			return nil
		}
		return []string{fmt.Sprintf("%s %s, type %s is %s, rolling %s, unavailable %s, surge %s %t", s.Field, at(s.Node), text(s.Type), s.TypeInForce(), at(s.Rolling), text(s.MaxUnavailable), text(s.MaxSurge), s.HasSurge())}
	}
	workload := func(version, kind, spec string) string {
		return "apiVersion: " + version + "\nkind: " + kind + "\nspec: {" + spec + "}"
	}
	checkViews(t, show, []viewRow{
		{"Deployment", workload("apps/v1", "Deployment", "strategy: {type: Recreate}"), []string{"strategy 3:18, type Recreate@3:25 is Recreate, rolling -, unavailable -, surge - true"}},
		{"Deployment, nothing", workload("apps/v1", "Deployment", ""), []string{"strategy -, type - is RollingUpdate, rolling -, unavailable -, surge - true"}},
		{"DaemonSet", workload("apps/v1", "DaemonSet", "updateStrategy: {rollingUpdate: {maxUnavailable: 2, maxSurge: 10%}}"), []string{
			"updateStrategy 3:24, type - is RollingUpdate, rolling 3:40, unavailable 2@3:57, surge 10%@3:70 true",
		}},
		{"DaemonSet of extensions", workload("extensions/v1beta1", "DaemonSet", ""), []string{"updateStrategy -, type - is OnDelete, rolling -, unavailable -, surge - true"}},
		{"StatefulSet", workload("apps/v1", "StatefulSet", "updateStrategy: {rollingUpdate: {maxUnavailable: 2, maxSurge: 1}}"), []string{
			"updateStrategy 3:24, type - is RollingUpdate, rolling 3:40, unavailable 2@3:57, surge - false",
		}},
		{"StatefulSet of apps/v1beta1", workload("apps/v1beta1", "StatefulSet", ""), []string{"updateStrategy -, type - is OnDelete, rolling -, unavailable -, surge - false"}},
		{"DeploymentConfig", workload("apps.openshift.io/v1", "DeploymentConfig", "strategy: {rollingParams: {maxSurge: 1}}"), []string{
			"strategy 3:18, type - is Rolling, rolling 3:34, unavailable -, surge 1@3:45 true",
		}},
		{"Job", workload("batch/v1", "Job", "strategy: {type: a}"), nil},
		{"no workload", workload("a.example/v1", "Deployment", "strategy: {type: a}"), nil},
	})
}
