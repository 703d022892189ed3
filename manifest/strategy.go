package manifest

// An UpdateStrategy is how a workload replaces its pods by those of a new template.
// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
// https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/workloads_apis/deploymentconfig-apps-openshift-io-v1
type UpdateStrategy struct {
	Object *Object
	Node   *Node  // nil where it is left out
	Field  string // its name in the spec: "strategy", "updateStrategy"

	Type    Field[string] // see [UpdateStrategy.TypeInForce]
	Rolling *Node         // the parameters of a rolling update, nil where they are left out
	// MaxUnavailable and MaxSurge are numbers of pods, or percentages: "25%". They are
	// how many may be missing in a rolling update, and how many there may be beyond
	// those that are asked for. A StatefulSet has no maxSurge.
	MaxUnavailable, MaxSurge Field[IntOrString]
}

// UpdateStrategy is that of a Deployment, a DaemonSet, a StatefulSet or a
// DeploymentConfig of OpenShift, in any version; nil for other kinds.
func (o *Object) UpdateStrategy() *UpdateStrategy {
	if o.template == nil {
		return nil
	}
	field, rolling := "strategy", "rollingUpdate"
	switch o.Kind {
	case "Deployment":
	case "DaemonSet", "StatefulSet":
		field = "updateStrategy"
	case "DeploymentConfig":
		rolling = "rollingParams"
	default:
		return nil
	}
	n := o.Get("spec", field)
	s := &UpdateStrategy{
		Object: o, Node: n, Field: field,
		Type:    n.StringAt("type"),
		Rolling: n.Get(rolling),
	}
	s.MaxUnavailable = s.Rolling.IntOrStringAt("maxUnavailable")
	if s.HasSurge() {
		s.MaxSurge = s.Rolling.IntOrStringAt("maxSurge")
	}
	return s
}

// HasSurge reports whether a rolling update may make pods beyond those that are asked
// for: whether there is a field maxSurge.
func (s *UpdateStrategy) HasSurge() bool { return s.Object.Kind != "StatefulSet" }

// TypeInForce is the type of s, or what the API server takes where it is left out:
// Rolling for a DeploymentConfig, and RollingUpdate for the others, but OnDelete for a
// DaemonSet of extensions and a StatefulSet of apps/v1beta1.
func (s *UpdateStrategy) TypeInForce() string {
	o := s.Object
	switch {
	case s.Type.Value != "":
		return s.Type.Value
	case o.Kind == "DeploymentConfig":
		return "Rolling"
	case o.Kind == "DaemonSet" && o.Group == "extensions", o.Kind == "StatefulSet" && o.Version == "v1beta1":
		return "OnDelete"
	}
	return "RollingUpdate"
}
