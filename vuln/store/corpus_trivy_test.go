package store

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// TestCorpusTrivyRows matches the packages of images, as Trivy and rpm list
// them, and holds the vulnerabilities against Trivy's rows: type, package,
// version, id, and the fixed version of the system's packages. Of languages
// Trivy names all fixed versions, and we the one that ends the affected range.
func TestCorpusTrivyRows(t *testing.T) {
	t.Parallel()
	dir := corpus.Dir(t)
	path := filepath.Join(t.TempDir(), "x.db")
	ecosystems := []string{"Go", "PyPI", "npm", "crates.io", "NuGet", "Julia", "Azure Linux"}
	images := []string{"go-app.oci", "node-app-removed.oci", "python-app.oci", "lockfiles.docker", "cbl-mariner2.oci"}
	if corpus.Race {
		ecosystems, images = []string{"npm"}, []string{"node-app-removed.oci"}
	}
	var inputs []string
	for _, eco := range ecosystems {
		inputs = append(inputs, filepath.Join(dir, "osv", eco))
	}
	if _, err := Build(t.Context(), path, inputs, BuildOptions{Built: built}); err != nil {
		t.Fatal(err)
	}
	db := open(t, path)
	mariner := vuln.OS{Family: vuln.Mariner, Version: "2.0"}
	reasons := knownTrivyRows()
	differ, total := 0, 0
	for _, image := range images {
		var packages []corpus.Package
		if image == "cbl-mariner2.oci" {
			packages = corpus.RPMPackages(t, "cbl-mariner-2.0")
		} else {
			packages = corpus.LanguagePackages(t, image)
		}
		got := make(map[string]bool)
		for i := range packages {
			p := &packages[i]
			if p.Type == "rpm" {
				p.Type = "cbl-mariner"
			}
			res, err := vuln.Match(t.Context(), db, mariner, []*vuln.Package{&p.Package})
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range res.Unjudged {
				if u.Advisory != "RETIREJS-jquery-0495d1093d" { // see TestCorpusFindings
					t.Errorf("%s %s is not judged: %v", p.Name, p.Version, u.Err)
				}
			}
			for _, a := range res.Affected {
				got[findingRow(p.Type, p.Name, p.Version, a.ID, a.FixedVersion)] = true
			}
		}
		want := make(map[string]bool)
		for _, f := range corpus.Fields(t, dir, "images", "expected", image+".findings.tsv") {
			if f[0] != "alpine" {
				want[findingRow(f[0], f[1], f[2], f[3], f[4])] = true
			}
		}
		var rows []string
		for row := range want {
			if !got[row] {
				rows = append(rows, "-"+row)
			}
		}
		for row := range got {
			if !want[row] {
				rows = append(rows, "+"+row)
			}
		}
		slices.Sort(rows)
		for _, row := range rows {
			if reasons[row] == "" {
				t.Errorf("%s: %s", image, row)
			}
			delete(reasons, row)
		}
		t.Logf("%s: %d of %d rows differ", image, len(rows), len(want))
		differ, total = differ+len(rows), total+len(want)
	}
	if corpus.Race {
		return
	}
	for row := range reasons {
		t.Errorf("knownTrivyRows has a row that does not differ: %s", row)
	}
	// Those of the systems' images are held by package scan, where none differs.
	for _, image := range []string{"debian12-web.oci", "debian12-distroless.oci", "alpine3.4.oci", "alpine3.16.oci"} {
		total += len(corpus.Fields(t, dir, "images", "expected", image+".findings.tsv"))
	}
	t.Logf("%d of %d rows differ (%.2f %%)", differ, total, 100*float64(differ)/float64(total))
	if 1000*differ > 5*total {
		t.Errorf("%d of %d rows differ, more than 0.5 %%", differ, total)
	}
}

func findingRow(kind, name, version, id, fixed string) string {
	if kind != "cbl-mariner" {
		fixed = ""
	}
	return strings.Join([]string{kind, name, version, id, fixed}, " ")
}

// knownTrivyRows are the rows in which we differ from Trivy, "-" that we lack and
// "+" that we have more, each with the evidence.
func knownTrivyRows() map[string]string {
	// https://docs.npmjs.com/cli/v11/configuring-npm/package-json#name: new names
	// have no capitals, older ones may, so that JSONStream and jsonstream are two
	// packages. The record is NSWG-ECO-496, about jQuery; osv-scanner, too, has it
	// for neither version. The CVE was rejected as a duplicate of CVE-2019-11358,
	// which is found.
	const capital = "npm tells names by case, and the record is about jQuery, not jquery"
	return map[string]string{
		// The record says introduced "0", which "represents a version that sorts
		// before any other"; Trivy reads it as 0.0.0, above the pseudo-version.
		// https://ossf.github.io/osv-schema/#affectedrangesevents-fields
		"+gobinary golang.org/x/crypto v0.0.0-20200622213623-75b288015ac9 GO-2026-5932 ": "OSV: introduced 0 sorts before every version",
		// GHSA-gxr4-xjj5-5px2 has the range from 1.2.0 to 3.5.0. Trivy's database
		// has one advisory for a CVE of a package, that of RetireJS from 1.12.0.
		"+node-pkg jquery 1.9.1 CVE-2020-11022 ": "the record GHSA-gxr4-xjj5-5px2, which osv-scanner reports too",
		"-node-pkg jquery 1.9.1 CVE-2019-5428 ":  capital,
		"-node-pkg jquery 3.2.1 CVE-2019-5428 ":  capital,
		"-node-pkg jquery 3.3.9 CVE-2019-5428 ":  capital,
	}
}
