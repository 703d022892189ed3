package rules

import (
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// priorityClassName reports pods of priority classes that a cluster need not have.
func priorityClassName() *lint.Rule {
	return made(priorityClassNameTemplate(), map[string]any{
		"acceptedPriorityClassNames": []string{"system-cluster-critical", "system-node-critical"},
	}, lint.Rule{
		Name:        "priority-class-name",
		Title:       "Priority class that is not accepted",
		Doc:         "Reports pods of a priority class that is not one of those that every cluster has. A pod of a class that does not exist is refused.",
		Remediation: "Use an accepted class, or none.",
		URL:         "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
		Severity:    severity.Low,
	})
}

type priorityClassNameParams struct {
	Accepted []string `yaml:"acceptedPriorityClassNames" doc:"the names of classes that pods may have"`
}

func priorityClassNameTemplate() lint.Template {
	const doc = "Reports workloads whose pods have a priority class that is not accepted."
	return lint.NewTemplate("priority-class-name", doc, priorityClassNameParams{}, func(params priorityClassNameParams) (*lint.Rule, error) {
		run := func(p *lint.Pass) error {
			pod := p.Pod()
			if pod == nil {
				return nil
			}
			name := pod.PriorityClassName
			if strings.TrimSpace(name.Value) != "" && !slices.Contains(params.Accepted, name.Value) {
				p.Reportf(name.Node, "object has a priority class name defined with '%s' but the only accepted priority class names are '%s'", name.Value, params.Accepted)
			}
			return nil
		}
		return &lint.Rule{Run: run}, nil
	}).For(lint.DeploymentLike).Titled("Priority class of pods")
}
