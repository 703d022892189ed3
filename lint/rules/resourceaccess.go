package rules

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func resourceAccessRules() []*lint.Rule {
	bindings := []lint.Kind{lint.ClusterRoleBinding, lint.RoleBinding}
	access := func(resources, verbs []string, r lint.Rule) *lint.Rule {
		r.Kinds, r.URL = bindings, rbacURL
		return made(accessToResourcesTemplate(), map[string]any{"resources": resources, "verbs": verbs}, r)
	}
	create := []string{"^create$"}
	return []*lint.Rule{
		byMode(access([]string{"^pods$", "^deployments$", "^statefulsets$", "^replicasets$", "^cronjob$", "^jobs$", "^daemonsets$"}, create, lint.Rule{
			Name:        "access-to-create-pods",
			Title:       "Binding to a role that may create pods",
			Doc:         "Reports bindings to roles that may create pods, or what makes pods. Who may do so can run as any service account of the namespace, and mount any Secret there.",
			Remediation: "Leave create out of the role, or bind it to fewer subjects.",
			Severity:    severity.Medium,
		}), access([]string{"^pods$", "^deployments$", "^statefulsets$", "^replicasets$", "^cronjobs$", "^jobs$", "^daemonsets$"}, create, lint.Rule{})),
		byMode(access([]string{"^secrets$"}, []string{"^get$", "^list$", "^delete$", "^create$", "^watch$", "^*$"}, lint.Rule{
			Name:        "access-to-secrets",
			Title:       "Binding to a role that may read Secrets",
			Doc:         "Reports bindings to roles that may get, list, watch, create or delete Secrets. To list them is to read them all.",
			Remediation: "Leave secrets out of the role, name the Secrets by resourceNames, or bind the role to fewer subjects.",
			Severity:    severity.High,
		}), access([]string{"^secrets$"}, []string{"^get$", "^list$", "^delete$", "^create$", "^watch$"}, lint.Rule{})),
	}
}

func resourceAccessDifferences() []Difference {
	const template = "access-to-resources"
	return []Difference{{
		Rule:       "access-to-create-pods",
		KubeLinter: "looks for cronjob",
		Plimsoll:   "for cronjobs",
		Reason:     "that is the resource's name",
	}, {
		Rule:       "access-to-secrets",
		KubeLinter: "reports all verbs",
		Plimsoll:   "reports get, list, watch, create, delete and *",
		Reason:     "its expression ^*$ matches everything; those are the verbs that it names",
	}, {
		Rule:       template,
		KubeLinter: "looks for a Role where a RoleBinding names a ClusterRole",
		Plimsoll:   "looks for the ClusterRole",
		Reason:     "that is whom the binding names",
		Issue:      "https://github.com/stackrox/kube-linter/pull/1255",
	}, {
		Rule:       template,
		KubeLinter: "spares ClusterRoles called cluster_admin",
		Plimsoll:   "spares cluster-admin, bound in the whole cluster",
		Reason:     "that is the role's name, and cluster-admin-role-binding reports it",
	}, {
		Rule:       template,
		KubeLinter: "does not look at apiGroups",
		Plimsoll:   "takes secrets, pods and what makes pods for themselves in their groups alone",
		Reason:     "all resources of another group hold none of them",
	}, {
		Rule:       template,
		KubeLinter: "does not look at the matchExpressions of an aggregationRule, and takes a role as its own part",
		Plimsoll:   "looks at them, and does not",
		Reason:     "so does the controller that aggregates roles",
	}, {
		Rule:       template,
		KubeLinter: "does not find the roles that clusters have from the start",
		Plimsoll:   "does not report them as missing",
		Reason:     "cluster-admin, admin, edit, view and system: roles are in each cluster",
	}}
}

type accessToResourcesParams struct {
	FlagNotFound bool     `yaml:"flagRolesNotFound" doc:"reports bindings whose role is not among the manifests too"`
	Resources    []string `yaml:"resources" doc:"expressions for resources" regexp:""`
	Verbs        []string `yaml:"verbs" doc:"expressions for verbs" regexp:""`
}

func accessToResourcesTemplate() lint.Template {
	const doc = "Reports bindings to roles that allow verbs on resources."
	return lint.NewTemplate("access-to-resources", doc, accessToResourcesParams{}, func(params accessToResourcesParams) (*lint.Rule, error) {
		resources, err := compileAll(params.Resources)
		if err != nil {
			return nil, err
		}
		verbs, err := compileAll(params.Verbs)
		if err != nil {
			return nil, err
		}
		a := resourceAccess{params.FlagNotFound, resources, verbs, resourceGroups()}
		return &lint.Rule{Run: a.run}, nil
	}).For(lint.Role, lint.ClusterRole, lint.ClusterRoleBinding, lint.RoleBinding).Titled("Access to resources")
}

// resourceGroups are the API groups of Secrets, pods, and what makes pods.
func resourceGroups() map[string][]string {
	return map[string][]string{
		"secrets":                {""},
		"pods":                   {""},
		"replicationcontrollers": {""},
		"deployments":            {"apps", "extensions"},
		"daemonsets":             {"apps", "extensions"},
		"replicasets":            {"apps", "extensions"},
		"statefulsets":           {"apps"},
		"jobs":                   {"batch"},
		"cronjobs":               {"batch"},
	}
}

// A resourceAccess says which access is reported.
type resourceAccess struct {
	flagNotFound     bool
	resources, verbs []*regexp.Regexp
	groups           map[string][]string
}

