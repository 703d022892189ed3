package store

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/osv"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// Rows of random content judge as their unpacked form says.
func TestPackedRoundTrip(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7))
	for range 2000 {
		r := randomRow(random)
		key := []byte{byte(1 + random.IntN(8))}
		s := subject{version: "1.0.0", maven: true, key: key}
		got, err := judge(appendRow(nil, &r), &s, nil)
		if err != nil {
			t.Fatalf("judge of the row %+v: %v", r, err)
		}
		semver, err := version.Semver.AppendKey(nil, s.version)
		if err != nil {
			t.Fatal(err)
		}
		var want []vuln.Hit
		h := vuln.Hit{Advisory: r.id, IDs: r.vulnerabilities, Status: r.status, Severity: r.severity, SeveritySource: r.source}
		if i := slices.IndexFunc(r.compiled.Intervals, func(i osv.Interval) bool { return i.Holds(version.Maven, s.version, key) }); i >= 0 {
			h.Fixed = r.compiled.Intervals[i].Fixed
			want = append(want, h)
		} else if i := slices.IndexFunc(r.compiled.SemVer, func(i osv.Interval) bool { return i.Holds(version.Semver, s.version, semver) }); i >= 0 {
			h.Fixed = r.compiled.SemVer[i].Fixed
			want = append(want, h)
		} else if r.compiled.Unjudged != "" {
			h.Err = errors.New(r.compiled.Unjudged)
			want = append(want, h)
		}
		for i := range want {
			if want[i].Err == nil && want[i].Status == vuln.StatusUnknown {
				want[i].Status = vuln.StatusAffected
				if want[i].Fixed != "" {
					want[i].Status = vuln.StatusFixed
				}
			}
		}
		sameText := cmp.Comparer(func(a, b error) bool { return (a == nil) == (b == nil) && (a == nil || a.Error() == b.Error()) })
		if diff := cmp.Diff(want, got, sameText); diff != "" {
			t.Fatalf("judge of %+v for %x (-want +got):\n%s", r, key, diff)
		}
	}
}

func randomRow(random *rand.Rand) row {
	word := func() string { return strings.Repeat(string(rune('a'+random.IntN(26))), 1+random.IntN(200)) }
	r := row{
		id:       "TEST-CVE-" + word(),
		status:   vuln.Status(random.IntN(int(vuln.StatusEndOfLife) + 1)),
		modular:  random.IntN(4) == 0,
		severity: severity.Level(random.IntN(int(severity.Critical) + 1)),
	}
	if r.severity != severity.Unknown {
		r.source = word()
	}
	if r.modular {
		r.modules = [][]string{nil, {"m:1"}, {word(), "m:1"}}[random.IntN(3)]
	}
	r.vulnerabilities = [][]string{{r.id}, {r.id[5:]}, {word()}, {"CVE-1", r.id[5:], ""}}[random.IntN(4)]
	spans := func() (list []osv.Interval) {
		for range random.IntN(3) {
			var i osv.Interval
			if random.IntN(3) > 0 {
				i.Lower = []byte{byte(1 + random.IntN(4))}
			}
			if random.IntN(3) > 0 {
				i.Upper, i.UpperInclusive = []byte{byte(4 + random.IntN(4))}, random.IntN(2) == 0
			}
			i.AnyRelease = random.IntN(2) == 0
			if i.Lower != nil {
				i.LowerText = "1.0"
			}
			if i.Upper != nil {
				i.UpperText = []string{word(), "1.x-2"}[random.IntN(2)] // the second is ambiguous
				if random.IntN(2) == 0 {
					i.Fixed = i.UpperText
				}
			}
			list = append(list, i)
		}
		return list
	}
	r.compiled = osv.Compiled{Intervals: spans(), SemVer: spans()}
	if random.IntN(2) == 0 {
		r.compiled.Unjudged = word()
	}
	return r
}

