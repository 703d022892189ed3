package score

import (
	"github.com/plimsoll-go/plimsoll/manifest"
)

// A target is an object that is being scored, and the places that a rule finds in it.
type target struct {
	object     *manifest.Object
	pod        *manifest.Pod // nil where the object has no pods
	containers []container
	claims     []*manifest.Node // volumeClaimTemplates
	windows    bool

	places []Place
	weak   []uint64 // per container: the rules, by index, that it breaks
	rule   int      // the index of the rule that runs
}

// A container is one of the target's, with the security context it runs with.
type container struct {
	*manifest.Container
	effective manifest.SecurityContext
}

// load makes t that of o. Memory of the object before it is used again; the places
// are not.
func (t *target) load(o *manifest.Object) {
	t.object, t.pod, t.windows, t.places = o, nil, false, nil
	t.containers, t.claims, t.weak = t.containers[:0], t.claims[:0], t.weak[:0]
	if o.IsWorkload() {
		t.pod = o.Pod()
	}
	if t.pod == nil {
		return
	}
	t.windows = t.pod.OS.Value == "windows"
	for c := range t.pod.AllContainers() {
		t.containers = append(t.containers, container{c, c.Effective()})
		t.weak = append(t.weak, 0)
	}
	if o.Is("apps", "StatefulSet") {
		for item := range o.Get("spec", "volumeClaimTemplates").Items() {
			t.claims = append(t.claims, item)
		}
	}
}

// in reports whether a rule is for the target.
func (t *target) in(r *Rule) bool {
	switch r.scope {
	case pods, containers:
		return t.pod != nil
	case claims:
		return len(t.claims) > 0
	default:
		return t.object.Is("rbac.authorization.k8s.io", "RoleBinding") || t.object.Is("rbac.authorization.k8s.io", "ClusterRoleBinding")
	}
}

// add says that something is wrong at the first of nodes that is there, or else
// with the object.
func (t *target) add(nodes ...*manifest.Node) {
	t.places = append(t.places, Place{Node: t.first(nodes)})
}

// addIn says that something is wrong with container i, at the first of nodes that is
// there.
func (t *target) addIn(i int, nodes ...*manifest.Node) {
	c := t.containers[i]
	node := c.Name.Node
	if node == nil {
		node = c.Node
	}
	for _, n := range nodes {
		if n.Exists() {
			node = n
			break
		}
	}
	t.places = append(t.places, Place{Node: node, Container: c.Name.Value})
	t.weak[i] |= 1 << t.rule
}

func (t *target) first(nodes []*manifest.Node) *manifest.Node {
	for _, n := range nodes {
		if n.Exists() {
			return n
		}
	}
	if t.pod != nil && t.pod.Node.Exists() {
		return t.pod.Node
	}
	return t.object.Node
}

// wrong says that a container breaks the rule at a field of its security context,
// which may be the pod's.
func (t *target) wrong(i int, field *manifest.Node) {
	t.addIn(i, field, t.containers[i].Security.Node)
}
