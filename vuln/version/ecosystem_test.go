package version_test

import (
	"errors"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func TestForEcosystem(t *testing.T) {
	t.Parallel()
	tests := []struct {
		ecosystem string
		want      version.Scheme // nil: none
	}{
		{"Debian", version.Deb},
		{"Debian:12", version.Deb},
		{"Ubuntu:22.04:LTS", version.Deb},
		{"Ubuntu:Pro:18.04:LTS", version.Deb},
		{"Echo", version.Deb},
		{"Alpine:v3.19", version.APK},
		{"Wolfi", version.APK},
		{"Chainguard", version.APK},
		{"MinimOS", version.APK},
		{"Alpaquita:23", version.APK},
		{"BellSoft Hardened Containers:stream", version.APK},
		{"CleanStart", version.APK},
		{"TuxCare", version.Deb},
		{"AlmaLinux:9", version.RPM},
		{"Rocky Linux:8", version.RPM},
		{"Red Hat:rhel_aus:8.4::appstream", version.RPM},
		{"SUSE:Linux Enterprise Server 15 SP5", version.RPM},
		{"openSUSE:Leap 15.5", version.RPM},
		{"Mageia:9", version.RPM},
		{"Photon OS:3.0", version.RPM},
		{"Azure Linux:3", version.RPM},
		{"openEuler:24.03-LTS", version.RPM},
		{"Fedora:42", version.RPM},
		{"Amazon Linux:2023", version.RPM},
		{"Arch Linux", version.ALPM},
		{"npm", version.NPM},
		{"Go", version.Go},
		{"PyPI", version.PyPI},
		{"Maven", version.Maven},
		{"Maven:https://repo.example/maven2", version.Maven},
		{"RubyGems", version.RubyGems},
		{"NuGet", version.NuGet},
		{"Packagist", version.Composer},
		{"Packagist:https://packages.drupal.org/8", version.Composer},
		{"Pub", version.Pub},
		{"Bitnami", version.Bitnami},
		{"crates.io", version.Semver},
		{"Hex", version.Semver},
		{"SwiftURL", version.Semver},
		{"GitHub Actions", version.Semver},
		{"Kubernetes", version.Semver},
		{"VSCode:https://open-vsx.org", version.Semver},
		{"Bioconductor", version.Semver},
		{"CRAN", version.CRAN},
		{"Hackage", version.Hackage},
		{"GHC", version.Hackage},
		{"Conda", version.Conda},
		{"opam", version.Opam},
		{"FreeBSD:ports:14.1", version.FreeBSD},
		{"Gentoo", version.Gentoo},
		{"Root:Alpine:3.18", version.APK},
		{"Root:PyPI", version.PyPI},
		{"Root", nil},
		{"Root:Root:Alpine", nil},
		{"GIT", nil},
		{"Android:12", nil},
		{"Linux", nil},
		{"OSS-Fuzz", nil},
		{"Homebrew", nil},
		{"", nil},
		{"debian", nil},
		{"Debian12", nil},
		{"Julia", version.Pub},
		{"DHI", version.Pub},
		{"Docker Hardened Images", version.Pub},
		{"ConanCenter", nil},
	}
	for _, tt := range tests {
		got, err := version.ForEcosystem(tt.ecosystem)
		if got != tt.want || tt.want == nil && !errors.Is(err, version.ErrNoOrder) || tt.want != nil && err != nil {
			t.Errorf("ForEcosystem(%q) = %v, %v, want %v", tt.ecosystem, got, err, tt.want)
		}
	}
}
