package trivydb

import (
	"errors"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln"
)

// placed writes down where p is looked up on os.
func placed(db *DB, os vuln.OS, p *vuln.Package) string {
	pl, err := db.placeOf(os, p)
	if errors.Is(err, vuln.ErrNoAdvisories) {
		return "no advisories"
	}
	if err == nil {
		err = pl.err
	}
	if err != nil {
		return err.Error()
	}
	s := strings.Join(pl.buckets, ", ") + ": " + pl.name + " " + pl.version + " " + pl.scheme.String()
	if pl.unfixed {
		s += ", unfixed"
	}
	if pl.rates != "" {
		s += ", rated by " + pl.rates
	}
	return s
}

// TestFamilies states for each family where its packages are looked up: bucket,
// name, version and order; whether advisories without a fix count; whose
// severity is final.
func TestFamilies(t *testing.T) {
	t.Parallel()
	content := buckets{"vulnerability": {}}
	for _, name := range []string{
		"debian 12", "ubuntu 22.04", "ubuntu 18.04", "ubuntu 18.04-ESM", "alpine 3.19", "alpine edge", "wolfi", "chainguard", "minimos", "echo",
		"Red Hat", "alma 9", "rocky 9", "amazon linux 1", "amazon linux 2", "amazon linux 2022", "amazon linux 2023", "Oracle Linux 8",
		"SUSE Linux Enterprise 15.6", "SUSE Linux Enterprise 16.0", "SUSE Linux Enterprise Micro 5.3", "openSUSE Leap 15.6", "openSUSE Tumbleweed",
		"Photon OS 5.0", "Azure Linux 3.0", "CBL-Mariner 2.0", "bottlerocket",
	} {
		content[name] = map[string]map[string]string{"p": {}}
	}
	db := mustOpen(t, create(t, content))
	for _, row := range []struct {
		family  vuln.Family
		version string
		t       vuln.PackageType
		want    string
	}{
		{vuln.Debian, "12.5", vuln.TypeDeb, "debian 12: src 1-1 deb, unfixed, rated by debian"},
		{vuln.Ubuntu, "22.04", vuln.TypeDeb, "ubuntu 22.04: src 1-1 deb, unfixed"},
		{vuln.Ubuntu, "18.04", vuln.TypeDeb, "ubuntu 18.04: src 1-1 deb, unfixed"},
		{vuln.Ubuntu, "18.04-ESM", vuln.TypeDeb, "ubuntu 18.04-ESM, ubuntu 18.04: src 1-1 deb, unfixed"},
		{vuln.Alpine, "3.19.1", vuln.TypeAPK, "alpine 3.19: src 1-1 apk, unfixed"},
		{vuln.Alpine, "edge", vuln.TypeAPK, "alpine edge: src 1-1 apk, unfixed"},
		{vuln.Wolfi, "20230201", vuln.TypeAPK, "wolfi: src 2-2 apk"},
		{vuln.Chainguard, "20230214", vuln.TypeAPK, "chainguard: src 2-2 apk"},
		{vuln.MinimOS, "1", vuln.TypeAPK, "minimos: src 2-2 apk"},
		{vuln.Echo, "", vuln.TypeDeb, "echo: src 1-1 deb, unfixed, rated by echo"},
		{vuln.RedHat, "9.4", vuln.TypeRPM, "Red Hat: m:1::bin 2-2 rpm, unfixed, rated by redhat"},
		{vuln.CentOS, "7", vuln.TypeRPM, "Red Hat: m:1::bin 2-2 rpm, unfixed, rated by redhat"},
		{vuln.AlmaLinux, "9.4", vuln.TypeRPM, "alma 9: m:1::bin 2-2 rpm"},
		{vuln.Rocky, "9.4", vuln.TypeRPM, "rocky 9: m:1::bin 2-2 rpm"},
		{vuln.Amazon, "2023.6.20241010", vuln.TypeRPM, "amazon linux 2023: bin 2-2 rpm"},
		{vuln.Amazon, "2022", vuln.TypeRPM, "amazon linux 2022: bin 2-2 rpm"},
		{vuln.Amazon, "2", vuln.TypeRPM, "amazon linux 2: bin 2-2 rpm"},
		{vuln.Amazon, "2 (Karoo)", vuln.TypeRPM, "amazon linux 2: bin 2-2 rpm"},
		{vuln.Amazon, "2018.03", vuln.TypeRPM, "amazon linux 1: bin 2-2 rpm"},
		{vuln.Oracle, "8.9", vuln.TypeRPM, "Oracle Linux 8: bin 2-2 rpm"},
		{vuln.Oracle, "10.0", vuln.TypeRPM, "no advisories"},
		{vuln.SLES, "15.6", vuln.TypeRPM, "SUSE Linux Enterprise 15.6: bin 2-2 rpm"},
		{vuln.SLES, "16.0", vuln.TypeRPM, "SUSE Linux Enterprise 16.0: bin 2-2 rpm"},
		{vuln.SLEMicro, "5.3", vuln.TypeRPM, "SUSE Linux Enterprise Micro 5.3: bin 2-2 rpm"},
		{vuln.OpenSUSELeap, "15.6", vuln.TypeRPM, "openSUSE Leap 15.6: bin 2-2 rpm"},
		{vuln.OpenSUSETumbleweed, "20240101", vuln.TypeRPM, "openSUSE Tumbleweed: bin 2-2 rpm"},
		{vuln.Photon, "5.0", vuln.TypeRPM, "Photon OS 5.0: src 2-2 rpm"},
		{vuln.AzureLinux, "3.0.20241005", vuln.TypeRPM, "Azure Linux 3.0: src 1-1 rpm, unfixed"},
		{vuln.Mariner, "2.0", vuln.TypeRPM, "CBL-Mariner 2.0: src 1-1 rpm, unfixed"},
		{vuln.Bottlerocket, "1.20.0", vuln.TypeRPM, "bottlerocket: bin 2-2 rpm"},
		{vuln.CoreOS, "2512.3.0", vuln.TypeRPM, "no advisories"},
		{vuln.CentOSStream, "9", vuln.TypeRPM, "no advisories"},
		{vuln.Fedora, "42", vuln.TypeRPM, "no advisories"},
		{vuln.Mageia, "9", vuln.TypeRPM, "no advisories"},
		{vuln.OpenEuler, "24.03", vuln.TypeRPM, "no advisories"},
		{vuln.Alpaquita, "23", vuln.TypeAPK, "no advisories"},
		{vuln.BellSoft, "23", vuln.TypeAPK, "no advisories"},
		{vuln.Arch, "", vuln.TypeALPM, "no advisories"},
		{vuln.Gentoo, "2.15", vuln.TypeEbuild, "no advisories"},
	} {
		os := vuln.OS{Family: row.family, Version: row.version}
		p := vuln.Package{Type: row.t, Name: "bin", Version: "2-2", SourceName: "src", SourceVersion: "1-1", Modularity: "m:1:8030:a"}
		if got := placed(db, os, &p); got != row.want {
			t.Errorf("%s: %s, want %s", os, got, row.want)
		}
	}
}

