package manifest

// rbacGroup is the API group of roles and their bindings.
const rbacGroup = "rbac.authorization.k8s.io"

// A Role is what a Role or a ClusterRole allows.
// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/cluster-role-v1/
type Role struct {
	Object *Object
	Rules  []PolicyRule
	// Aggregated select the ClusterRoles whose rules a ClusterRole has as well.
	Aggregated []Selector
}

// A PolicyRule allows each of its verbs for each of its resources in each of its API
// groups. "*" stands for all.
type PolicyRule struct {
	Node            *Node
	APIGroups       []Field[string] // "" is the core group
	Resources       []Field[string] // with subresources: "pods/exec"
	Verbs           []Field[string]
	ResourceNames   []Field[string] // empty: objects of any name
	NonResourceURLs []Field[string]
}

// Role is o as a Role or ClusterRole of rbac.authorization.k8s.io, nil where it is
// of another kind.
func (o *Object) Role() *Role {
	if !o.Is(rbacGroup, "Role") && !o.Is(rbacGroup, "ClusterRole") {
		return nil
	}
	r := &Role{Object: o}
	rules := o.Get("rules")
	if rules.Kind() == Sequence {
		r.Rules = make([]PolicyRule, 0, rules.Len())
	}
	for item := range rules.Items() {
		r.Rules = append(r.Rules, PolicyRule{
			Node:            item,
			APIGroups:       item.StringsAt("apiGroups"),
			Resources:       item.StringsAt("resources"),
			Verbs:           item.StringsAt("verbs"),
			ResourceNames:   item.StringsAt("resourceNames"),
			NonResourceURLs: item.StringsAt("nonResourceURLs"),
		})
	}
	if o.Kind == "ClusterRole" {
		for item := range o.Get("aggregationRule", "clusterRoleSelectors").Items() {
			r.Aggregated = append(r.Aggregated, NewSelector(item))
		}
	}
	return r
}

// A RoleBinding is what a RoleBinding or a ClusterRoleBinding says: who has a role.
// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/cluster-role-binding-v1/
type RoleBinding struct {
	Object   *Object
	Role     RoleRef
	Subjects []Subject // nil where they are left out, empty where the list is
}

// A RoleRef names a role.
type RoleRef struct {
	Node     *Node         // nil where it is left out
	APIGroup Field[string] // rbac.authorization.k8s.io
	Kind     Field[string] // Role, ClusterRole
	Name     Field[string]
}

// A Subject is whom a role is bound to.
type Subject struct {
	Node      *Node
	Kind      Field[string] // User, Group, ServiceAccount
	APIGroup  Field[string]
	Name      Field[string]
	Namespace Field[string] // of a ServiceAccount
}

// RoleBinding is o as a RoleBinding or ClusterRoleBinding of
// rbac.authorization.k8s.io, nil where it is of another kind.
func (o *Object) RoleBinding() *RoleBinding {
	if !o.Is(rbacGroup, "RoleBinding") && !o.Is(rbacGroup, "ClusterRoleBinding") {
		return nil
	}
	ref, subjects := o.Get("roleRef"), o.Get("subjects")
	b := &RoleBinding{Object: o, Role: RoleRef{ref, ref.StringAt("apiGroup"), ref.StringAt("kind"), ref.StringAt("name")}}
	if subjects.Kind() == Sequence {
		b.Subjects = make([]Subject, 0, subjects.Len())
	}
	for item := range subjects.Items() {
		b.Subjects = append(b.Subjects, Subject{
			Node:      item,
			Kind:      item.StringAt("kind"),
			APIGroup:  item.StringAt("apiGroup"),
			Name:      item.StringAt("name"),
			Namespace: item.StringAt("namespace"),
		})
	}
	return b
}
