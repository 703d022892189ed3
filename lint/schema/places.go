package schema

import (
	"errors"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// reportEach reports each thing that is wrong with the object that p looks at,
// where it stands. It returns false if it finds none.
func reportEach(p *lint.Pass, schema *jsonschema.Schema) bool {
	if schema == nil {
		return false
	}
	top := p.Object.Node
	var all *jsonschema.ValidationError
	if !errors.As(schema.Validate(top.Any()), &all) {
		return false
	}
	english := message.NewPrinter(language.English)
	for _, e := range leaves(all, nil) {
		n := at(top, e.InstanceLocation)
		unknown, ok := e.ErrorKind.(*kind.AdditionalProperties)
		if !ok {
			p.Reportf(n, "resource is not valid: %s", e.ErrorKind.LocalizedString(english))
			continue
		}
		for _, name := range unknown.Properties {
			one := kind.AdditionalProperties{Properties: []string{name}}
			p.Reportf(at(n, []string{name}), "resource is not valid: %s", one.LocalizedString(english))
		}
	}
	return true
}

// leaves appends the errors at and below e that say what is wrong. Of alternatives
// of which none fits, it is the one that says so.
func leaves(e *jsonschema.ValidationError, list []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	switch e.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		for _, cause := range e.Causes {
			list = leaves(cause, list)
		}
		return list
	}
	return append(list, e)
}

// at is the node at a path below n, or the last one on the way that is there.
func at(n *manifest.Node, path []string) *manifest.Node {
	for _, name := range path {
		next := n.Get(name)
		if n.Kind() == manifest.Sequence {
			next = item(n, name)
		}
		if next == nil {
			break
		}
		n = next
	}
	return n
}

// item is the item of a sequence at an index, nil where there is none.
func item(n *manifest.Node, index string) *manifest.Node {
	left, err := strconv.Atoi(index)
	if err != nil {
		return nil
	}
	for item := range n.Items() {
		if left == 0 {
			return item
		}
		left--
	}
	return nil
}
