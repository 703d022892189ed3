package rules

import (
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A systemSubject is whom nobody should bind a role to.
type systemSubject struct {
	rule, alias string
	names       []string
	title, why  string
	severity    severity.Level
}

func systemSubjects() []systemSubject {
	return []systemSubject{{
		"system-anonymous-binding", "KSV-0122", []string{"system:anonymous", "system:unauthenticated"},
		"Role for everybody", "That is everybody who reaches the API server.", severity.Critical,
	}, {
		"system-authenticated-binding", "KSV-01011", []string{"system:authenticated"},
		"Role for everybody who has an account", "That is every user and every pod; in GKE it was everybody with a Google account.", severity.Critical,
	}, {
		"system-masters-binding", "KSV-0123", []string{"system:masters"},
		"Role for the masters", "Members of that group may do everything already, and no binding can take it from them.", severity.High,
	}}
}

// publicRoles are the roles that Kubernetes binds to such groups itself.
// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles
func publicRoles() []string {
	return []string{"system:basic-user", "system:discovery", "system:public-info-viewer", "system:service-account-issuer-discovery"}
}

func systemBindingRules() []*lint.Rule {
	kinds := []lint.Kind{lint.RoleBinding, lint.ClusterRoleBinding}
	var list []*lint.Rule
	for _, s := range systemSubjects() {
		list = append(list, &lint.Rule{
			Name: s.rule, Aliases: []string{s.alias}, Groups: []string{"system-groups-binding"}, Title: s.title,
			Doc:         "Reports bindings to groups and users of the system, but for those of the discovery roles that Kubernetes makes itself. " + s.why,
			Remediation: "Bind the role to those who need it.",
			URL:         rbacURL, Severity: s.severity, Kinds: kinds,
			Cause: causeMetadata, Run: s.run,
		})
	}
	return append(list, &lint.Rule{
		Name:        "admin-role-binding",
		Aliases:     []string{"KSV-0111"},
		Title:       "Binding to cluster-admin, admin or edit",
		Doc:         "Reports bindings of the roles that Kubernetes has for administrators. They allow to read Secrets and to run as any service account of a namespace, or of all.",
		Remediation: "Bind a role that allows what the subject has to do.",
		URL:         rbacURL,
		Severity:    severity.Medium,
		Kinds:       kinds,
		Cause:       causeMetadata,
		Run:         runAdminRoleBinding,
	})
}

func (s systemSubject) run(p *lint.Pass) error {
	b := p.Object.RoleBinding()
	if b == nil || slices.Contains(publicRoles(), b.Role.Name.Value) {
		return nil
	}
	for _, subject := range b.Subjects {
		if slices.Contains(s.names, subject.Name.Value) && subject.Kind.Value != "ServiceAccount" {
			p.Reportf(subject.Name.Node, "the role %s is bound to %s", b.Role.Name.Value, subject.Name.Value)
		}
	}
	return nil
}

func runAdminRoleBinding(p *lint.Pass) error {
	b := p.Object.RoleBinding()
	if b == nil || b.Role.Kind.Value != "ClusterRole" || !slices.Contains([]string{"cluster-admin", "admin", "edit"}, b.Role.Name.Value) {
		return nil
	}
	if len(b.Subjects) > 0 {
		p.Reportf(b.Role.Name.Node, "the role %s is bound", b.Role.Name.Value)
	}
	return nil
}
