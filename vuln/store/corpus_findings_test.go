package store

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// TestCorpusFindings looks up the packages of languages that images have, and
// holds the advisories against the rows of osv-scanner: ecosystem, package,
// version, advisory.
func TestCorpusFindings(t *testing.T) {
	t.Parallel()
	dir := corpus.Dir(t)
	path := filepath.Join(t.TempDir(), "x.db")
	ecosystems := []string{"Go", "PyPI", "Maven", "npm", "crates.io", "NuGet"}
	images := []string{"go-app.oci", "java-app.oci", "node-app-removed.oci", "python-app.oci"}
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
	types := map[string]vuln.PackageType{"Go": vuln.TypeGo, "PyPI": vuln.TypePyPI, "Maven": vuln.TypeMaven, "npm": vuln.TypeNPM}
	differ, total := 0, 0
	var unjudged []string
	reasons := knownFindings()
	for _, image := range images {
		packages := make(map[[3]string]bool) // ecosystem, name, version
		want := make(map[string]bool)
		for _, f := range corpus.Fields(t, dir, "images", "expected", image+".osv-findings.tsv") {
			if types[f[0]] != "" {
				packages[[3]string{f[0], f[1], f[2]}] = true
				want[strings.Join(f, " ")] = true
			}
		}
		if image != "java-app.oci" { // of which Trivy, without its database of jars, lists none
			for _, p := range corpus.LanguagePackages(t, image) {
				lookup, err := vuln.LookupOf(vuln.OS{}, p.Package.Type)
				if err != nil {
					t.Fatal(err)
				}
				name, version := lookup.Of(&p.Package)
				packages[[3]string{string(lookup.Ecosystems[0]), name, version}] = true
			}
		}
		got := make(map[string]bool)
		for key := range packages {
			p := &vuln.Package{Type: types[key[0]], Name: key[1], Version: key[2]}
			err := db.Affected(t.Context(), vuln.OS{}, p, func(h vuln.Hit) bool {
				if h.Err != nil { // "1.9.0b1" is no semantic version: said, not guessed
					if unjudged = append(unjudged, h.Advisory); h.Advisory != "RETIREJS-jquery-0495d1093d" {
						t.Errorf("%s of %v: %v", h.Advisory, key, h.Err)
					}
					return true
				}
				got[strings.Join(append(key[:], h.Advisory), " ")] = true
				return true
			})
			if err != nil {
				t.Errorf("Affected(%v): %v", key, err)
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
		t.Errorf("knownFindings has a row that does not differ: %s", row)
	}
	if len(unjudged) != 1 {
		t.Errorf("unjudged: %q, want one", unjudged)
	}
	t.Logf("%d of %d rows differ (%.2f %%)", differ, total, 100*float64(differ)/float64(total))
	if 1000*differ > 5*total {
		t.Errorf("%d of %d rows differ, more than 0.5 %%", differ, total)
	}
}

// knownFindings are the rows in which we differ from osv-scanner, "-" that we
// lack and "+" that we have more, each with the evidence.
func knownFindings() map[string]string {
	return map[string]string{
		// The record names the package "Werkzeug", osv-scanner asks for "werkzeug".
		// They are one, and Trivy reports its CVE-2026-21860.
		// https://peps.python.org/pep-0503/#normalized-names
		"+PyPI werkzeug 2.2.2 GHSA-87hc-h4r5-73f7": "PEP 503: names are compared without case",
	}
}
