package rules

import (
	"fmt"
	"regexp"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

func envValueFrom() *lint.Rule {
	return made(envValueFromTemplate(), nil, lint.Rule{
		Name:        "env-value-from",
		Title:       "Environment from a Secret or ConfigMap that is not there",
		Doc:         "Reports environment variables from Secrets and ConfigMaps, or keys of them, that are not among the manifests. Where the cluster does not have them either, the container does not start.",
		Remediation: "Add the object or key, correct its name, or set optional where the container can do without.",
		Severity:    severity.Medium,
	})
}

func envValueFromDifferences() []Difference {
	const rule = "env-value-from"
	return []Difference{{
		Rule:       rule,
		KubeLinter: "takes an object of any namespace",
		Plimsoll:   "takes those of the pod's",
		Reason:     "pods cannot refer to others",
	}, {
		Rule:       rule,
		KubeLinter: "does not look at envFrom",
		Plimsoll:   "does",
		Reason:     "the container does not start there either",
	}, {
		Rule:       rule,
		KubeLinter: "knows Secrets that are written out",
		Plimsoll:   "knows those that a SealedSecret, an ExternalSecret or a Certificate makes too, with any key",
		Reason:     "they are there once its controller has run",
	}}
}

type envValueFromParams struct {
	Secrets    []string `yaml:"ignoredSecrets" doc:"expressions for the names of Secrets that are elsewhere" regexp:""`
	ConfigMaps []string `yaml:"ignoredConfigMaps" doc:"expressions for the names of ConfigMaps that are elsewhere" regexp:""`
}

// An envSource is a kind of object that variables come from.
type envSource struct {
	kind, word string
	keyRef     string // in valueFrom
	ref        string // in envFrom
	data       [2]string
	ignored    []*regexp.Regexp
}

func envValueFromTemplate() lint.Template {
	const doc = "Reports environment variables from Secrets and ConfigMaps that are not among the manifests."
	return lint.NewTemplate("env-value-from", doc, envValueFromParams{}, func(params envValueFromParams) (*lint.Rule, error) {
		secrets, err := compileAll(params.Secrets)
		if err != nil {
			return nil, err
		}
		configMaps, err := compileAll(params.ConfigMaps)
		if err != nil {
			return nil, err
		}
		sources := []envSource{
			{"Secret", "secret", "secretKeyRef", "secretRef", [2]string{"data", "stringData"}, secrets},
			{"ConfigMap", "config map", "configMapKeyRef", "configMapRef", [2]string{"data", "binaryData"}, configMaps},
		}
		return &lint.Rule{Run: func(p *lint.Pass) error {
			for c := range p.Containers() {
				for _, e := range c.Env {
					for _, s := range sources {
						s.check(p, c, e.From.Get(s.keyRef), true)
					}
				}
				if p.Compat() {
					continue
				}
				for from := range c.Node.Get("envFrom").Items() {
					for _, s := range sources {
						s.check(p, c, from.Get(s.ref), false)
					}
				}
			}
			return nil
		}}, nil
	}).For(lint.DeploymentLike).Titled("Sources of environment variables")
}

// check reports ref where what it refers to is not there.
func (s envSource) check(p *lint.Pass, c *manifest.Container, ref *manifest.Node, wantsKey bool) {
	name, key := ref.StringAt("name"), ref.StringAt("key")
	if !ref.Exists() || manifest.IsTrue(ref.BoolAt("optional")) || anyMatches(s.ignored, name.Value) {
		return
	}
	where := func(f manifest.Field[string]) *manifest.Node {
		if f.Set() {
			return f.Node
		}
		return ref
	}
	o := s.find(p, name.Value)
	switch {
	case o == nil:
		if p.Compat() || s.kind != "Secret" || !isMade(p, name.Value) {
			p.Reportf(where(name), "The container %q is referring to an unknown %s %q", c.Name.Value, s.word, name.Value)
		}
	case wantsKey && !hasEntry(o.Get(s.data[0]), key.Value) && !hasEntry(o.Get(s.data[1]), key.Value):
		p.ReportDiagnostic(where(key), lint.Diagnostic{
			Message: fmt.Sprintf("The container %q is referring to an unknown key %q in %s %q", c.Name.Value, key.Value, s.word, name.Value),
			Related: []lint.Related{{Span: o.Node.Place(), Message: "the " + s.word}},
		})
	}
}

// find is the object of a name, the last where there are several.
func (s envSource) find(p *lint.Pass, name string) *manifest.Object {
	var found *manifest.Object
	for o := range p.Context.Of("", s.kind) {
		if o.Name == name && (p.Compat() || p.Context.SameNamespace(o, p.Object)) {
			found = o
		}
	}
	return found
}

// hasEntry reports whether a mapping has a key, whatever is under it.
func hasEntry(n *manifest.Node, key string) bool { return n.Get(key) != nil }

// isMade reports whether the manifests have an object whose controller makes the
// Secret of a name in the namespace of the pass's object.
func isMade(p *lint.Pass, name string) bool {
	makers := []struct {
		group, kind string
		path        []string // of the Secret's name; the object's where it is left out
	}{
		{"bitnami.com", "SealedSecret", []string{"spec", "template", "metadata", "name"}},
		{"external-secrets.io", "ExternalSecret", []string{"spec", "target", "name"}},
		{"cert-manager.io", "Certificate", []string{"spec", "secretName"}},
	}
	for _, m := range makers {
		for o := range p.Context.Of(m.group, m.kind) {
			made := o.Node.StringAt(m.path...).Value
			if made == "" {
				made = o.Name
			}
			if made == name && p.Context.SameNamespace(o, p.Object) {
				return true
			}
		}
	}
	return false
}
