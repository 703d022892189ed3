package manifest_test

import (
	"fmt"
	"testing"

	"github.com/plimsoll-go/plimsoll/manifest"
)

func TestRole(t *testing.T) {
	t.Parallel()
	show := func(o *manifest.Object) []string {
		r := o.Role()
		if r == nil {
			return nil
		}
		lines := []string{fmt.Sprintf("%d rules", len(r.Rules))}
		for _, rule := range r.Rules {
			lines = append(lines, fmt.Sprintf("%s: may %s %s in %s called %s, at %s", at(rule.Node), texts(rule.Verbs), texts(rule.Resources), texts(rule.APIGroups), texts(rule.ResourceNames), texts(rule.NonResourceURLs)))
		}
		for _, s := range r.Aggregated {
			lines = append(lines, fmt.Sprintf("and those of %s@%s", s, at(s.Node)))
		}
		return lines
	}
	const aggregation = "\naggregationRule: {clusterRoleSelectors: [{matchLabels: {to: view}}]}\nrules: []"
	checkViews(t, show, []viewRow{
		{"rules", `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
rules:
- apiGroups: ["", apps]
  resources: [pods/exec]
  resourceNames: [crane]
  verbs: ["*", 5]
- {nonResourceURLs: [/healthz], verbs: [get]}
`, []string{
			"2 rules",
			"4:3: may *@7:11 pods/exec@5:15 in @4:15 apps@4:19 called crane@6:19, at ",
			"8:3: may get@8:41  in  called , at /healthz@8:22",
		}},
		{"aggregated", "apiVersion: rbac.authorization.k8s.io/v1beta1\nkind: ClusterRole" + aggregation, []string{"0 rules", "and those of to=view@3:42"}},
		{"a Role is not aggregated", "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role" + aggregation, []string{"0 rules"}},
		{"other", "apiVersion: iam.example/v1\nkind: Role", nil},
	})
}

func TestRoleBinding(t *testing.T) {
	t.Parallel()
	show := func(o *manifest.Object) []string {
		b := o.RoleBinding()
		if b == nil {
			return nil
		}
		lines := []string{fmt.Sprintf("%s %s %s at %s, nobody said %t", text(b.Role.APIGroup), text(b.Role.Kind), text(b.Role.Name), at(b.Role.Node), b.Subjects == nil)}
		for _, s := range b.Subjects {
			lines = append(lines, fmt.Sprintf("%s: %s %s %s in %s", at(s.Node), text(s.APIGroup), text(s.Kind), text(s.Name), text(s.Namespace)))
		}
		return lines
	}
	checkViews(t, show, []viewRow{
		{"subjects", `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
- {kind: ServiceAccount, name: crane, namespace: quay}
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: dockers}
`, []string{
			"rbac.authorization.k8s.io@3:21 ClusterRole@3:54 view@3:73 at 3:10, nobody said false",
			"5:3: - ServiceAccount@5:10 crane@5:32 in quay@5:50",
			"6:3: rbac.authorization.k8s.io@6:14 Group@6:47 dockers@6:60 in -",
		}},
		{"an empty list", "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nsubjects: []", []string{"- - - at -, nobody said false"}},
		{"no list", "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding", []string{"- - - at -, nobody said true"}},
		{"other", "apiVersion: authorization.openshift.io/v1\nkind: RoleBinding", nil},
	})
}

func TestSecurityContextConstraints(t *testing.T) {
	t.Parallel()
	show := func(o *manifest.Object) []string {
		c := o.SecurityContextConstraints()
		if c == nil {
			return nil
		}
		return []string{
			fmt.Sprintf("privileged %s, escalation %s, directories %s", text(c.AllowPrivilegedContainer), text(c.AllowPrivilegeEscalation), text(c.AllowHostDirVolumePlugin)),
			fmt.Sprintf("network %s, PID %s, IPC %s, ports %s", text(c.AllowHostNetwork), text(c.AllowHostPID), text(c.AllowHostIPC), text(c.AllowHostPorts)),
			fmt.Sprintf("add %s, drop %s, for %s and %s", texts(c.AllowedCapabilities), texts(c.RequiredDropCapabilities), texts(c.Users), texts(c.Groups)),
		}
	}
	checkViews(t, show, []viewRow{
		{"all", `apiVersion: security.openshift.io/v1
kind: SecurityContextConstraints
allowPrivilegedContainer: true
allowPrivilegeEscalation: false
allowHostDirVolumePlugin: true
allowHostNetwork: true
allowHostPID: false
allowHostIPC: true
allowHostPorts: false
allowedCapabilities: ["*"]
requiredDropCapabilities: [KILL, MKNOD]
users: [crane]
groups: [dockers]
`, []string{
			"privileged true@3:27, escalation false@4:27, directories true@5:27",
			"network true@6:19, PID false@7:15, IPC true@8:15, ports false@9:17",
			"add *@10:23, drop KILL@11:28 MKNOD@11:34, for crane@12:9 and dockers@13:10",
		}},
		{"of the core group", "apiVersion: v1\nkind: SecurityContextConstraints", []string{"privileged -, escalation -, directories -", "network -, PID -, IPC -, ports -", "add , drop , for  and "}},
		{"other", "apiVersion: a.example/v1\nkind: SecurityContextConstraints", nil},
	})
}
