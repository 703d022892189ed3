package lint

import (
	"iter"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// A Context is a set of objects that belong together: those of a directory or a
// chart. Objects refer to others of their context.
type Context struct {
	Name    string
	Objects []*manifest.Object

	compat bool
	byKind map[string][]*manifest.Object // by group and kind
	pods   []*manifest.Pod
}

func newContext(name string, objects []*manifest.Object, compat bool) *Context {
	c := &Context{Name: name, Objects: objects, compat: compat, byKind: make(map[string][]*manifest.Object)}
	for _, o := range objects {
		if compat && o.Undecodable != nil {
			continue
		}
		key := o.Group + " " + o.Kind
		c.byKind[key] = append(c.byKind[key], o)
		if p := c.pod(o); p != nil {
			c.pods = append(c.pods, p)
		}
	}
	return c
}

// pod is what o says of its pods. KubeLinter sees those of the kinds alone that it
// can decode, and none where a template is left out that may be.
func (c *Context) pod(o *manifest.Object) *manifest.Pod {
	if !o.IsWorkload() || c.compat && (!typed(o) || lacksTemplate(o)) {
		return nil
	}
	return o.Pod()
}

// lacksTemplate reports whether o is of a kind whose template is a pointer in its
// Go type, and has none.
func lacksTemplate(o *manifest.Object) bool {
	return (o.Kind == "DeploymentConfig" || o.Kind == "ReplicationController") && !o.Get("spec", "template").Exists()
}

// typed reports whether KubeLinter has the fields of o. Of an object of a kind that
// it does not know, or with a value that it cannot parse, it has the metadata.
func typed(o *manifest.Object) bool { return o.Known && o.Undecodable == nil }

// Pods yields the pods of all workloads of the context.
func (c *Context) Pods() iter.Seq[*manifest.Pod] {
	return func(yield func(*manifest.Pod) bool) {
		for _, p := range c.pods {
			if !yield(p) {
				return
			}
		}
	}
}

// Of yields the objects of a kind of a group, in any version: "apps",
// "Deployment".
func (c *Context) Of(group, kind string) iter.Seq[*manifest.Object] {
	return func(yield func(*manifest.Object) bool) {
		for _, o := range c.byKind[group+" "+kind] {
			if !yield(o) {
				return
			}
		}
	}
}

// SameNamespace reports whether two objects are in one namespace. An object
// without one is in the namespace default, unless compat is asked for, which
// compares what is written.
func (c *Context) SameNamespace(a, b *manifest.Object) bool {
	return c.Namespace(a.Namespace) == c.Namespace(b.Namespace)
}

// Namespace is the namespace that an object is in which says that it is in
// written.
func (c *Context) Namespace(written string) string {
	if written == "" && !c.compat {
		return "default"
	}
	return written
}
