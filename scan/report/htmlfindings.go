package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// htmlPageRows is how many rows of the table are in the document at a time.
const htmlPageRows = 100

// htmlFindings is the table of vulnerabilities.
type htmlFindings struct {
	Total    int
	Where    string // head of the column: "Layer" or "File"
	Wheres   []string
	Levels   []htmlCount // of which there are any
	Statuses []string    // that there are, sorted
	Known    int         // to be exploited
	Rows     []htmlRow   // the first page, for readers without scripts
	More     int         // rows after these
	Data     htmlData
}

// htmlData is what the script of the page reads. Its names are those in page.js.
type htmlData struct {
	Levels   []htmlLevel   `json:"-"`
	PageRows int           `json:"pageRows"`
	Wheres   []string      `json:"wheres"`
	Statuses []string      `json:"statuses"`
	Findings []htmlFinding `json:"findings"`
	Details  []htmlDetail  `json:"details"`
}

// An htmlFinding is a row.
type htmlFinding struct {
	ID        string   `json:"id"`
	Link      string   `json:"link,omitempty"`
	Severity  int      `json:"sev"` // as severity.Level
	Package   string   `json:"pkg"`
	Installed string   `json:"has"`
	Fixed     string   `json:"fix,omitempty"`
	Status    int      `json:"st"` // index in Statuses
	Where     int      `json:"at"` // index in Wheres, -1: nowhere
	Path      string   `json:"path,omitempty"`
	CVSS      float64  `json:"cvss,omitempty"`
	EPSS      *float64 `json:"epss,omitempty"` // per cent, two digits
	Known     bool     `json:"kev,omitempty"`
	Detail    int      `json:"about"` // index in Details
}

// An htmlDetail is what rows of one advisory share.
type htmlDetail struct {
	Title       string     `json:"title"`
	Description string     `json:"text,omitempty"`
	Facts       []htmlTerm `json:"facts,omitempty"`
	Links       []string   `json:"links,omitempty"`
	Addresses   []string   `json:"other,omitempty"` // that are no links
}

// An htmlTerm is a line of details.
type htmlTerm struct {
	Name  string `json:"n"`
	Value string `json:"v"`
}

// An htmlRow is a row as the template writes it. page.js writes the same.
type htmlRow struct {
	htmlFinding
	Level            htmlLevel
	CVSSText         string
	EPSSText         string
	WhereText, State string
	Detail           htmlDetail
}

