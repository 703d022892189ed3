package vuln

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestEOLTable holds the table to what its head says: every row parses, has a
// source, and comes once, in order.
func TestEOLTable(t *testing.T) {
	t.Parallel()
	rows := make(map[Family]int)
	var last eolRow
	n := 0
	for line := range strings.Lines(eolTable) {
		n++
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		row, ok := parseEOL(line)
		if !ok {
			t.Errorf("eol.txt:%d: not a row: %s", n, line)
			continue
		}
		if c := cmp.Or(cmp.Compare(last.family, row.family), compareReleases(last.release, row.release)); c >= 0 {
			t.Errorf("eol.txt:%d: %s %s after %s %s", n, row.family, row.release, last.family, last.release)
		}
		if !strings.HasPrefix(row.source, "https://") {
			t.Errorf("eol.txt:%d: the source is %q", n, row.source)
		}
		if !row.extended.IsZero() && !row.extended.After(row.date) {
			t.Errorf("eol.txt:%d: extended support ends %s, before the other", n, row.extended)
		}
		if !row.date.IsZero() && (row.date.Year() < 2005 || row.date.Year() > 2045) {
			t.Errorf("eol.txt:%d: %s", n, row.date)
		}
		rows[row.family]++
		last = row
	}
	for family, want := range map[Family]int{
		Debian: 10, Ubuntu: 40, Alpine: 33, RedHat: 7, CentOS: 4, CentOSStream: 3, AlmaLinux: 3, Rocky: 3, Oracle: 6, Amazon: 3, Fedora: 24,
		SLES: 25, SLEMicro: 7, OpenSUSELeap: 11, Photon: 5, AzureLinux: 1, Mariner: 2, Mageia: 8, OpenEuler: 21,
		Wolfi: 1, Chainguard: 1, MinimOS: 1, OpenSUSETumbleweed: 1, Arch: 1, Gentoo: 1, CoreOS: 1,
	} {
		if rows[family] < want {
			t.Errorf("%s has %d rows, want %d or more", family, rows[family], want)
		}
		delete(rows, family)
	}
	if len(rows) > 0 {
		t.Errorf("rows of families that nobody asked for: %v", rows)
	}
}

// compareReleases orders by the parts between dots, numbers by value.
func compareReleases(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(a, b string) int {
		n, err1 := strconv.Atoi(a)
		m, err2 := strconv.Atoi(b)
		if err1 == nil && err2 == nil {
			return cmp.Compare(n, m)
		}
		return cmp.Compare(a, b)
	})
}

