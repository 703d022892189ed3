package rules

import (
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// rbacWildcardRules tell apart what wildcard-in-rules reports as one.
func rbacWildcardRules() []*lint.Rule {
	kinds := []lint.Kind{lint.Role, lint.ClusterRole}
	return []*lint.Rule{{
		Name:        "rbac-everything",
		Aliases:     []string{"KSV-0044"},
		Groups:      []string{"rbac-escalation"},
		Title:       "Role that may do everything",
		Doc:         "Reports rules of roles that allow all verbs for all resources.",
		Remediation: "Name the resources and verbs that are needed.",
		URL:         rbacURL,
		Severity:    severity.Critical,
		Kinds:       kinds,
		Cause:       causeRoleRule,
		Run: func(p *lint.Pass) error {
			for _, rule := range policyRules(p.Object) {
				for _, resource := range rule.Resources {
					if resource.Value == "*" && hasValue(rule.Verbs, "*") {
						p.Reportf(resource.Node, "the role allows all verbs for all resources")
					}
				}
			}
			return nil
		},
	}, {
		Name:        "rbac-all-resources",
		Aliases:     []string{"KSV-0046", "KSV-0112"},
		Groups:      []string{"rbac-escalation"},
		Title:       "Role for all resources",
		Doc:         "Reports rules of roles that hold for all resources of an API group, Secrets and those that are yet to come included.",
		Remediation: "Name the resources that are needed.",
		URL:         rbacURL,
		Severity:    severity.Critical,
		Kinds:       kinds,
		Cause:       causeRoleRule,
		Run: func(p *lint.Pass) error {
			for _, rule := range policyRules(p.Object) {
				for _, resource := range rule.Resources {
					if resource.Value == "*" {
						p.ReportDiagnostic(resource.Node, lint.Diagnostic{
							Message: "the role holds for all resources", Aliases: byScope(p, "KSV-0046", "KSV-0112"),
						})
					}
				}
			}
			return nil
		},
	}, {
		Name:        "rbac-all-verbs",
		Aliases:     []string{"KSV-0045"},
		Groups:      []string{"rbac-escalation"},
		Title:       "Role with all verbs for a sensitive resource",
		Doc:         "Reports rules of roles that allow all verbs for Secrets, pods, workloads, service accounts, roles and bindings, nodes and the like. They allow bind, escalate and impersonate too.",
		Remediation: "Name the verbs that are needed.",
		URL:         rbacURL,
		Severity:    severity.Critical,
		Kinds:       kinds,
		Cause:       causeRoleRule,
		Run:         runAllVerbs,
	}}
}

// sensitiveResources are those of which one verb more makes a difference.
func sensitiveResources() []string {
	return []string{
		"clusterrolebindings", "clusterroles", "configmaps", "cronjobs", "daemonsets", "deployments", "groups", "jobs",
		"mutatingwebhookconfigurations", "namespaces", "networkpolicies", "nodes", "nodes/proxy", "persistentvolumes", "pods",
		"pods/attach", "pods/exec", "replicasets", "replicationcontrollers", "rolebindings", "roles", "secrets",
		"serviceaccounts", "serviceaccounts/token", "statefulsets", "users", "validatingwebhookconfigurations",
	}
}

// trivySensitive are those of which KSV-0045 asks.
func trivySensitive() []string {
	return []string{
		"clusterrolebindings", "clusterroles", "cronjobs", "daemonsets", "deployments", "groups", "jobs", "pods", "replicasets",
		"replicationcontrollers", "rolebindings", "roles", "secrets", "statefulsets", "users",
	}
}

func runAllVerbs(p *lint.Pass) error {
	for _, rule := range policyRules(p.Object) {
		i := slices.IndexFunc(rule.Resources, func(f manifest.Field[string]) bool { return slices.Contains(sensitiveResources(), f.Value) })
		if i < 0 {
			continue
		}
		aliases := fitting(slices.ContainsFunc(rule.Resources, func(f manifest.Field[string]) bool { return slices.Contains(trivySensitive(), f.Value) }), "KSV-0045")
		for _, verb := range rule.Verbs {
			if verb.Value == "*" {
				p.ReportDiagnostic(verb.Node, lint.Diagnostic{
					Message: "the role allows all verbs for " + rule.Resources[i].Value, Aliases: aliases,
				})
			}
		}
	}
	return nil
}
