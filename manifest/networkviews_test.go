package manifest_test

import (
	"fmt"
	"testing"

	"github.com/plimsoll-go/plimsoll/manifest"
)

func TestService(t *testing.T) {
	t.Parallel()
	show := func(o *manifest.Object) []string {
		s := o.Service()
		if s == nil {
			return nil
		}
		lines := []string{
			fmt.Sprintf("spec %s, type %s, IP %s, selector %s@%s", at(s.Node), text(s.Type), text(s.ClusterIP), s.Selector, at(s.Selector.Node)),
			fmt.Sprintf("external %s, IPs %s, name %t, headless %t", text(s.ExternalName), texts(s.ExternalIPs), s.IsExternalName(), s.IsHeadless()),
		}
		for _, p := range s.Ports {
			lines = append(lines, fmt.Sprintf("%s: %s %s to %s, %s %s", at(p.Node), text(p.Name), text(p.Port), text(p.TargetPort), text(p.NodePort), text(p.Protocol)))
		}
		return lines
	}
	checkViews(t, show, []viewRow{
		{"ports", `apiVersion: v1
kind: Service
spec:
  type: NodePort
  selector: {app: crane}
  externalIPs: [192.0.2.1, 192.0.2.2]
  ports:
  - {name: web, port: 80, targetPort: http, nodePort: 30080, protocol: UDP}
  - {port: 81, targetPort: 8081}
  - {port: "82"}
`, []string{
			"spec 4:3, type NodePort@4:9, IP -, selector app=crane@5:13",
			"external -, IPs 192.0.2.1@6:17 192.0.2.2@6:28, name false, headless false",
			"8:5: web@8:12 80@8:23 to http@8:39, 30080@8:55 UDP@8:72",
			"9:5: - 81@9:12 to 8081@9:28, - -",
			"10:5: - - to -, - -",
		}},
		{"headless", "apiVersion: v1\nkind: Service\nspec: {clusterIP: None}", []string{
			"spec 3:7, type -, IP None@3:19, selector @-", "external -, IPs , name false, headless true",
		}},
		{"name", "apiVersion: v1\nkind: Service\nspec: {type: ExternalName, externalName: quay.example}", []string{
			"spec 3:7, type ExternalName@3:14, IP -, selector @-", "external quay.example@3:42, IPs , name true, headless false",
		}},
		{"no spec", "apiVersion: v1\nkind: Service", []string{"spec -, type -, IP -, selector @-", "external -, IPs , name false, headless false"}},
		{"Knative", "apiVersion: serving.knative.dev/v1\nkind: Service", nil},
	})
}

func TestIngress(t *testing.T) {
	t.Parallel()
	show := func(o *manifest.Object) []string {
		i := o.Ingress()
		if i == nil {
			return nil
		}
		backend := func(b manifest.IngressBackend) string {
			return fmt.Sprintf("%s %s at %s", text(b.Service), text(b.Port), at(b.Node))
		}
		lines := []string{fmt.Sprintf("spec %s, class %s, default %s", at(i.Node), text(i.ClassName), backend(i.Default))}
		for _, r := range i.Rules {
			lines = append(lines, fmt.Sprintf("rule %s %s", at(r.Node), text(r.Host)))
			for _, p := range r.Paths {
				lines = append(lines, fmt.Sprintf("path %s %s %s %s", at(p.Node), text(p.Path), text(p.PathType), backend(p.Backend)))
			}
		}
		for _, c := range i.TLS {
			lines = append(lines, fmt.Sprintf("tls %s %s %s", at(c.Node), texts(c.Hosts), text(c.SecretName)))
		}
		all := "all"
		for b := range i.Backends() {
			all += " " + b.Service.Value
		}
		for range i.Backends() { // stops when it is told to
			break
		}
		return append(lines, all)
	}
	checkViews(t, show, []viewRow{
		{"v1", `apiVersion: networking.k8s.io/v1
kind: Ingress
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: office, port: {name: "", number: 80}}}
  tls:
  - {hosts: [a.example], secretName: cert}
  - {}
  rules:
  - host: a.example
    http:
      paths:
      - {path: /a, pathType: Prefix, backend: {service: {name: crane, port: {name: web, number: 81}}}}
      - {backend: {resource: {kind: Bucket}}}
      - {backend: {service: {name: tug, port: {number: 0}}}}
  - host: b.example
`, []string{
			"spec 4:3, class nginx@4:21, default office@5:36 80@5:69 at 5:29",
			"rule 10:5 a.example@10:11",
			"path 13:9 /a@13:16 Prefix@13:30 crane@13:64 web@13:84 at 13:57",
			"path 14:9 - - - - at -",
			"path 15:9 - - tug@15:36 - at 15:29",
			"rule 16:5 b.example@16:11",
			"tls 7:5 a.example@7:14 cert@7:38",
			"tls 8:5  -",
			"all office crane tug",
		}},
		{"before v1", `apiVersion: extensions/v1beta1
kind: Ingress
spec:
  backend: {serviceName: office, servicePort: 0}
  rules: [{http: {paths: [{backend: {serviceName: crane, servicePort: web}}, {backend: {serviceName: tug, servicePort: ""}}]}}]
`, []string{
			"spec 4:3, class -, default office@4:26 0@4:47 at 4:12",
			"rule 5:11 -",
			"path 5:27 - - crane@5:51 web@5:71 at 5:37",
			"path 5:78 - - tug@5:102 - at 5:88",
			"all office crane tug",
		}},
		{"new field in an old version", "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nspec: {defaultBackend: {serviceName: a}}", []string{"spec 3:7, class -, default a@3:38 - at 3:24", "all a"}},
		{"nothing", "apiVersion: networking.k8s.io/v1\nkind: Ingress", []string{"spec -, class -, default - - at -", "all"}},
		{"OpenShift's configuration", "apiVersion: config.openshift.io/v1\nkind: Ingress", nil},
	})
}

