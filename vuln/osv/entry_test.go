package osv

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
	"github.com/plimsoll-go/plimsoll/vuln/version"
)

func TestDecodeErrors(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, data, want string // want: parts of the error
	}{
		{"empty", ``, "decode OSV record"},
		{"no JSON", `<osv/>`, "decode OSV record"},
		{"cut", `{"id": "TEST-2024-0001"`, "decode OSV record"},
		{"no id", `{"modified": "2024-01-01T00:00:00Z"}`, "no id"},
		{"wrong kind", `{"id": "TEST-2024-0001", "affected": "all"}`, `"TEST-2024-0001"`},
		{"withdrawn", `{"id": "TEST-2024-0001", "withdrawn": "yes"}`, `"TEST-2024-0001": withdrawn`},
		{"too large", `{"id": "` + strings.Repeat("A", MaxSize) + `"}`, "more than 16777216"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			e, err := Decode([]byte(row.data))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("Decode = %v, %v, want an error with %q", e, err, row.want)
			}
		})
	}
}

func TestDecodeTolerates(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		`{"id": "T", "modified": "yesterday", "published": "2024"}`,
		`{"id": "T", "affected": [{"ecosystem_specific": "text", "database_specific": [1]}], "database_specific": 3}`,
		`{"id": "T", "affected": null, "severity": null, "unknown": {"a": []}}`,
		`{"id": "T", "withdrawn": "2024-01-01T00:00:00.123456Z"}`,
	} {
		e, err := Decode([]byte(data))
		if err != nil {
			t.Errorf("Decode(%s): %v", data, err)
			continue
		}
		if got := e.Advisory("here"); got.ID != "T" || !got.Modified.IsZero() || !got.Published.IsZero() {
			t.Errorf("Decode(%s).Advisory = %+v, want the id T and no times", data, got)
		}
		for i := range e.Affected {
			s := e.Affected[i].Status()
			if l, by := e.Label(&e.Affected[i]); s != vuln.StatusUnknown || l != severity.Unknown || by != "" {
				t.Errorf("Decode(%s): status %s, label %s by %q, want unknown", data, s, l, by)
			}
		}
	}
}

func TestAdvisory(t *testing.T) {
	t.Parallel()
	e := fixture(t)
	want := vuln.Advisory{
		ID:          "TEST-2024-0001",
		Aliases:     []string{"GHSA-test-0000-0001", "CVE-2024-90009"},
		Upstream:    []string{"GHSA-test-0000-0002", "CVE-2024-90001", "CVE-2024-90002", "CVE-2024-90001"},
		Related:     []string{"CVE-2024-90003"},
		Title:       "harbour: buffer overflow in the mooring parser",
		Description: "A long mooring line overflows a buffer.",
		Ratings: []vuln.Rating{
			{Type: "CVSS_V3", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Score: 9.8, Level: severity.Critical, Source: "debian"},
			{Type: "Ubuntu", Vector: "medium", Level: severity.Medium, Source: "ubuntu"},
			{Type: "CVSS_V3", Vector: "not a vector", Source: "ubuntu"},
		},
		References: []string{"https://example.org/TEST-2024-0001"},
		Published:  time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC),
		Modified:   time.Date(2024, 3, 2, 10, 0, 0, 5e8, time.UTC),
		Source:     "Debian",
	}
	if diff := cmp.Diff(want, e.Advisory("Debian")); diff != "" {
		t.Errorf("Advisory (-want +got):\n%s", diff)
	}
}

