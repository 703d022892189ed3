package rules

import "github.com/plimsoll-go/plimsoll/lint"

func networkRules() []*lint.Rule { return nil }

func networkTemplates() []lint.Template { return nil }

func networkDifferences() []Difference { return nil }
