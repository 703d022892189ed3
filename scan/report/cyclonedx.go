package report

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// CycloneDX writes the packages of a report and their vulnerabilities as a bill of
// materials in CycloneDX 1.6, JSON. [scan.SBOM] reads it and gives the same
// findings: what the format has no field for is in properties, under the names
// that Trivy gives them, else under plimsoll:.
//
// The target is the metadata's component; it depends on the operating system and
// on the lock files and programs, and these on their packages. A package without a
// package URL is a component of type file. Vulnerabilities are sorted as those of
// the report, each once, with all packages that have it. Problems that hide
// something make the composition incomplete. The serial number is made of the
// content. Diagnostics have no place in the format and are left out.
//
// https://cyclonedx.org/docs/1.6/json/
type CycloneDX struct {
	// Version is what the document names as that of the program.
	Version string
	// NoVulnerabilities lists packages alone.
	NoVulnerabilities bool
}

// Report implements [scan.Reporter].
func (f CycloneDX) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	b := cycloneDXBuilder{CycloneDX: f, report: r, refs: refsOf(r)}
	return writeJSON(ctx, w, r.Target.Name, b.document())
}

// refs names components within a document: by package URL where one component has
// it, else by a UUID.
type refs map[*scan.Component]string

func refsOf(r *scan.Report) refs {
	names := make(refs, len(r.Components))
	taken := make(map[string]int)
	for i := range r.Components {
		c := &r.Components[i]
		url := packageURL(r.OS, c)
		ref := url
		if url == "" || taken[url] > 0 {
			key := strings.Join([]string{url, string(c.Type), c.Name, c.Version, c.Path, c.Inside}, "\x00")
			ref = uuid(key, strconv.Itoa(taken[key]))
			taken[key]++
		}
		if url != "" {
			taken[url]++
		}
		names[c] = ref
	}
	return names
}

// A cycloneDXBuilder makes one document.
type cycloneDXBuilder struct {
	CycloneDX
	report       *scan.Report
	refs         refs
	components   []cdx.Component
	dependencies []cdx.Dependency
}

func (b *cycloneDXBuilder) document() *cdx.BOM {
	r := b.report
	root := b.root()
	bom := &cdx.BOM{
		JSONSchema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
		BOMFormat:  "CycloneDX", SpecVersion: cdx.SpecVersion1_6, Version: 1,
		Metadata: &cdx.Metadata{
			Component: root,
			Tools: &cdx.ToolsChoice{Components: &[]cdx.Component{{
				Type: cdx.ComponentTypeApplication, Group: "plimsoll-go", Name: "plimsoll", Version: b.Version,
			}}},
		},
	}
	if !r.Created.IsZero() {
		bom.Metadata.Timestamp = r.Created.UTC().Format(time.RFC3339)
	}
	var top []string
	for _, e := range results(r) {
		top = append(top, b.result(e)...)
	}
	b.depends(root.BOMRef, top)
	if b.components == nil {
		b.components = []cdx.Component{}
	}
	bom.Components, bom.Dependencies = &b.components, &b.dependencies
	if !b.NoVulnerabilities {
		list := b.vulnerabilities()
		bom.Vulnerabilities = &list
	}
	if incomplete(r) {
		bom.Compositions = &[]cdx.Composition{{
			Aggregate: cdx.CompositionAggregateIncomplete, Assemblies: &[]cdx.BOMReference{cdx.BOMReference(root.BOMRef)},
		}}
	}
	bom.SerialNumber = "urn:uuid:" + b.serial()
	return bom
}

// serial is a UUID of what the document is about.
func (b *cycloneDXBuilder) serial() string {
	r := b.report
	parts := []string{r.Target.Name, string(r.Target.ImageID), string(r.Target.Digest), r.Target.Commit, r.Created.UTC().String()}
	for i := range b.components {
		parts = append(parts, b.components[i].BOMRef)
	}
	for i := range r.Vulnerabilities {
		parts = append(parts, r.Vulnerabilities[i].ID)
	}
	return uuid(parts...)
}

