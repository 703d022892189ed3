package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// pssProfileRules are the controls about seccomp, AppArmor and SELinux.
func pssProfileRules() []*lint.Rule {
	const seccompURL = "https://kubernetes.io/docs/tutorials/security/seccomp/"
	return []*lint.Rule{{
		Name:        "pss-seccomp-profile-baseline",
		Groups:      []string{Baseline.Group()},
		Title:       "Seccomp profile Unconfined",
		Doc:         "Reports pods and containers that ask for no seccomp profile. They may make all system calls of the kernel, those included by which containers were left before. Before Kubernetes 1.19 profiles are annotations.",
		Remediation: "Set seccompProfile.type to RuntimeDefault, or to Localhost with a profile.",
		URL:         seccompURL,
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Run:         runSeccompBaseline,
	}, {
		Name:        "seccomp-profile",
		Aliases:     []string{"pss-seccomp-profile-restricted", "KSV-0030", "KSV-0104"},
		Groups:      []string{Restricted.Group()},
		Title:       "No seccomp profile",
		Doc:         "Reports containers without a seccomp profile of their own or their pod's, and profiles that are Unconfined. Where none is named, kubelets set none unless they are told to. Pods for Windows are left out since Kubernetes 1.25; before 1.19 the Pod Security Standards ask for no more than the level baseline.",
		Remediation: "Set securityContext.seccompProfile.type of the pod to RuntimeDefault.",
		URL:         seccompURL,
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.DeploymentLike, lint.Compose},
		Run:         alsoServices(runSeccompRestricted, unconfined("seccomp")),
	}, {
		Name:        "apparmor-profile",
		Aliases:     []string{"pss-apparmor-profile", "KSV-0002"},
		Groups:      bothLevels(),
		Title:       "AppArmor profile that is none",
		Doc:         "Reports AppArmor profiles other than those of the runtime and of the node, in fields and in annotations. Nodes with AppArmor give containers the runtime's profile; Unconfined takes it away.",
		Remediation: "Remove the profile, or set its type to RuntimeDefault, or to Localhost with a profile.",
		URL:         "https://kubernetes.io/docs/tutorials/security/apparmor/",
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.DeploymentLike, lint.Compose},
		Run:         alsoServices(runAppArmor, unconfined("apparmor")),
	}, {
		Name:        "pss-selinux-options",
		Aliases:     []string{"KSV-0025"},
		Groups:      bothLevels(),
		Title:       "SELinux options that are restricted",
		Doc:         "Reports SELinux types other than those of containers, and any user or role. They take the confinement of containers away on nodes with SELinux. The type container_engine_t is allowed since Kubernetes 1.31.",
		Remediation: "Remove user and role, and use the type container_t, or none.",
		URL:         pssURL,
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.DeploymentLike},
		Run:         runSELinux,
	}}
}

// profileType is the type of a seccomp or AppArmor profile, and where it stands or
// would stand.
func profileType(profile *manifest.Node) (typ string, at *manifest.Node) {
	if f := profile.StringAt("type"); f.Set() {
		return f.Value, f.Node
	}
	return "", profile
}

// confines reports whether a profile's type is one that confines.
func confines(typ string) bool { return typ == "RuntimeDefault" || typ == "Localhost" }

func reportSeccomp(p *lint.Pass, who string, profile *manifest.Node) {
	if typ, at := profileType(profile); profile.Exists() && !confines(typ) {
		p.Reportf(at, "%s has the seccomp profile %q (securityContext.seccompProfile.type)", who, typ)
	}
}

func runSeccompBaseline(p *lint.Pass) error {
	if !since(p, 19) {
		return runSeccompAnnotations(p)
	}
	for who, s := range securityContexts(p) {
		reportSeccomp(p, who, s.Seccomp)
	}
	return nil
}

func runSeccompRestricted(p *lint.Pass) error {
	if !since(p, 19) {
		return runSeccompAnnotations(p)
	}
	pod := p.Pod()
	if pod == nil || exemptWindows(p, pod) {
		return nil
	}
	own := pod.Security.Seccomp
	typ, at := profileType(own)
	wrong, takenOver := own.Exists() && !confines(typ), false
	for c := range pod.AllContainers() {
		switch {
		case c.Security.Seccomp.Exists():
			reportSeccomp(p, "container "+quoted(c), c.Security.Seccomp)
		case wrong:
			takenOver = true
			p.ReportDiagnostic(at, lint.Diagnostic{
				Message: fmt.Sprintf("container %q has the seccomp profile %q of its pod (securityContext.seccompProfile.type)", c.Name.Value, typ),
				Cause:   c.Node.Extent(),
			})
		case !own.Exists():
			p.Report(securityAt(c), "container "+quoted(c)+" has no seccomp profile (securityContext.seccompProfile)",
				lint.SetFix(pod.Node, "RuntimeDefault", "securityContext", "seccompProfile", "type"))
		}
	}
	if wrong && !takenOver { // which the level forbids nevertheless
		p.ReportDiagnostic(at, lint.Diagnostic{
			Message: fmt.Sprintf("the pod has the seccomp profile %q (securityContext.seccompProfile.type)", typ),
			Aliases: []string{"pss-seccomp-profile-restricted"},
		})
	}
	return nil
}

// runSeccompAnnotations is the control of Kubernetes before 1.19.
func runSeccompAnnotations(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil {
		return nil
	}
	keys := []string{"seccomp.security.alpha.kubernetes.io/pod"}
	for c := range pod.AllContainers() {
		keys = append(keys, "container.seccomp.security.alpha.kubernetes.io/"+c.Name.Value)
	}
	for _, a := range pod.Metadata.Annotations.Entries {
		switch {
		case !slices.Contains(keys, a.Key), a.Value == "runtime/default", a.Value == "docker/default", strings.HasPrefix(a.Value, "localhost/"):
		default:
			p.Reportf(a.Node, "the annotation %s asks for the seccomp profile %q", a.Key, a.Value)
		}
	}
	return nil
}

func runAppArmor(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil {
		return nil
	}
	for who, s := range securityContexts(p) {
		if typ, at := profileType(s.AppArmor); s.AppArmor.Exists() && !confines(typ) {
			p.Reportf(at, "%s has the AppArmor profile %q (securityContext.appArmorProfile.type)", who, typ)
		}
	}
	for _, a := range pod.Metadata.Annotations.Entries {
		name, ok := strings.CutPrefix(a.Key, "container.apparmor.security.beta.kubernetes.io/")
		if !ok || a.Value == "" || a.Value == "runtime/default" || strings.HasPrefix(a.Value, "localhost/") {
			continue
		}
		d := lint.Diagnostic{Message: fmt.Sprintf("the annotation %s asks for the AppArmor profile %q", a.Key, a.Value)}
		for c := range pod.AllContainers() {
			if c.Name.Value == name {
				d.Cause = c.Node.Extent()
			}
		}
		p.ReportDiagnostic(a.Node, d)
	}
	return nil
}

func runSELinux(p *lint.Pass) error {
	types := []string{"", "container_t", "container_init_t", "container_kvm_t"}
	if since(p, 31) {
		types = append(types, "container_engine_t")
	}
	for who, s := range securityContexts(p) {
		for _, field := range []string{"type", "user", "role"} {
			f := s.SELinux.StringAt(field)
			if f.Value != "" && (field != "type" || !slices.Contains(types, f.Value)) {
				p.Reportf(f.Node, "%s has the SELinux %s %q (securityContext.seLinuxOptions.%s)", who, field, f.Value, field)
			}
		}
	}
	return nil
}
