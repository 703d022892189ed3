package rules

import (
	"reflect"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// resilienceRules are about what is left when something fails.
func resilienceRules() []*lint.Rule {
	workloads := []lint.Kind{lint.DeploymentLike}
	return []*lint.Rule{{
		Name:        "missing-pod-disruption-budget",
		Title:       "No disruption budget",
		Doc:         "Reports workloads of two replicas or more whose pods no PodDisruptionBudget of their namespace selects. All of them may be evicted at once when nodes are drained.",
		Remediation: "Add a PodDisruptionBudget that selects the pods.",
		URL:         disruptionURL,
		Severity:    severity.Low,
		Kinds:       workloads,
		Run:         runMissingBudget,
	}, {
		Name:        "topology-spread",
		Title:       "Pods that are not spread",
		Doc:         "Reports workloads of two replicas or more without topologySpreadConstraints. The scheduler may put all pods into one zone, which then fails as one.",
		Remediation: "Add a constraint for topology.kubernetes.io/zone.",
		URL:         "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
		Severity:    severity.Low,
		Kinds:       workloads,
		Run:         runTopologySpread,
	}, {
		Name:        "probes-differ",
		Title:       "Liveness probe that is the readiness probe",
		Doc:         "Reports containers whose liveness probe asks what their readiness probe asks. One that is only busy is restarted as well as taken out, and under load they all are.",
		Remediation: "Let the liveness probe fail when only a restart helps, or later than the other one.",
		URL:         "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
		Severity:    severity.Low,
		Kinds:       workloads,
		Run:         runProbesDiffer,
	}, {
		Name:        "cronjob-deadline",
		Title:       "Cron job without a deadline for its start",
		Doc:         "Reports cron jobs without startingDeadlineSeconds. One that has missed more than 100 starts, because the cluster was down for example, is not started any more.",
		Remediation: "Set startingDeadlineSeconds to how late a job may start.",
		URL:         "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline",
		Severity:    severity.Low,
		Kinds:       []lint.Kind{lint.CronJob},
		Run: func(p *lint.Pass) error {
			if o := p.Object; !o.Get("spec", "startingDeadlineSeconds").Exists() {
				p.Reportf(nearest(o.Node, "spec"), "the cron job has no startingDeadlineSeconds")
			}
			return nil
		},
	}}
}

// isReplicated reports whether a workload has several pods at all times.
func isReplicated(p *lint.Pass) bool {
	n, ok := replicas(p, p.Object)
	return ok && n >= 2
}

func runMissingBudget(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil || !isReplicated(p) {
		return nil
	}
	for o := range p.Context.Of("policy", "PodDisruptionBudget") {
		if p.Context.SameNamespace(o, p.Object) && o.DisruptionBudget().Selects(pod.Metadata.Labels) {
			return nil
		}
	}
	p.Reportf(nil, "no PodDisruptionBudget selects the pods of %s", p.Object.Name)
	return nil
}

func runTopologySpread(p *lint.Pass) error {
	pod := p.Pod()
	if pod != nil && isReplicated(p) && pod.Node.Get("topologySpreadConstraints").Len() == 0 {
		p.Reportf(pod.Node, "the pods of %s have no topologySpreadConstraints", p.Object.Name)
	}
	return nil
}

func runProbesDiffer(p *lint.Pass) error {
	for c := range p.Containers() {
		if c.Liveness.Node == nil || c.Readiness.Node == nil || !reflect.DeepEqual(c.Liveness.Node.Any(), c.Readiness.Node.Any()) {
			continue
		}
		p.ReportDiagnostic(c.Liveness.Node, lint.Diagnostic{
			Message: "container " + quoted(c) + " has the same livenessProbe and readinessProbe",
			Related: []lint.Related{{Span: c.Readiness.Node.Place(), Message: "the readiness probe"}},
		})
	}
	return nil
}
