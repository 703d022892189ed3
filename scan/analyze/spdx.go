package analyze

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/tagvalue"

	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// readSPDX reads a document in JSON or as tags and values. JSON of every version
// 2 has the fields that count under the same names.
func readSPDX(text []byte, isJSON bool) (Bill, error) {
	doc, err := decodeSPDX(text, isJSON)
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

// decodeSPDX is the library's reader, which panics on some input that is
// malformed.
func decodeSPDX(text []byte, isJSON bool) (doc *spdx.Document, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("malformed SPDX: %v", p)
		}
	}()
	if isJSON {
		doc = new(spdx.Document)
		return doc, json.Unmarshal(text, doc)
	}
	return tagvalue.Read(bytes.NewReader(firstLines(text)))
}

// firstLines cuts each text of several lines in tags and values to its first:
// comments and licences, of which nothing is used. The library takes time that
// grows with the square of such a text.
// https://spdx.github.io/spdx-spec/v2.3/conformance/
func firstLines(text []byte) []byte {
	const start, end = "<text>", "</text>"
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		line, rest := cutLine(text)
		out = append(out, line...)
		_, value, tagged := bytes.Cut(line, []byte(":"))
		_, value, open := bytes.Cut(value, []byte(start))
		if tagged && open && !bytes.HasPrefix(bytes.TrimSpace(line), []byte("#")) && !bytes.Contains(value, []byte(end)) {
			at := bytes.Index(rest, []byte(end))
			if at < 0 {
				return out // which lacks the end
			}
			out = append(out, end...)
			_, rest = cutLine(rest[at:])
		}
		out = append(out, '\n')
		text = rest
	}
	return out
}

// cutLine takes the first line off text.
func cutLine(text []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(text, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}

// spdx adds a package. One without a package URL is the image, a file or the
// system, which Trivy and Syft tell by the purpose.
func (b *billBuilder) spdx(p *spdx.Package) {
	if p.PrimaryPackagePurpose == "OPERATING-SYSTEM" || p.PrimaryPackagePurpose == "OPERATING_SYSTEM" {
		if b.bill.OS == nil {
			notes := spdxNotes(p.PackageComment)
			b.bill.OS = &vuln.OS{
				Family: familyNamed(p.PackageName), Version: p.PackageVersion, Codename: notes.Get("Codename"),
				Repository: notes.Get("Repository"), Extended: notes.Get("Extended") == "true",
			}
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
		notes := spdxNotes(p.PackageComment)
		c.ThirdParty, c.ContentSets = notes.Get("ThirdParty") == "true", notes["ContentSet"]
		if name, version, ok := trivySource(p.PackageSourceInfo); ok && c.Type.System() {
			c.SourceName, c.SourceVersion = name, version
		}
	})
}

// spdxNotes are what our own documents say in a comment, by name: words of the form
// plimsoll:Name=value, with values escaped as in a query.
func spdxNotes(comment string) url.Values {
	notes := make(url.Values)
	for _, word := range strings.Fields(comment) {
		name, value, ok := strings.Cut(strings.TrimPrefix(word, "plimsoll:"), "=")
		if text, err := url.QueryUnescape(value); ok && err == nil && strings.HasPrefix(word, "plimsoll:") {
			notes.Add(name, text)
		}
	}
	return notes
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
