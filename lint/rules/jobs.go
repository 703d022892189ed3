package rules

import (
	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// jobTTL reports jobs that stay when they are done, and cron jobs whose jobs are
// removed by two rules.
func jobTTL() *lint.Rule {
	return made(jobTTLTemplate(), nil, lint.Rule{
		Name:        "job-ttl-seconds-after-finished",
		Title:       "Finished jobs that stay, or go twice",
		Doc:         "Reports jobs without ttlSecondsAfterFinished, which stay with their pods until somebody deletes them; and cron jobs that set it for their jobs, since those are removed by the history limits of the cron job already, and the one or the other comes first.",
		Remediation: "Set spec.ttlSecondsAfterFinished on jobs. On cron jobs set successfulJobsHistoryLimit and failedJobsHistoryLimit instead.",
		URL:         "https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/",
		Severity:    severity.Low,
		Default:     true,
	})
}

func jobTTLTemplate() lint.Template {
	const doc = "Reports jobs without ttlSecondsAfterFinished, and cron jobs with it."
	return lint.NewTemplate("job-ttl-seconds-after-finished", doc, noParams{}, func(noParams) (*lint.Rule, error) {
		return &lint.Rule{Run: runJobTTL}, nil
	}).For(lint.JobLike).Titled("ttlSecondsAfterFinished of jobs and cron jobs")
}

func runJobTTL(p *lint.Pass) error {
	const (
		missing  = "Standalone Job does not specify ttlSecondsAfterFinished"
		conflict = "Managed Job specifies ttlSecondsAfterFinished which might conflict with successfulJobsHistoryLimit and failedJobsHistoryLimit from CronJob that have default values. Final behaviour is determined by the strictest parameter, and therefore, setting ttlSecondsAfterFinished at the job level can result with unexpected behaviour with regard to finished jobs removal"
	)
	switch o := p.Object; {
	case !isJob(o):
	case o.Kind == "Job":
		if !o.Get("spec", "ttlSecondsAfterFinished").Exists() {
			p.Report(o.Get("spec"), missing)
		}
	default:
		if n := o.Get("spec", "jobTemplate", "spec", "ttlSecondsAfterFinished"); n.Exists() {
			p.Report(n, conflict, lint.DeleteFix(o.Node, "spec", "jobTemplate", "spec", "ttlSecondsAfterFinished"))
		}
	}
	return nil
}
