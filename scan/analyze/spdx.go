package analyze

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/tagvalue"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// readSPDX reads a document in JSON or as tags and values. JSON of every version
// 2 has the fields that count under the same names.
func readSPDX(text []byte, isJSON bool) (bill Bill, err error) {
	doc := new(spdx.Document)
	if isJSON {
		err = json.Unmarshal(text, doc)
	} else {
		doc, err = readTagValue(text)
	}
	if err != nil {
		return Bill{}, fmt.Errorf("%w: %w", ErrSBOM, err)
	}
	b := newBillBuilder(artifact.KindSPDX)
	b.bill.Name = doc.DocumentName
	for _, p := range doc.Packages {
		if p != nil {
			b.spdx(p)
		}
	}
	for _, r := range doc.Relationships {
		if r == nil {
			continue
		}
		from, on := string(r.RefA.ElementRefID), string(r.RefB.ElementRefID)
		switch r.Relationship {
		case common.TypeRelationshipDependsOn:
			b.depend(from, on)
		case common.TypeRelationshipDependencyOf:
			b.depend(on, from)
		}
	}
	return b.finish()
}

// readTagValue is the library's reader, which panics on some input that is
// malformed.
func readTagValue(text []byte) (doc *spdx.Document, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("malformed tags and values: %v", p)
		}
	}()
	return tagvalue.Read(bytes.NewReader(text))
}

// spdx adds a package. One without a package URL is the image, a file or the
// system, which Trivy and Syft tell by the purpose.
func (b *billBuilder) spdx(p *spdx.Package) {
	if p.PrimaryPackagePurpose == "OPERATING-SYSTEM" || p.PrimaryPackagePurpose == "OPERATING_SYSTEM" {
		if b.bill.OS == nil {
			b.bill.OS = &vuln.OS{Family: familyNamed(p.PackageName), Version: p.PackageVersion}
		}
		return
	}
	url := ""
	for _, r := range p.PackageExternalReferences {
		if r != nil && r.RefType == common.TypePackageManagerPURL {
			url = r.Locator
			break
		}
	}
	switch {
	case url == "" && (p.PrimaryPackagePurpose == "LIBRARY" || p.PrimaryPackagePurpose == "FRAMEWORK"):
		b.wrong.note(fmt.Errorf("package %.*q: no package URL", maxQuote, p.PackageName))
		return
	case url == "", p.PrimaryPackagePurpose == "CONTAINER":
		return
	}
	b.add(string(p.PackageSPDXIdentifier), url, func(c *artifact.Component) {
		if p.PackageSupplier != nil {
			c.Maintainer = p.PackageSupplier.Supplier
		}
		for _, l := range []string{p.PackageLicenseDeclared, p.PackageLicenseConcluded} {
			if l != "" && l != "NOASSERTION" && l != "NONE" {
				c.Licenses = []string{l}
				break
			}
		}
		c.Inside = spdxLocation(p.PackageSourceInfo)
		if name, version, ok := trivySource(p.PackageSourceInfo); ok && c.Type.System() {
			c.SourceName, c.SourceVersion = name, version
		}
	})
}

// spdxLocation is the file that Syft's source info names.
func spdxLocation(info string) string {
	_, after, ok := strings.Cut(info, "acquired package info from ")
	if !ok {
		return ""
	}
	_, file, ok := strings.Cut(after, ": ")
	if !ok {
		return ""
	}
	file, _, _ = strings.Cut(file, ", ")
	return strings.TrimPrefix(strings.TrimSpace(file), "/")
}

// trivySource is the source package of Trivy's source info, "built package from:
// curl 7.88.1-10".
func trivySource(info string) (name, version string, ok bool) {
	info, ok = strings.CutPrefix(info, "built package from: ")
	if !ok {
		return "", "", false
	}
	name, version, ok = strings.Cut(strings.TrimSpace(info), " ")
	return name, version, ok && name != "" && version != ""
}
