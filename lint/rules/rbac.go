package rules

import (
	"encoding/json"
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// rbacGroup is the API group of roles and their bindings.
const rbacGroup = "rbac.authorization.k8s.io"

// rbacURL says what is good practice.
const rbacURL = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"

func clusterAdminBinding() *lint.Rule {
	return made(clusterAdminBindingTemplate(), nil, lint.Rule{
		Name:        "cluster-admin-role-binding",
		Title:       "Binding to cluster-admin",
		Doc:         "Reports bindings of the role cluster-admin, which allows everything in all namespaces.",
		Remediation: "Bind a role that allows what the subject has to do.",
		URL:         rbacURL,
		Severity:    severity.Critical,
	})
}

func clusterAdminBindingDifferences() []Difference {
	return []Difference{{
		Rule:       "cluster-admin-role-binding",
		KubeLinter: "reports a binding without subjects",
		Plimsoll:   "does not",
		Reason:     "nobody is bound",
	}}
}

func clusterAdminBindingTemplate() lint.Template {
	const doc = "Reports bindings of the role cluster-admin."
	return lint.NewTemplate("cluster-admin-role-binding", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runClusterAdminBinding}, nil
	}).For(lint.ClusterRoleBinding).Titled("Bindings of cluster-admin")
}

func runClusterAdminBinding(p *lint.Pass) error {
	b := p.Object.RoleBinding()
	if b == nil || p.Object.Kind != "ClusterRoleBinding" || b.Role.Name.Value != "cluster-admin" || b.Role.Kind.Value != "ClusterRole" {
		return nil
	}
	if !p.Compat() && len(b.Subjects) == 0 {
		return nil
	}
	text, err := subjectsText(b.Subjects)
	if err != nil {
		return fmt.Errorf("subjects: %w", err)
	}
	p.Reportf(b.Role.Name.Node, "%s role is bound to %s", b.Role.Name.Value, text)
	return nil
}

// subjectsText is a list of subjects as compact JSON, null where there is none.
func subjectsText(subjects []manifest.Subject) (string, error) {
	type subject struct {
		Kind      string `json:"kind"`
		APIGroup  string `json:"apiGroup,omitempty"`
		Name      string `json:"name"`
		Namespace string `json:"namespace,omitempty"`
	}
	var list []subject
	if subjects != nil {
		list = make([]subject, len(subjects))
	}
	for i, s := range subjects {
		list[i] = subject{s.Kind.Value, s.APIGroup.Value, s.Name.Value, s.Namespace.Value}
	}
	text, err := json.Marshal(list)
	return string(text), err
}

func wildcardInRules() *lint.Rule {
	return made(wildcardInRulesTemplate(), nil, lint.Rule{
		Name:        "wildcard-in-rules",
		Title:       "Wildcard in a role",
		Doc:         "Reports roles whose rules hold for all resources, or allow all verbs. They hold for resources and verbs that are yet to come too.",
		Remediation: "Name the resources and verbs that are needed.",
		URL:         rbacURL,
		Severity:    severity.High,
	})
}

func wildcardInRulesTemplate() lint.Template {
	const doc = "Reports roles with wildcards for resources or verbs."
	return lint.NewTemplate("wildcard-in-rules", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runWildcardInRules}, nil
	}).For(lint.Role, lint.ClusterRole).Titled("Wildcards in roles")
}

// policyRules are the rules of a role, none where o is of another kind.
func policyRules(o *manifest.Object) []manifest.PolicyRule {
	if r := o.Role(); r != nil {
		return r.Rules
	}
	return nil
}

func runWildcardInRules(p *lint.Pass) error {
	for _, rule := range policyRules(p.Object) {
		for _, f := range rule.Resources {
			if f.Value == "*" {
				p.Reportf(f.Node, "wildcard %q in resource specification", f.Value)
			}
		}
		for _, f := range rule.Verbs {
			if f.Value == "*" {
				p.Reportf(f.Node, "wildcard %q in verb specification", f.Value)
			}
		}
	}
	return nil
}
