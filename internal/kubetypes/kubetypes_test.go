package kubetypes

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// at returns the type at a path: names of fields, and "*" for the elements.
func at(t testing.TB, group, version, kind, path string) Type {
	t.Helper()
	typ, ok := Lookup(group, version, kind)
	if !ok {
		t.Fatalf("Lookup(%q, %q, %q) knows no such kind", group, version, kind)
	}
	for name := range strings.FieldsSeq(path) {
		if name == "*" {
			typ = typ.Elem()
			continue
		}
		if typ, ok = typ.Field(name); !ok {
			t.Fatalf("%s %s: there is no %s", kind, path, name)
		}
	}
	return typ
}

func TestKnownTypes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		group, version, kind, path string
		want                       Form
	}{
		{"", "v1", "Pod", "", Struct},
		{"", "v1", "Pod", "apiVersion", String},
		{"", "v1", "Pod", "metadata creationTimestamp", Time},
		{"", "v1", "Pod", "metadata labels", Map},
		{"", "v1", "Pod", "metadata labels *", String},
		{"", "v1", "Pod", "metadata managedFields * fieldsV1", Any},
		{"", "v1", "Pod", "spec volumes * secret", Struct},
		{"", "v1", "Pod", "spec containers * ports * containerPort", Int32},
		{"", "v1", "Pod", "spec containers * resources limits *", Quantity},
		{"", "v1", "Pod", "spec containers * livenessProbe httpGet port", IntOrString},
		{"", "v1", "Pod", "spec containers * securityContext runAsUser", Int64},
		{"", "v1", "Pod", "spec containers * securityContext privileged", Bool},
		{"", "v1", "Secret", "data *", Bytes},
		{"", "v1", "Secret", "data * *", Uint8},
		{"", "v1", "List", "items *", Any},
		{"", "v1", "Event", "eventTime", MicroTime},
		{"apps", "v1", "Deployment", "spec replicas", Int32},
		{"apps", "v1beta1", "Deployment", "spec rollbackTo revision", Int64},
		{"apps", "v1beta2", "StatefulSet", "spec volumeClaimTemplates", List},
		{"autoscaling", "v2beta1", "HorizontalPodAutoscaler", "spec metrics", List},
		{"autoscaling", "v2beta2", "HorizontalPodAutoscaler", "spec behavior", Struct},
		{"batch", "v1beta1", "CronJob", "spec schedule", String},
		{"extensions", "v1beta1", "Ingress", "spec rules * http paths * backend servicePort", IntOrString},
		{"networking.k8s.io", "v1", "Ingress", "spec rules * http paths * backend service port number", Int32},
		{"policy", "v1beta1", "PodDisruptionBudget", "spec minAvailable", IntOrString},
		{"rbac.authorization.k8s.io", "v1", "ClusterRole", "rules * verbs *", String},
		{"apps.openshift.io", "v1", "DeploymentConfig", "spec template spec containers", List},
		{"security.openshift.io", "v1", "SecurityContextConstraints", "priority", Int32},
		{"monitoring.coreos.com", "v1", "ServiceMonitor", "spec sampleLimit", Uint64},
		{"keda.sh", "v1alpha1", "ScaledObject", "spec triggers * metadata *", String},
		{"keda.sh", "v1alpha1", "ScaledJob", "spec jobTargetRef template spec", Struct},
	} {
		if got := at(t, row.group, row.version, row.kind, row.path).Form(); got != row.want {
			t.Errorf("%s/%s %s: %s has the form %s, want %s", row.group, row.version, row.kind, row.path, got, row.want)
		}
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	for _, row := range [][3]string{
		{"", "", ""}, {"", "v1", ""}, {"", "v1", "pod"}, {"", "v1", "Poda"}, {"", "v2", "Pod"}, {"", "v1", "Deployment"},
		{"apps", "", "Deployment"}, {"apps", "__internal", "Deployment"}, {"zz", "v1", "Pod"},
		{"/", "v1", "Pod"}, {"", "v1:Pod", "Pod"}, {"", "v1", "Pod:1"}, {"", "v1", "\n"},
		{"gateway.networking.k8s.io", "v1", "HTTPRoute"},
	} {
		if got, ok := Lookup(row[0], row[1], row[2]); ok {
			t.Errorf("Lookup(%q) = %s, want none", row, got)
		}
	}
	pod := at(t, "", "v1", "Pod", "")
	for _, name := range []string{"", "Spec", "specs", "spe", " ", ":", "spec:1", "~"} {
		if got, ok := pod.Field(name); ok {
			t.Errorf("Field(%q) of a Pod = %s, want none", name, got)
		}
	}
	if _, ok := (Type{}).Field("spec"); ok || (Type{}).Elem() != (Type{}) || pod.Elem() != (Type{}) {
		t.Error("no type, or a struct, leads to another type")
	}
}

