package manifest_test

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// first is the first object of a text.
func first(text string) *manifest.Object {
	return manifest.ReadFile("quay.yaml", []byte(text), manifest.Options{}).Objects[0]
}

func ExampleObject_Service() {
	s := first(`apiVersion: v1
kind: Service
spec:
  selector: {app: crane}
  ports: [{port: 80, targetPort: web}]
`).Service()
	for _, p := range s.Ports {
		fmt.Println(s.Selector, p.Port.Value, p.TargetPort.Value, p.TargetPort.Node.Position())
	}
	fmt.Println(s.IsHeadless(), s.IsExternalName())
	// Output:
	// app=crane 80 web quay.yaml:5:34
	// false false
}

func ExampleObject_Ingress() {
	i := first(`apiVersion: networking.k8s.io/v1
kind: Ingress
spec:
  defaultBackend: {service: {name: office, port: {name: web}}}
  rules:
  - host: crane.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: crane, port: {number: 80}}}}]}
`).Ingress()
	for b := range i.Backends() {
		fmt.Println(b.Service.Value, b.Port.Value, b.Service.Node.Position())
	}
	// Output:
	// office web quay.yaml:4:36
	// crane 80 quay.yaml:7:74
}

func ExampleObject_NetworkPolicy() {
	p := first(`apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
spec:
  podSelector: {matchLabels: {app: crane}}
  ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]
`).NetworkPolicy()
	for _, rule := range p.Ingress() {
		for _, peer := range rule.Peers {
			fmt.Println(p.PodSelector, "from", peer.IPBlock.CIDR.Value, peer.IPBlock.CIDR.Node.Position())
		}
	}
	fmt.Println(len(p.Egress()))
	// Output:
	// app=crane from 192.0.2.0/24 quay.yaml:5:38
	// 0
}

func ExampleObject_ServiceMonitor() {
	m := first(`apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: crane, namespace: metrics}
spec:
  selector: {matchLabels: {app: crane}}
  namespaceSelector: {matchNames: [quay]}
`).ServiceMonitor()
	for _, namespace := range []string{"quay", "metrics"} {
		fmt.Println(m.Selector, namespace, m.Namespaces.Matches(namespace, m.Object.Namespace))
	}
	// Output:
	// app=crane quay true
	// app=crane metrics false
}

func ExampleObject_Role() {
	r := first(`apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules:
- {apiGroups: [""], resources: [pods], verbs: [get, "*"]}
`).Role()
	for _, rule := range r.Rules {
		for _, verb := range rule.Verbs {
			if verb.Value == "*" {
				fmt.Println("everything is allowed for", manifest.Values(rule.Resources), verb.Node.Position())
			}
		}
	}
	// Output: everything is allowed for [pods] quay.yaml:4:53
}

func ExampleObject_RoleBinding() {
	b := first(`apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
- {kind: Group, name: dockers}
`).RoleBinding()
	for _, s := range b.Subjects {
		fmt.Println(s.Kind.Value, s.Name.Value, "has", b.Role.Name.Value, s.Node.Position())
	}
	// Output: Group dockers has view quay.yaml:5:3
}

func ExampleObject_SecurityContextConstraints() {
	c := first(`apiVersion: security.openshift.io/v1
kind: SecurityContextConstraints
allowPrivilegedContainer: true
groups: [dockers]
`).SecurityContextConstraints()
	allows := c.AllowPrivilegedContainer
	fmt.Println(allows.Value, manifest.Values(c.Groups), allows.Node.Position())
	// Output: true [dockers] quay.yaml:3:27
}

func ExampleObject_Autoscaler() {
	a := first(`apiVersion: keda.sh/v1alpha1
kind: ScaledObject
spec:
  scaleTargetRef: {name: crane}
  maxReplicaCount: 8
`).Autoscaler()
	fmt.Println(a.Target.Group(), a.Target.Kind, a.Target.Name)
	fmt.Println(a.Least(), a.MaxReplicas.Value, a.MaxReplicas.Node.Position())
	// Output:
	// apps Deployment crane
	// 0 8 quay.yaml:5:20
}

func ExampleObject_DisruptionBudget() {
	b := first(`apiVersion: policy/v1
kind: PodDisruptionBudget
spec:
  minAvailable: 50%
  selector: {matchLabels: {app: crane}}
`).DisruptionBudget()
	pod := first("apiVersion: v1\nkind: Pod\nmetadata: {labels: {app: crane}}\n")
	fmt.Println(b.MinAvailable.Value, b.Selects(pod.Metadata().Labels), b.MinAvailable.Node.Position())
	// Output: 50% true quay.yaml:4:17
}

func ExampleObject_UpdateStrategy() {
	s := first(`apiVersion: apps/v1
kind: Deployment
spec:
  strategy:
    rollingUpdate: {maxUnavailable: 0}
`).UpdateStrategy()
	fmt.Println(s.TypeInForce(), s.MaxUnavailable.Value, s.MaxUnavailable.Node.Position())
	// Output: RollingUpdate 0 quay.yaml:5:37
}

func ExampleValues() {
	pod := first("apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, command: [run, fast]}]}\n").Pod()
	fmt.Println(manifest.Values(pod.Containers[0].Node.StringsAt("command")))
	// Output: [run fast]
}
