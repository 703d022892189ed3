package vex

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// decode reads text into v. The error of what is no JSON has the line and column,
// that of a value of another type its path.
func decode(text []byte, v any) error {
	err := json.Unmarshal(text, v)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		before := text[:min(syntax.Offset, int64(len(text)))]
		line := 1 + bytes.Count(before, []byte("\n"))
		column := len(before) - (bytes.LastIndexByte(before, '\n') + 1)
		return fmt.Errorf("line %d, column %d: %w", line, max(column, 1), err)
	}
	return mistyped("", err)
}

// decodePart reads a value at path of a text that is JSON.
func decodePart(path string, text json.RawMessage, v any) error {
	return mistyped(path, json.Unmarshal(text, v))
}

// mistyped says where a value is that has another type than is wanted.
func mistyped(path string, err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	field := strings.Trim(path+"."+wrong.Field, ".")
	if field == "" {
		return fmt.Errorf("%s, where a %s is wanted", wrong.Value, wrong.Type.Kind())
	}
	return fmt.Errorf("%s is a %s, want a %s", field, wrong.Value, wrong.Type.Kind())
}
