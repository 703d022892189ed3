package rules

import (
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// addedCapabilityRules are about single capabilities, as other tools ask for them.
func addedCapabilityRules() []*lint.Rule {
	rule := func(capabilities []string, r lint.Rule) *lint.Rule {
		r.URL = "https://man7.org/linux/man-pages/man7/capabilities.7.html"
		r.Remediation = "Do not add the capability."
		return made(addedCapabilitiesTemplate(), map[string]any{"capabilities": capabilities}, r)
	}
	return []*lint.Rule{
		rule([]string{"SYS_ADMIN"}, lint.Rule{
			Name: "sys-admin-capability", Aliases: []string{"KSV-0005"}, Title: "Container with the capability SYS_ADMIN", Severity: severity.High,
			Doc: "Reports containers that add the capability SYS_ADMIN. It allows to mount file systems, and so much else that it is next to privileged.",
		}),
		rule([]string{"SYS_MODULE"}, lint.Rule{
			Name: "sys-module-capability", Aliases: []string{"KSV-0120"}, Title: "Container with the capability SYS_MODULE", Severity: severity.High,
			Doc: "Reports containers that add the capability SYS_MODULE. It allows to load code into the kernel of the node.",
		}),
		rule([]string{"NET_RAW"}, lint.Rule{
			Name: "net-raw-capability", Aliases: []string{"KSV-0119"}, Title: "Container that adds the capability NET_RAW", Severity: severity.High,
			Doc: "Reports containers that add the capability NET_RAW. With it a process can make packets of any kind, and so pass for another pod of its node.",
		}),
		rule(nil, lint.Rule{
			Name: "added-capabilities", Aliases: []string{"KSV-0022"}, Title: "Container that adds capabilities", Severity: severity.Medium,
			Doc: "Reports containers that add any capability.",
		}),
	}
}

type addedCapabilitiesParams struct {
	Capabilities []string `yaml:"capabilities" doc:"the capabilities to report, in capitals, without CAP_; none: all"`
}

func addedCapabilitiesTemplate() lint.Template {
	const doc = "Reports containers that add certain capabilities. ALL is each of them."
	return lint.NewTemplate("added-capabilities", doc, addedCapabilitiesParams{}, func(params addedCapabilitiesParams) (*lint.Rule, error) {
		return &lint.Rule{Run: alsoServices(func(p *lint.Pass) error {
			for c := range p.Containers() {
				for _, f := range c.Security.Capabilities.Add {
					if reportsCapability(params.Capabilities, f) {
						reportAdded(p, c, f)
					}
				}
			}
			return nil
		}, func(s composeService) { s.addedCapabilities(params.Capabilities) })}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Capabilities that are added")
}

func reportsCapability(list []string, f manifest.Field[string]) bool {
	name := capability(f.Value)
	return len(list) == 0 || name == "ALL" || slices.Contains(list, name)
}
