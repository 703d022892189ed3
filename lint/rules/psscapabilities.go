package rules

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// restrictedCapabilities is the name of the control of the level restricted.
const restrictedCapabilities = "pss-capabilities-restricted"

// pssCapabilityRules are the controls about capabilities, the stricter one for the
// level restricted.
func pssCapabilityRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "pss-capabilities-baseline",
		Groups:      []string{Baseline.Group()},
		Title:       "Capability beyond those that containers have",
		Doc:         "Reports containers that add a capability which container runtimes do not give to all, and NET_RAW.",
		Remediation: "Do not add the capability.",
		URL:         pssURL,
		Severity:    severity.High,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Run:         runCapabilitiesBaseline,
	}, {
		Name:        "drop-all-capabilities",
		Aliases:     []string{restrictedCapabilities, "KSV-0106", "KSV-0003", "KSV-0004"},
		Groups:      []string{Restricted.Group()},
		Title:       "Capabilities that are not dropped",
		Doc:         "Reports containers that do not drop ALL capabilities, and those that add another one than NET_BIND_SERVICE. Few programs need any; the rest only serve who has broken in. Pods for Windows, where there are none, are left out since Kubernetes 1.25; before 1.22 the Pod Security Standards ask for no more than the level baseline.",
		Remediation: "Set capabilities.drop to ALL, and add nothing but NET_BIND_SERVICE, where a port below 1024 is needed.",
		URL:         pssURL,
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.DeploymentLike, lint.Compose},
		Run:         alsoServices(runDropAllCapabilities, serviceDropAll),
	}}
}

// runCapabilitiesBaseline goes by the list of the standards, which is that of
// container runtimes without NET_RAW, as it is written there.
func runCapabilitiesBaseline(p *lint.Pass) error {
	for c := range p.Containers() {
		for _, f := range c.Security.Capabilities.Add {
			if f.Value == "NET_RAW" || !slices.Contains(defaultCapabilities(), f.Value) {
				reportAdded(p, c, f)
			}
		}
	}
	return nil
}

func reportAdded(p *lint.Pass, c *manifest.Container, f manifest.Field[string]) {
	p.Report(f.Node, addedMessage(c, f))
}

func addedMessage(c *manifest.Container, f manifest.Field[string]) string {
	return fmt.Sprintf("container %q adds the capability %q (securityContext.capabilities.add)", c.Name.Value, f.Value)
}

func runDropAllCapabilities(p *lint.Pass) error {
	if !since(p, 22) {
		return runCapabilitiesBaseline(p)
	}
	pod := p.Pod()
	if pod == nil || exemptWindows(p, pod) {
		return nil
	}
	for c := range pod.AllContainers() {
		drops := func(name func(string) bool) bool {
			return slices.ContainsFunc(c.Security.Capabilities.Drop, func(f manifest.Field[string]) bool { return name(f.Value) })
		}
		dropsAll := drops(isAll) // Trivy takes it in any case
		if !drops(func(name string) bool { return name == "ALL" }) {
			aliases := []string{restrictedCapabilities, "KSV-0106", "KSV-0003", "KSV-0004"}
			switch {
			case dropsAll:
				aliases = aliases[:1]
			case c.Security.Capabilities.Node.Get("drop").Exists():
				aliases = aliases[:3]
			}
			p.ReportDiagnostic(securityAt(c, "capabilities", "drop"), lint.Diagnostic{
				Message: "container " + quoted(c) + " does not drop ALL capabilities (securityContext.capabilities.drop)",
				Fixes:   []lint.Fix{lint.AppendFix(c.Node, "ALL", "securityContext", "capabilities", "drop")},
				Aliases: aliases,
			})
		}
		for _, f := range c.Security.Capabilities.Add {
			if f.Value == "NET_BIND_SERVICE" {
				continue
			}
			d := lint.Diagnostic{Message: addedMessage(c, f), Aliases: []string{restrictedCapabilities}}
			if dropsAll { // otherwise the container is reported as a whole
				d.Cause, d.Aliases = c.Security.Capabilities.Node.Extent(), append(d.Aliases, "KSV-0106")
			}
			p.ReportDiagnostic(f.Node, d)
		}
	}
	return nil
}
