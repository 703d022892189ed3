package rules

import (
	"fmt"
	"strconv"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func portRules() []*lint.Rule {
	return []*lint.Rule{
		made(privilegedPortsTemplate(), nil, lint.Rule{
			Name:        "privileged-ports",
			Aliases:     []string{"KSV-0117"},
			Title:       "Container with a privileged port",
			Doc:         "Reports containers with a port from 1 to 1023. To listen on one takes root, or the capability NET_BIND_SERVICE, unless the pod's net.ipv4.ip_unprivileged_port_start says otherwise.",
			Remediation: "Let the container listen on a port from 1024 on; a Service can map another one to it.",
			Severity:    severity.Medium,
		}),
		made(portsTemplate(), map[string]any{"port": 22, "protocol": "TCP"}, lint.Rule{
			Name:        "ssh-port",
			Title:       "Container with the port of SSH",
			Doc:         "Reports containers with the TCP port 22. A shell by SSH is one more way in, with accounts and keys that the cluster knows nothing of; kubectl exec is there.",
			Remediation: "Take the SSH server out of the image, or let what is none listen on another port.",
			Severity:    severity.Medium,
			Default:     true,
		}),
	}
}

func portTemplates() []lint.Template {
	return []lint.Template{privilegedPortsTemplate(), portsTemplate()}
}

func portDifferences() []Difference {
	return []Difference{{
		Rule:       "privileged-ports",
		KubeLinter: "reports all ports from 1 to 1023",
		Plimsoll:   "reports those below the sysctl net.ipv4.ip_unprivileged_port_start, where the pod sets it",
		Reason:     "the others take no privilege in that pod",
	}}
}

func privilegedPortsTemplate() lint.Template {
	const doc = "Reports containers with ports from 1 to 1023."
	return lint.NewTemplate("privileged-ports", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runPrivilegedPorts}, nil
	}).For(lint.DeploymentLike).Titled("Privileged ports")
}

func runPrivilegedPorts(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil {
		return nil
	}
	start := int64(1024)
	if !p.Compat() {
		start = unprivilegedPortStart(pod)
	}
	for c := range pod.AllContainers() {
		for _, port := range c.Ports {
			if n := port.ContainerPort.Value; n > 0 && n < start {
				p.Reportf(port.ContainerPort.Node, "port %d is mapped in container %q.", n, c.Name.Value)
			}
		}
	}
	return nil
}

// unprivilegedPortStart is the first port that takes no privilege in a pod.
func unprivilegedPortStart(pod *manifest.Pod) int64 {
	start := int64(1024)
	for f, item := range pod.Sysctls() {
		if sysctlName(f.Value) != "net.ipv4.ip_unprivileged_port_start" {
			continue
		}
		if n, err := strconv.ParseInt(item.StringAt("value").Value, 10, 32); err == nil {
			start = min(start, n)
		}
	}
	return start
}

type portsParams struct {
	Port     int    `yaml:"port" doc:"the port"`
	Protocol string `yaml:"protocol" doc:"the protocol" regexp:"" negation:""`
}

func portsTemplate() lint.Template {
	const doc = "Reports containers with a port of a protocol."
	return lint.NewTemplate("ports", doc, portsParams{}, func(params portsParams) (*lint.Rule, error) {
		matches, err := newMatcher(params.Protocol)
		if err != nil {
			return nil, fmt.Errorf("protocol: %w", err)
		}
		run := func(p *lint.Pass) error {
			for c := range p.Containers() {
				for _, port := range c.Ports {
					protocol := port.Protocol.Value
					if protocol == "" {
						protocol = "TCP"
					}
					if port.ContainerPort.Value != int64(params.Port) || !matches(protocol) {
						continue
					}
					where := port.ContainerPort.Node
					if where == nil {
						where = port.Node
					}
					p.Reportf(where, "port %d and protocol %s in container %q found", params.Port, protocol, c.Name.Value)
				}
			}
			return nil
		}
		return &lint.Rule{Run: alsoServices(run, func(s composeService) { s.portsOf(params.Port, matches) })}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Ports of containers")
}
