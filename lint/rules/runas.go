package rules

import (
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func runAsNonRoot() *lint.Rule {
	return made(runAsNonRootTemplate(), nil, lint.Rule{
		Name:        "run-as-non-root",
		Title:       "Container that may run as root",
		Doc:         "Reports containers that run as the user or group 0, or may do so because the image decides. Root in a container is root on the node once it gets out, and needs no bug in the kernel for what it may do before.",
		Remediation: "Set runAsNonRoot to true, and runAsUser and runAsGroup to numbers above 0 where the image does not name such a user.",
		URL:         "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
		Severity:    severity.High,
		Default:     true,
	})
}

func runAsNonRootTemplate() lint.Template {
	const doc = "Reports containers that run as root, or whose image may make them."
	return lint.NewTemplate("run-as-non-root", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: alsoServices(runRunAsNonRoot, serviceRoot)}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Containers that run as root")
}

func runRunAsNonRoot(p *lint.Pass) error {
	for c := range p.Containers() {
		s := c.Effective()
		if s.RunAsGroup.Set() && s.RunAsGroup.Value == 0 {
			p.Report(s.RunAsGroup.Node, "container "+quoted(c)+" is set to runAsGroup 0", idFixes(c, "runAsGroup", p.Options.Values.RunAsGroup)...)
		}
		isRoot := s.RunAsUser.Set() && s.RunAsUser.Value == 0
		switch {
		case s.RunAsUser.Value > 0:
		case manifest.IsTrue(s.RunAsNonRoot) && isRoot:
			p.Report(s.RunAsUser.Node, "container "+quoted(c)+" is set to runAsNonRoot, but runAsUser set to 0", idFixes(c, "runAsUser", p.Options.Values.RunAsUser)...)
		case manifest.IsTrue(s.RunAsNonRoot):
		case isRoot:
			p.Report(s.RunAsUser.Node, "container "+quoted(c)+" is not set to runAsNonRoot", idFixes(c, "runAsUser", p.Options.Values.RunAsUser)...)
		default:
			where := s.RunAsNonRoot.Node
			if where == nil {
				where = securityAt(c)
			}
			p.Report(where, "container "+quoted(c)+" is not set to runAsNonRoot", lint.SetFix(c.Node, true, "securityContext", "runAsNonRoot"))
		}
	}
	return nil
}

// idFixes set a user or group of c, where it is known which: that is the caller's
// to say.
func idFixes(c *manifest.Container, field string, id int64) []lint.Fix {
	if id <= 0 {
		return nil
	}
	return []lint.Fix{lint.SetFix(c.Node, id, "securityContext", field)}
}
