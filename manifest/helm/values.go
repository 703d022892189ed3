package helm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/santhosh-tekuri/jsonschema/v6"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	chartloader "helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/strvals"
)

// ErrSchema is matched by the error of a schema that refers to another document,
// which is not fetched: the values were not held against it.
var ErrSchema = errors.New("schema refers to a document that is not fetched")

// ReadValues reads a file of values, such as those that helm takes with --values.
// Of several documents in it the later ones are merged over the earlier.
func ReadValues(r io.Reader) (map[string]any, error) {
	return chartloader.LoadValues(r)
}

// MergeValues merges maps of values; the later ones win, key by key. None of the
// maps is changed.
func MergeValues(list ...map[string]any) map[string]any {
	merged := map[string]any{}
	for _, values := range list {
		merged = chartloader.MergeMaps(merged, values)
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
func validate(c *chart.Chart, values map[string]any) []error {
	var errs []error
	if c.Schema != nil {
		if err := validateSchema(c.Schema, values); err != nil {
			errs = append(errs, fmt.Errorf("values of chart %s: %w", c.Name(), err))
		}
	}
	for _, sub := range c.Dependencies() {
		switch below := values[sub.Name()].(type) {
		case nil:
		case map[string]any:
			errs = append(errs, validate(sub, below)...)
		default:
			errs = append(errs, fmt.Errorf("values of chart %s: want a map, got %T", sub.Name(), below))
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
