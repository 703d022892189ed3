package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A rbacRisk is something that a role may allow and that is worth a second look.
type rbacRisk struct {
	name     string
	aliases  []string
	title    string
	why      string
	remedy   string
	severity severity.Level
	// escalates: who has the role can get more than it says.
	escalates bool
	grants    []grant
	// unnamed passes over rules that hold for named objects alone.
	unnamed bool
	// object is what such a rule must name, empty: anything.
	object string
	// also is what another rule of the role, or the same, must allow too; without
	// resources: nothing.
	also grant
	// fit are the aliases that fit a resource; nil: all.
	fit func(p *lint.Pass, resource string, verbs []string) []string
}

// A grant is verbs on resources of an API group.
type grant struct {
	group     string
	resources []string
	verbs     []string
}

func changes() []string { return []string{"create", "update", "patch", "delete", "deletecollection"} }

// rbacRisks go by https://kubernetes.io/docs/concepts/security/rbac-good-practices/.
func rbacRisks() []rbacRisk {
	return []rbacRisk{{
		name: "rbac-exec", aliases: []string{"KSV-0053"}, severity: severity.High, escalates: true,
		title: "Role that may run commands in pods", why: "Who may do so acts as the pod's service account, and reads its Secrets.",
		remedy: "Leave pods/exec out of the role.",
		grants: []grant{{"", []string{"pods/exec"}, []string{"create", "get"}}},
	}, {
		name: "rbac-attach", aliases: []string{"KSV-0054"}, severity: severity.High, escalates: true,
		title: "Role that may attach to pods", why: "Who may do so types into the process of a container.",
		remedy: "Leave pods/attach out of the role.",
		grants: []grant{{"", []string{"pods/attach"}, []string{"create", "get"}}},
	}, {
		name: "rbac-impersonate", aliases: []string{"KSV-0043"}, severity: severity.Critical, escalates: true,
		title: "Role that may act as others", why: "Who may do so has the permissions of any user, group or service account that is not ruled out by resourceNames.",
		remedy: "Leave impersonate out of the role, or name whom it is about by resourceNames.",
		grants: []grant{
			{"", []string{"users", "groups", "serviceaccounts"}, []string{"impersonate"}},
			{"authentication.k8s.io", []string{"uids", "userextras"}, []string{"impersonate"}},
		},
		unnamed: true,
		fit: func(_ *lint.Pass, resource string, _ []string) []string {
			return fitting(resource == "groups", "KSV-0043")
		},
	}, {
		name: "rbac-escalate", severity: severity.Critical, escalates: true,
		title: "Role that may give permissions which it does not have", why: "The verbs bind and escalate lift the rule that nobody gives away more than they have.",
		remedy: "Leave bind and escalate out of the role, or name the roles that may be bound by resourceNames.",
		grants: []grant{{rbacGroup, []string{"roles", "clusterroles"}, []string{"bind", "escalate"}}},
	}, {
		name: "rbac-bind-in-namespace", aliases: []string{"KSV-0051"}, severity: severity.High, escalates: true,
		title: "Role that may bind any role in its namespace", why: "Together with the verb bind, which another rule of the role allows, whoever may create role bindings gets all permissions there.",
		remedy: "Leave bind out of the role, or name the roles that may be bound by resourceNames.",
		grants: []grant{{rbacGroup, []string{"rolebindings"}, []string{"create"}}},
		also:   grant{rbacGroup, []string{"roles", "clusterroles"}, []string{"bind"}},
	}, {
		name: "rbac-bind-in-cluster", aliases: []string{"KSV-0052"}, severity: severity.High, escalates: true,
		title: "Role that may bind any role in the cluster", why: "Together with the verb bind, which another rule of the role allows, whoever may create cluster role bindings gets all permissions.",
		remedy: "Leave bind out of the role, or name the roles that may be bound by resourceNames.",
		grants: []grant{{rbacGroup, []string{"clusterrolebindings"}, []string{"create"}}},
		also:   grant{rbacGroup, []string{"clusterroles"}, []string{"bind"}},
	}, {
		name: "rbac-roles", aliases: []string{"KSV-0050"}, severity: severity.Medium,
		title: "Role that may change roles", why: "Who may do so hands the permissions of the role to all that a role is bound to.",
		remedy: "Leave changes of roles to administrators.",
		grants: []grant{{rbacGroup, []string{"roles", "clusterroles"}, changes()}},
	}, {
		name: "rbac-bindings", aliases: []string{"KSV-0050", "KSV-0055"}, severity: severity.Low,
		title: "Role that may change bindings", why: "Who may do so hands the permissions of the role to others.",
		remedy: "Leave changes of bindings to administrators.",
		grants: []grant{{rbacGroup, []string{"rolebindings", "clusterrolebindings"}, changes()}},
		fit: func(_ *lint.Pass, resource string, verbs []string) []string {
			if resource == "rolebindings" && slices.Contains(verbs, "patch") {
				return nil
			}
			return []string{"KSV-0050"}
		},
	}, {
		name: "rbac-webhooks", aliases: []string{"KSV-0114"}, severity: severity.Critical, escalates: true,
		title: "Role that may change admission webhooks", why: "A webhook reads, and may change, all objects that are written in the cluster.",
		remedy: "Leave webhook configurations out of the role, or name them by resourceNames.",
		grants: []grant{{"admissionregistration.k8s.io", []string{"mutatingwebhookconfigurations", "validatingwebhookconfigurations"}, changes()}},
	}, {
		name: "rbac-nodes-proxy", aliases: []string{"KSV-0047"}, severity: severity.High, escalates: true,
		title: "Role that may speak to kubelets", why: "By nodes/proxy a kubelet runs commands in all pods of its node, and no audit log or admission controller sees it.",
		remedy: "Leave nodes/proxy out of the role; nodes/metrics and nodes/stats are enough for monitoring.",
		grants: []grant{{"", []string{"nodes/proxy"}, []string{"get", "create"}}},
	}, {
		name: "rbac-csr-approval", severity: severity.High, escalates: true,
		title: "Role that may approve certificates", why: "Who may do so makes certificates for any user, those of the control plane included.",
		remedy: "Leave the approval of certificate signing requests out of the role.",
		grants: []grant{
			{"certificates.k8s.io", []string{"certificatesigningrequests/approval"}, []string{"update", "patch"}},
			{"certificates.k8s.io", []string{"signers"}, []string{"approve", "sign"}},
		},
	}, {
		name: "rbac-tokens", severity: severity.High, escalates: true,
		title: "Role that may make tokens of service accounts", why: "Who may do so acts as any service account of the namespace.",
		remedy:  "Leave serviceaccounts/token out of the role, or name the accounts by resourceNames.",
		grants:  []grant{{"", []string{"serviceaccounts/token"}, []string{"create"}}},
		unnamed: true,
	}, {
		name: "rbac-persistent-volumes", severity: severity.High, escalates: true,
		title: "Role that may create persistent volumes", why: "A persistent volume may be any path of a node, whatever pods may mount.",
		remedy: "Let a storage class make the volumes.",
		grants: []grant{{"", []string{"persistentvolumes"}, []string{"create"}}},
	}, {
		name: "rbac-secrets", aliases: []string{"KSV-0041", "KSV-0113"}, severity: severity.High,
		title: "Role for all Secrets", why: "Secrets hold the credentials of everything else.",
		remedy:  "Leave secrets out of the role, or name them by resourceNames.",
		grants:  []grant{{"", []string{"secrets"}, append(changes(), "get", "list", "watch")}},
		unnamed: true,
		fit: func(p *lint.Pass, _ string, _ []string) []string {
			return byScope(p, "KSV-0041", "KSV-0113")
		},
	}, {
		name: "rbac-pod-logs", aliases: []string{"KSV-0042"}, severity: severity.Medium,
		title: "Role that may delete logs", why: "Who breaks in removes the traces.",
		remedy: "Allow no more than get for pods/log.",
		grants: []grant{{"", []string{"pods/log"}, []string{"delete", "deletecollection"}}},
	}, {
		name: "rbac-workloads", aliases: []string{"KSV-0048"}, severity: severity.Medium, escalates: true,
		title: "Role that may change workloads", why: "Who may do so runs as any service account of the namespace, and mounts any Secret there.",
		remedy: "Leave the changes to those who deploy.",
		grants: []grant{
			{"", []string{"pods", "replicationcontrollers"}, changes()},
			{"apps", []string{"deployments", "daemonsets", "statefulsets", "replicasets"}, changes()},
			{"batch", []string{"jobs", "cronjobs"}, changes()},
		},
	}, {
		name: "rbac-configmaps", aliases: []string{"KSV-0049"}, severity: severity.Medium,
		title: "Role that may change all ConfigMaps", why: "They configure what runs in the namespace.",
		remedy:  "Leave changes of configmaps out of the role, or name them by resourceNames.",
		grants:  []grant{{"", []string{"configmaps"}, changes()}},
		unnamed: true,
	}, {
		name: "rbac-network", aliases: []string{"KSV-0056"}, severity: severity.High,
		title: "Role that may change where traffic goes", why: "Who may do so leads requests to pods of their own, or opens what network policies close.",
		remedy: "Leave the changes to those who deploy.",
		grants: []grant{
			{"", []string{"services", "endpoints"}, changes()},
			{"discovery.k8s.io", []string{"endpointslices"}, changes()},
			{"networking.k8s.io", []string{"networkpolicies", "ingresses"}, changes()},
		},
	}, {
		name: "rbac-aws-auth", aliases: []string{"KSV-0115"}, severity: severity.Critical, escalates: true,
		title: "Role that may change aws-auth", why: "In Amazon EKS this ConfigMap says who is an administrator.",
		remedy: "Use EKS access entries, and leave aws-auth out of the role.",
		grants: []grant{{"", []string{"configmaps"}, changes()}},
		object: "aws-auth",
	}}
}

