package rules

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// hardeningRules ask for more than KubeLinter's rules about security do, and more
// than the Pod Security Standards.
func hardeningRules() []*lint.Rule {
	workloads := []lint.Kind{lint.DeploymentLike}
	return slices.Concat(addedCapabilityRules(), []*lint.Rule{
		made(highIDTemplate(), map[string]any{"field": "runAsUser"}, lint.Rule{
			Name:        "high-user-id",
			Aliases:     []string{"KSV-0020"},
			Title:       "Low user ID",
			Doc:         "Reports containers that run as a user up to 10000, or as the one of the image. The node may have a user of that number, with rights of its own.",
			Remediation: "Set runAsUser to a number above 10000.",
			Severity:    severity.Low,
		}),
		made(highIDTemplate(), map[string]any{"field": "runAsGroup"}, lint.Rule{
			Name:        "high-group-id",
			Aliases:     []string{"KSV-0021"},
			Title:       "Low group ID",
			Doc:         "Reports containers that run as a group up to 10000, or as the one of the image. The node may have a group of that number, with rights of its own.",
			Remediation: "Set runAsGroup to a number above 10000.",
			Severity:    severity.Low,
		}),
		{
			Name:        "root-group",
			Aliases:     []string{"KSV-0116"},
			Title:       "Group 0",
			Doc:         "Reports pods and containers with the group 0, as their own, by fsGroup or by supplementalGroups. Files of root are often open to that group.",
			Remediation: "Use a group above 0.",
			Severity:    severity.Low,
			Kinds:       []lint.Kind{lint.DeploymentLike, lint.Compose},
			Run:         alsoServices(runRootGroup, serviceRootGroup),
		}, {
			Name:        "no-security-context",
			Aliases:     []string{"KSV-0118"},
			Title:       "No security context",
			Doc:         "Reports pods without a security context, and containers that have none and take over nothing from their pod but an AppArmor profile. They run with the defaults of the node. What a container may do is for the most part said in its own: whether it may gain privileges, which capabilities it has, whether it may write to its root file system.",
			Remediation: "Add a securityContext to the pod, and one to each container.",
			URL:         "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
			Severity:    severity.Medium,
			Kinds:       workloads,
			Run:         runNoSecurityContext,
		}, {
			Name:        "automount-service-account-token",
			Aliases:     []string{"KSV-0036"},
			Title:       "Token of the service account in each container",
			Doc:         "Reports pods that are given the token of their service account, because neither they nor the account say otherwise. Who breaks into one speaks to the API server in its name.",
			Remediation: "Set automountServiceAccountToken to false where the pod does not use the API.",
			URL:         "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
			Severity:    severity.Medium,
			Kinds:       workloads,
			Cause:       causeSpec,
			Run:         runAutomountToken,
		}, {
			Name:        "host-aliases",
			Aliases:     []string{"KSV-0007"},
			Title:       "Host names of the pod's own",
			Doc:         "Reports pods with hostAliases. They lead names elsewhere than the cluster's DNS does, and nobody sees it there.",
			Remediation: "Remove hostAliases, and give the name to a Service or to DNS.",
			Severity:    severity.Low,
			Kinds:       workloads,
			Cause:       causePodSpec,
			Run: func(p *lint.Pass) error {
				if pod := p.Pod(); pod != nil && pod.Node.Get("hostAliases").Len() > 0 {
					p.Reportf(pod.Node.Get("hostAliases"), "the pod sets host names of its own (hostAliases)")
				}
				return nil
			},
		}, {
			Name:        "kube-system-namespace",
			Aliases:     []string{"KSV-0037"},
			Title:       "Object in kube-system",
			Doc:         "Reports workloads, services and other objects with a spec in the namespace kube-system, but for the static pods of the control plane. What runs there is often left out of policies, and near the credentials of the cluster.",
			Remediation: "Use a namespace of its own.",
			Severity:    severity.Medium,
			Cause:       causeSpec,
			Run:         runKubeSystem,
		},
	})
}

func hardeningTemplates() []lint.Template {
	return []lint.Template{highIDTemplate(), addedCapabilitiesTemplate()}
}

type highIDParams struct {
	Field string `yaml:"field" doc:"the field" enum:"runAsUser,runAsGroup" required:""`
	Above int64  `yaml:"above" doc:"the highest number that is reported"`
}

func highIDTemplate() lint.Template {
	const doc = "Reports containers whose user or group is a low number, or is left to the image."
	return lint.NewTemplate("high-id", doc, highIDParams{Above: 10000}, func(params highIDParams) (*lint.Rule, error) {
		return &lint.Rule{Run: func(p *lint.Pass) error { return runHighID(p, params) }}, nil
	}).For(lint.DeploymentLike).Titled("Numbers of users and groups")
}

