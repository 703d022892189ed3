package main

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensionsbeta "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// duration is the code of a duration that null is refused for. Behind a pointer,
// null does not get to its method.
const duration = "D"

// code is the code of a type. numbers has the struct that it leads to, which
// innermost has found to be of a kind that there are codes for.
func code(typ reflect.Type, numbers map[reflect.Type]int) string {
	if c := leaf(typ); c != "" {
		return c
	}
	switch typ.Kind() {
	case reflect.Pointer:
		if c := code(typ.Elem(), numbers); c != duration {
			return c
		}
		return "d"
	case reflect.Slice:
		return "[" + code(typ.Elem(), numbers)
	case reflect.Map:
		return "{" + code(typ.Elem(), numbers)
	}
	return strconv.Itoa(numbers[typ])
}

// innermost returns the struct that pointers, slices and maps lead to, nil where
// they lead to none. It is an error where there is no code for what they lead to.
func innermost(typ reflect.Type) (reflect.Type, error) {
	if leaf(typ) != "" {
		return nil, nil
	}
	if decodesItself(typ) {
		return nil, fmt.Errorf("%s decodes itself, and there is no code for it", typ)
	}
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice:
		return innermost(typ.Elem())
	case reflect.Map:
		if typ.Key().Kind() != reflect.String || decodesItself(typ.Key()) {
			return nil, fmt.Errorf("there is no code for a map with keys of type %s", typ.Key())
		}
		return innermost(typ.Elem())
	case reflect.Struct:
		return typ, nil
	}
	return nil, fmt.Errorf("there is no code for %s", typ)
}

// decodesItself reports whether decoding calls a method of the type.
func decodesItself(typ reflect.Type) bool {
	p := reflect.PointerTo(typ)
	return p.Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// takesLess reports whether a type that decodes itself has the code of any value,
// though it does not take all: what is in the schemas of a schema is not looked at.
func takesLess(typ reflect.Type) bool {
	switch typ {
	case reflect.TypeFor[apiextensions.JSONSchemaPropsOrArray](), reflect.TypeFor[apiextensionsbeta.JSONSchemaPropsOrArray](),
		reflect.TypeFor[apiextensions.JSONSchemaPropsOrBool](), reflect.TypeFor[apiextensionsbeta.JSONSchemaPropsOrBool](),
		reflect.TypeFor[apiextensions.JSONSchemaPropsOrStringArray](), reflect.TypeFor[apiextensionsbeta.JSONSchemaPropsOrStringArray]():
		return true
	}
	return false
}

// leaf is the code of a type that leads to no other, "" for one that does.
func leaf(typ reflect.Type) string {
	switch typ {
	case reflect.TypeFor[resource.Quantity]():
		return "q"
	case reflect.TypeFor[intstr.IntOrString]():
		return "o"
	case reflect.TypeFor[metav1.Time]():
		return "t"
	case reflect.TypeFor[metav1.MicroTime]():
		return "m"
	case reflect.TypeFor[metav1.Duration]():
		return duration
	case reflect.TypeFor[runtime.RawExtension](), reflect.TypeFor[metav1.FieldsV1](), reflect.TypeFor[apiextensions.JSON](), reflect.TypeFor[apiextensionsbeta.JSON]():
		return "a"
	}
	if takesLess(typ) {
		return "a"
	}
	if decodesItself(typ) {
		return ""
	}
	switch typ.Kind() {
	case reflect.Slice:
		if typ.Elem().Kind() == reflect.Uint8 {
			return "y"
		}
	case reflect.String:
		return "s"
	case reflect.Bool:
		return "b"
	case reflect.Uint8:
		return "c"
	case reflect.Int32:
		return "i"
	case reflect.Int64, reflect.Int:
		return "l"
	case reflect.Uint32:
		return "u"
	case reflect.Uint64, reflect.Uint:
		return "w"
	case reflect.Float64:
		return "f"
	}
	return ""
}
