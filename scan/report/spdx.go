package report

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/spdx/tools-golang/spdx/v2/common"
	spdx "github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/tagvalue"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
)

// SPDX writes the packages of a report as a document in SPDX 2.3. [scan.SBOM]
// reads it and gives the same findings: the source package and the file that
// lists a package are in its source information, in the words of Trivy and Syft,
// and what else decides about it is in its comment.
//
// The target contains the operating system and all packages, in the order of the
// report, or by identifier as tags and values; what a package needs is a
// relationship. Vulnerabilities are security
// references of their packages. Licences that are not an identifier that is
// common are references to what the package says. Texts are on one line, without
// control characters. Diagnostics have no place in the format and are left out;
// problems that hide something are in the document's comment.
//
// https://spdx.github.io/spdx-spec/v2.3/
type SPDX struct {
	// TagValue writes tags and values in place of JSON.
	TagValue bool
	// Version is what the document names as that of the program.
	Version string
	// NoVulnerabilities lists packages alone.
	NoVulnerabilities bool
}

// Report implements [scan.Reporter].
func (f SPDX) Report(ctx context.Context, w io.Writer, r *scan.Report) error {
	b := spdxBuilder{SPDX: f, report: r, refs: refsOf(r), licenses: make(map[string]string)}
	doc := b.document()
	if !f.TagValue {
		return writeJSON(ctx, w, r.Target.Name, doc)
	}
	var out bytes.Buffer
	if err := tagvalue.Write(doc, &out); err != nil {
		return fmt.Errorf("encode report of %s: %w", r.Target.Name, err)
	}
	return write(ctx, w, out.Bytes())
}

// An spdxBuilder makes one document.
type spdxBuilder struct {
	SPDX
	report   *scan.Report
	refs     refs
	doc      *spdx.Document
	licenses map[string]string // references to licences, by text
}

func (b *spdxBuilder) document() *spdx.Document {
	r := b.report
	name := cmp.Or(spdxText(r.Target.Name), "unnamed")
	b.doc = &spdx.Document{
		SPDXVersion: spdx.Version, DataLicense: spdx.DataLicense, SPDXIdentifier: "DOCUMENT", DocumentName: name,
		CreationInfo: &spdx.CreationInfo{
			Created:  r.Created.UTC().Format(time.RFC3339),
			Creators: []common.Creator{{CreatorType: "Tool", Creator: strings.TrimSuffix("plimsoll-"+spdxText(b.Version), "-")}},
		},
	}
	if r.Created.IsZero() {
		b.doc.CreationInfo.Created = time.Unix(0, 0).UTC().Format(time.RFC3339)
	}
	root := b.root(name)
	b.relate("DOCUMENT", common.TypeRelationshipDescribe, root)
	if r.OS != nil {
		b.relate(root, common.TypeRelationshipContains, b.system())
	}
	security := b.security()
	byID := make(map[string][]common.ElementID)
	for i := range r.Components {
		c := &r.Components[i]
		key := c.Path + "\x00" + c.ID()
		byID[key] = append(byID[key], b.id(c))
	}
	parts := []string{name, b.doc.CreationInfo.Created}
	for i := range r.Components {
		c := &r.Components[i]
		b.component(c, security[c])
		b.relate(root, common.TypeRelationshipContains, b.id(c))
		for _, id := range c.DependsOn {
			for _, on := range byID[c.Path+"\x00"+id] {
				b.relate(b.id(c), common.TypeRelationshipDependsOn, on)
			}
		}
		parts = append(parts, b.refs[c])
	}
	if incomplete(r) {
		n := 0
		for _, p := range r.Problems {
			if p.Hides != artifact.HidesNothing {
				n++
			}
		}
		b.doc.DocumentComment = fmt.Sprintf("The list is not complete: problems that hide packages: %d", n)
	}
	b.doc.DocumentNamespace = "https://github.com/plimsoll-go/plimsoll/spdx/" + url.PathEscape(name) + "-" + uuid(parts...)
	return b.doc
}

// spdxText is a text that is a value of a tag, whatever an image chose.
func spdxText(s string) string {
	s = printable(s)
	if !strings.Contains(s, "text>") {
		return s
	}
	return strings.NewReplacer("<text>", "(text)", "</text>", "(/text)").Replace(s)
}

func (b *spdxBuilder) relate(from common.ElementID, kind string, to common.ElementID) {
	b.doc.Relationships = append(b.doc.Relationships, &spdx.Relationship{
		RefA: common.DocElementID{ElementRefID: from}, RefB: common.DocElementID{ElementRefID: to}, Relationship: kind,
	})
}

func (b *spdxBuilder) id(c *scan.Component) common.ElementID {
	return common.ElementID("Package-" + fingerprint(b.refs[c])[:16])
}

// add adds a package of which nothing else is known.
func (b *spdxBuilder) add(id common.ElementID, name, version, purpose string) *spdx.Package {
	if b.TagValue {
		purpose = strings.ReplaceAll(purpose, "_", "-")
	}
	p := &spdx.Package{
		PackageSPDXIdentifier: id, PackageName: cmp.Or(spdxText(name), "unnamed"), PackageVersion: spdxText(version),
		PackageDownloadLocation: "NOASSERTION", PrimaryPackagePurpose: purpose,
		PackageLicenseConcluded: "NOASSERTION", PackageLicenseDeclared: "NOASSERTION", PackageCopyrightText: "NOASSERTION",
	}
	b.doc.Packages = append(b.doc.Packages, p)
	return p
}

