package rules

import (
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

func networkRules() []*lint.Rule {
	return []*lint.Rule{
		danglingService(),
		exposedServices(),
		danglingIngress(),
		danglingNetworkPolicy(),
		danglingNetworkPolicyPeer(),
		nonIsolatedPod(),
		danglingServiceMonitor(),
		danglingAutoscaler(),
	}
}

func networkTemplates() []lint.Template {
	return []lint.Template{
		danglingServiceTemplate(),
		forbiddenServiceTypesTemplate(),
		danglingIngressTemplate(),
		danglingNetworkPolicyTemplate(),
		danglingNetworkPolicyPeerTemplate(),
		nonIsolatedPodTemplate(),
		danglingServiceMonitorTemplate(),
		danglingAutoscalerTemplate(),
	}
}

func networkDifferences() []Difference {
	return slices.Concat(
		danglingServiceDifferences(),
		exposedServicesDifferences(),
		danglingIngressDifferences(),
		networkPolicyDifferences(),
		danglingServiceMonitorDifferences(),
		danglingAutoscalerDifferences(),
	)
}

// reads reports whether an object of a kind that a rule is for is one that it looks
// at: in compat mode in that version alone, which is the one that KubeLinter knows.
func reads(p *lint.Pass, o *manifest.Object, apiVersion string) bool {
	return !p.Compat() || o.APIVersion == apiVersion
}

// checkSelector returns an error for a selector that the API server refuses, in
// KubeLinter's words in compat mode.
func checkSelector(p *lint.Pass, s manifest.Selector) error {
	err := s.Check()
	if err != nil && p.Compat() {
		return selectorError(s)
	}
	return err
}

// hasPods reports whether a pod in the namespace of the object that p looks at has
// labels that s matches.
func hasPods(p *lint.Pass, s manifest.Selector) bool {
	for pod := range p.Context.Pods() {
		if p.Context.SameNamespace(p.Object, pod.Object) && s.Matches(pod.Metadata.Labels) {
			return true
		}
	}
	return false
}
