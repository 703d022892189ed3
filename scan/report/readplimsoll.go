package report

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/score"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// readPlimsoll reads what [Plimsoll] writes.
func readPlimsoll(text []byte) (*scan.Report, []*lint.Rule, error) {
	var d plimsollReport
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, nil, malformed("%w", err)
	}
	ours, _, _ := strings.Cut(PlimsollVersion, ".")
	if major, _, _ := strings.Cut(d.Version, "."); major != ours {
		return nil, nil, malformed("version %.20q, want %s", d.Version, PlimsollVersion)
	}
	reader := plimsollReader{d: &d, r: new(scan.Report)}
	return reader.read()
}

// A plimsollReader makes a report of a document.
type plimsollReader struct {
	d *plimsollReport
	r *scan.Report
	// files are those that edits are of, by path: all edits of a file share one.
	files map[string]*manifest.File
	err   error // the first thing that cannot be
}

func (p *plimsollReader) read() (*scan.Report, []*lint.Rule, error) {
	d, r, t := p.d, p.r, p.d.Target
	r.Created = timeOf(d.Created)
	r.Target = scan.Target{
		Kind: artifact.TargetKind(t.Kind), Name: t.Name, Reference: t.Reference, RepoTags: t.RepoTags, RepoDigests: t.RepoDigests,
		ImageID: artifact.Digest(t.ImageID), Digest: artifact.Digest(t.Digest), Platform: t.Platform,
		Commit: t.Commit, Branch: t.Branch, Tags: t.Tags, Config: t.Config,
	}
	for _, l := range d.Layers {
		r.Layers = append(r.Layers, scan.LayerInfo{
			Digest: artifact.Digest(l.Digest), DiffID: artifact.DiffID(l.DiffID), Size: l.Size, CreatedBy: l.CreatedBy,
		})
	}
	if d.OS != nil {
		p.system(d.OS)
	}
	for i := range d.Packages {
		r.Components = append(r.Components, p.component(i))
	}
	for i := range d.Vulnerabilities {
		r.Vulnerabilities = append(r.Vulnerabilities, p.vulnerability(&d.Vulnerabilities[i]))
	}
	for i := range d.SuppressedVulnerabilities {
		s := &d.SuppressedVulnerabilities[i]
		r.SuppressedVulnerabilities = append(r.SuppressedVulnerabilities, scan.SuppressedVulnerability{
			Vulnerability: p.vulnerability(&s.plimsollVulnerability),
			Decision:      scan.Decision{By: s.By, Outcome: s.Outcome, Reason: s.Reason, Source: s.From},
		})
	}
	for i := range d.Diagnostics {
		r.Diagnostics = append(r.Diagnostics, p.diagnostic(&d.Diagnostics[i]))
	}
	for i := range d.Suppressed {
		s := &d.Suppressed[i]
		r.Suppressed = append(r.Suppressed, lint.Suppressed{Diagnostic: p.diagnostic(&s.plimsollDiagnostic), By: s.By, Reason: s.Reason})
	}
	for i := range d.Scores {
		r.Scores = append(r.Scores, scoreResult(&d.Scores[i]))
	}
	for _, q := range d.Problems {
		r.Problems = append(r.Problems, scan.Problem{
			Stage: artifact.Stage(q.Stage), Path: q.Path, Layer: artifact.DiffID(q.Layer), Err: errorOf(q.Message), Hides: p.hides(q.Hides),
		})
	}
	if d.Database != nil {
		r.Database = databaseInfo(d.Database)
	}
	if p.err != nil {
		return nil, nil, p.err
	}
	return r, plimsollRules(d.Rules), nil
}

func (p *plimsollReader) fail(format string, args ...any) {
	if p.err == nil {
		p.err = malformed(format, args...)
	}
}

