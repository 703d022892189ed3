package main

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// A field is a name that decoding into a struct knows, and what it decodes into.
type field struct {
	name   string
	typ    reflect.Type
	depth  int  // in how many embedded structs it lies
	tagged bool // whether a tag gives the name
}

// fieldsOf is what JSON decoding takes for the fields of a struct, by name. Those
// of embedded structs count as the struct's own. Of several with a name the least
// deep one counts, at the same depth the one with a tag; if that leaves several,
// none does.
func fieldsOf(typ reflect.Type) []field {
	all := collect(nil, typ, 0)
	slices.SortFunc(all, func(a, b field) int {
		return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(a.depth, b.depth), compareTags(a, b))
	})
	var fields []field
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].name == all[0].name {
			n++
		}
		if n == 1 || all[1].depth != all[0].depth || all[1].tagged != all[0].tagged {
			fields = append(fields, all[0])
		}
		all = all[n:]
	}
	return fields
}

func compareTags(a, b field) int {
	switch {
	case a.tagged == b.tagged:
		return 0
	case a.tagged:
		return -1
	}
	return 1
}

// collect appends the fields of typ and of what it embeds. No API type embeds
// itself.
func collect(fields []field, typ reflect.Type, depth int) []field {
	for f := range typ.Fields() {
		tag := f.Tag.Get("json")
		if tag == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if slices.Contains(strings.Split(options, ","), "string") {
			panic(typ.String() + "." + f.Name + " is a value in a string, for which the table has no code")
		}
		embedded := f.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		switch {
		case f.Anonymous && name == "" && embedded.Kind() == reflect.Struct:
			fields = collect(fields, embedded, depth+1)
		case !f.IsExported():
		case name == "":
			fields = append(fields, field{f.Name, f.Type, depth, false})
		default:
			fields = append(fields, field{name, f.Type, depth, true})
		}
	}
	return fields
}
