package rules

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A probePort is a rule, and a template of the same name, about the port of one
// kind of probe.
type probePort struct {
	word  string // "liveness"
	probe func(*manifest.Container) manifest.Probe
}

func probePorts() []probePort {
	return []probePort{
		{"liveness", func(c *manifest.Container) manifest.Probe { return c.Liveness }},
		{"readiness", func(c *manifest.Container) manifest.Probe { return c.Readiness }},
		{"startup", func(c *manifest.Container) manifest.Probe { return c.Startup }},
	}
}

func probePortRules() []*lint.Rule {
	var list []*lint.Rule
	for _, pp := range probePorts() {
		list = append(list, made(pp.template(), nil, lint.Rule{
			Name:        pp.word + "-port",
			Title:       "Port of the " + pp.word + " probe that is not there",
			Doc:         "Reports containers whose " + pp.word + " probe asks a port by a name that none of the container's ports has, or by something that is no port. Such a probe always fails. A port that is given by its number need not be declared.",
			Remediation: "Declare the port under that name, or correct the probe.",
			Severity:    severity.Medium,
			Default:     true,
		}))
	}
	return list
}

func probePortTemplates() []lint.Template {
	var list []lint.Template
	for _, pp := range probePorts() {
		list = append(list, pp.template())
	}
	return list
}

func probePortDifferences() []Difference {
	var list []Difference
	for _, pp := range probePorts() {
		list = append(list, Difference{
			Rule:       pp.word + "-port",
			KubeLinter: "reports a probe of a number that the container does not declare as a port",
			Plimsoll:   "does not",
			Reason:     "ports need not be declared to be reached; names are looked up, numbers are not",
		}, Difference{
			Rule:       pp.word + "-port",
			KubeLinter: "does not look at init containers that run beside the others",
			Plimsoll:   "does",
			Reason:     "they may have probes",
		})
	}
	return list
}

func (pp probePort) template() lint.Template {
	doc := "Reports containers whose " + pp.word + " probe asks a port that is not there."
	return lint.NewTemplate(pp.word+"-port", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: pp.run}, nil
	}).For(lint.DeploymentLike).Titled("Port of the " + pp.word + " probe")
}

func (pp probePort) run(p *lint.Pass) error {
	for c := range p.Containers() {
		if !lasts(p, c) {
			continue
		}
		probe := pp.probe(c)
		for _, h := range []struct {
			node *manifest.Node
			name string
		}{{probe.HTTPGet, "HTTPGet"}, {probe.TCPSocket, "TCPSocket"}, {probe.GRPC, "GRPC check"}} {
			if !h.node.Exists() {
				continue
			}
			port := h.node.IntOrStringAt("port")
			if reaches(p, c, port.Value) {
				continue
			}
			where := port.Node
			if where == nil {
				where = h.node
			}
			p.Report(where, fmt.Sprintf("container %q does not expose port %s for the %s", c.Name.Value, port.Value, h.name), numberFix(h.node, port.Value, "port")...)
			break
		}
	}
	return nil
}

// reaches reports whether a probe of c can be of a port.
func reaches(p *lint.Pass, c *manifest.Container, port manifest.IntOrString) bool {
	if !port.IsString && !p.Compat() {
		return isPortNumber(port.Int)
	}
	return slices.ContainsFunc(c.Ports, func(declared manifest.ContainerPort) bool {
		switch protocol := declared.Protocol.Value; {
		case protocol != "" && protocol != "TCP":
			return false
		case port.IsString:
			return declared.Name.Value == port.Str
		}
		return declared.ContainerPort.Value == port.Int
	})
}

func isPortNumber(n int64) bool { return 1 <= n && n <= 65535 }

// numberFix makes the name of a port that is a number the number that it is. The
// API server refuses names without a letter.
func numberFix(n *manifest.Node, port manifest.IntOrString, field string) []lint.Fix {
	number, err := strconv.ParseInt(port.Str, 10, 64)
	if err != nil || !port.IsString || !isPortNumber(number) {
		return nil
	}
	return []lint.Fix{lint.SetFix(n, number, field)}
}
