package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plimsoll-go/plimsoll/lint"
	"github.com/plimsoll-go/plimsoll/lint/rules"
	"github.com/plimsoll-go/plimsoll/manifest"
	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln"
	"github.com/plimsoll-go/plimsoll/vuln/severity"
)

// page writes the report of r to a file, and returns its address.
func page(t *testing.T, r *scan.Report) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := (report.HTML{Gate: &scan.Gate{Severity: severity.High, IgnoreUnfixed: true}}).Report(t.Context(), f, r); err != nil {
		t.Fatal(err)
	}
	return "file://" + filepath.ToSlash(path)
}

// A ship is one package of the sample: its source, what is built from it, and how
// many vulnerabilities of each severity it has.
type ship struct {
	source, version, fixed string
	packages               []string
	layer                  int
	counts                 [5]int // by severity.Level
}

func fleet() []ship {
	return []ship{
		{"openhull", "3.0.11-1~deb12u2", "3.0.17-1~deb12u2", []string{"libhull3", "openhull"}, 0, [5]int{0, 2, 4, 3, 1}},
		{"keelib", "2.36-9+deb12u3", "2.36-9+deb12u10", []string{"keel-bin", "keelib6"}, 0, [5]int{0, 3, 3, 2, 0}},
		{"tarpaulin", "1.34+dfsg-1.2", "", []string{"tarpaulin"}, 0, [5]int{0, 1, 0, 0, 0}},
		{"sailxml2", "2.9.14+dfsg-1.3~deb12u1", "2.9.14+dfsg-1.3~deb12u2", []string{"libsailxml2"}, 2, [5]int{0, 0, 2, 3, 1}},
		{"mooring", "7.88.1-10+deb12u5", "7.88.1-10+deb12u12", []string{"libmooring4", "mooring"}, 2, [5]int{0, 1, 3, 2, 1}},
		{"bosun", "5.36.0-7+deb12u1", "5.36.0-7+deb12u2", []string{"bosun-base"}, 0, [5]int{0, 0, 1, 1, 0}},
		{"logbook", "252.19-1~deb12u1", "", []string{"liblogbook0"}, 0, [5]int{1, 4, 0, 0, 0}},
	}
}

