package rules

import (
	"fmt"
	"strconv"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// danglingIngress reports ingresses whose services are not there.
func danglingIngress() *lint.Rule {
	return made(danglingIngressTemplate(), nil, lint.Rule{
		Name:        "dangling-ingress",
		Title:       "Ingress to a service that is not there",
		Doc:         "Reports each backend of an ingress whose service, or whose port of it, is not in the ingress's namespace. Requests for it are answered with an error.",
		Remediation: "Make the backend name a service that is there, and one of its ports.",
		URL:         "https://kubernetes.io/docs/concepts/services-networking/ingress/",
		Severity:    severity.Medium,
	})
}

func danglingIngressDifferences() []Difference {
	return []Difference{{
		Rule:       "dangling-ingress",
		KubeLinter: "reports backends in random order",
		Plimsoll:   "reports them in the order of the text, in compat mode too",
		Reason:     "results are to be compared",
	}, {
		Rule:       "dangling-ingress",
		KubeLinter: "looks for port 0 where a backend has no port",
		Plimsoll:   "looks for the service alone",
		Reason:     "that the port is missing is another mistake, which the API server refuses",
	}, {
		Rule:       "dangling-ingress",
		KubeLinter: "reports a backend without the name of a service",
		Plimsoll:   "does not",
		Reason:     "there is nothing to look for; the API server refuses it",
	}, {
		Rule:       "dangling-ingress",
		KubeLinter: "reports services of type ExternalName that list no ports",
		Plimsoll:   "does not",
		Reason:     "such a service is a name, at which any port may be open",
	}, {
		Rule:       "dangling-ingress",
		KubeLinter: "does not look at networking.k8s.io/v1beta1 and extensions/v1beta1",
		Plimsoll:   "does",
		Reason:     "the mistake is the same",
	}}
}

func danglingIngressTemplate() lint.Template {
	const doc = "Reports ingresses that lead to a service or a port that is not there."
	return lint.NewTemplate("dangling-ingress", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runDanglingIngress}, nil
	}).For(lint.Ingress).Titled("Ingresses without services")
}

func runDanglingIngress(p *lint.Pass) error {
	if !isA(p, p.Object, "networking.k8s.io/v1", "Ingress") {
		return nil
	}
	type key struct {
		service, port string
		number        bool
	}
	seen := make(map[key]bool)
	for _, b := range ingressBackends(p.Object) {
		if p.Compat() && b.port == "" {
			b.port, b.number = "0", true
		}
		k := key{b.service, b.port, b.number}
		if b.service == "" && !p.Compat() || seen[k] || isServed(p, b) {
			continue
		}
		seen[k] = true
		message := fmt.Sprintf("no service found matching ingress label (%s)", b.service)
		if b.port != "" {
			message += ", port " + b.port
		}
		p.Report(b.node, message)
	}
	return nil
}

// A backend is a service that an ingress leads to.
type backend struct {
	node    *manifest.Node
	service string // its name
	port    string // a name or a number, empty where there is none
	number  bool
}

// ingressBackends are the services that an ingress names, in the order of the text.
// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/
func ingressBackends(o *manifest.Object) []backend {
	var list []backend
	add := func(n *manifest.Node) {
		var b backend
		if o.APIVersion == "networking.k8s.io/v1" {
			b = backendV1(n)
		} else {
			b = backendV1beta1(n)
		}
		if b.node.Exists() {
			list = append(list, b)
		}
	}
	add(o.Get("spec", "defaultBackend"))
	if o.APIVersion != "networking.k8s.io/v1" {
		add(o.Get("spec", "backend"))
	}
	for rule := range o.Get("spec", "rules").Items() {
		for path := range rule.Get("http", "paths").Items() {
			add(path.Get("backend"))
		}
	}
	return list
}

func backendV1(n *manifest.Node) backend {
	s := n.Get("service")
	b := backend{node: s, service: s.StringAt("name").Value, port: s.StringAt("port", "name").Value}
	if number := s.IntAt("port", "number"); b.port == "" && number.Value != 0 {
		b.port, b.number = strconv.FormatInt(number.Value, 10), true
	}
	return b
}

func backendV1beta1(n *manifest.Node) backend {
	b := backend{node: n, service: n.StringAt("serviceName").Value}
	if port := n.IntOrStringAt("servicePort"); port.Set() {
		b.port, b.number = port.Value.Str, !port.Value.IsString
		if b.number {
			b.port = strconv.FormatInt(port.Value.Int, 10)
		}
	}
	return b
}

// isServed reports whether the service of a backend is there, and has its port.
func isServed(p *lint.Pass, b backend) bool {
	for s := range p.Context.Of("", "Service") {
		if s.Name != b.service || !isA(p, s, "v1", "Service") || !p.Context.SameNamespace(p.Object, s) {
			continue
		}
		if b.port == "" {
			return true
		}
		ports := s.Get("spec", "ports")
		if !p.Compat() && ports.Len() == 0 && s.Node.StringAt("spec", "type").Value == "ExternalName" {
			return true
		}
		for port := range ports.Items() {
			if b.number && strconv.FormatInt(port.IntAt("port").Value, 10) == b.port || !b.number && port.StringAt("name").Value == b.port {
				return true
			}
		}
	}
	return false
}
