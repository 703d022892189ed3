package report_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/store"
)

// bills are the formats that a scan reads again.
func bills() map[string]scan.Reporter {
	return map[string]scan.Reporter{
		"cyclonedx": report.CycloneDX{Version: "1.2.3"},
		"spdx":      report.SPDX{Version: "1.2.3", TagValue: true},
		"spdx-json": report.SPDX{Version: "1.2.3"},
	}
}

// scanBill scans what f writes of r.
func scanBill(t *testing.T, f scan.Reporter, r *scan.Report, opts scan.Options) *scan.Report {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bill")
	if err := os.WriteFile(file, []byte(render(t, f, r)), 0o666); err != nil {
		t.Fatal(err)
	}
	again, err := scan.SBOM(t.Context(), file, opts)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// foundIn lists what was found, with all that decides.
func foundIn(r *scan.Report) []string {
	var list []string
	for _, v := range r.Vulnerabilities {
		c := v.Component
		list = append(list, fmt.Sprintf("%s %s %s %s [%s %s] %s %s %s", v.ID, c.Type, c.Name, c.Version, c.SourceName, c.SourceVersion, v.Fixed, v.Severity, v.Status))
	}
	slices.Sort(list)
	return list
}

// A bill of an image gives the findings of the image.
func TestBillsOfImages(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "db")
	if _, err := store.Build(t.Context(), file, []string{"../../testdata/advisories"}, store.BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	opts := scan.Options{Database: db}
	for _, image := range []string{"debian12.tar", "alpine319.tar"} {
		r, err := scan.Image(t.Context(), "../../testdata/images/"+image, opts)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Vulnerabilities) == 0 {
			t.Fatalf("%s has no vulnerabilities", image)
		}
		for name, f := range bills() {
			again := scanBill(t, f, r, opts)
			if diff := gocmp.Diff(foundIn(r), foundIn(again)); diff != "" {
				t.Errorf("%s of %s gives other findings (-image +bill):\n%s", name, image, diff)
			}
		}
	}
}

// everything is a matcher that finds each package, so that a round trip of any
// report can be compared.
type everything struct{}

func (everything) Name() string { return "everything" }

func (everything) Match(_ context.Context, inv *scan.Inventory) (scan.Results, error) {
	var res scan.Results
	for i := range inv.Components {
		c := &inv.Components[i]
		res.Vulnerabilities = append(res.Vulnerabilities, scan.Vulnerability{
			Component: c, ID: fmt.Sprintf("%s %s %v %v", c.Arch, c.Modularity, c.ThirdParty, c.ContentSets),
		})
	}
	return res, nil
}

// systems is a report with all that decides how a package is looked up.
func systems() *scan.Report {
	rpm := found("rpm", vuln.TypeRPM, "keel", "2:1.10-3.module+el8", "var/lib/rpm/rpmdb.sqlite")
	rpm.Arch, rpm.SourceName, rpm.SourceVersion = "x86_64", "boats", "1.10-3.module+el8"
	rpm.Modularity, rpm.ContentSets = "boats:1.10:8030020201124152102:229f0a1c", []string{"rhel-8-a-rpms", "rhel-8-b-rpms"}
	third := found("rpm", vuln.TypeRPM, "oar", "1.0-1", "var/lib/rpm/rpmdb.sqlite")
	third.ThirdParty, third.Maintainer = true, "Somebody, Ltd."
	same := found("npm", vuln.TypeNPM, "rope", "1.0.0", "b/package-lock.json")
	other := same
	other.Path = "a/package-lock.json"
	return &scan.Report{
		Target:     scan.Target{Kind: artifact.KindImage, Name: "fleet:1"},
		OS:         &vuln.OS{Family: vuln.RedHat, Version: "8.10"},
		Components: []scan.Component{rpm, third, other, same},
	}
}

// What decides about a package survives, for every package that has a URL.
func TestBillsKeepPackages(t *testing.T) {
	t.Parallel()
	reports := map[string]*scan.Report{
		"voyage": voyage(t), "findings": findings(), "alpine": alpine(), "languages": languages(), "repository": repository(), "systems": systems(),
		"edge": {OS: &vuln.OS{Family: vuln.Alpine, Version: "3.19.1", Repository: "edge"}, Components: alpine().Components},
		"esm":  {OS: &vuln.OS{Family: vuln.Ubuntu, Version: "20.04", Codename: "focal", Extended: true}, Components: findings().Components},
	}
	for what, r := range reports {
		list := slices.Clone(r.Components)
		list = slices.DeleteFunc(list, func(c scan.Component) bool { return c.Unidentified })
		for i := range list {
			c := &list[i]
			if c.Inside != "" { // one path, which is all that a bill has
				c.Path += "/" + c.Inside
			}
			if c.Version == "(devel)" {
				c.Version = ""
			}
			if c.Type == vuln.TypePyPI {
				c.Name = strings.ReplaceAll(strings.ToLower(c.Name), "_", "-")
			}
			if c.Type == vuln.TypeGo {
				c.Name = strings.ToLower(c.Name)
			}
			if !c.Type.System() {
				c.SourceName, c.SourceVersion = c.Name, c.Version
			}
			if c.SourceName == "" {
				c.SourceName, c.SourceVersion = c.Name, c.Version
			}
		}
		want, err := everything{}.Match(t.Context(), &scan.Inventory{Components: list})
		if err != nil {
			t.Fatal(err)
		}
		for name, f := range bills() {
			again := scanBill(t, f, r, scan.Options{Matchers: []scan.Matcher{everything{}}})
			if diff := gocmp.Diff(foundIn(&scan.Report{Vulnerabilities: want.Vulnerabilities}), foundIn(again)); diff != "" {
				t.Errorf("%s of %s has other packages (-report +bill):\n%s", name, what, diff)
			}
			if r.OS != nil {
				want := *r.OS
				want.PrettyName = "" // decides nothing
				if diff := gocmp.Diff(&want, again.OS); diff != "" {
					t.Errorf("%s of %s is of another system (-report +bill):\n%s", name, what, diff)
				}
			}
			for _, p := range again.Problems {
				t.Errorf("%s of %s: %v", name, what, p)
			}
		}
	}
}

// Relationships survive, by name.
func TestBillsKeepDependencies(t *testing.T) {
	t.Parallel()
	edges := func(r *scan.Report) []string {
		var list []string
		for _, c := range r.Components {
			for _, on := range c.DependsOn {
				list = append(list, c.ID()+" on "+on)
			}
		}
		slices.SortFunc(list, cmp.Compare[string])
		return list
	}
	for name, f := range bills() {
		r := repository()
		again := scanBill(t, f, r, scan.Options{Matchers: []scan.Matcher{everything{}}})
		if diff := gocmp.Diff(edges(r), edges(again)); diff != "" {
			t.Errorf("%s has other dependencies (-report +bill):\n%s", name, diff)
		}
	}
}

// A bill of hostile names can be read, and names nothing that is not there.
func TestBillsHostile(t *testing.T) {
	t.Parallel()
	r := pirates(t)
	for name, f := range bills() {
		inv, err := scan.InspectSBOM(t.Context(), "bill", strings.NewReader(render(t, f, r)), scan.Options{})
		if err != nil {
			t.Errorf("%s of a hostile report: %v", name, err)
			continue
		}
		if len(inv.Components) > len(r.Components) {
			t.Errorf("%s of %d packages has %d", name, len(r.Components), len(inv.Components))
		}
		for _, c := range inv.Components {
			if c.Name == "forged" {
				t.Errorf("%s has a package of its own: %q", name, c.Name)
			}
		}
	}
}
