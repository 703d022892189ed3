package rules

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// noExtensionsV1Beta reports objects of an API group that is no more.
func noExtensionsV1Beta() *lint.Rule {
	r := made(disallowedAPITemplate(), map[string]any{"group": "extensions", "version": "v1beta.+"}, lint.Rule{
		Name:        "no-extensions-v1beta",
		Title:       "Object of the group extensions",
		Doc:         "Reports objects of extensions/v1beta1. Their kinds moved to the groups apps, networking.k8s.io and policy; since Kubernetes 1.22 no API server knows the old ones.",
		Remediation: "Use the kind's API of today.",
		URL:         "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
		Severity:    severity.Medium,
		Default:     true,
	})
	run := r.Run
	r.Run = func(p *lint.Pass) error {
		if p.Object.Group != "extensions" && !p.Compat() {
			return nil
		}
		return run(p)
	}
	return r
}

func apiDifferences() []Difference {
	return []Difference{{
		Rule:       "no-extensions-v1beta",
		KubeLinter: "reports apiextensions.k8s.io/v1beta1 too, and any other group with extensions in its name",
		Plimsoll:   "reports the group extensions alone",
		Reason:     "the pattern of the group may match anywhere; the rule is about one group",
	}}
}

type disallowedAPIParams struct {
	Group   string `yaml:"group" doc:"what the API group matches; empty: any" regexp:"" negation:""`
	Version string `yaml:"version" doc:"what the version matches; empty: any" regexp:"" negation:""`
	Kind    string `yaml:"kind" doc:"what the kind matches; empty: any" regexp:"" negation:""`
}

func disallowedAPITemplate() lint.Template {
	const doc = "Reports objects whose API group, version and kind match."
	return lint.NewTemplate("disallowed-api-obj", doc, disallowedAPIParams{}, func(params disallowedAPIParams) (*lint.Rule, error) {
		group, err := newMatcher(params.Group)
		if err != nil {
			return nil, fmt.Errorf("invalid group: %w", err)
		}
		version, err := newMatcher(params.Version)
		if err != nil {
			return nil, fmt.Errorf("invalid version: %w", err)
		}
		kind, err := newMatcher(params.Kind)
		if err != nil {
			return nil, fmt.Errorf("invalid kind: %w", err)
		}
		run := func(p *lint.Pass) error {
			if o := p.Object; group(o.Group) && version(o.Version) && kind(o.Kind) {
				where := o.Get("apiVersion")
				if !where.Exists() {
					where = o.Node
				}
				p.Reportf(where, "disallowed API object found: %s/%s, Kind=%s", o.Group, o.Version, o.Kind)
			}
			return nil
		}
		return &lint.Rule{Run: run, CompatUntyped: true}, nil
	}).For(lint.Any).Titled("APIs that are not allowed")
}
