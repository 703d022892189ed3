package rules

import (
	"slices"
	"strings"

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

// isA reports whether o is of a kind of an API: in compat mode in that version, and
// else in any, those included in which the kind was in the group extensions.
func isA(p *lint.Pass, o *manifest.Object, apiVersion, kind string) bool {
	if o.Kind != kind || o.APIVersion == apiVersion {
		return o.Kind == kind
	}
	if p.Compat() {
		return false
	}
	group, _, named := strings.Cut(apiVersion, "/")
	if !named {
		group = ""
	}
	return o.Group == group || group == "networking.k8s.io" && o.Group == "extensions"
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
