package rules

import (
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// danglingAutoscaler reports autoscalers of nothing.
func danglingAutoscaler() *lint.Rule {
	return made(danglingAutoscalerTemplate(), nil, lint.Rule{
		Name:        "dangling-horizontalpodautoscaler",
		Title:       "Autoscaler without a workload",
		Doc:         "Reports autoscalers whose scaleTargetRef names nothing that is in their namespace. The workload that they were meant for is not scaled.",
		Remediation: "Make scaleTargetRef name the workload: its apiVersion, kind and name.",
		URL:         "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
		Severity:    severity.Medium,
	})
}

func danglingAutoscalerDifferences() []Difference {
	const rule = "dangling-horizontalpodautoscaler"
	return []Difference{{
		Rule:       rule,
		KubeLinter: "takes a workload of another namespace for the target",
		Plimsoll:   "does not",
		Reason:     "an autoscaler scales what is in its namespace",
	}, {
		Rule:       rule,
		KubeLinter: "never finds a target of the core group, such as a ReplicationController",
		Plimsoll:   "does",
		Reason:     "its apiVersion is v1, not /v1",
	}, {
		Rule:       rule,
		KubeLinter: "never finds a target that is a custom resource",
		Plimsoll:   "does",
		Reason:     "what has a scale subresource can be scaled",
	}, {
		Rule:       rule,
		KubeLinter: "compares the versions of the API",
		Plimsoll:   "compares the groups",
		Reason:     "the controller finds the target by group and kind",
	}}
}

func danglingAutoscalerTemplate() lint.Template {
	const doc = "Reports autoscalers whose target is not there."
	return lint.NewTemplate("dangling-horizontalpodautoscaler", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runDanglingAutoscaler}, nil
	}).For(lint.HorizontalPodAutoscaler).Titled("Autoscalers without workloads")
}

func runDanglingAutoscaler(p *lint.Pass) error {
	a := autoscaler(p, p.Object)
	if a == nil || a.IsScaledObject() {
		return nil
	}
	t := a.Target
	if p.Compat() {
		for pod := range p.Context.Pods() {
			w := pod.Object
			if w.Name == t.Name && w.Kind == t.Kind && w.Group+"/"+w.Version == t.APIVersion {
				return nil
			}
		}
	} else {
		for w := range p.Context.Of(t.Group(), t.Kind) {
			if t.Is(w) && p.Context.SameNamespace(a.Object, w) {
				return nil
			}
		}
	}
	p.Reportf(nearest(p.Object.Node, "spec", "scaleTargetRef"), "no resources found matching HorizontalPodAutoscaler scaleTargetRef ({%s %s %s})", t.Kind, t.Name, t.APIVersion)
	return nil
}

// autoscaler is o as one, nil where it is of another kind, or, in compat mode, a
// HorizontalPodAutoscaler of a version that KubeLinter does not know.
func autoscaler(p *lint.Pass, o *manifest.Object) *manifest.Autoscaler {
	a := o.Autoscaler()
	if a == nil || a.IsScaledObject() || !p.Compat() {
		return a
	}
	switch o.Version {
	case "v1", "v2beta1", "v2beta2", "v2":
		return a
	}
	return nil
}
