package trivydb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// buckets is a database: bucket, package (or "" for a bucket of values), id.
type buckets map[string]map[string]map[string]string

// create writes a database and returns its path.
func create(tb testing.TB, content buckets) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "trivy.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, PageSize: 4096})
	if err != nil {
		tb.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for name, packages := range content {
			b, err := tx.CreateBucketIfNotExists([]byte(name))
			if err != nil {
				return err
			}
			for pkg, values := range packages {
				inner := b
				if pkg != "" {
					if inner, err = b.CreateBucketIfNotExists([]byte(pkg)); err != nil {
						return err
					}
				}
				for k, v := range values {
					if err := inner.Put([]byte(k), []byte(v)); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		tb.Fatal(err)
	}
	return path
}

func mustOpen(tb testing.TB, path string) *DB {
	tb.Helper()
	db, err := Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	return db
}

// sample has a package of each family with rules of its own.
func sample() buckets {
	one := func(pkg, id, advisory string) map[string]map[string]string {
		return map[string]map[string]string{pkg: {id: advisory}}
	}
	return buckets{
		"debian 12": {"boats": {
			"CVE-1": `{"FixedVersion": "2.0", "VendorIDs": ["DSA-1-1"], "Severity": 1}`,
			"CVE-2": `{"Status": 5, "Severity": 3}`,
			"CVE-3": `{"FixedVersion": "1.0"}`,
			"CVE-4": `{"FixedVersion": "2.0"}`,
			"CVE-5": `not JSON`,
			"CVE-6": `{"FixedVersion": "a b"}`,
		}},
		"ubuntu 22.04":               one("boats", "CVE-1", `{}`),
		"ubuntu 18.04-ESM":           {"boats": {"CVE-1": `{}`, "CVE-2": `{"FixedVersion": "1.0+esm1"}`}},
		"ubuntu 18.04":               {"boats": {"CVE-1": `{"FixedVersion": "1.0"}`, "CVE-2": `{}`, "CVE-3": `{"FixedVersion": "2.0"}`}},
		"alpine 3.19":                one("boats", "CVE-1", `{"FixedVersion": "2.0-r0", "AffectedVersion": "1.5-r0"}`),
		"alpine edge":                one("boats", "CVE-1", `{"FixedVersion": "9.0-r0"}`),
		"wolfi":                      one("boats", "CVE-1", `{"FixedVersion": "2.0-r0"}`),
		"echo":                       one("boats", "CVE-1", `{"FixedVersion": "2.0", "Severity": 2}`),
		"alma 9":                     {"boats": {"CVE-1": `{"FixedVersion": "2.0-1.el9", "Arches": ["x86_64"]}`, "CVE-0": `{"FixedVersion": "2.0-1.el9", "Arches": []}`}, "nodejs:20::boats": {"CVE-9": `{"FixedVersion": "2.0-1.el9"}`}},
		"rocky 9":                    one("boats", "CVE-1", `{"FixedVersion": "", "Entries": [{"FixedVersion": "2.0-1.el9", "Arches": ["x86_64"], "VendorIDs": ["RLSA-1"]}, {"FixedVersion": "9.0-1.el9", "Arches": ["aarch64"]}]}`),
		"Oracle Linux 8":             one("boats", "CVE-1", `{"Entries": [{"FixedVersion": "2.0-1.el8"}, {"FixedVersion": "2.0-1.ksplice1.el8"}, {"FixedVersion": "3.0-1.el8_fips"}, {"FixedVersion": "4.0-1.module+el8.9.0+1+a"}]}`),
		"amazon linux 2023":          one("boats", "CVE-1", `{"FixedVersion": "1.0^1-1.amzn2023"}`),
		"amazon linux 1":             one("boats", "CVE-1", `{"FixedVersion": "2.0-1.amzn1"}`),
		"SUSE Linux Enterprise 15.5": one("boats", "SUSE-SU-1", `{"FixedVersion": "2.0-1"}`),
		"openSUSE Tumbleweed":        one("boats", "SUSE-SU-1", `{"FixedVersion": "2.0-1"}`),
		"Photon OS 5.0":              one("boats", "CVE-1", `{"FixedVersion": "2.0-1.ph5"}`),
		"Azure Linux 3.0":            one("boats", "CVE-1", `{}`),
		"CBL-Mariner 2.0":            one("boats", "CVE-1", `{"FixedVersion": "2.0-1.cm2"}`),
		"bottlerocket":               one("boats", "CVE-1", `{"FixedVersion": "2.0"}`),
		"Red Hat": {
			"boats": {
				"RHSA-1":  `{"Entries": [{"FixedVersion": "2.0-1.el9", "Cves": [{"ID": "CVE-1", "Severity": 3}], "Affected": [1]}, {"FixedVersion": "1.0-1.el9_2", "Cves": [{"ID": "CVE-1", "Severity": 3}], "Affected": [2]}]}`,
				"RHSA-2":  `{"Entries": [{"FixedVersion": "9.0-1.el8", "Cves": [{"ID": "CVE-2", "Severity": 4}], "Affected": [7]}]}`,
				"CVE-3":   `{"Entries": [{"Cves": [{"Severity": 1}], "Affected": [1], "Status": 6}]}`,
				"CVE-4":   `{"Entries": [{"Cves": [{"Severity": 1}], "Affected": [1], "Status": 5}]}`,
				"RHSA-4":  `{"Entries": [{"FixedVersion": "1.0-1.el9", "Cves": [{"ID": "CVE-4"}], "Affected": [1]}]}`,
				"RHSA-10": `{"Entries": [{"FixedVersion": "9.0-1.el9", "Cves": [{"ID": "CVE-10"}], "Affected": [1], "Arches": ["s390x"]}]}`,
			},
			"nodejs:20::boats": {"CVE-11": `{"Entries": [{"Cves": [{}], "Affected": [1]}]}`},
		},
		"Red Hat CPE": {
			"repository": {"rhel-9-for-x86_64-baseos-rpms": "[1, 3]", "eus": "[2]", "rhel-9-for-x86_64-appstream-rpms": "[1]", "rel__9_DOT_2": "[2]"},
			"nvr":        {"ubi9-9.2-1-x86_64": "[2]"},
		},
		"pip::GitHub Security Advisory pip": {
			"flask-login": {
				"CVE-1": `{"PatchedVersions": ["1.2", "2.1"], "VulnerableVersions": ["<1.2", ">=2.0, <2.1"]}`,
				"CVE-2": `{"VulnerableVersions": [""]}`,
				"CVE-3": `{"VulnerableVersions": ["<=1.1"], "UnaffectedVersions": ["1.1"]}`,
				"CVE-4": `{"VulnerableVersions": ["<>1"]}`,
				"CVE-5": `{"PatchedVersions": [], "VulnerableVersions": [">=0"]}`,
			},
			"zope.interface": {"CVE-1": `{"VulnerableVersions": ["<9"]}`},
		},
		"pip::Another":                              {"flask-login": {"CVE-1": `{"VulnerableVersions": ["<1.3"]}`}},
		"go::The Go Vulnerability Database":         one("example.com/Boats", "GO-1", `{"PatchedVersions": ["1.2.0"], "VulnerableVersions": ["<1.2.0"]}`),
		"cocoapods::GitHub Security Advisory Swift": one("Boats", "CVE-1", `{"PatchedVersions": ["1.2.0"], "VulnerableVersions": ["<1.2.0"]}`),
		"npm::GitHub Security Advisory npm":         one("boats", "GHSA-1", `{"PatchedVersions": ["2.0.0"], "VulnerableVersions": ["^1.2"]}`),
		"vulnerability": {"": {
			"CVE-1":  `{"Title": "a  hole", "Severity": "CRITICAL", "VendorSeverity": {"ubuntu": 2, "nvd": 4, "ghsa": 3}, "CVSS": {"nvd": {"V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}, "References": ["https://example.com/1"], "PublishedDate": "2024-01-02T03:04:05Z"}`,
			"CVE-4":  `{"Severity": "HIGH"}`,
			"GHSA-1": `{"VendorSeverity": {"ghsa": 3, "nvd": 1}}`,
			"GO-1":   `broken`,
		}},
		"data-source": {"": {
			"debian 12":    `{"ID": "debian", "Name": "Debian Security Tracker", "URL": "https://example.com/d"}`,
			"ubuntu 22.04": `{"ID": "ubuntu"}`, "pip::GitHub Security Advisory pip": `{"ID": "ghsa"}`,
		}},
	}
}

func TestAffected(t *testing.T) {
	t.Parallel()
	db := mustOpen(t, create(t, sample()))
	deb := func(version string) vuln.Package {
		return vuln.Package{Type: vuln.TypeDeb, Name: "libboats", Version: version + "+b1", SourceName: "boats", SourceVersion: version}
	}
	apk := func(version, source string) vuln.Package {
		return vuln.Package{Type: vuln.TypeAPK, Name: "boats-libs", Version: version, SourceName: "boats", SourceVersion: source}
	}
	rpm := func(version string) vuln.Package {
		return vuln.Package{Type: vuln.TypeRPM, Name: "boats", Version: version, Arch: "x86_64", SourceName: "boats-src", SourceVersion: "0"}
	}
	edit := func(p vuln.Package, f func(*vuln.Package)) vuln.Package { f(&p); return p }
	language := func(typ vuln.PackageType, name, version string) vuln.Package {
		return vuln.Package{Type: typ, Name: name, Version: version}
	}
	const none = "no advisories"
	tests := []struct {
		name string
		os   vuln.OS
		p    vuln.Package
		want string
	}{
		{"debian", vuln.OS{Family: vuln.Debian, Version: "12.5"}, deb("1.5"),
			"CVE-1<2.0 fixed LOW debian [DSA-1-1], CVE-2 will_not_fix HIGH debian, CVE-4<2.0 fixed HIGH , CVE-5 error, CVE-6 error"},
		{"debian release", vuln.OS{Family: vuln.Debian, Version: "11"}, deb("1.5"), none},
		{"debian bad version", vuln.OS{Family: vuln.Debian, Version: "12"}, deb("a b"), "invalid"},
		{"ubuntu", vuln.OS{Family: vuln.Ubuntu, Version: "22.04.3"}, deb("1.5"), "CVE-1 affected MEDIUM ubuntu"},
		{"ubuntu after its end", vuln.OS{Family: vuln.Ubuntu, Version: "18.04"}, deb("1.5"), "CVE-2 affected UNKNOWN , CVE-3<2.0 fixed UNKNOWN "},
		{"ubuntu with ESM, which decides where it says something", vuln.OS{Family: vuln.Ubuntu, Version: "18.04", Extended: true}, deb("1.5"), "CVE-1 affected CRITICAL nvd, CVE-3<2.0 fixed UNKNOWN "},
		{"ubuntu with ESM, unpatched", vuln.OS{Family: vuln.Ubuntu, Version: "18.04.6", Extended: true}, deb("1.0"), "CVE-1 affected CRITICAL nvd, CVE-2<1.0+esm1 fixed UNKNOWN , CVE-3<2.0 fixed UNKNOWN "},
		{"ubuntu with ESM, as Trivy spells it", vuln.OS{Family: vuln.Ubuntu, Version: "18.04-ESM"}, deb("1.5"), "CVE-1 affected CRITICAL nvd, CVE-3<2.0 fixed UNKNOWN "},
		{"ubuntu with ESM before the end", vuln.OS{Family: vuln.Ubuntu, Version: "22.04", Extended: true}, deb("1.5"), "CVE-1 affected MEDIUM ubuntu"},
		{"ubuntu with ESM, unknown", vuln.OS{Family: vuln.Ubuntu, Version: "16.04", Extended: true}, deb("1.5"), none},
		{"alpine", vuln.OS{Family: vuln.Alpine, Version: "3.19.1"}, apk("1.6-r0", "1.6-r0"), "CVE-1<2.0-r0 fixed CRITICAL nvd"},
		{"alpine before the hole", vuln.OS{Family: vuln.Alpine, Version: "3.19.1"}, apk("1.4-r0", "1.4-r0"), ""},
		{"alpine edge", vuln.OS{Family: vuln.Alpine, Version: "3.19.1", Repository: "edge"}, apk("1.4-r0", "1.4-r0"), "CVE-1<9.0-r0 fixed CRITICAL nvd"},
		{"wolfi by the binary's version", vuln.OS{Family: vuln.Wolfi, Version: "2023"}, apk("1.0-r0", "3.0-r0"), "CVE-1<2.0-r0 fixed CRITICAL nvd"},
		{"echo", vuln.OS{Family: vuln.Echo, Version: "1"}, deb("1.5"), "CVE-1<2.0 fixed MEDIUM echo"},
		{"alma on another architecture", vuln.OS{Family: vuln.AlmaLinux, Version: "9.4"}, edit(rpm("1.0-1.el9"), func(p *vuln.Package) { p.Arch = "aarch64" }), "CVE-0<2.0-1.el9 fixed UNKNOWN , CVE-1<2.0-1.el9 fixed CRITICAL nvd"},
		{"alma module", vuln.OS{Family: vuln.AlmaLinux, Version: "9.4"}, edit(rpm("1.0-1.el9"), func(p *vuln.Package) { p.Modularity = "nodejs:20:9040:1" }), "CVE-9<2.0-1.el9 fixed UNKNOWN "},
		{"alma module of another stream", vuln.OS{Family: vuln.AlmaLinux, Version: "9.4"}, edit(rpm("1.0-1.module_el9.4.0+1+a"), func(p *vuln.Package) { p.Modularity = "nodejs:18:9040:1" }), ""},
		{"alma module that is not named", vuln.OS{Family: vuln.AlmaLinux, Version: "9.4"}, rpm("1.0-1.module_el9.4.0+1+a"), "no advisories: the module that a package was built in is not known"},
		{"rocky module that is not named", vuln.OS{Family: vuln.Rocky, Version: "9.4"}, rpm("1.0-1.module+el9.4.0+1+a"), "no advisories: the module that a package was built in is not known"},
		{"rocky", vuln.OS{Family: vuln.Rocky, Version: "9.4"}, rpm("1.0-1.el9"), "CVE-1<2.0-1.el9 fixed CRITICAL nvd [RLSA-1]"},
		{"rocky on another architecture", vuln.OS{Family: vuln.Rocky, Version: "9.4"}, edit(rpm("3.0-1.el9"), func(p *vuln.Package) { p.Arch = "aarch64" }), "CVE-1<9.0-1.el9 fixed CRITICAL nvd"},
		{"oracle", vuln.OS{Family: vuln.Oracle, Version: "8.9"}, rpm("2.5-1.el8"), ""},
		{"oracle for FIPS", vuln.OS{Family: vuln.Oracle, Version: "8.9"}, rpm("2.5-1.el8_fips"), "CVE-1<3.0-1.el8_fips fixed CRITICAL nvd"},
		{"oracle module", vuln.OS{Family: vuln.Oracle, Version: "8.9"}, rpm("2.5-1.module+el8.9.0+1+b"), "CVE-1<4.0-1.module+el8.9.0+1+a fixed CRITICAL nvd"},
		{"oracle for live patching", vuln.OS{Family: vuln.Oracle, Version: "8.9"}, rpm("1.5-1.ksplice1.el8"), "CVE-1<2.0-1.ksplice1.el8 fixed CRITICAL nvd"},
		{"amazon by rpm's order", vuln.OS{Family: vuln.Amazon, Version: "2023.4"}, rpm("1.0-1.amzn2023"), "CVE-1<1.0^1-1.amzn2023 fixed CRITICAL nvd"},
		{"amazon of old", vuln.OS{Family: vuln.Amazon, Version: "2018.03"}, rpm("1.0-1.amzn1"), "CVE-1<2.0-1.amzn1 fixed CRITICAL nvd"},
		{"suse", vuln.OS{Family: vuln.SLES, Version: "15.5"}, rpm("1.0-1"), "SUSE-SU-1<2.0-1 fixed UNKNOWN "},
		{"tumbleweed", vuln.OS{Family: vuln.OpenSUSETumbleweed, Version: "20240101"}, rpm("1.0-1"), "SUSE-SU-1<2.0-1 fixed UNKNOWN "},
		{"photon by the source's name", vuln.OS{Family: vuln.Photon, Version: "5.0"}, edit(rpm("1.0-1.ph5"), func(p *vuln.Package) { p.Name, p.SourceName = "boats-libs", "boats" }), "CVE-1<2.0-1.ph5 fixed CRITICAL nvd"},
		{"azure", vuln.OS{Family: vuln.AzureLinux, Version: "3.0.2024"}, edit(rpm("1.0-1"), func(p *vuln.Package) { p.SourceName, p.SourceVersion = "boats", "1.0-1" }), "CVE-1 affected CRITICAL nvd"},
		{"mariner", vuln.OS{Family: vuln.Mariner, Version: "2.0"}, edit(rpm("9.0-1"), func(p *vuln.Package) { p.SourceName, p.SourceVersion = "boats", "1.0-1.cm2" }), "CVE-1<2.0-1.cm2 fixed CRITICAL nvd"},
		{"fedora", vuln.OS{Family: vuln.Fedora, Version: "42"}, rpm("1.0-1"), `no advisories for rpm packages on "fedora 42"`},
		{"coreos", vuln.OS{Family: vuln.CoreOS, Version: "42"}, rpm("1.0-1"), `no advisories for rpm packages on "coreos 42"`},
		{"centos stream", vuln.OS{Family: vuln.CentOSStream, Version: "9"}, rpm("1.0-1"), `no advisories for rpm packages on "centos-stream 9"`},
		{"deb on alma", vuln.OS{Family: vuln.AlmaLinux, Version: "9"}, deb("1.0"), none},
		{"red hat", vuln.OS{Family: vuln.RedHat, Version: "9.4"}, rpm("1.5-1.el9"), "CVE-1<2.0-1.el9 fixed HIGH redhat [RHSA-1], CVE-3 fix_deferred LOW redhat"},
		{"centos on s390x", vuln.OS{Family: vuln.CentOS, Version: "9"}, edit(rpm("3.0-1.el9"), func(p *vuln.Package) { p.Arch = "s390x" }),
			"CVE-10<9.0-1.el9 fixed UNKNOWN  [RHSA-10], CVE-3 fix_deferred LOW redhat"},
		{"red hat content set", vuln.OS{Family: vuln.RedHat, Version: "9.2"}, edit(rpm("0.9-1.el9_2"), func(p *vuln.Package) { p.ContentSets = []string{"unknown", "eus__1"} }), "CVE-1<1.0-1.el9_2 fixed HIGH redhat [RHSA-1]"},
		{"red hat release in a content set", vuln.OS{Family: vuln.RedHat, Version: "9.2"}, edit(rpm("0.9-1.el9_2"), func(p *vuln.Package) { p.ContentSets = []string{"rel__9_DOT_2"} }), "CVE-1<1.0-1.el9_2 fixed HIGH redhat [RHSA-1]"},
		{"red hat build", vuln.OS{Family: vuln.RedHat, Version: "9.2"}, edit(rpm("1.5-1.el9"), func(p *vuln.Package) { p.ContentSets = []string{"ubi9-9.2-1-x86_64"} }), ""},
		{"red hat unknown content set", vuln.OS{Family: vuln.RedHat, Version: "9.2"}, edit(rpm("1.5-1.el9"), func(p *vuln.Package) { p.ContentSets = []string{"unknown"} }),
			`no advisories for rpm packages on rhel 9.2: the database does not know their repositories: ["unknown"]`},
		{"red hat 10", vuln.OS{Family: vuln.RedHat, Version: "10.0"}, rpm("1.5-1.el10"),
			`no advisories for rpm packages on rhel 10.0: the database does not know their repositories: ["rhel-10-for-x86_64-baseos-rpms" "rhel-10-for-x86_64-appstream-rpms"]`},
		{"red hat 4", vuln.OS{Family: vuln.RedHat, Version: "4"}, rpm("1.5-1.el4"), `no advisories for rpm packages on rhel 4: the database does not know their repositories: []`},
		{"red hat module that is not named", vuln.OS{Family: vuln.RedHat, Version: "9.2"}, rpm("1.5-1.module+el9.2.0+1+a"), "no advisories: the module that a package was built in is not known"},
		{"red hat module", vuln.OS{Family: vuln.RedHat, Version: "9.2"}, edit(rpm("1.5-1.el9"), func(p *vuln.Package) { p.Modularity = "nodejs:20:9040:1" }), "CVE-11 affected UNKNOWN "},

		{"python", vuln.OS{}, language(vuln.TypePyPI, "Flask_Login", "1.1"),
			"CVE-1<1.3 fixed CRITICAL nvd, CVE-1<1.2, 2.1 fixed HIGH ghsa, CVE-2 affected UNKNOWN , CVE-4 error, CVE-5 affected UNKNOWN "},
		{"python, patched in one source", vuln.OS{}, language(vuln.TypePyPI, "flask.login", "1.2"),
			"CVE-1<1.3 fixed CRITICAL nvd, CVE-2 affected UNKNOWN , CVE-4 error, CVE-5 affected UNKNOWN "},
		{"python with a dot", vuln.OS{}, language(vuln.TypePyPI, "Zope.Interface", "5"), "CVE-1<9 fixed HIGH ghsa"},
		{"python with a dash for the dot", vuln.OS{}, language(vuln.TypePyPI, "zope-interface", "5"), "CVE-1<9 fixed HIGH ghsa"},
		{"python with a local version", vuln.OS{}, language(vuln.TypePyPI, "flask-login", "1.1+sp1"),
			"CVE-1<1.3 fixed CRITICAL nvd, CVE-1<1.2, 2.1 fixed HIGH ghsa, CVE-2 affected UNKNOWN , CVE-4 error, CVE-5 affected UNKNOWN "},
		{"python without a version", vuln.OS{}, language(vuln.TypePyPI, "flask-login", ""), "CVE-1 unversioned, CVE-1 unversioned, CVE-2 unversioned, CVE-3 unversioned, CVE-4 unversioned, CVE-5 unversioned"},
		{"unknown python without a version", vuln.OS{}, language(vuln.TypePyPI, "flask", ""), ""},
		{"go from a checkout", vuln.OS{}, language(vuln.TypeGo, "example.com/Boats", "(devel)"), "GO-1 unversioned"},
		{"julia without a version", vuln.OS{}, language(vuln.TypeJulia, "Boats", ""), none},
		{"part of a pod", vuln.OS{}, language(vuln.TypeCocoaPods, "Boats/Core", "1.1.0"), "CVE-1<1.2.0 fixed CRITICAL nvd"},
		{"go", vuln.OS{}, language(vuln.TypeGo, "example.com/Boats", "v1.1.0"), "GO-1<1.2.0 fixed UNKNOWN "},
		{"go, another case", vuln.OS{}, language(vuln.TypeGo, "example.com/boats", "v1.1.0"), ""},
		{"npm", vuln.OS{}, language(vuln.TypeNPM, "Boats", "1.9.0"), "GHSA-1<2.0.0 fixed HIGH ghsa"},
		{"npm before", vuln.OS{}, language(vuln.TypeNPM, "boats", "1.1.9"), ""},
		{"julia", vuln.OS{}, language(vuln.TypeJulia, "Boats", "1.1.0"), none},
		{"conda", vuln.OS{}, language(vuln.TypeConda, "boats", "1.1.0"), none},
	}
	for _, tt := range tests {
		var got []string
		err := db.Affected(t.Context(), tt.os, &tt.p, func(h vuln.Hit) bool {
			s := h.Advisory
			if errors.Is(h.Err, vuln.ErrUnknownVersion) {
				got = append(got, s+" unversioned")
				return true
			}
			if h.Err != nil {
				got = append(got, s+" error")
				return true
			}
			if h.Fixed != "" {
				s += "<" + h.Fixed
			}
			s += fmt.Sprintf(" %s %s %s", h.Status, h.Severity, h.SeveritySource)
			if h.VendorIDs != nil {
				s += fmt.Sprintf(" %v", h.VendorIDs)
			}
			got = append(got, s)
			return true
		})
		text := strings.Join(got, ", ")
		switch {
		case err != nil && tt.want == "invalid":
		case errors.Is(err, vuln.ErrNoAdvisories) && (tt.want == none || tt.want == err.Error()):
		case err != nil || text != tt.want:
			t.Errorf("%s: Affected = %s, %v, want %s", tt.name, text, err, tt.want)
		}
	}
}

func TestDetails(t *testing.T) {
	t.Parallel()
	db := mustOpen(t, create(t, sample()))
	a, err := db.Details(t.Context(), "CVE-1")
	if err != nil || a.Title != "a hole" || a.References[0] != "https://example.com/1" || a.Published.Year() != 2024 {
		t.Errorf("Details(CVE-1) = %+v, %v", a, err)
	}
	want := []vuln.Rating{
		{Type: "CVSS_V3", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Score: 9.8, Level: severity.Critical, Source: "nvd"},
		{Type: "ghsa", Vector: "HIGH", Level: severity.High, Source: "ghsa"},
		{Type: "nvd", Vector: "CRITICAL", Level: severity.Critical, Source: "nvd"},
		{Type: "ubuntu", Vector: "MEDIUM", Level: severity.Medium, Source: "ubuntu"},
	}
	if diff := cmp.Diff(want, a.Ratings); diff != "" {
		t.Errorf("Ratings (-want +got):\n%s", diff)
	}
	if a, err := db.Details(t.Context(), "DSA-1-1"); err != nil || a.ID != "DSA-1-1" {
		t.Errorf("Details(DSA-1-1) = %+v, %v, want the id alone", a, err)
	}
	if _, err := db.Details(t.Context(), "GO-1"); !errors.Is(err, ErrDamaged) {
		t.Errorf("Details(GO-1) = %v, want ErrDamaged", err)
	}
	info := db.Info()
	if info.Schema != 2 || len(info.Sources) != 3 || info.Sources[0].Name != "debian" || info.Ecosystems[0] != "Azure Linux 3.0" {
		t.Errorf("Info = %+v", info)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	path := create(t, sample())
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(t *testing.T, data []byte) string {
		path := filepath.Join(t.TempDir(), "x.db")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for n := 0; n < len(whole); n += 512 {
		db, err := Open(write(t, whole[:n]))
		want := ErrDamaged
		if n < 16+64 {
			want = ErrNotDatabase
		}
		if err == nil && len(strings.Trim(string(whole[n:]), "\x00")) == 0 {
			db.Close()
			continue // what was cut off was never written
		}
		if !errors.Is(err, want) {
			t.Errorf("Open of the first %d of %d bytes = %v, want %v", n, len(whole), err, want)
		}
	}
	marked := append([]byte{}, whole...)
	copy(marked[512:], "PLIMSOLL")
	for name, data := range map[string][]byte{"text": []byte(strings.Repeat("hello ", 1000)), "ours": marked} {
		if _, err := Open(write(t, data)); !errors.Is(err, ErrNotDatabase) {
			t.Errorf("%s: Open = %v, want ErrNotDatabase", name, err)
		}
		if ok, err := Recognize(write(t, data)); ok || err != nil {
			t.Errorf("%s: Recognize = %t, %v, want false", name, ok, err)
		}
	}
	if _, err := Open(create(t, buckets{"fanal": {}})); !errors.Is(err, ErrNotDatabase) {
		t.Errorf("Open of another bbolt file = %v, want ErrNotDatabase", err)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNotDatabase) {
		t.Errorf("Open of a directory = %v, want ErrNotDatabase", err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of nothing = %v, want that it does not exist", err)
	}
	if ok, err := Recognize(path); !ok || err != nil {
		t.Errorf("Recognize = %t, %v, want true", ok, err)
	}
	metadata := filepath.Join(filepath.Dir(path), "metadata.json")
	for text, want := range map[string]error{`{"Version": 3}`: ErrSchema, `{"Version": 2, "UpdatedAt": "2024-05-06T07:08:09.1Z"}`: nil} {
		if err := os.WriteFile(metadata, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := Open(path)
		if !errors.Is(err, want) {
			t.Errorf("Open beside %s = %v, want %v", text, err, want)
		}
		if err == nil {
			if got := db.Info().Built.String(); got != "2024-05-06 07:08:09 +0000 UTC" {
				t.Errorf("Built = %s", got)
			}
			db.Close()
		}
	}
}

// A page that is altered is an error, if it is anything.
func TestDamagedPages(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(create(t, sample()))
	if err != nil {
		t.Fatal(err)
	}
	p := vuln.Package{Type: vuln.TypeDeb, Name: "boats", SourceName: "boats", SourceVersion: "1.0"}
	for at := 2 * 4096; at < len(whole); at += 1021 {
		data := append([]byte{}, whole...)
		for i := at; i < min(at+8, len(data)); i++ {
			data[i] ^= 0xa5
		}
		path := filepath.Join(t.TempDir(), "x.db")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := Open(path)
		if err != nil {
			continue
		}
		db.Affected(t.Context(), vuln.OS{Family: vuln.Debian, Version: "12"}, &p, func(vuln.Hit) bool { return true })
		db.Details(t.Context(), "CVE-1")
		db.Close()
	}
}

func TestConcurrent(t *testing.T) {
	t.Parallel()
	path := create(t, sample())
	var wg sync.WaitGroup
	for range 2 {
		db := mustOpen(t, path)
		for i := range 8 {
			wg.Go(func() {
				p := vuln.Package{Type: vuln.TypePyPI, Name: "flask-login", Version: "1.1"}
				for n := range 100 {
					err := db.Affected(t.Context(), vuln.OS{}, &p, func(vuln.Hit) bool { return true })
					if err != nil && !errors.Is(err, fs.ErrClosed) {
						t.Error(err)
					}
					if i == 0 && n == 50 {
						db.Close()
					}
				}
			})
		}
	}
	wg.Wait()
}

func ExampleOpen() {
	path, err := DefaultPath()
	if err != nil {
		fmt.Println(err)
		return
	}
	db, err := Open(filepath.Join(filepath.Dir(path), "absent.db"))
	if err != nil {
		fmt.Println("no database:", errors.Is(err, fs.ErrNotExist))
		return
	}
	defer db.Close()
	fmt.Println(db.Info().Built)
	// Output: no database: true
}

func ExampleRecognize() {
	ok, err := Recognize("trivydb_test.go")
	fmt.Println(ok, err)
	// Output: false <nil>
}