// harbour is a report with all there is to show: an image on a base image, a lock
// file's packages, and the manifest that runs it.
func harbour(t *testing.T) *scan.Report {
	t.Helper()
	hash := func(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }
	r := &scan.Report{
		Target: scan.Target{
			Kind: artifact.KindImage, Name: "registry.example/harbour/web:2.4.1", Platform: "linux/amd64",
			Digest: artifact.Digest(hash("d")), ImageID: artifact.Digest(hash("c")),
			Config: json.RawMessage(`{"config": {"Labels": {"org.opencontainers.image.base.name": "debian:12-slim"}}, "history": [
				{"created_by": "ADD file:rootfs.tar.xz in /"}, {"created_by": "CMD [\"bash\"]", "empty_layer": true},
				{"created_by": "WORKDIR /srv"}, {"created_by": "RUN apt-get update"}, {"created_by": "COPY . /srv"},
				{"created_by": "RUN npm ci"}, {"created_by": "CMD [\"node\", \"server.js\"]", "empty_layer": true}]}`),
		},
		Layers: []scan.LayerInfo{
			{Size: 29_126_000, CreatedBy: "ADD file:rootfs.tar.xz in /"},
			{Size: 92, CreatedBy: "WORKDIR /srv"},
			{Size: 41_530_000, CreatedBy: "RUN /bin/sh -c apt-get update && apt-get install --yes --no-install-recommends mooring libsailxml2 nodejs && rm -rf /var/lib/apt/lists/* # buildkit"},
			{Size: 310_000, CreatedBy: "COPY . /srv # buildkit"},
			{Size: 18_470_000, CreatedBy: "RUN /bin/sh -c npm ci --omit=dev # buildkit"},
		},
		OS: &vuln.OS{Family: vuln.Debian, Version: "12.5"},
		Database: &vuln.DatabaseInfo{
			Built: time.Date(2026, 3, 1, 4, 30, 0, 0, time.UTC), Advisories: 48_211,
			Sources: []vuln.DatabaseSource{{Name: "Debian"}, {Name: "EPSS"}, {Name: "KEV"}, {Name: "npm"}},
		},
		Created: time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC),
		Problems: []scan.Problem{
			{Stage: artifact.StageAnalyze, Path: "srv/node_modules/winch/package.json", Err: errors.New("line 14: unexpected end of JSON input"), Hides: artifact.HidesSome},
			{Stage: artifact.StageMatch, Path: "anchor@x_1", Err: errors.New(`invalid version "x_1"`), Hides: artifact.HidesNothing},
		},
	}
	titles := []string{
		"out-of-bounds write while a certificate chain with a long name is verified",
		"a crafted document makes the parser use memory after it was freed",
		"integer overflow in the length of a cookie header",
		"race between two processes lets a local user read another's files",
		"denial of service through deeply nested input",
	}
	n := 0
	type found struct {
		component int
		v         scan.Vulnerability
	}
	var list []found
	add := func(c scan.Component, count [5]int, fixed string) {
		r.Components = append(r.Components, c)
		for l, k := range count {
			for range k {
				n++
				v := scan.Vulnerability{
					ID: fmt.Sprintf("CVE-2099-%04d", 1000+37*n%8999), Status: vuln.StatusAffected, Severity: severity.Level(l), SeveritySource: "debian",
					Advisory: &vuln.Advisory{
						Title:       c.Name + ": " + titles[n%len(titles)],
						Description: "An attacker who controls the input can make the program read or write outside of a buffer.\n\nThe default configuration is affected. Programs that set a limit before they call the library are not.",
						References:  []string{"https://example.com/advisories/" + fmt.Sprint(n), "https://example.org/commit/2f1c"},
						Published:   time.Date(2026, 1, 1+n%28, 0, 0, 0, 0, time.UTC), Source: "Debian",
					},
					Enrichment: vuln.Enrichment{
						EPSS: &vuln.EPSS{Probability: float64(n*n%97) / 400, Percentile: float64(n*n%97) / 100, Date: r.Created},
						Ratings: []vuln.Rating{{
							Type: "CVSS_V3", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
							Score: [5]float64{0, 3.1, 5.9, 7.8, 9.8}[l], Level: severity.Level(l), Source: "nvd",
						}},
					},
				}
				if fixed != "" && n%9 != 0 {
					v.Fixed, v.Status = fixed, vuln.StatusFixed
				} else if n%4 == 0 {
					v.Status = vuln.StatusWillNotFix
				}
				if l == int(severity.Critical) && n%2 == 0 {
					v.Exploited = &vuln.Exploited{Added: time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC), Due: time.Date(2026, 2, 24, 0, 0, 0, 0, time.UTC), Ransomware: true}
				}
				list = append(list, found{len(r.Components) - 1, v})
			}
		}
	}
	for _, s := range fleet() {
		for i, name := range s.packages {
			c := scan.Component{Package: vuln.Package{
				Type: vuln.TypeDeb, Name: name, Version: s.version, Arch: "amd64", SourceName: s.source, SourceVersion: s.version,
			}, Path: "var/lib/dpkg/status", Layer: s.layer}
			counts := s.counts
			if i > 0 {
				counts[severity.Low] = 0
			}
			add(c, counts, s.fixed)
		}
	}
	for _, name := range []string{"ropewalk", "@harbour/capstan"} {
		add(scan.Component{Package: vuln.Package{Type: vuln.TypeNPM, Name: name, Version: "1.2.3"},
			Path: "srv/node_modules/" + name + "/package.json", Layer: 4}, [5]int{0, 0, 2, 1, 0}, "1.2.9, 2.0.1")
	}
	for _, f := range list {
		f.v.Component = &r.Components[f.component]
		r.Vulnerabilities = append(r.Vulnerabilities, f.v)
	}
	judged := manifests(t)
	r.Diagnostics, r.Suppressed, r.Files = judged.Diagnostics, judged.Suppressed, judged.Files
	return r
}

