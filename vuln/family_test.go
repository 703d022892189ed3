package vuln_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// TestFamilies states for each family what OSV's records are asked for: the
// ecosystems, the name and the version.
func TestFamilies(t *testing.T) {
	t.Parallel()
	const source, binary, mixed = "src 1-1", "bin 2-2", "src 2-2"
	for _, row := range []struct {
		os         vuln.OS
		t          vuln.PackageType
		ecosystems string // joined by "|"; of long lists, what must be among them, with "..." at the end
		by         string
		modular    bool
	}{
		{vuln.OS{Family: vuln.Debian, Version: "12.5"}, vuln.TypeDeb, "Debian:12", source, false},
		{vuln.OS{Family: vuln.Ubuntu, Version: "22.04"}, vuln.TypeDeb, "Ubuntu:22.04:LTS|Ubuntu:22.04", source, false},
		{vuln.OS{Family: vuln.Ubuntu, Version: "18.04", Extended: true}, vuln.TypeDeb, "Ubuntu:18.04:LTS|Ubuntu:18.04|Ubuntu:Pro:18.04:LTS", source, false},
		{vuln.OS{Family: vuln.Ubuntu, Version: "24.10", Extended: true}, vuln.TypeDeb, "Ubuntu:24.10", source, false},
		{vuln.OS{Family: vuln.Echo}, vuln.TypeDeb, "Echo", source, false},
		{vuln.OS{Family: vuln.Alpine, Version: "3.19.1"}, vuln.TypeAPK, "Alpine:v3.19", source, false},
		{vuln.OS{Family: vuln.Alpine, Version: "3.19.1", Repository: "edge"}, vuln.TypeAPK, "Alpine:edge", source, false},
		{vuln.OS{Family: vuln.Wolfi, Version: "20230201"}, vuln.TypeAPK, "Wolfi", mixed, false},
		{vuln.OS{Family: vuln.Chainguard, Version: "20230214"}, vuln.TypeAPK, "Chainguard|Wolfi", mixed, false},
		{vuln.OS{Family: vuln.MinimOS}, vuln.TypeAPK, "MinimOS", mixed, false},
		{vuln.OS{Family: vuln.Alpaquita, Version: "23"}, vuln.TypeAPK, "Alpaquita:23", source, false},
		{vuln.OS{Family: vuln.BellSoft, Version: "stream"}, vuln.TypeAPK, "BellSoft Hardened Containers:stream", source, false},
		{vuln.OS{Family: vuln.RedHat, Version: "9.4"}, vuln.TypeRPM, "Red Hat:enterprise_linux:9::baseos|Red Hat:enterprise_linux:9::appstream|...", binary, true},
		{vuln.OS{Family: vuln.RedHat, Version: "10.0"}, vuln.TypeRPM, "Red Hat:enterprise_linux:10::baseos|...", binary, true},
		{vuln.OS{Family: vuln.CentOS, Version: "7"}, vuln.TypeRPM, "Red Hat:enterprise_linux:7::server|...", binary, true},
		{vuln.OS{Family: vuln.AlmaLinux, Version: "9.4"}, vuln.TypeRPM, "AlmaLinux:9", binary, true},
		{vuln.OS{Family: vuln.Rocky, Version: "9.4"}, vuln.TypeRPM, "Rocky Linux:9", source, true},
		{vuln.OS{Family: vuln.SLES, Version: "15.5"}, vuln.TypeRPM, "SUSE:Linux Enterprise Server 15 SP5|SUSE:Linux Enterprise Server 15 SP5-LTSS|SUSE:Linux Enterprise Module for Basesystem 15 SP5|...", binary, false},
		{vuln.OS{Family: vuln.SLES, Version: "16.0"}, vuln.TypeRPM, "SUSE:Linux Enterprise Server 16.0", binary, false},
		{vuln.OS{Family: vuln.SLEMicro, Version: "5.3"}, vuln.TypeRPM, "SUSE:Linux Enterprise Micro 5.3", binary, false},
		{vuln.OS{Family: vuln.SLEMicro, Version: "6.0"}, vuln.TypeRPM, "SUSE:Linux Micro 6.0|SUSE:Linux Enterprise Micro 6.0", binary, false},
		{vuln.OS{Family: vuln.OpenSUSELeap, Version: "15.6"}, vuln.TypeRPM, "openSUSE:Leap 15.6", binary, false},
		{vuln.OS{Family: vuln.OpenSUSETumbleweed, Version: "20240101"}, vuln.TypeRPM, "openSUSE:Tumbleweed", binary, false},
		{vuln.OS{Family: vuln.Photon, Version: "5.0"}, vuln.TypeRPM, "Photon OS:5.0", mixed, false},
		{vuln.OS{Family: vuln.AzureLinux, Version: "3.0"}, vuln.TypeRPM, "Azure Linux:3", source, false},
		{vuln.OS{Family: vuln.Mariner, Version: "2.0"}, vuln.TypeRPM, "Azure Linux:2", source, false},
		{vuln.OS{Family: vuln.Mageia, Version: "9"}, vuln.TypeRPM, "Mageia:9", source, false},
		{vuln.OS{Family: vuln.OpenEuler, Version: "24.03", PrettyName: "openEuler 24.03 (LTS-SP1)"}, vuln.TypeRPM, "openEuler:24.03-LTS-SP1", source, false},
	} {
		l, err := vuln.LookupOf(row.os, row.t)
		if err != nil {
			t.Errorf("LookupOf(%s): %v", row.os, err)
			continue
		}
		var list []string
		for _, eco := range l.Ecosystems {
			list = append(list, string(eco))
		}
		got := strings.Join(list, "|")
		if want, more := strings.CutSuffix(row.ecosystems, "|..."); more && !contains(list, want) || !more && got != want {
			t.Errorf("LookupOf(%s): ecosystems %s, want %s", row.os, got, row.ecosystems)
		}
		name, version := l.Of(&vuln.Package{Type: row.t, Name: "bin", Version: "2-2", SourceName: "src", SourceVersion: "1-1"})
		if name+" "+version != row.by || l.Modular != row.modular {
			t.Errorf("LookupOf(%s): by %s %s, modular %t, want %s, %t", row.os, name, version, l.Modular, row.by, row.modular)
		}
	}
}

