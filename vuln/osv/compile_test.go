package osv

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// ladder are the versions that TestCompile judges, in the order of deb. Where
// they are semantic versions as well that order is the same.
var ladder = []string{"0.9", "1.0.0", "1.0.1", "1.5.0", "1.5.1", "2.0.0", "2.1.0", "3.0.0"}

func TestCompile(t *testing.T) {
	t.Parallel()
	ecosystem := func(events string) string {
		return `{"ranges": [{"type": "ECOSYSTEM", "events": ` + events + `}]}`
	}
	for _, row := range []struct {
		name     string
		affected string
		want     string // the versions of the ladder that are affected, each with "<fixed"
		unjudged string // a part of the reason
	}{
		{"fixed", ecosystem(`[{"introduced": "1.0.0"}, {"fixed": "1.5.0"}]`), "1.0.0<1.5.0 1.0.1<1.5.0", ""},
		{"introduced at zero", ecosystem(`[{"introduced": "0"}, {"fixed": "1.0.1"}]`), "0.9<1.0.1 1.0.0<1.0.1", ""},
		{"zero is before zero", ecosystem(`[{"introduced": "0"}, {"fixed": "0"}]`), "", ""},
		{"not fixed", ecosystem(`[{"introduced": "2.0.0"}]`), "2.0.0 2.1.0 3.0.0", ""},
		{"every version", ecosystem(`[{"introduced": "0"}]`), strings.Join(ladder, " "), ""},
		{"last affected is in", ecosystem(`[{"introduced": "1.0.1"}, {"last_affected": "1.5.0"}]`), "1.0.1 1.5.0", ""},
		{"one version", ecosystem(`[{"introduced": "1.5.0"}, {"last_affected": "1.5.0"}]`), "1.5.0", ""},
		{"no version", ecosystem(`[{"introduced": "1.5.0"}, {"fixed": "1.5.0"}]`), "", ""},
		{"two pairs", ecosystem(`[{"introduced": "0"}, {"fixed": "1.0.0"}, {"introduced": "1.5.0"}, {"fixed": "2.0.0"}]`), "0.9<1.0.0 1.5.0<2.0.0 1.5.1<2.0.0", ""},
		{"unsorted", ecosystem(`[{"fixed": "2.0.0"}, {"introduced": "1.5.0"}, {"fixed": "1.0.0"}, {"introduced": "0"}]`), "0.9<1.0.0 1.5.0<2.0.0 1.5.1<2.0.0", ""},
		{"fixed and broken again at once", ecosystem(`[{"introduced": "1.0.0"}, {"fixed": "1.5.0"}, {"introduced": "1.5.0"}, {"fixed": "2.0.0"}]`),
			"1.0.0<2.0.0 1.0.1<2.0.0 1.5.0<2.0.0 1.5.1<2.0.0", ""},
		{"introduced twice", ecosystem(`[{"introduced": "1.0.0"}, {"introduced": "1.0.1"}, {"fixed": "1.5.0"}]`), "1.0.0<1.5.0 1.0.1<1.5.0", ""},
		{"first fix counts", ecosystem(`[{"introduced": "1.0.0"}, {"fixed": "1.0.1"}, {"fixed": "1.5.0"}]`), "1.0.0<1.0.1", ""},
		{"limit", ecosystem(`[{"introduced": "1.0.0"}, {"limit": "1.5.0"}]`), "1.0.0 1.0.1", ""},
		{"highest of two limits", ecosystem(`[{"introduced": "1.0.0"}, {"limit": "1.5.0"}, {"limit": "1.0.1"}]`), "1.0.0 1.0.1", ""},
		{"limit above the fix", ecosystem(`[{"introduced": "1.0.0"}, {"fixed": "1.0.1"}, {"limit": "2.0.0"}]`), "1.0.0<1.0.1", ""},
		{"limit below the fix", ecosystem(`[{"introduced": "1.0.0"}, {"fixed": "2.0.0"}, {"limit": "1.0.1"}]`), "1.0.0", ""},
		{"limit at the fix", ecosystem(`[{"introduced": "1.0.0"}, {"fixed": "1.0.1"}, {"limit": "1.0.1"}]`), "1.0.0<1.0.1", ""},
		{"limit at the last", ecosystem(`[{"introduced": "1.0.0"}, {"last_affected": "1.0.1"}, {"limit": "1.0.1"}]`), "1.0.0", ""},
		{"limit below all", ecosystem(`[{"introduced": "1.0.0"}, {"limit": "1.0.0"}]`), "", ""},
		{"no limit", ecosystem(`[{"introduced": "2.1.0"}, {"limit": "1.0.0"}, {"limit": "*"}]`), "2.1.0 3.0.0", ""},
		{"two ranges", `{"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2.1.0"}]}, {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0.0"}]}]}`,
			"0.9<1.0.0 2.1.0 3.0.0", ""},
		{"ranges that overlap", `{"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0.0"}, {"fixed": "1.5.0"}]}, {"type": "ECOSYSTEM", "events": [{"introduced": "1.0.1"}, {"fixed": "1.5.1"}]}]}`,
			"1.0.0<1.5.1 1.0.1<1.5.1 1.5.0<1.5.1", ""},
		{"ranges that meet", `{"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.5.0"}, {"fixed": "1.5.1"}]}, {"type": "ECOSYSTEM", "events": [{"introduced": "1.0.1"}, {"fixed": "1.5.0"}]}]}`,
			"1.0.1<1.5.1 1.5.0<1.5.1", ""},
		{"a range inside", `{"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0.0"}]}, {"type": "ECOSYSTEM", "events": [{"introduced": "1.0.1"}, {"fixed": "1.5.0"}]}]}`,
			"1.0.0 1.0.1 1.5.0 1.5.1 2.0.0 2.1.0 3.0.0", ""},
		{"one end, fixed and not", `{"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0.0"}, {"limit": "1.0.1"}]}, {"type": "ECOSYSTEM", "events": [{"introduced": "1.0.0"}, {"fixed": "1.0.1"}]}]}`,
			"1.0.0<1.0.1", ""},
		{"one end, in and out", `{"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0.0"}, {"last_affected": "1.0.1"}]}, {"type": "ECOSYSTEM", "events": [{"introduced": "1.0.0"}, {"fixed": "1.0.1"}]}]}`,
			"1.0.0 1.0.1", ""},
		{"versions", `{"versions": ["2.0.0", "1.0.0", "2.0.0"]}`, "1.0.0 2.0.0", ""},
		{"versions by rank", `{"versions": ["01.0.0-0"]}`, "1.0.0", ""},
		{"versions or range", `{"versions": ["3.0.0", "1.0.0"], "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0.0"}, {"fixed": "1.0.1"}]}]}`, "1.0.0<1.0.1 3.0.0", ""},
		{"fixed version listed", `{"versions": ["1.0.1"], "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0.0"}, {"fixed": "1.0.1"}]}]}`, "1.0.0 1.0.1", ""},
		{"a listed word equals nothing", `{"versions": ["jammy_1", "1.0.0"]}`, "1.0.0", ""},
		{"only listed words", `{"versions": ["jammy_1"]}`, "", "none of the listed versions is a deb version"},
		{"semver", `{"ranges": [{"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"fixed": "1.5.0"}]}]}`, "1.0.0<1.5.0 1.0.1<1.5.0", ""},
		{"commits beside versions", `{"versions": ["1.0.0"], "ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}`, "1.0.0", ""},
		{"commits beside a range", `{"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}, {"type": "ECOSYSTEM", "events": [{"introduced": "3.0.0"}]}]}`, "3.0.0", ""},

		{"only commits", `{"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}`, "", "only commit ranges"},
		{"nothing said", `{}`, "", "neither ranges nor versions"},
		{"unknown type", `{"ranges": [{"type": "PHASE", "events": [{"introduced": "0"}]}]}`, "", `unknown type "PHASE"`},
		{"unknown type beside a range", `{"ranges": [{"type": "", "events": []}, {"type": "ECOSYSTEM", "events": [{"introduced": "3.0.0"}]}]}`, "3.0.0", `unknown type ""`},
		{"no events", ecosystem(`[]`), "", "without an introduced event"},
		{"never introduced", ecosystem(`[{"fixed": "1.0.0"}]`), "", "without an introduced event"},
		{"only a limit", ecosystem(`[{"limit": "*"}]`), "", "without an introduced event"},
		{"two versions in an event", ecosystem(`[{"introduced": "0", "fixed": "1.0.0"}]`), "", "more than one version"},
		{"no version in an event", ecosystem(`[{"introduced": "0"}, {}]`), "", "without a version"},
		{"bound without order", ecosystem(`[{"introduced": "0"}, {"fixed": "1.0_1"}]`), "", `invalid deb version "1.0_1"`},
		{"limit without order", ecosystem(`[{"introduced": "0"}, {"limit": "1.*"}]`), "", `invalid deb version "1.*"`},
		{"bound without order beside a range", `{"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "?"}]}, {"type": "ECOSYSTEM", "events": [{"introduced": "3.0.0"}]}]}`,
			"3.0.0", `invalid deb version "?"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := affected(t, row.affected)
			c := Compile(a, version.Deb)
			checkApart(t, c.Intervals)
			checkApart(t, c.SemVer)
			var got []string
			for _, v := range ladder {
				if fixed, ok := find(t, &c, version.Deb, v); ok {
					if fixed != "" {
						v += "<" + fixed
					}
					got = append(got, v)
				}
			}
			if diff := cmp.Diff(row.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("affected versions (-want +got):\n%s", diff)
			}
			if row.unjudged == "" && c.Unjudged != "" || !strings.Contains(c.Unjudged, row.unjudged) {
				t.Errorf("Unjudged = %q, want %q", c.Unjudged, row.unjudged)
			}
		})
	}
}

func TestCompileWithoutOrder(t *testing.T) {
	t.Parallel()
	a := affected(t, `{"package": {"ecosystem": "Nowhere:1"}, "versions": ["1"], "ranges": [
		{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}, {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.0"}]}]}`)
	c := Compile(a, nil)
	if c.Unjudged != "no version order for Nowhere:1" || len(c.Intervals) != 0 || len(c.SemVer) != 1 {
		t.Errorf("Compile without a scheme = %+v, want the semver range and the reason", c)
	}
	c = Compile(affected(t, `{"package": {"ecosystem": "Nowhere"}, "versions": ["1"]}`), nil)
	if c.Unjudged != "no version order for Nowhere" {
		t.Errorf("Compile of versions without a scheme: Unjudged = %q", c.Unjudged)
	}
}

// A range of type SEMVER is judged by semver also where the ecosystem orders
// otherwise: 1.0.0-1 is before 1.0.0 in semver and after it in deb.
func TestCompileSemverInDeb(t *testing.T) {
	t.Parallel()
	a := affected(t, `{"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.0"}]}]}`)
	c := Compile(a, version.Deb)
	if _, ok := find(t, &c, version.Deb, "1.0.0-1"); !ok || len(c.Intervals) != 0 {
		t.Errorf("Compile = %+v, want 1.0.0-1 affected by semver keys", c)
	}
	c = Compile(a, version.Semver)
	if len(c.SemVer) != 0 || len(c.Intervals) != 1 {
		t.Errorf("Compile for a semver ecosystem = %+v, want keys of its own scheme", c)
	}
}

// naive is the schema's algorithm for one version.
func naive(a *Affected, scheme version.Scheme, v string) bool {
	for _, listed := range a.Versions {
		if scheme.Compare(v, listed) == 0 {
			return true
		}
	}
	for _, r := range a.Ranges {
		limited, below := false, false
		for _, e := range r.Events {
			if e.Limit != "" {
				limited = true
				below = below || e.Limit == "*" || scheme.Compare(v, e.Limit) < 0
			}
		}
		if limited && !below {
			continue
		}
		// The loop below passes over limits, and "*" has no place in the order.
		events := slices.DeleteFunc(slices.Clone(r.Events), func(e Event) bool { return e.Limit != "" })
		text := func(e Event) string { return e.Introduced + e.Fixed + e.LastAffected }
		slices.SortStableFunc(events, func(a, b Event) int {
			switch {
			case a.Introduced == "0" && b.Introduced == "0":
				return 0
			case a.Introduced == "0":
				return -1
			case b.Introduced == "0":
				return +1
			}
			return scheme.Compare(text(a), text(b))
		})
		vulnerable := false
		for _, e := range events {
			switch {
			case e.Introduced != "" && (e.Introduced == "0" || scheme.Compare(v, e.Introduced) >= 0):
				vulnerable = true
			case e.Fixed != "" && scheme.Compare(v, e.Fixed) >= 0:
				vulnerable = false
			case e.LastAffected != "" && scheme.Compare(v, e.LastAffected) > 0:
				vulnerable = false
			}
		}
		if vulnerable {
			return true
		}
	}
	return false
}

func TestCompileIsTheSchema(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		scheme   version.Scheme
		kind     string
		versions []string
	}{
		{version.Deb, "ECOSYSTEM", []string{"0~", "0", "0.1", "1~rc1", "1", "1-0", "1-1", "1-1+b1", "1.0", "1.00", "1:0", "1:1~~", "1:1~", "1:1"}},
		{version.APK, "ECOSYSTEM", []string{"0", "0.1", "1_alpha", "1_rc1", "1", "1-r0", "1-r1", "1.0", "1.0a", "1.0_p1", "1.1-r10"}},
		{version.Semver, "SEMVER", []string{"0.0.0-0", "0.0.0", "0.1.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-rc.1", "1.0.0", "1.0.0+b", "1.0.1", "2.0.0"}},
	} {
		t.Run(row.scheme.String(), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(4, 2))
			pick := func() string { return row.versions[random.IntN(len(row.versions))] }
			hits := 0
			for range 5000 {
				a := randomAffected(random, row.kind, pick)
				c := Compile(a, row.scheme)
				if c.Unjudged != "" {
					t.Fatalf("Compile(%+v).Unjudged = %q", a, c.Unjudged)
				}
				checkApart(t, c.Intervals)
				for _, v := range row.versions {
					fixed, got := find(t, &c, row.scheme, v)
					if want := naive(a, row.scheme, v); got != want {
						t.Fatalf("%+v: %s affected = %t, want %t", a, v, got, want)
					}
					if !got {
						continue
					}
					hits++
					if fixed == "" {
						continue
					}
					for _, w := range row.versions {
						inside := row.scheme.Compare(v, w) <= 0 && row.scheme.Compare(w, fixed) < 0
						if inside != naive(a, row.scheme, w) && (inside || row.scheme.Compare(w, fixed) == 0) {
							t.Fatalf("%+v: %s is said to be fixed in %s, but %s speaks against it", a, v, fixed, w)
						}
					}
				}
			}
			if hits == 0 {
				t.Error("no version was ever affected: the test tests nothing")
			}
		})
	}
}

func randomAffected(random *rand.Rand, kind string, pick func() string) *Affected {
	a := &Affected{}
	for range 1 + random.IntN(3) {
		r := Range{Type: kind, Events: []Event{{Introduced: "0"}}}
		if random.IntN(2) == 0 {
			r.Events[0].Introduced = pick()
		}
		for range random.IntN(6) {
			switch random.IntN(8) {
			case 0, 1, 2:
				r.Events = append(r.Events, Event{Introduced: pick()})
			case 3, 4:
				r.Events = append(r.Events, Event{Fixed: pick()})
			case 5, 6:
				r.Events = append(r.Events, Event{LastAffected: pick()})
			case 7:
				r.Events = append(r.Events, Event{Limit: []string{pick(), "*"}[random.IntN(10)/9]})
			}
		}
		random.Shuffle(len(r.Events), func(i, j int) { r.Events[i], r.Events[j] = r.Events[j], r.Events[i] })
		a.Ranges = append(a.Ranges, r)
	}
	for range random.IntN(3) {
		a.Versions = append(a.Versions, pick())
	}
	return a
}

// find looks v up in both lists of c.
func find(t *testing.T, c *Compiled, scheme version.Scheme, v string) (fixed string, ok bool) {
	t.Helper()
	for _, list := range []struct {
		spans  []Interval
		scheme version.Scheme
	}{{c.Intervals, scheme}, {c.SemVer, version.Semver}} {
		if len(list.spans) == 0 {
			continue
		}
		key, err := list.scheme.AppendKey(nil, v)
		if err != nil {
			continue // 0.9 and its like are no semantic versions
		}
		for _, i := range list.spans {
			if i.Contains(key) {
				return i.Fixed, true
			}
		}
	}
	return "", false
}

// checkApart fails unless the intervals are sorted, not empty, and leave a gap
// between them.
func checkApart(t *testing.T, list []Interval) {
	t.Helper()
	for i, v := range list {
		if c := bytes.Compare(v.Lower, v.Upper); v.Upper != nil && (c > 0 || c == 0 && !v.UpperInclusive) {
			t.Errorf("interval %d of %v is empty", i, list)
		}
		if i > 0 && (list[i-1].Upper == nil || bytes.Compare(list[i-1].Upper, v.Lower) >= 0) {
			t.Errorf("intervals %d and %d of %v touch", i-1, i, list)
		}
	}
}

func affected(t *testing.T, text string) *Affected {
	t.Helper()
	a := &Affected{}
	if err := json.Unmarshal([]byte(text), a); err != nil {
		t.Fatal(err)
	}
	return a
}

func BenchmarkCompile(b *testing.B) {
	a := &Affected{Package: Package{Ecosystem: vuln.Ecosystem("Debian:12"), Name: "harbour"},
		Ranges: []Range{{Type: "ECOSYSTEM", Events: []Event{{Introduced: "0"}, {Fixed: "1:1.2.3-4+deb12u1"}}}}}
	b.ReportAllocs()
	for b.Loop() {
		if c := Compile(a, version.Deb); len(c.Intervals) != 1 {
			b.Fatal(fmt.Sprint(c))
		}
	}
}
