package osv

import (
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// holds compiles one range and asks it for v.
func holds(t *testing.T, s version.Scheme, v string, events ...Event) bool {
	t.Helper()
	c := Compile(&Affected{Ranges: []Range{{Type: "ECOSYSTEM", Events: events}}}, s)
	if c.Unjudged != "" {
		t.Fatalf("Compile(%v) is unjudged: %s", events, c.Unjudged)
	}
	key, err := s.AppendKey(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range c.Intervals {
		if i.Holds(s, v, key) {
			return true
		}
	}
	return false
}

// A bound of an rpm version without a release means any release.
func TestBoundsWithoutRelease(t *testing.T) {
	t.Parallel()
	begin := Event{Introduced: "0"}
	for _, tt := range []struct {
		v      string
		events []Event
		want   bool
	}{
		{"1.2-9.el9", []Event{begin, {Fixed: "1.2"}}, false},
		{"1.1-9.el9", []Event{begin, {Fixed: "1.2"}}, true},
		{"1.2-9.el9", []Event{begin, {LastAffected: "1.2"}}, true},
		{"1.2.1-1.el9", []Event{begin, {LastAffected: "1.2"}}, false},
		{"1.2-9.el9", []Event{begin, {LastAffected: "1.2-8.el9"}}, false},
		{"1.2-1.el9", []Event{{Introduced: "1.2"}, {Fixed: "1.3-1"}}, true},
		{"1.1-1.el9", []Event{{Introduced: "1.2"}, {Fixed: "1.3-1"}}, false},
		{"1.3-1.el9", []Event{{Introduced: "1.2"}, {LastAffected: "1.3"}}, true},
		{"1.2-1.el9", []Event{{Introduced: "1.2"}, {LastAffected: "1.2"}}, true},
		{"1.5-1.el9", []Event{begin, {LastAffected: "1.2"}, {Introduced: "1.4"}, {LastAffected: "1.5"}}, true},
	} {
		if got := holds(t, version.RPM, tt.v, tt.events...); got != tt.want {
			t.Errorf("%s in %v = %v, want %v", tt.v, tt.events, got, tt.want)
		}
	}
}

// Nor does one of Bitnami without a revision leave any out.
func TestBoundsWithoutRevision(t *testing.T) {
	t.Parallel()
	begin := Event{Introduced: "0"}
	for _, tt := range []struct {
		v      string
		events []Event
		want   bool
	}{
		{"4.1.0-3", []Event{begin, {LastAffected: "4.1.0"}}, true},
		{"4.1.0-rc1", []Event{begin, {LastAffected: "4.1.0"}}, true},
		{"4.1.0-rc1", []Event{begin, {Fixed: "4.1.0"}}, true},
		{"4.1.0-3", []Event{begin, {Fixed: "4.1.0"}}, false},
		{"4.1.0-3", []Event{begin, {Fixed: "4.1.0-4"}}, true},
		{"4.1.1", []Event{begin, {LastAffected: "4.1.0"}}, false},
	} {
		if got := holds(t, version.Bitnami, tt.v, tt.events...); got != tt.want {
			t.Errorf("%s in %v = %v, want %v", tt.v, tt.events, got, tt.want)
		}
	}
}

// Near a bound that Maven's own order sees otherwise, either order is enough.
func TestMavenBounds(t *testing.T) {
	t.Parallel()
	const a, b = "1.0.rc-1", "1-1" // Maven: 1 < 1-1 < 1.0.rc-1; the key: 1.0.rc-1 < 1 < 1-1
	if key, ref := version.Maven.Compare(a, b), version.MavenReferenceCompare(a, b); key >= 0 || ref <= 0 {
		t.Fatalf("the orders of %s and %s are %d and %d, want them to differ", a, b, key, ref)
	}
	begin := Event{Introduced: "0"}
	for _, tt := range []struct {
		v      string
		events []Event
		want   bool
	}{
		{a, []Event{begin, {Fixed: b}}, true},                // by the key
		{b, []Event{begin, {Fixed: a}}, true},                // by Maven
		{b, []Event{begin, {LastAffected: a}}, true},         // by Maven
		{a, []Event{{Introduced: b}, {Fixed: "2"}}, true},    // by Maven
		{b, []Event{{Introduced: a}, {Fixed: "2"}}, true},    // by the key
		{"3", []Event{{Introduced: b}, {Fixed: "2"}}, false}, // nothing is ambiguous
		{"3", []Event{{Introduced: a}, {Fixed: "2"}}, false}, // nor does it help here
		{"0.9", []Event{{Introduced: a}}, false},             // before both
		{"2.0-beta-1", []Event{begin, {Fixed: "2.0"}}, true}, // a pre-release
		{"2.0.Final", []Event{begin, {LastAffected: "2.0"}}, true},
	} {
		if got := holds(t, version.Maven, tt.v, tt.events...); got != tt.want {
			t.Errorf("%s in %v = %v, want %v", tt.v, tt.events, got, tt.want)
		}
	}
	for _, s := range []version.Scheme{version.Deb, version.Semver} {
		c := Compile(&Affected{Ranges: []Range{{Type: "ECOSYSTEM", Events: []Event{begin, {Fixed: "1.0.0"}}}}}, s)
		if i := c.Intervals[0]; i.LowerText != "" || i.UpperText != "1.0.0" || i.AnyRelease {
			t.Errorf("an interval of %s is %+v, want its bound spelled and no flag", s, i)
		}
	}
}
