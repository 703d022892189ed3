package rules

import (
	"github.com/plimsoll-go/plimsoll/lint"
)

type claimTemplateAnnotationParams struct {
	Annotation string `yaml:"annotation" doc:"the key of the annotation" required:""`
}

// claimTemplateAnnotationTemplate makes rules about the claims that a stateful set
// makes for its pods.
func claimTemplateAnnotationTemplate() lint.Template {
	const doc = "Reports volume claim templates of stateful sets that lack an annotation, or whose annotation is empty."
	return lint.NewTemplate("statefulset-volumeclaimtemplate-annotation", doc, claimTemplateAnnotationParams{}, func(params claimTemplateAnnotationParams) (*lint.Rule, error) {
		run := func(p *lint.Pass) error {
			if !p.Object.Is("apps", "StatefulSet") {
				return nil
			}
			for claim := range p.Object.Get("spec", "volumeClaimTemplates").Items() {
				if claim.StringAt("metadata", "annotations", params.Annotation).Value != "" {
					continue
				}
				where := nearest(claim, "metadata", "annotations", params.Annotation)
				if where == nil {
					where = claim
				}
				p.Reportf(where, "StatefulSet's VolumeClaimTemplate is missing required annotation: %s", params.Annotation)
			}
			return nil
		}
		return &lint.Rule{Run: run}, nil
	}).For(lint.DeploymentLike).Titled("Annotations of volume claim templates")
}
