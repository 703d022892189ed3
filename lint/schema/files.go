package schema

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/yannh/kubeconform/pkg/loader"
	"github.com/yannh/kubeconform/pkg/registry"
)

// A resourceKind is what a schema is looked up by.
type resourceKind struct{ apiVersion, name string }

// names are what kinds and versions may be: they become parts of paths.
var names = regexp.MustCompile(`^([a-zA-Z0-9.-]+/)?[a-zA-Z0-9-]+ [a-zA-Z0-9-]+$`)

// files are the schemas that a rule may read. The validator is given an object only
// when its schema has been looked at here: it follows references to the network,
// and takes what it cannot read for missing.
type files struct {
	registries []registry.Registry
	version    string

	mu    sync.Mutex
	known map[resourceKind]found
}

// found is a schema, nil where there is none, or why it cannot be read.
type found struct {
	schema *jsonschema.Schema
	err    error
}

// schema is that of a kind, nil where there is none.
func (f *files) schema(k resourceKind) (*jsonschema.Schema, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, ok := f.known[k]
	if !ok {
		s.schema, s.err = f.read(k)
		f.known[k] = s
	}
	return s.schema, s.err
}

// errKind is matched by the error of a kind that is not to become part of a path.
var errKind = errors.New("is no kind: it is not looked up among the schemas")

// read reads the first schema of a kind that can be read, as the validator does. The
// error is that of the first that cannot, unless a later one can; or of one that
// refers to the network.
func (f *files) read(k resourceKind) (*jsonschema.Schema, error) {
	if !names.MatchString(k.apiVersion+" "+k.name) || strings.Contains(k.apiVersion, "..") {
		return nil, fmt.Errorf("%q, %q %w", k.apiVersion, k.name, errKind)
	}
	var first error
	for _, r := range f.registries {
		path, text, err := r.DownloadSchema(k.name, k.apiVersion, f.version)
		if missing := (*loader.NotFoundError)(nil); errors.As(err, &missing) {
			continue
		}
		var schema *jsonschema.Schema
		if err == nil {
			schema, err = compile(path, text)
		}
		if err == nil {
			return schema, nil
		}
		err = fmt.Errorf("read schema %s: %w", path, err)
		if errors.Is(err, ErrNetwork) {
			return nil, err
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// compile reads a schema. What refers to the network is none.
func compile(path string, text any) (*jsonschema.Schema, error) {
	if text == nil {
		return nil, errors.New("null is no schema")
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(local{})
	c.DefaultDraft(jsonschema.Draft4)
	c.RegisterFormat(&jsonschema.Format{Name: "duration", Validate: func(any) error { return nil }}) // the validator has its own
	if err := c.AddResource(path, text); err != nil {
		return nil, err
	}
	schema, err := c.Compile(path)
	if load := (*jsonschema.LoadURLError)(nil); errors.As(err, &load) {
		return nil, load.Err // which err does not unwrap to
	}
	return schema, err
}

// local loads what schemas refer to, as long as it is in a file.
type local struct{}

func (local) Load(url string) (any, error) {
	if !strings.HasPrefix(url, "file:") {
		return nil, fmt.Errorf("%w: %s", ErrNetwork, url)
	}
	return jsonschema.FileLoader{}.Load(url)
}
