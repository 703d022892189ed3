package rules

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// quotaRules are about the limits of namespaces.
func quotaRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "limit-range",
		Aliases:     []string{"KSV-0039"},
		Title:       "LimitRange that leaves something open",
		Doc:         "Reports items of LimitRanges for containers without min, max, default or defaultRequest.",
		Remediation: "Set all four.",
		URL:         "https://kubernetes.io/docs/concepts/policy/limit-range/",
		Severity:    severity.Low,
		Kinds:       []lint.Kind{"/LimitRange"},
		Cause:       causeSpec,
		Run: func(p *lint.Pass) error {
			for item := range p.Object.Get("spec", "limits").Items() {
				if item.StringAt("type").Value != "Container" { // the others have no defaults
					continue
				}
				var missing []string
				for _, field := range []string{"min", "max", "default", "defaultRequest"} {
					if item.Get(field).Len() == 0 {
						missing = append(missing, field)
					}
				}
				if len(missing) > 0 {
					p.Reportf(item, "the limits of containers lack %s", strings.Join(missing, ", "))
				}
			}
			return nil
		},
	}, {
		Name:        "resource-quota",
		Aliases:     []string{"KSV-0040"},
		Title:       "ResourceQuota without CPU or memory",
		Doc:         "Reports ResourceQuotas that do not bound the requests and limits of CPU and memory, unless they bound neither, but the number of objects, for example.",
		Remediation: "Set requests.cpu, requests.memory, limits.cpu and limits.memory in spec.hard.",
		URL:         "https://kubernetes.io/docs/concepts/policy/resource-quotas/",
		Severity:    severity.Low,
		Kinds:       []lint.Kind{"/ResourceQuota"},
		Cause:       func(_ *lint.Pass, at *manifest.Node) *manifest.Node { return at },
		Run: func(p *lint.Pass) error {
			hard := p.Object.Get("spec", "hard")
			var missing []string
			compute := false
			for _, resource := range []string{"requests.cpu", "requests.memory", "limits.cpu", "limits.memory"} {
				short := strings.TrimPrefix(resource, "requests.") // cpu is requests.cpu
				if hard.Get(resource).Exists() || hard.Get(short).Exists() {
					compute = true
				} else {
					missing = append(missing, resource)
				}
			}
			if len(missing) > 0 && (compute || hard.Len() == 0) {
				p.Reportf(nearest(p.Object.Node, "spec", "hard"), "the quota lacks %s", strings.Join(missing, ", "))
			}
			return nil
		},
	}}
}