func TestPackedDamage(t *testing.T) {
	t.Parallel()
	whole := seedRow()
	s := subject{version: "1", key: []byte{1}}
	if hits, err := judge(whole, &s, nil); err != nil || len(hits) != 1 {
		t.Fatalf("judge of the whole row = %v, %v, want a hit", hits, err)
	}
	for n := 1; n < len(whole); n++ {
		if hits, err := judge(whole[:n], &s, nil); !errors.Is(err, ErrDamaged) || hits != nil {
			t.Errorf("judge of the first %d of %d bytes = %v, %v, want ErrDamaged", n, len(whole), hits, err)
		}
	}
	for _, row := range []struct {
		name string
		data []byte
	}{
		{"empty row", []byte{0}},
		{"length beyond the end", []byte{9, 0}},
		{"length that overflows", []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
		{"more modules than bytes", []byte{3, isModule, 0x7f, 0}},
		{"module cut short", []byte{4, isModule, 1, 9, 'n'}},
		{"severity above critical", []byte{3, 5 << 3, 0, 0}},
		{"more intervals than bytes", []byte{3, 0, 0x7f, 0}},
		{"no ids", []byte{5, isUnjudged, 0, 1, 'A', 0}},
		{"id longer than the advisory's", []byte{6, isUnjudged, 0, 1, 'A', 1, 2<<1 | 1}},
	} {
		if hits, err := judge(row.data, &s, nil); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: judge = %v, %v, want ErrDamaged", row.name, hits, err)
		}
	}
}

// seedRow is a row with one of everything.
func seedRow() []byte {
	return appendRow(nil, &row{
		id: "TEST-CVE-2024-0001", vulnerabilities: []string{"CVE-2024-0001", "CVE-2024-0002"},
		status: vuln.StatusWillNotFix, severity: severity.High,
		compiled: osv.Compiled{
			Intervals: []osv.Interval{{Interval: version.Interval{Lower: []byte{1}, Upper: []byte{2}}, LowerText: "1", UpperText: "2", Fixed: "2"}},
			SemVer:    []osv.Interval{{Interval: version.Interval{Upper: []byte{3}, UpperInclusive: true}}},
		},
	})
}

func FuzzPacked(f *testing.F) {
	f.Add(seedRow(), "1.0.0")
	f.Add(append(seedRow(), seedRow()...), "1:2-3")
	f.Add(appendRow(nil, &row{id: "T", vulnerabilities: []string{"T"}, compiled: osv.Compiled{Unjudged: "why"}}), "")
	f.Add(appendRow(nil, &row{id: "T", vulnerabilities: []string{"T"}, modular: true, modules: []string{"m:1"}}), "")
	f.Add([]byte{6, isUnjudged, 0, 1, 'A', 1, 1<<1 | 1}, "x")
	f.Fuzz(func(t *testing.T, value []byte, v string) {
		hits, err := judge(value, &subject{version: v, key: []byte(v)}, nil)
		if err != nil && (!errors.Is(err, ErrDamaged) || hits != nil) {
			t.Errorf("judge(%x) = %v, %v, want ErrDamaged and no hits", value, hits, err)
		}
		for _, h := range hits {
			if len(h.IDs) == 0 || h.Status > vuln.StatusEndOfLife || h.Severity > severity.Critical {
				t.Errorf("judge(%x): the hit %+v", value, h)
			}
		}
		unpackDetails("T", value)
	})
}

func TestDetailsRoundTrip(t *testing.T) {
	t.Parallel()
	p, err := newDetailsPacker()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []vuln.Advisory{
		{ID: "T"},
		{
			ID: "T", Aliases: []string{"A", "B"}, Upstream: []string{"U"}, Related: []string{"R"}, Title: "title", Description: strings.Repeat("long ", 10000),
			Ratings:    []vuln.Rating{{Type: "CVSS_V2", Vector: "AV", Score: 4.3, Level: severity.Medium}, {Type: "Ubuntu", Vector: "untriaged"}},
			References: []string{"https://example.org"}, Published: built, Modified: built.Add(time.Nanosecond), Source: "Debian",
		},
	} {
		packed, err := p.pack(&want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unpackDetails("T", packed)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("details, %v (-want +got):\n%s", err, diff)
		}
		for _, bad := range [][]byte{nil, packed[:len(packed)/2], []byte("junk")} {
			if a, err := unpackDetails("T", bad); !errors.Is(err, ErrDamaged) {
				t.Errorf("unpackDetails(%.20x) = %+v, %v, want ErrDamaged", bad, a, err)
			}
		}
	}
}