// TestTypes states where each type of package is looked up that is the same on
// every system.
func TestTypes(t *testing.T) {
	t.Parallel()
	content := buckets{"vulnerability": {}}
	for _, prefix := range []string{
		"bitnami", "cargo", "cocoapods", "composer", "conan", "erlang", "go", "julia", "k8s", "maven", "npm", "nuget", "pip", "pub", "rubygems", "swift",
	} {
		content[prefix+"::Somebody"] = map[string]map[string]string{"p": {}}
	}
	db := mustOpen(t, create(t, content))
	for _, row := range []struct {
		t    vuln.PackageType
		name string
		want string
	}{
		{vuln.TypeNPM, "@Scope/Name", "npm::Somebody: @scope/name 1.0.0 npm, unfixed"},
		{vuln.TypePyPI, "A.B_c", "pip::Somebody: a-b-c 1.0.0 pypi, unfixed"},
		{vuln.TypeGo, "example.com/A", "go::Somebody: example.com/A 1.0.0 go, unfixed"},
		{vuln.TypeMaven, "Org.A:B", "maven::Somebody: org.a:b 1.0.0 maven, unfixed"},
		{vuln.TypeGem, "A", "rubygems::Somebody: a 1.0.0 rubygems, unfixed"},
		{vuln.TypeComposer, "A/B", "composer::Somebody: a/b 1.0.0 composer, unfixed"},
		{vuln.TypeNuGet, "A.B", "nuget::Somebody: a.b 1.0.0 nuget, unfixed"},
		{vuln.TypeCargo, "A", "cargo::Somebody: a 1.0.0 semver, unfixed"},
		{vuln.TypePub, "A", "pub::Somebody: a 1.0.0 pub, unfixed"},
		{vuln.TypeHex, "A", "erlang::Somebody: a 1.0.0 semver, unfixed"},
		{vuln.TypeSwift, "https://github.com/A/B.git", "swift::Somebody: github.com/A/B 1.0.0 semver, unfixed"},
		{vuln.TypeCocoaPods, "A/B", "cocoapods::Somebody: A 1.0.0 rubygems, unfixed"},
		{vuln.TypeConan, "A", "conan::Somebody: a 1.0.0 semver, unfixed"},
		{vuln.TypeJulia, "A", "julia::Somebody: A 1.0.0 pub, unfixed"},
		{vuln.TypeBitnami, "A", "bitnami::Somebody: a 1.0.0 bitnami, unfixed"},
		{vuln.TypeConda, "a", "no advisories"},
		{vuln.TypeCRAN, "a", "no advisories"},
		{vuln.TypeHackage, "a", "no advisories"},
	} {
		if got := placed(db, vuln.OS{}, &vuln.Package{Type: row.t, Name: row.name, Version: "1.0.0"}); got != row.want {
			t.Errorf("%s: %s, want %s", row.t, got, row.want)
		}
	}
}

func TestFixedOf(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		vulnerable, patched []string
		want                string
	}{
		{nil, nil, ""},
		{[]string{">=1, <2", "<= 3", "< 4"}, nil, "2, 4"},
		{[]string{"<2", ">=1.5, <2"}, nil, "2"},
		{[]string{"<2"}, []string{"2.1", "3", "2.1"}, "2.1, 3"},
	} {
		if got := fixedOf(row.vulnerable, row.patched); got != row.want {
			t.Errorf("fixedOf(%q, %q) = %q, want %q", row.vulnerable, row.patched, got, row.want)
		}
	}
}
