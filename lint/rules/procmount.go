package rules

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func unsafeProcMount() *lint.Rule {
	return made(unsafeProcMountTemplate(), nil, lint.Rule{
		Name:        "unsafe-proc-mount",
		Aliases:     []string{"KSV-0027"},
		Groups:      []string{Restricted.Group()},
		Title:       "Container with an unmasked /proc",
		Doc:         "Reports containers whose /proc is not masked. Container runtimes hide the parts of it that tell of the node and change the kernel; procMount Unmasked shows them.",
		Remediation: "Remove procMount.",
		Severity:    severity.High,
	})
}

func unsafeProcMountTemplate() lint.Template {
	const doc = "Reports containers whose /proc is not masked."
	return lint.NewTemplate("unsafe-proc-mount", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: alsoServices(runUnsafeProcMount, unconfined("systempaths"))}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Unmasked /proc")
}

func runUnsafeProcMount(p *lint.Pass) error {
	for c := range p.Containers() {
		if f := c.Security.ProcMount; strings.EqualFold(f.Value, "Unmasked") {
			p.Report(f.Node, "container "+quoted(c)+" exposes /proc unsafely (via procMount=Unmasked).",
				lint.DeleteFix(c.Security.Node, "procMount"))
		}
	}
	return nil
}
