package report_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/spdxlib"
	"github.com/spdx/tools-golang/tagvalue"

	"github.com/plimsoll-go/plimsoll/scan/report"
)

// The library's readers take both forms, which say the same, and its checks of
// references hold.
func TestSPDXDocuments(t *testing.T) {
	t.Parallel()
	id := regexp.MustCompile(`^[a-zA-Z0-9.-]+$`)
	license := regexp.MustCompile(`^(NOASSERTION|[a-zA-Z0-9.-]+( AND [a-zA-Z0-9.-]+)*)$`)
	reports := samples()
	reports["voyage"], reports["pirates"], reports["systems"] = voyage(t), pirates(t), systems()
	for name, r := range reports {
		tags, err := tagvalue.Read(strings.NewReader(render(t, report.SPDX{TagValue: true}, r)))
		if err != nil {
			t.Errorf("%s as tags and values: %v", name, err)
			continue
		}
		var doc spdx.Document
		if err := json.Unmarshal([]byte(render(t, report.SPDX{}, r)), &doc); err != nil {
			t.Errorf("%s as JSON: %v", name, err)
			continue
		}
		if err := spdxlib.ValidateDocument(&doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(tags.Packages) != len(doc.Packages) || len(tags.Relationships) != len(doc.Relationships) || len(tags.OtherLicenses) != len(doc.OtherLicenses) {
			t.Errorf("%s has %d packages as tags and %d as JSON, %d and %d relationships, %d and %d licences", name, len(tags.Packages),
				len(doc.Packages), len(tags.Relationships), len(doc.Relationships), len(tags.OtherLicenses), len(doc.OtherLicenses))
			continue
		}
		asTags := make(map[string]*spdx.Package) // which has an order of its own
		for _, p := range tags.Packages {
			asTags[string(p.PackageSPDXIdentifier)] = p
		}
		seen := make(map[string]bool)
		for _, p := range doc.Packages {
			if q := asTags[string(p.PackageSPDXIdentifier)]; q == nil || q.PackageName != p.PackageName || q.PackageVersion != p.PackageVersion || len(q.PackageExternalReferences) != len(p.PackageExternalReferences) {
				t.Errorf("%s: package %q %q as JSON is %+v as tags", name, p.PackageName, p.PackageVersion, q)
			}
			ref := string(p.PackageSPDXIdentifier)
			if !id.MatchString(ref) || seen[ref] {
				t.Errorf("%s: the id %q is malformed or there twice", name, ref)
			}
			seen[ref] = true
			if !license.MatchString(p.PackageLicenseDeclared) || p.PackageDownloadLocation == "" || p.PackageName == "" {
				t.Errorf("%s: package %q declares %q", name, p.PackageName, p.PackageLicenseDeclared)
			}
			for _, e := range p.PackageExternalReferences {
				if strings.ContainsAny(e.Locator, " \n\t") {
					t.Errorf("%s: package %q has a reference to %q", name, p.PackageName, e.Locator)
				}
			}
		}
		if len(doc.Packages) < len(r.Components) || !strings.HasPrefix(doc.DocumentNamespace, "https://") || strings.ContainsAny(doc.DocumentNamespace, "# ") {
			t.Errorf("%s has %d packages in %q", name, len(doc.Packages), doc.DocumentNamespace)
		}
	}
}

func ExampleSPDX() {
	if err := (report.SPDX{TagValue: true, Version: "1.0"}).Report(context.Background(), os.Stdout, boat()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// SPDXVersion: SPDX-2.3
	// DataLicense: CC0-1.0
	// SPDXID: SPDXRef-DOCUMENT
	// DocumentName: boat:1
	// DocumentNamespace: https://github.com/plimsoll-go/plimsoll/spdx/boat:1-a3c0f10c-7c94-583d-b77c-d2ad55842f50
	// Creator: Tool: plimsoll-1.0
	// Created: 1970-01-01T00:00:00Z
	//
	// ##### Package: debian
	//
	// PackageName: debian
	// SPDXID: SPDXRef-OperatingSystem-801bd16be171b1dd
	// PackageVersion: 12.15
	// PackageDownloadLocation: NOASSERTION
	// PrimaryPackagePurpose: OPERATING-SYSTEM
	// FilesAnalyzed: false
	// PackageLicenseConcluded: NOASSERTION
	// PackageLicenseDeclared: NOASSERTION
	// PackageCopyrightText: NOASSERTION
	//
	// ##### Package: hull
	//
	// PackageName: hull
	// SPDXID: SPDXRef-Package-8c433e4c55ea39e9
	// PackageVersion: 1.0-1
	// PackageSupplier: NOASSERTION
	// PackageDownloadLocation: NOASSERTION
	// PrimaryPackagePurpose: LIBRARY
	// FilesAnalyzed: false
	// PackageSourceInfo: built package from: hull 1.0-1
	// PackageLicenseConcluded: NOASSERTION
	// PackageLicenseDeclared: NOASSERTION
	// PackageCopyrightText: NOASSERTION
	// ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/hull@1.0-1?distro=debian-12.15
	// ExternalRef: SECURITY advisory https://osv.dev/vulnerability/TEST-2024-0001
	// ExternalRefComment: TEST-2024-0001 HIGH, fixed, fixed in 1.0-2
	//
	// ##### Package: boat:1
	//
	// PackageName: boat:1
	// SPDXID: SPDXRef-Target
	// PackageDownloadLocation: NOASSERTION
	// PrimaryPackagePurpose: CONTAINER
	// FilesAnalyzed: false
	// PackageLicenseConcluded: NOASSERTION
	// PackageLicenseDeclared: NOASSERTION
	// PackageCopyrightText: NOASSERTION
	//
	// ##### Relationships
	//
	// Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-Target
	// Relationship: SPDXRef-Target CONTAINS SPDXRef-OperatingSystem-801bd16be171b1dd
	// Relationship: SPDXRef-Target CONTAINS SPDXRef-Package-8c433e4c55ea39e9
}
