package scan

import (
	"context"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// Lint is the matcher that runs rules over the objects of an inventory, as
// lint.Run does.
func Lint(rules []*lint.Rule, opts lint.Options) Matcher { return &linter{rules, opts} }

type linter struct {
	rules []*lint.Rule
	opts  lint.Options
}

func (l *linter) Name() string { return "lint" }

func (l *linter) Match(ctx context.Context, inv *Inventory) (Results, error) {
	found, err := lint.Run(ctx, inv.Objects, l.rules, l.opts)
	if err != nil {
		return Results{}, err
	}
	return lintResults(found), nil
}

// Linted is the matcher that brings what rules have found already into a report.
func Linted(found *lint.Result) Matcher { return linted{found} }

type linted struct{ found *lint.Result }

func (linted) Name() string { return "lint" }

func (l linted) Match(context.Context, *Inventory) (Results, error) {
	return lintResults(l.found), nil
}

func lintResults(found *lint.Result) Results {
	res := Results{Diagnostics: found.Diagnostics, Suppressed: found.Suppressed}
	for _, p := range found.Problems {
		res.Problems = append(res.Problems, Problem{
			Stage: artifact.StageMatch, Path: p.Position.String(), Err: &ruleError{p}, Hides: artifact.HidesSome,
		})
	}
	return res
}

// A ruleError is a problem of a rule without its position.
type ruleError struct{ lint.Problem }

func (e *ruleError) Error() string {
	p := e.Problem
	text := p.Err.Error()
	if p.Rule != "" {
		text = "rule " + p.Rule + ": " + text
	}
	if p.Object.Kind != "" {
		text = p.Object.String() + ": " + text
	}
	return text
}
