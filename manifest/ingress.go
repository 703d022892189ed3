package manifest

import "iter"

// An Ingress says which requests from outside go to which services.
// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/
type Ingress struct {
	Object *Object
	Node   *Node // its spec, nil where it is left out

	ClassName Field[string]
	// Default is where requests go that no rule is for: defaultBackend, or backend
	// before networking.k8s.io/v1. There, defaultBackend is read where backend is left
	// out, though the API server knows it not.
	Default IngressBackend
	Rules   []IngressRule
	TLS     []IngressTLS
}

// An IngressRule is for the requests for a host.
type IngressRule struct {
	Node  *Node
	Host  Field[string] // all hosts where it is not set
	Paths []IngressPath
}

// An IngressPath is where requests for a path of a host go.
type IngressPath struct {
	Node     *Node
	Path     Field[string]
	PathType Field[string]
	Backend  IngressBackend
}

// An IngressBackend is a service that requests go to.
type IngressBackend struct {
	// Node is the mapping with the name of the service: the backend's service, and
	// the backend itself before networking.k8s.io/v1. It is nil where there is no
	// backend, or one that is not a service.
	Node    *Node
	Service Field[string] // its name
	// Port is the service's: its name, else its number. An empty name is not set, nor
	// is a number of 0 in networking.k8s.io/v1.
	Port Field[IntOrString]
}

// An IngressTLS is a certificate for hosts.
type IngressTLS struct {
	Node       *Node
	Hosts      []Field[string] // empty: those of the certificate
	SecretName Field[string]
}

// Ingress is o as an Ingress of networking.k8s.io or extensions, in any version; nil
// where it is of another kind.
func (o *Object) Ingress() *Ingress {
	if !o.Is("networking.k8s.io", "Ingress") && !o.Is("extensions", "Ingress") {
		return nil
	}
	spec, v1 := o.Get("spec"), o.APIVersion == "networking.k8s.io/v1"
	fallback := spec.Get("defaultBackend")
	if old := spec.Get("backend"); !v1 && old.Exists() {
		fallback = old
	}
	i := &Ingress{
		Object: o, Node: spec,
		ClassName: spec.StringAt("ingressClassName"),
		Default:   newIngressBackend(fallback, v1),
	}
	for item := range spec.Get("rules").Items() {
		rule := IngressRule{Node: item, Host: item.StringAt("host")}
		for path := range item.Get("http", "paths").Items() {
			rule.Paths = append(rule.Paths, IngressPath{
				Node:     path,
				Path:     path.StringAt("path"),
				PathType: path.StringAt("pathType"),
				Backend:  newIngressBackend(path.Get("backend"), v1),
			})
		}
		i.Rules = append(i.Rules, rule)
	}
	for item := range spec.Get("tls").Items() {
		i.TLS = append(i.TLS, IngressTLS{item, item.StringsAt("hosts"), item.StringAt("secretName")})
	}
	return i
}

func newIngressBackend(n *Node, v1 bool) IngressBackend {
	if v1 {
		n = n.Get("service")
	}
	if !n.Exists() {
		return IngressBackend{}
	}
	b := IngressBackend{Node: n}
	if v1 {
		b.Service, b.Port = n.StringAt("name"), n.IntOrStringAt("port", "name")
		if !b.Port.Value.IsString || b.Port.Value.Str == "" {
			b.Port = n.IntOrStringAt("port", "number")
			if b.Port.Value.Int == 0 {
				b.Port = Field[IntOrString]{}
			}
		}
		return b
	}
	b.Service, b.Port = n.StringAt("serviceName"), n.IntOrStringAt("servicePort")
	if b.Port.Value.IsString && b.Port.Value.Str == "" {
		b.Port = Field[IntOrString]{}
	}
	return b
}

// Backends yields the services that i leads to: the default one, then those of the
// rules in the order of the text.
func (i *Ingress) Backends() iter.Seq[IngressBackend] {
	return func(yield func(IngressBackend) bool) {
		if i.Default.Node != nil && !yield(i.Default) {
			return
		}
		for _, rule := range i.Rules {
			for _, path := range rule.Paths {
				if path.Backend.Node != nil && !yield(path.Backend) {
					return
				}
			}
		}
	}
}
