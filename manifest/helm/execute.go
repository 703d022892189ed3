package helm

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/plimsoll-go/plimsoll/manifest"
)

// An execution executes the templates of one chart, and counts what that costs.
type execution struct {
	limits  Limits
	stopped func() error // the context's error
	lint    bool
	known   template.FuncMap

	steps   int
	bytes   int64
	nesting int
	trace   trace
}

// all executes the templates one at a time, so that each fails alone.
func (e *execution) all(sources []source) ([]manifest.Rendered, []error) {
	var errs []error
	set := template.New("chart").Option("missingkey=zero")
	e.known = e.functions(set)
	set.Funcs(e.known)
	e.trace.texts = make(map[*byte]int)
	for i, s := range sources {
		if err := e.parse(set, s.name, s.text, true); err != nil {
			errs = append(errs, fmt.Errorf("parse template: %w", err))
			sources[i].skip = true
		}
	}
	var list []manifest.Rendered
	for _, s := range sources {
		if s.skip || set.Lookup(s.name) == nil {
			continue
		}
		s.data["Template"] = map[string]any{"Name": s.name, "BasePath": s.base}
		out := &tracer{e: e}
		if err := e.run(set, out, s.name, s.data); err != nil {
			errs = append(errs, plain(err))
			if e.stopped() != nil || errors.Is(err, ErrLimit) {
				break // what was counted would end the others too
			}
			continue
		}
		text := bytes.ReplaceAll(out.text.Bytes(), []byte("<no value>"), nil)
		if len(bytes.TrimSpace(text)) > 0 {
			list = append(list, manifest.Rendered{Path: s.name, Text: text, Source: out.lines()})
		}
	}
	return list, errs
}

var message = regexp.MustCompile(`(?s)` + messageStart + `(.*)` + messageEnd)

// plain shortens the error of a template that says itself why it cannot be
// rendered: the place and the message, not the calls between.
func plain(err error) error {
	said := message.FindStringSubmatch(err.Error())
	tokens := strings.SplitN(err.Error(), ": ", 3) // template: NAME:LINE:COLUMN: ...
	if said == nil || len(tokens) < 3 {
		return err
	}
	return fmt.Errorf("template: %s: %s", tokens[1], said[1])
}

// run executes a template into w, and counts it.
func (e *execution) run(set *template.Template, w interface{ Write([]byte) (int, error) }, name string, data any) error {
	if err := e.step(1); err != nil {
		return err
	}
	if e.nesting++; e.nesting > e.limits.Nesting {
		return over("templates within templates", e.limits.Nesting)
	}
	defer func() { e.nesting-- }()
	return set.ExecuteTemplate(w, name, data)
}

// step counts steps, and is where a template that runs long ends.
func (e *execution) step(n int) error {
	if e.steps += n; e.steps > e.limits.Steps {
		return over("steps", e.limits.Steps)
	}
	return e.stopped()
}

// charge counts bytes that are written or returned.
func (e *execution) charge(n int) error {
	if e.bytes += int64(n); e.bytes > e.limits.OutputBytes {
		return over("bytes of output", e.limits.OutputBytes)
	}
	return nil
}

// include executes a template into a string.
func (e *execution) include(set *template.Template, name string, data any) (string, error) {
	var b bounded
	b.e = e
	err := e.run(set, &b, name, data)
	return b.text.String(), err
}

// evaluate executes a text that a value has, as a template that knows all others.
func (e *execution) evaluate(parent *template.Template, text string, data any) (string, error) {
	set, err := parent.Clone()
	if err != nil {
		return "", err
	}
	set.Option("missingkey=zero") // Clone drops it: https://go.dev/issue/43022
	set.Funcs(e.lateBound(set))
	const name = "tpl"
	if err := e.charge(len(text)); err != nil {
		return "", err
	}
	if set.Lookup(name) == nil {
		set.New(name)
	}
	if err := e.parse(set, name, text, false); err != nil {
		return "", fmt.Errorf("parse %q: %w", text, err)
	}
	out, err := e.include(set, name, data)
	return strings.ReplaceAll(out, "<no value>", ""), err
}

// A bounded writer keeps a text that is charged to the execution.
type bounded struct {
	e    *execution
	text strings.Builder
}

func (b *bounded) Write(p []byte) (int, error) {
	if err := b.e.charge(len(p)); err != nil {
		return 0, err
	}
	return b.text.Write(p)
}

