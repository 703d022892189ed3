package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/plimsoll-go/plimsoll/internal/kubetypes"
)

// check compares o with the type that client libraries have for its kind.
func (r *reader) check(o *Object) {
	t, ok := kubetypes.Lookup(o.Group, o.Version, o.Kind)
	o.Known = ok
	if !ok {
		return
	}
	c := checker{object: o}
	c.check(o.Node, t)
	switch {
	case c.aborted != nil:
		o.Undecodable = c.aborted
	case len(o.Mismatches) > 0:
		o.Undecodable = o.Mismatches[0].Err
	case !hasObjectMeta(t):
		o.Undecodable = fmt.Errorf("%w: a %s has no metadata of one", ErrNotObject, o.Kind)
	}
	// The order of the text, whatever aliases and merge keys there are.
	slices.SortStableFunc(o.Mismatches, func(a, b Problem) int { return cmp.Compare(a.Position.Offset, b.Position.Offset) })
	r.problems = append(r.problems, o.Mismatches...)
}

// hasObjectMeta reports whether t is a type of objects: that of a list has metadata
// without a name, and that of DeleteOptions none.
func hasObjectMeta(t kubetypes.Type) bool {
	meta, _ := t.Field("metadata") // no type, which has no fields, where there is none
	_, ok := meta.Field("name")
	return ok
}

// maxMismatches bounds how many mismatches of one object are reported.
const maxMismatches = 100

type checker struct {
	object *Object
	// aborted is the first mismatch of a type that decodes itself. A client library
	// stops at it, and forgets what it found before.
	aborted error
}

func (c *checker) mismatch(n *Node, t kubetypes.Type, err error) {
	if len(c.object.Mismatches) >= maxMismatches {
		return
	}
	cause := ErrType
	if errors.Is(err, kubetypes.ErrValue) {
		cause = ErrValue
	}
	text := err.Error()
	for _, prefix := range []error{kubetypes.ErrType, kubetypes.ErrValue} {
		text = strings.TrimPrefix(text, prefix.Error()+": ")
	}
	err = fmt.Errorf("%w: %s: %s", cause, n.PathBelow(c.object.Node), text)
	switch t.Form() {
	case kubetypes.Quantity, kubetypes.IntOrString, kubetypes.Time, kubetypes.MicroTime, kubetypes.Duration:
		if c.aborted == nil {
			c.aborted = err
		}
	}
	c.object.Mismatches = append(c.object.Mismatches, Problem{Position: n.Position(), Object: c.object, Err: err})
}

// check compares what n holds with t.
func (c *checker) check(n *Node, t kubetypes.Type) {
	form := t.Form()
	if form == kubetypes.Any || form == kubetypes.Invalid {
		return
	}
	switch v := n.value(); v.Kind() {
	case Mapping:
		if err := t.Object(); err != nil {
			c.mismatch(n, t, err)
			return
		}
		for key, value := range v.Entries() {
			switch form {
			case kubetypes.Map:
				c.check(value, t.Elem())
			case kubetypes.Struct:
				if field, ok := t.Field(key); ok {
					c.check(value, field)
				}
			}
		}
	case Sequence:
		if err := t.Array(); err != nil {
			c.mismatch(n, t, err)
			return
		}
		for item := range v.Items() {
			c.check(item, t.Elem())
		}
	default:
		kind, text := v.json()
		if err := t.Scalar(kind, text); err != nil {
			c.mismatch(n, t, err)
		}
	}
}

// json is the scalar n as JSON has it: what client libraries decode is YAML turned
// into JSON.
func (n *Node) json() (kubetypes.ScalarKind, string) {
	switch n.kind {
	case Bool:
		return kubetypes.Boolean, n.text
	case String:
		return kubetypes.Text, n.text
	case Int, Float:
		if n.doc.json {
			return kubetypes.Number, n.text
		}
		if i, err := parseInt(n.text); err == nil {
			return kubetypes.Number, strconv.FormatInt(i, 10)
		}
		if u, err := strconv.ParseUint(strings.ReplaceAll(n.text, "_", ""), 0, 64); err == nil {
			return kubetypes.Number, strconv.FormatUint(u, 10)
		}
		if f, ok := n.Float(); ok {
			if text, ok := kubetypes.YAMLFloat(f); ok {
				return kubetypes.Number, text
			}
		}
		return kubetypes.Text, n.text // an infinity
	}
	return kubetypes.Null, ""
}
