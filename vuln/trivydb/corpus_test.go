package trivydb_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/trivydb"
)

// corpusDatabase opens the database of the corpus.
func corpusDatabase(tb testing.TB) *trivydb.DB {
	tb.Helper()
	db, err := trivydb.Open(corpus.TrivyDatabase(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	return db
}

// known are the rows in which we differ from Trivy's, "-" that we lack and "+"
// that we have more, each with the evidence.
func known() map[string]string {
	// The advisory is about all versions: it says ">=0", from an OSV record with
	// introduced "0", which "represents a version that sorts before any other".
	// Trivy compares it as 0.0.0, and takes the pseudo-version for an earlier
	// pre-release. osv-scanner reports it too.
	// https://ossf.github.io/osv-schema/#affectedrangesevents-fields
	const all = "an advisory for all versions: introduced 0 sorts before every version (OSV schema, affected[].ranges[].events)"
	const row = "go-app.oci +gobinary\tgolang.org/x/crypto\tv0.0.0-20200622213623-75b288015ac9\tGO-2026-5932\t\t"
	return map[string]string{
		row + "app/oldapp":                    all,
		row + "usr/local/bin/oldapp-stripped": all,
		row + "usr/local/bin/oldapp121":       all,
	}
}

// compare holds got against the rows of Trivy for an image, and returns how many
// differ.
func compare(t *testing.T, image string, got []string) int {
	t.Helper()
	total := len(got)
	var want []string
	for _, f := range corpus.Fields(t, corpus.Dir(t), "images", "expected", image+".findings.tsv") {
		want = append(want, strings.Join(f, "\t"))
	}
	slices.Sort(want)
	slices.Sort(got)
	reasons := known()
	var differences []string
	for len(want)+len(got) > 0 {
		switch {
		case len(got) == 0 || len(want) > 0 && want[0] < got[0]:
			differences, want = append(differences, "-"+want[0]), want[1:]
		case len(want) == 0 || got[0] < want[0]:
			differences, got = append(differences, "+"+got[0]), got[1:]
		default:
			want, got = want[1:], got[1:]
		}
	}
	for _, d := range differences {
		if reasons[image+" "+d] == "" {
			t.Errorf("%s: %s", image, d)
		}
		delete(reasons, image+" "+d)
	}
	for row := range reasons {
		if strings.HasPrefix(row, image+" ") {
			t.Errorf("known has a row that does not differ: %s", row)
		}
	}
	t.Logf("%s: %d of %d rows differ", image, len(differences), total)
	return len(differences)
}

func row(kind string, p *vuln.Package, id, fixed, path string) string {
	return strings.Join([]string{kind, p.Name, p.Version, id, fixed, path}, "\t")
}

// TestCorpusImages scans the images with Trivy's own database, and holds what is
// found against what Trivy found.
func TestCorpusImages(t *testing.T) {
	t.Parallel()
	db := corpusDatabase(t)
	differ, total := 0, 0
	for _, image := range []string{
		"alpine3.16.oci", "alpine3.4.oci", "cbl-mariner2.oci", "debian12-distroless.oci", "debian12-web.oci", "go-app.oci",
		"lockfiles.docker", "node-app-removed.oci", "python-app.oci", "sle15-bci-upgraded.oci",
	} {
		rep, err := scan.Image(t.Context(), filepath.Join(corpus.Dir(t), "images", image+".tar"), scan.Options{Database: db})
		if err != nil {
			t.Fatal(err)
		}
		checkProblems(t, image, rep)
		listed := make(map[string]bool) // by Trivy: what else there is, package scan's tests give reasons for
		for _, f := range corpus.Fields(t, corpus.Dir(t), "images", "expected", image+".packages.tsv") {
			listed[strings.Join(f, "\t")] = true
		}
		var got []string
		more := 0
		for _, v := range rep.Vulnerabilities {
			c := v.Component
			kind, path := c.Analyzer, c.Path
			if c.Type.System() {
				kind, path = string(rep.OS.Family), ""
			}
			if kind == string(vuln.Mariner) {
				kind = "cbl-mariner"
			}
			if listed[strings.Join([]string{kind, c.Name, c.Version, path}, "\t")] {
				got = append(got, row(kind, &c.Package, v.ID, v.Fixed, path))
			} else {
				more++
			}
			if v.Advisory == nil {
				t.Errorf("%s: %s has no advisory", image, v.ID)
			}
		}
		t.Logf("%s: %d rows of packages that Trivy does not list", image, more)
		total += len(got)
		differ += compare(t, image, got)
	}
	t.Logf("%d of %d rows differ (%.2f %%)", differ, total, 100*float64(differ)/float64(total))
	if 1000*differ > 5*total {
		t.Errorf("%d of %d rows differ, more than 0.5 %%", differ, total)
	}
}

// checkProblems makes sure that nothing is hidden but what the database lacks:
// Julia's advisories, and those of SLES 15.3.
func checkProblems(t *testing.T, image string, rep *scan.Report) {
	t.Helper()
	lacks := map[string]int{"lockfiles.docker": 1, "sle15-bci-upgraded.oci": 1}[image]
	for _, p := range rep.Problems {
		if !errors.Is(p.Err, vuln.ErrNoAdvisories) {
			t.Errorf("%s: problem %v", image, p)
		}
	}
	if len(rep.Problems) != lacks {
		t.Errorf("%s: problems %v, want %d", image, rep.Problems, lacks)
	}
}

func BenchmarkAffected(b *testing.B) {
	db := corpusDatabase(b)
	packages := corpus.LanguagePackages(b, "node-app-removed.oci")
	b.ReportAllocs()
	for b.Loop() {
		for i := range packages {
			if err := db.Affected(b.Context(), vuln.OS{}, &packages[i].Package, func(vuln.Hit) bool { return true }); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(packages)), "ns/lookup")
}