// manifests is the report of the rules on a Deployment.
func manifests(t *testing.T) *scan.Report {
	t.Helper()
	defaults := slices.DeleteFunc(rules.All(), func(r *lint.Rule) bool { return !r.Default })
	r, err := scan.Manifests(t.Context(), "testdata/web.yaml", scan.Options{
		Manifests: manifest.Options{Name: func(string) string { return "deploy/web.yaml" }},
		Matchers:  []scan.Matcher{scan.Lint(defaults, lint.Options{})},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// large is a report of n findings, of two packages for each advisory.
func large(n int) *scan.Report {
	r := &scan.Report{Target: scan.Target{Kind: artifact.KindImage, Name: "large:1"}, Database: &vuln.DatabaseInfo{}}
	for i := range 40 {
		r.Layers = append(r.Layers, scan.LayerInfo{Size: int64(i) * 1000, CreatedBy: fmt.Sprintf("RUN step %d", i)})
	}
	for i := range n / 10 {
		r.Components = append(r.Components, scan.Component{Package: vuln.Package{
			Type: vuln.TypeDeb, Name: fmt.Sprintf("package-%05d", i), Version: "1.0-1", SourceName: fmt.Sprintf("source-%05d", i/2), SourceVersion: "1.0-1",
		}, Path: "var/lib/dpkg/status", Layer: i % len(r.Layers)})
	}
	for i := range n {
		v := scan.Vulnerability{
			Component: &r.Components[i/10], ID: fmt.Sprintf("CVE-2098-%05d", i/20*10+i%10), Severity: severity.Level(i % 5), Status: vuln.StatusAffected,
			Advisory: &vuln.Advisory{Title: fmt.Sprintf("title of %d", i), Description: strings.Repeat("What is known of it. ", 20), References: []string{"https://example.com/"}},
		}
		if i%3 == 0 {
			v.Fixed, v.Status = fmt.Sprintf("1.0-%d", 2+i%7), vuln.StatusFixed
		}
		r.Vulnerabilities = append(r.Vulnerabilities, v)
	}
	return r
}

// hostile is a report whose strings try to leave their place.
func hostile(t *testing.T) *scan.Report {
	t.Helper()
	const evil = `"'><script>window.owned=1</script><img src=x onerror=window.owned=2></script><!--<script>` + "\u202e\x1b[2J\u2028{{.}}${1}"
	r := harbour(t)
	long := strings.Repeat("unbroken", 60)
	r.Target.Name = evil + long
	r.OS.Version = evil
	for i := range r.Layers {
		r.Layers[i].CreatedBy = evil + long
	}
	for i := range r.Components {
		c := &r.Components[i]
		c.Name, c.Version, c.SourceName, c.SourceVersion, c.Path = evil+fmt.Sprint(i), evil+long, evil, evil, evil+long
	}
	for i := range r.Vulnerabilities {
		v := &r.Vulnerabilities[i]
		v.ID, v.Fixed, v.Advisories = evil+fmt.Sprint(i), evil, []string{evil}
		v.Advisory = &vuln.Advisory{
			Title: evil, Description: evil + "\n" + long, Source: evil,
			References: []string{"javascript:window.owned=3", "JaVaScRiPt:window.owned=3", "data:text/html," + evil, "https://example.com/" + evil, "//example.com", evil},
		}
	}
	for i := range r.Diagnostics {
		d := &r.Diagnostics[i]
		d.Message, d.Rule, d.NamedField, d.Object.Name = evil+long, evil, evil, evil
	}
	r.Problems[0].Path, r.Problems[0].Err = evil+long, errors.New(evil)
	return r
}
