// Package cel has the template of rules that are expressions of the Common
// Expression Language, https://cel.dev.
//
// It is a module of its own, since it brings an implementation of the language
// along. [Template] stands beside those of package lint/rules.
package cel

import (
	"errors"
	"fmt"

	"cel.dev/cel-go/cel"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
)

// Template is KubeLinter's cel-expression. Its rules report an object if their
// expression gives a string that is not empty. The expression sees the object as
// object, and all objects of its context as objects, both as they are written: a
// field that is left out is not there, and has() says so.
//
// An expression that does not compile, or that gives no string, is an error of the
// arguments. One that fails on an object is a Problem there, as is one that does not
// end: what it may cost is bounded, and it ends when the run is cancelled.
func Template() lint.Template { return template(false) }

// CompatTemplate is [Template] for compat mode. An expression that does not compile
// is no error of the arguments: each object is reported, as by KubeLinter.
func CompatTemplate() lint.Template { return template(true) }

// Differences are those between KubeLinter's template and this one.
func Differences() []rules.Difference {
	const name = "cel-expression"
	return []rules.Difference{{
		Rule:       name,
		KubeLinter: "reports each object for an expression that does not compile",
		Plimsoll:   "refuses the configuration",
		Reason:     "the mistake is in it, and not in the objects",
	}, {
		Rule:       name,
		KubeLinter: "reports an object on which the expression fails",
		Plimsoll:   "says that the object could not be judged",
		Reason:     "it may be as it should be",
	}, {
		Rule:       name,
		KubeLinter: "all numbers are of type double",
		Plimsoll:   "whole ones are of type int",
		Reason:     "that is how they are written, and int and double cannot be added",
	}, {
		Rule:       name,
		KubeLinter: "objects have the fields that Go's types write when they are empty, such as status; in compat mode here they do not",
		Plimsoll:   "objects are as they are written",
		Reason:     "fields that nobody wrote cannot be looked at or mended",
	}}
}

type params struct {
	Check string `yaml:"check" doc:"the expression: it gives a string, which is empty for an object that is as it should be" required:""`
}

func template(compat bool) lint.Template {
	const doc = "Reports the objects for which an expression of the Common Expression Language gives a text. It knows the variables object, and objects: all of the context."
	return lint.NewTemplate("cel-expression", doc, params{}, func(params params) (*lint.Rule, error) {
		program, err := compile(params.Check)
		if err != nil && !compat {
			return nil, fmt.Errorf("check: %w", err)
		}
		r := &rule{program: program, err: err}
		return &lint.Rule{Run: r.run, CompatUntyped: true}, nil
	}).For(lint.Any).Titled("Expressions")
}

// maxCost bounds an evaluation: ten times what a cluster allows one expression.
// https://kubernetes.io/docs/reference/using-api/cel/#resource-constraints
const maxCost = 10_000_000

// interruptEvery is how many steps of a loop pass between two looks at whether the
// run was cancelled.
const interruptEvery = 100

// errNoString is matched by the error of an expression that gives something else
// than a string.
var errNoString = errors.New("want a string")

// compile makes a program of an expression. It is safe for concurrent use.
func compile(expr string) (cel.Program, error) {
	object := cel.MapType(cel.StringType, cel.AnyType)
	env, err := cel.NewEnv(cel.Variable("object", object), cel.Variable("objects", cel.ListType(object)))
	if err != nil {
		return nil, fmt.Errorf("failed to create CEL environment: %w", err)
	}
	ast, issues := env.Compile(expr)
	if err := issues.Err(); err != nil {
		return nil, fmt.Errorf("failed to compile CEL expression: %w", err)
	}
	program, err := env.Program(ast, cel.CostLimit(maxCost), cel.InterruptCheckFrequency(interruptEvery))
	if err != nil {
		return nil, fmt.Errorf("failed to create CEL program: %w", err)
	}
	if t := ast.OutputType(); !t.IsAssignableType(cel.StringType) {
		return program, fmt.Errorf("%w, but the expression gives %s", errNoString, t)
	}
	return program, nil
}
