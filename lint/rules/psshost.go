package rules

import (
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// pssHostRules are the controls about the node that pods run on.
func pssHostRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "pss-windows-host-process",
		Aliases:     []string{"KSV-0103"},
		Groups:      bothLevels(),
		Title:       "Windows container in the host's own process space",
		Doc:         "Reports pods and containers with windowsOptions.hostProcess. They run as processes of the Windows node, with its file system and network.",
		Remediation: "Remove hostProcess, and hostNetwork with it.",
		URL:         "https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/",
		Severity:    severity.High,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Cause:       causeUnder("windowsOptions"),
		Run:         runHostProcess,
	}, {
		Name:        "host-port",
		Aliases:     []string{"pss-host-ports", "KSV-0024"},
		Groups:      bothLevels(),
		Title:       "Port of the node",
		Doc:         "Reports containers that take a port of their node. It is open on each address of the node, whatever Services and ingresses there are, and no two such pods fit on one node.",
		Remediation: "Remove hostPort, and let a Service lead to the port.",
		URL:         "https://kubernetes.io/docs/concepts/configuration/overview/#services",
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Run:         runHostPort,
	}, {
		Name:        "pss-host-probes",
		Aliases:     []string{"pss-host-probes-and-host-lifecycle"},
		Groups:      bothLevels(),
		Title:       "Probe or hook of another host",
		Doc:         "Reports probes and lifecycle hooks with a host. The kubelet sends the request, from the network of the node, to whatever address the pod names. The Pod Security Standards forbid it since Kubernetes 1.34.",
		Remediation: "Remove host: the request is then one to the pod itself. A Host header goes into httpHeaders.",
		URL:         pssURL,
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Run:         runHostProbes,
	}}
}

func runHostProcess(p *lint.Pass) error {
	for who, s := range securityContexts(p) {
		if f := s.Windows.BoolAt("hostProcess"); manifest.IsTrue(f) {
			p.Reportf(f.Node, "%s is a process of the Windows node (windowsOptions.hostProcess=true)", who)
		}
	}
	return nil
}

func runHostPort(p *lint.Pass) error {
	for c := range p.Containers() {
		for _, port := range c.Ports {
			if n := port.HostPort; n.Value != 0 {
				p.Reportf(n.Node, "container %q takes port %d of the node (hostPort)", c.Name.Value, n.Value)
			}
		}
	}
	return nil
}

func runHostProbes(p *lint.Pass) error {
	if !since(p, 34) {
		return nil
	}
	for c := range p.Containers() {
		for _, field := range [][]string{
			{"livenessProbe"}, {"readinessProbe"}, {"startupProbe"}, {"lifecycle", "postStart"}, {"lifecycle", "preStop"},
		} {
			handler := c.Node.Get(field...)
			for _, action := range []string{"httpGet", "tcpSocket"} {
				if host := handler.StringAt(action, "host"); host.Value != "" {
					p.Reportf(host.Node, "container %q has a %s of the host %q (%s.host)", c.Name.Value, field[len(field)-1], host.Value, action)
				}
			}
		}
	}
	return nil
}
