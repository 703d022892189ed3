package version_test

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// TestKeyBytes pins the bytes of keys: a database outlives the program that
// built it, so changing one means a new number of its layout.
func TestKeyBytes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		scheme version.Scheme
		v      string
		want   string
	}{
		{version.Deb, "1.0", "\x00" + "\x02\x01\xAE\x02\x00\x02" + "\x02\x00\x02"},
		{version.Deb, "1:2~rc3-4+b1", "\x01" + "\x02\x02\x01rc\x02\x03\x02" + "\x02\x04\xABb\x02\x01\x02"},
		{version.APK, "1.0", "\x10\x01" + "\x0F0\x00" + "\x05"},
		{version.APK, "1.2a3_rc4~5f-r6", "\x10\x01" + "\x10\x02" + "\x0Ea" + "\x10\x03" + "\x04" + "\x08\x04" + "\x075f\x00" + "\x06\x06" + "\x05"},
		{version.APK, "1_alpha_beta_pre_rc_cvs_svn_git_hg_p", "\x10\x01" + "\x01\x02\x03\x04" + "\x09\x0A\x0B\x0C\x0D" + "\x05"},
		{version.Semver, "v1.2+b", "\x01\x02\x00" + "\xFF"},
		{version.Semver, "1.2.3-rc.4", "\x01\x02\x03" + "\x03rc\x00" + "\x02\x04" + "\x01"},
	}
	for _, tt := range tests {
		if got := string(mustKey(t, tt.scheme, tt.v)); got != tt.want {
			t.Errorf("%s.AppendKey(nil, %q) = %x, want %x", tt.scheme, tt.v, got, tt.want)
		}
	}
}
