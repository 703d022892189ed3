package main

import (
	"fmt"
	"reflect"
	"strings"
)

// structs collects the struct types that are reached from the kinds.
type structs struct {
	order []reflect.Type // as first reached
	seen  map[reflect.Type][]field
}

// add adds a struct, and those that its fields lead to.
func (t *structs) add(typ reflect.Type) error {
	if _, ok := t.seen[typ]; ok {
		return nil
	}
	fields := fieldsOf(typ)
	t.seen[typ] = fields
	t.order = append(t.order, typ)
	for _, f := range fields {
		elem, err := innermost(f.typ)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", typ, f.name, err)
		}
		if elem == nil {
			continue
		}
		if err := t.add(elem); err != nil {
			return err
		}
	}
	return nil
}

// number gives structs that decode alike the same number, counting from zero in
// the order in which they were reached. They start out as one class; a class is
// split where its members have fields of other names or classes, until none is.
func (t *structs) number() map[reflect.Type]int {
	numbers := make(map[reflect.Type]int, len(t.order))
	for _, typ := range t.order {
		numbers[typ] = 0
	}
	for classes := 1; ; {
		byLine := make(map[string]int)
		next := make(map[reflect.Type]int, len(t.order))
		for _, typ := range t.order {
			l := line(t.seen[typ], numbers)
			if _, ok := byLine[l]; !ok {
				byLine[l] = len(byLine)
			}
			next[typ] = byLine[l]
		}
		numbers = next
		if len(byLine) == classes {
			return numbers
		}
		classes = len(byLine)
	}
}

// line is the entries of the fields, "name:code", separated by spaces.
func line(fields []field, numbers map[reflect.Type]int) string {
	entries := make([]string, len(fields))
	for i, f := range fields {
		entries[i] = f.name + ":" + code(f.typ, numbers)
	}
	return strings.Join(entries, " ")
}
