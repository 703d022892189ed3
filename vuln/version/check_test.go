package version_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1", 257)
	tests := []struct {
		scheme version.Scheme
		v      string
		offset int
		reason string // "": well formed
	}{
		{version.Deb, "1.0", 0, ""},
		{version.Deb, " \t1:1.0-1 ", 0, ""}, // dpkg trims blanks
		{version.Deb, "1:1:2-3:4-5", 0, ""}, // colons and hyphens, with an epoch and a revision
		{version.Deb, "v1~+", 0, ""},
		{version.Deb, "00002147483647:0", 0, ""},
		{version.Deb, long[:256], 0, ""},
		{version.Deb, long, 256, "more than 256 bytes"},
		{version.Deb, "", 0, "empty version"},
		{version.Deb, " \t", 2, "empty version"},
		{version.Deb, ":1", 0, "empty epoch"},
		{version.Deb, " 1a:1", 2, "epoch is not a number"},
		{version.Deb, "-1:1", 0, "epoch is not a number"},
		{version.Deb, "+1:1", 0, "epoch is not a number"}, // dpkg takes it
		{version.Deb, "1 :1", 1, "epoch is not a number"},
		{version.Deb, "1.0-1:1", 1, "epoch is not a number"},
		{version.Deb, "2147483648:1", 0, "epoch is greater than 2147483647"},
		{version.Deb, " 99999999999999999999:1", 1, "epoch is greater than 2147483647"},
		{version.Deb, " 1:", 3, "nothing after the epoch"},
		{version.Deb, " 1:2- ", 5, "empty revision"},
		{version.Deb, "1-2-", 4, "empty revision"},
		{version.Deb, "-1", 0, "empty upstream version"},
		{version.Deb, " 1:-1", 3, "empty upstream version"},
		{version.Deb, "1.0_1", 3, "invalid character in the upstream version"},
		{version.Deb, "1.0 1", 3, "invalid character in the upstream version"},
		{version.Deb, "1.0\n", 3, "invalid character in the upstream version"},
		{version.Deb, "1.0é-1", 3, "invalid character in the upstream version"},
		{version.Deb, " 1:2_3-4", 4, "invalid character in the upstream version"},
		{version.Deb, " 1:2-3_4", 6, "invalid character in the revision"},
		{version.Deb, "1:2-3:4", 5, "invalid character in the revision"},

		{version.APK, "0", 0, ""},
		{version.APK, "1.02.3a_alpha1_p~0af-r10", 0, ""},
		{version.APK, "6.6.2p1-r0", 0, ""}, // 2.x
		{version.APK, "1a2.3b4_p", 0, ""},  // 2.x
		{version.APK, long[:256], 0, ""},
		{version.APK, long, 256, "more than 256 bytes"},
		{version.APK, "", 0, "empty version"},
		{version.APK, "v1", 0, "no number"},
		{version.APK, ".1", 0, "no number"},
		{version.APK, "1.", 2, "no number"},
		{version.APK, "0..1", 2, "no number"},
		{version.APK, "4.8.0.-r1", 6, "no number"},
		{version.APK, "10.2.26.r0", 8, "no number"},
		{version.APK, "1a.2", 2, "unexpected character"},
		{version.APK, "1ab", 2, "unexpected character"},
		{version.APK, "1.0A", 3, "unexpected character"},
		{version.APK, "1:1.0", 1, "unexpected character"},
		{version.APK, "1.0 ", 3, "unexpected character"},
		{version.APK, "1.0é", 3, "unexpected character"},
		{version.APK, "1.0_", 4, "unknown suffix"},
		{version.APK, "1.0_P", 4, "unknown suffix"},
		{version.APK, "1.0_blah1", 4, "unknown suffix"},
		{version.APK, "1.0_p1.2", 6, "unexpected character"},
		{version.APK, "1.0_p1a", 6, "unexpected character"},
		{version.APK, "1.0_pa", 4, "unknown suffix"},
		{version.APK, "1.0~", 4, "empty hash"},
		{version.APK, "1.0~AB", 4, "empty hash"},
		{version.APK, "1.0~abg", 6, "unexpected character"},
		{version.APK, "1.0~ab~cd", 6, "unexpected character"},
		{version.APK, "1.0~ab_p1", 6, "unexpected character"},
		{version.APK, "1.0-1", 3, "unexpected character"},
		{version.APK, "1.0-r", 5, "no number"},
		{version.APK, "1.0-r1~ab", 6, "unexpected character"},
		{version.APK, "1.0-r1_p1", 6, "unexpected character"},
		{version.APK, "1.0-r1-r2", 6, "unexpected character"},
		{version.APK, "4.10-1-r1", 4, "unexpected character"},

		{version.Semver, "1.2.3-alpha.1+001", 0, ""},
		{version.Semver, "1.2.3-0a.0-.-", 0, ""},
		{version.Semver, "v0", 0, ""},
		{version.Semver, "1.2", 0, ""},
		{version.Semver, "1+a-b.c", 0, ""},
		{version.Semver, long[:256], 0, ""},
		{version.Semver, long, 256, "more than 256 bytes"},
		{version.Semver, "", 0, "empty version"},
		{version.Semver, "v", 1, "no number"},
		{version.Semver, "vv1", 1, "no number"},
		{version.Semver, "V1", 0, "no number"},
		{version.Semver, "~", 0, "no number"},
		{version.Semver, "1.", 2, "no number"},
		{version.Semver, "1..2", 2, "no number"},
		{version.Semver, "1.2.x", 4, "no number"},
		{version.Semver, "1.2.-a", 4, "no number"},
		{version.Semver, "01.2.3", 0, "number with a leading zero"},
		{version.Semver, "v1.00.3", 3, "number with a leading zero"},
		{version.Semver, "1.2.3.4", 5, "unexpected character"},
		{version.Semver, "1.9.0b1", 5, "unexpected character"},
		{version.Semver, "1.2.3 ", 5, "unexpected character"},
		{version.Semver, "1.2.3-", 6, "empty identifier"},
		{version.Semver, "1.2.3-+a", 6, "empty identifier"},
		{version.Semver, "1.2.3-a..b", 8, "empty identifier"},
		{version.Semver, "1.2.3-a.", 8, "empty identifier"},
		{version.Semver, "1.2.3-a.01", 8, "number with a leading zero"},
		{version.Semver, "1.2.0-*", 6, "invalid character in an identifier"},
		{version.Semver, "1.2.3-a.b_c", 9, "invalid character in an identifier"},
		{version.Semver, "1.2.3+", 6, "empty identifier"},
		{version.Semver, "1.2.3-a+", 8, "empty identifier"},
		{version.Semver, "1.2.3+a.b+c", 9, "invalid character in an identifier"},
		{version.Semver, "1.2.3+é", 6, "invalid character in an identifier"},
	}
	for _, tt := range tests {
		checkFlaw(t, tt.scheme, tt.v, tt.offset, tt.reason)
	}
}

