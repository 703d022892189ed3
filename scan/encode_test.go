package scan

import (
	"errors"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// set gives v, and all that is in it, a value that is not zero, so that a field
// which is added later and not encoded is noticed.
func set(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(2)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		set(v.Elem())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(`{"a":1}`))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			set(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		set(key)
		set(value)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			set(v.Field(i))
		}
	default:
		panic(v.Kind())
	}
}

func testDispatch(tb testing.TB) *dispatch {
	tb.Helper()
	d, err := newDispatch(append(analyze.Image(), greedy{}))
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func testContent() *layerContent {
	c := &layerContent{entries: []entry{
		{Path: ".", Kind: artifact.KindDir}, {Path: "usr/lib/a", Kind: artifact.KindRegular}, {Path: "usr/lib/a.jar", Kind: artifact.KindSymlink, Link: "../a"},
		{Path: "usr/lib", Kind: artifact.KindOpaque}, {Path: "\xff", Kind: artifact.KindHardlink, Link: "usr/lib/a"},
	}}
	c.facts = []fact{{entry: 1, path: "usr/lib/a", err: errors.New("broken")}, {entry: 4, analyzer: 2, path: "b", via: true}}
	set(reflect.ValueOf(&c.facts[0].Facts).Elem())
	return c
}

func TestEncode(t *testing.T) {
	t.Parallel()
	d := testDispatch(t)
	want := testContent()
	b, err := want.encode()
	if err != nil {
		t.Fatal(err)
	}
	var got layerContent
	if err := got.decode(b, d); err != nil {
		t.Fatal(err)
	}
	want.wanted = []wantedLink{{2, d.chooseLink("usr/lib/a.jar")}}
	opts := cmp.Options{cmp.AllowUnexported(layerContent{}, fact{}, wantedLink{}), cmp.Comparer(func(a, b error) bool {
		return (a == nil) == (b == nil) && (a == nil || a.Error() == b.Error())
	})}
	if diff := cmp.Diff(want, &got, opts); diff != "" {
		t.Errorf("decode (-encoded +decoded):\n%s", diff)
	}
	for i := range b {
		if err := new(layerContent).decode(b[:i], d); err == nil {
			t.Errorf("decode of %d bytes, of %d, is no error", i, len(b))
		}
	}
	if err := new(layerContent).decode(append(b, 0), d); err == nil {
		t.Error("decode with a byte too many is no error")
	}

	want.facts[0].Components[0].Name = "\xff"
	if _, err := want.encode(); err == nil {
		t.Error("encode of a name that is not UTF-8 is no error")
	}
	want.facts[0].Components[0].Name = "\ufffd"
	if _, err := want.encode(); err != nil {
		t.Errorf("encode of a replacement character: %v", err)
	}
	want.facts[0].Custom["text"] = []byte("{")
	if _, err := want.encode(); err != nil {
		t.Errorf("encode of a value that is no JSON: %v", err)
	}
}

// FuzzDecode checks that anything at all is decoded or refused, and that what is
// decoded encodes to the same again.
func FuzzDecode(f *testing.F) {
	b, err := testContent().encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte{0, 0})
	d := testDispatch(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var c layerContent
		if c.decode(b, d) != nil {
			return
		}
		again, err := c.encode()
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		if err := new(layerContent).decode(again, d); err != nil {
			t.Fatalf("decode of what was encoded: %v", err)
		}
	})
}
