package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"

	"github.com/plimsoll-go/plimsoll/internal/kubetypes"
)

// values are put in the place of each field: whatever its form, some fit and some
// do not.
func values() []string {
	return []string{
		`null`, `true`,
		`5`, `-1`, `256`, `70000`, `3000000000`, `5000000000`, `20000000000000000000`, `1.0`, `1.5`, `1e3`,
		`""`, `"x"`, `"5"`, `" 10Mi"`, `"1h30m"`, `"true"`, `"aGk="`, `"aGk"`,
		`"2024-05-06T07:08:09Z"`, `"2024-05-06T07:08:09.123456+02:00"`, `"2024-05-06"`,
		`{}`, `{"a":null}`, `{"a":"b"}`, `{"a":5}`, `{"a":"YWI="}`, `{"a":["b"]}`, `{"a":{}}`,
		`[]`, `[null]`, `["a"]`, `["12"]`, `[5]`, `[300]`, `[true]`, `[{}]`, `[[]]`,
	}
}

// TestDecoding puts each value into each field of each kind, alone in its object,
// and compares what client-go makes of it with what the table says. A struct is
// entered once for each group version, so the objects are as deep as the types are.
func TestDecoding(t *testing.T) {
	t.Parallel()
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	decoder := serializer.NewCodecFactory(scheme).UniversalDeserializer()
	types := scheme.AllKnownTypes()
	kinds := make(map[schema.GroupVersion][]schema.GroupVersionKind)
	for _, kind := range sortedKinds(scheme) {
		kinds[kind.GroupVersion()] = append(kinds[kind.GroupVersion()], kind)
	}
	for group, kinds := range kinds {
		t.Run(group.String(), func(t *testing.T) {
			t.Parallel()
			p := prober{t: t, decoder: decoder, entered: make(map[reflect.Type]bool)}
			for _, p.kind = range kinds {
				p.probe(types[p.kind], "", "")
			}
			if p.tried == 0 {
				t.Error("no value was tried")
			}
		})
	}
}

// A prober tries values in the fields of the kinds of a group version.
type prober struct {
	t       *testing.T
	decoder runtime.Decoder
	kind    schema.GroupVersionKind
	entered map[reflect.Type]bool
	tried   int
}

// probe tries values in the fields of a struct, and of those that it leads to.
// before and after are the JSON around the struct, inside the object.
func (p *prober) probe(typ reflect.Type, before, after string) {
	p.entered[typ] = true
	for _, f := range fieldsOf(typ) {
		if before == "" && (f.name == "apiVersion" || f.name == "kind") {
			continue // they choose the type
		}
		inner := f.typ
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Map {
			inner = inner.Elem()
		}
		if takesLess(inner) {
			continue
		}
		before := before + fmt.Sprintf("%q:", f.name)
		for _, v := range values() {
			p.try(before + v + after)
		}
		p.inside(f.typ, before, after)
	}
}

// inside probes the struct that a type leads to, with the JSON that leads there.
func (p *prober) inside(typ reflect.Type, before, after string) {
	if leaf(typ) != "" {
		return
	}
	switch typ.Kind() {
	case reflect.Pointer:
		p.inside(typ.Elem(), before, after)
	case reflect.Slice:
		p.inside(typ.Elem(), before+"[", "]"+after)
	case reflect.Map:
		p.inside(typ.Elem(), before+`{"key":`, "}"+after)
	case reflect.Struct:
		if !p.entered[typ] {
			p.probe(typ, before+"{", "}"+after)
		}
	}
}

func (p *prober) try(fields string) {
	p.tried++
	apiVersion, kind := p.kind.ToAPIVersionAndKind()
	doc := fmt.Sprintf(`{"apiVersion":%q,"kind":%q,%s}`, apiVersion, kind, fields)
	if err := compare(p.decoder, p.kind, doc); err != nil {
		p.t.Error(err)
	}
}

// compare returns an error where client-go and the table differ on an object.
func compare(decoder runtime.Decoder, kind schema.GroupVersionKind, doc string) error {
	typ, ok := kubetypes.Lookup(kind.Group, kind.Version, kind.Kind)
	if !ok {
		return fmt.Errorf("Lookup(%q, %q, %q) knows no such kind", kind.Group, kind.Version, kind.Kind)
	}
	d := json.NewDecoder(strings.NewReader(doc))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return err
	}
	got := fits(typ, v)
	_, _, want := decoder.Decode([]byte(doc), nil, nil)
	switch {
	case (got == nil) != (want == nil):
		return fmt.Errorf("%s: the table says %v, client-go %v", doc, got, want)
	case want != nil && errors.Is(got, kubetypes.ErrType) != strings.Contains(want.Error(), "json: cannot unmarshal"):
		return fmt.Errorf("%s: the table says %v, client-go differs in kind: %v", doc, got, want)
	}
	return nil
}