// Types that decode alike are one, so a type can be the key of a map.
func TestTypesAreShared(t *testing.T) {
	t.Parallel()
	a := at(t, "", "v1", "Pod", "spec")
	b := at(t, "apps", "v1", "Deployment", "spec template spec")
	if a != b {
		t.Errorf("the spec of a Pod is %v, that of a Deployment's template %v", a, b)
	}
}

// TestTable follows every code of the table.
func TestTable(t *testing.T) {
	t.Parallel()
	if len(table) > 400_000 {
		t.Errorf("types.txt has %d bytes, want at most 400,000", len(table))
	}
	seen := make(map[Type]bool)
	var follow func(Type)
	follow = func(typ Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch typ.Form() {
		case Invalid:
			t.Error("a code is empty")
		case Map, List, Bytes:
			follow(typ.Elem())
		case Struct:
			for entry := range strings.FieldsSeq(layout().fields(typ.code)) {
				name, _, _ := strings.Cut(entry, ":")
				field, ok := typ.Field(name)
				if !ok {
					t.Errorf("Field(%q) does not find what the line %s has", name, typ.code)
				}
				follow(field)
			}
		}
	}
	kinds := 0
	for line := range strings.SplitSeq(layout().kinds, "\n") {
		group, entries, _ := strings.Cut(line, ":")
		name, version, _ := strings.Cut(group, "/")
		for entry := range strings.FieldsSeq(entries) {
			kind, _, _ := strings.Cut(entry, ":")
			typ, ok := Lookup(name, version, kind)
			if !ok {
				t.Errorf("Lookup(%q, %q, %q) does not find what the table has", name, version, kind)
			}
			follow(typ)
			kinds++
		}
	}
	if kinds < 500 || len(seen) < 1000 {
		t.Errorf("the table has %d kinds and %d types, want 500 and 1000 at least", kinds, len(seen))
	}
}

func TestScalar(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		code string
		kind ScalarKind
		text string
		want error
	}{
		{"s", Text, "", nil}, {"s", Number, "5", ErrType}, {"s", Boolean, "", ErrType}, {"s", Null, "", nil},
		{"b", Boolean, "", nil}, {"b", Text, "true", ErrType}, {"b", Number, "1", ErrType},
		{"i", Number, "2147483647", nil}, {"i", Number, "2147483648", ErrType}, {"i", Number, "1.0", ErrType},
		{"i", Number, "1e3", ErrType}, {"i", Number, "-1", nil}, {"i", Text, "1", ErrType}, {"i", Boolean, "", ErrType},
		{"l", Number, "9223372036854775807", nil}, {"l", Number, "9223372036854775808", ErrType},
		{"c", Number, "255", nil}, {"c", Number, "256", ErrType}, {"c", Number, "-1", ErrType},
		{"u", Number, "4294967295", nil}, {"u", Number, "4294967296", ErrType},
		{"w", Number, "18446744073709551615", nil}, {"w", Number, "18446744073709551616", ErrType},
		{"f", Number, "1e3", nil}, {"f", Number, "1e999", ErrType}, {"f", Text, "1", ErrType},
		{"q", Text, "100m", nil}, {"q", Text, " 1.5Gi ", nil}, {"q", Text, "\t1", ErrValue}, {"q", Text, "", ErrValue},
		{"q", Text, "1GB", ErrValue}, {"q", Text, "1 G", ErrValue}, {"q", Number, "0.5", nil}, {"q", Number, "1e3", nil},
		{"q", Boolean, "", ErrValue}, {"q", Null, "", nil},
		{"o", Text, "25%", nil}, {"o", Text, "", nil}, {"o", Number, "80", nil}, {"o", Number, "0.5", ErrType},
		{"o", Boolean, "", ErrType},
		{"t", Text, "2024-05-06T07:08:09Z", nil}, {"t", Text, "2024-05-06", ErrValue}, {"t", Number, "2024", ErrType},
		{"m", Text, "2024-05-06T07:08:09.000001Z", nil}, {"m", Text, "2024-05-06T07:08:09Z", ErrValue},
		{"d", Text, "1h30m", nil}, {"d", Text, "5", ErrValue}, {"d", Number, "5", ErrType}, {"d", Null, "", nil},
		{"D", Null, "", ErrValue},
		{"y", Text, "aGk=", nil}, {"y", Text, "aGk", ErrValue}, {"y", Text, "aG\nk=", nil}, {"y", Number, "5", ErrType},
		{"0", Text, "x", ErrType}, {"0", Null, "", nil}, {"[s", Text, "x", ErrType}, {"{s", Number, "5", ErrType},
		{"a", Text, "x", nil}, {"a", Boolean, "", nil}, {"", Number, "5", nil},
	} {
		if got := (Type{row.code}).Scalar(row.kind, row.text); !errors.Is(got, row.want) {
			t.Errorf("Scalar(%d, %q) of %q = %v, want %v", row.kind, row.text, row.code, got, row.want)
		}
	}
}

