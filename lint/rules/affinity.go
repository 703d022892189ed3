package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// noAntiAffinity reports workloads whose pods may all be on one node.
func noAntiAffinity() *lint.Rule {
	return made(antiAffinityTemplate(), map[string]any{"minReplicas": 2}, lint.Rule{
		Name:        "no-anti-affinity",
		Title:       "Replicas that are not spread over nodes",
		Doc:         "Reports workloads of two pods or more that neither an anti-affinity between them nor a topology spread constraint keeps apart. If they are all on one node, that node's failure takes them all down.",
		Remediation: "Add a podAntiAffinity, or a topologySpreadConstraint, that selects the labels of the pods, with the topologyKey kubernetes.io/hostname.",
		URL:         "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity",
		Severity:    severity.Low,
		Default:     true,
	})
}

// noNodeAffinity reports pods that may run on any node.
func noNodeAffinity() *lint.Rule {
	return made(noNodeAffinityTemplate(), nil, lint.Rule{
		Name:        "no-node-affinity",
		Title:       "No node affinity",
		Doc:         "Reports workloads that do not say by affinity which nodes their pods run on.",
		Remediation: "Add a nodeAffinity that requires or prefers the nodes meant for the workload.",
		URL:         "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity",
		Severity:    severity.Low,
	})
}

func antiAffinityDifferences() []Difference {
	const template = "anti-affinity"
	return []Difference{{
		Rule:       template,
		KubeLinter: "does not look at topology spread constraints",
		Plimsoll:   "accepts one with the topology key that selects the pods",
		Reason:     "it spreads the pods as well",
		Issue:      "https://github.com/stackrox/kube-linter/pull/1224",
	}, {
		Rule:       template,
		KubeLinter: "does not read namespaceSelector",
		Plimsoll:   "accepts a term whose namespaceSelector matches the namespace, or a Namespace that is not known",
		Reason:     "the term applies to the namespaces of both fields",
	}, {
		Rule:       template,
		KubeLinter: "does not read mismatchLabelKeys",
		Plimsoll:   "does not accept a term that has a key of the pod's labels there",
		Reason:     "the term does not apply to pods that have the same value, and so not to the other replicas",
	}}
}

type antiAffinityParams struct {
	MinReplicas int    `yaml:"minReplicas" doc:"the fewest replicas that are to be spread"`
	TopologyKey string `yaml:"topologyKey" doc:"what the topology key matches; empty: kubernetes.io/hostname" regexp:"" negation:""`
}

func antiAffinityTemplate() lint.Template {
	const doc = "Reports workloads of several pods that nothing spreads over the nodes."
	return lint.NewTemplate("anti-affinity", doc, antiAffinityParams{}, func(params antiAffinityParams) (*lint.Rule, error) {
		pattern := params.TopologyKey
		if pattern == "" {
			pattern = `^kubernetes\.io/hostname$`
		}
		key, err := newMatcher(pattern)
		if err != nil {
			return nil, fmt.Errorf("invalid topologyKey: %w", err)
		}
		return &lint.Rule{Run: func(p *lint.Pass) error { return runAntiAffinity(p, int64(params.MinReplicas), key) }}, nil
	}).For(lint.DeploymentLike).Titled("Anti-affinity of replicas")
}

func runAntiAffinity(p *lint.Pass, atLeast int64, key matcher) error {
	pod := p.Pod()
	n, ok := replicas(p, p.Object)
	if !ok || pod == nil || n < atLeast || !p.Compat() && isSpread(pod, key) {
		return nil
	}
	anti := nearest(pod.Node, "affinity", "podAntiAffinity")
	if !pod.Node.Get("affinity", "podAntiAffinity").Exists() {
		if anti == nil {
			anti = pod.Node
		}
		p.Reportf(anti, "object has %s but does not specify inter pod anti-affinity", count(n))
		return nil
	}
	terms := affinityTerms(anti)
	if len(terms) == 0 {
		p.Reportf(anti, "object has %s but does not specify preferred or required inter pod anti-affinity during scheduling", count(n))
		return nil
	}
	flaws := make([]string, len(terms))
	for i, term := range terms {
		if flaws[i] = termFlaw(p, pod, term, key); flaws[i] == "" {
			return nil
		}
	}
	for i, term := range terms {
		p.Report(term, flaws[i])
	}
	return nil
}

