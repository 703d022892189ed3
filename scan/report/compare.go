package report

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// Comparison writes a row for each target, the least risk first, then which of them
// have a critical vulnerability, which have the fewest, and what all have in common.
func (t Table) Comparison(ctx context.Context, w io.Writer, c *scan.Comparison) error {
	var out bytes.Buffer
	out.WriteString("Comparison, the least risk first\n\n")
	columns := []column{{Name: "Target"}, {Name: "Total", Whole: true}}
	levels := severity.Levels()
	slices.Reverse(levels)
	for _, l := range levels {
		columns = append(columns, column{Name: l.String(), Whole: true})
	}
	for _, name := range []string{"Exploited", "Fixable", "Unfixed", "Own", "Size", "Built"} {
		columns = append(columns, column{Name: name})
	}
	g := grid{Columns: columns}
	for i := range c.Targets {
		x := &c.Targets[i]
		row := []string{cell(x.Name), fmt.Sprint(len(x.Vulnerabilities))}
		for _, l := range levels {
			row = append(row, fmt.Sprint(x.Counts[l]))
		}
		g.add(append(row, fmt.Sprint(x.Exploited), fmt.Sprint(x.Fixable), fmt.Sprint(x.Unfixed), fmt.Sprint(len(x.Own)), size(x.Size), builtOn(x.Snapshot))...)
	}
	g.draw(&out, t)
	out.WriteString("Own are those that no other target has.\n\n")
	answers(&out, c)
	return write(ctx, w, out.Bytes())
}

// answers says in words what a comparison is asked for.
func answers(out *bytes.Buffer, c *scan.Comparison) {
	list := func(of []scan.Compared, n func(*scan.Compared) int) string {
		var words []string
		for i := range of {
			words = append(words, fmt.Sprintf("%s (%d)", cell(of[i].Name), n(&of[i])))
		}
		return strings.Join(words, ", ")
	}
	if critical := c.Critical(); len(critical) > 0 {
		fmt.Fprintf(out, "Critical vulnerabilities: %s\n", list(critical, func(x *scan.Compared) int { return x.Counts[severity.Critical] }))
	} else {
		out.WriteString("Critical vulnerabilities: none\n")
	}
	if fewest := c.Fewest(); len(fewest) > 0 {
		fmt.Fprintf(out, "Fewest vulnerabilities: %s\n", list(fewest, func(x *scan.Compared) int { return len(x.Vulnerabilities) }))
		fmt.Fprintf(out, "Least risk: %s\n", cell(c.Targets[0].Name))
	}
	if len(c.Targets) > 1 {
		fmt.Fprintf(out, "In all of them: %d\n", len(c.Shared))
	}
	for i := range c.Targets {
		if x := &c.Targets[i]; x.EndOfLife {
			fmt.Fprintf(out, "%s: the support of %s has ended: later vulnerabilities may have no advisory, and no fix.\n", cell(x.Name), cell(x.OS))
		}
	}
	for i := range c.Targets {
		if x := &c.Targets[i]; !x.Complete {
			fmt.Fprintf(out, "%s: INCOMPLETE, there may be more vulnerabilities.\n", cell(x.Name))
		}
	}
}

// size is a number of bytes for people; "-" where it is not known.
func size(n int64) string {
	switch {
	case n <= 0:
		return "-"
	case n < 1e6:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1e9:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// builtOn is when an image was built, and how old it was when it was scanned.
func builtOn(s *scan.Snapshot) string {
	if s.Built.IsZero() {
		return "-"
	}
	day := s.Built.UTC().Format(time.DateOnly)
	if n := days(s); n >= 0 {
		return fmt.Sprintf("%s (%d days)", day, n)
	}
	return day
}

// days is how old an image was when it was scanned, -1: not known.
func days(s *scan.Snapshot) int {
	if s.Built.IsZero() || s.Reported.Before(s.Built) {
		return -1
	}
	return int(s.Reported.Sub(s.Built).Hours() / 24)
}

// Difference writes what appeared and what went, the worst first.
func (t Table) Difference(ctx context.Context, w io.Writer, d *scan.Difference) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "From %s to %s: %d appeared, %d went\n", cell(d.Old.Name), cell(d.New.Name),
		len(d.Appeared)+len(d.AppearedDiagnostics), len(d.Gone)+len(d.GoneDiagnostics))
	for _, part := range []struct {
		name            string
		vulnerabilities []scan.KnownVulnerability
		diagnostics     []scan.KnownDiagnostic
	}{{"Appeared", d.Appeared, d.AppearedDiagnostics}, {"Gone", d.Gone, d.GoneDiagnostics}} {
		if len(part.vulnerabilities)+len(part.diagnostics) == 0 {
			continue
		}
		heading(&out, part.name)
		if list := worstFirst(part.vulnerabilities, func(v scan.KnownVulnerability) severity.Level { return v.Severity }); len(list) > 0 {
			g := grid{Columns: []column{{Name: "Library"}, {Name: "Vulnerability", Whole: true}, {Name: "Severity", Whole: true, Severity: true}, {Name: "Installed Version"}, {Name: "Fixed Version"}}}
			for _, v := range list {
				library := v.Package
				if v.Path != "" {
					library += " (" + v.Path + ")"
				}
				g.add(cell(library), cell(v.ID), v.Severity.String(), cell(v.Version), cell(v.Fixed))
			}
			g.draw(&out, t)
		}
		if list := worstFirst(part.diagnostics, func(d scan.KnownDiagnostic) severity.Level { return d.Severity }); len(list) > 0 {
			g := grid{Columns: []column{{Name: "File"}, {Name: "Rule", Whole: true}, {Name: "Severity", Whole: true, Severity: true}, {Name: "Message"}}}
			for _, d := range list {
				g.add(cell(d.Path), cell(d.Rule), d.Severity.String(), cell(d.Message))
			}
			g.draw(&out, t)
		}
	}
	for _, s := range []*scan.Snapshot{d.Old, d.New} {
		if !s.Complete {
			fmt.Fprintf(&out, "%s: INCOMPLETE, there may be more vulnerabilities.\n", cell(s.Name))
		}
	}
	return write(ctx, w, out.Bytes())
}

