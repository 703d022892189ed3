package rules

import (
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func privilegeRules() []*lint.Rule {
	return []*lint.Rule{
		made(privilegedTemplate(), nil, lint.Rule{
			Name:        "privileged-container",
			Aliases:     []string{"KSV-0017"},
			Groups:      bothLevels(),
			Title:       "Privileged container",
			Doc:         "Reports containers that run privileged. They have all capabilities and all devices of the node, without the seccomp and AppArmor profiles that hold others back: who controls one controls the node.",
			Remediation: "Remove privileged. Where a single capability or device is needed, add that one.",
			URL:         "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
			Severity:    severity.Critical,
			Default:     true,
		}),
		made(privilegeEscalationTemplate(), nil, lint.Rule{
			Name:        "privilege-escalation-container",
			Aliases:     []string{"KSV-0001"},
			Title:       "Container whose processes may gain privileges",
			Doc:         "Reports containers whose processes may gain more privileges than the one that started them, by a setuid program for example. That is so unless allowPrivilegeEscalation is false, and in any case for containers that are privileged or have the capability SYS_ADMIN.",
			Remediation: "Set allowPrivilegeEscalation to false, and neither run privileged nor add SYS_ADMIN.",
			URL:         "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
			Severity:    severity.Medium,
			Default:     true,
		}),
	}
}

func privilegeTemplates() []lint.Template {
	return []lint.Template{privilegedTemplate(), privilegeEscalationTemplate()}
}

func privilegeDifferences() []Difference {
	const rule = "privilege-escalation-container"
	return []Difference{{
		Rule:       rule,
		KubeLinter: "says nothing where allowPrivilegeEscalation is left out",
		Plimsoll:   "reports it, unless the pod is for Windows, which does not have the field",
		Reason:     "escalation is allowed then",
		Issue:      "https://github.com/stackrox/kube-linter/issues/668",
	}, {
		Rule:       rule,
		KubeLinter: "knows the added capability SYS_ADMIN in this spelling alone",
		Plimsoll:   "knows CAP_SYS_ADMIN and ALL too, in any case",
		Reason:     "they are, and hold, the same capability",
	}}
}

func privilegedTemplate() lint.Template {
	const doc = "Reports containers that run privileged."
	return lint.NewTemplate("privileged", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: alsoServices(runPrivileged, servicePrivileged)}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Privileged containers")
}

func runPrivileged(p *lint.Pass) error {
	for c := range p.Containers() {
		if f := c.Security.Privileged; manifest.IsTrue(f) {
			p.ReportDiagnostic(f.Node, lint.Diagnostic{
				Message: "container " + quoted(c) + " is privileged",
				Fixes:   []lint.Fix{lint.SetFix(c.Security.Node, false, "privileged")},
			})
		}
	}
	return nil
}

func privilegeEscalationTemplate() lint.Template {
	const doc = "Reports containers whose processes may gain privileges."
	return lint.NewTemplate("privilege-escalation-container", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: alsoServices(runPrivilegeEscalation, servicePrivilegeEscalation)}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Privilege escalation")
}

func runPrivilegeEscalation(p *lint.Pass) error {
	for c := range p.Containers() {
		s := c.Security
		admin := adminCapability(p, c)
		refused := manifest.IsTrue(s.Privileged) || admin.Set() // false is refused beside these
		fixes := func() []lint.Fix {
			if refused {
				return nil
			}
			return []lint.Fix{lint.SetFix(c.Node, false, "securityContext", "allowPrivilegeEscalation")}
		}
		var aliases []string
		if manifest.IsFalse(s.AllowPrivilegeEscalation) {
			aliases = []string{} // KSV-0001 asks for the field alone
		}
		switch {
		case manifest.IsTrue(s.AllowPrivilegeEscalation):
			p.Report(s.AllowPrivilegeEscalation.Node, "container "+quoted(c)+" has AllowPrivilegeEscalation set to true.", fixes()...)
		case manifest.IsTrue(s.Privileged):
			p.ReportDiagnostic(s.Privileged.Node, lint.Diagnostic{
				Message: "container " + quoted(c) + " is Privileged hence allows privilege escalation.", Aliases: aliases,
			})
		case admin.Set():
			p.ReportDiagnostic(admin.Node, lint.Diagnostic{
				Message: "container " + quoted(c) + " has " + admin.Value + " capability hence allows privilege escalation.", Aliases: aliases,
			})
		case !p.Compat() && !s.AllowPrivilegeEscalation.Set() && !isWindows(c.Pod):
			p.Report(securityAt(c), "container "+quoted(c)+" does not set AllowPrivilegeEscalation to false.", fixes()...)
		}
	}
	return nil
}

// adminCapability is the capability that c adds and that allows as much as
// privileged does.
func adminCapability(p *lint.Pass, c *manifest.Container) manifest.Field[string] {
	for _, added := range c.Security.Capabilities.Add {
		if added.Value == "SYS_ADMIN" {
			return added
		}
		if name := capability(added.Value); !p.Compat() && (name == "SYS_ADMIN" || name == "ALL") {
			return added
		}
	}
	return manifest.Field[string]{}
}

// capability is a capability's name as Kubernetes writes it: in capitals, without
// CAP_.
func capability(written string) string {
	return strings.TrimPrefix(strings.ToUpper(written), "CAP_")
}
