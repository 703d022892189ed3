package rules

import (
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// danglingServiceMonitor reports monitors that watch nothing.
func danglingServiceMonitor() *lint.Rule {
	return made(danglingServiceMonitorTemplate(), nil, lint.Rule{
		Name:        "dangling-servicemonitor",
		Title:       "Service monitor that selects no services",
		Doc:         "Reports service monitors that match no service. Nothing is scraped, and nobody is told.",
		Remediation: "Make the selectors of the monitor agree with the labels and the namespace of the service.",
		URL:         "https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor",
		Severity:    severity.Low,
	})
}

func danglingServiceMonitorDifferences() []Difference {
	const rule = "dangling-servicemonitor"
	return []Difference{{
		Rule:       rule,
		KubeLinter: "does not read matchExpressions",
		Plimsoll:   "does",
		Reason:     "they are conditions as well",
	}, {
		Rule:       rule,
		KubeLinter: "looks in all namespaces where there is no namespaceSelector",
		Plimsoll:   "looks in the monitor's own",
		Reason:     "so does the operator",
	}, {
		Rule:       rule,
		KubeLinter: "takes an empty selector for none",
		Plimsoll:   "takes it to select every service",
		Reason:     "so does the operator",
	}}
}

func danglingServiceMonitorTemplate() lint.Template {
	const doc = "Reports service monitors that select no service."
	return lint.NewTemplate("dangling-servicemonitor", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runDanglingServiceMonitor}, nil
	}).For(lint.ServiceMonitor).Titled("Service monitors without services")
}

func runDanglingServiceMonitor(p *lint.Pass) error {
	o := p.Object
	if !reads(p, o, "monitoring.coreos.com/v1") {
		return nil
	}
	m := o.ServiceMonitor()
	if m == nil {
		return nil
	}
	s, namespaces := m.Selector, m.Namespaces
	names := manifest.Values(namespaces.MatchNames)
	where := nearest(o.Node, "spec", "selector")
	selects, everywhere := s.Node.Exists(), false
	if p.Compat() {
		s.Expressions = nil
		everywhere = len(names) == 0
		selects = !s.Empty() || len(names) > 0 || manifest.IsTrue(namespaces.Any)
	}
	if !selects {
		p.Reportf(where, "service monitor has no selector specified")
		return nil
	}
	if err := checkSelector(p, s); err != nil {
		p.Reportf(where, "service monitor has invalid label selector: %v", err)
		return nil
	}
	own := p.Context.Namespace(o.Namespace)
	for target := range p.Context.Of("", "Service") {
		if (everywhere || namespaces.Matches(p.Context.Namespace(target.Namespace), own)) && s.Matches(target.Metadata().Labels) && reads(p, target, "v1") {
			return nil
		}
	}
	p.Reportf(where, "no services found matching the service monitor's label selector (%s) and namespace selector (%s)", s, names)
	return nil
}
