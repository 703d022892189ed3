package rules

import "github.com/plimsoll-go/plimsoll/lint"

func metadataRules() []*lint.Rule { return nil }

func metadataTemplates() []lint.Template { return nil }

func metadataDifferences() []Difference { return nil }
