// Package schema has the rule, and the template of rules, that hold objects against
// the JSON schemas of their kinds, by way of kubeconform,
// https://github.com/yannh/kubeconform.
//
// Schemas are read from files alone. Those of Kubernetes are at
// https://github.com/yannh/kubernetes-json-schema, to be fetched beforehand. Where
// there are none, or one of the locations is on the network, that is one Problem for
// each context, in compat mode too: KubeLinter would ask the network.
//
// It is a module of its own, since it brings kubeconform along.
package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/yannh/kubeconform/pkg/registry"
	"github.com/yannh/kubeconform/pkg/validator"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// ErrNetwork is matched by the Problem of a rule whose schemas are not all in files.
var ErrNetwork = errors.New("schemas are read from files, not from the network")

// Rule is KubeLinter's schema-validation, which has no schemas: see [RuleFrom].
func Rule() *lint.Rule {
	r, err := RuleFrom()
	if err != nil {
		panic("schema: " + err.Error()) // the arguments are constants
	}
	return r
}

// RuleFrom is [Rule] with schemas: directories that are laid out as
// kubernetes-json-schema is, or templates of paths, which end in json. See
// https://github.com/yannh/kubeconform#overriding-schemas-location. The error is one
// of such a template.
func RuleFrom(locations ...string) (*lint.Rule, error) {
	args := map[string]any{"strict": true, "ignoreMissingSchemas": true}
	if len(locations) > 0 {
		args["schemaLocations"] = locations
	}
	r, err := Template().With(args)
	if err != nil {
		return nil, err
	}
	r.Name = "schema-validation"
	r.Groups = []string{lint.KubeLinter}
	r.Title = "Object that its schema does not allow"
	r.Doc = "Reports objects with fields that their kind does not have, without those that it has to have, or with values of another type. The API server refuses them, or drops the fields."
	r.Remediation = "Correct the field, or its place."
	r.URL = "https://github.com/yannh/kubeconform"
	r.Severity = severity.High
	return r, nil
}

// Differences are those between KubeLinter's template and this one.
func Differences() []rules.Difference {
	const name = "kubeconform"
	return []rules.Difference{{
		Rule:       name,
		KubeLinter: "fetches schemas from the network; compat mode here does not",
		Plimsoll:   "reads files, and says that it cannot judge where there are none",
		Reason:     "a linter is not to send the names of kinds anywhere, and its answer is not to change with the network's",
	}, {
		Rule:       name,
		KubeLinter: "reports all that is wrong with an object in one line",
		Plimsoll:   "reports each field, where it stands",
		Reason:     "it is to be found",
	}, {
		Rule:       name,
		KubeLinter: "holds a list against the schema of lists, once for each item",
		Plimsoll:   "holds each item against its own",
		Reason:     "the schema of lists allows any item",
	}, {
		Rule:       name,
		KubeLinter: "takes a schema that cannot be read for one that is missing",
		Plimsoll:   "says that it cannot be read",
		Reason:     "the object would pass without having been judged",
	}}
}

type params struct {
	SchemaLocations      []string `yaml:"schemaLocations" doc:"directories of schemas, or templates of their paths"`
	Cache                string   `yaml:"cache" doc:"KubeLinter's directory for schemas from the network; not used"`
	SkipKinds            []string `yaml:"skipKinds" doc:"kinds, or versions and kinds, that are not looked at: v1/Pod"`
	RejectKinds          []string `yaml:"rejectKinds" doc:"kinds, or versions and kinds, that are not allowed"`
	KubernetesVersion    string   `yaml:"kubernetesVersion" doc:"the version whose schemas are taken, such as 1.34.0; empty: master"`
	Strict               bool     `yaml:"strict" doc:"report fields that the schema does not have"`
	IgnoreMissingSchemas bool     `yaml:"ignoreMissingSchemas" doc:"do not report objects without a schema"`
}

// Template is KubeLinter's kubeconform.
func Template() lint.Template {
	const doc = "Reports objects that the JSON schema of their kind does not allow."
	return lint.NewTemplate("kubeconform", doc, params{}, func(params params) (*lint.Rule, error) {
		r, err := newRule(params)
		if err != nil {
			return nil, err
		}
		return &lint.Rule{Run: r.run, CompatUntyped: true}, nil
	}).For(lint.Any).Titled("Schemas")
}

func newRule(params params) (*rule, error) {
	if len(params.SchemaLocations) == 0 {
		return &rule{refused: fmt.Errorf("%w: schemaLocations names none", ErrNetwork)}, nil
	}
	if i := slices.IndexFunc(params.SchemaLocations, onNetwork); i >= 0 {
		return &rule{refused: fmt.Errorf("%w: schemaLocations has %q", ErrNetwork, params.SchemaLocations[i])}, nil
	}
	opts := validator.Opts{
		SkipKinds: set(params.SkipKinds), RejectKinds: set(params.RejectKinds),
		KubernetesVersion: params.KubernetesVersion, Strict: params.Strict, IgnoreMissingSchemas: params.IgnoreMissingSchemas,
	}
	v, err := validator.New(params.SchemaLocations, opts)
	if err != nil {
		return nil, fmt.Errorf("creating kubeconform validator: %w", err)
	}
	r := &rule{validator: v, files: files{version: params.KubernetesVersion, known: make(map[resourceKind]found)}}
	if r.files.version == "" {
		r.files.version = "master" // as the validator does
	}
	for _, location := range params.SchemaLocations {
		from, err := registry.New(location, "", params.Strict, false, false)
		if err != nil {
			return nil, fmt.Errorf("schemaLocations: %w", err)
		}
		r.files.registries = append(r.files.registries, from)
	}
	r.unjudged = set(slices.Concat(params.SkipKinds, params.RejectKinds))
	return r, nil
}

// onNetwork reports whether kubeconform takes a location for one on the network.
func onNetwork(location string) bool {
	return location == "default" || strings.HasPrefix(location, "http")
}

func set(names []string) map[string]struct{} {
	m := make(map[string]struct{}, len(names))
	for _, name := range names {
		m[name] = struct{}{}
	}
	return m
}
