package manifest

import "strings"

// podPath is where kinds that make pods have the pod's template, nil for others.
func (o *Object) podPath() []string {
	switch o.Kind {
	case "Pod":
		if o.Group == "" {
			return []string{}
		}
	case "CronJob":
		if o.Group == "batch" {
			return []string{"spec", "jobTemplate", "spec", "template"}
		}
	case "Deployment", "DaemonSet", "ReplicaSet":
		if o.Group == "apps" || o.Group == "extensions" {
			return []string{"spec", "template"}
		}
	case "StatefulSet":
		if o.Group == "apps" {
			return []string{"spec", "template"}
		}
	case "Job":
		if o.Group == "batch" {
			return []string{"spec", "template"}
		}
	case "ReplicationController":
		if o.Group == "" {
			return []string{"spec", "template"}
		}
	case "DeploymentConfig":
		if o.Group == "apps.openshift.io" || o.Group == "" {
			return []string{"spec", "template"}
		}
	case "Rollout":
		if o.Group == "argoproj.io" {
			return []string{"spec", "template"}
		}
	case "PodTemplate":
		if o.Group == "" {
			return []string{"template"}
		}
	}
	return nil
}

// IsPodTemplate reports whether o is a template that makes no pods itself.
func (o *Object) IsPodTemplate() bool { return o.Kind == "PodTemplate" && o.Group == "" }

// Replicas is how many pods a workload asks for, 1 where it does not say, but 0 for
// a DeploymentConfig, whose API has no default. ok is false for kinds whose pods are
// not counted: pods themselves, daemons, jobs.
func (o *Object) Replicas() (n int64, ok bool) {
	switch o.Kind {
	case "Deployment", "ReplicaSet", "StatefulSet", "ReplicationController", "DeploymentConfig", "Rollout":
		if o.template == nil {
			return 0, false
		}
		def := int64(1)
		if o.Kind == "DeploymentConfig" {
			def = 0
		}
		return o.Node.IntAt("spec", "replicas").Or(def), true
	}
	return 0, false
}

// SelectorNode is where a workload says which pods are its own; ok is false for
// kinds that have no such field.
func (o *Object) SelectorNode() (n *Node, ok bool) {
	switch o.Kind {
	case "CronJob":
		return o.Get("spec", "jobTemplate", "spec", "selector"), o.template != nil
	case "Deployment", "DaemonSet", "ReplicaSet", "StatefulSet", "Job", "ReplicationController", "DeploymentConfig", "Rollout":
		return o.Get("spec", "selector"), o.template != nil
	}
	return nil, false
}

// Selector is the selector of a workload, ok as for [Object.SelectorNode]. That of
// the kinds whose selector is a plain map of labels is read as such.
func (o *Object) Selector() (s Selector, ok bool) {
	n, ok := o.SelectorNode()
	if o.Kind == "ReplicationController" || o.Kind == "DeploymentConfig" {
		return NewMapSelector(n), ok
	}
	return NewSelector(n), ok
}

// IsWorkload reports whether o makes pods or is one.
func (o *Object) IsWorkload() bool { return o.template != nil && !o.IsPodTemplate() }

// Is reports whether o is of a kind of a group, "apps" or "apps/v1"; the core
// group is "" or "v1".
func (o *Object) Is(group, kind string) bool {
	if o.Kind != kind {
		return false
	}
	return group == o.APIVersion || group == o.Group && !strings.Contains(group, "/")
}
