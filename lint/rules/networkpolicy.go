package rules

import (
	"fmt"
	"iter"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

const networkPolicyURL = "https://kubernetes.io/docs/concepts/services-networking/network-policies/"

// danglingNetworkPolicy reports policies that apply to nothing.
func danglingNetworkPolicy() *lint.Rule {
	return made(danglingNetworkPolicyTemplate(), nil, lint.Rule{
		Name:        "dangling-networkpolicy",
		Title:       "Network policy that selects no pods",
		Doc:         "Reports network policies whose podSelector matches the pods of no workload of their namespace. Pods that they were meant for may be open to all.",
		Remediation: "Make podSelector agree with the labels of the pods.",
		URL:         networkPolicyURL,
		Severity:    severity.Medium,
		Kinds:       []lint.Kind{lint.NetworkPolicy},
	})
}

// danglingNetworkPolicyPeer reports rules of policies that let in, or out to, no
// pod.
func danglingNetworkPolicyPeer() *lint.Rule {
	return made(danglingNetworkPolicyPeerTemplate(), nil, lint.Rule{
		Name:        "dangling-networkpolicypeer-podselector",
		Title:       "Rule of a network policy that selects no pods",
		Doc:         "Reports the peers of a network policy's rules whose podSelector matches the pods of no workload of its namespace. Peers that select namespaces too are not looked at.",
		Remediation: "Make the podSelector of the peer agree with the labels of the pods.",
		URL:         networkPolicyURL,
		Severity:    severity.Low,
		Kinds:       []lint.Kind{lint.NetworkPolicy},
	})
}

// nonIsolatedPod reports workloads that no policy protects.
func nonIsolatedPod() *lint.Rule {
	return made(nonIsolatedPodTemplate(), nil, lint.Rule{
		Name:        "non-isolated-pod",
		Title:       "Pods that no network policy selects",
		Doc:         "Reports workloads whose pods are selected by no network policy of their namespace. Every pod of the cluster can connect to them.",
		Remediation: "Add a network policy that selects the pods and lets in what they need.",
		URL:         networkPolicyURL,
		Severity:    severity.Low,
		Kinds:       []lint.Kind{lint.DeploymentLike},
	})
}

func networkPolicyDifferences() []Difference {
	const (
		policy = "dangling-networkpolicy"
		peer   = "dangling-networkpolicypeer-podselector"
		pod    = "non-isolated-pod"
	)
	return []Difference{{
		Rule:       policy,
		KubeLinter: "prints the selector as Go does, and a blank behind it",
		Plimsoll:   "prints it as kubectl takes it",
		Reason:     "it is to be read",
	}, {
		Rule:       policy,
		KubeLinter: "reports an empty podSelector where no workload is beside it",
		Plimsoll:   "does not",
		Reason:     "the policy is for the whole namespace, whatever is in it",
	}, {
		Rule:       policy,
		KubeLinter: "does not look at extensions/v1beta1",
		Plimsoll:   "does; so do the other rules for network policies",
		Reason:     "the mistake is the same",
	}, {
		Rule:       policy,
		KubeLinter: "the template looks at workloads where a check has no scope, and so finds nothing",
		Plimsoll:   "the template looks at network policies",
		Reason:     "nothing else can be found",
	}, {
		Rule:       peer,
		KubeLinter: "reports an empty podSelector where no workload is beside it",
		Plimsoll:   "does not",
		Reason:     "it stands for the whole namespace, whatever is in it",
	}, {
		Rule:       peer,
		KubeLinter: "calls a rule with an invalid selector an ingress rule, whatever it is",
		Plimsoll:   "says which it is",
		Reason:     "it is to be found",
	}, {
		Rule:       peer,
		KubeLinter: "the template looks at workloads where a check has no scope, and so finds nothing",
		Plimsoll:   "the template looks at network policies",
		Reason:     "nothing else can be found",
	}, {
		Rule:       pod,
		KubeLinter: "reports an invalid podSelector of a policy at each workload",
		Plimsoll:   "takes the policy to select nothing",
		Reason:     "the API server refuses it; dangling-networkpolicy reports it where it stands",
	}, {
		Rule:       pod,
		KubeLinter: "the template looks at network policies where a check has no scope, and so finds nothing",
		Plimsoll:   "the template looks at workloads",
		Reason:     "nothing else can be found",
	}}
}

func danglingNetworkPolicyTemplate() lint.Template {
	const doc = "Reports network policies that select no pod."
	return lint.NewTemplate("dangling-networkpolicy", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runDanglingNetworkPolicy}, nil
	}).For(lint.NetworkPolicy).CompatFor(lint.DeploymentLike).Titled("Network policies without pods")
}

