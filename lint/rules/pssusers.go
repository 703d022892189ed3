package rules

import (
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// pssUserRules are the controls about users and privileges of processes.
func pssUserRules() []*lint.Rule {
	return []*lint.Rule{{
		Name:        "pss-proc-mount",
		Groups:      []string{Baseline.Group()},
		Title:       "Container with another /proc",
		Doc:         "Reports containers whose procMount is not Default. Since Kubernetes 1.35 pods in a user namespace of their own (hostUsers false) are left out.",
		Remediation: "Remove procMount, or set hostUsers to false.",
		URL:         pssURL,
		Severity:    severity.High,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Run:         runProcMount,
	}, {
		Name:        "pss-allow-privilege-escalation",
		Groups:      []string{Restricted.Group()},
		Title:       "Privilege escalation that is not ruled out",
		Doc:         "Reports containers that do not set allowPrivilegeEscalation to false. Pods for Windows are left out since Kubernetes 1.25.",
		Remediation: "Set allowPrivilegeEscalation to false.",
		URL:         pssURL,
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Run:         runAllowPrivilegeEscalation,
	}, {
		Name:        "pss-run-as-non-root",
		Aliases:     []string{"KSV-0012"},
		Groups:      []string{Restricted.Group()},
		Title:       "runAsNonRoot that is not true",
		Doc:         "Reports containers for which neither they themselves nor their pod set runAsNonRoot to true, and whoever sets it to false. A runAsUser above 0 is not enough. Since Kubernetes 1.35 pods in a user namespace of their own (hostUsers false) are left out.",
		Remediation: "Set runAsNonRoot to true.",
		URL:         pssURL,
		Severity:    severity.High,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Run:         runPSSNonRoot,
	}, {
		Name:        "pss-run-as-user",
		Aliases:     []string{"KSV-0105"},
		Groups:      []string{Restricted.Group()},
		Title:       "User 0",
		Doc:         "Reports pods and containers that set runAsUser to 0. The Pod Security Standards forbid it since Kubernetes 1.23. Since 1.35 pods in a user namespace of their own (hostUsers false) are left out.",
		Remediation: "Set runAsUser to a number above 0, or leave it to the image.",
		URL:         pssURL,
		Severity:    severity.High,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Cause:       causeUnder("securityContext"),
		Run:         runPSSUser,
	}}
}

func runProcMount(p *lint.Pass) error {
	for c := range p.Containers() {
		if f := c.Security.ProcMount; f.Set() && f.Value != "Default" && !inUserNamespace(p, c.Pod) {
			p.Report(f.Node, "container "+quoted(c)+" mounts /proc as "+f.Value+" (securityContext.procMount)", lint.DeleteFix(c.Security.Node, "procMount"))
		}
	}
	return nil
}

func runAllowPrivilegeEscalation(p *lint.Pass) error {
	if !since(p, 8) {
		return nil
	}
	for c := range p.Containers() {
		s := c.Security
		if manifest.IsFalse(s.AllowPrivilegeEscalation) || exemptWindows(p, c.Pod) {
			continue
		}
		var fixes []lint.Fix
		if !manifest.IsTrue(s.Privileged) && !adminCapability(p, c).Set() { // false is refused beside these
			fixes = []lint.Fix{lint.SetFix(c.Node, false, "securityContext", "allowPrivilegeEscalation")}
		}
		where, verb, value := securityAt(c), "does not set", "false"
		if f := s.AllowPrivilegeEscalation; f.Set() {
			where, verb, value = f.Node, "sets", "true"
		}
		p.Report(where, "container "+quoted(c)+" "+verb+" securityContext.allowPrivilegeEscalation to "+value, fixes...)
	}
	return nil
}

func runPSSNonRoot(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil || inUserNamespace(p, pod) {
		return nil
	}
	own := pod.Security.RunAsNonRoot
	takenOver := false
	for c := range pod.AllContainers() {
		switch f := c.Security.RunAsNonRoot; {
		case manifest.IsFalse(f):
			p.Report(f.Node, "container "+quoted(c)+" sets securityContext.runAsNonRoot to false")
			continue
		case f.Set(), manifest.IsTrue(own):
			continue
		case own.Set():
			takenOver = true
			p.ReportDiagnostic(own.Node, lint.Diagnostic{
				Message: "the pod sets securityContext.runAsNonRoot to false, for container " + quoted(c), Cause: c.Node.Extent(),
			})
			continue
		}
		var fixes []lint.Fix
		if user := c.Effective().RunAsUser; !user.Set() || user.Value != 0 { // 0 and true do not go together
			fixes = []lint.Fix{lint.SetFix(c.Node, true, "securityContext", "runAsNonRoot")}
		}
		p.Report(securityAt(c), "neither the pod nor container "+quoted(c)+" sets securityContext.runAsNonRoot to true", fixes...)
	}
	if manifest.IsFalse(own) && !takenOver { // which the level forbids nevertheless
		p.ReportDiagnostic(own.Node, lint.Diagnostic{Message: "the pod sets securityContext.runAsNonRoot to false", Aliases: []string{}})
	}
	return nil
}

func runPSSUser(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil || !since(p, 23) || inUserNamespace(p, pod) {
		return nil
	}
	for who, s := range securityContexts(p) {
		if f := s.RunAsUser; f.Set() && f.Value == 0 {
			p.Report(f.Node, who+" runs as user 0 (securityContext.runAsUser)")
		}
	}
	return nil
}
