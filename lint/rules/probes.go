package rules

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func probeRules() []*lint.Rule {
	return []*lint.Rule{
		made(livenessProbeTemplate(), nil, lint.Rule{
			Name:        "no-liveness-probe",
			Title:       "No liveness probe",
			Doc:         "Reports containers without a liveness probe. One that hangs without exiting is then never restarted.",
			Remediation: "Add a livenessProbe that fails when only a restart helps.",
			Severity:    severity.Low,
		}),
		made(readinessProbeTemplate(), nil, lint.Rule{
			Name:        "no-readiness-probe",
			Title:       "No readiness probe",
			Doc:         "Reports containers without a readiness probe. They are sent requests from the moment they start, whether they can answer or not, and a roll-out does not wait for them.",
			Remediation: "Add a readinessProbe that succeeds once the container can do its work.",
			Severity:    severity.Low,
		}),
	}
}

func probeTemplates() []lint.Template {
	return []lint.Template{livenessProbeTemplate(), readinessProbeTemplate()}
}

func probeDifferences() []Difference {
	var list []Difference
	for _, rule := range []string{"liveness-probe", "readiness-probe"} {
		list = append(list, Difference{
			Rule:       rule,
			KubeLinter: "asks for a probe in jobs, and in pods that are not restarted",
			Plimsoll:   "does not",
			Reason:     "they run to an end, and that tells how they are",
			Issue:      "https://github.com/stackrox/kube-linter/issues/877",
		}, Difference{
			Rule:       rule,
			KubeLinter: "does not look at init containers that run beside the others",
			Plimsoll:   "does",
			Reason:     "they run as long as the pod does, and may have probes",
		})
	}
	return list
}

func livenessProbeTemplate() lint.Template {
	const doc = "Reports containers without a liveness probe."
	return lint.NewTemplate("liveness-probe", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: alsoServices(missingProbe("liveness", func(c *manifest.Container) manifest.Probe { return c.Liveness }), serviceHealthcheck)}, nil
	}).For(lint.DeploymentLike, lint.Compose).Titled("Missing liveness probe")
}

func readinessProbeTemplate() lint.Template {
	const doc = "Reports containers without a readiness probe."
	return lint.NewTemplate("readiness-probe", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: missingProbe("readiness", func(c *manifest.Container) manifest.Probe { return c.Readiness })}, nil
	}).For(lint.DeploymentLike).Titled("Missing readiness probe")
}

// missingProbe reports containers that run as long as their pod and lack a probe.
func missingProbe(word string, probe func(*manifest.Container) manifest.Probe) func(*lint.Pass) error {
	return func(p *lint.Pass) error {
		if !p.Compat() && ends(p) {
			return nil
		}
		for c := range p.Containers() {
			if lasts(p, c) && probe(c).Node == nil {
				p.Report(at(c), fmt.Sprintf("container %q does not specify a %s probe", c.Name.Value, word))
			}
		}
		return nil
	}
}

// lasts reports whether c runs as long as its pod. KubeLinter takes no init
// container for such a one.
func lasts(p *lint.Pass, c *manifest.Container) bool {
	return c.Kind == manifest.RegularContainer || c.IsSidecar() && !p.Compat()
}

// ends reports whether the object's pods are to run to an end, or it has none.
func ends(p *lint.Pass) bool {
	pod := p.Pod()
	if isJob(p.Object) || pod == nil {
		return true
	}
	policy := pod.RestartPolicy.Value
	return p.Object.Kind == "Pod" && (policy == "Never" || policy == "OnFailure")
}
