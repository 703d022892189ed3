package rules

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// duplicateEnvVar reports variables that are set twice.
func duplicateEnvVar() *lint.Rule {
	return made(duplicateEnvVarTemplate(), nil, lint.Rule{
		Name:        "duplicate-env-var",
		Title:       "Environment variable that is set twice",
		Doc:         "Reports variables that a container sets more than once. The last value counts when the pod is made, but a later change of the object may drop any of them.",
		Remediation: "Keep the one whose value is meant; today the last one counts.",
		Severity:    severity.Low,
		Default:     true,
	})
}

func duplicateEnvVarTemplate() lint.Template {
	const doc = "Reports containers that set an environment variable more than once."
	return lint.NewTemplate("duplicate-env-var", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: alsoServices(runDuplicateEnvVar, serviceDuplicateEnvVar)}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Environment variables that are set twice")
}

func runDuplicateEnvVar(p *lint.Pass) error {
	for c := range p.Containers() {
		places := make(map[string][]*manifest.Node)
		for _, e := range c.Env {
			places[e.Name.Value] = append(places[e.Name.Value], e.Node)
		}
		for _, e := range c.Env {
			all := places[e.Name.Value]
			if len(all) < 2 || e.Node != all[1] {
				continue
			}
			where := e.Name.Node
			if where == nil {
				where = e.Node
			}
			d := lint.Diagnostic{Message: fmt.Sprintf("Duplicate environment variable %s in container %q found", e.Name.Value, c.Name.Value)}
			d.Related = []lint.Related{{Span: all[0].Place(), Message: "it is set here first"}}
			// Variables in between may refer to the first one: it is the second that goes.
			// A value that refers to others depends on where it stands.
			if len(all) == 2 && reflect.DeepEqual(all[0].Any(), all[1].Any()) && !strings.Contains(e.Value.Value, "$(") {
				d.Fixes = []lint.Fix{lint.DeleteFix(e.Node)}
			}
			p.ReportDiagnostic(where, d)
		}
	}
	return nil
}
