package scan

import (
	"context"
	"errors"
	"fmt"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A describer reads what a database says of vulnerabilities, once each. What
// cannot be read is a problem that hides nothing: the vulnerability is known.
type describer struct {
	db       vuln.Database
	read     map[string]*vuln.Advisory // nil: it could not be read
	known    map[string]vuln.Enrichment
	problems []artifact.Problem
}

// describe reads the advisory with that id; nil: it could not be read.
func (d *describer) describe(ctx context.Context, id string) *vuln.Advisory {
	if a, ok := d.read[id]; ok {
		return a
	}
	d.read[id] = nil
	a, err := d.db.Details(ctx, id)
	if err != nil {
		d.problem(id, fmt.Errorf("read advisory: %w", err))
		return nil
	}
	d.read[id] = &a
	return &a
}

// enrich reads what is known of a CVE.
func (d *describer) enrich(ctx context.Context, id string) vuln.Enrichment {
	db, ok := d.db.(vuln.Enricher)
	if !ok {
		return vuln.Enrichment{}
	}
	if e, ok := d.known[id]; ok {
		return e
	}
	e, err := db.Enrich(ctx, id)
	if err != nil {
		d.problem(id, err)
	}
	d.known[id] = e
	return e
}

func (d *describer) problem(id string, err error) {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return // the scan ends
	}
	d.problems = append(d.problems, artifact.Problem{Stage: artifact.StageMatch, Path: id, Err: err})
}

// severity is that of v by the sources of m; see [Advisories].
func (m *advisories) severity(ctx context.Context, d *describer, v *Vulnerability) (severity.Level, string) {
	if len(m.sources) == 0 {
		return automatic(v)
	}
	for _, source := range m.sources {
		if source == "auto" {
			if level, by := automatic(v); level != severity.Unknown {
				return level, by
			}
			continue
		}
		if v.SeveritySource == source {
			return v.Severity, source
		}
		ratings := v.Ratings
		for _, id := range v.Advisories {
			if a := d.describe(ctx, id); a != nil {
				ratings = append(ratings[:len(ratings):len(ratings)], a.Ratings...)
			}
		}
		if r := best(ratings, source); r.Level != severity.Unknown {
			return r.Level, source
		}
	}
	return severity.Unknown, ""
}

// automatic is the database's own choice.
func automatic(v *Vulnerability) (severity.Level, string) {
	if v.Severity != severity.Unknown {
		return v.Severity, v.SeveritySource
	}
	for _, source := range []string{"nvd", ""} {
		if r := best(v.Ratings, source); r.Level != severity.Unknown {
			return r.Level, r.Source
		}
	}
	return severity.Unknown, ""
}

// best is the rating by source, or by anyone if that is empty, which is a
// publisher's own word, else has the highest CVSS version; of two of one kind
// the higher.
func best(ratings []vuln.Rating, source string) vuln.Rating {
	var top vuln.Rating
	rank := func(r vuln.Rating) string {
		if len(r.Type) > 5 && r.Type[:5] == "CVSS_" {
			return r.Type
		}
		return "word"
	}
	for _, r := range ratings {
		if source != "" && r.Source != source || r.Level == severity.Unknown {
			continue
		}
		switch a, b := rank(r), rank(top); {
		case top.Level == severity.Unknown, a > b, a == b && (r.Level > top.Level || r.Level == top.Level && r.Score > top.Score):
			top = r
		}
	}
	return top
}
