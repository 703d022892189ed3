package kubetypes

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// The two ways in which a value does not fit. Either makes the decoding of the
// whole object fail; they are told apart because programs built on client-go do
// so, by the text of its error, in which an ErrType has "json: cannot unmarshal".
//
// Where several values do not fit, client-go reports one error: the first of a
// [Quantity], [IntOrString], [Time], [MicroTime] or [Duration], at which it stops;
// without such, the first of all.
var (
	// ErrType says that the value is of another JSON type, or a number out of range.
	ErrType = errors.New("wrong type")
	// ErrValue says that a string, or what is given for a [Quantity], cannot be parsed.
	ErrValue = errors.New("invalid value")
)

// A ScalarKind is a type of JSON value that holds no others.
type ScalarKind uint8

// The kinds of scalars.
const (
	Null ScalarKind = iota
	Boolean
	Number
	Text
)

// timeWithMicros is the layout of a [MicroTime].
const timeWithMicros = "2006-01-02T15:04:05.000000Z07:00"

// Scalar reports why a scalar does not fit t: an error that matches [ErrType] or
// [ErrValue], nil if it fits. text is the string that a Text stands for, and the
// spelling of a Number in JSON; it is not looked at for the others.
//
// A number that was written in YAML has another spelling in the JSON that is
// decoded: see [YAMLFloat].
//
// Null fits, but for a [Duration] that is not behind a pointer in Go, as in a
// list of them: that reads null as the empty string, which is no duration.
func (t Type) Scalar(kind ScalarKind, text string) error {
	form := t.Form()
	switch {
	case form == Any || form == Invalid:
		return nil
	case kind == Null:
		if t.code == "D" {
			return t.invalid(kind, text)
		}
		return nil
	case form == Quantity:
		if kind == Number && quantity(text) || kind == Text && quantity(trimSpace(text)) {
			return nil
		}
		return t.invalid(kind, text)
	}
	switch kind {
	case Boolean:
		if form == Bool {
			return nil
		}
	case Number:
		if t.holds(text) {
			return nil
		}
	case Text:
		return t.text(text)
	}
	return t.mismatch(kind, text)
}

// Object reports why a JSON object does not fit t, nil if it does. Whether what
// is in it fits is for the caller to ask.
func (t Type) Object() error {
	switch t.Form() {
	case Any, Struct, Map, Invalid:
		return nil
	case Quantity:
		return fmt.Errorf("%w: object for %s", ErrValue, t)
	}
	return fmt.Errorf("%w: object for %s", ErrType, t)
}

// Array is what [Type.Object] is, for a JSON array.
func (t Type) Array() error {
	switch t.Form() {
	case Any, List, Bytes, Invalid:
		return nil
	case Quantity:
		return fmt.Errorf("%w: array for %s", ErrValue, t)
	}
	return fmt.Errorf("%w: array for %s", ErrType, t)
}

// text reports why a string does not fit t, which is no Quantity.
func (t Type) text(s string) error {
	var err error
	switch t.Form() {
	case String, IntOrString:
		return nil
	case Time:
		_, err = time.Parse(time.RFC3339, s)
	case MicroTime:
		_, err = time.Parse(timeWithMicros, s)
	case Duration:
		_, err = time.ParseDuration(s)
	case Bytes:
		_, err = base64.StdEncoding.DecodeString(s)
	default:
		return t.mismatch(Text, s)
	}
	if err != nil {
		return t.invalid(Text, s)
	}
	return nil
}

// holds reports whether t, which is no Quantity, can hold the number spelled s.
// An integer must be spelled as one: neither 1.0 nor 1e3 is.
func (t Type) holds(s string) bool {
	var err error
	switch t.Form() {
	case Uint8:
		_, err = strconv.ParseUint(s, 10, 8)
	case Uint32:
		_, err = strconv.ParseUint(s, 10, 32)
	case Uint64:
		_, err = strconv.ParseUint(s, 10, 64)
	case Int32, IntOrString:
		_, err = strconv.ParseInt(s, 10, 32)
	case Int64:
		_, err = strconv.ParseInt(s, 10, 64)
	case Float:
		_, err = strconv.ParseFloat(s, 64)
	default:
		return false
	}
	return err == nil
}

// YAMLFloat spells a number as it stands in the JSON that client libraries make
// of YAML before they decode it, given what the YAML library read. So 1.0 and
// 1e3 in YAML are integers, 1 and 1000, which they are not in JSON. It is false
// for infinities and NaN, which no JSON can be made of: the document fails.
func YAMLFloat(f float64) (string, bool) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return "", false
	}
	if abs := math.Abs(f); abs == 0 || abs >= 1e-6 && abs < 1e21 {
		return strconv.FormatFloat(f, 'f', -1, 64), true
	}
	s := strconv.FormatFloat(f, 'e', -1, 64)
	if n := len(s); s[n-4:n-1] == "e-0" {
		s = s[:n-2] + s[n-1:]
	}
	return s, true
}

func (t Type) mismatch(kind ScalarKind, text string) error {
	return fmt.Errorf("%w: %s for %s", ErrType, describe(kind, text), t)
}

func (t Type) invalid(kind ScalarKind, text string) error {
	return fmt.Errorf("%w: %s for %s", ErrValue, describe(kind, text), t)
}

// describe names a scalar in a message, with its text unless that is long.
func describe(kind ScalarKind, text string) string {
	const long = 40
	switch kind {
	case Null:
		return "null"
	case Boolean:
		return "boolean"
	case Number:
		if len(text) <= long {
			return "number " + text
		}
		return "number"
	}
	if len(text) <= long {
		return "string " + strconv.Quote(text)
	}
	return "string"
}
