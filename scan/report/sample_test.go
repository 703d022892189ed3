package report_test

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// samples are the reports that every format has golden files for.
func samples() map[string]*scan.Report {
	return map[string]*scan.Report{
		"findings":   findings(),
		"incomplete": incomplete(),
		"clean":      clean(),
		"alpine":     alpine(),
		"no-os":      noOS(),
		"no-data":    {Target: scan.Target{Kind: artifact.KindImage, Name: "scratch.tar"}},
		"hostile":    hostile(),
		"languages":  languages(),
		"repository": repository(),
		"bill":       bill(),
		"old":        old(),
	}
}

// shop is a Debian image of two layers and three packages, without findings.
func shop() *scan.Report {
	deb := func(name, version, arch, source, sourceVersion string, layer int) scan.Component {
		return scan.Component{
			Package: vuln.Package{
				Type: vuln.TypeDeb, Name: name, Version: version, Arch: arch,
				SourceName: source, SourceVersion: sourceVersion, Maintainer: "Jo <jo@example.com>",
			},
			Path: "var/lib/dpkg/status", Layer: layer,
		}
	}
	r := &scan.Report{
		Target: scan.Target{
			Kind: artifact.KindImage, Name: "example.com/shop:1", Reference: "example.com/shop:1",
			RepoTags: []string{"example.com/shop:1"}, RepoDigests: []string{"example.com/shop@" + hash("d")},
			ImageID: artifact.Digest(hash("c")), Platform: "linux/amd64",
			Config: json.RawMessage(`{"architecture":"amd64","os":"linux","config":{"Cmd":["sh","-c","a && b"]}}`),
		},
		Layers: []scan.LayerInfo{
			{Digest: artifact.Digest(hash("1")), DiffID: artifact.DiffID(hash("a")), Size: 1000},
			{Digest: artifact.Digest(hash("2")), DiffID: artifact.DiffID(hash("b")), Size: 200},
		},
		OS: &vuln.OS{Family: vuln.Debian, Version: "12.15"},
		Components: []scan.Component{
			deb("adduser", "3.134", "all", "adduser", "3.134", 0),
			deb("libboats2", "1:2.4-1+b1", "amd64", "boats", "1:2.4-1", 1),
			deb("zlib1g", "1:1.2.13.dfsg-1", "amd64", "zlib", "1:1.2.13.dfsg-1", 0),
		},
		Database: &vuln.DatabaseInfo{
			Schema: 1, Built: time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC), Advisories: 1234,
			Sources: []vuln.DatabaseSource{
				{Name: "Debian", URL: "https://osv.example/Debian", Stamp: "2024-03-01T11:00:00Z", Records: 1300},
				{Name: "EPSS", Stamp: "2024-03-01T00:00:00Z", Records: 5000},
			},
		},
		Created: time.Date(2024, 3, 4, 13, 0, 0, 0, time.UTC),
	}
	r.Components[0].Licenses = []string{"GPL-2.0-or-later", "MIT"}
	return r
}

func hash(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }

func clean() *scan.Report { return shop() }

