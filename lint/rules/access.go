package rules

import "github.com/plimsoll-go/plimsoll/lint"

func accessRules() []*lint.Rule { return nil }

func accessTemplates() []lint.Template { return nil }

func accessDifferences() []Difference { return nil }