// parse adds a file's template, and those that it defines, to the set. Their trees
// are changed so that nothing runs without being counted:
//
//   - each round of a loop begins with a call of stepFunction;
//   - {{template "name" value}} becomes a call of templateFunction, which like
//     include is a call of Go's, where text/template would nest by itself;
//   - the value of each action that writes goes through writeFunction, with the
//     line of the action.
func (e *execution) parse(set *template.Template, name, text string, traced bool) error {
	trees, err := parse.Parse(name, text, "", "", e.known, builtins())
	if err != nil {
		return err
	}
	if _, ok := trees[name]; !ok {
		trees[name] = &parse.Tree{Name: name, Root: &parse.ListNode{NodeType: parse.NodeList}}
	}
	for _, key := range sortedKeys(trees) {
		tree := trees[key]
		if traced && key == name {
			e.trace.add(tree.Root, text)
		}
		if !parse.IsEmptyTree(tree.Root) {
			instrument(tree.Root)
		}
		if _, err := set.AddParseTree(key, tree); err != nil {
			return err
		}
	}
	return nil
}

const (
	stepFunction     = "plimsollStep"
	templateFunction = "plimsollTemplate"
	writeFunction    = "plimsollWrite"
)

func instrument(list *parse.ListNode) {
	if list == nil {
		return
	}
	for i, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.ActionNode:
			if len(n.Pipe.Decl) == 0 {
				writes(n.Pipe, n.Line)
			}
		case *parse.TemplateNode:
			pipe := &parse.PipeNode{NodeType: parse.NodePipe, Pos: n.Pos, Line: n.Line}
			args := []parse.Node{
				parse.NewIdentifier(templateFunction).SetPos(n.Pos),
				&parse.StringNode{NodeType: parse.NodeString, Pos: n.Pos, Quoted: fmt.Sprintf("%q", n.Name), Text: n.Name},
			}
			if n.Pipe != nil {
				args = append(args, n.Pipe)
			}
			pipe.Cmds = []*parse.CommandNode{{NodeType: parse.NodeCommand, Pos: n.Pos, Args: args}}
			writes(pipe, n.Line)
			list.Nodes[i] = &parse.ActionNode{NodeType: parse.NodeAction, Pos: n.Pos, Line: n.Line, Pipe: pipe}
		case *parse.RangeNode:
			instrument(n.List)
			instrument(n.ElseList)
			step := parse.NewIdentifier(stepFunction).SetPos(n.Pos)
			pipe := &parse.PipeNode{NodeType: parse.NodePipe, Pos: n.Pos, Line: n.Line}
			pipe.Cmds = []*parse.CommandNode{{NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{step}}}
			first := &parse.ActionNode{NodeType: parse.NodeAction, Pos: n.Pos, Line: n.Line, Pipe: pipe}
			n.List.Nodes = append([]parse.Node{first}, n.List.Nodes...)
		case *parse.IfNode:
			instrument(n.List)
			instrument(n.ElseList)
		case *parse.WithNode:
			instrument(n.List)
			instrument(n.ElseList)
		}
	}
}

// writes ends a pipe with a call of writeFunction.
func writes(pipe *parse.PipeNode, line int) {
	number := &parse.NumberNode{
		NodeType: parse.NodeNumber, Pos: pipe.Pos, IsInt: true, Int64: int64(line), Text: fmt.Sprint(line),
	}
	call := parse.NewIdentifier(writeFunction).SetPos(pipe.Pos)
	pipe.Cmds = append(pipe.Cmds, &parse.CommandNode{
		NodeType: parse.NodeCommand, Pos: pipe.Pos, Args: []parse.Node{call, number},
	})
}

// builtins has the names of the functions that text/template adds, for the parser,
// which only asks whether there is one.
func builtins() map[string]any {
	m := make(map[string]any)
	for _, name := range []string{
		"and", "call", "html", "index", "slice", "js", "len", "not", "or", "print", "printf", "println", "urlquery",
		"eq", "ge", "gt", "le", "lt", "ne",
	} {
		m[name] = true
	}
	return m
}

// lateBound has the functions that need the set of templates they are called in.
func (e *execution) lateBound(set *template.Template) template.FuncMap {
	return template.FuncMap{
		"include": func(name string, data any) (string, error) { return e.include(set, name, data) },
		"tpl":     func(text string, data any) (string, error) { return e.evaluate(set, text, data) },
		templateFunction: func(name string, data ...any) (string, error) {
			return e.include(set, name, append(data, nil)[0])
		},
	}
}

// functions has all that templates may call.
func (e *execution) functions(set *template.Template) template.FuncMap {
	all := e.pure()
	maps.Copy(all, e.lateBound(set))
	all[stepFunction] = func() (string, error) { return "", e.step(1) }
	all[writeFunction] = func(line int, value any) (any, error) {
		e.trace.line = line
		return value, e.measure(value)
	}
	return all
}
