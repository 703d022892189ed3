package osv

import (
	"encoding/json"
	"testing"

	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

const (
	v2High   = "AV:N/AC:L/Au:N/C:P/I:P/A:P"                                      // 7.5
	v3Medium = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"                    // 5.3
	v3High   = "CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"                    // 7.8
	v4Low    = "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N" // 2.0
	v3None   = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"                    // 0
)

func TestLabel(t *testing.T) {
	t.Parallel()
	cvss := func(typ, vector string) Severity { return Severity{Type: typ, Score: vector} }
	word := func(w string) Severity { return Severity{Type: "Ubuntu", Score: w} }
	for _, row := range []struct {
		name           string
		ecosystem      string
		root, own      []Severity
		specific, data string // ecosystem_specific of the entry, database_specific of the record
		want           severity.Level
	}{
		{name: "nothing", ecosystem: "Debian:12", want: severity.Unknown},
		{name: "word before vector", ecosystem: "Ubuntu:22.04:LTS", root: []Severity{cvss("CVSS_V3", v3High), word("negligible")}, want: severity.Low},
		{name: "untriaged is no word", ecosystem: "Ubuntu:22.04:LTS", root: []Severity{word("untriaged"), cvss("CVSS_V3", v3High)}, want: severity.High},
		{name: "entry before root", ecosystem: "Ubuntu:22.04:LTS", root: []Severity{word("critical")}, own: []Severity{word("medium")}, want: severity.Medium},
		{name: "entry hides root", ecosystem: "npm", root: []Severity{cvss("CVSS_V3", v3High)}, own: []Severity{cvss("CVSS_V3", "junk")}, want: severity.Unknown},
		{name: "urgency", ecosystem: "Debian:12", root: []Severity{cvss("CVSS_V3", v3High)}, specific: `{"urgency": "unimportant"}`, want: severity.Low},
		{name: "urgency unset", ecosystem: "Debian:12", root: []Severity{cvss("CVSS_V3", v3High)}, specific: `{"urgency": "not yet assigned"}`, want: severity.High},
		{name: "priority", ecosystem: "Ubuntu:16.04:LTS", specific: `{"ubuntu_priority": "high"}`, want: severity.High},
		{name: "distribution's database word", ecosystem: "Azure Linux:3", root: []Severity{cvss("CVSS_V3", v3Medium)}, data: `{"severity": "Important"}`, want: severity.High},
		{name: "GitHub's word after vector", ecosystem: "npm", root: []Severity{cvss("CVSS_V3", v3High)}, data: `{"severity": "LOW"}`, want: severity.High},
		{name: "GitHub's word alone", ecosystem: "npm", data: `{"severity": "MODERATE"}`, want: severity.Medium},
		{name: "highest version", ecosystem: "npm", root: []Severity{cvss("CVSS_V2", v2High), cvss("CVSS_V4", v4Low), cvss("CVSS_V3", v3High)}, want: severity.Low},
		{name: "broken vector of the highest", ecosystem: "npm", root: []Severity{cvss("CVSS_V4", "CVSS:4.0/AV:N"), cvss("CVSS_V3", v3High)}, want: severity.High},
		{name: "two of one version", ecosystem: "npm", root: []Severity{cvss("CVSS_V3", v3Medium), cvss("CVSS_V3", v3High)}, want: severity.High},
		{name: "two of one version turned", ecosystem: "npm", root: []Severity{cvss("CVSS_V3", v3High), cvss("CVSS_V3", v3Medium)}, want: severity.High},
		{name: "v2", ecosystem: "Debian:12", root: []Severity{cvss("CVSS_V2", v2High)}, want: severity.High},
	} {
		e := Entry{ID: "T", Severity: row.root, DatabaseSpecific: json.RawMessage(row.data), Affected: []Affected{{
			Package: Package{Ecosystem: vuln.Ecosystem(row.ecosystem)}, Severity: row.own, EcosystemSpecific: json.RawMessage(row.specific),
		}}}
		if got, _ := e.Label(&e.Affected[0]); got != row.want {
			t.Errorf("%s: Label = %s, want %s", row.name, got, row.want)
		}
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ id, ecosystem, want string }{
		{"GHSA-aaaa-bbbb-cccc", "npm", "ghsa"},
		{"GO-2024-0001", "Go", "govulndb"},
		{"PYSEC-2024-1", "PyPI", "osv"},
		{"RUSTSEC-2024-0001", "crates.io", "osv"},
		{"BIT-nginx-2024-1", "Bitnami", "bitnami"},
		{"UBUNTU-CVE-2024-1", "Ubuntu:22.04:LTS", "ubuntu"},
		{"DEBIAN-CVE-2024-1", "Debian:12", "debian"},
		{"ALSA-2024:1", "AlmaLinux:9", "alma"},
		{"RHSA-2024:1", "Red Hat:enterprise_linux:9::baseos", "redhat"},
		{"AZL-1", "Azure Linux:3", "azure"},
		{"SUSE-SU-2024:1", "SUSE:Linux Enterprise Server 15 SP5", "suse-cvrf"},
		{"BELL-1", "BellSoft Hardened Containers:23", "bellsoft-hardened-containers"},
	} {
		e := Entry{ID: row.id, Severity: []Severity{{Type: "CVSS_V3", Score: v3High}}, Affected: []Affected{{Package: Package{Ecosystem: vuln.Ecosystem(row.ecosystem)}}}}
		if level, got := e.Label(&e.Affected[0]); got != row.want || level != severity.High {
			t.Errorf("Label of %s = %s by %q, want HIGH by %q", row.id, level, got, row.want)
		}
		if list := e.ratings(); len(list) != 1 || list[0].Source != row.want {
			t.Errorf("ratings of %s = %+v, want one by %q", row.id, list, row.want)
		}
	}
	unrated := Entry{ID: "GHSA-aaaa-bbbb-cccc", Affected: []Affected{{}}}
	if level, by := unrated.Label(&unrated.Affected[0]); level != severity.Unknown || by != "" {
		t.Errorf("Label of a record without severities = %s by %q, want none", level, by)
	}
}

// The scores are those of NVD's and FIRST's calculators.
func TestRating(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		typ, score string
		want       float64
		level      severity.Level
	}{
		{"CVSS_V2", v2High, 7.5, severity.High},
		{"CVSS_V2", "AV:N/AC:L/Au:N/C:C/I:C/A:C", 10, severity.High}, // version 2 has no critical
		{"CVSS_V2", "AV:N/AC:M/Au:N/C:N/I:P/A:N", 4.3, severity.Medium},
		{"CVSS_V2", "AV:L/AC:L/Au:N/C:P/I:N/A:N", 2.1, severity.Low},
		{"CVSS_V3", v3High, 7.8, severity.High},
		{"CVSS_V3", v3Medium, 5.3, severity.Medium},
		{"CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, severity.Critical},
		{"CVSS_V3", v3None, 0, severity.Unknown},
		{"CVSS_V4", v4Low, 2, severity.Low},
		{"CVSS_V4", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3, severity.Critical},
		{"CVSS_V3", "CVSS:3.1/AV:N", 0, severity.Unknown},
		{"CVSS_V3", "9.8", 0, severity.Unknown},
		{"CVSS_V3", "", 0, severity.Unknown},
		{"Ubuntu", "untriaged", 0, severity.Unknown},
		{"Ubuntu", "critical", 0, severity.Critical},
	} {
		want := vuln.Rating{Type: row.typ, Vector: row.score, Score: row.want, Level: row.level}
		if got := (Severity{Type: row.typ, Score: row.score}).rating(); got != want {
			t.Errorf("rating of %s %q = %+v, want %+v", row.typ, row.score, got, want)
		}
	}
}
