package helm

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// guard wraps a function so that it cannot take up more than the limits allow: what
// it returns is charged, and where that may be much larger than its arguments, or
// a walk through them may not end, they are looked at before it is called.
func (e *execution) guard(name string, f any) any {
	fn := reflect.ValueOf(f)
	t := fn.Type()
	in := make([]reflect.Type, t.NumIn())
	for i := range in {
		in[i] = t.In(i)
	}
	failing := t.NumOut() == 2 && isError(t.Out(1))
	out := []reflect.Type{t.Out(0), reflect.TypeFor[error]()}
	wrapped := reflect.FuncOf(in, out, t.IsVariadic())
	return reflect.MakeFunc(wrapped, func(args []reflect.Value) []reflect.Value {
		fail := func(err error) []reflect.Value {
			return []reflect.Value{reflect.Zero(out[0]), reflect.ValueOf(&err).Elem()}
		}
		flat := flatten(args, t.IsVariadic())
		if err := e.before(name, flat); err != nil {
			return fail(err)
		}
		var results []reflect.Value
		if t.IsVariadic() {
			results = fn.CallSlice(args)
		} else {
			results = fn.Call(args)
		}
		if failing && !results[1].IsNil() {
			return results
		}
		if err := e.charge(length(results[0])); err != nil {
			return fail(err)
		}
		return []reflect.Value{results[0], reflect.Zero(out[1])}
	}).Interface()
}

// flatten is the arguments with the variadic ones as any others.
func flatten(args []reflect.Value, variadic bool) []any {
	var list []any
	for i, a := range args {
		if variadic && i == len(args)-1 {
			for j := range a.Len() {
				list = append(list, a.Index(j).Interface())
			}
			continue
		}
		list = append(list, a.Interface())
	}
	return list
}

// length is what a result takes up, roughly; what it refers to was charged before.
func length(v reflect.Value) int {
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.String:
		return v.Len()
	case reflect.Slice, reflect.Map:
		return 8 * v.Len()
	}
	return 0
}

// slow is how many steps a call of a function counts that makes keys or hashes.
const slow = 100_000

// before refuses calls that would cost too much.
func (e *execution) before(name string, args []any) error {
	switch name {
	case "genPrivateKey", "genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert",
		"genSignedCertWithKey", "derivePassword", "bcrypt", "htpasswd":
		return e.step(slow)
	case "repeat":
		return e.room(number(args, 0) * float64(size(args, 1)))
	case "indent", "nindent":
		text, _ := at(args, 1).(string)
		return e.room(float64(1+strings.Count(text, "\n")) * number(args, 0))
	case "until", "randAlphaNum", "randAlpha", "randAscii", "randNumeric", "randBytes":
		return e.room(8 * math.Abs(number(args, 0)))
	case "untilStep":
		return e.room(8 * math.Abs((number(args, 1)-number(args, 0))/orOne(number(args, 2))))
	case "seq":
		return e.room(8 * sequence(args))
	case "replace", "regexReplaceAll", "regexReplaceAllLiteral", "mustRegexReplaceAll", "mustRegexReplaceAllLiteral":
		return e.room(replaced(name, args))
	case "join", "wrapWith":
		if err := e.measureAll(args); err != nil {
			return err
		}
		return e.room(float64(size(args, len(args)-1)+1) * float64(longest(args[:len(args)-1])))
	case "printf":
		if err := e.format(args); err != nil {
			return err
		}
	}
	if deep(name) {
		return e.measureAll(args)
	}
	return nil
}

// deep reports whether a function goes through all that its arguments refer to.
func deep(name string) bool {
	switch name {
	case "toYaml", "mustToYaml", "toYamlPretty", "toJson", "mustToJson", "toPrettyJson", "mustToPrettyJson",
		"toRawJson", "mustToRawJson", "toToml", "mustToToml", "toString", "toStrings", "print", "printf", "println",
		"html", "js", "urlquery", "quote", "squote", "cat", "sortAlpha", "deepCopy", "mustDeepCopy", "deepEqual",
		"merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite", "uniq", "mustUniq", "has", "mustHas", "without",
		"mustWithout", "fail", "trunc", "default", "hasKey":
		return name != "default" && name != "hasKey" // they look at the top alone
	}
	return false
}