func TestNetworkPolicy(t *testing.T) {
	t.Parallel()
	show := func(o *manifest.Object) []string {
		p := o.NetworkPolicy()
		if p == nil {
			return nil
		}
		lines := []string{fmt.Sprintf("spec %s, pods %s@%s, types %s", at(p.Node), p.PodSelector, at(p.PodSelector.Node), texts(p.PolicyTypes))}
		add := func(direction string, rules []manifest.NetworkPolicyRule) {
			for _, r := range rules {
				lines = append(lines, direction+" "+at(r.Node))
				for _, peer := range r.Peers {
					block := peer.IPBlock
					lines = append(lines, fmt.Sprintf("%s: pods %s@%s, namespaces %s@%s, block %s %s not %s", at(peer.Node), peer.PodSelector, at(peer.PodSelector.Node),
						peer.NamespaceSelector, at(peer.NamespaceSelector.Node), at(block.Node), text(block.CIDR), texts(block.Except)))
				}
			}
		}
		add("from", p.Ingress())
		add("to", p.Egress())
		return lines
	}
	checkViews(t, show, []viewRow{
		{"rules", `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
spec:
  podSelector: {matchLabels: {app: crane}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - podSelector: {}
      namespaceSelector: {matchExpressions: [{key: team, operator: Exists}]}
  - {}
  egress:
  - to: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.1/32]}}]
`, []string{
			"spec 4:3, pods app=crane@4:16, types Ingress@5:17 Egress@5:26",
			"from 7:5",
			"8:7: pods @8:20, namespaces team@9:26, block - - not ",
			"from 10:5",
			"to 12:5",
			"12:10: pods @-, namespaces @-, block 12:20 192.0.2.0/24@12:27 not 192.0.2.1/32@12:50",
		}},
		{"the former group", "apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nspec: {}", []string{"spec 3:7, pods @-, types "}},
		{"Calico's", "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy", nil},
	})
}

func TestServiceMonitor(t *testing.T) {
	t.Parallel()
	show := func(o *manifest.Object) []string {
		m := o.ServiceMonitor()
		if m == nil {
			return nil
		}
		n := m.Namespaces
		return []string{
			fmt.Sprintf("spec %s, services %s@%s, namespaces %s any %s of %s", at(m.Node), m.Selector, at(m.Selector.Node), at(n.Node), text(n.Any), texts(n.MatchNames)),
			fmt.Sprintf("own %t, named %t, other %t", n.Matches("own", "own"), n.Matches("quay", "own"), n.Matches("sea", "own")),
		}
	}
	const head = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\n"
	checkViews(t, show, []viewRow{
		{"own", head + "spec: {selector: {matchLabels: {app: crane}}}", []string{"spec 3:7, services app=crane@3:18, namespaces - any - of ", "own true, named false, other false"}},
		{"any", head + "spec: {namespaceSelector: {any: true, matchNames: [quay]}}", []string{"spec 3:7, services @-, namespaces 3:27 any true@3:33 of quay@3:52", "own true, named true, other true"}},
		{"names", head + "spec: {namespaceSelector: {any: false, matchNames: [quay, ship]}}", []string{"spec 3:7, services @-, namespaces 3:27 any false@3:33 of quay@3:53 ship@3:59", "own false, named true, other false"}},
		{"other", "apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor", nil},
	})
}
