package rules

import (
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// danglingService reports services that lead nowhere.
func danglingService() *lint.Rule {
	return made(danglingServiceTemplate(), nil, lint.Rule{
		Name:        "dangling-service",
		Title:       "Service that selects no pods",
		Doc:         "Reports services whose selector matches the pods of no workload of their namespace, and those that have neither a selector nor endpoints. Connections to such a service are refused.",
		Remediation: "Make the selector of the service agree with the labels of the pods, or list its endpoints.",
		URL:         "https://kubernetes.io/docs/concepts/services-networking/service/",
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.Service},
		Default:     true,
	})
}

func danglingServiceDifferences() []Difference {
	return []Difference{{
		Rule:       "dangling-service",
		KubeLinter: "reports every service without a selector that is no ExternalName",
		Plimsoll:   "does not report those that are headless, or have Endpoints or an EndpointSlice beside them",
		Reason:     "endpoints may be listed by hand, and by controllers",
		Issue:      "https://github.com/stackrox/kube-linter/issues/746",
	}, {
		Rule:       "dangling-service",
		KubeLinter: "keeps objects without a namespace apart from those in default",
		Plimsoll:   "takes them to be in default; so do all rules that compare namespaces",
		Reason:     "that is where they are created if nothing else is asked for",
	}, {
		Rule:       "dangling-service",
		KubeLinter: "does not know the pods of custom resources",
		Plimsoll:   "knows those of a Rollout",
		Reason:     "its pod template is that of a Deployment",
	}, {
		Rule:       "dangling-service",
		KubeLinter: "the template looks at workloads where a check has no scope, and so finds nothing",
		Plimsoll:   "the template looks at services",
		Reason:     "nothing else can be found",
	}}
}

type danglingServiceParams struct {
	IgnoredLabels []string `yaml:"ignoredLabels" doc:"keys of the selector that are left out of account"`
}

func danglingServiceTemplate() lint.Template {
	const doc = "Reports services that do not select a pod."
	return lint.NewTemplate("dangling-service", doc, danglingServiceParams{}, func(params danglingServiceParams) (*lint.Rule, error) {
		return &lint.Rule{Run: func(p *lint.Pass) error { return runDanglingService(p, params.IgnoredLabels) }}, nil
	}).For(lint.Service).CompatFor(lint.DeploymentLike).Titled("Services without pods")
}

func runDanglingService(p *lint.Pass, ignored []string) error {
	s := service(p, p.Object)
	if s == nil || s.IsExternalName() {
		return nil
	}
	selector := s.Selector
	if selector.Empty() {
		if p.Compat() || !hasEndpoints(p, s) {
			p.Reportf(nearest(p.Object.Node, "spec", "selector"), "service has no selector specified")
		}
		return nil
	}
	selector.Labels.Entries = slices.DeleteFunc(selector.Labels.Entries, func(e manifest.StringEntry) bool {
		return slices.Contains(ignored, e.Key)
	})
	if err := checkSelector(p, selector); err != nil {
		p.Reportf(selector.Node, "service has invalid label selector: %v", err)
		return nil
	}
	if !hasPods(p, selector) {
		p.Reportf(selector.Node, "no pods found matching service labels (%s)", goMap(selector.Labels))
	}
	return nil
}

// service is o as a service, nil where it is of another kind, or, in compat mode, in
// a version that KubeLinter does not know.
func service(p *lint.Pass, o *manifest.Object) *manifest.Service {
	if !reads(p, o, "v1") {
		return nil
	}
	return o.Service()
}

// hasEndpoints reports whether a service without a selector has endpoints all the
// same.
// https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors
func hasEndpoints(p *lint.Pass, s *manifest.Service) bool {
	if s.IsHeadless() {
		return true
	}
	o := s.Object
	for e := range p.Context.Of("", "Endpoints") {
		if e.Name == o.Name && p.Context.SameNamespace(e, o) {
			return true
		}
	}
	for e := range p.Context.Of("discovery.k8s.io", "EndpointSlice") {
		name, _ := e.Metadata().Labels.Get("kubernetes.io/service-name")
		if name == o.Name && p.Context.SameNamespace(e, o) {
			return true
		}
	}
	return false
}

// exposedServices reports services that can be reached from outside the cluster.
func exposedServices() *lint.Rule {
	return made(forbiddenServiceTypesTemplate(), map[string]any{"forbiddenServiceTypes": []string{"NodePort", "LoadBalancer"}}, lint.Rule{
		Name:        "exposed-services",
		Title:       "Service open to the outside",
		Doc:         "Reports services of type NodePort and LoadBalancer, which can be reached from outside the cluster without an ingress in between.",
		Remediation: "Use type ClusterIP, and an ingress or a gateway for what has to be reached from outside.",
		URL:         "https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
		Severity:    severity.Low,
	})
}

func exposedServicesDifferences() []Difference {
	return []Difference{{
		Rule:       "forbidden-service-types",
		KubeLinter: "takes a service without a type to be of none",
		Plimsoll:   "takes it to be a ClusterIP",
		Reason:     "so does the API server",
	}}
}

type forbiddenServiceTypesParams struct {
	ForbiddenServiceTypes []string `yaml:"forbiddenServiceTypes" doc:"the types that are not allowed"`
}

func forbiddenServiceTypesTemplate() lint.Template {
	const doc = "Reports services of types that are not allowed."
	return lint.NewTemplate("forbidden-service-types", doc, forbiddenServiceTypesParams{}, func(params forbiddenServiceTypesParams) (*lint.Rule, error) {
		return &lint.Rule{Run: func(p *lint.Pass) error { return runForbiddenServiceTypes(p, params.ForbiddenServiceTypes) }}, nil
	}).For(lint.Service).Titled("Types of services")
}

func runForbiddenServiceTypes(p *lint.Pass, forbidden []string) error {
	s := service(p, p.Object)
	if s == nil {
		return nil
	}
	typ := s.Type.Value
	if typ == "" && !p.Compat() {
		typ = "ClusterIP"
	}
	if slices.ContainsFunc(forbidden, func(f string) bool { return strings.EqualFold(f, typ) }) {
		p.Reportf(nearest(p.Object.Node, "spec", "type"), "%q service type is forbidden.", typ)
	}
	return nil
}