// rbacRiskRules are rules about roles, one for each risk.
func rbacRiskRules() []*lint.Rule {
	var list []*lint.Rule
	for _, risk := range rbacRisks() {
		r := &lint.Rule{
			Name: risk.name, Aliases: risk.aliases, Title: risk.title,
			Doc:         "Reports rules of roles that allow this by name; those for all resources are reported by rbac-all-resources. " + risk.why,
			Remediation: risk.remedy, URL: rbacURL, Severity: risk.severity,
			Kinds: []lint.Kind{lint.Role, lint.ClusterRole},
			Cause: causeRoleRule,
			Run:   risk.run,
		}
		if risk.escalates {
			r.Groups = []string{"rbac-escalation"}
		}
		list = append(list, r)
	}
	return append(list, rbacWildcardRules()...)
}

// fitting are the aliases of a diagnostic that answers a question if ok.
func fitting(ok bool, aliases ...string) []string {
	if !ok {
		return []string{}
	}
	return aliases
}

// byScope is the alias of a ClusterRole, or that of a Role.
func byScope(p *lint.Pass, cluster, namespace string) []string {
	if p.Object.Kind == "ClusterRole" {
		return []string{cluster}
	}
	return []string{namespace}
}

func (r rbacRisk) run(p *lint.Pass) error {
	if r.also.resources != nil && !r.also.allowed(p.Object) {
		return nil
	}
	for _, rule := range policyRules(p.Object) {
		if r.unnamed && len(rule.ResourceNames) > 0 || r.object != "" && !hasValue(rule.ResourceNames, r.object) {
			continue
		}
		for _, resource := range rule.Resources {
			verbs := r.verbs(rule, resource.Value)
			if len(verbs) == 0 {
				continue
			}
			d := lint.Diagnostic{Message: fmt.Sprintf("the role may %s %s", strings.Join(verbs, ", "), resource.Value)}
			if r.fit != nil {
				d.Aliases = r.fit(p, resource.Value, verbs)
			}
			p.ReportDiagnostic(resource.Node, d)
		}
	}
	return nil
}

