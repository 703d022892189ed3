package report

import (
	"context"
	"embed"
	"encoding/json"
	"io"
	"time"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// PlimsollVersion is the version of the documents that [Plimsoll] writes,
// MAJOR.MINOR. A new minor one has more fields; a new major one has others.
const PlimsollVersion = "1.0"

//go:embed plimsoll.schema.json
var plimsollSchema string

var _ embed.FS // the compiler wants the package imported where something is embedded

// PlimsollSchema is the JSON Schema (draft 2020-12) of the documents that
// [Plimsoll] writes.
func PlimsollSchema() string { return plimsollSchema }

// Plimsoll writes the whole report as JSON, indented by two spaces: all packages,
// findings with what is known of them, scores, what was suppressed, what could not
// be read or judged. [PlimsollSchema] says what the fields mean. Lists are in the
// order of the report, and those that every report has are never null.
//
// It is the format to keep: what the other formats say follows from it, and
// nothing in it depends on another tool's words.
type Plimsoll struct {
	// Rules are those that ran; those that a diagnostic names are part of the output.
	Rules []*lint.Rule
}

// Report implements [scan.Reporter].
func (p Plimsoll) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	return writeJSON(ctx, w, r.Target.Name, p.document(r))
}

// The types of this file are the schema's; plimsoll.schema.json has the meaning
// of each field.
type (
	plimsollReport struct {
		Version         string                  `json:"version"`
		Created         *time.Time              `json:"created,omitempty"`
		Complete        bool                    `json:"complete"`
		Target          plimsollTarget          `json:"target"`
		OS              *plimsollOS             `json:"os,omitempty"`
		Summary         plimsollSummary         `json:"summary"`
		Layers          []plimsollLayer         `json:"layers,omitempty"`
		Packages        []plimsollPackage       `json:"packages"`
		Vulnerabilities []plimsollVulnerability `json:"vulnerabilities"`
		Diagnostics     []plimsollDiagnostic    `json:"diagnostics"`
		Suppressed      []plimsollSuppressed    `json:"suppressed,omitempty"`

		SuppressedVulnerabilities []plimsollSuppressedVulnerability `json:"suppressedVulnerabilities,omitempty"`

		Scores   []plimsollScore   `json:"scores,omitempty"`
		Rules    []plimsollRule    `json:"rules,omitempty"`
		Problems []plimsollProblem `json:"problems"`
		Database *plimsollDatabase `json:"database,omitempty"`
	}
	plimsollTarget struct {
		Kind        string          `json:"kind"`
		Name        string          `json:"name"`
		Reference   string          `json:"reference,omitempty"`
		RepoTags    []string        `json:"repoTags,omitempty"`
		RepoDigests []string        `json:"repoDigests,omitempty"`
		ImageID     string          `json:"imageID,omitempty"`
		Digest      string          `json:"digest,omitempty"`
		Platform    string          `json:"platform,omitempty"`
		Commit      string          `json:"commit,omitempty"`
		Branch      string          `json:"branch,omitempty"`
		Tags        []string        `json:"tags,omitempty"`
		Config      json.RawMessage `json:"config,omitempty"`
	}
	plimsollOS struct {
		Family     string             `json:"family"`
		Version    string             `json:"version,omitempty"`
		Codename   string             `json:"codename,omitempty"`
		PrettyName string             `json:"prettyName,omitempty"`
		Extended   bool               `json:"extended,omitempty"`
		EndOfLife  *plimsollEndOfLife `json:"endOfLife,omitempty"`
	}
	plimsollEndOfLife struct {
		Release string `json:"release"`
		Date    string `json:"date,omitempty"`
		Passed  bool   `json:"passed"`
		Source  string `json:"source,omitempty"`
	}
	plimsollSummary struct {
		Vulnerabilities map[severity.Level]int `json:"vulnerabilities"`
		Diagnostics     map[severity.Level]int `json:"diagnostics"`
		Fixable         int                    `json:"fixable"`
		Suppressed      int                    `json:"suppressed"`
	}
	plimsollLayer struct {
		Digest    string `json:"digest,omitempty"`
		DiffID    string `json:"diffID,omitempty"`
		Size      int64  `json:"size,omitempty"`
		CreatedBy string `json:"createdBy,omitempty"`
	}
	plimsollPackage struct {
		Type          string          `json:"type"`
		Name          string          `json:"name"`
		Version       string          `json:"version,omitempty"`
		Arch          string          `json:"arch,omitempty"`
		PURL          string          `json:"purl,omitempty"`
		SourceName    string          `json:"sourceName,omitempty"`
		SourceVersion string          `json:"sourceVersion,omitempty"`
		Maintainer    string          `json:"maintainer,omitempty"`
		Licenses      []string        `json:"licenses,omitempty"`
		Modularity    string          `json:"modularity,omitempty"`
		ThirdParty    bool            `json:"thirdParty,omitempty"`
		Path          string          `json:"path,omitempty"`
		Inside        string          `json:"inside,omitempty"`
		Layer         *int            `json:"layer,omitempty"`
		Analyzer      string          `json:"analyzer,omitempty"`
		Unidentified  bool            `json:"unidentified,omitempty"`
		Relationship  string          `json:"relationship,omitempty"`
		Dev           bool            `json:"dev,omitempty"`
		DependsOn     []string        `json:"dependsOn,omitempty"`
		Lines         []plimsollLines `json:"lines,omitempty"`
	}
	plimsollLines struct {
		First int `json:"first"`
		Last  int `json:"last"`
	}
	plimsollVulnerability struct {
		ID             string             `json:"id"`
		Package        int                `json:"package"`
		Advisories     []string           `json:"advisories,omitempty"`
		Status         vuln.Status        `json:"status"`
		Fixed          string             `json:"fixed,omitempty"`
		Severity       severity.Level     `json:"severity"`
		SeveritySource string             `json:"severitySource,omitempty"`
		URL            string             `json:"url,omitempty"`
		Exploited      *plimsollExploited `json:"exploited,omitempty"`
		EPSS           *plimsollEPSS      `json:"epss,omitempty"`
		Ratings        []plimsollRating   `json:"ratings,omitempty"`
		Advisory       *plimsollAdvisory  `json:"advisory,omitempty"`
	}
	plimsollSuppressedVulnerability struct {
		plimsollVulnerability
		By      string `json:"by"`
		Outcome string `json:"outcome"`
		Reason  string `json:"reason,omitempty"`
		From    string `json:"from,omitempty"`
	}
	plimsollExploited struct {
		Added      string `json:"added,omitempty"`
		Due        string `json:"due,omitempty"`
		Ransomware bool   `json:"ransomware,omitempty"`
	}
	plimsollEPSS struct {
		Probability float64 `json:"probability"`
		Percentile  float64 `json:"percentile"`
		Date        string  `json:"date,omitempty"`
	}
	plimsollRating struct {
		Type     string         `json:"type"`
		Vector   string         `json:"vector,omitempty"`
		Score    float64        `json:"score,omitempty"`
		Severity severity.Level `json:"severity"`
		Source   string         `json:"source,omitempty"`
	}
	plimsollAdvisory struct {
		ID          string     `json:"id"`
		Aliases     []string   `json:"aliases,omitempty"`
		Title       string     `json:"title,omitempty"`
		Description string     `json:"description,omitempty"`
		References  []string   `json:"references,omitempty"`
		Published   *time.Time `json:"published,omitempty"`
		Modified    *time.Time `json:"modified,omitempty"`
		Source      string     `json:"source,omitempty"`
	}
	plimsollDiagnostic struct {
		Rule       string            `json:"rule"`
		Aliases    []string          `json:"aliases,omitzero"`
		Severity   severity.Level    `json:"severity"`
		Message    string            `json:"message"`
		Object     plimsollObject    `json:"object"`
		Span       plimsollSpan      `json:"span"`
		Cause      *plimsollSpan     `json:"cause,omitempty"`
		Field      string            `json:"field,omitempty"`
		NamedField string            `json:"namedField,omitempty"`
		Related    []plimsollRelated `json:"related,omitempty"`
		Fixes      []plimsollFix     `json:"fixes,omitempty"`
	}
	plimsollSuppressed struct {
		plimsollDiagnostic
		By     string `json:"by"`
		Reason string `json:"reason,omitempty"`
	}
	plimsollObject struct {
		APIVersion string `json:"apiVersion,omitempty"`
		Kind       string `json:"kind,omitempty"`
		Namespace  string `json:"namespace,omitempty"`
		Name       string `json:"name,omitempty"`
	}
	plimsollSpan struct {
		Path  string           `json:"path"`
		Start plimsollPosition `json:"start"`
		End   plimsollPosition `json:"end"`
	}
	plimsollPosition struct {
		Line   int `json:"line,omitempty"`
		Column int `json:"column,omitempty"`
		Offset int `json:"offset"`
	}
	plimsollRelated struct {
		Span    plimsollSpan `json:"span"`
		Message string       `json:"message"`
	}
	plimsollFix struct {
		Message string         `json:"message"`
		Edits   []plimsollEdit `json:"edits,omitempty"`
		Refused string         `json:"refused,omitempty"`
	}
	plimsollEdit struct {
		Path  string `json:"path"`
		Start int    `json:"start"`
		End   int    `json:"end"`
		Text  string `json:"text"`
	}
	plimsollRule struct {
		Name        string         `json:"name"`
		Aliases     []string       `json:"aliases,omitempty"`
		Groups      []string       `json:"groups,omitempty"`
		Title       string         `json:"title,omitempty"`
		Description string         `json:"description,omitempty"`
		Remediation string         `json:"remediation,omitempty"`
		URL         string         `json:"url,omitempty"`
		Severity    severity.Level `json:"severity"`
	}
	plimsollProblem struct {
		Stage   string `json:"stage"`
		Path    string `json:"path,omitempty"`
		Layer   string `json:"layer,omitempty"`
		Message string `json:"message"`
		Hides   string `json:"hides"`
	}
	plimsollDatabase struct {
		Schema     int              `json:"schema"`
		Built      *time.Time       `json:"built,omitempty"`
		Advisories int              `json:"advisories"`
		Unread     int              `json:"unread,omitempty"`
		Sources    []plimsollSource `json:"sources,omitempty"`
	}
	plimsollSource struct {
		Name    string     `json:"name"`
		URL     string     `json:"url,omitempty"`
		Stamp   string     `json:"stamp,omitempty"`
		Checked *time.Time `json:"checked,omitempty"`
		Records int        `json:"records"`
	}
)

