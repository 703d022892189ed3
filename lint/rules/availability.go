package rules

import (
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
)

func availabilityRules() []*lint.Rule {
	return []*lint.Rule{
		minimumReplicas(),
		autoscalerMinimumReplicas(),
		noAntiAffinity(),
		noNodeAffinity(),
		noRollingUpdate(),
		maxUnavailable(),
		minAvailable(),
		unhealthyPodEviction(),
	}
}

func availabilityTemplates() []lint.Template {
	return []lint.Template{
		minimumReplicasTemplate(),
		autoscalerMinimumReplicasTemplate(),
		antiAffinityTemplate(),
		noNodeAffinityTemplate(),
		updateConfigurationTemplate(),
		maxUnavailableTemplate(),
		minAvailableTemplate(),
		unhealthyPodEvictionTemplate(),
	}
}

func availabilityDifferences() []Difference {
	return slices.Concat(
		replicasDifferences(),
		antiAffinityDifferences(),
		updateConfigurationDifferences(),
		disruptionDifferences(),
	)
}