func TestVulnerabilities(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		e    Entry
		want []string
	}{
		{"upstream before aliases", Entry{ID: "A", Upstream: []string{"CVE-2024-0002", "X", "CVE-2024-0001", "CVE-2024-0002"}, Aliases: []string{"CVE-2024-0003"}},
			[]string{"CVE-2024-0002", "CVE-2024-0001"}},
		{"aliases", Entry{ID: "A", Upstream: []string{"UBUNTU-CVE-2024-0001"}, Aliases: []string{"GHSA-x", "CVE-2024-12345"}}, []string{"CVE-2024-12345"}},
		{"own id", Entry{ID: "A", Aliases: []string{"GHSA-x"}}, []string{"A"}},
		{"own CVE", Entry{ID: "CVE-2024-0001"}, []string{"CVE-2024-0001"}},
		{"USN before UBUNTU-CVE", Entry{ID: "USN-1-1", Upstream: []string{"UBUNTU-CVE-2024-0001", "CVE-2024-0001", "UBUNTU-CVE-2024-0002"}}, []string{"CVE-2024-0001"}},
		{"USN of UBUNTU-CVEs alone", Entry{ID: "USN-1-1", Upstream: []string{"UBUNTU-CVE-2024-0001", "UBUNTU-CVE-2024-0002", "UBUNTU-CVE-2024-0001", "UBUNTU-CVE-x"}}, []string{"CVE-2024-0001", "CVE-2024-0002"}},
		{"record of one CVE", Entry{ID: "DEBIAN-CVE-2024-0001"}, []string{"CVE-2024-0001"}},
		{"GHSA is no CVE", Entry{ID: "MAL-2024-0001", Upstream: []string{"GHSA-x"}}, []string{"MAL-2024-0001"}},
		{"SUSE", Entry{ID: "SUSE-SU-2024:1-1", Related: []string{"CVE-2024-0002", "CVE-2024-0001", "CVE-2024-0002"}, Affected: about("SUSE:Linux Enterprise Server 15 SP5", "openSUSE:Leap 15.5")}, []string{"CVE-2024-0002", "CVE-2024-0001"}},
		{"SUSE, upstream first", Entry{ID: "SUSE-SU-2024:1-1", Upstream: []string{"CVE-2024-0003"}, Related: []string{"CVE-2024-0002"}, Affected: about("openSUSE:Tumbleweed")}, []string{"CVE-2024-0003"}},
		{"SUSE without a CVE", Entry{ID: "SUSE-RU-2024:1-1", Affected: about("openSUSE:Tumbleweed")}, []string{"SUSE-RU-2024:1-1"}},
		{"AlmaLinux", Entry{ID: "ALSA-2024:1", Related: []string{"CVE-2024-0002"}, Affected: about("AlmaLinux:9")}, []string{"CVE-2024-0002"}},
		{"Rocky Linux and Red Hat", Entry{ID: "R-1", Related: []string{"CVE-2024-0002"}, Affected: about("Rocky Linux:9", "Red Hat:enterprise_linux:9::baseos")}, []string{"CVE-2024-0002"}},
		{"Mageia", Entry{ID: "MGASA-2024-1", Related: []string{"CVE-2024-0002"}, Affected: about("Mageia:9")}, []string{"MGASA-2024-1"}},
		{"SUSE and others", Entry{ID: "A", Related: []string{"CVE-2024-0002"}, Affected: about("SUSE:Linux Enterprise Server 15", "npm")}, []string{"A"}},
		{"never related", Entry{ID: "A", Related: []string{"CVE-2024-0001"}}, []string{"A"}},
		{"not quite", Entry{ID: "A", Upstream: []string{"CVE-24-0001", "CVE-2024-001", "CVE-2024-0001x", "CVE-2024", "cve-2024-0001", "CVE-2024-"}}, []string{"A"}},
	} {
		if diff := cmp.Diff(row.want, row.e.Vulnerabilities()); diff != "" {
			t.Errorf("%s: Vulnerabilities (-want +got):\n%s", row.name, diff)
		}
	}
}

func about(ecosystems ...vuln.Ecosystem) (list []Affected) {
	for _, eco := range ecosystems {
		list = append(list, Affected{Package: Package{Ecosystem: eco, Name: "p"}})
	}
	return list
}

