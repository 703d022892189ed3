package kubetypes

// A Form says what JSON a [Type] is decoded from.
type Form uint8

// The forms. JSON null fits them all, with one exception that [Type.Scalar] names.
const (
	Invalid     Form = iota // the zero Type
	Any                     // anything at all: raw JSON
	Struct                  // an object with the fields of [Type.Field]
	Map                     // an object with any names
	List                    // an array
	String                  // a string
	Bool                    // true or false
	Uint8                   // an integer of 8 bits without a sign
	Int32                   // of 32 bits
	Int64                   // of 64 bits
	Uint32                  // of 32 bits without a sign
	Uint64                  // of 64 bits without a sign
	Float                   // a number
	Quantity                // a resource.Quantity: a number, or a string such as "500m"
	IntOrString             // an integer of 32 bits, or any string
	Time                    // a string in the format of RFC 3339
	MicroTime               // the same, with exactly six digits of fraction
	Duration                // a string as time.ParseDuration reads it
	Bytes                   // a string in base64, or an array of Uint8
)

// Form returns the form of t.
func (t Type) Form() Form {
	if t.code == "" {
		return Invalid
	}
	switch t.code[0] {
	case 'a':
		return Any
	case '{':
		return Map
	case '[':
		return List
	case 's':
		return String
	case 'b':
		return Bool
	case 'c':
		return Uint8
	case 'i':
		return Int32
	case 'l':
		return Int64
	case 'u':
		return Uint32
	case 'w':
		return Uint64
	case 'f':
		return Float
	case 'q':
		return Quantity
	case 'o':
		return IntOrString
	case 't':
		return Time
	case 'm':
		return MicroTime
	case 'd', 'D':
		return Duration
	case 'y':
		return Bytes
	}
	return Struct
}

// String is what to call a value of the form in a message.
func (f Form) String() string {
	switch f {
	case Any:
		return "any value"
	case Struct:
		return "object"
	case Map:
		return "map"
	case List:
		return "list"
	case String:
		return "string"
	case Bool:
		return "boolean"
	case Uint8, Int32, Int64, Uint32, Uint64:
		return "integer"
	case Float:
		return "number"
	case Quantity:
		return "quantity"
	case IntOrString:
		return "integer or string"
	case Time, MicroTime:
		return "time"
	case Duration:
		return "duration"
	case Bytes:
		return "base64"
	}
	return "no type"
}
