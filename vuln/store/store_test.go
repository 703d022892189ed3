package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

// built is the build time of test databases.
var built = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

// fixture builds the records of testdata and returns the file.
func fixture(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "test.db")
	if _, err := Build(tb.Context(), path, []string{"testdata/osv"}, BuildOptions{Built: built}); err != nil {
		tb.Fatal(err)
	}
	return path
}

const largeRecords = 100

func largeName(i int) string { return fmt.Sprintf("ship-%04d", i*37%largeRecords) }

// large builds a database whose buckets have pages of their own.
func large(tb testing.TB) string {
	tb.Helper()
	records := make(map[string]string)
	for i := range largeRecords {
		records[fmt.Sprintf("%d.json", i)] = fmt.Sprintf(`{"id": "TEST-2024-%04d", "details": "%x", "affected": [
			{"package": {"ecosystem": "Debian:12", "name": %q}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9:%d"}]}]}]}`,
			i, sha256.Sum256([]byte{byte(i)}), largeName(i), i)
	}
	dir := tb.TempDir()
	in, out := filepath.Join(dir, "large.zip"), filepath.Join(dir, "large.db")
	writeZip(tb, in, records)
	if _, err := Build(tb.Context(), out, []string{in}, BuildOptions{Built: built}); err != nil {
		tb.Fatal(err)
	}
	return out
}

func open(tb testing.TB, path string) *DB {
	tb.Helper()
	db, err := Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

func pkg(os vuln.OS, name, version string) *vuln.Package {
	p := &vuln.Package{Type: vuln.TypeDeb, Name: "lib" + name, Version: "9", SourceName: name, SourceVersion: version}
	if os.Family == vuln.Alpine {
		p.Type = vuln.TypeAPK
	}
	return p
}

func lookUp(db *DB, os vuln.OS, name, version string) ([]vuln.Hit, error) {
	var hits []vuln.Hit
	err := db.Affected(context.Background(), os, pkg(os, name, version), func(h vuln.Hit) bool {
		hits = append(hits, h)
		return true
	})
	return hits, err
}

// line writes a hit down for comparison.
func line(h vuln.Hit) string {
	s := fmt.Sprint(h.Advisory, " ", h.IDs, " ", h.Status, " ", h.Severity)
	if h.Fixed != "" {
		s += " <" + h.Fixed
	}
	if h.Err != nil {
		s += " unjudged"
	}
	return s
}

func TestAffected(t *testing.T) {
	t.Parallel()
	db := open(t, fixture(t))
	bookworm := vuln.OS{Family: vuln.Debian, Version: "12.5"}
	bullseye := vuln.OS{Family: vuln.Debian, Version: "11"}
	const (
		overflow = "TEST-2024-0001 [CVE-2024-90001 CVE-2024-90002] fixed CRITICAL <"
		endless  = "DEBIAN-CVE-2024-90003 [CVE-2024-90003] end_of_life UNKNOWN"
		docked   = "DEBIAN-CVE-2024-90003 [CVE-2024-90003] affected MEDIUM"
		every    = "TEST-2023-0004 [TEST-2023-0004] affected UNKNOWN"
		unjudged = "TEST-2024-0003 [TEST-2024-0003] unknown UNKNOWN unjudged"
	)
	for _, row := range []struct {
		name    string
		os      vuln.OS
		source  string
		version string
		want    []string
	}{
		{"below the fix", bookworm, "harbour", "1.2-3", []string{endless, overflow + "1.2-3+deb12u1"}},
		{"at the fix", bookworm, "harbour", "1.2-3+deb12u1", []string{endless}},
		{"another release, first range", bullseye, "harbour", "1.1-1", []string{overflow + "1.1-2"}},
		{"another release, between", bullseye, "harbour", "1.1-2", nil},
		{"another release, second range", bullseye, "harbour", "1.4-0", []string{overflow + "1.5"}},
		{"another release, before", bullseye, "harbour", "1.0~", nil},
		// One of the two equal entries of 90003, the bound of 0003 that has no
		// order, and 0004, which is about every release of Debian.
		{"all kinds", bookworm, "quay", "2:1.0-1", []string{docked, every, unjudged}},
		{"judged beside unjudged", bookworm, "quay", "3:0", []string{"TEST-2024-0003 [TEST-2024-0003] fixed UNKNOWN <3:1"}},
		{"every release", bullseye, "quay", "2:1.0-1", []string{every}},
		{"not of every release", bullseye, "quay", "2:1.0-2", nil},
		{"semver in Debian", bookworm, "beacon", "1.0.0-1", []string{"TEST-2023-0004 [TEST-2023-0004] fixed UNKNOWN <1.0.0"}},
		{"semver in Debian, fixed", bookworm, "beacon", "1.0.0", nil},
		{"semver in Debian, no semver", bookworm, "beacon", "1:1.0.0", []string{"TEST-2023-0004 [TEST-2023-0004] unknown UNKNOWN unjudged"}},
		{"unknown package", bookworm, "harbou", "1", nil},
		{"LTS", vuln.OS{Family: vuln.Ubuntu, Version: "22.04"}, "harbour", "1", []string{"TEST-2024-0101 [CVE-2024-90101] will_not_fix LOW"}},
		{"LTS not yet marked", vuln.OS{Family: vuln.Ubuntu, Version: "26.04"}, "harbour", "1", []string{"TEST-2024-0101 [CVE-2024-90101] fixed LOW <1.3-1ubuntu2"}},
		{"interim release", vuln.OS{Family: vuln.Ubuntu, Version: "24.10"}, "harbour", "1", []string{"TEST-2024-0101 [CVE-2024-90101] fix_deferred LOW"}},
		// The row under Alpine alone is another distribution's.
		{"Alpine", vuln.OS{Family: vuln.Alpine, Version: "3.19.1"}, "harbour", "1.2.0-r2", []string{"TEST-2024-0201 [CVE-2024-90201] fixed UNKNOWN <1.2.0-r3"}},
		{"Alpine, fixed", vuln.OS{Family: vuln.Alpine, Version: "3.19.1"}, "harbour", "1.2.0-r3", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			hits, err := lookUp(db, row.os, row.source, row.version)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range hits {
				got = append(got, line(h))
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("Affected(%s, %s %s) (-want +got):\n%s", row.os, row.source, row.version, diff)
			}
		})
	}
}

