package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/plimsoll-go/plimsoll/scan"
	"github.com/plimsoll-go/plimsoll/scan/artifact"
	"github.com/plimsoll-go/plimsoll/scan/report"
	"github.com/plimsoll-go/plimsoll/vuln"
)

// Fields that only packages of languages have, and what repositories are called.
func TestJSONRepository(t *testing.T) {
	t.Parallel()
	r := read(t, render(t, report.JSON{}, repository()))
	m := r.Metadata
	if r.ArtifactType != "repository" || m.Branch != "main" || m.Commit != "0123456789abcdef0123456789abcdef01234567" || !slices.Equal(m.Tags, []string{"v1.0.0", "latest"}) {
		t.Errorf("ArtifactType %q, Branch %q, Commit %q, Tags %q, want those of the checkout", r.ArtifactType, m.Branch, m.Commit, m.Tags)
	}
	var lines []string
	for _, res := range r.Results {
		lines = append(lines, fmt.Sprintf("%s %s %s", res.Class, res.Type, res.Target))
		for _, p := range res.Packages {
			lines = append(lines, fmt.Sprintf("  %s %q indirect=%t dev=%t %q %v %q", p.ID, p.Relation, p.Indirect, p.Dev, p.DependsOn, p.Locations, p.FilePath))
		}
	}
	want := []string{
		`lang-pkgs npm web/package-lock.json`,
		`  @boats/hull@2.0.0 "direct" indirect=false dev=false ["plank@1.1.0"] [{10 18}] ""`,
		`  fleet@1.0.0 "root" indirect=false dev=false ["@boats/hull@2.0.0" "oakum@0.1.0"] [] ""`,
		`  oakum@0.1.0 "direct" indirect=false dev=true [] [{19 24}] ""`,
		`  plank@1.1.0 "indirect" indirect=true dev=false [] [{25 30} {40 45}] ""`,
		`lang-pkgs poetry poetry.lock`,
		`  mast@4.1 "" indirect=false dev=false [] [] ""`,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

// Installed packages are one result for each language, each with its file;
// programs are results of their own.
func TestGroups(t *testing.T) {
	t.Parallel()
	groups := func(r *scan.Report) []string {
		var lines []string
		for _, res := range read(t, render(t, report.JSON{}, r)).Results {
			line := res.Type + " " + res.Target + ":"
			for _, p := range res.Packages {
				line += " " + p.Name
				if p.FilePath != "" {
					line += "=" + p.FilePath
				}
				if p.Unidentified {
					line += "?"
				}
			}
			lines = append(lines, line)
		}
		return lines
	}
	for _, row := range []struct {
		name string
		r    *scan.Report
		want []string
	}{
		{"languages", languages(), []string{
			"redhat /mnt (redhat 8.10): keel",
			"conda-pkg Conda: numpy-like=opt/conda/conda-meta/numpy-like-1.0-0.json",
			"gemspec Ruby: anchor=usr/share/gems/specifications/anchor-2.0.gemspec",
			"gobinary usr/bin/app: example.com/Fleet/app example.com/Fleet/hull",
			"jar Java: org.example:keel=opt/app.war/WEB-INF/lib/keel-2.0.1.jar" +
				" org.example:rib=opt/app.war/WEB-INF/lib/keel-2.0.1.jar!/lib/rib.jar plank.jar=opt/plank.jar?",
			"node-pkg Node.js: @boats/hull=app/node_modules/@boats/hull/package.json",
			"python-pkg Python: Rope_Knots=usr/lib/python3/Rope_Knots.egg-info mast=usr/lib/python3/site-packages/mast-4.1.dist-info/METADATA",
			"rustbinary usr/bin/row: oar",
		}},
		{"bill", bill(), []string{
			"cargo cargo: oar",
			"conda-pkg Conda: caulk",
			"gemspec Ruby: anchor",
			"gobinary gobinary: example.com/hull=usr/bin/app",
			"jar Java: org.example:rib=opt/rib.jar",
			"node-pkg Node.js: bosun=app/bosun/package.json",
			"python-pkg Python: mast",
		}},
	} {
		if diff := cmp.Diff(row.want, groups(row.r)); diff != "" {
			t.Errorf("results of %s (-want +got):\n%s", row.name, diff)
		}
	}
}

func TestArtifactType(t *testing.T) {
	t.Parallel()
	for kind, want := range map[artifact.TargetKind]string{
		artifact.KindImage: "container_image", artifact.KindFilesystem: "filesystem", artifact.KindRootfs: "filesystem",
		artifact.KindRepository: "repository", artifact.KindManifests: "filesystem", artifact.KindCycloneDX: "cyclonedx", artifact.KindSPDX: "spdx",
	} {
		r := &scan.Report{Target: scan.Target{Kind: kind, Name: "x"}}
		if got := read(t, render(t, report.JSON{}, r)).ArtifactType; got != want {
			t.Errorf("ArtifactType of %s = %q, want %q", kind, got, want)
		}
	}
}

func TestNoPackages(t *testing.T) {
	t.Parallel()
	r := read(t, render(t, report.JSON{NoPackages: true}, languages()))
	n := 0
	for _, res := range r.Results {
		if res.Packages != nil {
			t.Errorf("JSON{NoPackages: true} lists packages of %s", res.Target)
		}
		n += len(res.Vulnerabilities)
	}
	if n != 5 || len(r.Results) != 8 {
		t.Errorf("JSON{NoPackages: true} has %d vulnerabilities in %d results, want 5 in 8", n, len(r.Results))
	}
}

// The end of the support is said once it has passed, and not before.
func TestEndOfLife(t *testing.T) {
	t.Parallel()
	over, running := old(), old()
	running.Created = running.EndOfLife.Date.Add(23 * time.Hour)
	never := old()
	never.EndOfLife = &vuln.EndOfLife{Release: "9"}
	nameless := old()
	nameless.OS = nil
	const line = "The support of debian 9.13 ended on 2022-06-30: "
	for _, row := range []struct {
		name string
		r    *scan.Report
		want bool
	}{{"over", over, true}, {"running", running, false}, {"never", never, false}, {"not known", clean(), false}} {
		system := read(t, render(t, report.JSON{}, row.r)).Metadata.OS
		if got := system.EOSL != nil && *system.EOSL; got != row.want || got != (system.EOSL != nil) || got != (system.EndOfLife == "2022-06-30") {
			t.Errorf("%s: EOSL = %t, EndOfLife = %q, want %t", row.name, got, system.EndOfLife, row.want)
		}
		if got := strings.Contains(render(t, report.Table{}, row.r), line); got != row.want {
			t.Errorf("%s: the table says so: %t, want %t", row.name, got, row.want)
		}
	}
	if out := render(t, report.Table{}, nameless); !strings.Contains(out, "The support of the operating system ended on 2022-06-30") {
		t.Errorf("table without a system:\n%s", out)
	}
	over.OS.Version = "9\x1b[2J\n"
	if out := render(t, report.Table{}, over); strings.Contains(out, "\x1b") || !strings.Contains(out, `debian 9\x1b[2J ended`) {
		t.Errorf("table of a hostile version:\n%q", out)
	}
}

// All that a package of a language says of itself is for the terminal too.
func TestHostileLanguages(t *testing.T) {
	t.Parallel()
	const evil = "a\x1b[2J\u202eb\r\n- forged\xff"
	r := languages()
	r.Target.Name = evil
	for i := range r.Components {
		c := &r.Components[i]
		c.Name, c.Version, c.Path, c.Inside, c.Arch = evil, evil, evil, evil, evil
	}
	r.Components[4].Analyzer = evil
	for _, f := range []scan.Reporter{report.Table{Packages: true}, report.Table{Packages: true, Width: 60}, report.Count{}} {
		out := render(t, f, r)
		for _, c := range out {
			if c != '\n' && !unicode.IsPrint(c) {
				t.Errorf("%+v has %q", f, c)
			}
		}
		if strings.Contains(out, "\n- forged") || !utf8.ValidString(out) {
			t.Errorf("%+v has a forged line, or is not UTF-8:\n%s", f, out)
		}
	}
	for _, res := range read(t, render(t, report.JSON{}, r)).Results {
		for _, p := range res.Packages {
			checkURL(t, p.Identifier.PURL)
		}
	}
}
