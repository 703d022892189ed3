package version_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func TestIntervalContains(t *testing.T) {
	t.Parallel()
	key := func(v string) []byte {
		if v == "" {
			return nil
		}
		return mustKey(t, version.Deb, v)
	}
	tests := []struct {
		lower, upper string // "": none
		inclusive    bool
		in, out      []string
	}{
		{"", "", false, []string{"~", "0", "9:9"}, nil},
		{"", "", true, []string{"~", "0", "9:9"}, nil},
		{"1.0", "", false, []string{"1.0", "1.0-0", "1.0.1", "9:9"}, []string{"1.0~", "0"}},
		{"", "1.0", false, []string{"~", "0", "1.0~"}, []string{"1.0", "1.0-0", "1.0.1"}},
		{"", "1.0", true, []string{"~", "1.0~", "1.0", "1.0-0"}, []string{"1.0-1", "1.0.1"}},
		{"1.0", "2.0", false, []string{"1.0", "1.9", "2.0~rc1"}, []string{"1.0~", "2.0", "2.0-0", "2.1"}},
		{"1.0", "2.0", true, []string{"1.0", "2.0", "2.0-0"}, []string{"1.0~", "2.0-1"}},
		{"1.0", "1.0", true, []string{"1.0", "0:1.0-0"}, []string{"1.0~", "1.0-1"}},
		{"1.0", "1.0", false, nil, []string{"1.0~", "1.0", "1.0-1"}},
		{"2.0", "1.0", true, nil, []string{"0", "1.0", "1.5", "2.0", "3.0"}},
	}
	for _, tt := range tests {
		iv := version.Interval{Lower: key(tt.lower), Upper: key(tt.upper), UpperInclusive: tt.inclusive}
		for _, v := range tt.in {
			if !iv.Contains(key(v)) {
				t.Errorf("interval from %q to %q (inclusive %v): Contains(%q) = false, want true", tt.lower, tt.upper, tt.inclusive, v)
			}
		}
		for _, v := range tt.out {
			if iv.Contains(key(v)) {
				t.Errorf("interval from %q to %q (inclusive %v): Contains(%q) = true, want false", tt.lower, tt.upper, tt.inclusive, v)
			}
		}
	}
}

// mustBound is the bound v, and whether it is of any release; "" is none.
func mustBound(t *testing.T, s version.Scheme, v string) (bound []byte, anyRelease bool) {
	t.Helper()
	if v == "" {
		return nil, false
	}
	bound, anyRelease, err := version.AppendBound(nil, s, v)
	if err != nil {
		t.Fatalf("AppendBound(nil, %s, %q): %v", s, v, err)
	}
	return bound, anyRelease
}

// intervalOf is the interval of an advisory that says lower and upper.
func intervalOf(t *testing.T, s version.Scheme, lower, upper string, inclusive bool) version.Interval {
	t.Helper()
	l, anyLower := mustBound(t, s, lower)
	u, anyUpper := mustBound(t, s, upper)
	return version.Interval{Lower: l, Upper: u, UpperInclusive: inclusive, AnyRelease: anyLower || anyUpper}
}

func TestIntervalAnyRelease(t *testing.T) {
	t.Parallel()
	both := []version.Scheme{version.RPM, version.ALPM}
	rpm := both[:1]
	tests := []struct {
		schemes      []version.Scheme
		lower, upper string // "": none
		inclusive    bool
		in, out      []string
	}{
		{both, "", "1.2", false, []string{"0", "1.1-9"}, []string{"1.2", "1.2-0", "1.2-9", "1.2.0-1", "1:0-1"}},
		{both, "", "1.2", true, []string{"0", "1.1-9", "1.2", "1.2-0", "1.2-9", "1.02-9", "0:1.2-9"}, []string{"1.2.0-1", "1.3", "1:0-1"}},
		{both, "1.2", "", false, []string{"1.2", "1.2-0", "1.2-9", "1.2.0", "1:0"}, []string{"1", "1.1-9"}},
		{both, "1.2", "1.2", true, []string{"1.2", "1.2-0", "1.2-9"}, []string{"1.1-9", "1.2.0-1"}},
		{both, "1.2", "1.2", false, nil, []string{"1.2", "1.2-0", "1.2-9"}},
		{both, "1:1", "1:2", true, []string{"1:1-1", "1:2-9"}, []string{"1-1", "2-9", "2:1-1"}},
		// One bound with a release, the other without.
		{both, "1.2", "1.3-4", false, []string{"1.2", "1.2-0", "1.3", "1.3-3"}, []string{"1.1-9", "1.3-4", "1.3-10", "1.4"}},
		{both, "1.2", "1.3-4", true, []string{"1.3-3", "1.3-4", "1.3-04"}, []string{"1.3-4.1", "1.3-10"}},
		{both, "1.2-4", "1.3", true, []string{"1.2-4", "1.2-10", "1.3", "1.3-9"}, []string{"1.2", "1.2-3", "1.3.1-1"}},
		// A version that starts as another does is not that one with a release.
		{both, "1.2", "1.2", true, nil, []string{"1.20-1", "1.2.1-1", "1.2a-1", "1-2", "12-1"}},
		// A tilde in the release is still a release.
		{rpm, "1.2", "", false, []string{"1.2-~1", "1.2-_"}, []string{"1.2~1-1"}},
		{rpm, "", "1.2", false, []string{"1.2~1-1"}, []string{"1.2-~1", "1.2^1-1"}},
	}
	for _, tt := range tests {
		for _, s := range tt.schemes {
			iv := intervalOf(t, s, tt.lower, tt.upper, tt.inclusive)
			for _, v := range tt.in {
				if !iv.Contains(mustKey(t, s, v)) {
					t.Errorf("%s interval from %q to %q (inclusive %v): Contains(%q) = false, want true", s, tt.lower, tt.upper, tt.inclusive, v)
				}
			}
			for _, v := range tt.out {
				if iv.Contains(mustKey(t, s, v)) {
					t.Errorf("%s interval from %q to %q (inclusive %v): Contains(%q) = true, want false", s, tt.lower, tt.upper, tt.inclusive, v)
				}
			}
		}
	}
}

