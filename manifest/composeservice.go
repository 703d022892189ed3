package manifest

import (
	"fmt"
	"iter"
	"strings"
)

// A ComposeService is a service of a Compose file.
// https://github.com/compose-spec/compose-spec/blob/main/05-services.md
//
// Merge keys are followed. What a service has from another one by extends is found
// by [ComposeService.Get] and [ComposeService.Value] alone; the lists, such as
// [ComposeService.Ports], are those of the service itself, and Base has its own.
type ComposeService struct {
	Name string
	Node *Node // a mapping, or null
	// Base is the service that it extends, nil where there is none in the document.
	Base *ComposeService
	// Partial says that a part of it is elsewhere: it, or one that it extends, extends
	// a service that is not in the document, or it has neither an image nor a build,
	// as those in files that override others. What is missing may be there.
	Partial bool

	compose *Compose
	endless bool // it extends itself, or more services than maxExtends
}

// extend finds the service that s extends.
func (s *ComposeService) extend(byName map[string]*ComposeService) {
	n := s.Node.Get("extends")
	if !n.Exists() {
		return
	}
	name, ok := n.Str()
	if !ok && !n.Get("file").Exists() {
		name, _ = n.Get("service").Str()
	}
	if name != "" {
		s.Base = byName[name]
	}
	s.Partial = s.Base == nil
}

// extendsTooFar says that s extends itself, or through too many others.
func (s *ComposeService) extendsTooFar() error {
	far := 0
	for base := s.Base; base != nil; base = base.Base {
		far++
		s.endless = base == s || far > maxExtends
		if base == s {
			return fmt.Errorf("%w: service %q extends itself", ErrValue, s.Name)
		}
		if s.endless {
			return fmt.Errorf("%w: service %q extends more than %d others", ErrLimit, s.Name, maxExtends)
		}
	}
	return nil
}

func (s *ComposeService) isPartial() bool {
	for at := s; at != nil; at = at.Base {
		if at.Partial {
			return true
		}
	}
	return !s.Get("image").Exists() && !s.Get("build").Exists()
}

// Lineage yields s, the service that it extends, and so on.
func (s *ComposeService) Lineage() iter.Seq[*ComposeService] {
	return func(yield func(*ComposeService) bool) {
		for ; s != nil; s = s.Base {
			if !yield(s) {
				return
			}
		}
	}
}

// Get is what stands under the keys of path in s, or else in the first service of
// its [ComposeService.Lineage] that has something there.
func (s *ComposeService) Get(path ...string) *Node {
	for at := range s.Lineage() {
		if n := at.Node.Get(path...); n.Exists() {
			return n
		}
	}
	return nil
}

// Value is the scalar that [ComposeService.Get] finds.
func (s *ComposeService) Value(path ...string) ComposeValue { return composeValue(s.Get(path...)) }

// Own is the scalar under the keys of path in s itself.
func (s *ComposeService) Own(path ...string) ComposeValue { return composeValue(s.Node.Get(path...)) }

// Values yields the scalars of the list under a key in s itself; one that stands
// there without a list is the only one.
func (s *ComposeService) Values(key string) iter.Seq[ComposeValue] {
	return func(yield func(ComposeValue) bool) {
		for n := range s.items(key) {
			if v := composeValue(n); v.Set() && !yield(v) {
				return
			}
		}
	}
}

// items yields the items of the list under a key in s itself, or what stands there
// instead of one.
func (s *ComposeService) items(key string) iter.Seq[*Node] {
	n := s.Node.Get(key)
	if n.Kind() == Sequence {
		return n.Items()
	}
	return func(yield func(*Node) bool) {
		if n.Exists() {
			yield(n)
		}
	}
}

// A ComposeVariable is a variable of the environment, or an argument of a build.
type ComposeVariable struct {
	Node *Node // the value of a mapping, or the item of a list: "NAME=value"
	Name string
	// Value is empty where the variable is taken from the environment of Compose.
	Value ComposeValue
}

// Environment yields the variables that s itself sets, in the order of the text.
func (s *ComposeService) Environment() iter.Seq[ComposeVariable] {
	return composeVariables(s.Node.Get("environment"))
}

// BuildArgs yields the arguments that s itself gives to its build.
func (s *ComposeService) BuildArgs() iter.Seq[ComposeVariable] {
	return composeVariables(s.Node.Get("build", "args"))
}

// EnvFiles yields the paths of the files with variables that s itself names.
func (s *ComposeService) EnvFiles() iter.Seq[ComposeValue] {
	return func(yield func(ComposeValue) bool) {
		for n := range s.items("env_file") {
			if n.Kind() == Mapping {
				n = n.Get("path")
			}
			if v := composeValue(n); v.Set() && !yield(v) {
				return
			}
		}
	}
}

// composeVariables yields the variables of a mapping, or of a list of NAME=value.
func composeVariables(n *Node) iter.Seq[ComposeVariable] {
	return func(yield func(ComposeVariable) bool) {
		for name, value := range n.Entries() {
			if !yield(ComposeVariable{Node: value, Name: name, Value: composeValue(value)}) {
				return
			}
		}
		for item := range n.Items() {
			text, ok := item.Str()
			if !ok {
				continue
			}
			v := ComposeVariable{Node: item}
			value, set := "", false
			if v.Name, value, set = strings.Cut(text, "="); set {
				v.Value = expandCompose(item, value)
			}
			if !yield(v) {
				return
			}
		}
	}
}

// A SecurityOption is an item of security_opt: "seccomp:unconfined".
type SecurityOption struct {
	Node        *Node
	Name, Value string // "seccomp", "unconfined"; without a value it is empty
}

// SecurityOptions yields those of s itself.
func (s *ComposeService) SecurityOptions() iter.Seq[SecurityOption] {
	return func(yield func(SecurityOption) bool) {
		for v := range s.Values("security_opt") {
			o := SecurityOption{Node: v.Node, Name: v.Value}
			if i := strings.IndexAny(v.Value, ":="); i >= 0 {
				o.Name, o.Value = v.Value[:i], v.Value[i+1:]
			}
			if !yield(o) {
				return
			}
		}
	}
}
