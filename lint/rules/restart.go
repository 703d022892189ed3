package rules

import (
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// restartPolicy reports pods that are not restarted when they fail.
func restartPolicy() *lint.Rule {
	return made(restartPolicyTemplate(), nil, lint.Rule{
		Name:        "restart-policy",
		Title:       "Restart policy that leaves a failed pod as it is",
		Doc:         "Reports pods whose restart policy is neither Always nor OnFailure, and jobs whose policy is not one of those that the API server accepts for them: OnFailure and Never. Always is the policy where none is given.",
		Remediation: "Set restartPolicy to an accepted policy.",
		URL:         "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy",
		Severity:    severity.Medium,
	})
}

func restartPolicyDifferences() []Difference {
	return []Difference{{
		Rule:       "restart-policy",
		KubeLinter: "reports a policy that is left out",
		Plimsoll:   "takes it as Always",
		Reason:     "so does the API server",
	}, {
		Rule:       "restart-policy",
		KubeLinter: "accepts Always and OnFailure for jobs, but not Never",
		Plimsoll:   "accepts OnFailure and Never, but not Always or none",
		Reason:     "these are what the API server accepts for jobs, which start a new pod for one that failed",
	}}
}

func restartPolicyTemplate() lint.Template {
	const doc = "Reports workloads whose pods have a restart policy that is not accepted."
	return lint.NewTemplate("restart-policy", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: alsoServices(runRestartPolicy, serviceRestart)}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Restart policy of pods")
}

func runRestartPolicy(p *lint.Pass) error {
	pod := p.Pod()
	if pod == nil {
		return nil
	}
	accepted, policy := []string{"Always", "OnFailure"}, pod.RestartPolicy.Value
	if !p.Compat() {
		if isJob(p.Object) {
			accepted = []string{"OnFailure", "Never"}
		}
		if policy == "" && !isJob(p.Object) {
			policy = "Always"
		}
	}
	if slices.Contains(accepted, policy) {
		return nil
	}
	where := pod.RestartPolicy.Node
	if where == nil {
		where = pod.Node
	}
	var fixes []lint.Fix
	if p.Object.Kind != "Pod" && !isJob(p.Object) && pod.Node != nil { // the API server accepts nothing else
		fixes = []lint.Fix{lint.SetFix(pod.Node, "Always", "restartPolicy")}
	}
	p.Report(where, fmt.Sprintf("object has a restart policy defined with '%s' but the only accepted restart policies are '%s'", policy, accepted), fixes...)
	return nil
}
