package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// trivyReport is Trivy's report as it is read: what [JSON] writes, and what only
// Trivy does.
type trivyReport struct {
	jsonReport
	CreatedAt time.Time
	Results   []trivyResult
}

type trivyResult struct {
	jsonResult
	Secrets, Licenses []json.RawMessage
}

// errNotRead is of findings that a report of ours has no place for.
var errNotRead = errors.New("findings of another scanner are not read")

// readTrivy reads a report in Trivy's shape.
func readTrivy(text []byte) (*scan.Report, []*lint.Rule, error) {
	var d trivyReport
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, nil, malformed("%w", err)
	}
	if d.SchemaVersion != 2 {
		return nil, nil, malformed("schema version %d, want 2", d.SchemaVersion)
	}
	t := trivyReader{d: &d, r: new(scan.Report), rules: make(map[string]*lint.Rule)}
	return t.read()
}

// A trivyReader makes a report of a document.
type trivyReader struct {
	d     *trivyReport
	r     *scan.Report
	rules map[string]*lint.Rule
	err   error // the first thing that cannot be
}

func (t *trivyReader) read() (*scan.Report, []*lint.Rule, error) {
	t.target()
	// The list of components is whole before anything points into it.
	findings := make([][]int, len(t.d.Results))
	for i := range t.d.Results {
		findings[i] = t.packages(&t.d.Results[i])
	}
	for i := range t.d.Results {
		res := &t.d.Results[i]
		for k := range res.Vulnerabilities {
			t.r.Vulnerabilities = append(t.r.Vulnerabilities, t.vulnerability(&res.Vulnerabilities[k], findings[i][k]))
		}
		for k := range res.ModifiedFindings {
			m := &res.ModifiedFindings[k]
			if m.Type != "vulnerability" {
				continue
			}
			t.r.SuppressedVulnerabilities = append(t.r.SuppressedVulnerabilities, scan.SuppressedVulnerability{
				Vulnerability: t.vulnerability(&m.Finding, findings[i][len(res.Vulnerabilities)+k]),
				Decision:      scan.Decision{By: "report", Outcome: m.Status, Reason: m.Statement, Source: m.Source},
			})
		}
		for k := range res.Misconfigurations {
			t.misconfiguration(res, &res.Misconfigurations[k])
		}
		if len(res.Secrets)+len(res.Licenses) > 0 {
			t.r.Problems = append(t.r.Problems, scan.Problem{
				Stage: artifact.StageRead, Path: res.Target, Err: fmt.Errorf("%w: %d", errNotRead, len(res.Secrets)+len(res.Licenses)),
			})
		}
	}
	if t.err != nil {
		return nil, nil, t.err
	}
	rules := slices.SortedFunc(maps.Values(t.rules), func(a, b *lint.Rule) int { return cmp.Compare(a.Name, b.Name) })
	return t.r, rules, nil
}

func (t *trivyReader) fail(format string, args ...any) {
	if t.err == nil {
		t.err = malformed(format, args...)
	}
}

// target reads what was scanned, and with what.
func (t *trivyReader) target() {
	d, r, m := t.d, t.r, &t.d.Metadata
	r.Created = d.CreatedAt
	r.Target = scan.Target{
		Kind: artifact.TargetKind(d.ArtifactType), Name: d.ArtifactName, Reference: m.Reference, RepoTags: m.RepoTags,
		RepoDigests: m.RepoDigests, ImageID: artifact.Digest(m.ImageID), Commit: m.Commit, Branch: m.Branch, Tags: m.Tags, Config: m.ImageConfig,
	}
	if d.ArtifactType == "container_image" {
		r.Target.Kind = artifact.KindImage
	}
	packages := func(res trivyResult) bool { return res.Class != "config" }
	if d.ArtifactType == "filesystem" && len(d.Results) > 0 && !slices.ContainsFunc(d.Results, packages) {
		r.Target.Kind = artifact.KindManifests
	}
	for i, id := range m.DiffIDs {
		l := scan.LayerInfo{DiffID: artifact.DiffID(id)}
		if i < len(m.Layers) {
			l.Digest, l.Size = artifact.Digest(m.Layers[i].Digest), m.Layers[i].Size
		}
		r.Layers = append(r.Layers, l)
	}
	if os := m.OS; os != nil {
		r.OS = &vuln.OS{Family: familyOfWord(os.Family), Version: os.Name}
		if end, known := r.OS.EndOfLife(); known {
			r.EndOfLife = &end
		}
	}
	if d.Database != nil {
		b := d.Database
		r.Database = &vuln.DatabaseInfo{Schema: b.Schema, Built: timeOf(b.Built), Advisories: b.Advisories, Unread: b.Unread}
		for _, s := range b.Sources {
			r.Database.Sources = append(r.Database.Sources, vuln.DatabaseSource{Name: s.Name, URL: s.URL, Stamp: s.Stamp, Checked: timeOf(s.Checked), Records: s.Records})
		}
	}
	for _, p := range d.Problems {
		q := scan.Problem{Stage: artifact.Stage(p.Stage), Path: p.Path, Layer: artifact.DiffID(p.Layer), Err: errorOf(p.Message), Hides: artifact.HidesAll}
		for h := artifact.HidesNothing; h <= artifact.HidesAll; h++ {
			if h.String() == p.Hides {
				q.Hides = h
			}
		}
		r.Problems = append(r.Problems, q)
	}
}

