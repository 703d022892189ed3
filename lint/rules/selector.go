package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// mismatchingSelector reports workloads that do not select their own pods.
func mismatchingSelector() *lint.Rule {
	return made(mismatchingSelectorTemplate(), nil, lint.Rule{
		Name:        "mismatching-selector",
		Title:       "Selector that does not select the workload's pods",
		Doc:         "Reports workloads without a selector, and those whose selector does not match the labels of their pods. The API server refuses them.",
		Remediation: "Make spec.selector and the labels of the pod template agree.",
		URL:         "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
		Severity:    severity.High,
		Default:     true,
	})
}

func mismatchingSelectorDifferences() []Difference {
	return []Difference{{
		Rule:       "mismatching-selector",
		KubeLinter: "prints labels and selectors as Go does",
		Plimsoll:   "prints them as kubectl takes them",
		Reason:     "they are to be read",
	}, {
		Rule:       "mismatching-selector",
		KubeLinter: "does not look at replication controllers",
		Plimsoll:   "reports those whose selector does not match",
		Reason:     "the API server refuses them; without a selector they take the labels of the template",
	}, {
		Rule:       "mismatching-selector",
		KubeLinter: "asks for a selector in apps/v1beta1",
		Plimsoll:   "does not, nor in extensions/v1beta1",
		Reason:     "these versions take the labels of the template where there is none",
	}}
}

func mismatchingSelectorTemplate() lint.Template {
	const doc = "Reports workloads whose selector is missing, or does not match the labels of their pods."
	return lint.NewTemplate("mismatching-selector", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runMismatchingSelector}, nil
	}).For(lint.DeploymentLike).Titled("Selectors of workloads")
}

func runMismatchingSelector(p *lint.Pass) error {
	o, pod := p.Object, p.Pod()
	selector, ok := o.Selector()
	if !ok || p.Compat() && o.Kind == "ReplicationController" {
		return nil
	}
	if selector.Empty() {
		if !mayLackSelector(p) {
			where := selector.Node
			if !where.Exists() {
				where = o.Get("spec")
			}
			p.Reportf(where, "object has no selector specified")
		}
		return nil
	}
	if pod == nil {
		return nil
	}
	if err := selector.Check(); err != nil {
		if p.Compat() {
			err = selectorError(selector)
		}
		p.Reportf(selector.Node, "object has invalid label selector: %v", err)
		return nil
	}
	if selector.Matches(pod.Metadata.Labels) {
		return nil
	}
	labels, text := manifest.Selector{Labels: pod.Metadata.Labels}.String(), selector.String()
	if p.Compat() {
		labels, text = goMap(pod.Metadata.Labels), goSelector(selector)
	}
	d := lint.Diagnostic{Message: fmt.Sprintf("labels in pod spec (%s) do not match labels in selector (%s)", labels, text)}
	if n := nearest(pod.Metadata.Node, "labels"); n != nil {
		d.Related = []lint.Related{{Span: n.Place(), Message: "the labels of the pods"}}
	}
	p.ReportDiagnostic(selector.Node, d)
	return nil
}

// mayLackSelector reports whether the API server makes a selector for an object
// that has none.
func mayLackSelector(p *lint.Pass) bool {
	o := p.Object
	if isJob(o) {
		return true
	}
	if p.Compat() {
		return false
	}
	return o.Kind == "ReplicationController" || o.Group == "extensions" || o.APIVersion == "apps/v1beta1" ||
		o.Kind == "Rollout" && o.Get("spec", "workloadRef").Exists()
}

// goMap is a map of labels as Go's fmt prints it.
func goMap(labels manifest.Strings) string {
	texts := make([]string, 0, len(labels.Entries))
	for _, e := range sortedEntries(labels) {
		texts = append(texts, e.Key+":"+e.Value)
	}
	return "map[" + strings.Join(texts, " ") + "]"
}

// goSelector is a selector as the String method of its type in
// k8s.io/apimachinery prints it.
func goSelector(s manifest.Selector) string {
	var b strings.Builder
	b.WriteString("&LabelSelector{MatchLabels:map[string]string{")
	for _, e := range sortedEntries(s.Labels) {
		b.WriteString(e.Key + ": " + e.Value + ",")
	}
	b.WriteString("},MatchExpressions:[]LabelSelectorRequirement{")
	for _, r := range s.Expressions {
		fmt.Fprintf(&b, "LabelSelectorRequirement{Key:%s,Operator:%s,Values:%v,},", r.Key, r.Operator, r.Values)
	}
	b.WriteString("},}")
	return b.String()
}

func sortedEntries(labels manifest.Strings) []manifest.StringEntry {
	return slices.SortedFunc(slices.Values(labels.Entries), func(a, b manifest.StringEntry) int {
		return strings.Compare(a.Key, b.Key)
	})
}
