package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/plimsoll-go/plimsoll/internal/kubetypes"
)

// cpu is a type of form Quantity.
func cpu(t testing.TB) kubetypes.Type {
	t.Helper()
	typ, _ := kubetypes.Lookup("", "v1", "ResourceQuota")
	for _, name := range []string{"spec", "hard"} {
		var ok bool
		if typ, ok = typ.Field(name); !ok {
			t.Fatalf("a ResourceQuota has no %s", name)
		}
	}
	return typ.Elem()
}

// TestQuantities tries all short strings of the characters that matter.
func TestQuantities(t *testing.T) {
	t.Parallel()
	const alphabet = "01.+-eEinumkKMGTP_ \n\u00a0"
	typ := cpu(t)
	var try func(s string, more int)
	try = func(s string, more int) {
		checkQuantity(t, typ, s)
		if more == 0 {
			return
		}
		for _, r := range alphabet {
			try(s+string(r), more-1)
		}
	}
	try("", 3)
	for _, number := range []string{"", "0", "+", "-.", ".", "00.", "-1.5", "12345678901234567890", "0.00000000001"} {
		for _, suffix := range []string{
			"Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "E", "e9", "e-9", "e-10", "E+3", "e99999999999999999999",
			"e4294967296", "e4294967280", "e3.5", "ee3", "mi", "K", "EE", " Mi", "\u2003", "\u2028", "\t",
		} {
			checkQuantity(t, typ, number+suffix)
		}
	}
}

func FuzzQuantity(f *testing.F) {
	f.Add("100m")
	f.Add(" -1.5e3")
	typ := cpu(f)
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 12 || strings.ContainsAny(s, "eE") && len(s) > 6 {
			return // an exponent of many digits costs the library a lot of memory
		}
		checkQuantity(t, typ, s)
	})
}

func checkQuantity(t *testing.T, typ kubetypes.Type, s string) {
	t.Helper()
	quoted, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var q resource.Quantity
	want := q.UnmarshalJSON(quoted)
	if got := typ.Scalar(kubetypes.Text, s); (got == nil) != (want == nil) {
		t.Errorf("Scalar(Text, %q) = %v, the library says %v", s, got, want)
	}
}

// TestYAMLFloat compares with the JSON that client-go makes of YAML.
func TestYAMLFloat(t *testing.T) {
	t.Parallel()
	for _, f := range []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 1e3, 1e-6, 1e-7, 1.25e-10, 1e20, 1e21, 1e100, 123456789.125} {
		want, err := yaml.ToJSON(fmt.Appendf(nil, "%#.20e", f))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := kubetypes.YAMLFloat(f); !ok || got != string(want) {
			t.Errorf("YAMLFloat(%g) = %q, %t; the library writes %s", f, got, ok, want)
		}
	}
	if _, err := yaml.ToJSON([]byte(".inf")); err == nil {
		t.Error("the library makes JSON of an infinity, which YAMLFloat says it does not")
	}
}

// No kind has a field of this form now, so decoding objects does not try it.
func TestNullDuration(t *testing.T) {
	t.Parallel()
	var behindPointer struct{ D *metav1.Duration }
	var plain struct{ D metav1.Duration }
	if err := json.Unmarshal([]byte(`{"D":null}`), &behindPointer); err != nil {
		t.Errorf("null for a pointer to a Duration: %v", err)
	}
	if err := json.Unmarshal([]byte(`{"D":null}`), &plain); err == nil {
		t.Error("null for a Duration is accepted")
	}
}
