package report_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/plimsoll-go/plimsoll/scan/report"
)

// A schemaFile is a JSON Schema by the address under which others refer to it.
type schemaFile struct{ url, text string }

// schemas compiles the first of files, which may refer to the others.
func schemas(t *testing.T, files ...schemaFile) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseLoader(noNetwork{})
	for _, f := range files {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(f.text))
		if err != nil {
			t.Fatalf("schema %s: %v", f.url, err)
		}
		if err := c.AddResource(f.url, doc); err != nil {
			t.Fatalf("schema %s: %v", f.url, err)
		}
	}
	s, err := c.Compile(files[0].url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type noNetwork struct{}

func (noNetwork) Load(url string) (any, error) { return nil, errors.New("not loaded: " + url) }

// validate checks a document against a schema.
func validate(t *testing.T, s *jsonschema.Schema, what, document string) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("%s does not fit its schema: %v", what, err)
	}
}

// moduleFile reads a file that a dependency ships.
func moduleFile(t *testing.T, module, name string) string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatalf("find module %s: %v", module, err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// closed forbids fields that a schema does not name, in every object that it
// names some of.
func closed(t *testing.T, schema string) string {
	t.Helper()
	var doc any
	if err := json.Unmarshal([]byte(schema), &doc); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if _, ok := v["properties"]; ok && v["type"] == "object" {
				v["additionalProperties"] = false
			}
			for _, e := range v {
				walk(e)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(doc)
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every report fits the schema that is published, and has no field that this does
// not describe.
func TestPlimsollSchema(t *testing.T) {
	t.Parallel()
	published := schemas(t, schemaFile{"plimsoll.json", report.PlimsollSchema()})
	strict := schemas(t, schemaFile{"plimsoll.json", closed(t, report.PlimsollSchema())})
	reports := samples()
	reports["voyage"], reports["pirates"], reports["brig"] = voyage(t), pirates(t), brig(t)
	for name, r := range reports {
		out := render(t, report.Plimsoll{Rules: brigRules()}, r)
		validate(t, published, name, out)
		validate(t, strict, name, out)
	}
	for what, text := range map[string]string{
		"an empty object": `{}`,
		"another version": strings.Replace(render(t, report.Plimsoll{}, voyage(t)), `"version": "1.0"`, `"version": "2.0"`, 1),
	} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if published.Validate(v) == nil {
			t.Errorf("the schema takes %s", what)
		}
	}
}
