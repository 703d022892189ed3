package cel

import (
	"errors"
	"fmt"
	"sync"

	"cel.dev/cel-go/cel"

	"github.com/plimsoll-go/plimsoll/lint"
)

// A rule is one expression.
type rule struct {
	program cel.Program // nil where it did not compile
	err     error       // of compiling it

	mu      sync.Mutex
	context *lint.Context // of objects
	objects []any
}

func (r *rule) run(p *lint.Pass) error {
	text, err := r.evaluate(p)
	if cancelled := p.RunContext().Err(); cancelled != nil {
		return cancelled
	}
	switch {
	case err != nil && p.Compat():
		p.Reportf(nil, "error evaluating CEL check expression: %v", err)
	case err != nil:
		return err
	case text != "":
		p.Reportf(nil, "CEL check expression returned: %s", text)
	}
	return nil
}

func (r *rule) evaluate(p *lint.Pass) (string, error) {
	if r.err != nil && !errors.Is(r.err, errNoString) {
		return "", r.err
	}
	out, _, err := r.program.ContextEval(p.RunContext(), map[string]any{
		"object":  view(p.Object.Node.Any(), p.Compat()),
		"objects": func() any { return r.all(p) }, // asked for by few expressions
	})
	if err != nil {
		return "", fmt.Errorf("failed to evaluate CEL expression: %w", err)
	}
	text, ok := out.Value().(string)
	if !ok {
		return "", fmt.Errorf("expected string, got %v", out.Value())
	}
	return text, nil
}

// all are the objects of p's context. They are kept for the next object, which is
// of the same context as a rule.
func (r *rule) all(p *lint.Pass) []any {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.context != p.Context {
		objects := make([]any, len(p.Context.Objects))
		for i, o := range p.Context.Objects {
			objects[i] = view(o.Node.Any(), p.Compat())
		}
		r.context, r.objects = p.Context, objects
	}
	return r.objects
}

// view is a value as an expression sees it. In compat mode all numbers are floats,
// as those are that Go reads from JSON.
func view(v any, compat bool) any {
	if !compat {
		return v
	}
	switch v := v.(type) {
	case int64:
		return float64(v)
	case []any:
		for i := range v {
			v[i] = view(v[i], compat)
		}
	case map[string]any:
		for key := range v {
			v[key] = view(v[key], compat)
		}
	}
	return v
}