// What keeps an advisory from being judged is told: the publisher's bound, or
// the installed version.
func TestAffectedReasons(t *testing.T) {
	t.Parallel()
	db := open(t, fixture(t))
	for _, row := range []struct{ source, version, want string }{
		{"quay", "9:1", `a range bound: invalid deb version "1.0_2"`},
		{"beacon", "1:1.0.0", `invalid semver version "1:1.0.0"`},
	} {
		hits, err := lookUp(db, vuln.OS{Family: vuln.Debian, Version: "12"}, row.source, row.version)
		if err != nil || len(hits) != 1 || hits[0].Err == nil || !strings.HasPrefix(hits[0].Err.Error(), row.want) {
			t.Errorf("Affected(%s %s) = %v, %v, want one hit with the reason %q", row.source, row.version, hits, err, row.want)
		}
	}
}

func TestAffectedErrors(t *testing.T) {
	t.Parallel()
	db := open(t, fixture(t))
	for _, row := range []struct {
		name    string
		os      vuln.OS
		version string
		want    error
		text    string
	}{
		{"release", vuln.OS{Family: vuln.Debian, Version: "13"}, "1", vuln.ErrNoAdvisories, "Debian:13"},
		{"LTS release", vuln.OS{Family: vuln.Ubuntu, Version: "20.04"}, "1", vuln.ErrNoAdvisories, "Ubuntu:20.04:LTS"},
		{"neighbour release", vuln.OS{Family: vuln.Alpine, Version: "3.20"}, "1", vuln.ErrNoAdvisories, "Alpine:v3.20"},
		{"family", vuln.OS{Family: "plan9", Version: "4"}, "1", vuln.ErrNoAdvisories, "plan9"},
		{"version", vuln.OS{Family: vuln.Debian, Version: "12"}, "1_0", version.ErrInvalid, "1_0"},
	} {
		hits, err := lookUp(db, row.os, "harbour", row.version)
		if !errors.Is(err, row.want) || !strings.Contains(fmt.Sprint(err), row.text) || hits != nil {
			t.Errorf("%s: Affected = %v, %v, want an error matching %q with %q", row.name, hits, err, row.want, row.text)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	os := vuln.OS{Family: vuln.Debian, Version: "12"}
	if err := db.Affected(ctx, os, pkg(os, "harbour", "1"), func(vuln.Hit) bool { return true }); !errors.Is(err, context.Canceled) {
		t.Errorf("Affected with a cancelled context = %v", err)
	}
	if _, err := db.Details(ctx, "TEST-2024-0001"); !errors.Is(err, context.Canceled) {
		t.Errorf("Details with a cancelled context = %v", err)
	}
}

func TestAffectedStops(t *testing.T) {
	t.Parallel()
	db := open(t, fixture(t))
	os := vuln.OS{Family: vuln.Debian, Version: "12"}
	calls := 0
	err := db.Affected(t.Context(), os, pkg(os, "harbour", "1"), func(vuln.Hit) bool { calls++; return false })
	if err != nil || calls != 1 {
		t.Errorf("Affected with a yield that stops: %d calls, %v, want 1", calls, err)
	}
	// A panic of the caller's is the caller's.
	defer func() {
		if r := recover(); r != "mine" {
			t.Errorf("recovered %v, want the panic of yield", r)
		}
	}()
	db.Affected(t.Context(), os, pkg(os, "harbour", "1"), func(vuln.Hit) bool { panic("mine") })
}

func TestDetails(t *testing.T) {
	t.Parallel()
	db := open(t, fixture(t))
	got, err := db.Details(t.Context(), "TEST-2024-0001")
	if err != nil {
		t.Fatal(err)
	}
	want := vuln.Advisory{
		ID: "TEST-2024-0001", Upstream: []string{"CVE-2024-90001", "CVE-2024-90002"},
		Title: "harbour: buffer overflow in the mooring parser", Description: "A long mooring line overflows a buffer.",
		Ratings:    []vuln.Rating{{Type: "CVSS_V3", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Score: 9.8, Level: severity.Critical, Source: "debian"}},
		References: []string{"https://example.org/TEST-2024-0001"},
		Published:  time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC), Modified: time.Date(2024, 3, 2, 10, 0, 0, 0, time.UTC),
		Source: "Debian",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Details (-want +got):\n%s", diff)
	}
	for _, id := range []string{"", "TEST-2024", "TEST-2024-0005", strings.Repeat("x", 1<<20)} {
		if a, err := db.Details(t.Context(), id); !errors.Is(err, vuln.ErrNotFound) {
			t.Errorf("Details(%.20q) = %+v, %v, want ErrNotFound", id, a, err)
		}
	}
}

func TestInfo(t *testing.T) {
	t.Parallel()
	db := open(t, fixture(t))
	want := vuln.DatabaseInfo{Schema: Schema, Built: built, Advisories: 7, Ecosystems: []vuln.Ecosystem{
		"Alpine", "Alpine:v3.19", "Debian", "Debian:11", "Debian:12",
		"Ubuntu:22.04:LTS", "Ubuntu:24.10", "Ubuntu:26.04", "Ubuntu:Pro:22.04:LTS", "npm",
	}, Sources: []vuln.DatabaseSource{
		{Name: "Alpine", Stamp: "2024-03-08T00:00:00Z", Records: 1},
		{Name: "Debian", Stamp: "2024-03-06T00:00:00Z", Records: 5},
		{Name: "Ubuntu", Stamp: "2024-03-07T00:00:00Z", Records: 1},
		{Name: "npm", Stamp: "2024-03-09T00:00:00Z", Records: 1},
	}}
	got := db.Info()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Info (-want +got):\n%s", diff)
	}
	got.Ecosystems[0], got.Sources[0].Name = "mine", "mine"
	if diff := cmp.Diff(want, db.Info()); diff != "" {
		t.Errorf("Info after the caller wrote to its slice (-want +got):\n%s", diff)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	db := open(t, fixture(t))
	os := vuln.OS{Family: vuln.Debian, Version: "12"}
	res, err := vuln.Match(t.Context(), db, os, []*vuln.Package{pkg(os, "harbour", "1"), pkg(os, "quay", "1")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range res.Affected {
		got = append(got, fmt.Sprint(a.Package.SourceName, " ", a.ID, " ", a.Advisories))
	}
	for _, u := range res.Unjudged {
		got = append(got, fmt.Sprint(u.Package.SourceName, " ? ", u.Advisory))
	}
	want := []string{
		"harbour CVE-2024-90001 [TEST-2024-0001]", "harbour CVE-2024-90002 [TEST-2024-0001]",
		"harbour CVE-2024-90003 [DEBIAN-CVE-2024-90003]", "quay CVE-2024-90003 [DEBIAN-CVE-2024-90003]",
		"quay ? TEST-2024-0003",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Match (-want +got):\n%s", diff)
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	db := open(t, fixture(t))
	for range 2 {
		if err := db.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if _, err := lookUp(db, vuln.OS{Family: vuln.Debian, Version: "12"}, "harbour", "1"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Affected of a closed database = %v, want fs.ErrClosed", err)
	}
	if _, err := db.Details(t.Context(), "TEST-2024-0001"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Details of a closed database = %v, want fs.ErrClosed", err)
	}
}

// Readers share handles and files while a new build replaces the file and
// another handle is closed under its readers.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	path := fixture(t)
	first, second, doomed := open(t, path), open(t, path), open(t, path)
	bookworm := vuln.OS{Family: vuln.Debian, Version: "12"}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for range 50 {
				db := []*DB{first, second, doomed}[i%3]
				hits, err := lookUp(db, bookworm, "harbour", "1")
				if db == doomed && errors.Is(err, fs.ErrClosed) {
					continue
				}
				if err != nil || len(hits) != 2 {
					t.Errorf("Affected = %v, %v, want two hits", hits, err)
					return
				}
				a, err := db.Details(context.Background(), hits[1].Advisory)
				if db == doomed && errors.Is(err, fs.ErrClosed) {
					continue
				}
				if err != nil || a.Source != "Debian" {
					t.Errorf("Details = %+v, %v", a, err)
					return
				}
			}
		})
	}
	wg.Go(func() {
		if _, err := Build(context.Background(), path, []string{"testdata/osv/npm"}, BuildOptions{}); err != nil {
			t.Error(err)
		}
	})
	wg.Go(func() {
		if err := doomed.Close(); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	if got := open(t, path).Info().Ecosystems; len(got) != 1 {
		t.Errorf("the replaced file holds %v, want npm alone", got)
	}
}

// A file cut while it is mapped faults when its pages are touched.
func TestCutWhileOpen(t *testing.T) {
	t.Parallel()
	path := large(t)
	db := open(t, path)
	if err := os.Truncate(path, 2*pageSize); err != nil {
		t.Fatal(err)
	}
	if hits, err := lookUp(db, vuln.OS{Family: vuln.Debian, Version: "12"}, largeName(0), "1"); !errors.Is(err, ErrDamaged) {
		t.Errorf("Affected = %v, %v, want ErrDamaged", hits, err)
	}
	if _, err := db.Details(t.Context(), "TEST-2024-0001"); !errors.Is(err, ErrDamaged) {
		t.Errorf("Details = %v, want ErrDamaged", err)
	}
}
