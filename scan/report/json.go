package report

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// JSON writes Trivy's report, schema version 2, indented by two spaces: what
// reads that reads this. Differences:
//
//   - There is no time of creation and no random id, so the same report gives
//     the same bytes.
//   - Problems, at the top level, lists what could not be read or judged and what
//     that hides; Database says what was compared with, and when that was made;
//     KEV and EPSS of a vulnerability say what is known of its exploitation;
//     EndOfLife beside EOSL is the last day of an operating system's support, and
//     Unidentified marks a file that is a package, but does not say which.
//     Programs that do not know the fields pass over them.
//   - The size of a layer is that of its blob as stored.
//
// Every package is listed, with findings or without, unless NoPackages is set. A
// result without findings has no Vulnerabilities.
//
// Diagnostics are Misconfigurations, a result of class "config" for each manifest.
// Rule is our name for what found it, and ID is that of Trivy's check: a diagnostic
// that answers several checks is there once for each, one that answers none once
// with our name. MisconfSummary counts as successes the rules that found nothing in
// the file.
type JSON struct {
	NoPackages bool // list vulnerabilities alone
	// Rules are those that ran: their texts are part of the output. Nil: titles are
	// the names of rules, and no successes are counted.
	Rules []*lint.Rule
	// Suppressed lists the vulnerabilities that are not to be shown, with the reason,
	// as ExperimentalModifiedFindings.
	Suppressed bool
}

// Report implements [scan.Reporter].
func (j JSON) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	return writeJSON(ctx, w, r.Target.Name, j.document(r))
}

// document puts r into Trivy's shape.
func (j JSON) document(r *scan.Report) jsonReport {
	d := jsonReport{
		SchemaVersion: 2,
		ArtifactName:  r.Target.Name,
		ArtifactType:  string(r.Target.Kind),
		Metadata:      metadataOf(r),
	}
	switch r.Target.Kind {
	case artifact.KindImage:
		d.ArtifactType = "container_image"
	case artifact.KindRootfs, artifact.KindManifests:
		d.ArtifactType = "filesystem"
	}
	var suppressed map[[2]string][]jsonModified
	if j.Suppressed {
		suppressed = suppressedOf(r)
	}
	for _, e := range results(r) {
		res := jsonResult{Target: e.target, Class: e.class, Type: e.kind}
		if !j.NoPackages {
			ids := make(map[string]string, len(e.components))
			for _, c := range e.components {
				ids[c.ID()] = packageID(c)
			}
			for _, c := range e.components {
				res.Packages = append(res.Packages, packageOf(r, e, c, ids))
			}
		}
		for _, v := range e.vulnerabilities {
			res.Vulnerabilities = append(res.Vulnerabilities, vulnerabilityOf(r, e, v))
		}
		res.ModifiedFindings = suppressed[[2]string{e.kind, e.target}]
		d.Results = append(d.Results, res)
	}
	rules := rulesByName(j.Rules)
	for _, e := range manifests(r) {
		d.Results = append(d.Results, misconfigurationsOf(r, e, rules))
	}
	if r.Database != nil {
		d.Database = databaseOf(r.Database)
	}
	for _, p := range r.Problems {
		d.Problems = append(d.Problems, jsonProblem{
			Stage: string(p.Stage), Path: p.Path, Layer: string(p.Layer),
			Message: fmt.Sprint(p.Err), Hides: p.Hides.String(),
		})
	}
	return d
}

func databaseOf(info *vuln.DatabaseInfo) *jsonDatabase {
	d := &jsonDatabase{Schema: info.Schema, Built: instant(info.Built), Advisories: info.Advisories, Unread: info.Unread}
	for _, s := range info.Sources {
		d.Sources = append(d.Sources, jsonSource{Name: s.Name, URL: s.URL, Stamp: s.Stamp, Checked: instant(s.Checked), Records: s.Records})
	}
	return d
}

// instant is nil for the zero time, which is left out.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// date is a day; "" for the zero time.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func metadataOf(r *scan.Report) jsonMetadata {
	m := jsonMetadata{
		ImageID:     string(r.Target.ImageID),
		RepoTags:    r.Target.RepoTags,
		RepoDigests: r.Target.RepoDigests,
		Reference:   r.Target.Reference,
		Branch:      r.Target.Branch,
		Tags:        r.Target.Tags,
		Commit:      r.Target.Commit,
		ImageConfig: r.Target.Config,
	}
	if r.OS != nil {
		m.OS = &jsonOS{Family: familyWord(r.OS.Family), Name: r.OS.Version, EOSL: r.Unsupported()}
		if m.OS.EOSL {
			m.OS.EndOfLife = date(r.EndOfLife.Date)
		}
	}
	for _, l := range r.Layers {
		m.DiffIDs = append(m.DiffIDs, string(l.DiffID))
		m.Layers = append(m.Layers, jsonLayer{Size: l.Size, Digest: string(l.Digest), DiffID: string(l.DiffID)})
	}
	return m
}

