package analyze

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// readCycloneDX reads a document in JSON or XML.
func readCycloneDX(text []byte, isJSON bool) (Bill, error) {
	format := cdx.BOMFileFormatXML
	if isJSON {
		format = cdx.BOMFileFormatJSON
	}
	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(bytes.NewReader(text), format).Decode(&bom); err != nil {
		return Bill{}, fmt.Errorf("%w: %w", ErrSBOM, err)
	}
	if !isJSON && !strings.HasPrefix(bom.XMLNS, "http://cyclonedx.org/schema/bom/") {
		return Bill{}, fmt.Errorf("%w: XML of the namespace %.*q", ErrSBOM, maxQuote, bom.XMLNS)
	}
	b := newBillBuilder(artifact.KindCycloneDX)
	if bom.Metadata != nil && bom.Metadata.Component != nil {
		b.bill.Name = bom.Metadata.Component.Name
	}
	b.cycloneDX(bom.Components)
	if bom.Dependencies != nil {
		for _, d := range *bom.Dependencies {
			if d.Dependencies == nil {
				continue
			}
			for _, on := range *d.Dependencies {
				b.depend(d.Ref, on)
			}
		}
	}
	return b.finish()
}

// cycloneDX adds list, and what is in each.
func (b *billBuilder) cycloneDX(list *[]cdx.Component) {
	if list == nil {
		return
	}
	for i := range *list {
		c := &(*list)[i]
		switch {
		case c.Type == cdx.ComponentTypeOS:
			if b.bill.OS == nil {
				b.bill.OS = cycloneDXSystem(c)
			}
		case c.PackageURL != "":
			b.add(c.BOMRef, c.PackageURL, func(to *artifact.Component) { completeCycloneDX(to, c) })
		case c.Type == cdx.ComponentTypeLibrary || c.Type == cdx.ComponentTypeFramework:
			b.wrong.note(fmt.Errorf("package %.*q: no package URL", maxQuote, c.Name))
		}
		b.cycloneDX(c.Components)
	}
}

// cycloneDXSystem is the system of a component, whose name is Trivy's word for the
// family or the ID of its os-release.
func cycloneDXSystem(c *cdx.Component) *vuln.OS {
	os := &vuln.OS{Family: familyNamed(c.Name), Version: c.Version}
	if id := property(c, "syft:distro:id"); id != "" {
		os.Family = familyNamed(id)
		os.Version = cmp.Or(property(c, "syft:distro:versionID"), os.Version)
		os.Codename = property(c, "syft:distro:versionCodename")
		os.PrettyName = property(c, "syft:distro:prettyName")
	}
	os.Codename = cmp.Or(os.Codename, property(c, "plimsoll:Codename"))
	os.Repository, os.Extended = property(c, "plimsoll:Repository"), property(c, "plimsoll:Extended") == "true"
	return os
}

// completeCycloneDX adds what stands beside the package URL.
func completeCycloneDX(to *artifact.Component, c *cdx.Component) {
	if c.Licenses != nil {
		for _, l := range *c.Licenses {
			if l.Expression != "" {
				to.Licenses = append(to.Licenses, l.Expression)
			} else if l.License != nil {
				to.Licenses = append(to.Licenses, cmp.Or(l.License.ID, l.License.Name))
			}
		}
	}
	if c.Supplier != nil {
		to.Maintainer = c.Supplier.Name
	}
	to.Maintainer = cmp.Or(to.Maintainer, c.Publisher)
	to.Inside = strings.TrimPrefix(cmp.Or(property(c, "aquasecurity:trivy:FilePath"), property(c, "syft:location:0:path")), "/")
	to.Modularity = cmp.Or(property(c, "aquasecurity:trivy:Modularitylabel"), to.Modularity)
	to.ThirdParty = property(c, "plimsoll:ThirdParty") == "true"
	if c.Properties != nil {
		for _, p := range *c.Properties {
			if p.Name == "plimsoll:ContentSet" {
				to.ContentSets = append(to.ContentSets, p.Value)
			}
		}
	}
	if name := property(c, "aquasecurity:trivy:SrcName"); name != "" && to.Type.System() {
		to.SourceName = name
		to.SourceVersion = joinVersion(property(c, "aquasecurity:trivy:SrcEpoch"), property(c, "aquasecurity:trivy:SrcVersion"), property(c, "aquasecurity:trivy:SrcRelease"))
		if to.SourceVersion == "" {
			to.SourceVersion = to.Version
		}
	}
}

// joinVersion is [epoch:]version[-release].
func joinVersion(epoch, version, release string) string {
	if version == "" {
		return ""
	}
	if epoch != "" && epoch != "0" {
		version = epoch + ":" + version
	}
	if release != "" {
		version += "-" + release
	}
	return version
}

// property is the first value of a property; "" if there is none.
func property(c *cdx.Component, name string) string {
	if c.Properties == nil {
		return ""
	}
	for _, p := range *c.Properties {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}
