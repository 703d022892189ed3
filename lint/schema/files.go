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

// A kind is what a schema is looked up by.
type kind struct{ apiVersion, name string }

// names are what kinds and versions may be: they become parts of paths.
var names = regexp.MustCompile(`^([a-zA-Z0-9.-]+/)?[a-zA-Z0-9-]+ [a-zA-Z0-9-]+$`)

// files are the schemas that a rule may read. The validator is given an object only
// when its schema has been looked at here: it follows references to the network,
// and takes what it cannot read for missing.
type files struct {
	registries []registry.Registry
	version    string

	mu    sync.Mutex
	known map[kind]error
}

// check returns nil if the schema of a kind can be read, or there is none.
func (f *files) check(k kind) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err, ok := f.known[k]
	if !ok {
		err = f.read(k)
		f.known[k] = err
	}
	return err
}

func (f *files) read(k kind) error {
	if !names.MatchString(k.apiVersion+" "+k.name) || strings.Contains(k.apiVersion, "..") {
		return fmt.Errorf("%q, %q is no kind: it is not looked up among the schemas", k.apiVersion, k.name)
	}
	for _, r := range f.registries {
		path, text, err := r.DownloadSchema(k.name, k.apiVersion, f.version)
		if missing := (*loader.NotFoundError)(nil); errors.As(err, &missing) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read schema %s: %w", path, err)
		}
		if err := compile(path, text); err != nil {
			return fmt.Errorf("read schema %s: %w", path, err)
		}
		return nil
	}
	return nil
}

// compile returns an error for what is no schema, or refers to the network.
func compile(path string, text any) error {
	if text == nil {
		return errors.New("null is no schema")
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(local{})
	c.DefaultDraft(jsonschema.Draft4)
	if err := c.AddResource(path, text); err != nil {
		return err
	}
	_, err := c.Compile(path)
	if load := (*jsonschema.LoadURLError)(nil); errors.As(err, &load) {
		return load.Err // which err does not unwrap to
	}
	return err
}

// local loads what schemas refer to, as long as it is in a file.
type local struct{}

func (local) Load(url string) (any, error) {
	if !strings.HasPrefix(url, "file:") {
		return nil, fmt.Errorf("%w: %s", ErrNetwork, url)
	}
	return jsonschema.FileLoader{}.Load(url)
}