func worstFirst[T any](list []T, level func(T) severity.Level) []T {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(level(b), level(a)) })
	return list
}

// The JSON of comparisons is plimsoll's own: Trivy has none.
type (
	jsonComparison struct {
		Targets  []jsonCompared            `json:"targets"`
		Critical []string                  `json:"critical"` // names, the most first
		Fewest   []string                  `json:"fewest"`
		Shared   []scan.KnownVulnerability `json:"shared"`
	}
	jsonSnapshot struct {
		Name      string     `json:"name"`
		OS        string     `json:"os,omitempty"`
		EndOfLife bool       `json:"endOfLife,omitempty"`
		Complete  bool       `json:"complete"`
		Size      int64      `json:"size,omitempty"`
		Built     *time.Time `json:"built,omitempty"`
		AgeDays   *int       `json:"ageDays,omitempty"` // when it was scanned
	}
	jsonCompared struct {
		jsonSnapshot
		Total     int                       `json:"total"`
		Counts    map[severity.Level]int    `json:"counts"`
		Fixable   int                       `json:"fixable"`
		Unfixed   int                       `json:"unfixed"`
		Exploited int                       `json:"exploited"`
		Own       []scan.KnownVulnerability `json:"own"`
	}
	jsonDifference struct {
		Old                 jsonSnapshot              `json:"old"`
		New                 jsonSnapshot              `json:"new"`
		Appeared            []scan.KnownVulnerability `json:"appeared"`
		Gone                []scan.KnownVulnerability `json:"gone"`
		AppearedDiagnostics []scan.KnownDiagnostic    `json:"appearedDiagnostics"`
		GoneDiagnostics     []scan.KnownDiagnostic    `json:"goneDiagnostics"`
	}
)

// Comparison writes c, the least risk first. Lists are never null.
func (j JSON) Comparison(ctx context.Context, w io.Writer, c *scan.Comparison) error {
	d := jsonComparison{Targets: []jsonCompared{}, Critical: []string{}, Fewest: []string{}, Shared: full(c.Shared)}
	for i := range c.Targets {
		x := &c.Targets[i]
		d.Targets = append(d.Targets, jsonCompared{
			jsonSnapshot: snapshotOf(x.Snapshot), Total: len(x.Vulnerabilities), Counts: x.Counts,
			Fixable: x.Fixable, Unfixed: x.Unfixed, Exploited: x.Exploited, Own: full(x.Own),
		})
	}
	for _, x := range c.Critical() {
		d.Critical = append(d.Critical, x.Name)
	}
	for _, x := range c.Fewest() {
		d.Fewest = append(d.Fewest, x.Name)
	}
	return writeJSON(ctx, w, "a comparison", d)
}

// Difference writes d. Lists are never null.
func (j JSON) Difference(ctx context.Context, w io.Writer, d *scan.Difference) error {
	return writeJSON(ctx, w, "a comparison", jsonDifference{
		Old: snapshotOf(d.Old), New: snapshotOf(d.New), Appeared: full(d.Appeared), Gone: full(d.Gone),
		AppearedDiagnostics: full(d.AppearedDiagnostics), GoneDiagnostics: full(d.GoneDiagnostics),
	})
}

func snapshotOf(s *scan.Snapshot) jsonSnapshot {
	out := jsonSnapshot{Name: s.Name, OS: s.OS, EndOfLife: s.EndOfLife, Complete: s.Complete, Size: s.Size, Built: instant(s.Built)}
	if n := days(s); n >= 0 {
		out.AgeDays = &n
	}
	return out
}

// full is list, in JSON an empty one where there is none.
func full[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
