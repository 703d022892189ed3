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
	role := p.Object.Get("roleRef")
	name := role.StringAt("name")
	if p.Object.Kind != "ClusterRoleBinding" || name.Value != "cluster-admin" || role.StringAt("kind").Value != "ClusterRole" {
		return nil
	}
	subjects := p.Object.Get("subjects")
	if !p.Compat() && subjects.Len() == 0 {
		return nil
	}
	text, err := subjectsText(subjects)
	if err != nil {
		return fmt.Errorf("subjects: %w", err)
	}
	p.Reportf(name.Node, "%s role is bound to %s", name.Value, text)
	return nil
}

// A subject is whom a role is bound to. https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/cluster-role-binding-v1/
type subject struct {
	Kind      string `json:"kind"`
	APIGroup  string `json:"apiGroup,omitempty"`
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
}

// subjectsText is a list of subjects as compact JSON, null where there is none.
func subjectsText(n *manifest.Node) (string, error) {
	var list []subject
	if n.Kind() == manifest.Sequence {
		list = make([]subject, 0, n.Len())
	}
	for item := range n.Items() {
		list = append(list, subject{
			Kind:      item.StringAt("kind").Value,
			APIGroup:  item.StringAt("apiGroup").Value,
			Name:      item.StringAt("name").Value,
			Namespace: item.StringAt("namespace").Value,
		})
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

func runWildcardInRules(p *lint.Pass) error {
	if p.Object.Group != rbacGroup || p.Object.Kind != "Role" && p.Object.Kind != "ClusterRole" {
		return nil
	}
	for rule := range p.Object.Get("rules").Items() {
		for _, f := range rule.StringsAt("resources") {
			if f.Value == "*" {
				p.Reportf(f.Node, "wildcard %q in resource specification", f.Value)
			}
		}
		for _, f := range rule.StringsAt("verbs") {
			if f.Value == "*" {
				p.Reportf(f.Node, "wildcard %q in verb specification", f.Value)
			}
		}
	}
	return nil
}
