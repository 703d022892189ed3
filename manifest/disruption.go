package manifest

// A DisruptionBudget is what a PodDisruptionBudget says: how many of some pods must
// stay when others of them are evicted.
// https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/pod-disruption-budget-v1/
type DisruptionBudget struct {
	Object *Object
	Node   *Node // its spec, nil where it is left out

	// MinAvailable and MaxUnavailable are numbers, or percentages: "50%". The API
	// server refuses a budget with both.
	MinAvailable, MaxUnavailable Field[IntOrString]
	Selector                     Selector // of pods: see [DisruptionBudget.Selects]
	// UnhealthyPodEvictionPolicy is IfHealthyBudget where it is not set. It is not in
	// policy/v1beta1.
	UnhealthyPodEvictionPolicy Field[string]
}

// DisruptionBudget is o as a PodDisruptionBudget of policy, in any version; nil where
// it is of another kind.
func (o *Object) DisruptionBudget() *DisruptionBudget {
	if !o.Is("policy", "PodDisruptionBudget") {
		return nil
	}
	spec := o.Get("spec")
	return &DisruptionBudget{
		Object: o, Node: spec,
		MinAvailable:               spec.IntOrStringAt("minAvailable"),
		MaxUnavailable:             spec.IntOrStringAt("maxUnavailable"),
		Selector:                   NewSelector(spec.Get("selector")),
		UnhealthyPodEvictionPolicy: spec.StringAt("unhealthyPodEvictionPolicy"),
	}
}

// Selects reports whether b is for pods with these labels, in its namespace. A
// selector that is left out is for none; an empty one is for all in policy/v1, and for
// none before.
func (b *DisruptionBudget) Selects(labels Strings) bool {
	if !b.Selector.Node.Exists() || b.Selector.Empty() && b.Object.Version != "v1" {
		return false
	}
	return b.Selector.Matches(labels)
}