func (p Plimsoll) document(r *scan.Report) plimsollReport {
	t := r.Target
	d := plimsollReport{
		Version: PlimsollVersion, Created: instant(r.Created), Complete: !incomplete(r),
		Target: plimsollTarget{
			Kind: string(t.Kind), Name: t.Name, Reference: t.Reference, RepoTags: t.RepoTags, RepoDigests: t.RepoDigests,
			ImageID: string(t.ImageID), Digest: string(t.Digest), Platform: t.Platform,
			Commit: t.Commit, Branch: t.Branch, Tags: t.Tags, Config: t.Config,
		},
		OS:              plimsollSystem(r),
		Packages:        []plimsollPackage{},
		Vulnerabilities: []plimsollVulnerability{},
		Diagnostics:     []plimsollDiagnostic{},
		Problems:        []plimsollProblem{},
		Rules:           p.rules(r),
	}
	for _, l := range r.Layers {
		d.Layers = append(d.Layers, plimsollLayer{string(l.Digest), string(l.DiffID), l.Size, l.CreatedBy})
	}
	index := make(map[*scan.Component]int, len(r.Components))
	add := func(c *scan.Component) int {
		i, ok := index[c]
		if !ok {
			i = len(d.Packages)
			index[c] = i
			d.Packages = append(d.Packages, plimsollPackageOf(r, c))
		}
		return i
	}
	for i := range r.Components {
		add(&r.Components[i])
	}
	d.Summary.Vulnerabilities, d.Summary.Diagnostics = bySeverity(), bySeverity()
	for i := range r.Vulnerabilities {
		v := &r.Vulnerabilities[i]
		d.Vulnerabilities = append(d.Vulnerabilities, plimsollVulnerabilityOf(v, add(v.Component)))
		d.Summary.Vulnerabilities[v.Severity]++
		if v.Fixed != "" {
			d.Summary.Fixable++
		}
	}
	for i := range r.Diagnostics {
		d.Diagnostics = append(d.Diagnostics, plimsollDiagnosticOf(&r.Diagnostics[i]))
		d.Summary.Diagnostics[r.Diagnostics[i].Severity]++
	}
	for i := range r.Suppressed {
		s := &r.Suppressed[i]
		d.Suppressed = append(d.Suppressed, plimsollSuppressed{plimsollDiagnosticOf(&s.Diagnostic), s.By, s.Reason})
	}
	for i := range r.SuppressedVulnerabilities {
		s := &r.SuppressedVulnerabilities[i]
		d.SuppressedVulnerabilities = append(d.SuppressedVulnerabilities, plimsollSuppressedVulnerability{
			plimsollVulnerabilityOf(&s.Vulnerability, add(s.Component)), s.By, s.Outcome, s.Reason, s.Source,
		})
	}
	d.Summary.Suppressed = len(r.Suppressed) + len(r.SuppressedVulnerabilities)
	d.Scores = plimsollScores(r)
	for _, p := range r.Problems {
		d.Problems = append(d.Problems, plimsollProblem{string(p.Stage), p.Path, string(p.Layer), errorText(p.Err), p.Hides.String()})
	}
	if info := r.Database; info != nil {
		d.Database = &plimsollDatabase{Schema: info.Schema, Built: instant(info.Built), Advisories: info.Advisories, Unread: info.Unread}
		for _, s := range info.Sources {
			d.Database.Sources = append(d.Database.Sources, plimsollSource{s.Name, s.URL, s.Stamp, instant(s.Checked), s.Records})
		}
	}
	return d
}

