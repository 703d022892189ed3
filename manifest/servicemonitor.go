package manifest

import "slices"

// A ServiceMonitor says which services Prometheus scrapes.
// https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor
type ServiceMonitor struct {
	Object *Object
	Node   *Node // its spec, nil where it is left out

	Selector   Selector // of services
	Namespaces NamespaceSelector
}

// A NamespaceSelector says in which namespaces a monitor looks for services: in all,
// in those of some names, or in its own where it says neither.
type NamespaceSelector struct {
	Node       *Node // nil where it is left out
	Any        Field[bool]
	MatchNames []Field[string]
}

// ServiceMonitor is o as a ServiceMonitor of monitoring.coreos.com, nil where it is
// of another kind.
func (o *Object) ServiceMonitor() *ServiceMonitor {
	if !o.Is("monitoring.coreos.com", "ServiceMonitor") {
		return nil
	}
	spec := o.Get("spec")
	namespaces := spec.Get("namespaceSelector")
	return &ServiceMonitor{
		Object: o, Node: spec,
		Selector:   NewSelector(spec.Get("selector")),
		Namespaces: NamespaceSelector{namespaces, namespaces.BoolAt("any"), namespaces.StringsAt("matchNames")},
	}
}

// Matches reports whether a namespace is one that s selects for a monitor in the
// namespace own.
func (s NamespaceSelector) Matches(namespace, own string) bool {
	if IsTrue(s.Any) {
		return true
	}
	if len(s.MatchNames) == 0 {
		return namespace == own
	}
	return slices.ContainsFunc(s.MatchNames, func(f Field[string]) bool { return f.Value == namespace })
}