func TestModules(t *testing.T) {
	t.Parallel()
	const inModule, plain = "1:14.18.2-2.module_el8.5.0+254+b4526b16", "1:14.18.2-2.el8"
	for _, row := range []struct {
		eco     vuln.Ecosystem
		summary string
		fixed   string
		want    []string
		ok      bool
	}{
		{"AlmaLinux:8", "Important: nodejs:14 security and bug fix update", inModule, []string{"nodejs:14"}, true},
		{"AlmaLinux:8", "Moderate: virt:rhel and virt-devel:rhel security update", inModule, []string{"virt:rhel", "virt-devel:rhel"}, true},
		{"AlmaLinux:8", "container-tools bug fix update", inModule, nil, true},
		{"AlmaLinux:8", "Important: nodejs:14 security update", plain, nil, false},
		{"Rocky Linux:9", "Moderate: ruby:3.3 security update", "0:3.3.1-2.module+el9.4.0+20787+4c237fd3", []string{"ruby:3.3"}, true},
		{"Red Hat:enterprise_linux:8::appstream", "Red Hat Security Advisory: nodejs:16 security update", "1:16.1-1.module+el8.7.0+1+a", []string{"nodejs:16"}, true},
		{"Debian:12", "nodejs:14", inModule, nil, false},
	} {
		e := Entry{ID: "A", Summary: row.summary, Affected: about(row.eco)}
		e.Affected[0].Ranges = []Range{{Type: "ECOSYSTEM", Events: []Event{{Introduced: "0"}, {Fixed: row.fixed}}}}
		got, ok := e.Modules(&e.Affected[0])
		if diff := cmp.Diff(row.want, got); diff != "" || ok != row.ok {
			t.Errorf("Modules of %q in %s, %s: %t, (-want +got):\n%s", row.summary, row.eco, row.fixed, ok, diff)
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		specific string
		want     vuln.Status
	}{
		{`{"status": "needed"}`, vuln.StatusAffected},
		{`{"status": "Pending"}`, vuln.StatusAffected},
		{`{"status": "active"}`, vuln.StatusAffected},
		{`{"status": "in-progress"}`, vuln.StatusAffected},
		{`{"status": "needs-triage"}`, vuln.StatusUnderInvestigation},
		{`{"status": "deferred"}`, vuln.StatusFixDeferred},
		{`{"status": "ignored"}`, vuln.StatusWillNotFix},
		{`{"status": "released"}`, vuln.StatusUnknown},
		{`{"status": 3}`, vuln.StatusUnknown},
		{`{"urgency": "end-of-life"}`, vuln.StatusEndOfLife},
		{`{"urgency": "low"}`, vuln.StatusUnknown},
		{``, vuln.StatusUnknown},
	} {
		a := Affected{EcosystemSpecific: []byte(row.specific)}
		if got := a.Status(); got != row.want {
			t.Errorf("Status with %s = %s, want %s", row.specific, got, row.want)
		}
	}
}

func fixture(tb testing.TB) *Entry {
	tb.Helper()
	data, err := os.ReadFile("testdata/TEST-2024-0001.json")
	if err != nil {
		tb.Fatal(err)
	}
	e, err := Decode(data)
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// FuzzDecode asks that no record makes a reader panic, and that what compiles
// is sorted and apart.
func FuzzDecode(f *testing.F) {
	seeds, err := filepath.Glob("testdata/*.json")
	if err != nil || len(seeds) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range seeds {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"id":"T","affected":[{"ranges":[{"type":"SEMVER","events":[{"introduced":"1"},{"limit":"2"},{"last_affected":"1.5"}]}],"versions":["1.5","3"]}]}`))
	f.Add([]byte(`{"id":"T","severity":[{"type":"CVSS_V2","score":"AV:N/AC:L/Au:N/C:P/I:P/A:P"},{"type":"CVSS_V4","score":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}]}`))
	f.Add([]byte(`{"id":"T","severity":[{"type":"CVSS_V3","score":"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},{"type":"CVSS_V2","score":"////////////////"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := Decode(data)
		if err != nil {
			return
		}
		if e.ID == "" || len(e.Vulnerabilities()) == 0 {
			t.Errorf("Decode(%q): no id", data)
		}
		e.Advisory("here")
		for i := range e.Affected {
			a := &e.Affected[i]
			a.Status()
			e.Label(a)
			e.Modules(a)
			for _, s := range []version.Scheme{version.Deb, version.APK, version.Semver, nil} {
				c := Compile(a, s)
				checkApart(t, c.Intervals)
				checkApart(t, c.SemVer)
			}
		}
	})
}
