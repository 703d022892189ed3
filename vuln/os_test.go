package vuln_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln"
)

func TestEcosystem(t *testing.T) {
	t.Parallel()
	tests := []struct {
		os   vuln.OS
		want vuln.Ecosystem // "" is ErrNoAdvisories
	}{
		{vuln.OS{Family: vuln.Debian, Version: "12"}, "Debian:12"},
		{vuln.OS{Family: vuln.Debian, Version: "12.15"}, "Debian:12"},
		{vuln.OS{Family: vuln.Debian, Codename: "trixie"}, "Debian:13"},
		{vuln.OS{Family: vuln.Debian, Version: "trixie/sid"}, "Debian:13"},
		{vuln.OS{Family: vuln.Debian, Version: "sid"}, ""},
		{vuln.OS{Family: vuln.Debian}, ""},
		{vuln.OS{Family: vuln.Ubuntu, Version: "18.04"}, "Ubuntu:18.04:LTS"},
		{vuln.OS{Family: vuln.Ubuntu, Version: "18.04.6"}, "Ubuntu:18.04:LTS"},
		{vuln.OS{Family: vuln.Ubuntu, Version: "24.10"}, "Ubuntu:24.10"},
		{vuln.OS{Family: vuln.Ubuntu, Version: "23.04"}, "Ubuntu:23.04"},
		{vuln.OS{Family: vuln.Ubuntu, Version: "rolling"}, ""},
		{vuln.OS{Family: vuln.Alpine, Version: "3.19.1"}, "Alpine:v3.19"},
		{vuln.OS{Family: vuln.Alpine, Version: "3.4"}, "Alpine:v3.4"},
		{vuln.OS{Family: vuln.Alpine, Version: "3.19.1", Repository: "3.20"}, "Alpine:v3.20"},
		{vuln.OS{Family: vuln.Alpine, Version: "3.19.1", Repository: "edge"}, "Alpine:edge"},
		{vuln.OS{Family: vuln.Alpine, Version: "3.20_alpha20231219"}, "Alpine:edge"},
		{vuln.OS{Family: vuln.Alpine, Version: "3"}, ""},
		{vuln.OS{Family: "plan9", Version: "4"}, ""},
		{vuln.OS{Family: vuln.AlmaLinux, Version: "9.4"}, "AlmaLinux:9"},
		{vuln.OS{Family: vuln.RedHat, Version: "9.4"}, "Red Hat:enterprise_linux:9::baseos"},
		{vuln.OS{Family: vuln.CentOS, Version: "7"}, "Red Hat:enterprise_linux:7::server"},
		{vuln.OS{Family: vuln.CentOSStream, Version: "9"}, ""},
		{vuln.OS{Family: vuln.SLES, Version: "15.5"}, "SUSE:Linux Enterprise Server 15 SP5"},
		{vuln.OS{Family: vuln.SLES, Version: "16.0"}, "SUSE:Linux Enterprise Server 16.0"},
		{vuln.OS{Family: vuln.OpenSUSELeap, Version: "15.5"}, "openSUSE:Leap 15.5"},
		{vuln.OS{Family: vuln.OpenSUSETumbleweed, Version: "20240101"}, "openSUSE:Tumbleweed"},
		{vuln.OS{Family: vuln.AzureLinux, Version: "3.0"}, "Azure Linux:3"},
		{vuln.OS{Family: vuln.OpenEuler, Version: "24.03", PrettyName: "openEuler 24.03 (LTS-SP1)"}, "openEuler:24.03-LTS-SP1"},
		{vuln.OS{Family: vuln.Wolfi, Version: "20230201"}, "Wolfi"},
		{vuln.OS{Family: vuln.Amazon, Version: "2023"}, ""},
		{vuln.OS{}, ""},
	}
	for _, tt := range tests {
		list, err := tt.os.Ecosystems()
		var got vuln.Ecosystem
		if len(list) > 0 {
			got = list[0]
		}
		if got != tt.want || (tt.want == "") != errors.Is(err, vuln.ErrNoAdvisories) {
			t.Errorf("%+v.Ecosystems() = %q, %v, want %q first", tt.os, list, err, tt.want)
		}
	}
}