// packages adds those of res, and returns the index of the component of each of its
// vulnerabilities, and after them of its suppressed ones.
func (t *trivyReader) packages(res *trivyResult) []int {
	type key struct{ name, version, path string }
	index := make(map[key]int)
	add := func(c scan.Component, path string) int {
		i := len(t.r.Components)
		t.r.Components = append(t.r.Components, c)
		if k := (key{c.Name, c.Version, path}); index[k] == 0 {
			index[k] = i + 1
		}
		return i
	}
	first := len(t.r.Components)
	ids := make(map[string]string, len(res.Packages)) // ours, by the file's
	for i := range res.Packages {
		c := t.component(res, &res.Packages[i])
		ids[res.Packages[i].ID] = c.ID()
		add(c, res.Packages[i].FilePath)
	}
	for i := range t.r.Components[first:] {
		c := &t.r.Components[first+i]
		for k, id := range c.DependsOn {
			c.DependsOn[k] = cmp.Or(ids[id], id)
		}
	}
	var of []int
	find := func(v *jsonVulnerability) {
		i, ok := index[key{v.PkgName, v.InstalledVersion, v.PkgPath}]
		if ok {
			of = append(of, i-1)
			return
		}
		if v.VulnerabilityID == "" || v.PkgName == "" {
			t.fail("a vulnerability (%.40q of %.40q) has no id, or no package", v.VulnerabilityID, v.PkgName)
		}
		p := jsonPackage{Name: v.PkgName, Version: v.InstalledVersion, Identifier: v.PkgIdentifier, FilePath: v.PkgPath, Layer: v.Layer}
		of = append(of, add(t.component(res, &p), v.PkgPath))
	}
	for i := range res.Vulnerabilities {
		find(&res.Vulnerabilities[i])
	}
	for i := range res.ModifiedFindings {
		find(&res.ModifiedFindings[i].Finding)
	}
	return of
}

func (t *trivyReader) component(res *trivyResult, j *jsonPackage) scan.Component {
	c := scan.Component{
		Package: vuln.Package{
			Type: trivyType(res, j.Identifier.PURL), Name: j.Name, Version: joined(j.Epoch, j.Version, j.Release), Arch: j.Arch,
			SourceName: cmp.Or(j.SrcName, j.Name), Maintainer: j.Maintainer, Licenses: j.Licenses, Modularity: j.Modularitylabel,
		},
		Path: j.FilePath, Layer: t.layer(j.Layer), Dev: j.Dev, DependsOn: j.DependsOn, Unidentified: j.Unidentified,
	}
	c.SourceVersion = cmp.Or(joined(j.SrcEpoch, j.SrcVersion, j.SrcRelease), c.Version)
	if res.Class != "os-pkgs" {
		c.Path, c.Analyzer = cmp.Or(j.FilePath, res.Target), res.Type
	}
	c.Relationship, _ = relationshipNamed(j.Relationship)
	if j.Indirect && j.Relationship == "" {
		c.Relationship = artifact.Indirect
	}
	for _, l := range j.Locations {
		c.Lines = append(c.Lines, artifact.LineRange{First: l.StartLine, Last: l.EndLine})
	}
	return c
}

// layer is the index of a layer; -1: it is none of the report's.
func (t *trivyReader) layer(l jsonLayer) int {
	return slices.IndexFunc(t.r.Layers, func(known scan.LayerInfo) bool {
		return l.DiffID != "" && string(known.DiffID) == l.DiffID
	})
}

func (t *trivyReader) vulnerability(j *jsonVulnerability, component int) scan.Vulnerability {
	v := scan.Vulnerability{
		Component: &t.r.Components[component], ID: j.VulnerabilityID, Advisories: j.VendorIDs, Fixed: j.FixedVersion, SeveritySource: j.SeveritySource,
	}
	if j.Status != "" {
		if err := v.Status.UnmarshalText([]byte(j.Status)); err != nil {
			t.fail("%s: %w", j.VulnerabilityID, err)
		}
	}
	level, err := severity.Parse(cmp.Or(j.Severity, severity.Unknown.String()))
	if err != nil {
		t.fail("%s: %w", j.VulnerabilityID, err)
	}
	v.Severity = level
	for _, source := range slices.Sorted(maps.Keys(j.VendorSeverity)) {
		v.Ratings = append(v.Ratings, trivyRatings(source, j.VendorSeverity[source], j.CVSS[source])...)
	}
	for _, source := range slices.Sorted(maps.Keys(j.CVSS)) {
		if _, done := j.VendorSeverity[source]; !done {
			v.Ratings = append(v.Ratings, trivyRatings(source, 0, j.CVSS[source])...)
		}
	}
	if x := j.KEV; x != nil {
		v.Exploited = &vuln.Exploited{Added: t.day(x.DateAdded), Due: t.day(x.DueDate), Ransomware: x.Ransomware}
	}
	if x := j.EPSS; x != nil {
		v.EPSS = &vuln.EPSS{Probability: x.Probability, Percentile: x.Percentile, Date: t.day(x.Date)}
	}
	a := &vuln.Advisory{
		ID: j.VulnerabilityID, Title: j.Title, Description: j.Description, References: j.References,
		Published: timeOf(j.PublishedDate), Modified: timeOf(j.LastModifiedDate),
	}
	if len(j.VendorIDs) > 0 {
		a.ID = j.VendorIDs[0]
	}
	if j.DataSource != nil {
		a.Source = cmp.Or(j.DataSource.Name, j.DataSource.ID)
	}
	v.Advisory = a
	return v
}