func contains(list []string, joined string) bool {
	for want := range strings.SplitSeq(joined, "|") {
		if !slices.Contains(list, want) {
			return false
		}
	}
	return true
}

// TestFamiliesWithout are those that OSV has no advisories for. The error says
// which, since all of an image's packages share it.
func TestFamiliesWithout(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		os   vuln.OS
		t    vuln.PackageType
		want string
	}{
		{vuln.OS{Family: vuln.Oracle, Version: "9"}, vuln.TypeRPM, `no advisories for the family "ol"`},
		{vuln.OS{Family: vuln.Amazon, Version: "2023"}, vuln.TypeRPM, `no advisories for the family "amzn"`},
		{vuln.OS{Family: vuln.Fedora, Version: "42"}, vuln.TypeRPM, `no advisories for the family "fedora"`},
		{vuln.OS{Family: vuln.CentOSStream, Version: "9"}, vuln.TypeRPM, `no advisories for the family "centos-stream"`},
		{vuln.OS{Family: vuln.CoreOS, Version: "2512.3.0"}, vuln.TypeRPM, `no advisories for the family "coreos"`},
		{vuln.OS{Family: vuln.Bottlerocket, Version: "1.20"}, vuln.TypeRPM, `no advisories for the family "bottlerocket"`},
		{vuln.OS{Family: vuln.Arch}, vuln.TypeALPM, `no advisories for the family "arch"`},
		{vuln.OS{Family: vuln.Gentoo}, vuln.TypeEbuild, `no advisories for the family "gentoo"`},
		{vuln.OS{Family: vuln.Debian, Version: "sid"}, vuln.TypeDeb, `no advisories: the release of debian "sid" cannot be told`},
		{vuln.OS{Family: vuln.Debian, Version: "12"}, vuln.TypeRPM, `no advisories for rpm packages on debian`},
	} {
		_, err := vuln.LookupOf(row.os, row.t)
		if !errors.Is(err, vuln.ErrNoAdvisories) || err.Error() != row.want {
			t.Errorf("LookupOf(%s, %s) = %v, want %s", row.os, row.t, err, row.want)
		}
	}
}

