package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// build returns the table: its first line, a line for each group version, an
// empty line, and a line for each struct. Package kubetypes says what they hold.
func build() ([]byte, error) {
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	t := structs{seen: make(map[reflect.Type][]field)}
	types, kinds := scheme.AllKnownTypes(), sortedKinds(scheme)
	for _, kind := range kinds {
		if err := t.add(types[kind]); err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
	}
	numbers := t.number()

	var out bytes.Buffer
	header, err := firstLine()
	if err != nil {
		return nil, err
	}
	out.WriteString(header)
	var group schema.GroupVersion
	for i, kind := range kinds {
		separator := " "
		if i == 0 || kind.GroupVersion() != group {
			group = kind.GroupVersion()
			separator = "\n" + group.Group + "/" + group.Version + ":"
		}
		fmt.Fprintf(&out, "%s%s:%d", separator, kind.Kind, numbers[types[kind]])
	}
	out.WriteString("\n\n")

	lines := make([]string, 1+slices.Max(slices.Collect(maps.Values(numbers))))
	for typ, n := range numbers {
		lines[n] = line(t.seen[typ], numbers)
	}
	for _, l := range lines {
		out.WriteString(l + "\n")
	}
	return out.Bytes(), nil
}

// sortedKinds is every kind of the scheme that a document can name, by group,
// version and kind.
func sortedKinds(scheme *runtime.Scheme) []schema.GroupVersionKind {
	kinds := slices.DeleteFunc(slices.Collect(maps.Keys(scheme.AllKnownTypes())), func(k schema.GroupVersionKind) bool {
		return k.Version == runtime.APIVersionInternal
	})
	slices.SortFunc(kinds, func(a, b schema.GroupVersionKind) int {
		return cmp.Or(
			strings.Compare(a.Group, b.Group), strings.Compare(a.Version, b.Version), strings.Compare(a.Kind, b.Kind))
	})
	return kinds
}

// firstLine names the modules and their versions, as the build has them.
func firstLine() (string, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", fmt.Errorf("the program was built without module information")
	}
	s := "# Written by gen from"
	for _, path := range madeFrom() {
		i := slices.IndexFunc(info.Deps, func(m *debug.Module) bool { return m.Path == path })
		if i < 0 {
			return "", fmt.Errorf("module %s is not in the program", path)
		}
		s += " " + path + "@" + info.Deps[i].Version
	}
	return s, nil
}