// room refuses what would take up more bytes than are left.
func (e *execution) room(bytes float64) error {
	if bytes > float64(e.limits.OutputBytes-e.bytes) {
		return over("bytes of output", e.limits.OutputBytes)
	}
	return nil
}

var width = regexp.MustCompile(`[0-9]{5}|\*`)

// format refuses formats that are much longer when they are printed: fields of
// 10,000 characters and more, and more room than what each verb could print needs.
func (e *execution) format(args []any) error {
	format, _ := at(args, 0).(string)
	if width.MatchString(format) {
		return fmt.Errorf("printf: format %.40q is refused: its fields are wide", format)
	}
	left := int(e.limits.OutputBytes)
	for _, a := range args[1:] {
		if !walk(reflect.ValueOf(a), 0, &left) {
			return over("bytes of output", e.limits.OutputBytes)
		}
	}
	used := float64(int(e.limits.OutputBytes) - left)
	if len(args) > 1 && strings.Contains(format, "[") { // %[1]s may print an argument again
		return e.room(float64(strings.Count(format, "%")) * (used + 10_000) / 4)
	}
	return e.room(used)
}

func (e *execution) measureAll(args []any) error {
	for _, a := range args {
		if err := e.measure(a); err != nil {
			return err
		}
	}
	return nil
}

// measure refuses a value that is larger than what may be written, as it happens
// when lists hold one another many times, or is without end, since it holds itself.
func (e *execution) measure(v any) error {
	left := int(e.limits.OutputBytes - e.bytes)
	if !walk(reflect.ValueOf(v), 0, &left) {
		return over("bytes of output", e.limits.OutputBytes)
	}
	return nil
}

// maxDepth is how deep a value may be that is written.
const maxDepth = 1000

func walk(v reflect.Value, depth int, left *int) bool {
	if *left--; *left < 0 || depth > maxDepth {
		return false
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		return v.IsNil() || walk(v.Elem(), depth+1, left)
	case reflect.String:
		*left -= v.Len()
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			*left -= v.Len()
			break
		}
		for i := range v.Len() {
			if !walk(v.Index(i), depth+1, left) {
				return false
			}
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			if !walk(entries.Key(), depth+1, left) || !walk(entries.Value(), depth+1, left) {
				return false
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if !walk(v.Field(i), depth+1, left) {
				return false
			}
		}
	}
	return *left >= 0
}

func at(args []any, i int) any {
	if i < 0 || i >= len(args) {
		return nil
	}
	return args[i]
}

// size is how long an argument is: a text in bytes, a list in elements.
func size(args []any, i int) int {
	switch v := reflect.ValueOf(at(args, i)); v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		return v.Len()
	}
	return 0
}

func longest(args []any) int {
	n := 1
	for i := range args {
		n = max(n, size(args, i))
	}
	return n
}

// number is an argument that is one, or the text of one.
func number(args []any, i int) float64 {
	switch v := reflect.ValueOf(at(args, i)); {
	case v.CanInt():
		return float64(v.Int())
	case v.CanUint():
		return float64(v.Uint())
	case v.CanFloat():
		return v.Float()
	case v.Kind() == reflect.String:
		n, _ := strconv.ParseFloat(v.String(), 64)
		return n
	}
	return 0
}

func orOne(n float64) float64 {
	if n == 0 {
		return 1
	}
	return n
}

// sequence is how many characters seq END, seq START END or seq START STEP END
// makes, at most.
func sequence(args []any) float64 {
	start, step, end := 1.0, 1.0, number(args, len(args)-1)
	if len(args) > 1 {
		start = number(args, 0)
	}
	if len(args) > 2 {
		step = orOne(number(args, 1))
	}
	return math.Abs((end - start) / step)
}

// replaced is the most that a text can be after a replacement.
func replaced(name string, args []any) float64 {
	old, text, with := at(args, 0), at(args, 2), at(args, 1) // replace OLD NEW TEXT
	if name != "replace" {
		text, with = at(args, 1), at(args, 2) // regexReplaceAll REGEX TEXT NEW
	}
	o, _ := old.(string)
	s, _ := text.(string)
	w, _ := with.(string)
	if name == "replace" {
		return float64(len(s)) + float64(strings.Count(s, o))*float64(len(w))
	}
	return float64(len(s)+1)*float64(len(w)) + float64(1+strings.Count(w, "$"))*float64(len(s))
}
