package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

const disruptionURL = "https://kubernetes.io/docs/tasks/run-application/configure-pdb/"

// maxUnavailable reports budgets that allow no disruption.
func maxUnavailable() *lint.Rule {
	return made(maxUnavailableTemplate(), nil, lint.Rule{
		Name:        "pdb-max-unavailable",
		Title:       "Disruption budget of nothing: maxUnavailable",
		Doc:         "Reports pod disruption budgets whose maxUnavailable is 0. No pod may be evicted, so that nodes cannot be drained.",
		Remediation: "Set maxUnavailable to 1 or more.",
		URL:         disruptionURL,
		Severity:    severity.Medium,
		Default:     true,
	})
}

// minAvailable reports budgets that ask for all the pods there are.
func minAvailable() *lint.Rule {
	return made(minAvailableTemplate(), nil, lint.Rule{
		Name:        "pdb-min-available",
		Aliases:     []string{"pdb-vs-hpa"}, // the default mode counts by the autoscaler's minimum
		Title:       "Disruption budget of nothing: minAvailable",
		Doc:         "Reports pod disruption budgets whose minAvailable is not lower than the number of pods that they are for. No pod may be evicted, so that nodes cannot be drained.",
		Remediation: "Set minAvailable lower than the number of replicas, or maxUnavailable instead.",
		URL:         disruptionURL,
		Severity:    severity.Medium,
		Default:     true,
	})
}

// unhealthyPodEviction reports budgets that protect pods which do not work.
func unhealthyPodEviction() *lint.Rule {
	return made(unhealthyPodEvictionTemplate(), nil, lint.Rule{
		Name:        "pdb-unhealthy-pod-eviction-policy",
		Title:       "No eviction policy for unhealthy pods",
		Doc:         "Reports pod disruption budgets without an unhealthyPodEvictionPolicy. The policy is IfHealthyBudget then: while too few pods are healthy, those that are not cannot be evicted either, and nodes cannot be drained.",
		Remediation: "Set unhealthyPodEvictionPolicy to AlwaysAllow.",
		URL:         "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy",
		Severity:    severity.Low,
		Default:     true,
	})
}

func disruptionDifferences() []Difference {
	const rule = "pdb-min-available"
	return []Difference{{
		Rule:       "pdb-max-unavailable",
		KubeLinter: "does not look at policy/v1beta1",
		Plimsoll:   "does; so does pdb-min-available",
		Reason:     "the mistake is the same",
	}, {
		Rule:       rule,
		KubeLinter: "compares the budget's selector with that of the workload",
		Plimsoll:   "compares it with the labels of the pods",
		Reason:     "they are what a budget selects",
		Issue:      "https://github.com/stackrox/kube-linter/pull/554",
	}, {
		Rule:       rule,
		KubeLinter: "fails on each workload of the namespace whose selector has matchExpressions",
		Plimsoll:   "does not",
		Reason:     "they say nothing of the budget",
		Issue:      "https://github.com/stackrox/kube-linter/pull/554",
	}, {
		Rule:       rule,
		KubeLinter: "takes daemons and jobs to have no replicas, and reports them",
		Plimsoll:   "does not look at them",
		Reason:     "how many pods they have is not known",
	}, {
		Rule:       rule,
		KubeLinter: "asks an autoscaler where replicas are 1, any of that name",
		Plimsoll:   "asks the workload's whatever its replicas",
		Reason:     "an autoscaler overrides replicas, unless they are 0",
		Issue:      "https://github.com/stackrox/kube-linter/issues/637",
	}, {
		Rule:       rule,
		KubeLinter: "reports workloads without pods, and a minimum of 0",
		Plimsoll:   "does not",
		Reason:     "nothing can be evicted there, or everything",
	}, {
		Rule:       rule,
		KubeLinter: "compares each workload alone",
		Plimsoll:   "compares all workloads that the budget is for, together",
		Reason:     "a budget counts the pods, whatever made them",
	}, {
		Rule:       "pdb-unhealthy-pod-eviction-policy",
		KubeLinter: "does not look at policy/v1beta1",
		Plimsoll:   "does not either, unlike the other two",
		Reason:     "that version does not have the field",
	}}
}

