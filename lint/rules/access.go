package rules

import (
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
)

func accessRules() []*lint.Rule {
	return slices.Concat(
		serviceAccountRules(),
		resourceAccessRules(),
		[]*lint.Rule{clusterAdminBinding(), wildcardInRules()},
	)
}

func accessTemplates() []lint.Template {
	return slices.Concat(
		serviceAccountTemplates(),
		[]lint.Template{accessToResourcesTemplate(), clusterAdminBindingTemplate(), wildcardInRulesTemplate()},
	)
}

func accessDifferences() []Difference {
	return slices.Concat(
		serviceAccountDifferences(),
		resourceAccessDifferences(),
		clusterAdminBindingDifferences(),
	)
}
