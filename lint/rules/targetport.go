package rules

import (
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// invalidTargetPorts reports ports that the API server refuses.
func invalidTargetPorts() *lint.Rule {
	return made(targetPortTemplate(), nil, lint.Rule{
		Name:        "invalid-target-ports",
		Title:       "Port name or number that is not valid",
		Doc:         "Reports names of container ports, and target ports of services, that the API server refuses: names have at most 15 characters of a-z, 0-9 and -, a letter among them, and numbers are from 1 to 65535.",
		Remediation: "Give the port a valid name or number.",
		URL:         "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
		Severity:    severity.Medium,
		Default:     true,
	})
}

func targetPortTemplate() lint.Template {
	const doc = "Reports containers and services with names or numbers of ports that are not valid."
	return lint.NewTemplate("target-port", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runTargetPort}, nil
	}).For(lint.DeploymentLike, lint.Service).Titled("Names and numbers of ports")
}

func runTargetPort(p *lint.Pass) error {
	if p.Object.IsWorkload() {
		for c := range p.Containers() {
			for _, port := range c.Ports {
				if port.Name.Value == "" {
					continue
				}
				for _, fault := range portNameFaults(port.Name.Value) {
					p.Reportf(port.Name.Node, "port name %q in container %q %s", port.Name.Value, c.Name.Value, fault)
				}
			}
		}
		return nil
	}
	s := p.Object.Service()
	if s == nil {
		return nil
	}
	for _, port := range s.Ports {
		target := port.TargetPort
		if !target.Set() {
			continue
		}
		name, faults := target.Value.Str, []string(nil)
		switch {
		case target.Value.IsString:
			faults = portNameFaults(name)
		case target.Value.Int != 0 && !isPortNumber(target.Value.Int):
			name = target.Value.String()
			faults = []string{"must be between 1 and 65535, inclusive"}
		}
		for _, fault := range faults {
			p.Report(target.Node, fmt.Sprintf("port targetPort %q in service %q %s", name, p.Object.Name, fault), numberFix(port.Node, target.Value, "targetPort")...)
		}
	}
	return nil
}

// portNameFaults is what is wrong with the name of a port. The texts are those of
// the API server. RFC 6335, section 5.1.
func portNameFaults(name string) []string {
	var faults []string
	other := strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-")
	if len(name) > 15 {
		faults = append(faults, "must be no more than 15 characters")
	}
	if name == "" || other != "" {
		faults = append(faults, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
	}
	if !strings.ContainsAny(name, "abcdefghijklmnopqrstuvwxyz") {
		faults = append(faults, "must contain at least one letter (a-z)")
	}
	if strings.Contains(name, "--") {
		faults = append(faults, "must not contain consecutive hyphens")
	}
	if strings.HasPrefix(name, "-") || strings.HasSuffix(name, "-") {
		faults = append(faults, "must not begin or end with a hyphen")
	}
	return faults
}
