package rules

import "github.com/plimsoll-go/plimsoll/lint"

func workloadRules() []*lint.Rule { return nil }

func workloadTemplates() []lint.Template { return nil }

func workloadDifferences() []Difference { return nil }
