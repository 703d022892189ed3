package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/internal/corpus"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// families has records of distributions with rules of their own.
func families(t *testing.T) *DB {
	t.Helper()
	record := func(id, more, eco, name, fixed string) string {
		return fmt.Sprintf(`{"id": %q, %s "affected": [{"package": {"ecosystem": %q, "name": %q},
			"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": %q}]}]}]}`, id, more, eco, name, fixed)
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.zip"), filepath.Join(dir, "out.db")
	writeZip(t, in, map[string]string{
		"1.json": record("TEST-10", `"summary": "Important: boats:10 security update",`, "AlmaLinux:8", "boats", "1:10.2-1.module_el8.3.0+1+a"),
		"2.json": record("TEST-12", `"summary": "Important: boats:12 and ships:1 security update",`, "AlmaLinux:8", "boats", "1:12.2-1.module_el8.4.0+2+b"),
		"3.json": record("TEST-AN", `"summary": "boats bug fix update",`, "AlmaLinux:8", "boats", "1:9.9-1.module_el8.3.0+1+a"),
		"4.json": record("TEST-00", `"summary": "Important: boats security update",`, "AlmaLinux:8", "boats", "1:20.0-1.el8"),
		"5.json": record("SUSE-SU-2024:1-1", `"related": ["CVE-2024-90001"],`, "SUSE:Linux Enterprise Server 15 SP5", "boats", "2"),
		"6.json": record("RHSA-2024:1", `"related": ["CVE-2024-90001"],`, "Red Hat:enterprise_linux:9::baseos", "boats", "2-1.el9"),
		"7.json": record("USN-1-1", `"upstream": ["UBUNTU-CVE-2024-90001"],`, "Ubuntu:18.04:LTS", "boats", "2"),
		"8.json": record("UBUNTU-CVE-2024-90002", ``, "Ubuntu:Pro:18.04:LTS", "boats", "1.0+esm1"),
		"9.json": record("GO-2024-1", ``, "Go", "example.com/boats", "1.2.0"),
		"a.json": record("GO-2024-2", ``, "Go", "example.com/boats", "1.0.0"),
		"b.json": record("CGA-1", `"upstream": ["CVE-2024-90003"],`, "Wolfi", "boats", "2-r0"),
	})
	if _, err := Build(t.Context(), out, []string{in}, BuildOptions{Built: built}); err != nil {
		t.Fatal(err)
	}
	return open(t, out)
}

func TestAffectedFamilies(t *testing.T) {
	t.Parallel()
	db := families(t)
	alma, rhel := vuln.OS{Family: vuln.AlmaLinux, Version: "8.9"}, vuln.OS{Family: vuln.RedHat, Version: "9.4"}
	rpm := func(version, module string, sets ...string) vuln.Package {
		return vuln.Package{Type: vuln.TypeRPM, Name: "boats", Version: version, Arch: "aarch64", SourceName: "src", SourceVersion: "0", Modularity: module, ContentSets: sets}
	}
	deb := vuln.Package{Type: vuln.TypeDeb, Name: "libboats", Version: "9", SourceName: "boats", SourceVersion: "1.0"}
	goModule := func(version string) vuln.Package {
		return vuln.Package{Type: vuln.TypeGo, Name: "example.com/boats", Version: version}
	}
	for _, row := range []struct {
		name string
		os   vuln.OS
		p    vuln.Package
		want string // hits, or the text of an error
	}{
		{"stream 10", alma, rpm("1:10.1-1.module_el8.3.0+1+a", "boats:10:8030:a"), "TEST-10"},
		{"stream 12", alma, rpm("1:12.1-1.module_el8.3.0+1+a", "boats:12:8030:a"), "TEST-12"},
		{"old stream 10, whatever stream", alma, rpm("1:9.1-1.module_el8.3.0+1+a", "boats:10:8030:a"), "TEST-10, TEST-AN"},
		{"second module of the title", alma, rpm("1:12.1-1.module_el8.3.0+1+a", "ships:1:8030:a"), "TEST-12"},
		{"another stream", alma, rpm("1:10.1-1.module_el8.3.0+1+a", "boats:14:8030:a"), ""},
		{"no module", alma, rpm("1:10.1-1.el8", ""), "TEST-00"},
		{"module that is not named", alma, rpm("1:10.1-1.module_el8.3.0+1+a", ""), "no advisories: the module that a package was built in is not known"},
		{"SUSE", vuln.OS{Family: vuln.SLES, Version: "15.5"}, rpm("1", ""), "SUSE-SU-2024:1-1 [CVE-2024-90001]"},
		{"Red Hat", rhel, rpm("1-1.el9", ""), "RHSA-2024:1 [CVE-2024-90001]"},
		{"Red Hat, content sets", rhel, rpm("1-1.el9", "", "other", "rhel-9-for-aarch64-baseos-rpms"), "RHSA-2024:1 [CVE-2024-90001]"},
		{"Red Hat, unknown content set", rhel, rpm("1-1.el9", "", "other"), `no advisories for Red Hat: none of its repositories ["other"] is of the release itself`},
		{"Red Hat 10", vuln.OS{Family: vuln.RedHat, Version: "10.0"}, rpm("1-1.el10", ""), "no advisories for Red Hat:enterprise_linux:10::baseos in the database"},
		{"CentOS Stream", vuln.OS{Family: vuln.CentOSStream, Version: "9"}, rpm("1-1.el9", ""), `no advisories for the family "centos-stream"`},
		{"Amazon", vuln.OS{Family: vuln.Amazon, Version: "2023"}, rpm("1", ""), `no advisories for the family "amzn"`},
		{"Ubuntu", vuln.OS{Family: vuln.Ubuntu, Version: "18.04"}, deb, "USN-1-1 [CVE-2024-90001]"},
		{"Ubuntu Pro", vuln.OS{Family: vuln.Ubuntu, Version: "18.04", Extended: true}, deb, "UBUNTU-CVE-2024-90002 [CVE-2024-90002], USN-1-1 [CVE-2024-90001]"},
		{"Wolfi by the binary's version", vuln.OS{Family: vuln.Wolfi}, vuln.Package{Type: vuln.TypeAPK, Name: "libboats", Version: "1-r0", SourceName: "boats", SourceVersion: "3-r0"}, "CGA-1 [CVE-2024-90003]"},
		{"Go", vuln.OS{}, goModule("v1.1.0"), "GO-2024-1"},
		{"Go from a checkout", vuln.OS{}, goModule("(devel)"), "GO-2024-1 unversioned, GO-2024-2 unversioned"},
		{"Go without a version", vuln.OS{}, goModule(""), "GO-2024-1 unversioned, GO-2024-2 unversioned"},
		{"unknown without a version", vuln.OS{}, vuln.Package{Type: vuln.TypeGo, Name: "example.com/other"}, ""},
	} {
		var got []string
		err := db.Affected(t.Context(), row.os, &row.p, func(h vuln.Hit) bool {
			s := h.Advisory
			if len(h.IDs) != 1 || h.IDs[0] != h.Advisory {
				s += fmt.Sprint(" ", h.IDs)
			}
			if errors.Is(h.Err, vuln.ErrUnknownVersion) {
				s += " unversioned"
			} else if h.Err != nil {
				s += " " + h.Err.Error()
			}
			got = append(got, s)
			return true
		})
		text := strings.Join(got, ", ")
		if err != nil {
			text = err.Error()
		}
		if text != row.want || err != nil && !errors.Is(err, vuln.ErrNoAdvisories) {
			t.Errorf("%s: Affected = %s, want %s", row.name, text, row.want)
		}
	}
}

// TestRowsOfModules reads back what the rows say of modules.
func TestRowsOfModules(t *testing.T) {
	t.Parallel()
	got := make(map[string]string)
	err := families(t).Rows(t.Context(), func(r *Row) bool {
		if r.Modular || r.Modules != nil {
			got[r.Advisory] = strings.Join(r.Modules, " ")
		}
		return true
	})
	want := map[string]string{"TEST-10": "boats:10", "TEST-12": "boats:12 ships:1", "TEST-AN": ""}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("Rows: modules %v, %v, want %v", got, err, want)
	}
}

