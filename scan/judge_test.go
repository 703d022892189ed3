package scan_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// A fakeDB knows hits by source package, and which advisories were read.
type fakeDB struct {
	hits   map[string][]vuln.Hit
	err    error
	read   []string
	unread int
}

func (db *fakeDB) Affected(_ context.Context, os vuln.OS, p *vuln.Package, yield func(vuln.Hit) bool) error {
	if _, err := vuln.LookupOf(os, p.Type); err != nil {
		return err
	}
	for _, h := range db.hits[p.SourceName] {
		if !yield(h) {
			break
		}
	}
	return db.err
}

func (db *fakeDB) Details(_ context.Context, id string) (vuln.Advisory, error) {
	db.read = append(db.read, id)
	if strings.HasPrefix(id, "lost") {
		return vuln.Advisory{}, vuln.ErrNotFound
	}
	return vuln.Advisory{ID: id, Title: "title of " + id}, nil
}

func (db *fakeDB) Info() vuln.DatabaseInfo { return vuln.DatabaseInfo{Schema: 7, Unread: db.unread} }

// inventory is of Debian 12 with packages "name=version".
func inventory(packages ...string) *scan.Inventory {
	inv := &scan.Inventory{
		OS: &vuln.OS{Family: vuln.Debian, Version: "12"}, Layers: []scan.LayerInfo{{DiffID: "sha256:aa"}},
		Target: scan.Target{Name: "test"},
	}
	for _, p := range packages {
		name, version, _ := strings.Cut(p, "=")
		inv.Components = append(inv.Components, scan.Component{Package: vuln.Package{
			Type: vuln.TypeDeb, Name: name, Version: version, SourceName: name, SourceVersion: version,
		}})
	}
	return inv
}

