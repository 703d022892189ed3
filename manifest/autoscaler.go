package manifest

import "strings"

// An Autoscaler sets the number of a workload's pods: a HorizontalPodAutoscaler, or a
// ScaledObject of KEDA, which makes one.
// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
// https://keda.sh/docs/latest/reference/scaledobject-spec/
type Autoscaler struct {
	Object *Object
	Node   *Node // its spec, nil where it is left out

	Target ScaleTarget
	// MinReplicas is minReplicas, or minReplicaCount of a ScaledObject. What holds
	// where it is not set is [Autoscaler.Least].
	MinReplicas Field[int64]
	// MaxReplicas is maxReplicas, or maxReplicaCount of a ScaledObject, where it is
	// 100 if it is not set.
	MaxReplicas Field[int64]
}

// A ScaleTarget names what an autoscaler scales, in its own namespace. Where a
// ScaledObject leaves APIVersion or Kind out, they are what KEDA takes: apps/v1,
// Deployment.
type ScaleTarget struct {
	Node                   *Node // of scaleTargetRef, nil where it is left out
	APIVersion, Kind, Name string
}

// Autoscaler is o as a HorizontalPodAutoscaler of autoscaling, in any version, or as
// a ScaledObject of keda.sh; nil where it is of another kind.
func (o *Object) Autoscaler() *Autoscaler {
	keda := o.Is("keda.sh", "ScaledObject")
	if !keda && !o.Is("autoscaling", "HorizontalPodAutoscaler") {
		return nil
	}
	spec := o.Get("spec")
	ref := spec.Get("scaleTargetRef")
	a := &Autoscaler{Object: o, Node: spec, Target: ScaleTarget{
		Node:       ref,
		APIVersion: ref.StringAt("apiVersion").Value,
		Kind:       ref.StringAt("kind").Value,
		Name:       ref.StringAt("name").Value,
	}}
	if !keda {
		a.MinReplicas, a.MaxReplicas = spec.IntAt("minReplicas"), spec.IntAt("maxReplicas")
		return a
	}
	a.MinReplicas, a.MaxReplicas = spec.IntAt("minReplicaCount"), spec.IntAt("maxReplicaCount")
	if a.Target.APIVersion == "" {
		a.Target.APIVersion = "apps/v1"
	}
	if a.Target.Kind == "" {
		a.Target.Kind = "Deployment"
	}
	return a
}

// IsScaledObject reports whether a is KEDA's.
func (a *Autoscaler) IsScaledObject() bool { return a.Object.Kind == "ScaledObject" }

// Least is how many pods a leaves when there is nothing to do: MinReplicas, or where
// that is not set 1, and 0 for a ScaledObject.
func (a *Autoscaler) Least() int64 {
	if a.IsScaledObject() {
		return a.MinReplicas.Or(0)
	}
	return a.MinReplicas.Or(1)
}

// Group is that of t's API, empty for the core group.
func (t ScaleTarget) Group() string {
	group, _, named := strings.Cut(t.APIVersion, "/")
	if !named {
		return ""
	}
	return group
}

// Is reports whether t names o, in whatever version of the API. Namespaces are not
// compared: see [ScaleTarget].
func (t ScaleTarget) Is(o *Object) bool {
	return o.Name == t.Name && o.Kind == t.Kind && o.Group == t.Group()
}