// errorText is what err says; a problem without one says nothing.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// bySeverity counts nothing yet, of each severity.
func bySeverity() map[severity.Level]int {
	by := make(map[severity.Level]int)
	for _, l := range severity.Levels() {
		by[l] = 0
	}
	return by
}

func plimsollSystem(r *scan.Report) *plimsollOS {
	if r.OS == nil {
		return nil
	}
	os := &plimsollOS{
		Family: string(r.OS.Family), Version: r.OS.Version, Codename: r.OS.Codename, PrettyName: r.OS.PrettyName, Extended: r.OS.Extended,
	}
	if e := r.EndOfLife; e != nil {
		os.EndOfLife = &plimsollEndOfLife{e.Release, date(e.Date), r.Unsupported(), e.Source}
	}
	return os
}

func plimsollPackageOf(r *scan.Report, c *scan.Component) plimsollPackage {
	p := plimsollPackage{
		Type: string(c.Type), Name: c.Name, Version: c.Version, Arch: c.Arch, PURL: packageURL(r.OS, c),
		SourceName: c.SourceName, SourceVersion: c.SourceVersion, Maintainer: c.Maintainer, Licenses: c.Licenses,
		Modularity: c.Modularity, ThirdParty: c.ThirdParty, Path: c.Path, Inside: c.Inside, Analyzer: c.Analyzer,
		Unidentified: c.Unidentified, Dev: c.Dev, DependsOn: c.DependsOn,
	}
	if c.Layer >= 0 && c.Layer < len(r.Layers) {
		p.Layer = &c.Layer
	}
	if c.Relationship != artifact.RelationshipUnknown {
		p.Relationship = c.Relationship.String()
	}
	for _, l := range c.Lines {
		p.Lines = append(p.Lines, plimsollLines{l.First, l.Last})
	}
	return p
}

