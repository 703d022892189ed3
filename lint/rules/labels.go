package rules

import (
	"fmt"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func labelRules() []*lint.Rule {
	return []*lint.Rule{
		made(requiredAnnotationTemplate(), map[string]any{
			"key":   "email",
			"value": `[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+`,
		}, lint.Rule{
			Name:        "required-annotation-email",
			Title:       "No e-mail address of an owner",
			Doc:         "Reports workloads without an annotation that has email in its key and an address as its value: nobody knows whom to ask about them.",
			Remediation: "Add an annotation email with the address of who owns the workload.",
			Severity:    severity.Low,
			Kinds:       []lint.Kind{lint.DeploymentLike},
		}),
		made(requiredLabelTemplate(), map[string]any{"key": "owner"}, lint.Rule{
			Name:        "required-label-owner",
			Title:       "No label that names an owner",
			Doc:         "Reports workloads without a label that has owner in its key.",
			Remediation: "Add a label owner that names who owns the workload.",
			Severity:    severity.Low,
			Kinds:       []lint.Kind{lint.DeploymentLike},
		}),
	}
}

func labelTemplates() []lint.Template {
	return []lint.Template{forbiddenAnnotationTemplate(), requiredAnnotationTemplate(), requiredLabelTemplate()}
}

// keyValueParams are patterns of an entry of metadata.
type keyValueParams struct {
	Key   string `yaml:"key" doc:"what the key matches" required:"" regexp:"" negation:""`
	Value string `yaml:"value" doc:"what the value matches; empty: any value" regexp:"" negation:""`
}

// entryMatcher finds the first entry whose key and value match.
type entryMatcher struct {
	key, value matcher
	text       string // key=value, for messages
}

func (params keyValueParams) matcher() (entryMatcher, error) {
	key, err := newMatcher(params.Key)
	if err != nil {
		return entryMatcher{}, fmt.Errorf("invalid key: %w", err)
	}
	value, err := newMatcher(params.Value)
	if err != nil {
		return entryMatcher{}, fmt.Errorf("invalid value: %w", err)
	}
	text := params.Value
	if text == "" {
		text = "<any>"
	}
	return entryMatcher{key, value, params.Key + "=" + text}, nil
}

func (m entryMatcher) find(in manifest.Strings) *manifest.StringEntry {
	for i, e := range in.Entries {
		if m.key(e.Key) && m.value(e.Value) {
			return &in.Entries[i]
		}
	}
	return nil
}

func requiredAnnotationTemplate() lint.Template {
	const doc = "Reports objects that have no annotation whose key and value match."
	return required("required-annotation", doc, "annotation", func(m manifest.Metadata) manifest.Strings { return m.Annotations }).
		Titled("Annotations that objects need")
}

func requiredLabelTemplate() lint.Template {
	const doc = "Reports objects that have no label whose key and value match."
	return required("required-label", doc, "label", func(m manifest.Metadata) manifest.Strings { return m.Labels }).
		Titled("Labels that objects need")
}

// required makes a template that asks for an entry of one of metadata's mappings.
func required(name, doc, word string, entries func(manifest.Metadata) manifest.Strings) lint.Template {
	return lint.NewTemplate(name, doc, keyValueParams{}, func(params keyValueParams) (*lint.Rule, error) {
		m, err := params.matcher()
		if err != nil {
			return nil, err
		}
		run := func(p *lint.Pass) error {
			if m.find(entries(p.Object.Metadata())) == nil {
				p.Reportf(nearest(p.Object.Node, "metadata", word+"s"), "no %s matching \"%s\" found", word, m.text)
			}
			return nil
		}
		return &lint.Rule{Run: run, CompatUntyped: true}, nil
	}).For(lint.Any)
}

func forbiddenAnnotationTemplate() lint.Template {
	const doc = "Reports objects that have an annotation whose key and value match."
	return lint.NewTemplate("forbidden-annotation", doc, keyValueParams{}, func(params keyValueParams) (*lint.Rule, error) {
		m, err := params.matcher()
		if err != nil {
			return nil, err
		}
		run := func(p *lint.Pass) error {
			if e := m.find(p.Object.Metadata().Annotations); e != nil {
				p.Report(e.Node, fmt.Sprintf("annotation matching \"%s\" found", m.text),
					lint.DeleteFix(p.Object.Node, "metadata", "annotations", e.Key))
			}
			return nil
		}
		return &lint.Rule{Run: run, CompatUntyped: true}, nil
	}).For(lint.Any).Titled("Annotations that objects must not have")
}
