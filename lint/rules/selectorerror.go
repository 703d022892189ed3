package rules

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/plimsoll-go/plimsoll/internal/label"
	"github.com/plimsoll-go/plimsoll/manifest"
)

// selectorError is what k8s.io/apimachinery says of the first requirement of s that
// is not valid. It takes labels in the order of a Go map; here they are sorted.
func selectorError(s manifest.Selector) error {
	for _, e := range sortedEntries(s.Labels) {
		if err := requirementError(e.Key, "", []string{e.Value}); err != nil {
			return err
		}
	}
	for _, r := range s.Expressions {
		var values string
		switch r.Operator {
		case "In", "NotIn":
			if len(r.Values) == 0 {
				values = "for 'in', 'notin' operators, values set can't be empty"
			}
		case "Exists", "DoesNotExist":
			if len(r.Values) > 0 {
				values = "values set must be empty for exists and does not exist"
			}
		default:
			return fmt.Errorf("%q is not a valid label selector operator", r.Operator)
		}
		if err := requirementError(r.Key, values, r.Values); err != nil {
			return err
		}
	}
	return nil
}

// requirementError is what is wrong with one requirement; wrong says it of the
// number of its values.
func requirementError(key, wrong string, values []string) error {
	var list []string
	if faults := labelKeyFaults(key); len(faults) > 0 {
		list = append(list, invalid("key", key, strings.Join(faults, "; ")))
	}
	if wrong != "" {
		list = append(list, invalid("values", values, wrong))
	}
	for i, v := range values {
		if faults := labelValueFaults(v); len(faults) > 0 {
			list = append(list, invalid(fmt.Sprintf("values[%d][%s]", i, key), v, strings.Join(faults, "; ")))
		}
	}
	switch len(list) {
	case 0:
		return nil
	case 1:
		return errors.New(list[0])
	}
	return errors.New("[" + strings.Join(list, ", ") + "]")
}

func invalid(field string, value any, fault string) string {
	text := fmt.Sprintf("%q", value)
	if list, ok := value.([]string); ok {
		encoded, _ := json.Marshal(list) // of strings: no error
		text = string(encoded)
	}
	return fmt.Sprintf("%s: Invalid value: %s: %s", field, text, fault)
}

// The syntax of labels as the messages have it: see [label.IsName] and
// [label.IsPrefix].
const (
	labelName    = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
	labelValue   = "(" + labelName + ")?"
	labelPrefix  = dnsLabel + `(\.` + dnsLabel + ")*"
	dnsLabel     = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
	alphanumeric = "and must start and end with an alphanumeric character"
)

// labelKeyFaults are what is wrong with the key of a label.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
func labelKeyFaults(key string) []string {
	const (
		chars   = "must consist of alphanumeric characters, '-', '_' or '.', " + alphanumeric
		example = " (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '" + labelName + "')"
	)
	prefix, name, ok := label.Cut(key)
	if strings.Contains(name, "/") {
		return []string{"a valid label key " + chars + example + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"}
	}
	var faults []string
	if ok && prefix == "" {
		faults = append(faults, "prefix part must be non-empty")
	} else if ok {
		if len(prefix) > label.MaxPrefix {
			faults = append(faults, "prefix part must be no more than 253 bytes")
		}
		if !label.IsPrefix(prefix) {
			faults = append(faults, "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "+alphanumeric+
				" (e.g. 'example.com', regex used for validation is '"+labelPrefix+"')")
		}
	}
	switch {
	case name == "":
		faults = append(faults, "name part must be non-empty")
	case len(name) > label.MaxName:
		faults = append(faults, "name part must be no more than 63 bytes")
	}
	if !label.IsName(name) {
		faults = append(faults, "name part "+chars+example)
	}
	return faults
}

// labelValueFaults are what is wrong with the value of a label.
func labelValueFaults(value string) []string {
	var faults []string
	if len(value) > label.MaxName {
		faults = append(faults, "must be no more than 63 bytes")
	}
	if value != "" && !label.IsName(value) {
		faults = append(faults, "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "+alphanumeric+
			" (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '"+labelValue+"')")
	}
	return faults
}
