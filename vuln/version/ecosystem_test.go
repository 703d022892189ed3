package version_test

import (
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
		{"crates.io", version.Semver},
		{"npm", version.Semver},
		{"Hex", version.Semver},
		{"Go", version.Semver},
		{"SwiftURL", version.Semver},
		{"", nil},
		{"debian", nil},
		{"Debian12", nil},
		{"PyPI", nil},
		{"Maven:https://repo.example/maven2", nil},
		{"Julia", nil},
		{"Bitnami", nil},
		{"DHI", nil},
		{"Docker Hardened Images", nil},
		{"Pub", nil},
		{"AlmaLinux:9", nil},
	}
	for _, tt := range tests {
		if got, ok := version.ForEcosystem(tt.ecosystem); got != tt.want || ok != (tt.want != nil) {
			t.Errorf("ForEcosystem(%q) = %v, %v, want %v, %v", tt.ecosystem, got, ok, tt.want, tt.want != nil)
		}
	}
}