// TestCorpusModules shows on the records of AlmaLinux that the title names the
// module of nearly all entries that are about one, and what that is worth: a
// package of nodejs:12, which its publisher gave up, is not told to have the
// holes of nodejs:24.
func TestCorpusModules(t *testing.T) {
	t.Parallel()
	if corpus.Race {
		t.Skip("the race detector has seen builds and lookups elsewhere")
	}
	path := filepath.Join(t.TempDir(), "x.db")
	if _, err := Build(t.Context(), path, []string{filepath.Join(corpus.Dir(t), "osv", "AlmaLinux")}, BuildOptions{Built: built}); err != nil {
		t.Fatal(err)
	}
	db := open(t, path)
	modular, unnamed, plain := 0, 0, 0
	err := db.Rows(t.Context(), func(r *Row) bool {
		switch {
		case !r.Modular:
			plain++
		case len(r.Modules) == 0:
			unnamed++
		default:
			modular++
		}
		return true
	})
	if err != nil || modular < 20000 || 100*unnamed > 2*modular || plain < 40000 {
		t.Errorf("%d rows about a module that is named, %d about one that is not, %d about none, %v", modular, unnamed, plain, err)
	}
	t.Logf("%d rows about a module that is named, %d about one that is not, %d about none", modular, unnamed, plain)
	os := vuln.OS{Family: vuln.AlmaLinux, Version: "8.10"}
	for _, row := range []struct {
		version, module string
		want            bool
	}{
		{"1:12.22.12-1.module_el8.6.0+1+a", "nodejs:12:8060020220513:ad008a3a", false}, // newer than the last of its stream
		{"1:12.20.0-1.module_el8.3.0+1+a", "nodejs:12:8030020210110:ad008a3a", true},
		{"1:24.10.0-1.module_el8.10.0+1+a", "nodejs:24:8100020260110:ad008a3a", true},
		{"1:10.0.0-1.el8", "", false}, // not of a module, which all advisories are about
	} {
		p := vuln.Package{Type: vuln.TypeRPM, Name: "nodejs", Version: row.version, Modularity: row.module}
		hits := 0
		if err := db.Affected(t.Context(), os, &p, func(vuln.Hit) bool { hits++; return true }); err != nil || hits > 0 != row.want {
			t.Errorf("Affected(%s of %s): %d hits, %v, want some: %t", row.version, row.module, hits, err, row.want)
		}
	}
}
