package helm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
	yamlv3 "sigs.k8s.io/yaml/goyaml.v3"
)

// What stands around the message of required and fail in an error.
const (
	messageStart = "\x02"
	messageEnd   = "\x03"
)

// pure has the functions that need nothing but their arguments: those of sprig
// without the environment, and helm's. https://helm.sh/docs/chart_template_guide/function_list/
func (e *execution) pure() map[string]any {
	all := sprig.TxtFuncMap()
	delete(all, "env")
	delete(all, "expandenv")
	maps.Copy(all, conversions())
	maps.Copy(all, durations())
	maps.Copy(all, map[string]any{
		"getHostByName": func(string) string { return "" },
		"lookup":        func(_, _, _, _ string) map[string]any { return map[string]any{} },
		"required": func(text string, value any) (any, error) {
			if value == nil || value == "" {
				return "", e.say(text)
			}
			return value, nil
		},
		"fail":     func(text string) (string, error) { return "", e.say(text) },
		"print":    fmt.Sprint,
		"printf":   fmt.Sprintf,
		"println":  fmt.Sprintln,
		"html":     template.HTMLEscaper,
		"js":       template.JSEscaper,
		"urlquery": template.URLQueryEscaper,
	})
	for name, f := range all {
		all[name] = e.guard(name, f)
	}
	return all
}

// say is the error of a template that gives up; nil when it is linted.
func (e *execution) say(text string) error {
	if e.lint {
		return nil
	}
	return errors.New(messageStart + text + messageEnd)
}

// conversions are to and from YAML, TOML and JSON. Without "must" an error is part
// of the result.
func conversions() map[string]any {
	return map[string]any{
		"toYaml":        toYAML,
		"mustToYaml":    must(toYAMLText),
		"toYamlPretty":  toYAMLPretty,
		"fromYaml":      func(s string) map[string]any { return from(s, unmarshalYAML) },
		"fromYamlArray": func(s string) []any { return arrayFrom(s, unmarshalYAML) },
		"toJson":        func(v any) string { s, _ := toJSONText(v); return s },
		"mustToJson":    must(toJSONText),
		"fromJson":      func(s string) map[string]any { return from(s, json.Unmarshal) },
		"fromJsonArray": func(s string) []any { return arrayFrom(s, json.Unmarshal) },
		"toToml": func(v any) string {
			s, err := toTOMLText(v)
			if err != nil {
				return err.Error()
			}
			return s
		},
		"mustToToml": must(toTOMLText),
		"fromToml":   func(s string) map[string]any { return from(s, toml.Unmarshal) },
	}
}

func must(convert func(any) (string, error)) any {
	return func(v any) (string, error) { return convert(v) }
}

func unmarshalYAML(b []byte, v any) error { return yaml.Unmarshal(b, v) }

func from(s string, unmarshal func([]byte, any) error) map[string]any {
	m := make(map[string]any)
	if err := unmarshal([]byte(s), &m); err != nil {
		m["Error"] = err.Error()
	}
	return m
}

func arrayFrom(s string, unmarshal func([]byte, any) error) []any {
	list := []any{}
	if err := unmarshal([]byte(s), &list); err != nil {
		list = []any{err.Error()}
	}
	return list
}

func toYAML(v any) string { s, _ := toYAMLText(v); return s }

func toYAMLText(v any) (string, error) {
	b, err := yaml.Marshal(v)
	return strings.TrimSuffix(string(b), "\n"), err
}

func toYAMLPretty(v any) string {
	var b bytes.Buffer
	encoder := yamlv3.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(v); err != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func toJSONText(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func toTOMLText(v any) (string, error) {
	var b bytes.Buffer
	err := toml.NewEncoder(&b).Encode(v)
	return b.String(), err
}

// sortedKeys makes what is done with a map the same each time.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// isError is the type of a function's second result.
func isError(t reflect.Type) bool { return t == reflect.TypeFor[error]() }
