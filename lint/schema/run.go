package schema

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/yannh/kubeconform/pkg/resource"
	"github.com/yannh/kubeconform/pkg/validator"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// A rule holds objects against schemas.
type rule struct {
	refused   error // why it can judge nothing
	validator validator.Validator
	files     files
	unjudged  map[string]struct{} // kinds that need no schema
}

func (r *rule) run(p *lint.Pass) error {
	if r.refused != nil {
		if p.Object == p.Context.Objects[0] {
			return r.refused
		}
		return nil
	}
	top := p.Object.Node
	if p.Compat() {
		top = top.Document().Root
	}
	schema, err := r.schema(top)
	if err != nil && (!p.Compat() || errors.Is(err, ErrNetwork) || errors.Is(err, errKind)) {
		return err
	}
	text, err := source(p, top)
	if err != nil {
		return err
	}
	result := r.validator.ValidateResource(resource.Resource{Path: p.Object.File().Path, Bytes: text})
	switch {
	case result.Status == validator.Error:
		p.Reportf(nil, "error while processing resource: %v", result.Err)
	case result.Status != validator.Invalid:
	case p.Compat() || !reportEach(p, schema):
		p.Reportf(nil, "resource is not valid: %v", result.Err)
	}
	return nil
}

// schema is that of the object that n is, nil where there is none, or none is needed.
func (r *rule) schema(n *manifest.Node) (*jsonschema.Schema, error) {
	k := resourceKind{n.StringAt("apiVersion").Value, n.StringAt("kind").Value}
	if _, ok := r.unjudged[k.name]; ok {
		return nil, nil
	}
	if _, ok := r.unjudged[k.apiVersion+"/"+k.name]; ok {
		return nil, nil
	}
	return r.files.schema(k)
}

// source is what the validator is given: the object as JSON, and in compat mode the
// text of its document.
func source(p *lint.Pass, top *manifest.Node) ([]byte, error) {
	if p.Compat() {
		doc := top.Document()
		return doc.File.Text[doc.Start:doc.End], nil
	}
	text, err := json.Marshal(top.Any())
	if err != nil {
		return nil, fmt.Errorf("write %s as JSON: %w", p.Object, err)
	}
	return text, nil
}