// packageOf is one package; ids has what Trivy calls those of the result, by their
// [artifact.Component.ID].
func packageOf(r *scan.Report, e result, c *scan.Component, ids map[string]string) jsonPackage {
	version := splitVersion(c.Type, c.Version)
	p := jsonPackage{
		ID:         packageID(c),
		Name:       c.Name,
		Identifier: jsonIdentifier{PURL: packageURL(r.OS, c)},
		Version:    version.Upstream, Release: version.Revision, Epoch: version.Epoch,
		Arch:       c.Arch,
		Licenses:   c.Licenses,
		Maintainer: c.Maintainer,

		Modularitylabel: c.Modularity,
		Dev:             c.Dev,
		Indirect:        c.Relationship == artifact.Indirect,
		Layer:           layerOf(r, c),
		FilePath:        pathOf(e, c),
		Unidentified:    c.Unidentified,
	}
	for _, id := range c.DependsOn {
		p.DependsOn = append(p.DependsOn, cmp.Or(ids[id], id))
	}
	if c.Type.System() { // others have no source packages
		source := splitVersion(c.Type, c.SourceVersion)
		p.SrcName = c.SourceName
		p.SrcVersion, p.SrcRelease, p.SrcEpoch = source.Upstream, source.Revision, source.Epoch
	}
	if c.Relationship != artifact.RelationshipUnknown {
		p.Relationship = c.Relationship.String()
	}
	for _, l := range c.Lines {
		p.Locations = append(p.Locations, jsonLocation{l.First, l.Last})
	}
	return p
}

func vulnerabilityOf(r *scan.Report, e result, v *scan.Vulnerability) jsonVulnerability {
	j := jsonVulnerability{
		VulnerabilityID:  v.ID,
		VendorIDs:        vendorIDs(v),
		PkgID:            packageID(v.Component),
		PkgName:          v.Component.Name,
		PkgPath:          pathOf(e, v.Component),
		PkgIdentifier:    jsonIdentifier{PURL: packageURL(r.OS, v.Component)},
		InstalledVersion: v.Component.Version,
		FixedVersion:     v.Fixed,
		Status:           v.Status.String(),
		Layer:            layerOf(r, v.Component),
		PrimaryURL:       primaryURL(v),
		Severity:         v.Severity.String(),
		SeveritySource:   v.SeveritySource,
		VendorSeverity:   vendorSeverity(v),
		CVSS:             cvssOf(v),
	}
	if x := v.Exploited; x != nil {
		j.KEV = &jsonKEV{DateAdded: date(x.Added), DueDate: date(x.Due), Ransomware: x.Ransomware}
	}
	if x := v.EPSS; x != nil {
		j.EPSS = &jsonEPSS{Probability: x.Probability, Percentile: x.Percentile, Date: date(x.Date)}
	}
	a := v.Advisory
	if a == nil {
		return j
	}
	j.Title, j.Description, j.References = a.Title, a.Description, a.References
	if a.Source != "" {
		j.DataSource = &jsonDataSource{ID: sourceID(a.Source), Name: a.Source}
	}
	if !a.Published.IsZero() {
		j.PublishedDate = &a.Published
	}
	if !a.Modified.IsZero() {
		j.LastModifiedDate = &a.Modified
	}
	return j
}

// packageID is how the two lists of a result refer to each other, as Trivy spells
// it: with the separator of the package's own tools.
func packageID(c *scan.Component) string {
	switch {
	case c.Version == "":
		return c.Name
	case c.Type == vuln.TypeRPM && c.Arch != "":
		v := splitVersion(c.Type, c.Version)
		return c.Name + "@" + v.Upstream + "-" + v.Revision + "." + c.Arch
	case c.Type == vuln.TypeMaven:
		return c.Name + ":" + c.Version
	case c.Type == vuln.TypeConan || c.Analyzer == "dotnet-core":
		return c.Name + "/" + c.Version
	case c.Type == vuln.TypeGo:
		return c.Name + "@v" + strings.TrimPrefix(c.Version, "v")
	}
	return c.ID()
}

// layerOf is the layer that introduced c; empty when the report names none.
func layerOf(r *scan.Report, c *scan.Component) jsonLayer {
	if c.Layer < 0 || c.Layer >= len(r.Layers) {
		return jsonLayer{}
	}
	l := r.Layers[c.Layer]
	return jsonLayer{Digest: string(l.Digest), DiffID: string(l.DiffID)}
}

// pathOf is the file that lists c, and where in it if that is an archive; "" for
// packages of the system, and where the target is the file.
func pathOf(e result, c *scan.Component) string {
	switch {
	case e.class == "os-pkgs" || c.Path == e.target && c.Inside == "":
		return ""
	case c.Inside != "" && c.Analyzer != "sbom":
		return c.Path + "/" + c.Inside
	}
	return c.Path
}