func runHighID(p *lint.Pass, params highIDParams) error {
	for c := range p.Containers() {
		s := c.Effective()
		id, value := s.RunAsUser, p.Options.Values.RunAsUser
		if params.Field == "runAsGroup" {
			id, value = s.RunAsGroup, p.Options.Values.RunAsGroup
		}
		if id.Value > params.Above || isWindows(c.Pod) {
			continue
		}
		var fixes []lint.Fix
		if value > params.Above {
			fixes = idFixes(c, params.Field, value)
		}
		if !id.Set() {
			p.Report(securityAt(c), fmt.Sprintf("container %q does not set %s to more than %d", c.Name.Value, params.Field, params.Above), fixes...)
			continue
		}
		p.ReportDiagnostic(id.Node, lint.Diagnostic{
			Message: fmt.Sprintf("container %q has %s %d, not more than %d", c.Name.Value, params.Field, id.Value, params.Above),
			Cause:   c.Node.Extent(), Fixes: fixes,
		})
	}
	return nil
}

func runRootGroup(p *lint.Pass) error {
	for who, s := range securityContexts(p) {
		fields := []manifest.Field[int64]{s.RunAsGroup, s.Node.IntAt("fsGroup")}
		names := []string{"runAsGroup", "fsGroup"}
		for i, f := range fields {
			if f.Set() && f.Value == 0 {
				p.Reportf(f.Node, "%s has the group 0 (%s)", who, names[i])
			}
		}
		for item := range s.Node.Get("supplementalGroups").Items() {
			if n, ok := item.Int(); ok && n == 0 {
				p.Reportf(item, "%s has the group 0 (supplementalGroups)", who)
			}
		}
	}
	return nil
}

func runNoSecurityContext(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil || pod.Node == nil {
		return nil
	}
	if pod.Security.Node.Len() == 0 {
		where := pod.Node.Get("securityContext")
		if where == nil {
			where = pod.Node
		}
		p.ReportDiagnostic(where, lint.Diagnostic{Message: "the pod has no securityContext", Cause: pod.Node.Extent()})
	}
	for c := range pod.AllContainers() {
		if c.Security.Node.Len() == 0 && !inherits(c) {
			p.Report(securityAt(c), "container "+quoted(c)+" has no securityContext")
		}
	}
	return nil
}

// inherits reports whether c takes over the users, the seccomp profile, or the
// SELinux or Windows options of its pod.
func inherits(c *manifest.Container) bool {
	s := c.Pod.Security
	return s.RunAsUser.Set() || s.RunAsGroup.Set() || s.RunAsNonRoot.Set() || s.Seccomp.Exists() || s.SELinux.Exists() || s.Windows.Exists()
}

func runAutomountToken(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil || manifest.IsFalse(pod.AutomountServiceAccountToken) {
		return nil
	}
	if f := pod.AutomountServiceAccountToken; f.Set() {
		p.Report(f.Node, "the pod is given the token of its service account (automountServiceAccountToken)",
			lint.SetFix(pod.Node, false, "automountServiceAccountToken"))
		return nil
	}
	name := pod.AccountName().Or("default")
	for account := range p.Context.Of("", "ServiceAccount") {
		if account.Name == name && p.Context.SameNamespace(account, p.Object) && manifest.IsFalse(account.Node.BoolAt("automountServiceAccountToken")) {
			return nil
		}
	}
	d := lint.Diagnostic{Message: "the pod does not set automountServiceAccountToken to false"}
	if !mountsToken(pod) {
		d.Aliases = []string{} // Trivy asks for a token that is wanted
	}
	p.ReportDiagnostic(pod.Node, d)
	return nil
}

// mountsToken reports whether a container of pod says itself where the token goes.
func mountsToken(pod *manifest.Pod) bool {
	for c := range pod.AllContainers() {
		for _, m := range c.Mounts {
			if m.MountPath.Value == "/var/run/secrets/kubernetes.io/serviceaccount" {
				return true
			}
		}
	}
	return false
}

func runKubeSystem(p *lint.Pass) error {
	o := p.Object
	if o.Namespace != "kube-system" || !o.Get("spec").Exists() {
		return nil
	}
	labels := o.Metadata().Labels
	tier, _ := labels.Get("tier")
	component, _ := labels.Get("component")
	if tier == "control-plane" && slices.Contains([]string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"}, component) {
		return nil
	}
	p.Reportf(o.Metadata().Namespace.Node, "an object in the namespace kube-system")
	return nil
}