// root is the target.
func (b *cycloneDXBuilder) root() *cdx.Component {
	t := b.report.Target
	c := &cdx.Component{BOMRef: uuid("target", t.Name, string(t.ImageID)), Type: cdx.ComponentTypeApplication, Name: cmp.Or(t.Name, "unnamed")}
	var p properties
	switch t.Kind {
	case artifact.KindImage:
		c.Type = cdx.ComponentTypeContainer
		p.add("aquasecurity:trivy:ImageID", string(t.ImageID))
		p.add("aquasecurity:trivy:Reference", t.Reference)
		for _, tag := range t.RepoTags {
			p.add("aquasecurity:trivy:RepoTag", tag)
		}
		for _, digest := range t.RepoDigests {
			p.add("aquasecurity:trivy:RepoDigest", digest)
		}
		for _, l := range b.report.Layers {
			p.add("aquasecurity:trivy:DiffID", string(l.DiffID))
		}
	case artifact.KindRepository:
		c.Version = t.Commit
	}
	c.Properties = p.list()
	return c
}

// result adds the components of e, and returns those that the target depends on.
func (b *cycloneDXBuilder) result(e result) []string {
	if e.class == "os-pkgs" {
		if b.report.OS == nil {
			return b.packages(e)
		}
		os := b.report.OS
		ref := uuid("os", string(os.Family), os.Version)
		c := cdx.Component{BOMRef: ref, Type: cdx.ComponentTypeOS, Name: familyWord(os.Family), Version: os.Version}
		var p properties
		p.add("aquasecurity:trivy:Type", familyWord(os.Family))
		p.add("aquasecurity:trivy:Class", e.class)
		p.add("plimsoll:Codename", os.Codename)
		p.add("plimsoll:Repository", os.Repository)
		if os.Extended {
			p.add("plimsoll:Extended", "true")
		}
		c.Properties = p.list()
		b.components = append(b.components, c)
		at := len(b.dependencies)
		b.depends(ref, nil)
		top := b.packages(e)
		b.dependencies[at].Dependencies = sortedRefs(top)
		return []string{ref}
	}
	if len(e.components) == 0 || e.components[0].Path != e.target {
		return b.packages(e) // installed, each in a file of its own
	}
	ref := uuid("file", e.kind, e.target)
	var p properties
	p.add("aquasecurity:trivy:Type", e.kind)
	p.add("aquasecurity:trivy:Class", e.class)
	b.components = append(b.components, cdx.Component{BOMRef: ref, Type: cdx.ComponentTypeApplication, Name: e.target, Properties: p.list()})
	at := len(b.dependencies)
	b.depends(ref, nil)
	top := b.packages(e)
	b.dependencies[at].Dependencies = sortedRefs(top)
	return []string{ref}
}

// packages adds the packages of e, and returns those that no other one of them
// needs, as far as it is known.
func (b *cycloneDXBuilder) packages(e result) []string {
	byID := make(map[string][]string)
	for _, c := range e.components {
		key := c.Path + "\x00" + c.ID()
		byID[key] = append(byID[key], b.refs[c])
	}
	needed := make(map[string]bool)
	first := len(b.dependencies)
	for _, c := range e.components {
		b.components = append(b.components, b.component(e, c))
		var on []string
		for _, id := range c.DependsOn {
			for _, ref := range byID[c.Path+"\x00"+id] {
				if ref != b.refs[c] {
					on = append(on, ref)
					needed[ref] = true
				}
			}
		}
		b.depends(b.refs[c], on)
	}
	var top []string
	for i, c := range e.components {
		if c.Relationship == artifact.Root || c.Relationship == artifact.Direct || !needed[b.dependencies[first+i].Ref] {
			top = append(top, b.refs[c])
		}
	}
	return top
}

func (b *cycloneDXBuilder) depends(ref string, on []string) {
	b.dependencies = append(b.dependencies, cdx.Dependency{Ref: ref, Dependencies: sortedRefs(on)})
}