func (b *spdxBuilder) root(name string) common.ElementID {
	purpose, id := "SOURCE", common.ElementID("Target")
	switch b.report.Target.Kind {
	case artifact.KindImage:
		purpose = "CONTAINER"
	case artifact.KindRootfs, artifact.KindCycloneDX, artifact.KindSPDX:
		purpose = "OTHER"
	}
	b.add(id, name, b.report.Target.Commit, purpose)
	return id
}

func (b *spdxBuilder) system() common.ElementID {
	os := b.report.OS
	id := common.ElementID("OperatingSystem-" + fingerprint(string(os.Family), os.Version)[:16])
	p := b.add(id, familyWord(os.Family), os.Version, "OPERATING_SYSTEM")
	var notes spdxNotes
	notes.add("Codename", os.Codename)
	notes.add("Repository", os.Repository)
	if os.Extended {
		notes.add("Extended", "true")
	}
	p.PackageComment = notes.text()
	return id
}

// spdxNotes are what a reader of ours finds in a comment: "plimsoll:Name=value"
// by word, values escaped as in a query.
type spdxNotes []string

func (n *spdxNotes) add(name, value string) {
	if value != "" {
		*n = append(*n, "plimsoll:"+name+"="+url.QueryEscape(value))
	}
}

func (n spdxNotes) text() string { return strings.Join(n, " ") }

func (b *spdxBuilder) component(c *scan.Component, security []*spdx.PackageExternalReference) {
	link := packageURL(b.report.OS, c)
	purpose := "LIBRARY"
	if link == "" {
		purpose = "FILE" // libraries have one
	}
	p := b.add(b.id(c), c.Name, c.Version, purpose)
	if maintainer := spdxText(c.Maintainer); maintainer != "" && maintainer != "NOASSERTION" {
		p.PackageSupplier = &common.Supplier{SupplierType: "Organization", Supplier: maintainer}
	} else {
		p.PackageSupplier = &common.Supplier{Supplier: "NOASSERTION"}
	}
	switch {
	case c.Type.System() && c.SourceName != "":
		p.PackageSourceInfo = spdxText("built package from: " + c.SourceName + " " + c.SourceVersion)
	case !c.Type.System() && c.Path != "":
		p.PackageSourceInfo = spdxText("acquired package info from " + cmp.Or(c.Analyzer, string(c.Type)) + ": /" + strings.TrimPrefix(componentFile(c), "/"))
	}
	p.PackageLicenseDeclared = b.license(c.Licenses)
	if link != "" {
		p.PackageExternalReferences = append(p.PackageExternalReferences, &spdx.PackageExternalReference{
			Category: common.CategoryPackageManager, RefType: common.TypePackageManagerPURL, Locator: link,
		})
	}
	p.PackageExternalReferences = append(p.PackageExternalReferences, security...)
	var notes spdxNotes
	if c.ThirdParty {
		notes.add("ThirdParty", "true")
	}
	for _, set := range c.ContentSets {
		notes.add("ContentSet", set)
	}
	p.PackageComment = notes.text()
}

// security are the references of each package that has a vulnerability.
func (b *spdxBuilder) security() map[*scan.Component][]*spdx.PackageExternalReference {
	by := make(map[*scan.Component][]*spdx.PackageExternalReference)
	if b.NoVulnerabilities {
		return by
	}
	for i := range b.report.Vulnerabilities {
		v := &b.report.Vulnerabilities[i]
		link := cmp.Or(webURL(primaryURL(v)), webURL("https://osv.dev/vulnerability/"+url.PathEscape(v.ID)))
		if link == "" {
			continue
		}
		words := v.ID + " " + v.Severity.String() + ", " + v.Status.String()
		if v.Fixed != "" {
			words += ", fixed in " + v.Fixed
		}
		by[v.Component] = append(by[v.Component], &spdx.PackageExternalReference{
			Category: common.CategorySecurity, RefType: common.TypeSecurityAdvisory, Locator: link, ExternalRefComment: spdxText(words),
		})
	}
	return by
}

// license is an expression of all that a package declares.
func (b *spdxBuilder) license(declared []string) string {
	var ids []string
	for _, l := range declared {
		l = spdxText(l)
		switch {
		case l == "":
		case commonLicense(l):
			ids = append(ids, l)
		default:
			ids = append(ids, b.licenseRef(l))
		}
	}
	if ids == nil {
		return "NOASSERTION"
	}
	return strings.Join(ids, " AND ")
}

// licenseRef names a licence by the document's own words.
func (b *spdxBuilder) licenseRef(text string) string {
	id, ok := b.licenses[text]
	if !ok {
		id = "LicenseRef-" + fingerprint(text)[:16]
		b.licenses[text] = id
		b.doc.OtherLicenses = append(b.doc.OtherLicenses, &spdx.OtherLicense{LicenseIdentifier: id, ExtractedText: text, LicenseName: text})
	}
	return id
}

// commonLicense reports whether id is one of SPDX's short identifiers that most
// packages have. https://spdx.org/licenses/
func commonLicense(id string) bool {
	switch id {
	case "0BSD", "AFL-2.1", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-2.0", "Artistic-2.0", "BSD-2-Clause", "BSD-3-Clause",
		"BSL-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC0-1.0", "CDDL-1.0", "EPL-1.0", "EPL-2.0", "GPL-1.0-or-later", "GPL-2.0-only",
		"GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "ICU", "ISC", "LGPL-2.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later",
		"LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0", "MPL-1.1", "MPL-2.0", "OFL-1.1", "OpenSSL", "PSF-2.0",
		"Python-2.0", "Ruby", "Unicode-3.0", "Unlicense", "Vim", "WTFPL", "X11", "Zlib", "curl":
		return true
	}
	return false
}
