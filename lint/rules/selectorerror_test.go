package rules

import (
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// What k8s.io/apimachinery says of selectors that are not valid.
func TestSelectorError(t *testing.T) {
	t.Parallel()
	const (
		name   = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
		value  = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
		prefix = "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
	)
	long := strings.Repeat("x", 64)
	for selector, want := range map[string]string{
		"{}":                               "",
		"{matchLabels: {a: b, c.d/e: ''}}": "",
		"{matchLabels: {a: b c}}":          `values[0][a]: Invalid value: "b c": ` + value,
		"{matchLabels: {a: " + long + "}}": `values[0][a]: Invalid value: "` + long + `": must be no more than 63 bytes`,
		"{matchLabels: {'': b}}":           `key: Invalid value: "": name part must be non-empty; name part ` + name,
		"{matchLabels: {" + long + ": b}}": `key: Invalid value: "` + long + `": name part must be no more than 63 bytes`,
		"{matchLabels: {/a: b}}":           `key: Invalid value: "/a": prefix part must be non-empty`,
		"{matchLabels: {A/a: b}}":          `key: Invalid value: "A/a": ` + prefix,
		"{matchLabels: {a/b/c: d}}":        `key: Invalid value: "a/b/c": a valid label key ` + name + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
		"{matchLabels: {a_: b_}}":          `[key: Invalid value: "a_": name part ` + name + `, values[0][a_]: Invalid value: "b_": ` + value + "]",
		"{matchExpressions: [{key: a, operator: In, values: []}]}":          "values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty",
		"{matchExpressions: [{key: a, operator: Exists, values: [b]}]}":     `values: Invalid value: ["b"]: values set must be empty for exists and does not exist`,
		"{matchExpressions: [{key: a, operator: NotIn, values: [b, c/d]}]}": `values[1][a]: Invalid value: "c/d": ` + value,
		"{matchExpressions: [{key: a, operator: Near}]}":                    `"Near" is not a valid label selector operator`,
	} {
		b := manifest.ReadFile("a.yaml", []byte("apiVersion: x/v1\nkind: X\nselector: "+selector), manifest.Options{})
		s := manifest.NewSelector(b.Objects[0].Get("selector"))
		got := ""
		if err := selectorError(s); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("selectorError(%s) = %s, want %s", selector, got, want)
		}
		if (s.Check() != nil) != (want != "") {
			t.Errorf("Check of %s = %v, but KubeLinter says %q", selector, s.Check(), want)
		}
	}
}
