package rules

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// minimumReplicas reports workloads of few pods.
func minimumReplicas() *lint.Rule {
	return made(minimumReplicasTemplate(), map[string]any{"minReplicas": 3}, lint.Rule{
		Name:        "minimum-three-replicas",
		Title:       "Fewer than three replicas",
		Doc:         "Reports workloads of fewer than three pods. With one pod down for an update and another one for a failure, none is left.",
		Remediation: "Ask for three replicas or more.",
		URL:         "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas",
		Severity:    severity.Low,
	})
}

// autoscalerMinimumReplicas reports autoscalers that go down to few pods.
func autoscalerMinimumReplicas() *lint.Rule {
	return made(autoscalerMinimumReplicasTemplate(), map[string]any{"minReplicas": 3}, lint.Rule{
		Name:        "hpa-minimum-three-replicas",
		Title:       "Autoscaler that goes below three replicas",
		Doc:         "Reports autoscalers that may leave fewer than three pods. With one pod down for an update and another one for a failure, none is left.",
		Remediation: "Set minReplicas to three or more.",
		URL:         "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
		Severity:    severity.Low,
	})
}

func replicasDifferences() []Difference {
	return []Difference{{
		Rule:       "minimum-replicas",
		KubeLinter: "reads replicas alone",
		Plimsoll:   "takes the minReplicas of an autoscaler of the workload; so does anti-affinity",
		Reason:     "an autoscaler overrides replicas, unless they are 0",
		Issue:      "https://github.com/stackrox/kube-linter/issues/637",
	}}
}

type minReplicasParams struct {
	MinReplicas int `yaml:"minReplicas" doc:"the fewest replicas that are not reported"`
}

func minimumReplicasTemplate() lint.Template {
	const doc = "Reports workloads of fewer pods than asked for."
	return lint.NewTemplate("minimum-replicas", doc, minReplicasParams{}, func(params minReplicasParams) (*lint.Rule, error) {
		return &lint.Rule{Run: func(p *lint.Pass) error {
			if n, ok := replicas(p, p.Object); ok && n < int64(params.MinReplicas) {
				p.Reportf(nearest(p.Object.Node, "spec", "replicas"), "object has %s but minimum required replicas is %d", count(n), params.MinReplicas)
			}
			return nil
		}}, nil
	}).For(lint.DeploymentLike).Titled("Replicas of workloads")
}

func autoscalerMinimumReplicasTemplate() lint.Template {
	const doc = "Reports autoscalers that go below a number of pods."
	return lint.NewTemplate("hpa-minimum-replicas", doc, minReplicasParams{}, func(params minReplicasParams) (*lint.Rule, error) {
		return &lint.Rule{Run: func(p *lint.Pass) error {
			a := autoscaler(p, p.Object)
			if a == nil || a.IsScaledObject() {
				return nil
			}
			if n := a.Least(); n < int64(params.MinReplicas) {
				p.Reportf(nearest(p.Object.Node, "spec", "minReplicas"), "object has %s but minimum required replicas is %d", count(n), params.MinReplicas)
			}
			return nil
		}}, nil
	}).For(lint.HorizontalPodAutoscaler).Titled("Replicas of autoscalers")
}

// count is a number of replicas for messages, KubeLinter's "0 replica" included.
func count(n int64) string {
	if n > 1 {
		return fmt.Sprintf("%d replicas", n)
	}
	return fmt.Sprintf("%d replica", n)
}

// replicas is how many pods a workload has at the least: what it asks for, or, but
// for compat mode, the minimum of its autoscaler. ok is false for kinds whose pods
// are not counted.
func replicas(p *lint.Pass, o *manifest.Object) (n int64, ok bool) {
	n, ok = o.Replicas()
	if !ok || p.Compat() {
		return n, ok
	}
	if a := autoscalerOf(p, o, "keda.sh", "ScaledObject"); a != nil {
		return a.Least(), true
	}
	if n == 0 { // which switches the other ones off
		return n, true
	}
	if a := autoscalerOf(p, o, "autoscaling", "HorizontalPodAutoscaler"); a != nil {
		return a.Least(), true
	}
	return n, true
}

// autoscalerOf is the first autoscaler of a kind that scales a workload, nil where
// there is none.
func autoscalerOf(p *lint.Pass, o *manifest.Object, group, kind string) *manifest.Autoscaler {
	for s := range p.Context.Of(group, kind) {
		if !p.Context.SameNamespace(s, o) {
			continue
		}
		if a := s.Autoscaler(); a.Target.Is(o) {
			return a
		}
	}
	return nil
}
