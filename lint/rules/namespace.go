package rules

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// useNamespace reports what is in the namespace default.
func useNamespace() *lint.Rule {
	return made(useNamespaceTemplate(), nil, lint.Rule{
		Name:        "use-namespace",
		Aliases:     []string{"KSV-0110"},
		Title:       "Object in the namespace default",
		Doc:         "Reports workloads and services that name no namespace, or the namespace default. Access, quotas and network policies are set by namespace: what shares one shares them.",
		Remediation: "Set metadata.namespace to a namespace of the application's own.",
		URL:         "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
		Severity:    severity.Low,
		Cause:       causeMetadata,
	})
}

func useNamespaceTemplate() lint.Template {
	const doc = "Reports workloads and services in the namespace default."
	return lint.NewTemplate("use-namespace", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runUseNamespace, CompatUntyped: true}, nil
	}).For(lint.DeploymentLike, lint.Service).Titled("The namespace default")
}

func runUseNamespace(p *lint.Pass) error {
	if p.Object.Namespace == "" || strings.EqualFold(p.Object.Namespace, "default") {
		d := lint.Diagnostic{Message: "object in default namespace"}
		if !p.Object.IsWorkload() {
			d.Aliases = []string{} // KSV-0110 is about workloads
		}
		p.ReportDiagnostic(p.Object.Metadata().Namespace.Node, d)
	}
	return nil
}
