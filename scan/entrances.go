package scan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// maxEntrances bounds the Services of one pod, and the routes of one Service, that are
// looked at.
const maxEntrances = 100

// entrances are the ways by which requests reach pods.
type entrances struct {
	// services are those with a selector, by namespace and the first label they ask
	// for: a pod without that is none of theirs.
	services map[labelIn][]*manifest.Service
	// routes lead from outside to a service: "Ingress web".
	routes map[serviceName][]string
}

type labelIn struct{ namespace, key, value string }

type serviceName struct{ namespace, name string }

func newEntrances(objects []*manifest.Object) *entrances {
	e := &entrances{services: make(map[labelIn][]*manifest.Service), routes: make(map[serviceName][]string)}
	for _, o := range objects {
		namespace := namespaceOf(o.Namespace)
		if s := o.Service(); s != nil && !s.IsExternalName() && len(s.Selector.Labels.Entries) > 0 {
			first := s.Selector.Labels.Entries[0]
			k := labelIn{namespace, first.Key, first.Value}
			e.services[k] = append(e.services[k], s)
		}
		for _, to := range backends(o) {
			to.namespace = namespaceOf(cmp.Or(to.namespace, namespace))
			if name := o.Kind + " " + o.Name; len(e.routes[to]) < maxEntrances && !slices.Contains(e.routes[to], name) {
				e.routes[to] = append(e.routes[to], name)
			}
		}
	}
	return e
}

// namespaceOf is where an object is: kubectl puts one without a namespace into
// "default".
func namespaceOf(name string) string { return cmp.Or(name, "default") }

// backends are the services that o leads to from outside: an Ingress, a Route of
// OpenShift, a route of a gateway. A namespace that is not said is o's.
// https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/network_apis/route-route-openshift-io-v1
// https://gateway-api.sigs.k8s.io/reference/spec/#backendref
func backends(o *manifest.Object) []serviceName {
	var list []serviceName
	add := func(to *manifest.Node) {
		if kind := to.StringAt("kind"); kind.Or("Service") != "Service" {
			return
		}
		if name := to.StringAt("name").Value; name != "" {
			list = append(list, serviceName{to.StringAt("namespace").Value, name})
		}
	}
	switch {
	case o.Ingress() != nil:
		for b := range o.Ingress().Backends() {
			if b.Service.Value != "" {
				list = append(list, serviceName{name: b.Service.Value})
			}
		}
	case o.Is("route.openshift.io", "Route"):
		add(o.Get("spec", "to"))
		for to := range o.Get("spec", "alternateBackends").Items() {
			add(to)
		}
	case o.Group == "gateway.networking.k8s.io" && strings.HasSuffix(o.Kind, "Route"):
		for rule := range o.Get("spec", "rules").Items() {
			for to := range rule.Get("backendRefs").Items() {
				add(to)
			}
		}
	}
	return list
}

// An entrance is a Service that selects a pod.
type entrance struct {
	service *manifest.Service
	// targets are the ports that it leads to; anything where it has none, as a headless
	// one may.
	targets  map[manifest.IntOrString]bool
	anything bool
}

// of are the Services that select pod, at most maxEntrances, in the order of its labels
// and of the manifests.
func (e *entrances) of(pod *manifest.Pod) []entrance {
	var list []entrance
	seen := make(map[*manifest.Service]bool)
	declared := make(map[manifest.IntOrString]bool)
	for c := range pod.AllContainers() {
		for _, p := range c.Ports {
			declared[manifest.IntOrString{Int: p.ContainerPort.Value}] = true
		}
	}
	namespace := namespaceOf(pod.Object.Namespace)
	for _, l := range pod.Metadata.Labels.Entries {
		for _, s := range e.services[labelIn{namespace, l.Key, l.Value}] {
			if len(list) == maxEntrances {
				return list
			}
			if seen[s] || !s.Selector.Matches(pod.Metadata.Labels) {
				continue
			}
			seen[s] = true
			one := entrance{service: s, targets: make(map[manifest.IntOrString]bool), anything: len(s.Ports) == 0}
			for _, p := range s.Ports {
				target := p.TargetPort.Or(manifest.IntOrString{Int: p.Port.Value})
				one.targets[target] = true
				// A number that no container declares may be any container's. A name that none
				// declares leads nowhere.
				one.anything = one.anything || !target.IsString && !declared[target]
			}
			list = append(list, one)
		}
	}
	return list
}

// leadsTo reports whether a port of the Service may be c's.
func (e *entrance) leadsTo(c *manifest.Container) bool {
	return e.anything || slices.ContainsFunc(c.Ports, func(p manifest.ContainerPort) bool {
		return e.targets[manifest.IntOrString{Int: p.ContainerPort.Value}] || e.targets[manifest.IntOrString{IsString: true, Str: p.Name.Value}]
	})
}

// to is how c, whose pod is selected by services, is reached: at most one reason.
func (e *entrances) to(c *manifest.Container, services []entrance) []reason {
	if c.Kind != manifest.RegularContainer && !c.IsSidecar() {
		return nil
	}
	points := 0
	var ways, routes []string
	for i := range services {
		if !services[i].leadsTo(c) {
			continue
		}
		s := services[i].service
		name := "Service " + s.Object.Name
		points = max(points, 2)
		if kind := s.Type.Value; kind == "NodePort" || kind == "LoadBalancer" {
			name += " (" + kind + ")"
			points = max(points, 4)
		} else if len(s.ExternalIPs) > 0 {
			name += " (external addresses)"
			points = max(points, 4)
		}
		ways = append(ways, name)
		if through := e.routes[serviceName{namespaceOf(s.Object.Namespace), s.Object.Name}]; len(through) > 0 {
			points = max(points, 5)
			routes = append(routes, through...)
		}
	}
	slices.Sort(ways)
	slices.Sort(routes)
	ways = slices.Concat(slices.Compact(ways), slices.Compact(routes))
	for _, p := range c.Ports {
		if p.HostPort.Value > 0 {
			points = max(points, 3)
			ways = append(ways, fmt.Sprintf("port %d of the host", p.HostPort.Value))
		}
	}
	if points == 0 {
		return nil
	}
	return []reason{{points, "reachable through " + and(ways)}}
}
