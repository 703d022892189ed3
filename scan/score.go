package scan

import (
	"context"
	"errors"
	"fmt"

	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/score"
)

// Score is the matcher that scores the objects of an inventory, as score.Run does.
// An object that is not valid is a Problem too.
func Score(opts score.Options) Matcher { return scorer{opts} }

type scorer struct{ opts score.Options }

func (scorer) Name() string { return "score" }

func (s scorer) Match(_ context.Context, inv *Inventory) (Results, error) {
	return scoreResults(score.Run(inv.Objects, s.opts)), nil
}

// Scored is the matcher that brings scores that are there already into a report.
func Scored(results []score.Result) Matcher { return scored{results} }

type scored struct{ results []score.Result }

func (scored) Name() string { return "score" }

func (s scored) Match(context.Context, *Inventory) (Results, error) {
	return scoreResults(s.results), nil
}

func scoreResults(results []score.Result) Results {
	res := Results{Scores: results}
	for i := range results {
		r := &results[i]
		if r.Err != nil {
			at, cause := r.Position(), r.Err
			if p := (manifest.Problem{}); errors.As(r.Err, &p) {
				at, cause = p.Position, p.Err
			}
			res.Problems = append(res.Problems, Problem{
				Stage: artifact.StageMatch, Path: at.String(), Err: fmt.Errorf("%s is not scored: %w", r.Name, cause), Hides: artifact.HidesSome,
			})
		}
		for _, p := range r.Problems {
			res.Problems = append(res.Problems, Problem{
				Stage: artifact.StageMatch, Path: p.Position.String(), Err: &ruleError{p}, Hides: artifact.HidesSome,
			})
		}
	}
	return res
}
