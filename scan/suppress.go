package scan

import (
	"context"
	"fmt"
	"slices"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// A Suppressor says which findings of a report somebody decided not to be shown.
// Those of package suppress read ignore files and VEX documents.
type Suppressor interface {
	// Suppress looks at r, which it must not change.
	Suppress(ctx context.Context, r *Report) (Decisions, error)
}

// Decisions are what one Suppressor decided.
type Decisions struct {
	Vulnerabilities map[int]Decision // by index in Report.Vulnerabilities
	Diagnostics     map[int]Decision // by index in Report.Diagnostics
	// Problems are what it could not read, or does not hold any more. They hide
	// nothing: the findings stay in the report.
	Problems []Problem
}

// A Decision says why a finding is not to be shown.
type Decision struct {
	By string // what it is from: "ignore file", "OpenVEX"
	// Outcome is "ignored", "not_affected" or "fixed".
	Outcome string
	Reason  string // in words, or a format's word for one; may be empty
	Source  string // where it stands: a file, and the line or path in it
}

// A SuppressedVulnerability is one that is not to be shown.
type SuppressedVulnerability struct {
	Vulnerability
	Decision
}

// Suppress returns a copy of r from which list has moved what it decided to
// Suppressed and SuppressedVulnerabilities, in the order of the report. Each of list
// is asked about what those before it left. One that fails is a Problem, and
// suppresses nothing; an error is ctx's.
func Suppress(ctx context.Context, r *Report, list ...Suppressor) (*Report, error) {
	out := *r
	out.Problems = slices.Clone(r.Problems)
	for _, s := range list {
		made, err := safeSuppress(ctx, s, &out)
		if ctx.Err() != nil {
			return nil, fmt.Errorf("suppress findings of %s: %w", r.Target.Name, ctx.Err())
		}
		if err != nil {
			made = Decisions{Problems: append(made.Problems, Problem{Stage: artifact.StageMatch, Err: err})}
		}
		out.suppress(made)
	}
	sortProblems(out.Problems, out.Layers)
	return &out, nil
}

func safeSuppress(ctx context.Context, s Suppressor, r *Report) (made Decisions, err error) {
	defer catch(&err)
	return s.Suppress(ctx, r)
}

// suppress moves what was decided. The lists are made anew: others share the old.
func (r *Report) suppress(made Decisions) {
	for _, p := range made.Problems {
		p.Hides = artifact.HidesNothing
		r.Problems = append(r.Problems, p)
	}
	if len(made.Vulnerabilities) > 0 {
		var kept []Vulnerability
		hidden := slices.Clone(r.SuppressedVulnerabilities)
		for i, v := range r.Vulnerabilities {
			if d, ok := made.Vulnerabilities[i]; ok {
				hidden = append(hidden, SuppressedVulnerability{v, d})
			} else {
				kept = append(kept, v)
			}
		}
		r.Vulnerabilities, r.SuppressedVulnerabilities = kept, hidden
	}
	if len(made.Diagnostics) > 0 {
		var kept []lint.Diagnostic
		hidden := slices.Clone(r.Suppressed)
		for i, diagnostic := range r.Diagnostics {
			if d, ok := made.Diagnostics[i]; ok {
				hidden = append(hidden, lint.Suppressed{Diagnostic: diagnostic, By: d.By, Reason: d.Reason, Source: d.Source})
			} else {
				kept = append(kept, diagnostic)
			}
		}
		r.Diagnostics, r.Suppressed = kept, hidden
	}
}
