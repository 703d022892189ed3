package manifest

import "strconv"

// A Field is a value of a known type at a place in the text. The zero Field is
// one that is not there.
type Field[T any] struct {
	Value T
	// Node is where the value stands; nil where the field is left out, null, or of
	// another type.
	Node *Node
}

// Set reports whether the field has a value.
func (f Field[T]) Set() bool { return f.Node != nil }

// Or is the field's value, or def where it has none.
func (f Field[T]) Or(def T) T {
	if f.Node == nil {
		return def
	}
	return f.Value
}

// Values are what fields hold, in their order; nil for none.
func Values[T any](fields []Field[T]) []T {
	if len(fields) == 0 {
		return nil
	}
	values := make([]T, len(fields))
	for i, f := range fields {
		values[i] = f.Value
	}
	return values
}

// IsTrue reports whether a field says true.
func IsTrue(f Field[bool]) bool { return f.Node != nil && f.Value }

// IsFalse reports whether a field says false, which is more than not to say true.
func IsFalse(f Field[bool]) bool { return f.Node != nil && !f.Value }

func boolField(n *Node) Field[bool] {
	if v, ok := n.Bool(); ok {
		return Field[bool]{v, n}
	}
	return Field[bool]{}
}

func intField(n *Node) Field[int64] {
	if v, ok := n.Int(); ok {
		return Field[int64]{v, n}
	}
	return Field[int64]{}
}

func stringField(n *Node) Field[string] {
	if v, ok := n.Str(); ok {
		return Field[string]{v, n}
	}
	return Field[string]{}
}

// An IntOrString is a number, or a name or percentage.
type IntOrString struct {
	IsString bool
	Int      int64
	Str      string
}

// String is v for messages: "8080", "http", "25%".
func (v IntOrString) String() string {
	if v.IsString {
		return v.Str
	}
	return strconv.FormatInt(v.Int, 10)
}

func intOrStringField(n *Node) Field[IntOrString] {
	if v, ok := n.Str(); ok {
		return Field[IntOrString]{IntOrString{IsString: true, Str: v}, n}
	}
	if v, ok := n.Int(); ok {
		return Field[IntOrString]{IntOrString{Int: v}, n}
	}
	return Field[IntOrString]{}
}

// stringFields are the strings of a sequence.
func stringFields(n *Node) []Field[string] {
	fields := make([]Field[string], 0, n.Len())
	for item := range n.Items() {
		if f := stringField(item); f.Set() {
			fields = append(fields, f)
		}
	}
	return fields
}

// BoolAt is the truth value under path below n.
func (n *Node) BoolAt(path ...string) Field[bool] { return boolField(n.Get(path...)) }

// IntAt is the whole number under path below n.
func (n *Node) IntAt(path ...string) Field[int64] { return intField(n.Get(path...)) }

// StringAt is the string under path below n.
func (n *Node) StringAt(path ...string) Field[string] { return stringField(n.Get(path...)) }

// IntOrStringAt is the number or string under path below n.
func (n *Node) IntOrStringAt(path ...string) Field[IntOrString] {
	return intOrStringField(n.Get(path...))
}

// StringsAt are the strings of the sequence under path below n.
func (n *Node) StringsAt(path ...string) []Field[string] { return stringFields(n.Get(path...)) }