func maxUnavailableTemplate() lint.Template {
	const doc = "Reports disruption budgets that allow no pod to be unavailable."
	return lint.NewTemplate("pdb-max-unavailable", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runMaxUnavailable}, nil
	}).For(lint.PodDisruptionBudget).Titled("Disruption budgets: maxUnavailable")
}

// disruptionBudget is what p looks at as such, nil where it is of another kind,
// or, in compat mode, in a version that KubeLinter does not know.
func disruptionBudget(p *lint.Pass) *manifest.DisruptionBudget {
	if !reads(p, p.Object, "policy/v1") {
		return nil
	}
	return p.Object.DisruptionBudget()
}

func runMaxUnavailable(p *lint.Pass) error {
	b := disruptionBudget(p)
	if b == nil || !b.MaxUnavailable.Set() {
		return nil
	}
	v := b.MaxUnavailable
	if !v.Value.IsString {
		if v.Value.Int == 0 {
			p.Reportf(v.Node, "MaxUnavailable is set to 0")
		}
		return nil
	}
	number, percent := strings.CutSuffix(v.Value.Str, "%")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil || !percent:
		p.Reportf(v.Node, "maxUnavailable has invalid value [%s]", v.Value.Str)
	case n == 0:
		p.Reportf(v.Node, "MaxUnavailable is set to 0")
	}
	return nil
}

func unhealthyPodEvictionTemplate() lint.Template {
	const doc = "Reports disruption budgets that do not say when unhealthy pods may be evicted."
	return lint.NewTemplate("pdb-unhealthy-pod-eviction-policy", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runUnhealthyPodEviction}, nil
	}).For(lint.PodDisruptionBudget).Titled("Disruption budgets: unhealthy pods")
}

func runUnhealthyPodEviction(p *lint.Pass) error {
	o := p.Object
	b := o.DisruptionBudget()
	if b == nil || o.Version != "v1" || b.Node.Get("unhealthyPodEvictionPolicy").Exists() { // whatever it is
		return nil
	}
	p.Report(nearest(o.Node, "spec"), "unhealthyPodEvictionPolicy is not explicitly set",
		lint.SetFix(o.Node, "AlwaysAllow", "spec", "unhealthyPodEvictionPolicy"))
	return nil
}

func minAvailableTemplate() lint.Template {
	const doc = "Reports disruption budgets that ask for all pods to be available."
	return lint.NewTemplate("pdb-min-available", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runMinAvailable}, nil
	}).For(lint.PodDisruptionBudget).Titled("Disruption budgets: minAvailable")
}

func runMinAvailable(p *lint.Pass) error {
	o, budget := p.Object, disruptionBudget(p)
	if budget == nil || !budget.MinAvailable.Set() {
		return nil
	}
	v := budget.MinAvailable
	b, err := newMinimum(v.Value)
	if err != nil {
		p.Reportf(v.Node, "PDB has invalid MinAvailable value: %v", err)
		return nil
	}
	if b.percent && b.value == 100 {
		p.Reportf(v.Node, "PDB has minimum available replicas set to 100 percent of replicas")
		return nil
	}
	b.budget = budget
	if !budget.Selector.Node.Exists() {
		p.Reportf(nearest(o.Node, "spec"), "PDB is missing required selector field: https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget")
		return nil
	}
	if err := checkSelector(p, budget.Selector); err != nil {
		p.Reportf(budget.Selector.Node, "PDB has invalid label selector: %v", err)
		return nil
	}
	blocked, err := b.blocked(p)
	if err != nil {
		p.Reportf(v.Node, "Failed to retrieve deployments matching the PDB's label selector within namespace %s: %v", o.Namespace, err)
		return nil
	}
	for _, w := range blocked {
		d := lint.Diagnostic{Message: fmt.Sprintf("The current number of replicas for deployment %s is equal to or lower than the minimum number of replicas specified by its PDB.", w.Name)}
		if n := nearest(w.Node, "spec", "replicas"); n != nil {
			d.Related = []lint.Related{{Span: n.Place(), Message: "the replicas of " + w.Name}}
		}
		p.ReportDiagnostic(v.Node, d)
	}
	return nil
}

