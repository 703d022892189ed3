package rules

import (
	"fmt"

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
	if !reads(p, p.Object, "networking.k8s.io/v1") {
		return nil
	}
	ingress := p.Object.Ingress()
	if ingress == nil {
		return nil
	}
	seen := make(map[servedPort]bool)
	for b := range ingress.Backends() {
		want := servedPort{service: b.Service.Value, port: b.Port.Value}
		if b.Port.Set() {
			want.text = b.Port.Value.String()
		} else if p.Compat() {
			want.text = "0"
		}
		if want.service == "" && !p.Compat() || seen[want] || want.isServed(p) {
			continue
		}
		seen[want] = true
		message := fmt.Sprintf("no service found matching ingress label (%s)", want.service)
		if want.text != "" {
			message += ", port " + want.text
		}
		p.Report(b.Node, message)
	}
	return nil
}

// A servedPort is what an ingress leads to.
type servedPort struct {
	service string // its name
	port    manifest.IntOrString
	text    string // of port, empty where there is none
}

// isServed reports whether the service is there, and has the port.
func (b servedPort) isServed(p *lint.Pass) bool {
	for o := range p.Context.Of("", "Service") {
		if o.Name != b.service || !p.Context.SameNamespace(p.Object, o) {
			continue
		}
		s := service(p, o)
		if s == nil {
			continue
		}
		if b.text == "" || !p.Compat() && len(s.Ports) == 0 && s.IsExternalName() {
			return true
		}
		for _, port := range s.Ports {
			if b.port.IsString && port.Name.Value == b.port.Str || !b.port.IsString && port.Port.Value == b.port.Int {
				return true
			}
		}
	}
	return false
}
