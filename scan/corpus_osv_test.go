package scan_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// osvDifferences are the rows in which we differ from osv-scanner: ecosystem,
// package, version, advisory.
func osvDifferences() map[string][]peerRow {
	return map[string][]peerRow{"python-app.oci": {{
		plus: "PyPI\twerkzeug\t2.2.2\tGHSA-87hc-h4r5-73f7",
		why:  "the record says Werkzeug, which PEP 503 has no other package for; Trivy reports its CVE-2026-21860",
	}}}
}

// TestCorpusOSV scans images with our own database and compares with the rows of
// osv-scanner, one a package, version and advisory wherever they are.
func TestCorpusOSV(t *testing.T) {
	t.Parallel()
	if corpus.Race {
		t.Skip("the database of all takes long to build under the race detector")
	}
	dir := corpus.Dir(t)
	db := corpusDatabase(t, dir)
	files, err := filepath.Glob(filepath.Join(dir, "images", "expected", "*.osv-findings.tsv"))
	if err != nil || len(files) < 6 {
		t.Fatalf("corpus has %v, %v", files, err)
	}
	differences := osvDifferences()
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".osv-findings.tsv")
		rep, err := scan.Image(t.Context(), filepath.Join(dir, "images", name+".tar"), scan.Options{Database: db})
		if err != nil {
			t.Fatal(err)
		}
		var os vuln.OS
		if rep.OS != nil {
			os = *rep.OS
		}
		var got []string
		for _, v := range rep.Vulnerabilities {
			c := v.Component
			lookup, err := vuln.LookupOf(os, c.Type)
			if err != nil {
				t.Fatal(err)
			}
			pkg, version := lookup.Of(&c.Package)
			for _, id := range v.Advisories {
				got = append(got, strings.Join([]string{string(lookup.Ecosystems[0]), pkg, strings.TrimPrefix(version, "v"), id}, "\t"))
			}
		}
		slices.Sort(got)
		comparePeer(t, name+" findings of osv-scanner", rows(t, 4, file), slices.Compact(got), differences[name])
	}
}

// An image of a system that the database has no advisories for lists its packages
// and says that they were not matched.
func TestCorpusNoAdvisories(t *testing.T) {
	t.Parallel()
	dir := corpus.Dir(t)
	db := corpusDatabase(t, dir, "Julia")
	for name, packages := range map[string]int{"rhel8-libuuid-bdb.oci": 1, "sle15-bci-upgraded.oci": 36, "cbl-mariner2.oci": 129} {
		rep, err := scan.Image(t.Context(), filepath.Join(dir, "images", name+".tar"), scan.Options{Database: db})
		if err != nil {
			t.Fatal(err)
		}
		if len(rep.Components) != packages || len(rep.Vulnerabilities) != 0 {
			t.Errorf("%s has %d packages and %d vulnerabilities, want %d and none", name, len(rep.Components), len(rep.Vulnerabilities), packages)
		}
		if len(rep.Problems) != 1 || !errors.Is(rep.Problems[0].Err, vuln.ErrNoAdvisories) || rep.Problems[0].Hides != artifact.HidesAll {
			t.Errorf("%s has the problems %v, want one that there are no advisories", name, rep.Problems)
		}
		if v := (scan.Gate{}).Judge(rep); !v.Failed || v.Complete {
			t.Errorf("%s: verdict %+v, want a failed one", name, v)
		}
	}
}