// TestTypes states which ecosystem of OSV has each type of package.
func TestTypes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		t    vuln.PackageType
		want string // the error's text where it has none
	}{
		{vuln.TypeNPM, "npm"}, {vuln.TypePyPI, "PyPI"}, {vuln.TypeGo, "Go"}, {vuln.TypeMaven, "Maven"}, {vuln.TypeGem, "RubyGems"},
		{vuln.TypeComposer, "Packagist"}, {vuln.TypeNuGet, "NuGet"}, {vuln.TypeCargo, "crates.io"}, {vuln.TypePub, "Pub"},
		{vuln.TypeHex, "Hex"}, {vuln.TypeSwift, "SwiftURL"}, {vuln.TypeJulia, "Julia"}, {vuln.TypeCRAN, "CRAN"},
		{vuln.TypeHackage, "Hackage"}, {vuln.TypeBitnami, "Bitnami"},
		{vuln.TypeCocoaPods, "no advisories for cocoapods packages"},
		{vuln.TypeConan, "no advisories for conan packages"},
		{vuln.TypeConda, "no advisories for conda packages"},
	} {
		l, err := vuln.LookupOf(vuln.OS{}, row.t)
		got := ""
		if err != nil {
			got = err.Error()
		} else if len(l.Ecosystems) == 1 {
			got = string(l.Ecosystems[0])
		}
		if got != row.want || (err != nil) != errors.Is(err, vuln.ErrNoAdvisories) {
			t.Errorf("LookupOf(%s) = %+v, %v, want %s", row.t, l, err, row.want)
		}
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	alma, debian := vuln.OS{Family: vuln.AlmaLinux, Version: "8.9"}, vuln.OS{Family: vuln.Debian, Version: "12"}
	rhel := vuln.OS{Family: vuln.RedHat, Version: "9.4"}
	const (
		known = ""
		other = `no advisories for Red Hat: none of its repositories `
	)
	sets := func(list ...string) vuln.Package { return vuln.Package{Version: "1-1.el9", ContentSets: list} }
	for _, row := range []struct {
		os   vuln.OS
		p    vuln.Package
		want string
	}{
		{rhel, sets(), known},
		{rhel, sets("rhocp-4.12-for-rhel-9-x86_64-rpms", "rhel-9-for-aarch64-baseos-rpms"), known},
		{rhel, sets("rhel-9-for-x86_64-appstream-eus-rpms__9_DOT_4"), known},
		{rhel, sets("ubi9-container-9.4-1181-x86_64"), known},
		{rhel, sets("rhocp-4.12-for-rhel-9-x86_64-rpms"), other + `["rhocp-4.12-for-rhel-9-x86_64-rpms"] is of the release itself`},
		{rhel, sets("rhel-90-for-x86_64-baseos-rpms", "rhel-8-for-x86_64-baseos-rpms"), other},
		{alma, sets("whatever"), known},
		{alma, vuln.Package{Version: "1-1.module_el8.9.0+1+a", Modularity: "nodejs:18:8090020231:a"}, known},
		{alma, vuln.Package{Version: "1-1.module_el8.9.0+1+a"}, vuln.ErrUnknownModule.Error()},
		{alma, vuln.Package{Version: "1-1.module+el8.9.0+1+a", Modularity: "nodejs"}, vuln.ErrUnknownModule.Error()},
		{alma, vuln.Package{Version: "1-1.modules_el8"}, known},
		{debian, vuln.Package{Version: "1-1.module_el8"}, known},
	} {
		typ := vuln.TypeRPM
		if row.os.Family == vuln.Debian {
			typ = vuln.TypeDeb
		}
		l, err := vuln.LookupOf(row.os, typ)
		if err != nil {
			t.Fatal(err)
		}
		err = l.Covers(&row.p)
		if (err == nil) != (row.want == known) || err != nil && (!errors.Is(err, vuln.ErrNoAdvisories) || !strings.HasPrefix(err.Error(), row.want)) {
			t.Errorf("Covers(%s, %+v) = %v, want %q", row.os, row.p, err, row.want)
		}
	}
}
