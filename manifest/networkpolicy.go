package manifest

// A NetworkPolicy says what some pods of its namespace may connect to, and what to
// them.
// https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
type NetworkPolicy struct {
	Object *Object
	Node   *Node // its spec, nil where it is left out

	// PodSelector selects the pods. The API server takes one that is left out for an
	// empty one, which selects all.
	PodSelector Selector
	// PolicyTypes are Ingress, Egress or both. Where there are none, the policy is for
	// Ingress, and for Egress too if it has rules for that.
	PolicyTypes []Field[string]
}

// A NetworkPolicyRule is what pods may connect to, or what to them.
type NetworkPolicyRule struct {
	Node  *Node               // with the ports that it is for
	Peers []NetworkPolicyPeer // empty: all
}

// A NetworkPolicyPeer is whom a rule is for: pods, or addresses.
type NetworkPolicyPeer struct {
	Node *Node
	// PodSelector selects pods of the namespaces that NamespaceSelector selects, or of
	// the policy's own where that is left out. All pods of the namespaces are meant
	// where PodSelector is left out.
	PodSelector, NamespaceSelector Selector
	IPBlock                        IPBlock
}

// An IPBlock is a range of addresses.
type IPBlock struct {
	Node   *Node           // nil where there is none
	CIDR   Field[string]   // "10.0.0.0/8"
	Except []Field[string] // ranges of it that are left out
}

// NetworkPolicy is o as a NetworkPolicy of networking.k8s.io or extensions, in any
// version; nil where it is of another kind.
func (o *Object) NetworkPolicy() *NetworkPolicy {
	if !o.Is("networking.k8s.io", "NetworkPolicy") && !o.Is("extensions", "NetworkPolicy") {
		return nil
	}
	spec := o.Get("spec")
	return &NetworkPolicy{
		Object: o, Node: spec,
		PodSelector: NewSelector(spec.Get("podSelector")),
		PolicyTypes: spec.StringsAt("policyTypes"),
	}
}

// Ingress are the rules for what may connect to the pods, read at each call.
func (p *NetworkPolicy) Ingress() []NetworkPolicyRule {
	return newNetworkPolicyRules(p.Node.Get("ingress"), "from")
}

// Egress are the rules for what the pods may connect to, read at each call.
func (p *NetworkPolicy) Egress() []NetworkPolicyRule {
	return newNetworkPolicyRules(p.Node.Get("egress"), "to")
}

func newNetworkPolicyRules(n *Node, peers string) []NetworkPolicyRule {
	var list []NetworkPolicyRule
	for item := range n.Items() {
		rule := NetworkPolicyRule{Node: item}
		for peer := range item.Get(peers).Items() {
			rule.Peers = append(rule.Peers, NetworkPolicyPeer{
				Node:              peer,
				PodSelector:       NewSelector(peer.Get("podSelector")),
				NamespaceSelector: NewSelector(peer.Get("namespaceSelector")),
				IPBlock:           newIPBlock(peer.Get("ipBlock")),
			})
		}
		list = append(list, rule)
	}
	return list
}

func newIPBlock(n *Node) IPBlock {
	if !n.Exists() {
		return IPBlock{}
	}
	return IPBlock{n, n.StringAt("cidr"), n.StringsAt("except")}
}