func plimsollVulnerabilityOf(v *scan.Vulnerability, component int) plimsollVulnerability {
	j := plimsollVulnerability{
		ID: v.ID, Package: component, Advisories: v.Advisories, Status: v.Status, Fixed: v.Fixed,
		Severity: v.Severity, SeveritySource: v.SeveritySource, URL: primaryURL(v),
	}
	if x := v.Exploited; x != nil {
		j.Exploited = &plimsollExploited{date(x.Added), date(x.Due), x.Ransomware}
	}
	if x := v.EPSS; x != nil {
		j.EPSS = &plimsollEPSS{x.Probability, x.Percentile, date(x.Date)}
	}
	for _, r := range allRatings(v) {
		j.Ratings = append(j.Ratings, plimsollRating{r.Type, r.Vector, r.Score, r.Level, r.Source})
	}
	if a := v.Advisory; a != nil {
		j.Advisory = &plimsollAdvisory{
			a.ID, a.Aliases, a.Title, a.Description, a.References, instant(a.Published), instant(a.Modified), a.Source,
		}
	}
	return j
}

func plimsollDiagnosticOf(d *lint.Diagnostic) plimsollDiagnostic {
	j := plimsollDiagnostic{
		Rule: d.Rule, Aliases: d.Aliases, Severity: d.Severity, Message: d.Message,
		Object: plimsollObject{d.Object.APIVersion(), d.Object.Kind, d.Object.Namespace, d.Object.Name},
		Span:   plimsollSpanOf(d.Span), Field: d.Field, NamedField: d.NamedField,
	}
	if d.Cause != (manifest.Span{}) {
		cause := plimsollSpanOf(d.Cause)
		j.Cause = &cause
	}
	for _, rel := range d.Related {
		j.Related = append(j.Related, plimsollRelated{plimsollSpanOf(rel.Span), rel.Message})
	}
	for _, fix := range d.Fixes {
		f := plimsollFix{Message: fix.Message, Refused: errorText(fix.Refused)}
		for _, e := range fix.Edits {
			f.Edits = append(f.Edits, plimsollEdit{e.File.Path, e.Start, e.End, e.Text})
		}
		j.Fixes = append(j.Fixes, f)
	}
	return j
}

func plimsollSpanOf(s manifest.Span) plimsollSpan {
	at := func(p manifest.Position) plimsollPosition { return plimsollPosition{p.Line, p.Column, p.Offset} }
	return plimsollSpan{s.Start.Path, at(s.Start), at(s.End)}
}

// rules are those that a diagnostic of r names, in the order of p.
func (p Plimsoll) rules(r *scan.Report) []plimsollRule {
	named := make(map[string]bool)
	for i := range r.Diagnostics {
		named[r.Diagnostics[i].Rule] = true
	}
	for i := range r.Suppressed {
		named[r.Suppressed[i].Rule] = true
	}
	var list []plimsollRule
	for _, rule := range p.Rules {
		if named[rule.Name] {
			list = append(list, plimsollRule{
				rule.Name, rule.Aliases, rule.Groups, rule.Title, rule.Doc, rule.Remediation, rule.URL, rule.Severity,
			})
		}
	}
	return list
}
