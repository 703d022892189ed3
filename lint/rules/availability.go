package rules

import "github.com/plimsoll-go/plimsoll/lint"

func availabilityRules() []*lint.Rule { return nil }

func availabilityTemplates() []lint.Template { return nil }

func availabilityDifferences() []Difference { return nil }