// TestIntervalWholeKeys: without AnyRelease a bound is a whole key, and the
// start of others comes before them.
func TestIntervalWholeKeys(t *testing.T) {
	t.Parallel()
	bound, _ := mustBound(t, version.RPM, "1.2")
	until := version.Interval{Upper: bound, UpperInclusive: true}
	if v := "1.2-1"; until.Contains(mustKey(t, version.RPM, v)) {
		t.Errorf("interval until 1.2, but not of any release: Contains(%q) = true, want false", v)
	}
}

func withoutBuild(v string) string {
	v, _, _ = strings.Cut(v, "+")
	return v
}

// withoutRevision takes the revision off a version of Bitnami: what follows the
// hyphen, if that begins with a number.
func withoutRevision(v string) string {
	release, rest, _ := strings.Cut(withoutBuild(v), "-")
	first, _, _ := strings.Cut(rest, ".")
	if first == "" || strings.Trim(first, "0123456789") != "" {
		return v
	}
	return release
}

// TestIntervalBounds holds Contains to its definition, on random versions and
// bounds: a bound without a release is compared with what comes before the
// release of the version, any other with the whole.
func TestIntervalBounds(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		releases := s == version.RPM || s == version.ALPM
		compare := func(v, bound string) int {
			switch {
			case releases && !hasRelease(bound):
				v = withoutRelease(v)
			case s == version.Bitnami && !strings.Contains(withoutBuild(bound), "-"):
				v = withoutRevision(v)
			}
			return s.Compare(v, bound)
		}
		r := rand.New(rand.NewPCG(9, 10))
		in, out := 0, 0
		for in+out < 4_000 {
			v := randomVersion(r, s)
			lower, upper := neighbour(r, s, v), neighbour(r, s, v)
			if releases && r.IntN(2) == 0 {
				upper = withoutRelease(v)
			}
			if s.Check(v) != nil || s.Check(lower) != nil || s.Check(upper) != nil {
				continue
			}
			inclusive := r.IntN(2) == 0
			iv := intervalOf(t, s, lower, upper, inclusive)
			want := compare(v, lower) >= 0 && (compare(v, upper) < 0 || inclusive && compare(v, upper) == 0)
			if want {
				in++
			} else {
				out++
			}
			if got := iv.Contains(mustKey(t, s, v)); got != want {
				t.Errorf("%s interval from %q to %q (inclusive %v): Contains(%q) = %v, want %v", s, lower, upper, inclusive, v, got, want)
			}
		}
		if in < 100 || out < 100 {
			t.Errorf("%s: %d versions were in and %d out, too lopsided to say anything", s, in, out)
		}
	}
}

func TestAppendBound(t *testing.T) {
	t.Parallel()
	tests := []struct {
		scheme     version.Scheme
		v          string
		anyRelease bool
	}{
		{version.RPM, "1:1.2", true},
		{version.RPM, "1:1.2-3", false},
		{version.ALPM, "1.2.", true},
		{version.ALPM, "1.2-3", false},
		{version.Bitnami, "1.2.3", true},
		{version.Bitnami, "1.2", true},
		{version.Bitnami, "1.2.3-0", false},
		{version.Bitnami, "1.2.3-rc1", false},
		{version.Deb, "1.2", false}, // the same as 1.2-0
		{version.APK, "1.2", false}, // before 1.2-r0
	}
	for _, tt := range tests {
		bound, anyRelease, err := version.AppendBound([]byte("before"), tt.scheme, tt.v)
		want := "before" + string(mustKey(t, tt.scheme, tt.v))
		if tt.anyRelease {
			want = want[:len(want)-1]
		}
		if string(bound) != want || anyRelease != tt.anyRelease || err != nil {
			t.Errorf("AppendBound(before, %s, %q) = %q, %v, %v, want %q, %v, nil", tt.scheme, tt.v, bound, anyRelease, err, want, tt.anyRelease)
		}
	}
	for _, s := range schemes() {
		bound, anyRelease, err := version.AppendBound([]byte("before"), s, "\x00")
		if string(bound) != "before" || anyRelease || !errors.Is(err, version.ErrInvalid) {
			t.Errorf("AppendBound(before, %s, %q) = %q, %v, %v, want before, false and ErrInvalid", s, "\x00", bound, anyRelease, err)
		}
	}
}
