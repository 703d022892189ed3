package rules

import (
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
)

func metadataRules() []*lint.Rule {
	return slices.Concat(labelRules(), []*lint.Rule{useNamespace(), noExtensionsV1Beta(), sortedKeys()})
}

func metadataTemplates() []lint.Template {
	return slices.Concat(labelTemplates(), []lint.Template{useNamespaceTemplate(), disallowedAPITemplate(), sortedKeysTemplate()})
}

func metadataDifferences() []Difference {
	return slices.Concat(apiDifferences(), sortedKeysDifferences())
}