// findingsOf is the table of r, by severity, then what is known to be exploited
// first, by EPSS and CVSS, and as the report has it.
func findingsOf(r *scan.Report, o *origins) htmlFindings {
	f := htmlFindings{Total: len(r.Vulnerabilities), Where: "File"}
	d := &f.Data
	d.PageRows = htmlPageRows
	d.Findings, d.Details, d.Statuses = []htmlFinding{}, []htmlDetail{}, []string{}
	if o.layers {
		f.Where = "Layer"
	}
	d.Wheres = make([]string, len(o.list))
	for i := range o.list {
		d.Wheres[i] = o.where(i)
		if o.list[i].found.total() > 0 {
			f.Wheres = append(f.Wheres, d.Wheres[i])
		}
	}
	slices.Sort(f.Wheres)
	f.Wheres = slices.Compact(f.Wheres)
	if o.layers {
		slices.SortFunc(f.Wheres, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	}
	statuses := make(map[string]int)
	details := make(map[[3]string]int)
	var found tally
	for i := range r.Vulnerabilities {
		v := &r.Vulnerabilities[i]
		found.add(v.Severity)
		state := strings.ReplaceAll(v.Status.String(), "_", " ")
		if _, ok := statuses[state]; !ok {
			statuses[state] = len(d.Statuses)
			d.Statuses = append(d.Statuses, state)
		}
		c := v.Component
		e := htmlFinding{
			ID: cell(v.ID), Link: webURL(primaryURL(v)), Severity: int(min(v.Severity, severity.Critical)),
			Package: cell(c.Name), Installed: cell(c.Version), Fixed: cell(v.Fixed), Status: statuses[state],
			Where: o.of(c), CVSS: cvssScore(v), Known: v.Exploited != nil,
		}
		if e.Known {
			f.Known++
		}
		e.Path = cell(c.Path)
		if c.Inside != "" {
			e.Path += " (" + cell(c.Inside) + ")"
		}
		if v.EPSS != nil {
			p := math.Round(10000*v.EPSS.Probability) / 100
			e.EPSS = &p
		}
		k := [3]string{v.ID, strings.Join(v.Advisories, "\x00")}
		if v.Advisory != nil {
			k[2] = v.Advisory.ID
		}
		n, ok := details[k]
		if !ok {
			n = len(d.Details)
			details[k] = n
			d.Details = append(d.Details, detailOf(v))
		}
		e.Detail = n
		d.Findings = append(d.Findings, e)
	}
	slices.SortStableFunc(d.Findings, func(a, b htmlFinding) int {
		return cmp.Or(b.Severity-a.Severity, byKnown(a, b), cmp.Compare(b.epss(), a.epss()), cmp.Compare(b.CVSS, a.CVSS))
	})
	for _, c := range found.counts() {
		if c.N > 0 {
			f.Levels = append(f.Levels, c)
		}
	}
	f.Statuses = slices.Sorted(slices.Values(d.Statuses))
	for _, e := range d.Findings[:min(len(d.Findings), htmlPageRows)] {
		f.Rows = append(f.Rows, d.row(e))
	}
	f.More = f.Total - len(f.Rows)
	return f
}

func byKnown(a, b htmlFinding) int {
	switch {
	case a.Known == b.Known:
		return 0
	case a.Known:
		return -1
	}
	return 1
}

// epss is the probability in per cent, -1 where there is none.
func (e *htmlFinding) epss() float64 {
	if e.EPSS == nil {
		return -1
	}
	return *e.EPSS
}

// row is e as it is shown.
func (d *htmlData) row(e htmlFinding) htmlRow {
	row := htmlRow{
		htmlFinding: e, Level: levelOf(severity.Level(e.Severity)), State: d.Statuses[e.Status], Detail: d.Details[e.Detail],
		CVSSText: "–", EPSSText: "–", WhereText: "–",
	}
	if e.CVSS > 0 {
		row.CVSSText = fmt.Sprintf("%.1f", e.CVSS)
	}
	if e.EPSS != nil {
		row.EPSSText = fmt.Sprintf("%.2f%%", *e.EPSS)
	}
	if e.Where >= 0 {
		row.WhereText = d.Wheres[e.Where]
	}
	return row
}

// cvssScore is the first score of the highest version of CVSS that v has, else 0.
func cvssScore(v *scan.Vulnerability) float64 {
	ratings := allRatings(v)
	for _, version := range []string{"CVSS_V4", "CVSS_V3", "CVSS_V2"} {
		for _, r := range ratings {
			if r.Type == version && r.Score > 0 {
				return math.Round(10*r.Score) / 10
			}
		}
	}
	return 0
}

// maxLinks bounds the references that are shown of an advisory.
const maxLinks = 40

// detailOf is what there is to say of v beside its row.
func detailOf(v *scan.Vulnerability) htmlDetail {
	var d htmlDetail
	add := func(name, value string) {
		if value != "" {
			d.Facts = append(d.Facts, htmlTerm{name, cell(value)})
		}
	}
	if e := v.Exploited; e != nil {
		text := "listed by CISA since " + e.Added.Format(time.DateOnly)
		if !e.Due.IsZero() {
			text += ", to be mended by " + e.Due.Format(time.DateOnly)
		}
		if e.Ransomware {
			text += ", used by ransomware"
		}
		add("Known to be exploited", text)
	}
	if e := v.EPSS; e != nil {
		add("EPSS", fmt.Sprintf("%.2f%% within 30 days, more than %.0f%% of all, on %s",
			100*e.Probability, 100*e.Percentile, e.Date.Format(time.DateOnly)))
	}
	for _, r := range allRatings(v) {
		name := strings.Replace(strings.TrimPrefix(r.Type, "CVSS_"), "V", "CVSS ", 1)
		if !strings.HasPrefix(r.Type, "CVSS_V") {
			name = r.Type
		}
		text := strings.TrimSpace(r.Source + " " + name + ": " + r.Vector)
		if r.Score > 0 {
			text = fmt.Sprintf("%s (%.1f)", text, r.Score)
		}
		add("Rating", text)
	}
	if v.SeveritySource != "" {
		add("Severity by", v.SeveritySource)
	}
	if ids := vendorIDs(v); len(ids) > 0 {
		add("Advisories", strings.Join(ids, ", "))
	}
	a := v.Advisory
	if a == nil {
		return d
	}
	d.Title, d.Description = cell(a.Title), paragraphs(a.Description)
	if d.Title == "" {
		d.Title = shortTitle(a.Description)
	}
	if !a.Published.IsZero() {
		add("Published", a.Published.UTC().Format(time.DateOnly))
	}
	if !a.Modified.IsZero() {
		add("Modified", a.Modified.UTC().Format(time.DateOnly))
	}
	for _, address := range a.References {
		if len(d.Links)+len(d.Addresses) == maxLinks {
			d.Addresses = append(d.Addresses, fmt.Sprintf("and %d more", len(a.References)-maxLinks))
			break
		}
		if link := webURL(address); link != "" {
			d.Links = append(d.Links, link)
		} else {
			d.Addresses = append(d.Addresses, cell(address))
		}
	}
	return d
}
