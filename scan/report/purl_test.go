package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/package-url/packageurl-go"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// urlOf is the package URL that a report has for c.
func urlOf(t testing.TB, os *vuln.OS, c scan.Component) string {
	t.Helper()
	r := &scan.Report{Target: scan.Target{Kind: "image", Name: "x"}, OS: os, Components: []scan.Component{c}}
	var out strings.Builder
	if err := (report.JSON{}).Report(t.Context(), &out, r); err != nil {
		t.Fatal(err)
	}
	list := read(t, out.String()).Results
	return list[len(list)-1].Packages[0].Identifier.PURL
}

// The URLs of each type, by the rules of that type.
// https://github.com/package-url/purl-spec/tree/main/types
func TestPackageURLs(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		os            vuln.OS
		kind          vuln.PackageType
		name, version string
		want          string
	}{
		// The namespace is the vendor, in lower case; the epoch is a qualifier.
		{vuln.OS{Family: vuln.Debian, Version: "12.15"}, vuln.TypeDeb, "libkeel1", "1:2.0-1+b1", "pkg:deb/debian/libkeel1@2.0-1%2Bb1?distro=debian-12.15&epoch=1"},
		{vuln.OS{Family: vuln.Ubuntu, Version: "24.04"}, vuln.TypeDeb, "keel", "2.0~rc1-0ubuntu1", "pkg:deb/ubuntu/keel@2.0~rc1-0ubuntu1?distro=ubuntu-24.04"},
		{vuln.OS{Family: vuln.Debian}, vuln.TypeDeb, "keel", "2", "pkg:deb/debian/keel@2"},
		{vuln.OS{Family: vuln.Alpine, Version: "3.19.1"}, vuln.TypeAPK, "R", "4.3-r0", "pkg:apk/alpine/r@4.3-r0?distro=3.19.1"},
		{vuln.OS{Family: vuln.Wolfi, Version: "20230201"}, vuln.TypeAPK, "keel", "1-r0", "pkg:apk/wolfi/keel@1-r0?distro=20230201"},
		{vuln.OS{Family: vuln.RedHat, Version: "9.6"}, vuln.TypeRPM, "ImageKeel", "2:1.0-3.el9", "pkg:rpm/redhat/ImageKeel@1.0-3.el9?distro=redhat-9.6&epoch=2"},
		{vuln.OS{Family: vuln.AlmaLinux, Version: "9.6"}, vuln.TypeRPM, "keel", "1-1", "pkg:rpm/alma/keel@1-1?distro=alma-9.6"},
		{vuln.OS{Family: vuln.Mariner, Version: "2.0"}, vuln.TypeRPM, "keel", "1-1.cm2", "pkg:rpm/cbl-mariner/keel@1-1.cm2?distro=cbl-mariner-2.0"},
		{vuln.OS{Family: vuln.SLES, Version: "15.7"}, vuln.TypeRPM, "keel", "1-1", "pkg:rpm/suse/keel@1-1?distro=sles-15.7"},
		{vuln.OS{Family: vuln.SLEMicro, Version: "5.5"}, vuln.TypeRPM, "keel", "1-1", "pkg:rpm/suse/keel@1-1?distro=slem-5.5"},
		{vuln.OS{Family: vuln.OpenSUSELeap, Version: "15.6"}, vuln.TypeRPM, "keel", "1-1", "pkg:rpm/opensuse/keel@1-1?distro=opensuse-leap-15.6"},
		{vuln.OS{Family: vuln.OpenEuler, Version: "24.03"}, vuln.TypeRPM, "keel", "1-1", "pkg:rpm/openeuler/keel@1-1?distro=openEuler-24.03"},
		// The version of alpm has its epoch: pkg:alpm/arch/containers-common@1:0.47.4-4.
		{vuln.OS{Family: vuln.Arch}, vuln.TypeALPM, "keel", "1:6.0-1", "pkg:alpm/arch/keel@1:6.0-1"},
		// Neither is in the specification: as other tools write them.
		{vuln.OS{Family: vuln.Gentoo, Version: "2.14"}, vuln.TypeEbuild, "sys-libs/keel", "1.3-r1", "pkg:ebuild/sys-libs/keel@1.3-r1?distro=gentoo-2.14"},
		{vuln.OS{Family: vuln.Bottlerocket, Version: "1.20.0"}, vuln.TypeBottlerocket, "keel", "1:2.0-1.br1", "pkg:bottlerocket/keel@2.0-1.br1?distro=bottlerocket-1.20.0&epoch=1"},

		{kind: vuln.TypeMaven, name: "org.example:keel", version: "1.0", want: "pkg:maven/org.example/keel@1.0"},
		{kind: vuln.TypeMaven, name: "keel", version: "1.0", want: "pkg:maven/keel@1.0"},
		{kind: vuln.TypeNPM, name: "@boats/hull", version: "1.0.0", want: "pkg:npm/%40boats/hull@1.0.0"},
		{kind: vuln.TypeNPM, name: "JSONKeel", version: "1.0.0", want: "pkg:npm/JSONKeel@1.0.0"}, // such names are of before the rule
		{kind: vuln.TypeGo, name: "example.com/Fleet/Hull/v2", version: "v2.0.1", want: "pkg:golang/example.com/fleet/hull/v2@v2.0.1"},
		{kind: vuln.TypeGo, name: "stdlib", version: "v1.22.0", want: "pkg:golang/stdlib@v1.22.0"},
		{kind: vuln.TypeGo, name: "example.com/app", version: "(devel)", want: "pkg:golang/example.com/app"},
		{kind: vuln.TypeGo, name: "./hull", version: "", want: ""},
		{kind: vuln.TypeGo, name: "../hull", version: "", want: ""},
		{kind: vuln.TypeGo, name: "/src/hull", version: "", want: ""},
		{kind: vuln.TypePyPI, name: "Rope_Knots", version: "1.0", want: "pkg:pypi/rope-knots@1.0"},
		{kind: vuln.TypeGem, name: "anchor_chain", version: "2.0", want: "pkg:gem/anchor_chain@2.0"},
		{kind: vuln.TypeComposer, name: "Boats/Hull", version: "v1.0", want: "pkg:composer/boats/hull@v1.0"},
		{kind: vuln.TypeComposer, name: "hull", version: "1.0", want: "pkg:composer/hull@1.0"},
		{kind: vuln.TypeNuGet, name: "Boats.Hull", version: "1.0.0", want: "pkg:nuget/Boats.Hull@1.0.0"},
		{kind: vuln.TypeCargo, name: "oar_lock", version: "0.1.0", want: "pkg:cargo/oar_lock@0.1.0"},
		{kind: vuln.TypePub, name: "oar", version: "1.0.0+2", want: "pkg:pub/oar@1.0.0%2B2"},
		{kind: vuln.TypeHex, name: "Oar", version: "1.0.0", want: "pkg:hex/oar@1.0.0"},
		{kind: vuln.TypeSwift, name: "example.com/Boats/Hull", version: "5.4.3", want: "pkg:swift/example.com/Boats/Hull@5.4.3"},
		{kind: vuln.TypeSwift, name: "https://example.com/Boats/Hull.git", version: "5.4.3", want: "pkg:swift/example.com/Boats/Hull@5.4.3"},
		{kind: vuln.TypeSwift, name: "hull", version: "5.4.3", want: ""}, // the host is required
		{kind: vuln.TypeCocoaPods, name: "Hull", version: "2.0", want: "pkg:cocoapods/Hull@2.0"},
		{kind: vuln.TypeCocoaPods, name: "Hull/Keel+Ribs", version: "2.0", want: "pkg:cocoapods/Hull@2.0#Keel%2BRibs"},
		{kind: vuln.TypeConan, name: "hull", version: "1.2.11", want: "pkg:conan/hull@1.2.11"},
		{kind: vuln.TypeConda, name: "numpy-like", version: "1.20.3", want: "pkg:conda/numpy-like@1.20.3"},
		{kind: vuln.TypeJulia, name: "Hull", version: "1.0.0", want: ""}, // the uuid is required
		{kind: vuln.TypeCRAN, name: "Hull", version: "1.0-2", want: "pkg:cran/Hull@1.0-2"},
		{kind: vuln.TypeHackage, name: "Hull", version: "0.1", want: "pkg:hackage/Hull@0.1"},
		{kind: vuln.TypeBitnami, name: "Keel", version: "1.0.0-3", want: "pkg:bitnami/keel@1.0.0-3"},
		// Types without a namespace keep what would make one.
		{kind: vuln.TypeGem, name: "a/b@c", version: "1?x#y", want: "pkg:gem/a%2Fb%40c@1%3Fx%23y"},
		{kind: vuln.TypeGem, name: "a", version: "", want: "pkg:gem/a"},
		{kind: vuln.TypeGem, name: "", version: "1", want: ""},
		{kind: vuln.TypeNPM, name: "a/", version: "1", want: ""},
		{kind: "not a type", name: "a", version: "1", want: ""},
	} {
		var os *vuln.OS
		if row.os.Family != "" {
			os = &row.os
		}
		got := urlOf(t, os, found("x", row.kind, row.name, row.version, "x"))
		if got != row.want {
			t.Errorf("package URL of %s %s %s of %q = %q, want %q", row.kind, row.name, row.version, row.os.Family, got, row.want)
		}
		checkURL(t, got)
	}
}