func TestEndOfLife(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		os   OS
		want string // "" is not known, "-" no end
	}{
		{OS{Family: Debian, Version: "12.5"}, "2028-06-30"},
		{OS{Family: Debian, Version: "trixie/sid"}, "2030-06-30"},
		{OS{Family: Debian, Version: "14"}, ""},
		{OS{Family: Debian, Version: "sid"}, ""},
		{OS{Family: Ubuntu, Version: "18.04.6"}, "2023-05-31"},
		{OS{Family: Ubuntu, Version: "18.04", Extended: true}, "2028-04-26"},
		{OS{Family: Ubuntu, Version: "24.10", Extended: true}, "2025-07-10"},
		{OS{Family: Ubuntu, Version: "99.04"}, ""},
		{OS{Family: Ubuntu}, ""},
		{OS{Family: Alpine, Version: "3.19.1"}, "2025-11-01"},
		{OS{Family: Alpine, Version: "3.2.3"}, "2017-05-01"},
		{OS{Family: Alpine, Version: "3.19.1", Repository: "3.20"}, "2026-04-01"},
		{OS{Family: Alpine, Version: "3.19.1", Repository: "edge"}, "-"},
		{OS{Family: RedHat, Version: "9.4"}, "2032-05-31"},
		{OS{Family: RedHat, Version: "9.4", Extended: true}, "2032-05-31"},
		{OS{Family: CentOS, Version: "8"}, "2021-12-31"},
		{OS{Family: CentOSStream, Version: "8"}, "2024-05-31"},
		{OS{Family: AlmaLinux, Version: "10.0"}, "2035-05-31"},
		{OS{Family: Rocky, Version: "10.0"}, "2035-05-31"},
		{OS{Family: Oracle, Version: "7.9"}, "2024-12-31"},
		{OS{Family: Amazon, Version: "2018.03"}, "2023-12-31"},
		{OS{Family: Amazon, Version: "2 (Karoo)"}, "2026-06-30"},
		{OS{Family: Amazon, Version: "2023.6.20241010"}, "2029-06-30"},
		{OS{Family: Amazon, Version: "2022"}, ""}, // never was released
		{OS{Family: Amazon, Version: "2027"}, ""},
		{OS{Family: SLES, Version: "15"}, "2019-12-31"},
		{OS{Family: SLES, Version: "15.0"}, "2019-12-31"},
		{OS{Family: SLES, Version: "15.6"}, "2025-12-31"},
		{OS{Family: SLES, Version: "16.0"}, "2027-11-30"},
		{OS{Family: SLEMicro, Version: "5.5"}, "2027-10-31"},
		{OS{Family: OpenSUSELeap, Version: "15.6"}, "2026-04-30"},
		{OS{Family: OpenSUSETumbleweed, Version: "20240101"}, "-"},
		{OS{Family: Photon, Version: "4.0"}, "2027-10-11"},
		{OS{Family: Photon, Version: "5.0"}, "-"},
		{OS{Family: AzureLinux, Version: "3.0.20241005"}, "2027-08-31"},
		{OS{Family: Mariner, Version: "2.0"}, "2025-07-31"},
		{OS{Family: Fedora, Version: "42"}, "2026-05-27"},
		{OS{Family: Mageia, Version: "8"}, "2023-11-30"},
		{OS{Family: OpenEuler, Version: "24.03", PrettyName: "openEuler 24.03 (LTS-SP1)"}, "2026-12-31"},
		{OS{Family: OpenEuler, Version: "24.09", PrettyName: "openEuler 24.09"}, "2025-03-31"},
		{OS{Family: Wolfi, Version: "20230201"}, "-"},
		{OS{Family: Bottlerocket, Version: "1.20"}, ""},
		{OS{Family: CoreOS, Version: "2512.3.0"}, "2020-05-26"},
		{OS{Family: "plan9", Version: "4"}, ""},
		{OS{}, ""},
		{OS{Family: Alpine, Version: "#"}, ""},
	} {
		e, known := row.os.EndOfLife()
		got := ""
		if known {
			got = "-"
			if !e.Date.IsZero() {
				got = e.Date.Format(time.DateOnly)
			}
		}
		if got != row.want || known != (e.Source != "") {
			t.Errorf("%+v.EndOfLife() = %+v, %t, want %q", row.os, e, known, row.want)
		}
	}
}

func TestEndOfLifePassed(t *testing.T) {
	t.Parallel()
	e, _ := OS{Family: Debian, Version: "11"}.EndOfLife()
	for now, want := range map[string]bool{"2026-08-31T00:00:00Z": false, "2026-08-31T23:59:59Z": false, "2026-09-01T00:00:00Z": true, "2026-09-01T01:00:00+02:00": false} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Passed(at); got != want {
			t.Errorf("%+v.Passed(%s) = %t, want %t", e, now, got, want)
		}
	}
	if (EndOfLife{}).Passed(time.Now()) {
		t.Error("no end has passed")
	}
}

func BenchmarkEndOfLife(b *testing.B) {
	for b.Loop() {
		OS{Family: Ubuntu, Version: "24.04"}.EndOfLife()
	}
}

func ExampleOS_EndOfLife() {
	e, known := OS{Family: Ubuntu, Version: "18.04.6"}.EndOfLife()
	fmt.Println(known, e.Release, e.Date.Format(time.DateOnly), e.Passed(time.Date(2023, 6, 1, 0, 0, 0, 0, time.UTC)))
	_, known = OS{Family: Ubuntu, Version: "99.04"}.EndOfLife()
	fmt.Println(known)
	// Output:
	// true 18.04 2023-05-31 true
	// false
}