// sortedRefs is list without duplicates; never nil, which says that nothing is
// known.
func sortedRefs(list []string) *[]string {
	list = slices.Compact(slices.Sorted(slices.Values(list)))
	if list == nil {
		list = []string{}
	}
	return &list
}

func (b *cycloneDXBuilder) component(e result, c *scan.Component) cdx.Component {
	to := cdx.Component{BOMRef: b.refs[c], Type: cdx.ComponentTypeLibrary, Name: cmp.Or(c.Name, "unnamed"), Version: c.Version, PackageURL: packageURL(b.report.OS, c)}
	if to.PackageURL == "" {
		to.Type = cdx.ComponentTypeFile // libraries have one
	}
	if c.Dev {
		to.Scope = cdx.ScopeOptional
	}
	if c.Maintainer != "" {
		to.Supplier = &cdx.OrganizationalEntity{Name: c.Maintainer}
	}
	var licenses cdx.Licenses
	for _, l := range c.Licenses {
		if l != "" {
			licenses = append(licenses, cdx.LicenseChoice{License: &cdx.License{Name: l}})
		}
	}
	if licenses != nil {
		to.Licenses = &licenses
	}
	var p properties
	p.add("aquasecurity:trivy:PkgID", packageID(c))
	p.add("aquasecurity:trivy:PkgType", e.kind)
	if !c.Type.System() {
		p.add("aquasecurity:trivy:FilePath", componentFile(c))
	} else if c.SourceName != "" {
		source := splitVersion(c.Type, c.SourceVersion)
		p.add("aquasecurity:trivy:SrcName", c.SourceName)
		p.add("aquasecurity:trivy:SrcVersion", source.Upstream)
		p.add("aquasecurity:trivy:SrcRelease", source.Revision)
		if source.Epoch != 0 {
			p.add("aquasecurity:trivy:SrcEpoch", strconv.Itoa(source.Epoch))
		}
	}
	p.add("aquasecurity:trivy:Modularitylabel", c.Modularity)
	for _, set := range c.ContentSets {
		p.add("plimsoll:ContentSet", set)
	}
	if c.ThirdParty {
		p.add("plimsoll:ThirdParty", "true")
	}
	layer := layerOf(b.report, c)
	p.add("aquasecurity:trivy:LayerDigest", layer.Digest)
	p.add("aquasecurity:trivy:LayerDiffID", layer.DiffID)
	to.Properties = p.list()
	return to
}

// componentFile is the file that lists c, and where in it if that is an archive.
func componentFile(c *scan.Component) string {
	if c.Inside != "" && c.Analyzer != "sbom" {
		return c.Path + "/" + c.Inside
	}
	return c.Path
}

// properties collects those that have a value.
type properties []cdx.Property

func (p *properties) add(name, value string) {
	if value != "" {
		*p = append(*p, cdx.Property{Name: name, Value: value})
	}
}

func (p *properties) list() *[]cdx.Property {
	if len(*p) == 0 {
		return nil
	}
	return (*[]cdx.Property)(p)
}

// vulnerabilities are those of the report by id, at the place of the first.
func (b *cycloneDXBuilder) vulnerabilities() []cdx.Vulnerability {
	byID := make(map[string][]*scan.Vulnerability)
	var ids []string
	for i := range b.report.Vulnerabilities {
		v := &b.report.Vulnerabilities[i]
		if byID[v.ID] == nil {
			ids = append(ids, v.ID)
		}
		byID[v.ID] = append(byID[v.ID], v)
	}
	list := make([]cdx.Vulnerability, 0, len(ids))
	for _, id := range ids {
		list = append(list, b.vulnerability(byID[id]))
	}
	return list
}

