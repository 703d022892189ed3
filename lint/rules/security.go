package rules

import "github.com/plimsoll-go/plimsoll/lint"

func securityRules() []*lint.Rule { return nil }

func securityTemplates() []lint.Template { return nil }

func securityDifferences() []Difference { return nil }
