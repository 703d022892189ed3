// Package kubetypes knows the types that client libraries of Kubernetes decode
// objects into: which fields an object of a kind has, and what JSON value fits
// each. With it a manifest can be checked for what such a library refuses,
// without a Kubernetes module among the dependencies.
//
// The types are those of client-go's scheme, of OpenShift's apps and security
// groups, of the Prometheus operator and of KEDA; types.txt, which the program in
// gen writes, says of which versions. What is accepted is what
// sigs.k8s.io/json and the types' own methods accept, which is more than what an
// API server does: unknown fields are ignored, and required ones may be absent.
//
// All functions are safe for concurrent use.
package kubetypes

import "strings"

// A Type is what an object, or a value inside one, is decoded into. Types that
// decode alike are equal, whatever their names in Go. The zero Type is no type;
// its form is [Invalid].
type Type struct {
	// code is a part of the table: the digits of a struct's number, the letter of
	// another form, or '[' or '{' before the code of the elements.
	code string
}

// Lookup returns the type of the objects of a kind; group is empty for the core
// group. It is false where no client library knows the kind: such an object is
// not decoded, so nothing in it can be of the wrong type.
func Lookup(group, version, kind string) (Type, bool) {
	kinds, ok := bisect(layout().kinds, '\n', func(name string) int {
		g, v, _ := strings.Cut(name, "/")
		if c := strings.Compare(group, g); c != 0 {
			return c
		}
		return strings.Compare(version, v)
	})
	if !ok {
		return Type{}, false
	}
	return entry(kinds, kind)
}

// Field returns the type of a field of a [Struct]. It is false for a name that
// the type does not have, which decoding ignores, and for other forms.
//
// Letter case counts: encoding/json would take "Replicas" for "replicas", but
// the decoder of the client libraries does not.
func (t Type) Field(name string) (Type, bool) {
	if t.Form() != Struct {
		return Type{}, false
	}
	return entry(layout().fields(t.code), name)
}

// Elem returns the type of the values of a [Map], of the items of a [List], or
// of the numbers that [Bytes] may be written as; for other forms, no type.
func (t Type) Elem() Type {
	switch t.Form() {
	case Map, List:
		return Type{t.code[1:]}
	case Bytes:
		return Type{"c"}
	}
	return Type{}
}

// String is what to call a value of the type in a message: "string", "list",
// "integer or string".
func (t Type) String() string { return t.Form().String() }

// entry returns the type that a list of names and codes gives for name.
func entry(list, name string) (Type, bool) {
	code, ok := bisect(list, ' ', func(n string) int { return strings.Compare(name, n) })
	return Type{code}, ok
}
