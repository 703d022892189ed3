package report_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln/trivydb"
)

// trivyReport is what a reader of Trivy's JSON looks at.
type trivyReport struct {
	SchemaVersion int
	Results       []struct {
		Target, Class, Type string
		Packages            []struct{ Name, Version, Release, FilePath string }
		Vulnerabilities     []struct {
			VulnerabilityID, PkgName, PkgPath, InstalledVersion, FixedVersion, Status, Severity, SeveritySource string
		}
	}
}

// TestJSONCorpus scans the corpus's images with Trivy's database, and reads the JSON as
// a program written for Trivy does: the rows are those of Trivy.
func TestJSONCorpus(t *testing.T) {
	t.Parallel()
	if corpus.Race {
		t.Skip("the scans are raced by package scan's tests")
	}
	dir := corpus.Dir(t)
	db, err := trivydb.Open(corpus.TrivyDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	for _, image := range []string{
		"alpine3.16.oci", "alpine3.4.oci", "cbl-mariner2.oci", "debian12-distroless.oci", "debian12-web.oci", "go-app.oci",
		"lockfiles.docker", "node-app-removed.oci", "python-app.oci", "sle15-bci-upgraded.oci",
	} {
		rep, err := scan.Image(t.Context(), filepath.Join(dir, "images", image+".tar"), scan.Options{Database: db})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := (report.JSON{}).Report(t.Context(), &out, rep); err != nil {
			t.Fatal(err)
		}
		var read trivyReport
		if err := json.Unmarshal(out.Bytes(), &read); err != nil || read.SchemaVersion != 2 {
			t.Fatalf("%s: schema version %d, %v", image, read.SchemaVersion, err)
		}
		listed := make(map[string]bool) // by Trivy: for what else there is package scan's tests give reasons
		for _, f := range corpus.Fields(t, dir, "images", "expected", image+".packages.tsv") {
			listed[strings.Join(f, "\t")] = true
		}
		var got []string
		for _, r := range read.Results {
			for _, v := range r.Vulnerabilities {
				path := ""
				if r.Class == "lang-pkgs" {
					if path = v.PkgPath; path == "" {
						path = r.Target
					}
				}
				if v.Status == "" || v.Severity == "" {
					t.Errorf("%s: %s of %s has the status %q and the severity %q", image, v.VulnerabilityID, v.PkgName, v.Status, v.Severity)
				}
				if listed[strings.Join([]string{r.Type, v.PkgName, v.InstalledVersion, path}, "\t")] {
					got = append(got, strings.Join([]string{r.Type, v.PkgName, v.InstalledVersion, v.VulnerabilityID, v.FixedVersion, path}, "\t"))
				}
			}
		}
		compareTrivy(t, dir, image, got)
	}
}

// allVersions are rows that we have more than Trivy: the advisory says introduced "0",
// which is before every version, and Trivy takes a pseudo-version of Go for an earlier one.
// https://ossf.github.io/osv-schema/#affectedrangesevents-fields
func allVersions() []string {
	const row = "gobinary\tgolang.org/x/crypto\tv0.0.0-20200622213623-75b288015ac9\tGO-2026-5932\t\t"
	return []string{row + "app/oldapp", row + "usr/local/bin/oldapp-stripped", row + "usr/local/bin/oldapp121"}
}

func compareTrivy(t *testing.T, dir, image string, got []string) {
	t.Helper()
	var want []string
	for _, f := range corpus.Fields(t, dir, "images", "expected", image+".findings.tsv") {
		want = append(want, strings.Join(f, "\t"))
	}
	if image == "go-app.oci" {
		want = append(want, allVersions()...)
	}
	slices.Sort(want)
	slices.Sort(got)
	for _, row := range want {
		if !slices.Contains(got, row) {
			t.Errorf("%s: missing: %s", image, row)
		}
	}
	for _, row := range got {
		if !slices.Contains(want, row) {
			t.Errorf("%s: extra: %s", image, row)
		}
	}
	if len(want) != len(got) {
		t.Errorf("%s: %d rows, want %d", image, len(got), len(want))
	}
	t.Logf("%s: %d rows", image, len(got))
}