// vulnerability is one that all of list are.
func (b *cycloneDXBuilder) vulnerability(list []*scan.Vulnerability) cdx.Vulnerability {
	v := list[0]
	to := cdx.Vulnerability{BOMRef: uuid("vulnerability", v.ID), ID: v.ID, Source: sourceOf(v)}
	var solutions []string
	affects := make([]cdx.Affects, 0, len(list))
	ratings := newRatingList()
	for _, one := range list {
		if b.refs[one.Component] == "" {
			continue // of no package of the report
		}
		affects = append(affects, cdx.Affects{
			Ref: b.refs[one.Component], Range: &[]cdx.AffectedVersions{{Version: one.Component.Version, Status: cdx.VulnerabilityStatusAffected}},
		})
		if s := solution(one); s != "" && !slices.Contains(solutions, s) && len(solutions) < maxSolutions {
			solutions = append(solutions, s)
		}
		ratings.add(vuln.Rating{Level: one.Severity, Source: one.SeveritySource})
		for _, r := range allRatings(one) {
			ratings.add(r)
		}
	}
	to.Affects, to.Recommendation = &affects, strings.Join(solutions, "; ")
	if len(ratings.list) > 0 {
		to.Ratings = &ratings.list
	}
	if a := v.Advisory; a != nil {
		to.Description = cmp.Or(a.Title, a.Description)
		if a.Title != "" {
			to.Detail = a.Description
		}
		if !a.Published.IsZero() {
			to.Published = a.Published.UTC().Format(time.RFC3339)
		}
		if !a.Modified.IsZero() {
			to.Updated = a.Modified.UTC().Format(time.RFC3339)
		}
	}
	var advisories []cdx.Advisory
	for _, u := range references(v) {
		advisories = append(advisories, cdx.Advisory{URL: u})
	}
	if advisories != nil {
		to.Advisories = &advisories
	}
	var p properties
	if x := v.Exploited; x != nil {
		p.add("plimsoll:KEV", cmp.Or(date(x.Added), "true"))
	}
	if x := v.EPSS; x != nil {
		p.add("plimsoll:EPSS", fmt.Sprint(x.Probability))
	}
	to.Properties = p.list()
	return to
}

// maxSolutions bounds what one vulnerability recommends.
const maxSolutions = 20

// sourceOf is who published v.
func sourceOf(v *scan.Vulnerability) *cdx.Source {
	if v.Advisory == nil || v.Advisory.Source == "" {
		return nil
	}
	return &cdx.Source{Name: sourceID(v.Advisory.Source), URL: webURL(primaryURL(v))}
}

// A ratingList holds each rating once.
type ratingList struct {
	list []cdx.VulnerabilityRating
	seen map[vuln.Rating]bool
}

func newRatingList() *ratingList { return &ratingList{seen: make(map[vuln.Rating]bool)} }

func (l *ratingList) add(r vuln.Rating) {
	if l.seen[r] {
		return
	}
	l.seen[r] = true
	to := cdx.VulnerabilityRating{Severity: cycloneDXSeverity(r.Level)}
	if r.Source != "" {
		to.Source = &cdx.Source{Name: r.Source}
	}
	switch {
	case r.Type == "CVSS_V2":
		to.Method = cdx.ScoringMethodCVSSv2
	case r.Type == "CVSS_V3" && strings.HasPrefix(r.Vector, "CVSS:3.1/"):
		to.Method = cdx.ScoringMethodCVSSv31
	case r.Type == "CVSS_V3":
		to.Method = cdx.ScoringMethodCVSSv3
	case r.Type == "CVSS_V4":
		to.Method = cdx.ScoringMethodCVSSv4
	case r.Type != "":
		to.Method = cdx.ScoringMethodOther
	}
	if strings.HasPrefix(r.Type, "CVSS_") {
		to.Vector = strings.ToValidUTF8(r.Vector, "\ufffd")
		if r.Score > 0 {
			to.Score = &r.Score
		}
	}
	l.list = append(l.list, to)
}

func cycloneDXSeverity(l severity.Level) cdx.Severity {
	switch l {
	case severity.Critical:
		return cdx.SeverityCritical
	case severity.High:
		return cdx.SeverityHigh
	case severity.Medium:
		return cdx.SeverityMedium
	case severity.Low:
		return cdx.SeverityLow
	}
	return cdx.SeverityUnknown
}
