package analyze_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan/analyze"
)

// Documents that are deep, wide or go round are read or refused, soon.
func TestReadSBOMHostile(t *testing.T) {
	t.Parallel()
	const cdx = `{"bomFormat": "CycloneDX", "components": [`
	deep := func(open, end string, n int) string { return strings.Repeat(open, n) + strings.Repeat(end, n) }
	many := new(strings.Builder)
	for i := range 50_000 {
		fmt.Fprintf(many, "%s{\"ref\": \"a\", \"dependsOn\": [\"a\", \"b\"]}", map[bool]string{true: ",", false: ""}[i > 0])
	}
	for name, text := range map[string]string{
		"deep components":   cdx + deep(`{"type": "library", "name": "a", "components": [`, `]}`, 100_000) + `]}`,
		"deep evidence":     cdx + `{"evidence": {"callstack": ` + deep("[", "]", 100_000) + `}}]}`,
		"deep XML":          `<bom xmlns="http://cyclonedx.org/schema/bom/1.6">` + deep(`<components><component type="library">`, `</component></components>`, 100_000) + `</bom>`,
		"XML entities":      `<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><bom xmlns="http://cyclonedx.org/schema/bom/1.6"><serialNumber>&b;</serialNumber></bom>`,
		"deep context":      `{"@context": ` + deep("[", "]", 1_000_000) + `}`,
		"dependencies":      cdx + `{"bom-ref": "a", "type": "library", "purl": "pkg:npm/a@1"}, {"bom-ref": "b", "type": "library", "purl": "pkg:npm/b@1"}], "dependencies": [` + many.String() + `]}`,
		"SPDX null":         `{"spdxVersion": "SPDX-2.3", "packages": [null, {"externalRefs": [null]}], "relationships": [null], "files": [null], "annotations": [null]}`,
		"SPDX wrong types":  `{"spdxVersion": "SPDX-2.3", "packages": [{"supplier": "x", "originator": 1, "checksums": {}}]}`,
		"SPDX relationship": `{"spdxVersion": "SPDX-2.3", "relationships": [{"spdxElementId": ":", "relatedSpdxElement": "DocumentRef-", "relationshipType": "DEPENDS_ON"}]}`,
		"tags alone":        "SPDXVersion: SPDX-2.3\n" + strings.Repeat("PackageName: a\n", 100_000),
		"tags without end":  "SPDXVersion: SPDX-2.3\nPackageComment: <text>" + strings.Repeat("a\n", 500_000),
		"tags with a text":  "SPDXVersion: SPDX-2.3\nPackageComment: <text>" + strings.Repeat("a\n", 500_000) + "</text>\n",
		"tags relationship": "SPDXVersion: SPDX-2.3\nRelationship: \nRelationship: a\nRelationship: a DEPENDS_ON\nRelationship: SPDXRef-a DEPENDS_ON SPDXRef-b\n",
		"tags in a line":    "SPDXVersion: SPDX-2.3\nPackageName: " + strings.Repeat("a", 1<<20) + "\n",
	} {
		bill, err := analyze.ReadSBOM([]byte(text)) // without a panic
		t.Logf("%s: %d packages, %.100v", name, len(bill.Components), err)
	}
}

// What comes after a text of several lines counts, and what is in it does not.
func TestReadSBOMTexts(t *testing.T) {
	t.Parallel()
	const text = "SPDXVersion: SPDX-2.3\r\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: ship\n" +
		"# a comment <text>\nDocumentComment: <text>one\nPackageName: none\n<text>\nthree</text> and more\n\n" +
		"PackageName: keel\nSPDXID: SPDXRef-keel\nPackageVersion: 1.0.0\nPackageDownloadLocation: NONE\nPackageSourceInfo: <text>acquired package info from x: /a/b</text>\n" +
		"PackageComment: <text>last\nline\n</text>\nExternalRef: PACKAGE-MANAGER purl pkg:npm/keel@1.0.0"
	bill, err := analyze.ReadSBOM([]byte(text))
	if err != nil || bill.Name != "ship" || len(bill.Components) != 1 || bill.Components[0].ID() != "keel@1.0.0" || bill.Components[0].Inside != "a/b" {
		t.Errorf("ReadSBOM = %+v, %v, want keel alone", bill, err)
	}
}