func found(r *scan.Report) string {
	var lines []string
	for _, v := range r.Vulnerabilities {
		line := fmt.Sprintf("%s %s %s %q", v.Component.Name, v.ID, v.Severity, v.Fixed)
		if v.Advisory != nil {
			line += " " + v.Advisory.Title
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func newFakeDB() *fakeDB {
	return &fakeDB{hits: map[string][]vuln.Hit{
		"a": {
			{Advisory: "A1", IDs: []string{"CVE-1"}, Severity: severity.Low, Fixed: "2"},
			{Advisory: "A2", IDs: []string{"CVE-2", "CVE-3"}, Severity: severity.High, Fixed: "3"},
		},
		"b": {{Advisory: "A4", IDs: []string{"CVE-4"}, Severity: severity.High}},
	}}
}

// An enrichedDB knows more of a CVE than advisories say.
type enrichedDB struct{ *fakeDB }

func (db enrichedDB) Enrich(_ context.Context, cve string) (vuln.Enrichment, error) {
	switch cve {
	case "CVE-1":
		return vuln.Enrichment{EPSS: &vuln.EPSS{Probability: 0.5}}, nil
	case "CVE-2":
		return vuln.Enrichment{Exploited: &vuln.Exploited{}, EPSS: &vuln.EPSS{Probability: 0.2}}, nil
	case "CVE-5":
		return vuln.Enrichment{Ratings: []vuln.Rating{
			{Type: "CVSS_V3", Score: 9.9, Level: severity.Critical, Source: "ghsa"},
			{Type: "CVSS_V2", Score: 4, Level: severity.Medium, Source: "nvd"},
			{Type: "CVSS_V3", Score: 8, Level: severity.High, Source: "nvd"},
		}}, nil
	}
	return vuln.Enrichment{}, nil
}

// Gates know what is exploited, or likely to be; severities come from who is
// asked, and from others where the advisory has none.
func TestEnrichment(t *testing.T) {
	t.Parallel()
	db := enrichedDB{newFakeDB()}
	db.hits["c"] = []vuln.Hit{{Advisory: "A5", IDs: []string{"CVE-5"}}}
	rep, err := scan.Judge(t.Context(), inventory("a=1", "b=1", "c=1"), scan.Options{Database: db})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range rep.Vulnerabilities {
		if v.ID == "CVE-5" && (v.Severity != severity.High || v.SeveritySource != "nvd") {
			t.Errorf("CVE-5 is %s by %q, want HIGH by nvd", v.Severity, v.SeveritySource)
		}
	}
	for _, row := range []struct {
		gate scan.Gate
		want string
	}{
		{scan.Gate{Exploited: true}, "[1 known to be exploited]"},
		{scan.Gate{MinEPSS: 0.2}, "[2 with an EPSS probability of 0.2 or more]"},
		{scan.Gate{MinEPSS: 0.6}, "[]"},
		{scan.Gate{Exploited: true, Severity: severity.High}, "[4 vulnerabilities of severity HIGH 1 known to be exploited]"},
		{scan.Gate{Exploited: true, IgnoreUnfixed: true, MinEPSS: 0.4}, "[1 known to be exploited 1 with an EPSS probability of 0.4 or more]"},
	} {
		if v := row.gate.Judge(rep); fmt.Sprint(v.Reasons) != row.want || v.Failed != (row.want != "[]") {
			t.Errorf("%+v: %v, failed %t, want %s", row.gate, v.Reasons, v.Failed, row.want)
		}
	}
	for sources, want := range map[string]severity.Level{"ghsa": severity.Critical, "nvd": severity.High, "nobody": severity.Unknown, "nobody,auto": severity.High} {
		rep, err := scan.Judge(t.Context(), inventory("c=1"), scan.Options{Database: db, SeveritySources: strings.Split(sources, ",")})
		if err != nil || rep.Vulnerabilities[0].Severity != want {
			t.Errorf("severity by %s = %+v, %v, want %s", sources, rep.Vulnerabilities, err, want)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		filter scan.Filter
		want   string
		read   string
	}{
		{
			"all", scan.Filter{},
			"a CVE-2 HIGH \"3\" title of A2\na CVE-3 HIGH \"3\" title of A2\na CVE-1 LOW \"2\" title of A1\nb CVE-4 HIGH \"\" title of A4",
			"[A1 A2 A4]",
		},
		{"low", scan.Filter{Severities: []severity.Level{severity.Low, severity.Critical}}, "a CVE-1 LOW \"2\" title of A1", "[A1]"},
		{"fixed and high", scan.Filter{Severities: []severity.Level{severity.High}, IgnoreUnfixed: true},
			"a CVE-2 HIGH \"3\" title of A2\na CVE-3 HIGH \"3\" title of A2", "[A2]"},
		{"none", scan.Filter{Severities: []severity.Level{}}, "", "[]"},
	}
	for _, tt := range tests {
		db := newFakeDB()
		rep, err := scan.Judge(t.Context(), inventory("a=1", "b=1", "c=1"), scan.Options{Database: db, Filter: tt.filter})
		if err != nil {
			t.Fatal(err)
		}
		if got := found(rep); got != tt.want || len(rep.Problems) > 0 {
			t.Errorf("%s: Judge finds\n%s\nwith problems %v, want\n%s", tt.name, got, rep.Problems, tt.want)
		}
		if got := fmt.Sprint(db.read); got != tt.read {
			t.Errorf("%s: Judge read advisories %s, want %s", tt.name, got, tt.read)
		}
		if len(rep.Components) != 3 || rep.Database == nil || rep.Database.Schema != 7 {
			t.Errorf("%s: report has %d components and database %v, want 3 and schema 7", tt.name, len(rep.Components), rep.Database)
		}
	}
}

func TestJudgeProblems(t *testing.T) {
	t.Parallel()
	noOS, plan9 := inventory("a=1"), inventory("a=1", "b=1")
	noOS.OS = nil
	plan9.OS = &vuln.OS{Family: "plan9", Version: "4"}
	hits := func(h ...vuln.Hit) map[string][]vuln.Hit { return map[string][]vuln.Hit{"a": h} }
	tests := []struct {
		name string
		inv  *scan.Inventory
		db   *fakeDB
		want string
	}{
		{"no operating system", noOS, newFakeDB(), "match: no operating system found (hides all)"},
		{"no advisories for the family", plan9, newFakeDB(), `match: 2 packages not matched: no advisories for the family "plan9" (hides all)`},
		{
			"a database without this release", inventory("a=1", "b=1"), &fakeDB{err: fmt.Errorf("%w for Debian:12", vuln.ErrNoAdvisories)},
			"match: 2 packages not matched: no advisories for Debian:12 (hides all)",
		},
		{"a broken database", inventory("a=1"), &fakeDB{err: errors.New("database damaged")}, "match: look up a 1: database damaged (hides all)"},
		{
			"a version out of order", inventory("a=1", "b=not a version"), newFakeDB(),
			"match sha256:aa b@not a version: ERROR (hides some)",
		},
		{
			"an advisory out of order", inventory("a=1"), &fakeDB{hits: hits(vuln.Hit{Advisory: "A9", Err: errors.New("range of type GIT")})},
			"match sha256:aa a@1: advisory A9: range of type GIT (hides some)",
		},
		{
			"an advisory that is not there", inventory("a=1"), &fakeDB{hits: hits(vuln.Hit{Advisory: "lost", IDs: []string{"CVE-1"}})},
			"match lost: read advisory: advisory not found (hides nothing)",
		}, {
			"a database that lacks records", inventory("a=1"), &fakeDB{unread: 2},
			"match: the database lacks 2 advisories that could not be read when it was built (hides some)",
		},
	}
	for _, tt := range tests {
		rep, err := scan.Judge(t.Context(), tt.inv, scan.Options{Database: tt.db})
		if err != nil {
			t.Fatal(err)
		}
		got := problems(rep.Problems)
		before, after, ok := strings.Cut(tt.want, "ERROR")
		if got != tt.want && (!ok || !strings.HasPrefix(got, before) || !strings.HasSuffix(got, after)) {
			t.Errorf("%s: Judge has problems\n%s\nwant\n%s", tt.name, got, tt.want)
		}
		if len(rep.Components) != len(tt.inv.Components) {
			t.Errorf("%s: report has %d components, want all %d", tt.name, len(rep.Components), len(tt.inv.Components))
		}
	}
}

// A mix of packages that have advisories and some of another system is told
// once, not once a package.
func TestJudgeForeignPackages(t *testing.T) {
	t.Parallel()
	inv := inventory("a=1", "x=1", "y=1")
	inv.Components[1].Type, inv.Components[2].Type = vuln.TypeAPK, vuln.TypeAPK
	rep, err := scan.Judge(t.Context(), inv, scan.Options{Database: newFakeDB()})
	if err != nil {
		t.Fatal(err)
	}
	want := "match: 2 packages not matched: no advisories for apk packages on debian (hides some)"
	if got := problems(rep.Problems); got != want {
		t.Errorf("Judge has problems\n%s\nwant\n%s", got, want)
	}
}

// A denier is a matcher of its own.
type denier struct {
	name string
	err  error
}

func (d denier) Name() string { return "denier" }

func (d denier) Match(_ context.Context, inv *scan.Inventory) (scan.Results, error) {
	if d.name == "panic" {
		panic("boom")
	}
	var res scan.Results
	for i := range inv.Components {
		if c := &inv.Components[i]; c.Name == d.name {
			res.Vulnerabilities = append(res.Vulnerabilities, scan.Vulnerability{Component: c, ID: "DENY", Severity: severity.Critical})
		}
	}
	return res, d.err
}

func TestJudgeMatchers(t *testing.T) {
	t.Parallel()
	judge := func(opts scan.Options) *scan.Report {
		t.Helper()
		rep, err := scan.Judge(t.Context(), inventory("a=1", "b=1"), opts)
		if err != nil {
			t.Fatal(err)
		}
		return rep
	}
	rep := judge(scan.Options{Database: newFakeDB(), Matchers: []scan.Matcher{denier{name: "b"}}, Filter: scan.Filter{Severities: []severity.Level{severity.Critical}}})
	if got, want := found(rep), `b DENY CRITICAL ""`; got != want {
		t.Errorf("Judge finds %s, want %s", got, want)
	}
	rep = judge(scan.Options{Matchers: []scan.Matcher{denier{name: "b"}}, Filter: scan.Filter{IgnoreUnfixed: true}})
	if got := found(rep); got != "" || rep.Database != nil {
		t.Errorf("Judge finds %q with database %v, want nothing and none", got, rep.Database)
	}
	rep = judge(scan.Options{Matchers: []scan.Matcher{denier{name: "a", err: errors.New("half done")}, denier{name: "panic"}}})
	if got, want := problems(rep.Problems), "match denier: half done (hides all)\nmatch denier: panic: boom (hides all)"; got != want {
		t.Errorf("Judge has problems\n%s\nwant\n%s", got, want)
	}
	if got, want := found(rep), `a DENY CRITICAL ""`; got != want {
		t.Errorf("Judge drops what a failing matcher found: %q, want %s", got, want)
	}
}

func TestJudgeWithNothing(t *testing.T) {
	t.Parallel()
	if _, err := scan.Judge(t.Context(), inventory("a=1"), scan.Options{}); !errors.Is(err, scan.ErrNoMatcher) {
		t.Errorf("Judge without database: error is %v, want ErrNoMatcher", err)
	}
	if _, err := scan.Image(t.Context(), "registry:127.0.0.1:1/never/asked", scan.Options{}); !errors.Is(err, scan.ErrNoMatcher) {
		t.Errorf("Image without database: error is %v, want ErrNoMatcher", err)
	}
}

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A report says until when its system is supported, at its own time.
func TestReportEndOfLife(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		os   *vuln.OS
		now  string
		want string // "": not known
		over bool
	}{
		{&vuln.OS{Family: vuln.Debian, Version: "9.13"}, "2022-06-30", "2022-06-30", false},
		{&vuln.OS{Family: vuln.Debian, Version: "9.13"}, "2022-07-01", "2022-06-30", true},
		{&vuln.OS{Family: vuln.Ubuntu, Version: "18.04"}, "2024-01-01", "2023-05-31", true},
		{&vuln.OS{Family: vuln.Ubuntu, Version: "18.04", Extended: true}, "2024-01-01", "2028-04-26", false},
		{&vuln.OS{Family: vuln.Wolfi, Version: "20230201"}, "2024-01-01", "0001-01-01", false},
		{&vuln.OS{Family: "plan9", Version: "4"}, "2024-01-01", "", false},
		{nil, "2024-01-01", "", false},
	} {
		inv := inventory("a=1")
		inv.OS = row.os
		rep, err := scan.Judge(t.Context(), inv, scan.Options{Database: newFakeDB(), Now: day(t, row.now)})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if rep.EndOfLife != nil {
			got = rep.EndOfLife.Date.Format(time.DateOnly)
		}
		if got != row.want || rep.Unsupported() != row.over {
			t.Errorf("%v at %s: EndOfLife = %q, Unsupported() = %t, want %q, %t", row.os, row.now, got, rep.Unsupported(), row.want, row.over)
		}
		for _, p := range rep.Problems {
			if strings.Contains(p.String(), "support") {
				t.Errorf("%v at %s: the end of the support is a problem: %s", row.os, row.now, p)
			}
		}
	}
}

func TestGate(t *testing.T) {
	t.Parallel()
	v := func(l severity.Level, fixed string) scan.Vulnerability {
		return scan.Vulnerability{Severity: l, Fixed: fixed}
	}
	p := func(h artifact.Hides) scan.Problem {
		return scan.Problem{Stage: artifact.StageRead, Err: errors.New("cut"), Hides: h}
	}
	some, high := []scan.Problem{p(artifact.HidesNothing), p(artifact.HidesSome)}, []scan.Vulnerability{v(severity.High, ""), v(severity.High, "2"), v(severity.Low, "2")}
	old := scan.Report{
		OS: &vuln.OS{Family: vuln.Debian, Version: "9.13"}, EndOfLife: &vuln.EndOfLife{Release: "9", Date: day(t, "2022-06-30")},
		Created: day(t, "2022-07-01"), Vulnerabilities: high,
	}
	supported := old
	supported.Created = day(t, "2022-06-30")
	coreOS := old
	coreOS.OS, coreOS.EndOfLife = &vuln.OS{Family: vuln.CoreOS}, &vuln.EndOfLife{Release: "*", Date: day(t, "2020-05-26")}
	tests := []struct {
		name string
		gate scan.Gate
		rep  scan.Report
		want scan.Verdict
	}{
		{"clean", scan.Gate{}, scan.Report{}, scan.Verdict{Complete: true}},
		{"any", scan.Gate{}, scan.Report{Vulnerabilities: high}, scan.Verdict{Failed: true, Complete: true,
			Reasons: []string{"2 vulnerabilities of severity HIGH", "1 vulnerability of severity LOW"}}},
		{"unknown counts", scan.Gate{}, scan.Report{Vulnerabilities: []scan.Vulnerability{{}}}, scan.Verdict{Failed: true, Complete: true,
			Reasons: []string{"1 vulnerability of severity UNKNOWN"}}},
		{"high and fixed", scan.Gate{Severity: severity.High, IgnoreUnfixed: true}, scan.Report{Vulnerabilities: high}, scan.Verdict{Failed: true, Complete: true,
			Reasons: []string{"1 vulnerability of severity HIGH"}}},
		{"critical", scan.Gate{Severity: severity.Critical}, scan.Report{Vulnerabilities: high}, scan.Verdict{Complete: true}},
		{"a problem", scan.Gate{Severity: severity.Critical}, scan.Report{Problems: some}, scan.Verdict{Failed: true,
			Reasons: []string{"incomplete: read: cut (hides some)"}}},
		{"a problem let pass", scan.Gate{IgnoreProblems: true}, scan.Report{Problems: some}, scan.Verdict{}},
		{"a harmless problem", scan.Gate{}, scan.Report{Problems: some[:1]}, scan.Verdict{Complete: true}},
		{"not supported", scan.Gate{EndOfLife: true}, old, scan.Verdict{Failed: true, Complete: true,
			Reasons: []string{"the support of debian 9 ended on 2022-06-30"}}},
		{"without releases", scan.Gate{EndOfLife: true}, coreOS, scan.Verdict{Failed: true, Complete: true,
			Reasons: []string{"the support of coreos ended on 2020-05-26"}}},
		{"the last day", scan.Gate{EndOfLife: true}, supported, scan.Verdict{Complete: true}},
		{"not known", scan.Gate{EndOfLife: true}, scan.Report{Vulnerabilities: high}, scan.Verdict{Complete: true}},
		{"not asked", scan.Gate{Severity: severity.Critical}, old, scan.Verdict{Complete: true}},
		{"not supported, and high", scan.Gate{EndOfLife: true, Severity: severity.High, IgnoreUnfixed: true}, old, scan.Verdict{Failed: true, Complete: true,
			Reasons: []string{"1 vulnerability of severity HIGH", "the support of debian 9 ended on 2022-06-30"}}},
	}
	for _, tt := range tests {
		got := tt.gate.Judge(&tt.rep)
		if len(got.Rules) != len(got.Reasons) {
			t.Errorf("%s: %d rules for %d reasons", tt.name, len(got.Rules), len(got.Reasons))
		}
		if got.Rules = nil; fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", tt.want) {
			t.Errorf("%s: Judge = %+v, want %+v", tt.name, got, tt.want)
		}
	}
}
