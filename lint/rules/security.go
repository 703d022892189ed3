package rules

import (
	"slices"
	"strconv"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

func securityRules() []*lint.Rule {
	return slices.Concat(
		privilegeRules(),
		hostNamespaceRules(),
		hostMountRules(),
		portRules(),
		secretRules(),
		[]*lint.Rule{
			dropNetRaw(),
			noReadOnlyRootFS(),
			runAsNonRoot(),
			unsafeProcMount(),
			unsafeSysctls(),
			sccDenyPrivileged(),
			envValueFrom(),
		},
	)
}

func securityTemplates() []lint.Template {
	return slices.Concat(
		privilegeTemplates(),
		hostNamespaceTemplates(),
		hostMountTemplates(),
		portTemplates(),
		secretTemplates(),
		[]lint.Template{
			capabilitiesTemplate(),
			readOnlyRootFSTemplate(),
			runAsNonRootTemplate(),
			unsafeProcMountTemplate(),
			unsafeSysctlsTemplate(),
			sccDenyPrivilegedTemplate(),
			envValueFromTemplate(),
		},
	)
}

func securityDifferences() []Difference {
	return slices.Concat(
		privilegeDifferences(),
		capabilitiesDifferences(),
		readOnlyRootFSDifferences(),
		hostMountDifferences(),
		unsafeSysctlsDifferences(),
		portDifferences(),
		secretDifferences(),
		envValueFromDifferences(),
	)
}

// securityAt is where to report a field of c's security context: at the field, or
// at what it would be in.
func securityAt(c *manifest.Container, field ...string) *manifest.Node {
	if n := nearest(c.Node, slices.Concat([]string{"securityContext"}, field)...); n != nil {
		return n
	}
	return at(c)
}

// isWindows reports whether a pod says that it is for Windows nodes. The API server
// refuses the fields of a security context there that are of Linux.
// https://kubernetes.io/docs/concepts/workloads/pods/#pod-os
func isWindows(pod *manifest.Pod) bool { return pod.OS.Value == "windows" }

// byMode makes r run as one rule in compat mode, and as another in the default
// mode.
func byMode(r *lint.Rule, byDefault *lint.Rule) *lint.Rule {
	compat := r.Run
	r.Run = func(p *lint.Pass) error {
		if p.Compat() {
			return compat(p)
		}
		return byDefault.Run(p)
	}
	return r
}

// quoted is the name of c in quotes.
func quoted(c *manifest.Container) string { return strconv.Quote(c.Name.Value) }