func (p *plimsollReader) system(os *plimsollOS) {
	p.r.OS = &vuln.OS{
		Family: vuln.Family(os.Family), Version: os.Version, Codename: os.Codename, PrettyName: os.PrettyName, Extended: os.Extended,
	}
	if e := os.EndOfLife; e != nil {
		p.r.EndOfLife = &vuln.EndOfLife{Release: e.Release, Date: p.day(e.Date), Source: e.Source}
	}
}

func (p *plimsollReader) component(i int) scan.Component {
	j := &p.d.Packages[i]
	c := scan.Component{
		Package: vuln.Package{
			Type: vuln.PackageType(j.Type), Name: j.Name, Version: j.Version, Arch: j.Arch, SourceName: j.SourceName,
			SourceVersion: j.SourceVersion, Maintainer: j.Maintainer, Licenses: j.Licenses, Modularity: j.Modularity, ThirdParty: j.ThirdParty,
		},
		Path: j.Path, Inside: j.Inside, Layer: -1, Analyzer: j.Analyzer, Unidentified: j.Unidentified, Dev: j.Dev, DependsOn: j.DependsOn,
	}
	switch {
	case j.Layer != nil && (*j.Layer < 0 || *j.Layer >= len(p.d.Layers)):
		p.fail("package %d is of layer %d, of %d", i, *j.Layer, len(p.d.Layers))
	case j.Layer != nil:
		c.Layer = *j.Layer
	}
	if j.Relationship != "" {
		r, ok := relationshipNamed(j.Relationship)
		if !ok {
			p.fail("package %d has the relationship %.20q", i, j.Relationship)
		}
		c.Relationship = r
	}
	for _, l := range j.Lines {
		c.Lines = append(c.Lines, artifact.LineRange{First: l.First, Last: l.Last})
	}
	return c
}

func (p *plimsollReader) vulnerability(j *plimsollVulnerability) scan.Vulnerability {
	v := scan.Vulnerability{
		ID: j.ID, Advisories: j.Advisories, Status: j.Status, Fixed: j.Fixed, Severity: j.Severity, SeveritySource: j.SeveritySource,
	}
	if j.Package < 0 || j.Package >= len(p.r.Components) {
		p.fail("vulnerability %.40q is of package %d, of %d", j.ID, j.Package, len(p.r.Components))
		return v
	}
	v.Component = &p.r.Components[j.Package]
	if x := j.Exploited; x != nil {
		v.Exploited = &vuln.Exploited{Added: p.day(x.Added), Due: p.day(x.Due), Ransomware: x.Ransomware}
	}
	if x := j.EPSS; x != nil {
		v.EPSS = &vuln.EPSS{Probability: x.Probability, Percentile: x.Percentile, Date: p.day(x.Date)}
	}
	var ratings []vuln.Rating
	for _, x := range j.Ratings {
		ratings = append(ratings, vuln.Rating{Type: x.Type, Vector: x.Vector, Score: x.Score, Level: x.Severity, Source: x.Source})
	}
	v.Ratings = ratings
	if a := j.Advisory; a != nil {
		v.Advisory = &vuln.Advisory{
			ID: a.ID, Aliases: a.Aliases, Title: a.Title, Description: a.Description, References: a.References,
			Published: timeOf(a.Published), Modified: timeOf(a.Modified), Source: a.Source,
		}
	}
	return v
}

func (p *plimsollReader) diagnostic(j *plimsollDiagnostic) lint.Diagnostic {
	d := lint.Diagnostic{
		Rule: j.Rule, Severity: j.Severity, Message: j.Message, Object: objectRef(j.Object),
		Span: spanOf(j.Span), Field: j.Field, NamedField: j.NamedField,
	}
	if j.Cause != nil {
		d.Cause = spanOf(*j.Cause)
	}
	for _, x := range j.Related {
		d.Related = append(d.Related, lint.Related{Span: spanOf(x.Span), Message: x.Message})
	}
	for _, x := range j.Fixes {
		fix := lint.Fix{Message: x.Message, Refused: errorOf(x.Refused)}
		for _, e := range x.Edits {
			fix.Edits = append(fix.Edits, manifest.Edit{File: p.file(e.Path), Start: e.Start, End: e.End, Text: e.Text})
		}
		d.Fixes = append(d.Fixes, fix)
	}
	return d
}

