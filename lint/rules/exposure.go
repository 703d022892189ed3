package rules

import (
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// exposureRules are about what others can reach, read or redirect.
func exposureRules() []*lint.Rule {
	services := []lint.Kind{lint.Service}
	ingresses := []lint.Kind{lint.Ingress}
	return []*lint.Rule{{
		Name:        "ingress-tls",
		Title:       "Ingress without TLS",
		Doc:         "Reports ingresses without spec.tls, and hosts of their rules that it does not list. Requests for them are not encrypted.",
		Remediation: "List the host in spec.tls, with the Secret of its certificate.",
		URL:         "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
		Severity:    severity.Medium,
		Kinds:       ingresses,
		Run:         runIngressTLS,
	}, {
		Name:        "ingress-nginx-injection",
		Aliases:     []string{"KCV-0093"},
		Title:       "Ingress that escapes into nginx's configuration",
		Doc:         "Reports ingresses with an annotation for ingress-nginx whose value has characters in it that end a directive of nginx's configuration. Up to ingress-nginx 1.12.0 they become a part of it, which runs code in the controller and reads the Secrets of all namespaces (CVE-2025-1097, CVE-2025-1098, CVE-2025-24514).",
		Remediation: "Write a plain URL or name, and update ingress-nginx.",
		URL:         "https://kubernetes.io/blog/2025/03/24/ingress-nginx-cve-2025-1974/",
		Severity:    severity.Critical,
		Kinds:       ingresses,
		Cause:       causeMetadata,
		Run:         runInjection,
	}, {
		Name:        "ingress-nginx-snippets",
		Title:       "Configuration of nginx in an annotation",
		Doc:         "Reports ingresses whose annotations put text into the configuration of ingress-nginx. Who may write one reads the Secrets of all namespaces (CVE-2021-25742); such annotations are off unless they are allowed.",
		Remediation: "Use the annotation for the single thing that is needed.",
		URL:         "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations-risk/",
		Severity:    severity.High,
		Kinds:       ingresses,
		Run:         runSnippets,
	}, {
		Name:        "service-external-ips",
		Aliases:     []string{"KSV-0108"},
		Title:       "Service with external IPs",
		Doc:         "Reports services with externalIPs. What pods and nodes send to such an address goes to the service instead, whomever the address belongs to (CVE-2020-8554).",
		Remediation: "Use a service of type LoadBalancer, or an ingress.",
		URL:         "https://kubernetes.io/docs/concepts/services-networking/service/#external-ips",
		Severity:    severity.High,
		Kinds:       services,
		Run: func(p *lint.Pass) error {
			s := p.Object.Service()
			if s == nil {
				return nil
			}
			for _, ip := range s.ExternalIPs {
				p.Reportf(ip.Node, "the service takes what is sent to %s (externalIPs)", ip.Value)
			}
			return nil
		},
	}, {
		Name:        "external-name",
		Aliases:     []string{"KSV-0108"},
		Title:       "Service that is a name elsewhere",
		Doc:         "Reports services of type ExternalName. They lead pods, and ingresses, out of the cluster or to a service of another namespace, past network policies that go by labels.",
		Remediation: "Let the client use the name itself.",
		URL:         "https://kubernetes.io/docs/concepts/services-networking/service/#externalname",
		Severity:    severity.Low,
		Kinds:       services,
		Run: func(p *lint.Pass) error {
			if s := p.Object.Service(); s != nil && s.IsExternalName() {
				p.Reportf(nearest(s.Node, "externalName"), "the service leads to %s (externalName)", s.ExternalName.Value)
			}
			return nil
		},
	}, {
		Name:        "configmap-secret",
		Aliases:     []string{"KSV-0109"},
		Title:       "Secret in a ConfigMap",
		Doc:         "Reports entries of ConfigMaps that are called like a secret and have a value that looks like one, and lines of the form key=value or key: value in them that are. Roles that may read ConfigMaps are more common than those for Secrets, and ConfigMaps are not encrypted at rest.",
		Remediation: "Put the value in a Secret.",
		URL:         "https://kubernetes.io/docs/concepts/configuration/secret/",
		Severity:    severity.High,
		Kinds:       []lint.Kind{"/ConfigMap"},
		Run:         runConfigMapSecret,
	}, {
		Name:        "network-policy-selector",
		Aliases:     []string{"KSV-0038"},
		Title:       "Network policy without a selector",
		Doc:         "Reports network policies that leave podSelector out. They hold for all pods of the namespace, which an empty selector says more clearly.",
		Remediation: "Write podSelector: {} if all pods are meant, else select those that are.",
		URL:         "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.NetworkPolicy},
		Cause:       causeSpec,
		Run: func(p *lint.Pass) error {
			if policy := p.Object.NetworkPolicy(); policy != nil && !policy.PodSelector.Node.Exists() {
				p.Reportf(nearest(p.Object.Node, "spec"), "the network policy has no podSelector")
			}
			return nil
		},
	}, configMapPersonalData()}
}

// certificateAnnotations name the certificates of load balancers that do not go by
// spec.tls.
func certificateAnnotations() []string {
	return []string{
		"alb.ingress.kubernetes.io/certificate-arn",
		"ingress.gcp.kubernetes.io/pre-shared-cert",
		"networking.gke.io/managed-certificates",
		"appgw.ingress.kubernetes.io/appgw-ssl-certificate",
	}
}

func runIngressTLS(p *lint.Pass) error {
	o := p.Object
	ingress := o.Ingress()
	if ingress == nil || slices.ContainsFunc(o.Metadata().Annotations.Entries, func(a manifest.StringEntry) bool { return slices.Contains(certificateAnnotations(), a.Key) }) {
		return nil
	}
	if len(ingress.TLS) == 0 {
		p.Reportf(nearest(o.Node, "spec"), "the ingress has no spec.tls")
		return nil
	}
	var covered []string
	for _, tls := range ingress.TLS {
		if len(tls.Hosts) == 0 { // the certificate is for what it is for
			return nil
		}
		covered = append(covered, manifest.Values(tls.Hosts)...)
	}
	for _, rule := range ingress.Rules {
		host := rule.Host
		_, parent, _ := strings.Cut(host.Value, ".")
		if host.Value != "" && !slices.Contains(covered, host.Value) && !slices.Contains(covered, "*."+parent) {
			p.Reportf(host.Node, "spec.tls does not list the host %q", host.Value)
		}
	}
	return nil
}

// runInjection goes by the annotations of the advisories.
func runInjection(p *lint.Pass) error {
	for _, a := range p.Object.Metadata().Annotations.Entries {
		end := ""
		switch strings.TrimPrefix(a.Key, "nginx.ingress.kubernetes.io/") {
		case a.Key:
			continue
		case "auth-url", "mirror-target", "mirror-host":
			end = "\r\n<>\"{}|^`\\;#"
		case "auth-tls-match-cn":
			end = "\r\n#{};|"
		}
		if strings.ContainsAny(a.Value, end) {
			p.Reportf(a.Node, "the value of the annotation %s ends a directive of nginx", a.Key)
		}
	}
	return nil
}

func runSnippets(p *lint.Pass) error {
	for _, a := range p.Object.Metadata().Annotations.Entries {
		prefix, name, _ := strings.Cut(a.Key, "/")
		if strings.HasSuffix(prefix, "ingress.kubernetes.io") && strings.HasSuffix(name, "-snippet") {
			p.Reportf(a.Node, "the annotation %s is text of nginx's configuration", a.Key)
		}
	}
	return nil
}

func runConfigMapSecret(p *lint.Pass) error {
	for key, value := range p.Object.Get("data").Entries() {
		text, _ := value.Str()
		if !strings.Contains(text, "\n") && literalSecret(key, text) {
			p.Reportf(value, "%q is a secret", key)
			continue
		}
		if name := secretLine(text); name != "" {
			p.Reportf(value, "%q holds a secret, %q", key, name)
		}
	}
	return nil
}

// secretLine is the name of the first secret in a text of names and values, empty
// where there is none.
func secretLine(text string) string {
	for line := range strings.Lines(text) {
		i := strings.IndexAny(line, "=:")
		if i < 0 || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		name := strings.Trim(line[:i], " \t\"'-")
		if strings.ContainsAny(name, " \t") {
			continue
		}
		if value := strings.Trim(line[i+1:], " \t\r\n\"',"); literalSecret(name, value) {
			return name
		}
	}
	return ""
}
