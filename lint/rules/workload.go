package rules

import (
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

func workloadRules() []*lint.Rule {
	return slices.Concat(
		imageRules(),
		resourceRules(),
		probeRules(),
		probePortRules(),
		[]*lint.Rule{
			duplicateEnvVar(),
			invalidTargetPorts(),
			jobTTL(),
			restartPolicy(),
			priorityClassName(),
			dnsOptions(),
			mismatchingSelector(),
		},
	)
}

func workloadTemplates() []lint.Template {
	return slices.Concat(
		imageTemplates(),
		resourceTemplates(),
		probeTemplates(),
		probePortTemplates(),
		[]lint.Template{
			duplicateEnvVarTemplate(),
			targetPortTemplate(),
			jobTTLTemplate(),
			restartPolicyTemplate(),
			priorityClassNameTemplate(),
			dnsOptionsTemplate(),
			mismatchingSelectorTemplate(),
			claimTemplateAnnotationTemplate(),
		},
	)
}

func workloadDifferences() []Difference {
	return slices.Concat(
		imageDifferences(),
		resourceDifferences(),
		probeDifferences(),
		probePortDifferences(),
		restartPolicyDifferences(),
		dnsOptionsDifferences(),
		mismatchingSelectorDifferences(),
	)
}

// noParams are the parameters of templates that have none.
type noParams struct{}

// at is where to report what c is or lacks as a whole.
func at(c *manifest.Container) *manifest.Node {
	if c.Name.Set() {
		return c.Name.Node
	}
	return c.Node
}

// isJob reports whether o makes pods that end.
func isJob(o *manifest.Object) bool {
	return o.Group == "batch" && (o.Kind == "Job" || o.Kind == "CronJob")
}

// nearest is the node under the longest part of path that is there below n, nil
// where not even the first key is.
func nearest(n *manifest.Node, path ...string) *manifest.Node {
	var found *manifest.Node
	for i := range path {
		next := n.Get(path[:i+1]...)
		if !next.Exists() {
			break
		}
		found = next
	}
	return found
}