func TestLookupOf(t *testing.T) {
	t.Parallel()
	debian := vuln.OS{Family: vuln.Debian, Version: "12"}
	tests := []struct {
		os      vuln.OS
		p       vuln.Package
		want    vuln.Ecosystem // "" is ErrNoAdvisories
		general vuln.Ecosystem
		name    string
		version string
	}{
		{debian, vuln.Package{Type: vuln.TypeDeb, Name: "libssl3", Version: "3.0.9-1+b1", SourceName: "openssl", SourceVersion: "3.0.9-1"}, "Debian:12", "Debian", "openssl", "3.0.9-1"},
		{vuln.OS{Family: vuln.AlmaLinux, Version: "9.4"}, vuln.Package{Type: vuln.TypeRPM, Name: "openssl-libs", Version: "1:3.0.7-2.el9", SourceName: "openssl", SourceVersion: "1:3.0.7-2.el9"}, "AlmaLinux:9", "", "openssl-libs", "1:3.0.7-2.el9"},
		{vuln.OS{Family: vuln.Rocky, Version: "9.4"}, vuln.Package{Type: vuln.TypeRPM, Name: "openssl-libs", Version: "1:3.0.7-2.el9", SourceName: "openssl", SourceVersion: "1:3.0.7-3.el9"}, "Rocky Linux:9", "", "openssl", "1:3.0.7-3.el9"},
		{vuln.OS{Family: vuln.Mariner, Version: "2.0"}, vuln.Package{Type: vuln.TypeRPM, Name: "curl-libs", SourceName: "curl", SourceVersion: "7.76.0-6.cm2"}, "Azure Linux:2", "", "curl", "7.76.0-6.cm2"},
		{vuln.OS{}, vuln.Package{Type: vuln.TypeGo, Name: "golang.org/x/Net", Version: "v0.1.0"}, "Go", "", "golang.org/x/Net", "0.1.0"},
		{debian, vuln.Package{Type: vuln.TypePyPI, Name: "Zope.Interface", Version: "5"}, "PyPI", "", "zope-interface", "5"},
		{debian, vuln.Package{Type: vuln.TypeAPK}, "", "", "", ""},
		{debian, vuln.Package{Type: vuln.TypeConda}, "", "", "", ""},
		{debian, vuln.Package{Type: vuln.TypeConan}, "", "", "", ""},
		{debian, vuln.Package{Type: "vim"}, "", "", "", ""},
		{vuln.OS{Family: vuln.Fedora, Version: "42"}, vuln.Package{Type: vuln.TypeRPM}, "", "", "", ""},
	}
	for _, tt := range tests {
		got, err := vuln.LookupOf(tt.os, tt.p.Type)
		if tt.want == "" {
			if !errors.Is(err, vuln.ErrNoAdvisories) {
				t.Errorf("LookupOf(%s, %s): error is %v, want ErrNoAdvisories", tt.os, tt.p.Type, err)
			}
			continue
		}
		if err != nil || got.Ecosystems[0] != tt.want || got.General != tt.general {
			t.Errorf("LookupOf(%s, %s) = %+v, %v, want %s and %q", tt.os, tt.p.Type, got, err, tt.want, tt.general)
			continue
		}
		if name, version := got.Of(&tt.p); name != tt.name || version != tt.version {
			t.Errorf("LookupOf(%s, %s).Of = %q, %q, want %q, %q", tt.os, tt.p.Type, name, version, tt.name, tt.version)
		}
	}
}

func TestNormalizeName(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		eco        vuln.Ecosystem
		name, want string
	}{
		{"PyPI", "Flask", "flask"},
		{"PyPI", "zope.interface", "zope-interface"},
		{"PyPI", "ruamel_.-yaml", "ruamel-yaml"},
		{"PyPI", "a--b", "a-b"},
		{"PyPI", "_x_", "-x-"},
		{"NuGet", "Newtonsoft.Json", "newtonsoft.json"},
		{"npm", "JSONStream", "JSONStream"},
		{"SwiftURL", "https://github.com/Apple/swift-nio.git", "github.com/apple/swift-nio"},
	} {
		if got := vuln.NormalizeName(row.eco, row.name); got != row.want {
			t.Errorf("NormalizeName(%s, %q) = %q, want %q", row.eco, row.name, got, row.want)
		}
	}
}

func ExampleOS_Ecosystems() {
	list, err := vuln.OS{Family: vuln.Ubuntu, Version: "22.04"}.Ecosystems()
	fmt.Println(list, err, list[0].Base())
	// Output: [Ubuntu:22.04:LTS Ubuntu:22.04] <nil> Ubuntu
}

func ExampleLookupOf() {
	l, err := vuln.LookupOf(vuln.OS{Family: vuln.Alpine, Version: "3.19.1"}, vuln.TypeAPK)
	if err != nil {
		fmt.Println(err)
		return
	}
	name, version := l.Of(&vuln.Package{Type: vuln.TypeAPK, Name: "musl-utils", Version: "1.2.4-r2", SourceName: "musl", SourceVersion: "1.2.4-r2"})
	fmt.Println(l.Ecosystems, name, version)
	// Output: [Alpine:v3.19] musl 1.2.4-r2
}
