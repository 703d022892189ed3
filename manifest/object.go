package manifest

import (
	"fmt"
	"strings"
	"sync"
)

// An Object is one Kubernetes object, a [Dockerfile], or a document of a [Compose]
// file. Objects do not change once they are read, and are safe for concurrent use;
// they must not be copied.
type Object struct {
	// APIVersion is as it is written: "apps/v1". An item of a typed list, such as a
	// PodList, that has none takes its list's.
	APIVersion string
	Group      string // of APIVersion, empty for the core group
	Version    string // of APIVersion
	Kind       string
	Name       string
	Namespace  string
	Node       *Node // a mapping; nil for a Dockerfile
	// Context is the directory, or the rendered chart, that the object is from.
	// Objects refer to others of their context.
	Context string
	// List is the list that the object is an item of, nil where there is none.
	List *List
	// Known reports whether client libraries have a type for the kind.
	Known bool
	// Mismatches are the fields that hold what the kind's type does not allow, in
	// the order of the text. The API server refuses such an object.
	Mismatches []Problem
	// Undecodable is the one of Mismatches that a client library reports when it
	// decodes the object, nil where it can: it matches [ErrType] or [ErrValue]. It
	// matches [ErrNotObject] where the type has no metadata of an object, as that of
	// DeleteOptions.
	Undecodable error

	dockerfile *Dockerfile
	compose    *Compose

	template []string // see podPath

	// The views that nearly every rule asks for are made once, when they are first
	// asked for.
	podOnce, metaOnce sync.Once
	pod               *Pod
	meta              Metadata
}

// A List is an object that holds others.
type List struct {
	Kind  string
	Items []*Object // those that are objects
	// Other reports that there are items that are no objects, such as another list.
	Other bool
	// Outer is the list that the list is an item of.
	Outer *List
}

// File is the file that o is from.
func (o *Object) File() *File {
	if o.dockerfile != nil {
		return o.dockerfile.File
	}
	return o.Node.doc.File
}

// Position is where o starts.
func (o *Object) Position() Position {
	if o.dockerfile != nil {
		return o.dockerfile.File.Position(0)
	}
	return o.Node.Position()
}

// Comments are those of the text that o is in: see [Document.Comments] and
// [Dockerfile].
func (o *Object) Comments() []Comment {
	if o.dockerfile != nil {
		return o.dockerfile.Comments
	}
	return o.Node.Document().Comments()
}

// String names o for messages: "apps/v1 Deployment shop/web", "Dockerfile
// Dockerfile.dev", "Compose compose.yaml".
func (o *Object) String() string {
	name := o.Name
	if o.Namespace != "" {
		name = o.Namespace + "/" + name
	}
	if o.dockerfile != nil || o.compose != nil {
		return o.Kind + " " + name
	}
	return o.APIVersion + " " + o.Kind + " " + name
}

// Get is the value under the keys of path.
func (o *Object) Get(path ...string) *Node { return o.Node.Get(path...) }

// newObject makes an object of a mapping that has a kind.
func newObject(n *Node, apiVersion, kind string) *Object {
	o := &Object{APIVersion: apiVersion, Kind: kind, Version: apiVersion, Node: n}
	if group, version, ok := strings.Cut(apiVersion, "/"); ok {
		o.Group, o.Version = group, version
	}
	o.template = o.podPath()
	o.Name, _ = n.Get("metadata", "name").Str()
	o.Namespace, _ = n.Get("metadata", "namespace").Str()
	return o
}

// objects adds the object that n is, or the items of the list that it is.
func (r *reader) objects(n *Node, outer *List, apiVersion, kind string, depth int) {
	if n.Kind() != Mapping {
		r.problem(n.start, fmt.Errorf("%w: a %s", ErrNotObject, n.Kind()))
		return
	}
	if s, ok := n.Get("apiVersion").Str(); ok && s != "" {
		apiVersion = s
	}
	if s, ok := n.Get("kind").Str(); ok && s != "" {
		kind = s
	}
	switch {
	case kind == "" && apiVersion == "":
		r.problem(n.start, fmt.Errorf("%w: neither apiVersion nor kind", ErrNotObject))
	case kind == "":
		r.problem(n.start, fmt.Errorf("%w: no kind", ErrNotObject))
	default:
		if apiVersion == "" { // an object all the same, of a kind that nobody knows
			r.problem(n.start, fmt.Errorf("%w: no apiVersion", ErrNotObject))
		}
		items := n.Get("items")
		if items.Kind() != Sequence || !strings.HasSuffix(kind, "List") {
			r.add(newObject(n, apiVersion, kind), outer)
			return
		}
		if depth >= r.limits.Lists {
			r.problem(n.start, fmt.Errorf("%w: lists nested more than %d deep", ErrLimit, r.limits.Lists))
			return
		}
		list := &List{Kind: kind, Outer: outer}
		if outer != nil {
			outer.Other = true
		}
		itemVersion, itemKind := apiVersion, strings.TrimSuffix(kind, "List")
		if itemKind == "" {
			itemVersion = ""
		}
		problems := len(r.problems)
		for item := range items.Items() {
			r.objects(item.value(), list, itemVersion, itemKind, depth+1)
		}
		list.Other = list.Other || len(r.problems) > problems
	}
}

func (r *reader) add(o *Object, list *List) {
	o.List = list
	if list != nil {
		list.Items = append(list.Items, o)
	}
	o.Context = r.context
	r.check(o)
	r.found = append(r.found, o)
}
