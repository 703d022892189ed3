package report_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
)

// trivyFields are the fields of Trivy's report, schema version 2, by the path of what
// they are in; a name in capitals stands for any. Those with ! are in every such object.
// https://trivy.dev/latest/docs/configuration/reporting/#json
func trivyFields() map[string]string {
	const vulnerability = "VulnerabilityID! VendorIDs PkgID PkgName! PkgPath PkgIdentifier InstalledVersion! FixedVersion Status! Layer SeveritySource PrimaryURL " +
		"DataSource Fingerprint Custom Title Description Severity! CweIDs VendorSeverity CVSS References PublishedDate LastModifiedDate"
	fields := map[string]string{
		"": "SchemaVersion! Trivy ReportID CreatedAt ArtifactID ArtifactName! ArtifactType! Metadata Results",
		"Metadata": "Size OS ImageID DiffIDs RepoTags RepoDigests Reference ImageConfig Layers RepoURL Branch Tags Commit CommitMsg " +
			"Author Committer",
		"Metadata.OS":     "Family! Name EOSL Supplier extended",
		"Metadata.Layers": "Size Digest DiffID",
		"Results": "Target! Class! Type Packages Vulnerabilities MisconfSummary Misconfigurations Secrets Licenses CustomResources " +
			"ExperimentalModifiedFindings",
		"Results.Packages": "ID Name! Identifier Version Release Epoch Arch Dev SrcName SrcVersion SrcRelease SrcEpoch Licenses Maintainer " +
			"Modularitylabel BuildInfo Repository Indirect Relationship DependsOn Layer FilePath Digest Locations InstalledFiles AnalyzedBy",
		"Results.Packages.Identifier":                                "PURL UID BOMRef",
		"Results.Packages.Layer":                                     "Digest DiffID",
		"Results.Packages.Locations":                                 "StartLine! EndLine!",
		"Results.Vulnerabilities":                                    vulnerability,
		"Results.Vulnerabilities.PkgIdentifier":                      "PURL UID BOMRef",
		"Results.Vulnerabilities.Layer":                              "Digest DiffID",
		"Results.Vulnerabilities.DataSource":                         "ID Name URL BaseID",
		"Results.Vulnerabilities.CVSS.SOURCE":                        "V2Vector V3Vector V40Vector V2Score V3Score V40Score",
		"Results.MisconfSummary":                                     "Successes! Failures!",
		"Results.ExperimentalModifiedFindings":                       "Type! Status! Statement Source Finding!",
		"Results.ExperimentalModifiedFindings.Finding":               vulnerability,
		"Results.ExperimentalModifiedFindings.Finding.PkgIdentifier": "PURL UID BOMRef",
		"Results.ExperimentalModifiedFindings.Finding.Layer":         "Digest DiffID",
		"Results.ExperimentalModifiedFindings.Finding.DataSource":    "ID Name URL BaseID",
		"Results.ExperimentalModifiedFindings.Finding.CVSS.SOURCE":   "V2Vector V3Vector V40Vector V2Score V3Score V40Score",
		"Results.Misconfigurations": "Type! ID! AVDID Title! Description Message! Namespace Query Resolution Severity! PrimaryURL References " +
			"Status! Layer CauseMetadata Traces",
		"Results.Misconfigurations.Layer":                    "Digest DiffID",
		"Results.Misconfigurations.CauseMetadata":            "Resource Provider Service StartLine EndLine Code Occurrences RenderedCause",
		"Results.Misconfigurations.CauseMetadata.Code":       "Lines",
		"Results.Misconfigurations.CauseMetadata.Code.Lines": "Number! Content! IsCause! Annotation Truncated! Highlighted FirstCause! LastCause!",
	}
	return fields
}

// ourFields are those that Trivy does not have: a reader that does not know them passes
// over them.
func ourFields() map[string]string {
	const known = "KEV EPSS"
	return map[string]string{
		"": "Database Problems", "Metadata.OS": "EndOfLife", "Results.Packages": "Unidentified",
		"Results.Vulnerabilities":                      known,
		"Results.ExperimentalModifiedFindings.Finding": known,
		"Results.Misconfigurations":                    "Rule Field",
	}
}

// TestJSONTrivyFields holds the names of all fields of the samples against Trivy's.
func TestJSONTrivyFields(t *testing.T) {
	t.Parallel()
	samples := map[string]*scan.Report{
		"findings": findings(), "languages": languages(), "repository": repository(), "bill": bill(), "old": old(),
		"alpine": alpine(), "suppressed": suppressed(), "systems": systems(), "manifests": lintedReport(t), "incomplete": incomplete(),
	}
	samples["image"] = voyage(t) // with a diagnostic of its config
	samples["image"].Diagnostics[0].Layer = string(samples["image"].Layers[0].DiffID)
	seen := make(map[string]bool)
	for name, r := range samples {
		var value any
		if err := json.Unmarshal([]byte(render(t, report.JSON{Suppressed: true, Rules: lintRules()}, r)), &value); err != nil {
			t.Fatal(err)
		}
		checkFields(t, name, "", value, seen)
	}
	for path := range trivyFields() {
		if !seen[path] {
			t.Errorf("no sample has a %q", path)
		}
	}
}

func checkFields(t *testing.T, name, path string, value any, seen map[string]bool) {
	t.Helper()
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			checkFields(t, name, path, item, seen)
		}
	case map[string]any:
		last := path[strings.LastIndex(path, ".")+1:]
		switch {
		case path == "Database" || path == "Problems" || last == "ImageConfig" || last == "VendorSeverity" || last == "EPSS" || last == "KEV":
			return // ours, or as somebody else has it
		case last == "CVSS":
			for _, of := range v {
				checkFields(t, name, path+".SOURCE", of, seen)
			}
			return
		}
		words, ok := trivyFields()[path]
		if !ok {
			t.Errorf("%s: Trivy has no object at %q", name, path)
			return
		}
		seen[path] = true
		fields := strings.Fields(words + " " + ourFields()[path])
		for key, below := range v {
			if !slices.Contains(fields, key) && !slices.Contains(fields, key+"!") {
				t.Errorf("%s: Trivy has no field %s in %q", name, key, path)
			}
			checkFields(t, name, strings.TrimPrefix(path+"."+key, "."), below, seen)
		}
		for _, f := range fields {
			key, must := strings.CutSuffix(f, "!")
			if _, ok := v[key]; must && !ok {
				t.Errorf("%s: there is no field %s in %q", name, key, path)
			}
		}
	}
}
