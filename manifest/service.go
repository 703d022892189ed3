package manifest

// A Service is a name for pods, with ports of its own, or one for a host elsewhere.
// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/
type Service struct {
	Object *Object
	Node   *Node // its spec, nil where it is left out

	Type         Field[string] // ClusterIP where it is not set
	ClusterIP    Field[string] // "None" for a headless service
	ExternalName Field[string] // the host, of a service of type ExternalName
	Selector     Selector      // of pods, by labels alone
	Ports        []ServicePort
	ExternalIPs  []Field[string]
}

// A ServicePort is a port that a service has.
type ServicePort struct {
	Node       *Node
	Name       Field[string]
	Port       Field[int64]
	TargetPort Field[IntOrString] // of the pods; Port where it is not set
	NodePort   Field[int64]
	Protocol   Field[string] // TCP where it is not set
}

// Service is o as a Service of the core group, nil where it is of another kind.
func (o *Object) Service() *Service {
	if !o.Is("", "Service") {
		return nil
	}
	spec := o.Get("spec")
	return &Service{
		Object: o, Node: spec,
		Type:         spec.StringAt("type"),
		ClusterIP:    spec.StringAt("clusterIP"),
		ExternalName: spec.StringAt("externalName"),
		Selector:     NewMapSelector(spec.Get("selector")),
		Ports:        newServicePorts(spec.Get("ports")),
		ExternalIPs:  spec.StringsAt("externalIPs"),
	}
}

// IsExternalName reports whether s is a name for a host and leads to no pods.
func (s *Service) IsExternalName() bool { return s.Type.Value == "ExternalName" }

// IsHeadless reports whether s has no address of its own.
func (s *Service) IsHeadless() bool { return s.ClusterIP.Value == "None" }

func newServicePorts(n *Node) []ServicePort {
	list := make([]ServicePort, 0, n.Len())
	for item := range n.Items() {
		list = append(list, ServicePort{
			Node:       item,
			Name:       item.StringAt("name"),
			Port:       item.IntAt("port"),
			TargetPort: item.IntOrStringAt("targetPort"),
			NodePort:   item.IntAt("nodePort"),
			Protocol:   item.StringAt("protocol"),
		})
	}
	return list
}