// verbs are the verbs that a rule allows for a resource and that are a risk, as they
// are written.
func (r rbacRisk) verbs(rule manifest.PolicyRule, resource string) []string {
	var list []string
	for _, g := range r.grants {
		list = g.addVerbs(list, rule, resource)
	}
	return list
}

// addVerbs adds the verbs of g that a rule allows for a resource to list.
func (g grant) addVerbs(list []string, rule manifest.PolicyRule, resource string) []string {
	if !hasValue(rule.APIGroups, g.group) && !hasValue(rule.APIGroups, "*") || !g.has(resource) {
		return list
	}
	for _, verb := range rule.Verbs {
		if (verb.Value == "*" || slices.Contains(g.verbs, verb.Value)) && !slices.Contains(list, verb.Value) {
			list = append(list, verb.Value)
		}
	}
	return list
}

// allowed reports whether a rule of role allows one of the verbs of g, for all
// objects: a name that is * is taken for that too.
func (g grant) allowed(role *manifest.Object) bool {
	for _, rule := range policyRules(role) {
		if len(rule.ResourceNames) > 0 && !hasValue(rule.ResourceNames, "*") {
			continue
		}
		for _, resource := range rule.Resources {
			if len(g.addVerbs(nil, rule, resource.Value)) > 0 {
				return true
			}
		}
	}
	return false
}

// has reports whether a rule's resource is one of g: "*/exec" is that subresource of
// all resources, "userextras/scopes" a part of userextras.
func (g grant) has(resource string) bool {
	return slices.ContainsFunc(g.resources, func(r string) bool {
		_, sub, ok := strings.Cut(r, "/")
		return r == resource || ok && resource == "*/"+sub || r == "userextras" && strings.HasPrefix(resource, r+"/")
	})
}

func hasValue(fields []manifest.Field[string], value string) bool {
	return slices.ContainsFunc(fields, func(f manifest.Field[string]) bool { return f.Value == value })
}