func runDanglingNetworkPolicy(p *lint.Pass) error {
	policy := networkPolicy(p, p.Object)
	if policy == nil {
		return nil
	}
	s := policy.PodSelector
	where := nearest(p.Object.Node, "spec", "podSelector")
	if err := checkSelector(p, s); err != nil {
		p.Reportf(where, "networkpolicy has invalid podSelector: %v", err)
		return nil
	}
	switch {
	case hasPods(p, s):
	case p.Compat():
		p.Reportf(where, "no pods found matching networkpolicy's podSelector labels (%s) ", goSelectorValue(s))
	case !s.Empty():
		p.Reportf(where, "no pods found matching networkpolicy's podSelector labels (%s)", s)
	}
	return nil
}

// networkPolicy is o as a network policy, nil where it is of another kind, or, in
// compat mode, in a version that KubeLinter does not know.
func networkPolicy(p *lint.Pass, o *manifest.Object) *manifest.NetworkPolicy {
	if !reads(p, o, "networking.k8s.io/v1") {
		return nil
	}
	return o.NetworkPolicy()
}

// goSelectorValue is a selector as Go's fmt prints the struct.
func goSelectorValue(s manifest.Selector) string {
	requirements := make([]string, len(s.Expressions))
	for i, r := range s.Expressions {
		requirements[i] = fmt.Sprintf("{%s %s %s}", r.Key, r.Operator, r.Values)
	}
	return fmt.Sprintf("{%s %s}", goMap(s.Labels), requirements)
}

func danglingNetworkPolicyPeerTemplate() lint.Template {
	const doc = "Reports peers in network policies that select no pod of the policy's namespace."
	return lint.NewTemplate("dangling-networkpolicypeer-podselector", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runDanglingNetworkPolicyPeer}, nil
	}).For(lint.NetworkPolicy).CompatFor(lint.DeploymentLike).Titled("Network policy peers without pods")
}

func runDanglingNetworkPolicyPeer(p *lint.Pass) error {
	policy := networkPolicy(p, p.Object)
	if policy == nil {
		return nil
	}
	for _, rule := range policy.Ingress() {
		checkPeers(p, rule, "ingress")
	}
	for _, rule := range policy.Egress() {
		checkPeers(p, rule, "egress")
	}
	return nil
}

func checkPeers(p *lint.Pass, rule manifest.NetworkPolicyRule, direction string) {
	for _, peer := range rule.Peers {
		s := peer.PodSelector
		if !s.Node.Exists() || peer.NamespaceSelector.Node.Exists() {
			continue
		}
		if err := checkSelector(p, s); err != nil {
			if p.Compat() {
				direction = "ingress"
			}
			p.Reportf(s.Node, "networkpolicy %s rule has invalid podSelector: %v", direction, err)
			continue
		}
		if s.Empty() && !p.Compat() || hasPods(p, s) {
			continue
		}
		p.Reportf(s.Node, "no pods found matching networkpolicy rule's podSelector labels (%s)", s)
	}
}

func nonIsolatedPodTemplate() lint.Template {
	const doc = "Reports workloads whose pods are selected by no network policy."
	return lint.NewTemplate("non-isolated-pod", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runNonIsolatedPod}, nil
	}).For(lint.DeploymentLike).CompatFor(lint.NetworkPolicy).Titled("Pods without a network policy")
}

func runNonIsolatedPod(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil {
		return nil
	}
	for o := range policies(p.Context) {
		if !p.Context.SameNamespace(o, p.Object) {
			continue
		}
		policy := networkPolicy(p, o)
		if policy == nil {
			continue
		}
		s := policy.PodSelector
		if err := checkSelector(p, s); err != nil {
			if p.Compat() {
				p.Reportf(nil, "networkpolicy has invalid podSelector: %v", err)
				return nil
			}
			continue
		}
		if s.Matches(pod.Metadata.Labels) {
			return nil
		}
	}
	p.Reportf(nearest(pod.Metadata.Node, "labels"), "pods created by this object are non-isolated")
	return nil
}

// policies yields the network policies of a context, those of the former group last.
func policies(c *lint.Context) iter.Seq[*manifest.Object] {
	return func(yield func(*manifest.Object) bool) {
		for _, group := range [...]string{"networking.k8s.io", "extensions"} {
			for o := range c.Of(group, "NetworkPolicy") {
				if !yield(o) {
					return
				}
			}
		}
	}
}
