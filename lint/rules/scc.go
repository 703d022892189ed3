package rules

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func sccDenyPrivileged() *lint.Rule {
	return made(sccDenyPrivilegedTemplate(), map[string]any{"allowPrivilegedContainer": true}, lint.Rule{
		Name:        "scc-deny-privileged-container",
		Title:       "SecurityContextConstraints that allow privileged containers",
		Doc:         "Reports OpenShift SecurityContextConstraints that allow privileged containers. Everyone who may use them can take over a node.",
		Remediation: "Set allowPrivilegedContainer to false.",
		Severity:    severity.High,
	})
}

type sccDenyPrivilegedParams struct {
	Allow bool `yaml:"allowPrivilegedContainer" doc:"the value of allowPrivilegedContainer that is reported"`
}

func sccDenyPrivilegedTemplate() lint.Template {
	const doc = "Reports SecurityContextConstraints by whether they allow privileged containers."
	return lint.NewTemplate("scc-deny-privileged-container", doc, sccDenyPrivilegedParams{}, func(params sccDenyPrivilegedParams) (*lint.Rule, error) {
		run := func(p *lint.Pass) error {
			c := p.Object.SecurityContextConstraints()
			if c == nil || c.AllowPrivilegedContainer.Value != params.Allow {
				return nil
			}
			allows := c.AllowPrivilegedContainer
			var fixes []lint.Fix
			if allows.Value {
				fixes = append(fixes, lint.SetFix(p.Object.Node, false, "allowPrivilegedContainer"))
			}
			p.Report(allows.Node, fmt.Sprintf("SCC has allowPrivilegedContainer set to %t", allows.Value), fixes...)
			return nil
		}
		return &lint.Rule{Run: run}, nil
	}).For(lint.SecurityContextConstraints).Titled("Privileged containers in SecurityContextConstraints")
}