// trivyRatings are those of one source: its vectors, each of its level, or that alone.
func trivyRatings(source string, level int, c jsonCVSS) []vuln.Rating {
	var list []vuln.Rating
	l := severity.Unknown
	if level > 0 && level <= int(severity.Critical) {
		l = severity.Level(level)
	}
	for _, x := range []vuln.Rating{
		{Type: "CVSS_V2", Vector: c.V2Vector, Score: c.V2Score}, {Type: "CVSS_V3", Vector: c.V3Vector, Score: c.V3Score},
		{Type: "CVSS_V4", Vector: c.V40Vector, Score: c.V40Score},
	} {
		if x.Vector != "" || x.Score != 0 {
			x.Source, x.Level = source, l
			list = append(list, x)
		}
	}
	if list == nil {
		list = append(list, vuln.Rating{Type: source, Vector: strings.ToLower(l.String()), Level: l, Source: source})
	}
	return list
}

func (t *trivyReader) day(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.fail("%w", err)
	}
	return day
}

// misconfiguration adds what failed; what passed is no finding.
func (t *trivyReader) misconfiguration(res *trivyResult, j *jsonMisconfiguration) {
	if j.Status != "" && j.Status != "FAIL" {
		return
	}
	level, err := severity.Parse(cmp.Or(j.Severity, severity.Unknown.String()))
	if err != nil {
		t.fail("%s: %w", j.ID, err)
	}
	name := cmp.Or(j.Rule, j.ID)
	at := func(line int) manifest.Position { return manifest.Position{Path: res.Target, Line: line} }
	t.r.Diagnostics = append(t.r.Diagnostics, lint.Diagnostic{
		Rule: name, Severity: level, Message: cmp.Or(j.Message, j.Title), Field: j.Field,
		Span: manifest.Span{Start: at(j.CauseMetadata.StartLine), End: at(j.CauseMetadata.EndLine)},
	})
	if t.rules[name] == nil {
		rule := &lint.Rule{Name: name, Title: j.Title, Doc: j.Description, Remediation: j.Resolution, URL: j.PrimaryURL, Severity: level}
		if j.ID != name {
			rule.Aliases = []string{j.ID}
		}
		t.rules[name] = rule
	}
}

// joined is a version of its parts, [epoch:]version[-release].
func joined(epoch int, version, release string) string {
	if release != "" {
		version += "-" + release
	}
	if epoch != 0 {
		version = fmt.Sprintf("%d:%s", epoch, version)
	}
	return version
}

// trivyType is the type of a package: that of its URL, else that of the result.
func trivyType(res *trivyResult, url string) vuln.PackageType {
	if rest, ok := strings.CutPrefix(url, "pkg:"); ok {
		kind, _, _ := strings.Cut(rest, "/")
		return vuln.PackageType(kind)
	}
	if res.Class == "os-pkgs" {
		switch res.Type {
		case "debian", "ubuntu":
			return vuln.TypeDeb
		case "alpine", "wolfi", "chainguard":
			return vuln.TypeAPK
		}
		return vuln.TypeRPM
	}
	switch res.Type {
	case "gobinary", "gomod":
		return vuln.TypeGo
	case "jar", "pom", "gradle", "sbt":
		return vuln.TypeMaven
	case "node-pkg", "npm", "yarn", "pnpm", "bun":
		return vuln.TypeNPM
	case "python-pkg", "pip", "pipenv", "poetry", "uv", "pylock":
		return vuln.TypePyPI
	case "gemspec", "bundler":
		return vuln.TypeGem
	case "conda-pkg", "conda-environment":
		return vuln.TypeConda
	case "rustbinary":
		return "cargo"
	case "composer-vendor":
		return "composer"
	case "dotnet-core", "packages-props", "packages-config":
		return "nuget"
	}
	return vuln.PackageType(res.Type)
}

// familyOfWord is the family that Trivy has a word for.
func familyOfWord(word string) vuln.Family {
	for _, f := range []vuln.Family{vuln.RedHat, vuln.AlmaLinux, vuln.Oracle, vuln.Amazon, vuln.Mariner, vuln.SLEMicro} {
		if familyWord(f) == word {
			return f
		}
	}
	return vuln.Family(word)
}