// file is the one at path, whose text is not known.
func (p *plimsollReader) file(path string) *manifest.File {
	if p.files == nil {
		p.files = make(map[string]*manifest.File)
	}
	if p.files[path] == nil {
		p.files[path] = &manifest.File{Path: path}
	}
	return p.files[path]
}

// day is a date; "" is the zero time.
func (p *plimsollReader) day(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		p.fail("%w", err)
	}
	return day
}

func (p *plimsollReader) hides(word string) artifact.Hides {
	for h := artifact.HidesNothing; h <= artifact.HidesAll; h++ {
		if h.String() == word {
			return h
		}
	}
	p.fail("a problem hides %.20q", word)
	return artifact.HidesAll
}

func relationshipNamed(word string) (artifact.Relationship, bool) {
	for r := artifact.RelationshipUnknown; r <= artifact.Indirect; r++ {
		if r.String() == word {
			return r, true
		}
	}
	return 0, false
}

func objectRef(j plimsollObject) lint.ObjectRef {
	ref := lint.ObjectRef{Version: j.APIVersion, Kind: j.Kind, Namespace: j.Namespace, Name: j.Name}
	if group, version, ok := strings.Cut(j.APIVersion, "/"); ok {
		ref.Group, ref.Version = group, version
	}
	return ref
}

func spanOf(j plimsollSpan) manifest.Span {
	at := func(q plimsollPosition) manifest.Position {
		return manifest.Position{Path: j.Path, Line: q.Line, Column: q.Column, Offset: q.Offset}
	}
	return manifest.Span{Start: at(j.Start), End: at(j.End)}
}

func scoreResult(j *plimsollScore) score.Result {
	r := score.Result{
		Name: j.Object, File: j.Path, Supported: j.Supported, Err: errorOf(j.Error), Score: j.Score, Max: j.Max, Threshold: j.Threshold,
		Critical: scoreItems(j.Critical), Passed: scoreItems(j.Passed), Advise: scoreItems(j.Advise),
	}
	for _, c := range j.Containers {
		r.Containers = append(r.Containers, score.ContainerScore{Name: c.Name, Score: c.Score})
	}
	return r
}

func scoreItems(list []plimsollScoreItem) []score.Item {
	var items []score.Item
	for _, j := range list {
		item := score.Item{Rule: &score.Rule{ID: j.ID, Points: j.Points, Selector: j.Selector, Reason: j.Reason}}
		for _, place := range j.Places {
			item.Places = append(item.Places, score.Place{Container: place.Container, Message: place.Message})
		}
		items = append(items, item)
	}
	return items
}

func databaseInfo(j *plimsollDatabase) *vuln.DatabaseInfo {
	info := &vuln.DatabaseInfo{Schema: j.Schema, Built: timeOf(j.Built), Advisories: j.Advisories, Unread: j.Unread}
	for _, s := range j.Sources {
		info.Sources = append(info.Sources, vuln.DatabaseSource{Name: s.Name, URL: s.URL, Stamp: s.Stamp, Checked: timeOf(s.Checked), Records: s.Records})
	}
	return info
}

func plimsollRules(list []plimsollRule) []*lint.Rule {
	var rules []*lint.Rule
	for _, j := range list {
		rules = append(rules, &lint.Rule{
			Name: j.Name, Aliases: j.Aliases, Groups: j.Groups, Title: j.Title, Doc: j.Description,
			Remediation: j.Remediation, URL: j.URL, Severity: j.Severity,
		})
	}
	return rules
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// errorOf is an error that says text; nil where that is empty.
func errorOf(text string) error {
	if text == "" {
		return nil
	}
	return errors.New(text)
}
