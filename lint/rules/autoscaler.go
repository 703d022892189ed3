package rules

import (
	"strings"

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
	o := p.Object
	if !isAutoscaler(p, o) {
		return nil
	}
	t := scaleTarget(o)
	if p.Compat() {
		for pod := range p.Context.Pods() {
			w := pod.Object
			if w.Name == t.name && w.Kind == t.kind && w.Group+"/"+w.Version == t.apiVersion {
				return nil
			}
		}
	} else {
		for w := range p.Context.Of(t.group(), t.kind) {
			if w.Name == t.name && p.Context.SameNamespace(o, w) {
				return nil
			}
		}
	}
	p.Reportf(nearest(o.Node, "spec", "scaleTargetRef"), "no resources found matching HorizontalPodAutoscaler scaleTargetRef ({%s %s %s})", t.kind, t.name, t.apiVersion)
	return nil
}

func isAutoscaler(p *lint.Pass, o *manifest.Object) bool {
	if o.Kind != "HorizontalPodAutoscaler" || o.Group != "autoscaling" {
		return false
	}
	switch o.Version {
	case "v1", "v2beta1", "v2beta2", "v2":
		return true
	}
	return !p.Compat()
}

// isScaledObject reports whether o is KEDA's autoscaler.
func isScaledObject(o *manifest.Object) bool { return o.Is("keda.sh", "ScaledObject") }

// A target is what an autoscaler scales.
type target struct{ apiVersion, kind, name string }

// scaleTarget is the target of an autoscaler of Kubernetes, or of KEDA, which means
// a Deployment where it does not say.
func scaleTarget(o *manifest.Object) target {
	ref := o.Get("spec", "scaleTargetRef")
	t := target{ref.StringAt("apiVersion").Value, ref.StringAt("kind").Value, ref.StringAt("name").Value}
	if isScaledObject(o) {
		if t.kind == "" {
			t.kind = "Deployment"
		}
		if t.apiVersion == "" {
			t.apiVersion = "apps/v1"
		}
	}
	return t
}

// group is that of t's API.
func (t target) group() string {
	group, _, named := strings.Cut(t.apiVersion, "/")
	if !named {
		return ""
	}
	return group
}

// is reports whether t is o, in whatever version of the API.
func (t target) is(o *manifest.Object) bool {
	return o.Name == t.name && o.Kind == t.kind && o.Group == t.group()
}
