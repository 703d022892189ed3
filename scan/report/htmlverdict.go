package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// An htmlVerdict is the head of the page.
type htmlVerdict struct {
	Class    string // "pass", "fail", "open": nothing is decided
	Headline string
	Reasons  []string
	More     int // reasons that are not shown
	Rows     []htmlCounts
	Notes    []string // what else is worth a glance
}

// htmlCounts are how many findings of one sort there are.
type htmlCounts struct {
	Name   string
	Total  int
	Counts []htmlCount
}

// maxReasons bounds the reasons that are shown.
const maxReasons = 12

// verdict judges r.
func (h HTML) verdict(r *scan.Report) htmlVerdict {
	v := htmlVerdict{Class: "open"}
	var vulnerabilities, diagnostics tally
	fixed, exploited := 0, 0
	for i := range r.Vulnerabilities {
		f := &r.Vulnerabilities[i]
		vulnerabilities.add(f.Severity)
		if f.Fixed != "" {
			fixed++
		}
		if f.Exploited != nil {
			exploited++
		}
	}
	for i := range r.Diagnostics {
		diagnostics.add(r.Diagnostics[i].Severity)
	}
	packages, manifests := judged(r), len(r.Diagnostics) > 0 || len(r.Files) > 0
	if packages {
		v.Rows = append(v.Rows, htmlCounts{"Vulnerabilities", vulnerabilities.total(), vulnerabilities.counts()})
	}
	if manifests {
		v.Rows = append(v.Rows, htmlCounts{"Diagnostics", diagnostics.total(), diagnostics.counts()})
	}
	found := vulnerabilities.total() + diagnostics.total()
	scored, low := 0, 0
	for i := range r.Scores {
		if r.Scores[i].Supported || !r.Scores[i].Valid() {
			scored++
		}
		if r.Scores[i].Failed() {
			low++
		}
	}
	switch {
	case h.Gate != nil:
		judgement := h.Gate.Judge(r)
		v.Class, v.Headline = "pass", "Passes the gate"
		if judgement.Failed {
			v.Class, v.Headline = "fail", "Fails the gate"
		} else if !judgement.Complete {
			v.Headline = "Passes the gate, though the report is not complete"
		}
		for _, reason := range judgement.Reasons {
			v.Reasons = append(v.Reasons, cell(reason))
		}
	case found == 0 && low > 0:
		v.Class, v.Headline = "fail", fmt.Sprintf("%d of %s not hardened enough", low, plural(scored, "object", "objects"))
	case found == 0 && scored > 0 && !incomplete(r):
		v.Class, v.Headline = "pass", plural(scored, "object", "objects")+" hardened enough"
	case !packages && !manifests && scored == 0:
		v.Headline = "Nothing was judged"
	case found == 0 && incomplete(r):
		v.Headline = "Nothing found, but not everything was judged"
	case found == 0:
		v.Headline = "Nothing found"
	default:
		var parts []string
		if n := vulnerabilities.total(); n > 0 {
			parts = append(parts, plural(n, "vulnerability", "vulnerabilities"))
		}
		if n := diagnostics.total(); n > 0 {
			parts = append(parts, plural(n, "diagnostic", "diagnostics"))
		}
		v.Headline = strings.Join(parts, ", ")
		if incomplete(r) {
			v.Headline = "At least " + v.Headline
		}
	}
	if len(v.Reasons) > maxReasons {
		v.More = len(v.Reasons) - maxReasons
		v.Reasons = v.Reasons[:maxReasons]
	}
	if n := vulnerabilities.total(); n > 0 {
		v.Notes = append(v.Notes, fmt.Sprintf("%d of %d have a fixed version", fixed, n))
	}
	if exploited > 0 {
		v.Notes = append(v.Notes, fmt.Sprintf("%d known to be exploited", exploited))
	}
	if r.Unsupported() {
		v.Notes = append(v.Notes, "the support of this system ended on "+r.EndOfLife.Date.Format(time.DateOnly))
	}
	return v
}

// An htmlFact is a line of what is known of a target.
type htmlFact struct{ Name, Value string }

// factsOf are those of r that are known.
func factsOf(r *scan.Report) []htmlFact {
	var list []htmlFact
	add := func(name, value string) {
		if value != "" {
			list = append(list, htmlFact{name, cell(value)})
		}
	}
	t := &r.Target
	add("Target", t.Name)
	add("Kind", string(t.Kind))
	if r.OS != nil {
		add("Operating system", r.OS.String())
	}
	if r.EndOfLife != nil && !r.EndOfLife.Date.IsZero() {
		add("Supported until", r.EndOfLife.Date.Format(time.DateOnly))
	}
	add("Platform", t.Platform)
	if t.Reference != t.Name {
		add("Reference", t.Reference)
	}
	add("Digest", string(t.Digest))
	add("Image ID", string(t.ImageID))
	add("Commit", t.Commit)
	if n := len(r.Layers); n > 0 && t.Kind == artifact.KindImage {
		add("Layers", fmt.Sprint(n))
	}
	if n := len(r.Components); n > 0 {
		add("Packages", fmt.Sprint(n))
	}
	if db := r.Database; db != nil {
		add("Advisories", fmt.Sprint(db.Advisories))
		if !db.Built.IsZero() {
			add("Database built", db.Built.UTC().Format("2006-01-02 15:04 UTC"))
		}
		var names []string
		for _, s := range db.Sources {
			names = append(names, s.Name)
		}
		add("Sources", strings.Join(names, ", "))
	}
	if !r.Created.IsZero() {
		add("Report made", r.Created.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return list
}

// htmlProblems are what could not be read or judged, what hides the most first.
type htmlProblems struct {
	Hiding, Total int
	Shown         []htmlProblem
	More          int
}

type htmlProblem struct{ Stage, Place, Cause, Hides string }

// maxProblems bounds the problems that are shown.
const maxProblems = 200

func problemsOf(r *scan.Report) htmlProblems {
	p := htmlProblems{Total: len(r.Problems)}
	sorted := slices.Clone(r.Problems)
	slices.SortStableFunc(sorted, func(a, b scan.Problem) int { return int(b.Hides) - int(a.Hides) })
	for _, e := range sorted {
		if e.Hides != artifact.HidesNothing {
			p.Hiding++
		}
		if len(p.Shown) == maxProblems {
			p.More++
			continue
		}
		place := e.Path
		if place == "" {
			place = string(e.Layer)
		}
		p.Shown = append(p.Shown, htmlProblem{printable(string(e.Stage)), cell(place), cell(fmt.Sprint(e.Err)), e.Hides.String()})
	}
	return p
}
