package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func dropNetRaw() *lint.Rule {
	return made(capabilitiesTemplate(), map[string]any{"forbiddenCapabilities": []string{"NET_RAW"}}, lint.Rule{
		Name:        "drop-net-raw-capability",
		Title:       "Container with the capability NET_RAW",
		Doc:         "Reports containers that add the capability NET_RAW, or do not drop it: container runtimes give it to all of them. With it a process can make packets of any kind, and so pass for another pod of its node.",
		Remediation: "Add NET_RAW, or better ALL, to the capabilities that are dropped, and do not add it.",
		URL:         "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
		Severity:    severity.Medium,
		Default:     true,
	})
}

func capabilitiesDifferences() []Difference {
	const rule = "verify-container-capabilities"
	return []Difference{{
		Rule:       rule,
		KubeLinter: "says nothing of containers that leave capabilities out",
		Plimsoll:   "takes them for ones that add and drop nothing, unless the pod is for Windows, which has no capabilities",
		Reason:     "container runtimes give capabilities to containers that do not drop them",
	}, {
		Rule:       rule,
		KubeLinter: "asks to drop each forbidden capability",
		Plimsoll:   "asks to drop those that container runtimes give to all containers",
		Reason:     "a container does not have the others unless it adds them",
		Issue:      "https://github.com/stackrox/kube-linter/issues/288",
	}, {
		Rule:       rule,
		KubeLinter: "takes a pattern that matches several capabilities as dropped when one of them is",
		Plimsoll:   "when all of them are",
		Reason:     "each one is forbidden",
	}, {
		Rule:       rule,
		KubeLinter: "compares capabilities as they are written",
		Plimsoll:   "in any case, with or without CAP_",
		Reason:     "container runtimes do",
	}}
}

// defaultCapabilities are those that Docker and containerd give to containers.
// https://github.com/containerd/containerd/blob/main/pkg/oci/spec.go
func defaultCapabilities() []string {
	return []string{
		"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
		"NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
	}
}

type capabilitiesParams struct {
	Forbidden  []string `yaml:"forbiddenCapabilities" doc:"the capabilities that are not to be added, and to be dropped; all stands for all of them, and then alone"`
	Exceptions []string `yaml:"exceptions" doc:"capabilities that may be added where all are forbidden"`
}

func capabilitiesTemplate() lint.Template {
	const doc = "Reports containers that add forbidden capabilities, or do not drop them."
	return lint.NewTemplate("verify-container-capabilities", doc, capabilitiesParams{}, func(p capabilitiesParams) (*lint.Rule, error) {
		v, err := newCapabilityVerifier(p)
		if err != nil {
			return nil, err
		}
		return &lint.Rule{Run: alsoServices(v.run, v.service)}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Capabilities of containers")
}

// A capabilityVerifier knows which capabilities containers may have.
type capabilityVerifier struct {
	all        bool // are forbidden
	exceptions []matcher
	forbidden  []forbiddenCapability
}

type forbiddenCapability struct {
	pattern string
	matches matcher
	given   []string // those of defaultCapabilities that it matches
}

func isAll(capability string) bool { return strings.EqualFold(capability, "all") }

func newCapabilityVerifier(p capabilitiesParams) (*capabilityVerifier, error) {
	v := &capabilityVerifier{all: slices.ContainsFunc(p.Forbidden, isAll)}
	switch {
	case v.all && len(p.Forbidden) > 1:
		return nil, fmt.Errorf("forbiddenCapabilities holds all and others: %q", p.Forbidden)
	case !v.all && len(p.Exceptions) > 0:
		return nil, errors.New("exceptions are for forbiddenCapabilities that are all")
	case slices.ContainsFunc(p.Exceptions, isAll):
		return nil, errors.New("exceptions holds all")
	case v.all:
		for _, pattern := range p.Exceptions {
			m, err := newMatcher(pattern)
			if err != nil {
				return nil, fmt.Errorf("exceptions: %w", err)
			}
			v.exceptions = append(v.exceptions, m)
		}
		return v, nil
	}
	for _, pattern := range p.Forbidden {
		m, err := newMatcher(pattern)
		if err != nil {
			return nil, fmt.Errorf("forbiddenCapabilities: %w", err)
		}
		f := forbiddenCapability{pattern: pattern, matches: m}
		for _, name := range defaultCapabilities() {
			if spelled(m, name) {
				f.given = append(f.given, name)
			}
		}
		v.forbidden = append(v.forbidden, f)
	}
	return v, nil
}

// spelled reports whether m matches a spelling of a capability.
func spelled(m matcher, written string) bool {
	name := capability(written)
	return m(written) || m(name) || m("CAP_"+name)
}

func (v *capabilityVerifier) run(p *lint.Pass) error {
	for c := range p.Containers() {
		if p.Compat() && !c.Security.Capabilities.Node.Exists() {
			continue
		}
		v.added(p, c)
		if p.Compat() || !isWindows(c.Pod) {
			v.dropped(p, c)
		}
	}
	return nil
}

// added reports the capabilities that c adds and should not.
func (v *capabilityVerifier) added(p *lint.Pass, c *manifest.Container) {
	matches := func(m matcher, s string) bool { return m(s) || !p.Compat() && spelled(m, s) }
	for _, added := range c.Security.Capabilities.Add {
		excepted := slices.ContainsFunc(v.exceptions, func(m matcher) bool { return matches(m, added.Value) })
		if v.all && !excepted {
			p.Report(added.Node, fmt.Sprintf("container %s has ADD capability: %q, but no capabilities should be added at all and this capability is not included in the exceptions list", quoted(c), added.Value),
				lint.DeleteFix(added.Node))
		}
		for _, f := range v.forbidden {
			if matches(f.matches, added.Value) || isAll(added.Value) {
				p.Report(added.Node, fmt.Sprintf("container %s has ADD capability: %q, which matched with the forbidden capability for containers", quoted(c), added.Value),
					lint.DeleteFix(added.Node))
			}
		}
	}
}

// dropped reports the capabilities that c should drop and does not.
func (v *capabilityVerifier) dropped(p *lint.Pass, c *manifest.Container) {
	drop := make([]string, 0, len(c.Security.Capabilities.Drop))
	for _, f := range c.Security.Capabilities.Drop {
		drop = append(drop, f.Value)
	}
	if slices.ContainsFunc(drop, isAll) {
		return
	}
	where := securityAt(c, "capabilities", "drop")
	fix := func(name string) lint.Fix {
		return lint.AppendFix(c.Node, name, "securityContext", "capabilities", "drop")
	}
	if v.all {
		p.Report(where, fmt.Sprintf("container %s has DROP capabilities: %q, but in fact all capabilities are required to be dropped", quoted(c), drop), fix("ALL"))
	}
	for _, f := range v.forbidden {
		if f.droppedBy(drop, p.Compat()) {
			continue
		}
		var fixes []lint.Fix
		if slices.Contains(f.given, f.pattern) {
			fixes = append(fixes, fix(f.pattern))
		}
		p.Report(where, fmt.Sprintf("container %s has DROP capabilities: %q, but does not drop capability %q which is required", quoted(c), drop, f.pattern), fixes...)
	}
}

// droppedBy reports whether a container that drops drop has not what f forbids.
func (f forbiddenCapability) droppedBy(drop []string, compat bool) bool {
	if compat {
		return slices.ContainsFunc(drop, f.matches)
	}
	for _, name := range f.given {
		if !slices.ContainsFunc(drop, func(s string) bool { return capability(s) == name }) {
			return false
		}
	}
	return true
}
