package helm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"helm.sh/helm/v4/pkg/strvals"
	"sigs.k8s.io/yaml"
)

// ErrSchema is matched by the error of a schema that refers to another document,
// which is not fetched: the values were not held against it.
var ErrSchema = errors.New("schema refers to a document that is not fetched")

// ReadValues reads a file of values, such as those that helm takes with --values.
// Of several documents in it the later ones are merged over the earlier.
func ReadValues(r io.Reader) (map[string]any, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	merged := map[string]any{}
	for _, document := range separator.Split(string(text), -1) {
		values := map[string]any{}
		if err := yaml.Unmarshal([]byte(document), &values); err != nil {
			return nil, err
		}
		merged = MergeValues(merged, values)
	}
	return merged, nil
}

var separator = regexp.MustCompile(`(?m)^---[ \t\r]*$`)

// MergeValues merges maps of values; the later ones win, key by key. None of the
// maps is changed.
func MergeValues(list ...map[string]any) map[string]any {
	merged := map[string]any{}
	for _, values := range list {
		for key, value := range values {
			below, _ := value.(map[string]any)
			if table, ok := merged[key].(map[string]any); ok && below != nil {
				value = MergeValues(table, below)
			}
			merged[key] = value
		}
	}
	return merged
}

// values are those of all options, in helm's order.
func (r Renderer) values() (map[string]any, error) {
	values := clone(r.Values).(map[string]any)
	if values == nil {
		values = map[string]any{}
	}
	for _, s := range r.SetJSON {
		if err := strvals.ParseJSON(s, values); err != nil {
			return nil, fmt.Errorf("set JSON %q: %w", s, err)
		}
	}
	for _, s := range r.Set {
		if err := strvals.ParseInto(s, values); err != nil {
			return nil, fmt.Errorf("set %q: %w", s, err)
		}
	}
	for _, s := range r.SetString {
		if err := strvals.ParseIntoString(s, values); err != nil {
			return nil, fmt.Errorf("set string %q: %w", s, err)
		}
	}
	for _, s := range r.SetFile {
		read := func(name []rune) (any, error) {
			if r.Files == nil {
				return nil, errors.New("there are no Files")
			}
			text, err := fs.ReadFile(r.Files, string(name))
			return string(text), err
		}
		if err := strvals.ParseIntoFile(s, values, read); err != nil {
			return nil, fmt.Errorf("set file %q: %w", s, err)
		}
	}
	return values, nil
}

// clone copies maps and lists, so that no chart changes the caller's.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if v == nil {
			return v
		}
		m := make(map[string]any, len(v))
		for key, value := range v {
			m[key] = clone(value)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, value := range v {
			list[i] = clone(value)
		}
		return list
	}
	return v
}

// validate holds values against the schemas of a chart and its subcharts. Errors
// that match ErrSchema say that one could not be used.
func validate(c *chart, values map[string]any) []error {
	var errs []error
	if c.schema != nil {
		if err := validateSchema(c.schema, values); err != nil {
			errs = append(errs, fmt.Errorf("values of chart %s: %w", c.name(), err))
		}
	}
	for _, sub := range c.charts {
		switch below := values[sub.name()].(type) {
		case nil:
		case map[string]any:
			errs = append(errs, validate(sub, below)...)
		default:
			errs = append(errs, fmt.Errorf("values of chart %s: want a map, got %T", sub.name(), below))
		}
	}
	return errs
}

func validateSchema(text []byte, values map[string]any) error {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	const name = "chart:///values.schema.json"
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(refusing{})
	if err := compiler.AddResource(name, document); err != nil {
		return err
	}
	schema, err := compiler.Compile(name)
	var other *jsonschema.LoadURLError
	if errors.As(err, &other) {
		return fmt.Errorf("%w: %s", ErrSchema, other.URL)
	}
	if err != nil {
		return err
	}
	return schema.Validate(values)
}

// refusing is where a schema finds other documents: nowhere.
type refusing struct{}

func (refusing) Load(string) (any, error) { return nil, ErrSchema }
