package rules

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// Compose is the group of the rules that look at Compose files alone. Many others
// look at them too: where the question is the same, the rule is.
const Compose = "compose"

// composeRules ask of services what has no counterpart in Kubernetes.
func composeRules() []*lint.Rule {
	list := []*lint.Rule{{
		Name:        "compose-host-namespace",
		Title:       "Service in other namespaces of the host",
		Doc:         "Reports services that share the user, UTS or cgroup namespace of the host. In its user namespace root in the container is root on the host even where the engine maps users; in its UTS namespace the host's name can be changed; its cgroups tell of all processes.",
		Remediation: "Remove userns_mode, uts or cgroup.",
		URL:         composeURL + "#userns_mode",
		Severity:    severity.High,
		Default:     true,
		Run: ofServices(func(s composeService) {
			for _, field := range []string{"userns_mode", "uts", "cgroup"} {
				if v := s.Own(field); v.Value == "host" {
					s.foundf(v.Node, "service %q shares a namespace of the host (via %s: host)", s.Name, field)
				}
			}
		}),
	}, {
		Name:        "compose-label-disable",
		Title:       "Service that SELinux does not confine",
		Doc:         "Reports services for which SELinux is switched off, by label:disable in security_opt. It keeps a process that gets out of its container from the files of the host.",
		Remediation: "Remove the option. To share a file with a container, mount it with the mode z or Z.",
		URL:         composeURL + "#security_opt",
		Severity:    severity.Medium,
		Default:     true,
		Run: ofServices(func(s composeService) {
			for o := range s.SecurityOptions() {
				if o.Name == "label" && o.Value == "disable" {
					s.foundf(o.Node, "service %q is not confined by SELinux (via label:disable)", s.Name)
				}
			}
		}),
	}, {
		Name:        "compose-published-port",
		Title:       "Port that is open on all addresses of the host",
		Doc:         "Reports ports that are published without an address of the host. They are open to every network that the host is in, and firewalls that know nothing of Docker's rules do not stop that.",
		Remediation: "Put 127.0.0.1: before the port where a proxy on the host, or a developer, is the only one to use it.",
		URL:         composeURL + "#ports",
		Severity:    severity.Low,
		Run: ofServices(func(s composeService) {
			for p := range s.Ports() {
				if slices.Contains([]string{"", "0.0.0.0", "::"}, p.HostIP) {
					s.foundf(p.Node, "service %q publishes port %s on all addresses of the host", s.Name, p.Target)
				}
			}
		}),
	}}
	for _, r := range list {
		r.Groups = []string{Compose}
		r.Kinds = []lint.Kind{lint.Compose}
	}
	return list
}

const composeURL = "https://github.com/compose-spec/compose-spec/blob/main/05-services.md"

// A composeService is a pass that looks at a service of a Compose file.
type composeService struct {
	*lint.Pass
	*manifest.ComposeService
}

// ofServices makes what a rule runs of a function that looks at each service.
func ofServices(look func(composeService)) func(*lint.Pass) error {
	return alsoServices(func(*lint.Pass) error { return nil }, look)
}

// alsoServices is run for objects of Kubernetes, and look for each service of a
// Compose file.
func alsoServices(run func(*lint.Pass) error, look func(composeService)) func(*lint.Pass) error {
	return func(p *lint.Pass) error {
		c := p.Object.Compose()
		if c == nil {
			return run(p)
		}
		for _, s := range c.Services {
			if p.Full() {
				break
			}
			look(composeService{p, s})
		}
		return nil
	}
}

// found reports something at n, nil: at the service. The service is the cause, unless
// n is from elsewhere by a merge key.
func (s composeService) found(n *manifest.Node, message string, fixes ...lint.Fix) {
	if n == nil {
		n = s.Node
	}
	d := lint.Diagnostic{Message: message, Fixes: fixes}
	whole, at := s.Node.Span(), n.Place()
	if key := s.Node.Key(); key != nil {
		whole.Start = key.Span().Start
	}
	if whole.Start.Offset <= at.Start.Offset && at.End.Offset <= whole.End.Offset {
		d.Cause = whole
	}
	s.ReportDiagnostic(n, d)
}

func (s composeService) foundf(n *manifest.Node, format string, args ...any) {
	s.found(n, fmt.Sprintf(format, args...))
}

// lacks reports whether what s does not say is said nowhere, and can be said: a part
// of it may be in another file, and containers of Windows have no such fields.
func (s composeService) lacks() bool {
	return !s.Partial && !isWindowsPlatform(s.Value("platform").Value)
}

// place is where to report what stands, or is missing, under path in s itself.
func (s composeService) place(path ...string) *manifest.Node {
	return nearest(s.Node, path...)
}
