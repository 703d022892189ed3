package rules

import (
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// requirementRules ask for the requests and limits that KubeLinter's do not ask for.
func requirementRules() []*lint.Rule {
	return []*lint.Rule{
		made(memoryTemplate(), map[string]any{"requirementsType": "request", "lowerBoundMB": 0, "upperBoundMB": 0}, lint.Rule{
			Name:        "unset-memory-request",
			Aliases:     []string{"KSV-0016"},
			Title:       "No memory request",
			Doc:         "Reports containers without a memory request, or a limit that stands for it. The scheduler takes them for ones that need nothing, and they are the first to be evicted.",
			Remediation: "Set resources.requests.memory to what the container needs.",
			Severity:    severity.Low,
			Kinds:       []lint.Kind{lint.DeploymentLike},
		}),
		made(cpuTemplate(), map[string]any{"requirementsType": "limit", "lowerBoundMillis": 0, "upperBoundMillis": 0}, lint.Rule{
			Name:        "unset-cpu-limit",
			Aliases:     []string{"KSV-0011"},
			Title:       "No CPU limit",
			Doc:         "Reports containers without a CPU limit. They may use all the time that a node has to spare, and are used to it when it has not.",
			Remediation: "Set resources.limits.cpu to the most that the container may use.",
			Severity:    severity.Low,
		}),
		made(storageTemplate(), map[string]any{"requirementsType": "any"}, lint.Rule{
			Name:        "unset-ephemeral-storage-requirements",
			Title:       "No request or limit of ephemeral storage",
			Doc:         "Reports containers without a request and a limit of ephemeral storage: logs, emptyDir, and what is written in the container. One that fills the disk of the node takes other pods with it.",
			Remediation: "Set ephemeral-storage in resources.requests and resources.limits.",
			URL:         "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#local-ephemeral-storage",
			Severity:    severity.Low,
		}),
	}
}

func requirementTemplates() []lint.Template { return []lint.Template{storageTemplate()} }

type storageParams struct {
	Type  string `yaml:"requirementsType" doc:"what to look at" enum:"request,limit,any" required:""`
	Lower int    `yaml:"lowerBoundMB" doc:"the least that is reported, in MiB"`
	Upper int    `yaml:"upperBoundMB" doc:"the most that is reported, in MiB"`
}

func storageTemplate() lint.Template {
	const doc = "Reports containers whose requests or limits of ephemeral storage are in a range. One that is left out is 0."
	return lint.NewTemplate("ephemeral-storage-requirements", doc, storageParams{}, func(p storageParams) (*lint.Rule, error) {
		const mebibyte = 1 << 20
		r := resourceRange{
			name: "ephemeral-storage", which: p.Type, amount: manifest.Quantity.Value,
			lower: int64(p.Lower) * mebibyte, upper: int64(p.Upper) * mebibyte, bounded: true,
		}
		return &lint.Rule{Run: r.run}, nil
	}).For(lint.DeploymentLike).Titled("Requests and limits of ephemeral storage")
}