// checkURL reads url, if there is one: another reader must understand it, and
// write the same.
func checkURL(t testing.TB, url string) {
	t.Helper()
	if url == "" {
		return
	}
	p, err := packageurl.FromString(url)
	if err != nil {
		t.Errorf("FromString(%q) = %v", url, err)
		return
	}
	if again := p.ToString(); again != url {
		t.Errorf("FromString(%q).ToString() = %q", url, again)
	}
}

func TestPackageURLQualifiers(t *testing.T) {
	t.Parallel()
	c := found("rpm", vuln.TypeRPM, "keel", "1-1", "x")
	c.Arch, c.Modularity = "x86_64", "keel:1:8030:22"
	want := "pkg:rpm/rocky/keel@1-1?arch=x86_64&distro=rocky-9.3&modularitylabel=keel:1:8030:22"
	if got := urlOf(t, &vuln.OS{Family: vuln.Rocky, Version: "9.3"}, c); got != want {
		t.Errorf("package URL = %q, want %q", got, want)
	}
	c = found("jar", vuln.TypeMaven, "keel.jar", "", "keel.jar")
	c.Unidentified = true
	if got := urlOf(t, nil, c); got != "" {
		t.Errorf("package URL of a file without identity = %q, want none", got)
	}
}

// Trivy's words, which programs compare Type, Family and URLs with.
func TestFamilyWords(t *testing.T) {
	t.Parallel()
	for family, want := range map[vuln.Family]string{
		vuln.Debian: "debian", vuln.Ubuntu: "ubuntu", vuln.Echo: "echo",
		vuln.Alpine: "alpine", vuln.Wolfi: "wolfi", vuln.Chainguard: "chainguard", vuln.MinimOS: "minimos",
		vuln.RedHat: "redhat", vuln.CentOS: "centos", vuln.CentOSStream: "centos-stream",
		vuln.AlmaLinux: "alma", vuln.Rocky: "rocky", vuln.Oracle: "oracle", vuln.Amazon: "amazon", vuln.Fedora: "fedora",
		vuln.SLES: "sles", vuln.SLEMicro: "slem", vuln.OpenSUSELeap: "opensuse-leap", vuln.OpenSUSETumbleweed: "opensuse-tumbleweed",
		vuln.Photon: "photon", vuln.AzureLinux: "azurelinux", vuln.Mariner: "cbl-mariner",
		vuln.Bottlerocket: "bottlerocket", vuln.CoreOS: "coreos", "activestate": "activestate",
		// It has no word for these.
		vuln.Alpaquita: "alpaquita", vuln.BellSoft: "bellsoft-hardened-containers", vuln.Mageia: "mageia",
		vuln.OpenEuler: "openEuler", vuln.Arch: "arch", vuln.Gentoo: "gentoo", "plan9": "plan9",
	} {
		r := shop()
		r.OS = &vuln.OS{Family: family, Version: "1"}
		got := read(t, render(t, report.JSON{}, r))
		words := []string{got.Metadata.OS.Family, got.Results[0].Type, got.Results[0].Target}
		if diff := cmp.Diff([]string{want, want, "example.com/shop:1 (" + want + " 1)"}, words); diff != "" {
			t.Errorf("words for %q (-want +got):\n%s", family, diff)
		}
	}
}

func FuzzPackageURL(f *testing.F) {
	for _, t := range []vuln.PackageType{
		vuln.TypeDeb, vuln.TypeAPK, vuln.TypeRPM, vuln.TypeALPM, vuln.TypeEbuild, vuln.TypeNPM, vuln.TypePyPI, vuln.TypeGo, vuln.TypeMaven,
		vuln.TypeComposer, vuln.TypeSwift, vuln.TypeCocoaPods, vuln.TypeHex, vuln.TypeJulia, vuln.TypeBitnami, vuln.TypeBottlerocket,
	} {
		f.Add(string(t), "@a/b:c//../d", "1:2-3", "x86_64", "debian", "12")
		f.Add(string(t), "a\x00\xff%/ /#?&=", "%zz @", "\n", "", "")
	}
	f.Fuzz(func(t *testing.T, kind, name, version, arch, family, release string) {
		c := found("x", vuln.PackageType(kind), name, version, "x")
		c.Arch, c.Modularity = arch, arch
		url := urlOf(t, &vuln.OS{Family: vuln.Family(family), Version: release}, c)
		if url == "" {
			return
		}
		if _, err := packageurl.FromString(url); err != nil {
			t.Errorf("FromString(%q) = %v", url, err)
		}
	})
}
