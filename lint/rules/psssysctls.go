package rules

import (
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func pssSysctls() *lint.Rule {
	return &lint.Rule{
		Name:        "pss-sysctls",
		Aliases:     []string{"KSV-0026"},
		Groups:      bothLevels(),
		Title:       "Kernel parameter outside the safe set",
		Doc:         "Reports pods that set kernel parameters which are not in the list of the Pod Security Standards for the version of Kubernetes, spelt as there.",
		Remediation: "Remove the parameter.",
		URL:         "https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls",
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Cause:       causePod,
		Run: func(p *lint.Pass) error {
			pod := p.Pod()
			if pod == nil {
				return nil
			}
			for f, item := range pod.Sysctls() {
				if pssAllowsSysctl(p, f.Value) {
					continue
				}
				where := f.Node
				if where == nil {
					where = item
				}
				p.Reportf(where, "the pod sets the kernel parameter %q (securityContext.sysctls)", f.Value)
			}
			return nil
		},
	}
}

// pssAllowsSysctl reports whether a parameter is in the list of the standards.
// Those that kubelets came to hold for safe up to Kubernetes 1.22, the first version
// with an admission controller for the standards, are in that of each version.
func pssAllowsSysctl(p *lint.Pass, name string) bool {
	for _, s := range safeSysctls() {
		if s.name == name {
			return s.since <= 22 || since(p, s.since)
		}
	}
	return false
}
