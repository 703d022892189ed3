package score

import (
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A document is what Kubesec scores: any value, whose kind is all that it knows of
// its type.
type document struct {
	root     *manifest.Node // nil or null for none
	kind     string
	kindless bool           // there is no kind, not even null
	spec     *manifest.Node // where a pod's spec is
}

func newDocument(root *manifest.Node) *document {
	kind := root.Get("kind")
	d := &document{root: root, kind: printed(kind), kindless: kind == nil}
	switch d.kind {
	case "Pod":
		d.spec = root.Get("spec")
	case "CronJob":
		d.spec = root.Get("spec", "jobTemplate", "spec", "template", "spec")
	default:
		d.spec = root.Get("spec", "template", "spec")
	}
	return d
}

// name is what Kubesec calls the document; show says how values are printed.
func (d *document) name(show func(*manifest.Node) string) string {
	if !d.root.Get("kind").Exists() {
		return "Unknown"
	}
	name, namespace := "undefined", "default"
	if n := d.root.Get("metadata", "name"); n.Exists() {
		name = show(n)
	}
	if n := d.root.Get("metadata", "namespace"); n.Exists() {
		namespace = show(n)
	}
	return d.kind + "/" + name + "." + namespace
}

// printed is a value as Go prints what encoding/json makes of it.
func printed(n *manifest.Node) string {
	if s, ok := n.Str(); ok {
		return s
	}
	return fmt.Sprint(decoded(n))
}

// decoded is a value as encoding/json decodes it: all numbers are floats.
func decoded(n *manifest.Node) any {
	switch n.Kind() {
	case manifest.Int, manifest.Float:
		f, _ := n.Float()
		return f
	case manifest.Sequence:
		list := []any{}
		for item := range n.Items() {
			list = append(list, decoded(item))
		}
		return list
	case manifest.Mapping:
		all := make(map[string]any)
		for key, value := range n.Entries() {
			all[key] = decoded(value)
		}
		return all
	}
	return n.Any()
}

// any looks for a container of one of the three lists.
func (d *document) any(is func(c *manifest.Node) bool) (*manifest.Node, bool) {
	for _, list := range [...]string{"initContainers", "containers", "ephemeralContainers"} {
		for c := range d.spec.Get(list).Items() {
			if is(c) {
				return c, true
			}
		}
	}
	return nil, false
}

// eff looks for a container with a value in its security context, or the pod's where
// it leaves the value out or has one of another type. The function says of a value
// whether it has the type, and whether it is the one looked for.
func (d *document) eff(is func(n *manifest.Node) (typed, wanted bool), path ...string) (*manifest.Node, bool) {
	_, pod := is(d.spec.Get("securityContext").Get(path...))
	return d.any(func(c *manifest.Node) bool {
		typed, wanted := is(c.Get("securityContext").Get(path...))
		return wanted || !typed && pod
	})
}

// contains reports whether the printed form of a value has sub in it.
func contains(n *manifest.Node, sub string, upper bool) bool {
	switch n.Kind() {
	case manifest.Sequence:
		for item := range n.Items() {
			if contains(item, sub, upper) {
				return true
			}
		}
		return false
	case manifest.Mapping:
		for key, value := range n.Entries() {
			if strings.Contains(key, sub) || contains(value, sub, upper) {
				return true
			}
		}
		return false
	}
	text := printed(n)
	if upper {
		text = strings.ToUpper(text)
	}
	return strings.Contains(text, sub)
}