func TestObjectAndArray(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		code          string
		object, array error
	}{
		{"0", nil, ErrType}, {"{s", nil, ErrType}, {"[s", ErrType, nil}, {"y", ErrType, nil}, {"a", nil, nil},
		{"s", ErrType, ErrType}, {"i", ErrType, ErrType}, {"o", ErrType, ErrType}, {"t", ErrType, ErrType},
		{"q", ErrValue, ErrValue},
	} {
		typ := Type{row.code}
		if object, array := typ.Object(), typ.Array(); !errors.Is(object, row.object) || !errors.Is(array, row.array) {
			t.Errorf("Object, Array of %q = %v, %v, want %v, %v", row.code, object, array, row.object, row.array)
		}
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	port := at(t, "", "v1", "Pod", "spec containers * livenessProbe httpGet port")
	for want, err := range map[string]error{
		"wrong type: number 1.5 for integer or string": port.Scalar(Number, "1.5"),
		"wrong type: array for integer or string":      port.Array(),
		`wrong type: string "80" for integer`:          Type{"i"}.Scalar(Text, "80"),
		"wrong type: string for integer":               Type{"i"}.Scalar(Text, strings.Repeat("8", 41)),
		"invalid value: boolean for quantity":          Type{"q"}.Scalar(Boolean, ""),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestYAMLFloat(t *testing.T) {
	t.Parallel()
	for f, want := range map[float64]string{1: "1", 1e3: "1000", 0.5: "0.5", 1e21: "1e+21", 1e-7: "1e-7", 1e-10: "1e-10"} {
		if got, ok := YAMLFloat(f); !ok || got != want {
			t.Errorf("YAMLFloat(%g) = %q, %t, want %q", f, got, ok, want)
		}
	}
	for _, f := range []float64{math.Inf(1), math.Inf(-1), math.NaN()} {
		if got, ok := YAMLFloat(f); ok {
			t.Errorf("YAMLFloat(%g) = %q, want none", f, got)
		}
	}
}

func FuzzScalar(f *testing.F) {
	f.Add("", "v1", "Pod", "spec", "100m")
	f.Add("apps", "v1", "Deployment", "metadata", "1e-9")
	var types []Type
	for _, code := range strings.Split("s b c i l u w f q o t m d D y a 0 [s {q", " ") {
		types = append(types, Type{code})
	}
	f.Fuzz(func(t *testing.T, group, version, kind, field, text string) {
		if typ, ok := Lookup(group, version, kind); ok {
			typ.Field(field)
		}
		for _, typ := range append(types, Type{}) {
			typ.Field(field)
			for kind := Null; kind <= Text; kind++ {
				err := typ.Scalar(kind, text)
				if err != nil && errors.Is(err, ErrType) == errors.Is(err, ErrValue) {
					t.Errorf("Scalar(%d, %q) of %q = %v, want one of two errors", kind, text, typ.code, err)
				}
			}
		}
	})
}

func TestLookupDoesNotAllocate(t *testing.T) {
	var typ Type
	allocs := testing.AllocsPerRun(100, func() {
		typ, _ = Lookup("admissionregistration.k8s.io", "v1beta1", "ValidatingAdmissionPolicyBinding")
		typ, _ = typ.Field("spec")
		typ, _ = typ.Field("validationActions")
		typ = typ.Elem()
		if err := typ.Scalar(Text, "Deny"); err != nil {
			t.Error(err)
		}
	})
	if typ.Form() != String || allocs != 0 {
		t.Errorf("a look-up ends at %s with %v allocations, want a string and none", typ, allocs)
	}
}

func BenchmarkLookup(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		typ, _ := Lookup("apps", "v1", "Deployment")
		if _, ok := typ.Field("spec"); !ok {
			b.Fatal("a Deployment has no spec")
		}
	}
}

func BenchmarkField(b *testing.B) {
	spec := at(b, "", "v1", "Pod", "spec")
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := spec.Field("serviceAccountName"); !ok {
			b.Fatal("a PodSpec has no serviceAccountName")
		}
	}
}

func BenchmarkQuantity(b *testing.B) {
	typ := Type{"q"}
	b.ReportAllocs()
	for b.Loop() {
		if err := typ.Scalar(Text, "512Mi"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLayout is what the first look-up of a process costs.
func BenchmarkLayout(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		readLayout()
	}
}