// A minimum is what a disruption budget asks for: a number of pods, or a part of
// them.
type minimum struct {
	value   int
	percent bool
	budget  *manifest.DisruptionBudget
}

func newMinimum(v manifest.IntOrString) (minimum, error) {
	if !v.IsString {
		return minimum{value: int(v.Int)}, nil
	}
	if n, err := strconv.Atoi(v.Str); err == nil {
		return minimum{value: n}, nil
	}
	number, percent := strings.CutSuffix(v.Str, "%")
	if !percent {
		return minimum{}, fmt.Errorf("invalid type: string %q is not a percentage", v.Str)
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return minimum{}, fmt.Errorf("invalid value %q: %w", v.Str, err)
	}
	return minimum{value: n, percent: true}, nil
}

// blocked are the workloads whose pods may not be evicted for b, which is of the
// object that p looks at.
func (b minimum) blocked(p *lint.Pass) ([]*manifest.Object, error) {
	if p.Compat() {
		return b.blockedCompat(p)
	}
	var list []*manifest.Object
	total := int64(0)
	for pod := range p.Context.Pods() {
		o := pod.Object
		n, ok := replicas(p, o)
		if ok && n > 0 && p.Context.SameNamespace(p.Object, o) && b.budget.Selects(pod.Metadata.Labels) {
			list = append(list, o)
			total += n
		}
	}
	if least := b.of(total); least <= 0 || total > least {
		return nil, nil
	}
	return list, nil
}

// blockedCompat are the workloads that KubeLinter takes for those of a budget: whose
// selector is a set of labels that the budget's selector matches.
func (b minimum) blockedCompat(p *lint.Pass) ([]*manifest.Object, error) {
	var list []*manifest.Object
	for _, o := range p.Context.Objects {
		selector, ok := o.Selector()
		if !ok || !o.Known || o.Undecodable != nil || o.Group == "extensions" || o.Kind == "ReplicationController" || o.Namespace != p.Object.Namespace {
			continue
		}
		if err := selectorError(selector); err != nil {
			return nil, err
		}
		if len(selector.Expressions) > 0 {
			return nil, fmt.Errorf("invalid selector: [%s]", notLabel(selector))
		}
		if !b.budget.Selector.Matches(selector.Labels) {
			continue
		}
		if n := compatReplicas(p, o); n <= b.of(n) {
			list = append(list, o)
		}
	}
	return list, nil
}

// notLabel is the first part of a selector's text that is no label.
func notLabel(s manifest.Selector) string {
	for part := range strings.SplitSeq(s.String(), ",") {
		if strings.Count(part, "=") != 1 {
			return part
		}
	}
	return ""
}

// of is how many of a number of pods b asks for, rounded up.
// https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages
func (b minimum) of(pods int64) int64 {
	if !b.percent {
		return int64(b.value)
	}
	return (pods*int64(b.value) + 99) / 100
}

// compatReplicas are the replicas of a workload as KubeLinter counts them for a
// budget: 0 where they are not counted, and those of the last autoscaler with a
// target of that name where they are 1.
func compatReplicas(p *lint.Pass, o *manifest.Object) int64 {
	n, _ := o.Replicas()
	if n != 1 {
		return n
	}
	for _, s := range p.Context.Objects {
		if s.Namespace != p.Object.Namespace {
			continue
		}
		if a := autoscaler(p, s); a != nil && a.Target.Name == o.Name {
			n = a.MinReplicas.Or(1)
		}
	}
	return n
}