// checkFlaw checks that Check finds the flaw of v at offset; none if reason is "".
func checkFlaw(t *testing.T, s version.Scheme, v string, offset int, reason string) {
	t.Helper()
	err := s.Check(v)
	checkKey(t, s, v)
	if reason == "" {
		if err != nil {
			t.Errorf("%s.Check(%q) = %v, want nil", s, v, err)
		}
		return
	}
	var got *version.Error
	if !errors.As(err, &got) {
		t.Errorf("%s.Check(%q) = %v, want %q at byte %d", s, v, err, reason, offset)
		return
	}
	want := &version.Error{Scheme: s.String(), Value: v, Offset: offset, Reason: reason}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s.Check(%q): -want +got\n%s", s, v, diff)
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	tests := []struct{ v, want string }{
		{"1:", `invalid deb version "1:": nothing after the epoch at byte 2`},
		{"\n1", `invalid deb version "\n1": invalid character in the upstream version at byte 0`},
		{strings.Repeat("1", 1<<20), `invalid deb version "` + strings.Repeat("1", 32) + `"...: more than 256 bytes at byte 256`},
	}
	for _, tt := range tests {
		if got := version.Deb.Check(tt.v); got == nil || got.Error() != tt.want {
			t.Errorf("Deb.Check(%.40q) = %v, want %s", tt.v, got, tt.want)
		}
	}
}

// TestIllFormedOrder: strings that do not check come last, ordered by bytes.
func TestIllFormedOrder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		scheme version.Scheme
		a, b   string
		want   int
	}{
		{version.Deb, "9", "1_", -1},
		{version.Deb, "1_", "9", +1},
		{version.Deb, "10_", "9_", -1},
		{version.Deb, "1.0_", "1.0_", 0},
		{version.Deb, "01_", "1_", -1},
		{version.APK, "9", "0..1", -1},
		{version.APK, "1-r", "9", +1},
		{version.APK, "10.", "9.", -1},
		{version.APK, "", "9.", -1},
		{version.Semver, "9.0.0", "0.0.0.1", -1},
		{version.Semver, "01.2.3", "9.0.0", +1},
		{version.Semver, "10.0.0.0", "9.0.0.0", -1},
	}
	for _, tt := range tests {
		checkOrder(t, "", tt.scheme, tt.a, tt.b, tt.want)
	}
}
