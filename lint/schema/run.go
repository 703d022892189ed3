package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

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
	if err := r.readable(top); err != nil && (!p.Compat() || errors.Is(err, ErrNetwork)) {
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
	case p.Compat() || len(result.ValidationErrors) == 0:
		p.Reportf(nil, "resource is not valid: %v", result.Err)
	default:
		for _, e := range result.ValidationErrors {
			p.Reportf(find(top, e.Path), "resource is not valid: %s", e.Msg)
		}
	}
	return nil
}

// readable returns an error if the schema of the object that n is cannot be read.
func (r *rule) readable(n *manifest.Node) error {
	k := kind{n.StringAt("apiVersion").Value, n.StringAt("kind").Value}
	if _, ok := r.unjudged[k.name]; ok {
		return nil
	}
	if _, ok := r.unjudged[k.apiVersion+"/"+k.name]; ok {
		return nil
	}
	return r.files.check(k)
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

// find is the node at a path below n, "/spec/ports/0", or the last one on the way
// to it that is there. Keys may have a slash in them.
func find(n *manifest.Node, path string) *manifest.Node {
	for rest := strings.TrimPrefix(path, "/"); rest != ""; {
		next, left := step(n, rest)
		if next == nil {
			return n
		}
		n, rest = next, left
	}
	return n
}

// step is the child of n that a path starts with, and the rest of the path.
func step(n *manifest.Node, path string) (child *manifest.Node, rest string) {
	if n.Kind() == manifest.Sequence {
		first, rest, _ := strings.Cut(path, "/")
		index, err := strconv.Atoi(first)
		if err != nil {
			return nil, ""
		}
		for item := range n.Items() {
			if index == 0 {
				return item, rest
			}
			index--
		}
		return nil, ""
	}
	for end := 0; end < len(path); end++ {
		next := strings.IndexByte(path[end:], '/')
		if next < 0 {
			return n.Get(path), ""
		}
		end += next
		if child := n.Get(path[:end]); child != nil {
			return child, path[end+1:]
		}
	}
	return nil, ""
}