// fits reports why a value, or a value inside it, does not fit a type.
func fits(t kubetypes.Type, v any) error {
	switch v := v.(type) {
	case nil:
		return t.Scalar(kubetypes.Null, "")
	case bool:
		return t.Scalar(kubetypes.Boolean, "")
	case json.Number:
		return t.Scalar(kubetypes.Number, v.String())
	case string:
		return t.Scalar(kubetypes.Text, v)
	case []any:
		if err := t.Array(); err != nil {
			return err
		}
		for _, item := range v {
			if err := fits(t.Elem(), item); err != nil {
				return err
			}
		}
	case map[string]any:
		if err := t.Object(); err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			elem := t.Elem()
			if t.Form() == kubetypes.Struct {
				var ok bool
				if elem, ok = t.Field(name); !ok {
					continue
				}
			}
			if err := fits(elem, v[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestObjects compares what client-go and the table say of whole objects.
func TestObjects(t *testing.T) {
	t.Parallel()
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	decoder := serializer.NewCodecFactory(scheme).UniversalDeserializer()
	deployment := schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}
	for _, spec := range []string{
		`{"replicas":3,"Replicas":"three","REPLICAS":[]}`, // letter case counts
		`{"replicas":3,"unknown":{"a":[1]}}`,
		`{"replicas":"3"}`,
		`{"template":{"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":0.5,"memory":"1Gi"}}}]}}}`,
		`{"template":{"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":"half"}}}]}}}`,
		`{"template":{"spec":{"containers":[{"env":[{"name":"A","value":8080}]}]}}}`,
		`{"template":{"metadata":{"annotations":{"a":true}}}}`,
		`{"template":{"spec":{"volumes":[{"name":"a","emptyDir":{"sizeLimit":null}}]}}}`,
		`{"strategy":{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":1}}}`,
		`{"strategy":{"rollingUpdate":{"maxSurge":0.25}}}`,
	} {
		doc := fmt.Sprintf(`{"apiVersion":"apps/v1","kind":"Deployment","spec":%s}`, spec)
		if err := compare(decoder, deployment, doc); err != nil {
			t.Error(err)
		}
	}
}

// TestFieldNames encodes a struct of each type with all fields set, and expects
// the names that the generator gives it. So a field that it misses is noticed,
// which no decoding shows.
func TestFieldNames(t *testing.T) {
	t.Parallel()
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	s := structs{seen: make(map[reflect.Type][]field)}
	types := scheme.AllKnownTypes()
	for _, kind := range sortedKinds(scheme) {
		if err := s.add(types[kind]); err != nil {
			t.Fatal(err)
		}
	}
	for _, typ := range s.order {
		v := reflect.New(typ).Elem()
		set(v, 2)
		var got bytes.Buffer
		e := json.NewEncoder(&got)
		if err := e.Encode(v.Interface()); err != nil {
			t.Errorf("encode %s: %v", typ, err)
			continue
		}
		names := make(map[string]any)
		if err := json.Unmarshal(got.Bytes(), &names); err != nil {
			t.Errorf("decode %s: %v", typ, err)
			continue
		}
		var want []string
		for _, f := range s.seen[typ] {
			want = append(want, f.name)
		}
		if got := slices.Sorted(maps.Keys(names)); !slices.Equal(got, want) {
			t.Errorf("fieldsOf(%s) = %q, but it is encoded with %q", typ, want, got)
		}
	}
}

// set gives v, and what it holds down to a depth, values that are not empty. What
// is embedded is as deep as the struct that embeds it.
func set(v reflect.Value, depth int) {
	if !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("a")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		set(v.Elem(), depth)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		set(v.Index(0), depth)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		set(key, depth)
		set(value, depth)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		if at, ok := v.Addr().Interface().(*metav1.Time); ok {
			*at = metav1.Unix(1, 0)
		}
		if depth == 0 || decodesItself(v.Type()) {
			return
		}
		for f, v := range v.Fields() {
			if f.Anonymous {
				set(v, depth)
			} else {
				set(v, depth-1)
			}
		}
	}
}
