package vuln_test

import (
	"errors"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// TestSystemTypes holds the types of system packages to having an order of
// versions, and no ecosystem that is the same on every system.
func TestSystemTypes(t *testing.T) {
	t.Parallel()
	for typ, want := range map[vuln.PackageType]version.Scheme{
		vuln.TypeDeb:          version.Deb,
		vuln.TypeAPK:          version.APK,
		vuln.TypeRPM:          version.RPM,
		vuln.TypeALPM:         version.ALPM,
		vuln.TypeEbuild:       version.Gentoo,
		vuln.TypeBottlerocket: version.RPM,
	} {
		if got, err := typ.Scheme(); got != want || err != nil {
			t.Errorf("%s.Scheme() = %v, %v, want %v", typ, got, err, want)
		}
		if !typ.System() || typ.Ecosystem() != "" {
			t.Errorf("%s: System() = %v, Ecosystem() = %q, want true and none", typ, typ.System(), typ.Ecosystem())
		}
	}
	br := vuln.OS{Family: vuln.Bottlerocket, Version: "1.19.0"}
	if _, err := vuln.LookupOf(br, vuln.TypeBottlerocket); !errors.Is(err, vuln.ErrNoAdvisories) {
		t.Errorf("LookupOf(bottlerocket) = %v, want ErrNoAdvisories: OSV has none", err)
	}
}