func findings() *scan.Report {
	r := shop()
	leak := &vuln.Advisory{
		ID: "DEBIAN-TEST-2024-0001", Aliases: []string{"CVE-2024-0001"},
		Title:       "boats: the hull leaks when it is loaded beyond its mark <and> the sea is rough that day",
		Description: "Longer words.",
		Ratings: []vuln.Rating{
			{Type: "CVSS_V3", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Score: 9.8, Level: severity.Critical},
			{Type: "CVSS_V3", Vector: "CVSS:3.0/AV:L/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L", Score: 4, Level: severity.Medium},
			{Type: "CVSS_V2", Vector: "AV:N/AC:L/Au:N/C:P/I:P/A:P", Score: 7.5, Level: severity.High},
			{Type: "CVSS_V4", Vector: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", Score: 9.3, Level: severity.Critical},
		},
		References: []string{"https://example.com/leak?a=1&b=2", "https://www.debian.org/security/leak"},
		Published:  time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
		Modified:   time.Date(2024, 2, 3, 4, 5, 6, 700, time.UTC),
		Source:     "Debian",
	}
	notice := &vuln.Advisory{
		ID: "TEST-2024-0002", Description: "A  short\nnote.", Source: "Debian",
		References: []string{"https://example.com/", "https://www.debian.org/security/note"},
		Ratings:    []vuln.Rating{{Type: "Debian", Vector: "low", Level: severity.Low}},
	}
	boats, zlib := &r.Components[1], &r.Components[2]
	r.Vulnerabilities = []scan.Vulnerability{
		{
			Component: boats, ID: "CVE-2024-0001", Advisories: []string{"DEBIAN-TEST-2024-0001", "DTA-1-1"},
			Status: vuln.StatusFixed, Fixed: "1:2.4-1+deb12u1", Severity: severity.Critical, SeveritySource: "debian", Advisory: leak,
			Enrichment: vuln.Enrichment{
				Exploited: &vuln.Exploited{Added: time.Date(2024, 1, 20, 0, 0, 0, 0, time.UTC), Due: time.Date(2024, 2, 10, 0, 0, 0, 0, time.UTC)},
				EPSS:      &vuln.EPSS{Probability: 0.5, Percentile: 0.98, Date: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)},
				Ratings:   []vuln.Rating{{Type: "CVSS_V3", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", Score: 7.5, Level: severity.High, Source: "nvd"}},
			},
		},
		{
			Component: boats, ID: "TEST-2024-0002", Advisories: []string{"TEST-2024-0002"},
			Status: vuln.StatusAffected, Severity: severity.Medium, Advisory: notice,
		},
		{
			Component: zlib, ID: "GHSA-aaaa-bbbb-cccc", Advisories: []string{"GHSA-aaaa-bbbb-cccc"},
			Status: vuln.StatusAffected, Severity: severity.High,
		},
		{Component: zlib, ID: "house-rule", Status: vuln.StatusUnknown, Severity: severity.Unknown},
		{Component: zlib, ID: "RUSTSEC-2024-0001", Status: vuln.StatusWillNotFix, Severity: severity.Low},
		{Component: zlib, ID: "TEMP-0000001-ABCDEF", Status: vuln.StatusAffected, Severity: severity.Low},
	}
	return r
}

func incomplete() *scan.Report {
	r := findings()
	r.Vulnerabilities = r.Vulnerabilities[:1]
	r.Problems = []scan.Problem{
		{
			Stage: artifact.StageRead, Layer: artifact.DiffID(hash("b")),
			Err: &scan.LayerError{Index: 1, DiffID: artifact.DiffID(hash("b")), Err: errors.New("unexpected EOF")}, Hides: artifact.HidesSome,
		},
		{
			Stage: artifact.StageMatch, Path: "odd@x_1",
			Err: errors.New(`invalid version "x_1"`), Hides: artifact.HidesNothing,
		},
	}
	return r
}

func alpine() *scan.Report {
	r := &scan.Report{
		Target: scan.Target{Kind: artifact.KindImage, Name: "alpine.tar"},
		OS:     &vuln.OS{Family: vuln.Alpine, Version: "3.19.1"},
		Components: []scan.Component{
			{Package: vuln.Package{
				Type: vuln.TypeAPK, Name: "musl", Version: "1.2.4_git20230717-r4", Arch: "x86_64",
				SourceName: "musl", SourceVersion: "1.2.4_git20230717-r4",
			}},
			{
				Package: vuln.Package{Type: "npm", Name: "@boats/hull", Version: "1.0.0-rc.1"},
				Path:    "app/package.json",
			},
			{Package: vuln.Package{Type: "gem", Name: "anchor", Version: "2.0"}, Path: "anchor.gemspec"},
		},
		Database: &vuln.DatabaseInfo{},
	}
	r.Vulnerabilities = []scan.Vulnerability{{
		Component: &r.Components[1], ID: "CVE-2024-0003", Advisories: []string{"CVE-2024-0003"},
		Status: vuln.StatusFixed, Fixed: "1.0.0", Severity: severity.High,
	}}
	return r
}

// noOS lists packages that nothing could judge.
func noOS() *scan.Report {
	r := shop()
	r.OS = nil
	r.Problems = []scan.Problem{{
		Stage: artifact.StageMatch, Err: vuln.ErrNoAdvisories, Hides: artifact.HidesAll,
	}}
	return r
}

// hostile holds what an image or an advisory would send to a terminal if it
// could.
func hostile() *scan.Report {
	const evil = "a\x1b[2J\x1b]0;owned\ab\rc\u202ed\u0085e\xfff\x00"
	r := findings()
	r.Target.Name = "img\x1b[1A"
	r.OS.Version = "12\n12"
	c := &r.Components[1]
	c.Name, c.Version, c.Arch = evil, "1\x1b[31m-1", evil
	r.Vulnerabilities = r.Vulnerabilities[:2]
	r.Vulnerabilities[0].ID = "CVE-\x1b[2J\u202e"
	r.Vulnerabilities[0].Fixed = "2\b\b"
	r.Vulnerabilities[1].Component = &r.Components[2]
	r.Components[2].Name = strings.Repeat("船", 500)
	r.Vulnerabilities[1].Advisory = &vuln.Advisory{Title: evil + " low", Source: "Debian", References: []string{"https://www.debian.org/" + evil}}
	r.Problems = []scan.Problem{{
		Stage: artifact.StageAnalyze, Path: "etc/" + evil, Err: errors.New(evil + "\n- forged line"), Hides: artifact.HidesSome,
	}}
	return r
}