func (a resourceAccess) run(p *lint.Pass) error {
	b := p.Object.RoleBinding()
	if b == nil {
		return nil
	}
	name, where := b.Role.Name.Value, b.Role.Name.Node
	if where == nil {
		where = b.Role.Node
	}
	if p.Object.Kind == "RoleBinding" && (p.Compat() || b.Role.Kind.Value != "ClusterRole") {
		a.role(p, where, name)
	} else {
		a.clusterRole(p, where, name)
	}
	return nil
}

// role reports the access that the Role of a name gives.
func (a resourceAccess) role(p *lint.Pass, where *manifest.Node, name string) {
	// KubeLinter compares namespaces here as it should.
	namespace, found := cmp.Or(p.Object.Namespace, "default"), false
	for o := range p.Context.Of(rbacGroup, "Role") {
		if o.Name == name && cmp.Or(o.Namespace, "default") == namespace && readable(p, o) {
			found = true
			a.report(p, where, o.Role(), fmt.Sprintf("binding to %q role", name))
		}
	}
	if !found && a.flagNotFound {
		p.Reportf(where, "role %q in namespace %q not found", name, namespace)
	}
}

// clusterRole reports the access that the ClusterRole of a name gives, by itself
// and by those that it is made of.
func (a resourceAccess) clusterRole(p *lint.Pass, where *manifest.Node, name string) {
	if p.Compat() && strings.EqualFold(name, "cluster_admin") {
		if a.flagNotFound {
			p.Reportf(where, "clusterrole %q not found", name)
		}
		return
	}
	if !p.Compat() && name == "cluster-admin" && p.Object.Kind == "ClusterRoleBinding" {
		return
	}
	found := false
	for o := range p.Context.Of(rbacGroup, "ClusterRole") {
		if o.Name != name || !readable(p, o) {
			continue
		}
		found = true
		role := o.Role()
		a.report(p, where, role, fmt.Sprintf("binding to %q clusterrole", name))
		for _, selector := range role.Aggregated {
			a.aggregated(p, where, o, selector)
		}
	}
	if !found && a.flagNotFound && (p.Compat() || !isBuiltInRole(name)) {
		p.Reportf(where, "clusterrole %q not found", name)
	}
}

// aggregated reports the access that a role gets from those that s selects.
func (a resourceAccess) aggregated(p *lint.Pass, where *manifest.Node, role *manifest.Object, s manifest.Selector) {
	if p.Compat() {
		s.Expressions = nil
	}
	for o := range p.Context.Of(rbacGroup, "ClusterRole") {
		if readable(p, o) && s.Matches(o.Metadata().Labels) && (p.Compat() || o != role) {
			a.report(p, where, o.Role(), fmt.Sprintf("binding via aggregationRule to %q clusterrole", o.Name))
		}
	}
}

// readable reports whether a role is one that KubeLinter knows, where that counts.
func readable(p *lint.Pass, o *manifest.Object) bool { return !p.Compat() || o.Version == "v1" }

// isBuiltInRole reports whether a ClusterRole is in each cluster.
// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
func isBuiltInRole(name string) bool {
	return slices.Contains([]string{"cluster-admin", "admin", "edit", "view"}, name) || strings.HasPrefix(name, "system:")
}

// report reports the access that the rules of role give.
func (a resourceAccess) report(p *lint.Pass, where *manifest.Node, role *manifest.Role, subject string) {
	var list []string
	for _, rule := range role.Rules {
		var groups []string
		if !p.Compat() {
			groups = manifest.Values(rule.APIGroups)
		}
		resources := chosen(rule.Resources, func(s string) bool { return a.hasResource(s, groups) })
		verbs := chosen(rule.Verbs, func(s string) bool { return hits(a.verbs, s) })
		if len(resources) > 0 && len(verbs) > 0 {
			list = append(list, fmt.Sprintf("%v access to %v", verbs, resources))
		}
	}
	if len(list) > 0 {
		p.ReportDiagnostic(where, lint.Diagnostic{
			Message: subject + " that has " + strings.Join(list, ", "),
			Related: []lint.Related{{Span: role.Object.Node.Place(), Message: "the role"}},
		})
	}
}

// hasResource reports whether a rule for the resource written, of groups, is for
// one that is asked for. Groups that are not known are not compared.
func (a resourceAccess) hasResource(written string, groups []string) bool {
	if !hits(a.resources, written) {
		return false
	}
	if len(groups) == 0 || slices.Contains(groups, "*") {
		return true
	}
	among := func(known []string) bool {
		return slices.ContainsFunc(known, func(g string) bool { return slices.Contains(groups, g) })
	}
	if written != "*" {
		known := a.groups[written]
		return known == nil || among(known)
	}
	asked := false
	for resource, known := range a.groups {
		if anyMatches(a.resources, resource) {
			asked = true
			if among(known) {
				return true
			}
		}
	}
	return !asked
}

// hits reports whether one of exprs matches s; all do where s is the wildcard.
func hits(exprs []*regexp.Regexp, s string) bool {
	return s == "*" && len(exprs) > 0 || anyMatches(exprs, s)
}

// chosen are those of fields that ok accepts.
func chosen(fields []manifest.Field[string], ok func(string) bool) []string {
	var list []string
	for _, f := range fields {
		if ok(f.Value) {
			list = append(list, f.Value)
		}
	}
	return list
}
