package analyze

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"unicode/utf8"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A jsonMember is a member of an object, or an element of an array, which has no
// key. Both share memory with the text they are of.
type jsonMember struct {
	key        []byte // unquoted
	value      []byte
	first, end int // offsets of its first byte, and of the one behind its last
}

// checkJSON is nil if text is one JSON value, nested no deeper than encoding/json
// goes.
func checkJSON(text []byte) error {
	if json.Valid(text) {
		return nil
	}
	var value json.RawMessage
	err := json.Unmarshal(text, &value)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		before := text[:min(max(0, int(syntax.Offset)-1), len(text))]
		return fmt.Errorf("line %d: %w", 1+bytes.Count(before, []byte("\n")), err)
	}
	return err
}

// checkJSONObject is nil if text is one JSON object.
func checkJSONObject(text []byte) error {
	if err := checkJSON(text); err != nil {
		return err
	}
	if text = text[skipBlanks(text, 0):]; text[0] != '{' {
		return errNotObject
	}
	return nil
}

var errNotObject = errors.New("not a JSON object")

// validMembers yields the members of the object, or the elements of the array,
// that value is: a part of text which begins at offset. It is for JSON known to
// be valid, of which it reads each byte once and copies none; members and
// elements check what they read, level by level. Of a value that is something
// else it yields nothing.
func validMembers(value []byte, offset int) iter.Seq[jsonMember] {
	return func(yield func(jsonMember) bool) {
		i := skipBlanks(value, 0)
		if i == len(value) || value[i] != '{' && value[i] != '[' {
			return
		}
		object := value[i] == '{'
		for i = skipBlanks(value, i+1); i < len(value) && value[i] != '}' && value[i] != ']'; {
			m := jsonMember{first: offset + i}
			if object {
				end := skipString(value, i)
				m.key = unquoted(value[i:end])
				i = skipBlanks(value, end)
				i = skipBlanks(value, i+1) // the colon
			}
			end := skipJSON(value, i)
			m.value, m.end = value[i:end], offset+end
			if !yield(m) {
				return
			}
			if i = skipBlanks(value, end); i < len(value) && value[i] == ',' {
				i = skipBlanks(value, i+1)
			}
		}
	}
}

// valueOffset is where m's value begins in the text.
func (m jsonMember) valueOffset() int { return m.end - len(m.value) }

// skipJSON is the offset behind the value that begins at i.
func skipJSON(text []byte, i int) int {
	for depth := 0; i < len(text); {
		switch text[i] {
		case '"':
			i = skipString(text, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\t', '\r', '\n':
			i++
			continue // inside; a value does not begin with one
		default:
			for i < len(text) && !isJSONEnd(text[i]) {
				i++
			}
		}
		if depth <= 0 {
			return i
		}
	}
	return len(text)
}

// isJSONEnd holds for what can follow a number or a word.
func isJSONEnd(c byte) bool {
	switch c {
	case ',', ':', ' ', '\t', '\r', '\n', '}', ']', '{', '[', '"':
		return true
	}
	return false
}

// skipString is the offset behind the string that begins at i.
func skipString(text []byte, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

func skipBlanks(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t') {
		i++
	}
	return i
}

// unquoted is the content of a JSON string. It shares memory with quoted unless
// that has escapes.
func unquoted(quoted []byte) []byte {
	if len(quoted) < 2 || quoted[0] != '"' {
		return nil
	}
	plain := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
		return plain
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return nil
	}
	return []byte(s)
}

// jsonString is the string that value is. It is empty for null and for no value
// at all; for anything else that is no string, it is empty and an error.
func jsonString(value []byte) (string, error) {
	switch {
	case len(value) == 0:
		return "", nil
	case value[0] == '"':
		s := unquoted(value)
		if len(s) > maxValue {
			return "", fmt.Errorf("%w: %d bytes in a string, of %d", artifact.ErrLimit, len(s), maxValue)
		}
		return string(s), nil
	case string(value) == "null":
		return "", nil
	}
	return "", errNotString
}

var errNotString = errors.New("not a string")

// jsonStrings are the keys of an object, with its values where those are strings;
// names longer than any package has are left out.
func jsonStrings(value []byte) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for m := range validMembers(value, 0) {
			s, _ := jsonString(m.value)
			if len(m.key) <= maxValue && !yield(string(m.key), s) {
				return
			}
		}
	}
}

// jsonObject reports whether value is an object.
func jsonObject(value []byte) bool { return len(value) > 0 && value[0] == '{' }

// jsonTrue reports whether value is true.
func jsonTrue(value []byte) bool { return string(value) == "true" }

// stringOrStrings is a JSON string, or an array of them, of which it has no more
// than one that is too many; nil for all else.
func stringOrStrings(value json.RawMessage) []string {
	if s, err := jsonString(value); err == nil && s != "" {
		return []string{s}
	}
	if jsonObject(value) {
		return nil
	}
	var list []string
	for m := range validMembers(value, 0) {
		switch s, err := jsonString(m.value); {
		case err == errNotString:
			return nil
		case s != "":
			list = append(list, s)
		}
		if len(list) > maxNeeds {
			break
		}
	}
	return list
}

// jsonKeys are the keys of a JSON object, sorted; none of something else, such
// as the [] that PHP writes for an empty one.
func jsonKeys(value json.RawMessage) []string {
	var keys []string
	_ = members(value, func(key string, _ json.RawMessage, _, _ int) error {
		keys = append(keys, key)
		return nil
	})
	slices.Sort(keys)
	return keys
}