// affinityTerms are the terms of an anti-affinity, the preferred ones first.
func affinityTerms(anti *manifest.Node) []*manifest.Node {
	var terms []*manifest.Node
	for item := range anti.Get("preferredDuringSchedulingIgnoredDuringExecution").Items() {
		term := item.Get("podAffinityTerm")
		if term == nil {
			term = item
		}
		terms = append(terms, term)
	}
	return slices.AppendSeq(terms, anti.Get("requiredDuringSchedulingIgnoredDuringExecution").Items())
}

// termFlaw says why a term does not keep the replicas of a pod apart, empty where it
// does.
func termFlaw(p *lint.Pass, pod *manifest.Pod, term *manifest.Node, key matcher) string {
	var namespaces []string
	for _, name := range term.StringsAt("namespaces") {
		namespaces = append(namespaces, name.Value)
	}
	namespace := p.Context.Namespace(p.Object.Namespace)
	selected := term.Get("namespaceSelector")
	other := len(namespaces) > 0 || selected.Exists() && !p.Compat()
	if other && !slices.Contains(namespaces, namespace) && (p.Compat() || !selectsNamespace(p, selected, namespace)) {
		return fmt.Sprintf("pod's namespace %q not found in anti-affinity's namespaces [%s]", namespace, strings.Join(namespaces, ", "))
	}
	s := manifest.NewSelector(term.Get("labelSelector"))
	if err := checkSelector(p, s); err != nil {
		return err.Error()
	}
	if k := term.StringAt("topologyKey").Value; !key(k) {
		return fmt.Sprintf("anti-affinity's topology key does not match %q", k)
	}
	labels := pod.Metadata.Labels
	matches := s.Node.Exists() && s.Matches(labels)
	if !p.Compat() {
		for _, k := range term.StringsAt("mismatchLabelKeys") {
			_, same := labels.Get(k.Value)
			matches = matches && !same
		}
	}
	if !matches {
		return fmt.Sprintf("pod's labels %q do not match with anti-affinity's labels %q", manifest.Selector{Labels: labels}, s)
	}
	return ""
}

// selectsNamespace reports whether the selector n matches a namespace, as far as is
// known: its labels are, where its Namespace is in the context.
func selectsNamespace(p *lint.Pass, n *manifest.Node, name string) bool {
	if !n.Exists() {
		return false
	}
	for o := range p.Context.Of("", "Namespace") {
		if o.Name != name {
			continue
		}
		labels := o.Metadata().Labels
		labels.Entries = append(slices.Clone(labels.Entries), manifest.StringEntry{Key: "kubernetes.io/metadata.name", Value: name})
		return manifest.NewSelector(n).Matches(labels)
	}
	return true
}

// isSpread reports whether a topology spread constraint spreads a workload's pods.
// https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
func isSpread(pod *manifest.Pod, key matcher) bool {
	for c := range pod.Node.Get("topologySpreadConstraints").Items() {
		s := manifest.NewSelector(c.Get("labelSelector"))
		if key(c.StringAt("topologyKey").Value) && s.Node.Exists() && s.Matches(pod.Metadata.Labels) {
			return true
		}
	}
	return false
}

func noNodeAffinityTemplate() lint.Template {
	const doc = "Reports workloads without a node affinity."
	return lint.NewTemplate("no-node-affinity", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: func(p *lint.Pass) error {
			pod := p.Pod()
			if pod == nil || pod.Affinity().Get("nodeAffinity").Exists() {
				return nil
			}
			where := pod.Affinity()
			if !where.Exists() {
				where = pod.Node
			}
			p.Reportf(where, "object does not define any node affinity rules.")
			return nil
		}}, nil
	}).For(lint.DeploymentLike).Titled("Node affinity of pods")
}
