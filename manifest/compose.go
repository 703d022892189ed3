package manifest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// A Compose is a document of a Compose file: services and how to run their
// containers. [Object.Compose] has it. It is not changed once it is read.
// https://github.com/compose-spec/compose-spec/blob/main/spec.md
//
// What the views do not have, the extension fields x-* too, is in Node.
type Compose struct {
	Node *Node // a mapping
	// Services are in the order of the text. One that is neither a mapping nor null
	// is a Problem, and left out.
	Services []*ComposeService
}

// ComposeKind is the kind of the objects that are Compose files.
const ComposeKind = "Compose"

// Compose is the Compose file that o is, nil for all other objects.
func (o *Object) Compose() *Compose { return o.compose }

// maxExtends bounds how many services one extends, one through the other.
const maxExtends = 32

// composeObject adds the object that a document is, if it is of a Compose file: by
// the name of the file or by what it holds. It has neither an API version nor a
// kind. What a renderer made is none.
func (r *reader) composeObject(root *Node) bool {
	if r.kubernetesOnly || r.file.Renderer != "" || root.Kind() != Mapping ||
		root.Get("apiVersion") != nil || root.Get("kind") != nil {
		return false
	}
	if !isComposeName(r.file.Path) && !looksLikeCompose(root) || isComposeName(r.file.Path) && !hasComposeKey(root) {
		return false
	}
	o := newObject(root, "", ComposeKind)
	o.Name, o.Namespace = path.Base(r.file.Path), ""
	if name, ok := root.Get("name").Str(); ok && name != "" {
		o.Name = name
	}
	o.Context = r.context
	o.compose = &Compose{Node: root}
	r.found = append(r.found, o)
	r.services(o)
	return true
}

// services adds the services of o.
func (r *reader) services(o *Object) {
	problem := func(n *Node, err error) {
		r.problems = append(r.problems, Problem{Position: n.Position(), Object: o, Err: err})
	}
	list := o.Get("services")
	if list.Exists() && list.Kind() != Mapping {
		problem(list, fmt.Errorf("%w: services: want an object, got a %s", ErrType, list.Kind()))
		return
	}
	byName := make(map[string]*ComposeService, list.Len())
	for name, n := range list.Entries() {
		if n.Exists() && n.Kind() != Mapping {
			problem(n, fmt.Errorf("%w: %s: want an object, got a %s", ErrType, n.Path(), n.Kind()))
			continue
		}
		s := &ComposeService{Name: name, Node: n, compose: o.compose}
		o.compose.Services = append(o.compose.Services, s)
		byName[name] = s
	}
	for _, s := range o.compose.Services {
		s.extend(byName)
	}
	for _, s := range o.compose.Services {
		if err := s.extendsTooFar(); err != nil {
			problem(s.Node.Get("extends"), err)
		}
	}
	// One after the other: the way through others is whole up to here.
	for _, s := range o.compose.Services {
		if s.endless {
			s.Base, s.Partial = nil, true
		}
	}
	for _, s := range o.compose.Services {
		s.Partial = s.Partial || s.isPartial()
	}
}

// composeKeys are the fields of a Compose file.
func composeKeys() []string {
	return []string{"configs", "include", "models", "name", "networks", "secrets", "services", "version", "volumes"}
}

func hasComposeKey(root *Node) bool {
	return slices.ContainsFunc(composeKeys(), func(key string) bool { return root.Get(key) != nil })
}

// isComposeName reports whether a file is called as Compose files are:
// compose.yaml, docker-compose.prod.yml, shop.compose.yaml.
func isComposeName(name string) bool {
	base := strings.ToLower(path.Base(name))
	ext := path.Ext(base)
	stem := strings.TrimSuffix(base, ext)
	return (ext == ".yaml" || ext == ".yml") && (stem == "compose" ||
		strings.HasPrefix(stem, "compose.") || strings.HasPrefix(stem, "docker-compose") || strings.HasSuffix(stem, ".compose"))
}

// looksLikeCompose reports whether a document can be nothing else than one of a
// Compose file. Other programs have services too, so it has to have the fields of
// Compose alone, services with an image or a build, and more than these.
func looksLikeCompose(root *Node) bool {
	keys, more := composeKeys(), false
	for key := range root.Entries() {
		if !slices.Contains(keys, key) && !strings.HasPrefix(key, "x-") {
			return false
		}
		more = more || slices.Contains([]string{"version", "networks", "volumes", "name"}, key)
	}
	runs := false
	for _, service := range root.Get("services").Entries() {
		if service.Kind() != Mapping {
			return false
		}
		runs = runs || service.Get("image").Exists() || service.Get("build").Exists()
	}
	return more && runs
}
